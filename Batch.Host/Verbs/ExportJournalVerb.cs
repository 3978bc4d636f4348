using System.CommandLine;
using System.Globalization;
using Batch.Host.Access;
using Batch.Jobs.Proof;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Host.Verbs;

/// <summary><c>export-journal --area A --from M --to M --out FILE</c>: the ledger as an hledger journal.</summary>
internal static class ExportJournalVerb
{
    private static readonly Option<string?> Area = VerbOptions.Area();
    private static readonly Option<YearMonth?> From = VerbOptions.Month("--from");
    private static readonly Option<YearMonth?> To = VerbOptions.Month("--to");
    private static readonly Option<string?> By = VerbOptions.ByOrOsUser();
    private static readonly Option<FileInfo> Out = new("--out") { Description = "输出文件 / the file to write", HelpName = "FILE", Required = true };

    public static Command Create() =>
        new Verb("export-journal", "导出账本为 hledger 日记账", "write the ledger as an hledger journal", RunAsync) { Area, From, To, By, Out }.Shows(Permissions.ExportReports);

    private static async Task<int> RunAsync(VerbCall call)
    {
        (YearMonth from, YearMonth to) = (call.Need(From)!.Value, call.Need(To)!.Value);
        string file = call.Need(Out).FullName;
        if (from > to)
        {
            throw VerbFault.OfUsage($"--from {from.Text()} is after --to {to.Text()}.", $"--from {from.Text()} 晚于 --to {to.Text()}。");
        }

        ReportVerb.RefuseFolder(file);
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        await call.RecordAsync(database, "journal.export", area.Schema.Code, $"{from.Text()} {to.Text()}");
        JournalDocument journal = await new Journal(area, from, to).WriteAsync(file, call.Cancellation);
        call.Output.Document(journal);
        call.Output.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{journal.Area} {from.Text()}—{to.Text()}  {journal.Transactions} 笔 transactions  {journal.Accounts} 个账户 accounts  余额 balance {journal.Balance}  {journal.File}"));
        return ExitCode.Done;
    }
}

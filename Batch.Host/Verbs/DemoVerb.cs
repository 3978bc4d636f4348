using System.CommandLine;
using System.Diagnostics;
using Batch.Jobs.Files;
using Batch.Jobs.Proof;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Jobs.Tools;
using NodaTime;

namespace Batch.Host.Verbs;

/// <summary>
/// <c>demo</c>: the main job on data-samples, in a database of its own under the data folder that is begun anew each time. Exit code 0 only when
/// every step came out as expected and every invariant holds.
/// </summary>
internal static class DemoVerb
{
    internal const string AreaCode = "420100";

    // A year end with its statements, and the last month.
    private static readonly YearMonth[] ReportMonths = [new(2021, 12), new(2022, 2)];

    public static Command Create() => new Verb("demo", "用样例走完全流程：导入、划账、复核、入账、结账、报表、核验", "the main job on data-samples, from files to verified reports", RunAsync);

    private static async Task<int> RunAsync(VerbCall call)
    {
        long began = Stopwatch.GetTimestamp();
        string samples = FindSamples();
        string data = Path.Combine(call.Database.DataDirectory, "demo");
        await using DatabaseConnection database = await DatabaseConnection.OpenAsync(new DatabaseOptions(null, data), call.Cancellation);
        await DatabaseContents.ResetAsync(database, call.Cancellation);
        Area area = await Area.OpenOrCreateAsync(database, AreaCode, call.Cancellation);
        DemoText text = new(call.Output, data);
        text.Begin(area, samples);
        List<SampleOutcome> outcomes = [];
        await foreach (SampleOutcome outcome in new SampleRun(area, samples, call.Clock).RunAsync(call.Cancellation))
        {
            outcomes.Add(outcome);
        }

        IReadOnlyList<ReceivedMonth> money = await new ReceivedMonths(area).ReadAsync(call.Cancellation);
        text.Write(outcomes, money);
        await AskAsync(call, database, samples, text);
        IReadOnlyList<string> reports = await ReportAsync(area, Path.Combine(data, "reports"), call.Cancellation);
        VerificationDocument verification = await new Verifier(database, area.Schema).VerifyAsync(all: true, call.Cancellation);
        text.Write(reports, verification);
        bool ok = verification.Ok && outcomes.TrueForAll(o => o.IsAsExpected) && money.All(m => m.Matched == m.Received);
        text.End(ok, Stopwatch.GetElapsedTime(began));
        call.Output.Document(DemoText.Document(ok, outcomes, money, reports, verification));
        return ok ? ExitCode.Done : ExitCode.Data;
    }

    /// <summary>Three questions that people ask, each answered by what the ledger and the facts say.</summary>
    private static async Task AskAsync(VerbCall call, DatabaseConnection database, string samples, DemoText text)
    {
        Dictionary<string, string> numbers = SampleTable.Read(Path.Combine(samples, "expected", "balances.csv")).ToDictionary(r => r["name"], r => r["id"]);
        async Task<AccountHolder> Find(string name) =>
            await AccountHolder.FindAsync(database, AreaCode, numbers[name], null, call.Today, call.Cancellation);

        text.Ask("谢长河：我中断缴费两个月，余额还在吗？ After a break of two months: what is my balance?", numbers["谢长河"], "balance --id -");
        AccountHolder broke = await Find("谢长河");
        InquiryText.Write(call.Output, await new Balances(broke.Area).BalanceAsync(broke.Account, null, call.Cancellation));

        text.Ask("魏明珠：为什么 2021-10 比 9 月划得多？ Why was more credited for 2021-10 than for September?", numbers["魏明珠"], "explain --id - --month 2021-10");
        AccountHolder older = await Find("魏明珠");
        InquiryText.Write(call.Output, await new Explanations(older.Area).ExplainAsync(older.Person, new YearMonth(2021, 10), call.Cancellation));

        text.Ask("任海棠：断缴八个月，缴费年限怎么算？ After a break of eight months: how do my years count?", numbers["任海棠"], "coverage --id -");
        AccountHolder returned = await Find("任海棠");
        InquiryText.Write(call.Output, await new CoverageInquiry(returned.Area).ReadAsync(returned.Account, null, call.Today.ToYearMonth(), call.Cancellation));
    }

    private static async Task<IReadOnlyList<string>> ReportAsync(Area area, string folder, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        List<string> files = [];
        foreach (YearMonth month in ReportMonths)
        {
            foreach (Report report in AllReports.List)
            {
                foreach (ReportFormat format in Enum.GetValues<ReportFormat>())
                {
                    string file = Path.Combine(folder, $"{month.Text()}-{report.Kind}.{format.ToString().ToLowerInvariant()}");
                    await ReportFile.WriteAsync(area, report, month, format, file, cancellation);
                    files.Add(file);
                }
            }
        }

        return files;
    }

    /// <summary>The samples lie in the repository: where the wrapper says it is, or above the working folder or the program.</summary>
    internal static string FindSamples()
    {
        string?[] starts = [Environment.GetEnvironmentVariable("BATCH_HOME"), Directory.GetCurrentDirectory(), AppContext.BaseDirectory];
        foreach (string start in starts.OfType<string>())
        {
            for (DirectoryInfo? at = new(start); at is not null; at = at.Parent)
            {
                string folder = Path.Combine(at.FullName, "data-samples", AreaCode);
                if (File.Exists(Path.Combine(folder, "steps.csv")))
                {
                    return folder;
                }
            }
        }

        throw new EnvironmentException(
            "SAMPLES_MISSING",
            "data-samples was not found. Run the demonstration in a clone of the repository.",
            "找不到 data-samples。请在仓库的克隆中运行演示。");
    }
}

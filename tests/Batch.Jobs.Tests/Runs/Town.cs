using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Ledger;
using Batch.Jobs.Proof;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using Batch.Testing;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Tests.Runs;

/// <summary>A small town of invented people on a database of its own, driven through the line as an operator and a reviewer would.</summary>
public sealed class Town : IAsyncDisposable
{
    public const string Code = "420100";
    public static readonly AreaSchema Schema = new(Code);

    private readonly TestDatabase database;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("town");
    private int files;

    private Town(TestDatabase database)
    {
        this.database = database;
    }

    public TestDatabase Database => database;

    /// <summary>With the policy that is in force now.</summary>
    public Area Area { get; private set; } = null!;

    public static async Task<Town> FoundAsync()
    {
        Town town = new(await TestDatabase.CreateAsync(Code));
        town.Area = await town.AreaAsync();
        return town;
    }

    public static CitizenId Person(int number, int birthYear = 1990) =>
        CitizenId.FromDigits17((420172L * 100_000_000_000L) + (((birthYear * 10_000L) + 615L) * 1000L) + number);

    public Task<Area> AreaAsync() => Area.OpenAsync(database.Connection, Code, CancellationToken.None);

    public async Task<FileOutcome> PayrollAsync(
        YearMonth month, string employer, (CitizenId Who, decimal Base)[] people, SubmissionKind kind = SubmissionKind.Regular, bool confirm = false)
    {
        IEnumerable<string> rows = people.Select(p => string.Create(
            CultureInfo.InvariantCulture, $"{employer},单位{employer},某人,{p.Who.Full()},{month.Text()},{p.Base:0.00},{p.Base * 0.02m:0.00},{p.Base * 0.08m:0.00}"));
        return await ImportAsync("单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额", rows, month, kind, confirm);
    }

    public Task<FileOutcome> PensionAsync(YearMonth month, (CitizenId Who, decimal PriorYear)[] people) => ImportAsync(
        "姓名,公民身份号码,所属期,上年度月平均养老金,本年月平均养老金,当月养老金",
        people.Select(p => string.Create(CultureInfo.InvariantCulture, $"某人,{p.Who.Full()},{month.Text()},{p.PriorYear:0.00},,")), month, SubmissionKind.Regular, false);

    public Task<FileOutcome> PersonsAsync(YearMonth month, params (CitizenId Who, string Change, string On)[] changes) => ImportAsync(
        "姓名,公民身份号码,变更类型,变更日期,变更内容", changes.Select(c => $"某人,{c.Who.Full()},{c.Change},{c.On},"), month, SubmissionKind.Regular, false);

    /// <summary>Rows of: number, change, date, ground, document.</summary>
    public Task<FileOutcome> AccountsAsync(YearMonth month, params string[] rows) =>
        ImportAsync("公民身份号码,变更类型,变更日期,变更内容,凭证号", rows, month, SubmissionKind.Regular, false);

    public async Task<List<Cell[]>> ReportAsync(string kind, YearMonth month)
    {
        await using NpgsqlConnection connection = await database.Program.OpenConnectionAsync();
        List<Cell[]> rows = [];
        await foreach (Cell[] row in AllReports.Find(kind)!.RowsAsync(new ReportSource(connection, await AreaAsync(), month), CancellationToken.None))
        {
            rows.Add([.. row]);
        }

        return rows;
    }

    /// <summary>Rows of: number, kind, amount, date, channel, document, ground, heir's number, heir's name, other area, member's number, earlier months.</summary>
    public Task<FileOutcome> MovementsAsync(YearMonth month, params string[] rows) => MovementsAsync(month, SubmissionKind.Regular, false, rows);

    public Task<FileOutcome> MovementsAsync(YearMonth month, SubmissionKind kind, bool confirm, params string[] rows) => ImportAsync(
        "公民身份号码,变动类型,金额,发生日期,渠道,凭证号,事由,继承人证件号码,继承人姓名,对方统筹区,成员证件号码,以前年限", rows, month, kind, confirm);

    public async Task<FileOutcome> ImportAsync(string header, IEnumerable<string> rows, YearMonth? month, SubmissionKind kind, bool confirm, string? name = null)
    {
        string path = Path.Combine(folder.FullName, name ?? string.Create(CultureInfo.InvariantCulture, $"file-{++files}.csv"));
        await File.WriteAllLinesAsync(path, rows.Prepend(header));
        Area area = await AreaAsync();
        return (await new Importer(area, SystemClock.Instance, IntakeLimits.Default).ImportAsync(
            [path], new ImportRequest(month, kind, confirm, "operator"), null, CancellationToken.None))[0];
    }

    public async Task<RunDocument> AllocateAsync(YearMonth month)
    {
        Area area = await AreaAsync();
        return await new Allocation(area).RunAsync(month, "operator", 2, null, CancellationToken.None);
    }

    public RunLife Life => new(Area);

    /// <summary>Allocates, approves by another person and posts.</summary>
    public async Task<RunDocument> PostMonthAsync(YearMonth month)
    {
        RunDocument run = await AllocateAsync(month);
        return run.Run is null ? run : await PostAsync(run.Run.Value);
    }

    public async Task<RunDocument> PostAsync(int run)
    {
        await Life.ApproveAsync(run, "reviewer", null, CancellationToken.None);
        return await Life.PostAsync(run, "reviewer", CancellationToken.None);
    }

    /// <summary>Closes the months that are to be closed before it, and the month.</summary>
    public async Task<ClosingDocument> CloseAsync(YearMonth month, string by = "closer", string? accept = null)
    {
        Area area = await AreaAsync();
        Closing closing = new(area);
        for (YearMonth? next; (next = await closing.NextAsync(CancellationToken.None)) < month;)
        {
            await closing.CloseAsync(next.Value, by, CancellationToken.None, accept);
        }

        return await closing.CloseAsync(month, by, CancellationToken.None, accept);
    }

    public async Task<Money> BalanceAsync(CitizenId who)
    {
        AccountHolder holder = await AccountHolder.FindAsync(database.Connection, Code, who.Full(), null, new LocalDate(2026, 1, 1), CancellationToken.None);
        return (await new Balances(Area).BalanceAsync(holder.Account, null, CancellationToken.None)).Balance;
    }

    /// <summary>The test's policy with a change, proposed by one person and approved by another.</summary>
    public async Task AdoptAsync(Func<string, string> change)
    {
        PolicyProposals policies = new(database.Program);
        string text = change(TestPolicy.TextOf(Code));
        PolicyProposal proposal = await policies.ProposeFileAsync(text, "changed.yaml", "文号1", "administrator", CancellationToken.None);
        await policies.ApproveAsync(proposal.Hash, "reviewer", CancellationToken.None);
        Area = await AreaAsync();
    }

    /// <summary>Credits wait for the money.</summary>
    public Task WaitForReceiptsAsync() => AdoptAsync(text => text.Replace(TestPolicy.OnDeclaration, TestPolicy.OnReceipt, StringComparison.Ordinal));

    /// <summary>The lines of a report as CSV, without its header.</summary>
    public async Task<string[]> ReportAsync(Report report, YearMonth month)
    {
        string path = Path.Combine(folder.FullName, "report.csv");
        await ReportFile.WriteAsync(await AreaAsync(), report, month, ReportFormat.Csv, path, CancellationToken.None);
        return [.. (await File.ReadAllLinesAsync(path)).Skip(1)];
    }

    /// <summary>All invariants hold, from the beginning and since the last seal, and nothing was left out.</summary>
    public async Task AssertCleanAsync()
    {
        foreach (bool all in new[] { false, true })
        {
            VerificationDocument document = await new Verifier(database.Connection, Schema).VerifyAsync(all, CancellationToken.None);
            NUnit.Framework.Assert.That(document.Checks.Where(c => !c.Ok || c.NotChecked > 0).Select(c => $"{c.Id} {c.Broken} {c.First}"), NUnit.Framework.Is.Empty);
        }
    }

    /// <summary>A dated figure, proposed by one person and approved by another.</summary>
    public async Task SetFigureAsync(string name, YearMonth from, decimal value)
    {
        PolicyProposals policies = new(database.Program);
        PolicyProposal proposal = await policies.ProposeFigureAsync(Code, new DatedFigure(name, from, value, "文号1"), "administrator", CancellationToken.None);
        await policies.ApproveAsync(proposal.Hash, "reviewer", CancellationToken.None);
        Area = await AreaAsync();
    }

    /// <summary>Runs a statement with the program's own role, which is what an intruder who took over the program could do.</summary>
    public async Task<PostgresException> RefusedAsync(string sql)
    {
        await using NpgsqlCommand command = database.Program.CreateCommand(Schema.Sql(sql));
        try
        {
            await command.ExecuteNonQueryAsync();
        }
        catch (PostgresException refused)
        {
            return refused;
        }

        throw new NUnit.Framework.AssertionException($"The database let the program's role do: {sql}");
    }

    public async ValueTask DisposeAsync()
    {
        folder.Delete(recursive: true);
        await database.DisposeAsync();
    }
}

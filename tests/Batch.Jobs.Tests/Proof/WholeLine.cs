using System.Text;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Ledger;
using Batch.Jobs.Proof;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Tools;
using Batch.Rules;
using Batch.Testing;
using NUnit.Framework;
using NodaTime;
using NodaTime.Testing;
using NodaTime.Text;

namespace Batch.Jobs.Tests.Proof;

/// <summary>The whole line in process, on a database of its own: files in, allocate, approve by another person, post, close, verify.</summary>
internal sealed class WholeLine : IAsyncDisposable
{
    private static readonly FakeClock Noon = new(Instant.FromUtc(2026, 11, 22, 4, 0));

    private readonly string _folder = Directory.CreateTempSubdirectory("batch-line-").FullName;
    private int _files;

    static WholeLine() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    private WholeLine(TestDatabase database, AreaSchema schema) => (Database, Schema) = (database, schema);

    public TestDatabase Database { get; }

    public AreaSchema Schema { get; }

    public DatabaseConnection Connection => Database.Connection;

    /// <param name="asShipped">By the shipped policy, so that credits of 420100 wait for the money.</param>
    public static async Task<WholeLine> CreateAsync(string area = "420100", bool asShipped = false)
    {
        WholeLine line = new(asShipped ? await TestDatabase.CreateAsShippedAsync(area) : await TestDatabase.CreateAsync(area), new AreaSchema(area));
        await line.OpenAsync();
        return line;
    }

    /// <summary>Another ledger with all that is in this one.</summary>
    public async Task<WholeLine> CopyAsync() => new(await Database.CopyAsync(), Schema);

    /// <summary>A ledger with the whole cast in it, up to its last closing.</summary>
    public static async Task<WholeLine> OfTheCastAsync(Func<WholeLine, YearMonth, Task>? closed = null)
    {
        WholeLine line = await CreateAsync(asShipped: true);
        foreach (Dictionary<string, string> step in Cast.Table("steps.csv"))
        {
            YearMonth month = Month(step["month"]);
            switch (step["action"])
            {
                case "import":
                    await line.ImportAsync(step["files"].Split('|').Select(f => Path.Combine(Cast.Folder, f)), month, Enum.Parse<SubmissionKind>(step["kind"], ignoreCase: true));
                    break;
                case "allocate":
                    await line.PostAsync(month);
                    break;
                default:
                    await line.CloseAsync(month);
                    await (closed?.Invoke(line, month) ?? Task.CompletedTask);
                    break;
            }
        }

        return line;
    }

    /// <summary>Opened for each act, as the program does, so that a changed policy is seen.</summary>
    public Task<Area> OpenAsync() => Area.OpenAsync(Connection, Schema.Code, CancellationToken.None);

    public async Task<IReadOnlyList<FileOutcome>> ImportAsync(IEnumerable<string> paths, YearMonth? month, SubmissionKind kind, bool confirm = false)
    {
        Area area = await OpenAsync();
        Importer importer = new(area, Noon, IntakeLimits.Default);
        return await importer.ImportAsync([.. paths], new ImportRequest(month, kind, confirm, "operator"), null, CancellationToken.None);
    }

    public async Task<FileOutcome> ImportTextAsync(string text, YearMonth? month, SubmissionKind kind = SubmissionKind.Regular, bool confirm = false)
    {
        string path = Path.Combine(_folder, $"{++_files:0000}.csv");
        await File.WriteAllTextAsync(path, text);
        return (await ImportAsync([path], month, kind, confirm))[0];
    }

    public async Task<RunDocument> AllocateAsync(YearMonth month)
    {
        Area area = await OpenAsync();
        return await new Allocation(area).RunAsync(month, "operator", 1, null, CancellationToken.None);
    }

    /// <summary>Allocates and posts what there is to post; the run, or null.</summary>
    public async Task<int?> PostAsync(YearMonth month)
    {
        RunDocument run = await AllocateAsync(month);
        if (run.Run is { } number)
        {
            await EndAsync(number);
        }

        return run.Run;
    }

    /// <summary>Computes and posts the interest of a year in the first open month.</summary>
    public async Task<RunDocument> PostInterestAsync(int year)
    {
        Area area = await OpenAsync();
        RunDocument run = await new InterestRun(area).RunAsync(year, null, "operator", CancellationToken.None);
        await EndAsync(run.Run!.Value);
        return run;
    }

    /// <summary>Reverses a posted run in the open month; false: it may not be, because later runs are built upon it.</summary>
    public async Task<bool> ReverseAsync(int run)
    {
        RunLife life = new(await OpenAsync());
        try
        {
            await EndAsync((await life.ReverseAsync(run, await life.OpenMonthAsync(run, CancellationToken.None), "operator", CancellationToken.None)).Run!.Value);
            return true;
        }
        catch (DataFaultException refused) when (refused.Code == "RUN_BUILT_UPON")
        {
            return false;
        }
    }

    public async Task CloseAsync(YearMonth month)
    {
        Area area = await OpenAsync();
        await new Closing(area).CloseAsync(month, "closer", CancellationToken.None, "差异已查明");
    }

    /// <summary>Closes the months up to the next end of a year, opens the last one again and closes it once more.</summary>
    public async Task EndYearTwiceAsync()
    {
        Area area = await OpenAsync();
        Closing closing = new(area);
        Reopening reopening = new(area);
        YearMonth month;
        do
        {
            month = (await closing.NextAsync(CancellationToken.None))!.Value;
            await CloseAsync(month);
        }
        while (month.Month != 12);
        await reopening.ProposeAsync(month, "operator", "漏记一批", CancellationToken.None);
        await reopening.ApproveAsync(month, "reviewer", CancellationToken.None);
        await CloseAsync(month);
    }

    /// <summary>A dated figure, proposed by one person and approved by another.</summary>
    public async Task SetFigureAsync(string name, YearMonth from, decimal value)
    {
        PolicyProposals policies = new(Connection.Program);
        PolicyProposal proposal = await policies.ProposeFigureAsync(Schema.Code, new DatedFigure(name, from, value, "文号1"), "administrator", CancellationToken.None);
        await policies.ApproveAsync(proposal.Hash, "reviewer", CancellationToken.None);
    }

    /// <summary>The test's policy with a change, approved.</summary>
    public async Task AdoptAsync(Func<string, string> change)
    {
        PolicyProposals policies = new(Connection.Program);
        PolicyProposal proposal = await policies.ProposeFileAsync(change(TestPolicy.TextOf(Schema.Code)), "changed.yaml", "no. 1", "operator", CancellationToken.None);
        await policies.ApproveAsync(proposal.Hash, "reviewer", CancellationToken.None);
    }

    public Task<VerificationDocument> VerifyAsync(bool all) => new Verifier(Connection, Schema).VerifyAsync(all, CancellationToken.None);

    public async Task AssertCleanAsync(bool all, string when)
    {
        VerificationDocument document = await VerifyAsync(all);
        Assert.That(document.Checks.Where(c => !c.Ok || c.NotChecked > 0).Select(c => $"{when}: {c.Id} {c.Broken} {c.First}"), Is.Empty);
    }

    /// <summary>Changes what nobody may change: as the owner of the tables.</summary>
    public Task TamperAsync(string sql) => Database.ExecuteAsync(Schema.Sql(sql));

    public static YearMonth Month(string text) => YearMonthPattern.Iso.Parse(text).Value;

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task EndAsync(int run)
    {
        RunLife life = new(await OpenAsync());
        await life.ApproveAsync(run, "reviewer", null, CancellationToken.None);
        await life.PostAsync(run, "reviewer", CancellationToken.None);
    }
}

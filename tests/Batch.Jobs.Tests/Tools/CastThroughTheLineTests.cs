using System.Globalization;
using Batch.Jobs.Files;
using Batch.Jobs.Proof;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Jobs.Tools;
using Batch.Testing;
using NUnit.Framework;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Tests.Tools;

/// <summary>The cast carried through the whole line comes out as worked by hand in data-samples/420100/expected.</summary>
public sealed partial class CastThroughTheLineTests
{
    private static readonly HashSet<string> HeldCodes = [Codes.TwoEmployers, Codes.DuplicateLine, Codes.UnknownPerson];
    private static readonly YearMonth YearEnd = new(2021, 12);
    private static readonly YearMonth Last = new(2022, 2);

    private readonly List<SampleOutcome> outcomes = [];
    private TestDatabase database = null!;
    private Area area = null!;

    private static IEnumerable<string> Names => Cast.Table("expected/balances.csv").Select(r => r["name"]);

    [OneTimeSetUp]
    public async Task CarryTheCastAsync()
    {
        database = await TestDatabase.CreateAsync("420100");
        area = await Area.OpenAsync(database.Connection, "420100", CancellationToken.None);
        await foreach (SampleOutcome outcome in new SampleRun(area, Cast.Folder, SystemClock.Instance).RunAsync(CancellationToken.None))
        {
            outcomes.Add(outcome);
        }
    }

    [OneTimeTearDown]
    public async Task DisposeAsync()
    {
        if (database is not null)
        {
            await database.DisposeAsync();
        }
    }

    [Test]
    public void Every_step_comes_out_as_the_script_expects()
    {
        Assert.That(
            outcomes.Where(o => !o.IsAsExpected).Select(o => $"step {o.Step.Number} {o.Step.Action} {string.Join('|', o.Step.Files)}: expected {o.Expected}, came {o.Came}"), Is.Empty);
        Assert.That(outcomes, Has.Count.EqualTo(Cast.Table("steps.csv").Count));
    }

    [Test]
    public void Each_run_has_the_totals_worked_by_hand()
    {
        string Line(RunDocument r) => string.Join(',', r.Month.Text(), r.Entries, r.People, r.Credited, r.PersonPaid, r.EmployerPaid, r.PoolPaid, r.Pool, r.Other);
        Assert.That(outcomes.Where(o => o.Run is not null).Select(o => Line(o.Run!)), Is.EqualTo(Lines("expected/months.csv")));
    }

    [Test]
    public async Task Each_entry_of_the_ledger_is_the_one_worked_by_hand()
    {
        List<string> posted = await QueryAsync(
            """
            SELECT concat_ws(',', to_char(e.posting_month, 'YYYY-MM'), p.name, batch.citizen_number(p.citizen), to_char(e.contribution_month, 'YYYY-MM'),
                   round(sum(account_fen) / 100.0, 2), round(sum(pool_fen) / 100.0, 2), round(sum(other_fen) / 100.0, 2),
                   round(sum(person_paid_fen) / 100.0, 2), round(sum(employer_paid_fen) / 100.0, 2))
            FROM area_420100.entry e JOIN area_420100.account a USING (account_id) JOIN area_420100.person p USING (person_id)
            GROUP BY e.posting_month, p.name, p.citizen, e.contribution_month
            """);
        IEnumerable<string> expected = Cast.Table("expected/postings.csv").Select(r => string.Join(',', r.Values.Take(9)));
        AssertSame(expected, posted, "entries");
    }

    [TestCaseSource(nameof(Names))]
    public async Task Balances_at_the_year_end_and_at_the_end_are_as_worked_by_hand(string name)
    {
        Dictionary<string, string> expected = Cast.Table("expected/balances.csv").Single(r => r["name"] == name);
        AccountHolder holder = await HolderAsync(expected["id"]);
        Balances balances = new(area);
        string atYearEnd = (await balances.BalanceAsync(holder.Account, YearEnd, CancellationToken.None)).Balance.ToString();
        string atEnd = (await balances.BalanceAsync(holder.Account, null, CancellationToken.None)).Balance.ToString();
        Assert.That((atYearEnd, atEnd), Is.EqualTo((expected["at2021-12-31"], expected["at2022-02-28"])));
    }

    [TestCaseSource(nameof(Names))]
    public async Task Coverage_is_as_worked_by_hand(string name)
    {
        Dictionary<string, string> expected = Cast.Table("expected/coverage.csv").Single(r => r["name"] == name);
        AccountHolder holder = await HolderAsync(expected["id"]);
        CoverageDocument coverage = await new CoverageInquiry(area).ReadAsync(holder.Account, Last, Last, CancellationToken.None);
        string breaks = string.Join('|', coverage.Breaks.Select(b => string.Create(CultureInfo.InvariantCulture, $"{b.From.Text()}..{b.To.Text()}:{b.Months}:{b.Class}")));
        Assert.That(
            string.Join(',', coverage.Continuous, coverage.Accumulated, breaks, coverage.SuspendedFrom?.Text()),
            Is.EqualTo(string.Join(',', expected["continuous"], expected["accumulated"], expected["breaks"], expected["suspendedFrom"])), expected["working"]);
    }

    [Test]
    public async Task The_rows_that_wait_for_an_operator_are_those_worked_by_hand()
    {
        // File names repeat from month to month: the step tells the folder.
        Dictionary<int, string> files = outcomes.SelectMany(o => o.Files.Zip(o.Step.Files)).Where(f => f.First.Submission is not null)
            .DistinctBy(f => f.First.Submission).ToDictionary(f => f.First.Submission!.Value, f => f.Second);
        List<string> held = await QueryAsync(
            """
            SELECT DISTINCT concat_ws(',', c.submission_id, abs(c.row_no), r.code, p.name, to_char(c.contribution_month, 'YYYY-MM'))
            FROM area_420100.contribution c JOIN area_420100.person p USING (person_id)
            LEFT JOIN area_420100.rejection r ON r.submission_id = c.submission_id AND r.row_no = abs(c.row_no)
            WHERE c.state = 2 AND c.row_no <> 0
            """);
        AssertSame(Lines("expected/held.csv"), held.Select(h => files[int.Parse(h.Split(',')[0], CultureInfo.InvariantCulture)] + h[h.IndexOf(',', StringComparison.Ordinal)..]), "held rows");
    }

    [Test]
    public void The_rejections_are_those_worked_by_hand()
    {
        // What refuses a file without being in one of its rows is told by the step; the rows are listed.
        IEnumerable<string> came = outcomes.SelectMany(o => o.Files.Zip(o.Step.Files)).SelectMany(f => f.First.Rejections
            .Where(r => r.Row > 0 && !HeldCodes.Contains(r.Code))
            .Select(r => string.Create(CultureInfo.InvariantCulture, $"{f.Second},{r.Row},{r.Code},{r.Column}")));
        AssertSame(Cast.Table("expected/rejections.csv").Select(r => string.Join(',', r["file"], r["row"], r["code"], r["column"])), came, "rejections");
    }

    [Test]
    public async Task Every_invariant_holds()
    {
        VerificationDocument document = await new Verifier(database.Connection, area.Schema).VerifyAsync(all: true, CancellationToken.None);
        Assert.That(document.Checks.Where(c => !c.Ok).Select(c => $"{c.Id}: {c.First}"), Is.Empty);
        Assert.That(document.Ok);
    }

    private static IEnumerable<string> Lines(string file) => Cast.Table(file).Select(r => string.Join(',', r.Values));

    private static void AssertSame(IEnumerable<string> expected, IEnumerable<string> came, string what)
    {
        List<string> wanted = [.. expected.Order(StringComparer.Ordinal)];
        List<string> got = [.. came.Order(StringComparer.Ordinal)];
        string told = $"{what}\nexpected and not there:\n  {string.Join("\n  ", wanted.Except(got))}\nthere and not expected:\n  {string.Join("\n  ", got.Except(wanted))}\n";
        Assert.That(got, Is.EqualTo(wanted), told);
    }

    private Task<AccountHolder> HolderAsync(string number) =>
        AccountHolder.FindAsync(database.Connection, "420100", number, null, new LocalDate(2022, 3, 1), CancellationToken.None);

    private async Task<List<string>> QueryAsync(string sql)
    {
        await using NpgsqlCommand command = database.Program.CreateCommand(sql);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        List<string> lines = [];
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return lines;
    }
}

using Batch.Jobs.Facts;
using Batch.Jobs.Ledger;
using Batch.Jobs.Proof;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Runs;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Ledger;

public sealed class ReopeningTests
{
    private static readonly YearMonth November = new(2021, 11);
    private static readonly YearMonth December = new(2021, 12);
    private static readonly YearMonth January = new(2022, 1);
    private static readonly CitizenId Ann = Town.Person(1, 1990);   // 31: 2 % + 1.1 %
    private static readonly CitizenId Bob = Town.Person(2, 1990);

    private Town town = null!;

    private Reopening Reopening => new(town.Area);

    [SetUp]
    public async Task SetUp()
    {
        town = await Town.FoundAsync();
        await town.PayrollAsync(November, "E1", [(Ann, 5000m)]);
        await town.PostMonthAsync(November);
        await town.CloseAsync(November);
        await town.PayrollAsync(December, "E1", [(Ann, 5000m)]);
        await town.PostMonthAsync(December);
        await town.CloseAsync(December);
    }

    [TearDown]
    public async Task TearDown() => await town.DisposeAsync();

    // 5000 x 3.1 % = 155.00 a month; Bob's December 6000 x 3.1 % = 186.00 was forgotten: 310.00, then 496.00.
    [Test]
    public async Task A_year_s_end_closed_by_mistake_is_opened_again_posted_into_and_closed_and_everything_is_proven()
    {
        await town.AssertCleanAsync();
        Assert.That(await ClosedAsync("closing_fen"), Is.EqualTo(310_00));
        await ReopenAsync();
        Assert.That(await CountAsync("statement"), Is.Zero);
        Assert.That(await CountAsync("withdrawn_statement"), Is.EqualTo(1));
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(310m)));
        await town.AssertCleanAsync();

        await town.PayrollAsync(December, "E2", [(Bob, 6000m)]);
        await town.PostMonthAsync(December);
        ClosingDocument again = await town.CloseAsync(December);
        Assert.Multiple(() =>
        {
            Assert.That(again.Closing, Is.EqualTo(Money.FromYuan(496m)));
            Assert.That(again.Opening, Is.EqualTo(Money.FromYuan(155m)));
            Assert.That(again.Statements, Is.EqualTo(2));
        });
        Assert.That(await town.BalanceAsync(Bob), Is.EqualTo(Money.FromYuan(186m)));
        Assert.That(await CountAsync("closing WHERE month = '2021-12-01'"), Is.EqualTo(2));
        await town.AssertCleanAsync();

        RunDocument interest = await InterestAsync();
        await town.PostAsync(interest.Run!.Value);
        await town.AssertCleanAsync();
    }

    // Bob's late row of December lies in January's file: his account is opened from December on, and nothing of him is posted before January's run. So December has
    // Ann alone both times; January has both, 155.00 x 3 + 186.00 + 186.00 = 837.00.
    [Test]
    public async Task A_month_closed_twice_with_nothing_posted_between_counts_the_same_accounts()
    {
        Assert.That(await ClosedAsync("accounts::bigint"), Is.EqualTo(1));
        await town.PayrollAsync(January, "E1", [(Ann, 5000m)]);
        await town.PayrollAsync(December, "E2", [(Bob, 6000m)], SubmissionKind.Supplementary);
        await town.PayrollAsync(January, "E2", [(Bob, 6000m)]);
        Assert.That(await CountAsync("account WHERE opened <= '2021-12-01'"), Is.EqualTo(2), "opened by a file that waits");
        await ReopenAsync();
        ClosingDocument again = await town.CloseAsync(December);
        Assert.That((again.Accounts, again.Closing), Is.EqualTo((1, Money.FromYuan(310m))));
        Assert.That(await town.Database.ScalarAsync<long>("SELECT count(DISTINCT accounts || seal) FROM area_420100.closing WHERE month = '2021-12-01'"), Is.EqualTo(1));
        Assert.That((await town.ReportAsync("certificate", December)).Where(r => !r[0].Text!.StartsWith("注意", StringComparison.Ordinal)).Select(r => (r[0].Text, r[4].Number)), Is.EqualTo(new (string?, long?)[]
        {
            ("期初 opening", null), ("本月第 1 次划账（批次 2） allocation 1 of the month (run 2)", 1), ("最后入账（批次 2） last posting (run 2)", null), ("本期合计 movements", null),
            ("第 1 次结账 closing 1 of the month", 1), ("第 1 次重新打开 reopening 1 of the month", null), ("期末合计（第 2 次结账） closing (closing 2 of the month)", 1),
        }));
        await town.AssertCleanAsync();

        await town.PostMonthAsync(January);
        ClosingDocument january = await town.CloseAsync(January);
        Assert.That((january.Accounts, january.Closing), Is.EqualTo((2, Money.FromYuan(837m))));
        await town.AssertCleanAsync();
    }

    // January's run is posted while December is open: what it posted is not in December's count, though the account is opened from December on.
    [Test]
    public async Task An_account_posted_only_in_a_later_month_is_not_counted_in_an_earlier_one()
    {
        await ReopenAsync();
        await town.PayrollAsync(December, "E2", [(Bob, 6000m)], SubmissionKind.Supplementary);
        await town.PostMonthAsync(January);
        Assert.That((await town.CloseAsync(December)).Accounts, Is.EqualTo(1));
        Assert.That((await town.CloseAsync(January)).Accounts, Is.EqualTo(2));
        await town.AssertCleanAsync();
    }

    // Times are those of the ledger, in Shanghai: the year's last month, closed by "closer", opened by wang and li, posted into once more (run 3), closed by bing, opened
    // by zhao and qian, closed by bing.
    [Test]
    public async Task The_certificate_of_a_month_closed_three_times_names_each_closing_and_reopening_with_its_time_and_reason()
    {
        await ReopenAsync();
        await town.PayrollAsync(December, "E2", [(Bob, 6000m)]);
        await town.PostMonthAsync(December);
        await town.CloseAsync(December, "bing");
        await Reopening.ProposeAsync(December, "zhao", "金额有误", default);
        await Reopening.ApproveAsync(December, "qian", default);
        await town.CloseAsync(December, "bing");
        List<string> times = [];
        for (int seq = 3; seq <= 9; seq++)
        {
            times.Add(await town.Database.ScalarAsync<string>($"SELECT to_char(at + interval '8 hours', 'YYYY-MM-DD HH24:MI:SS') FROM (SELECT at AT TIME ZONE 'UTC' AS at FROM area_420100.ledger WHERE seq = {seq}) l"));
        }

        IEnumerable<string> told = (await town.ReportAsync("certificate", December)).Where(r => !r[0].Text!.StartsWith("注意", StringComparison.Ordinal))
            .Select(r => $"{Chinese(r[0].Text!)} {r[1].Text} {r[2].Text} {r[3].Text} {r[4].Number} {r[8].Number / 100m:0.00} {r[12].Text} {r[13].Text}");
        Assert.That(told, Is.EqualTo(new[]
        {
            "期初     155.00  ",
            $"本月第 1 次划账（批次 2） operator reviewer reviewer 1 155.00 {times[0]} ",
            $"本月第 2 次划账（批次 3） operator reviewer reviewer 1 186.00 {times[3]} ",
            $"最后入账（批次 3）   reviewer   {times[3]} ",
            "本期合计     341.00  ",
            $"第 1 次结账   closer 1 310.00 {times[1]} ",
            $"第 1 次重新打开 wang li    {times[2]} 漏记",
            $"第 2 次结账   bing 2 496.00 {times[4]} ",
            $"第 2 次重新打开 zhao qian    {times[5]} 金额有误",
            $"期末合计（第 3 次结账）   bing 2 496.00 {times[6]} ",
        }));
    }

    [Test]
    public async Task A_reopening_by_one_person_with_two_ways_to_write_the_name_is_found()
    {
        await ReopenAsync();
        await town.AssertCleanAsync();
        await town.Database.ExecuteAsync("UPDATE area_420100.reopening o SET proposed_by = upper(l.by) || '.' FROM area_420100.ledger l WHERE l.seq = o.seq");
        VerificationCheck approvals = (await new Verifier(town.Database.Connection, Town.Schema).VerifyAsync(true, default)).Checks.Single(c => c.Id == Invariants.Approvals);
        Assert.That(approvals.First, Does.EndWith("2021-12: opened again by the person who proposed it"));
    }

    [Test]
    public async Task Who_proposes_does_not_approve_and_without_a_proposal_nothing_is_opened()
    {
        Assert.That(await RefusalAsync(() => Reopening.ApproveAsync(December, "li", default)), Is.EqualTo("NOT_PROPOSED"));
        Assert.That(await RefusalAsync(() => Reopening.ProposeAsync(December, "wang", " ", default)), Is.EqualTo("REASON_MISSING"));
        await Reopening.ProposeAsync(December, "wang", "漏记", default);
        Assert.That(await RefusalAsync(() => Reopening.ApproveAsync(December, "wang", default)), Is.EqualTo("SAME_PERSON"));
        Assert.That(await ClosedAsync("closing_fen"), Is.EqualTo(310_00));
    }

    [TestCase("Wang")]
    [TestCase("ｗang")]
    [TestCase("w.ang")]
    [TestCase("vvang")]
    [TestCase("schedule")]
    public async Task Who_proposes_does_not_approve_under_a_name_that_looks_the_same_nor_does_the_program(string name)
    {
        await Reopening.ProposeAsync(December, "wang", "漏记", default);
        Assert.That(await RefusalAsync(() => Reopening.ApproveAsync(December, name, default)), Is.EqualTo("SAME_PERSON"));
        Assert.That(await ClosedAsync("closing_fen"), Is.EqualTo(310_00));
        await Reopening.ApproveAsync(December, "li", default);
    }

    [Test]
    public async Task Only_the_last_closed_month_is_opened_and_only_while_nothing_was_posted_since()
    {
        Assert.That(await RefusalAsync(() => Reopening.ProposeAsync(November, "wang", "漏记", default)), Is.EqualTo("NOT_LAST_CLOSED"));
        Assert.That(await RefusalAsync(() => Reopening.ProposeAsync(January, "wang", "漏记", default)), Is.EqualTo("MONTH_OPEN"));
        await Reopening.ProposeAsync(December, "wang", "漏记", default);
        await town.PayrollAsync(January, "E1", [(Ann, 5000m)]);
        await town.PostMonthAsync(January);
        Assert.That(await RefusalAsync(() => Reopening.ApproveAsync(December, "li", default)), Is.EqualTo("POSTED_SINCE"));
    }

    [Test]
    public async Task Interest_that_rests_on_the_statements_keeps_their_month_closed()
    {
        RunDocument interest = await InterestAsync();
        await Reopening.ProposeAsync(December, "wang", "漏记", default);
        await town.PostAsync(interest.Run!.Value);
        Assert.That(await RefusalAsync(() => Reopening.ApproveAsync(December, "li", default)), Is.EqualTo("POSTED_SINCE"));
    }

    [Test]
    public async Task Interest_computed_before_the_reopening_is_not_posted_after_it()
    {
        RunDocument interest = await InterestAsync();
        await ReopenAsync();
        Assert.That(await RefusalAsync(() => town.PostAsync(interest.Run!.Value)), Is.EqualTo("LEDGER_MOVED"));
    }

    [Test]
    public async Task The_months_before_are_opened_one_after_the_other()
    {
        await town.CloseAsync(January);
        await Reopening.ProposeAsync(January, "wang", "早了", default);
        await Reopening.ApproveAsync(January, "li", default);
        await ReopenAsync();
        await town.AssertCleanAsync();
        Assert.That(await RefusalAsync(() => Reopening.ProposeAsync(November, "wang", "漏记", default)), Is.EqualTo("POSTED_SINCE"));
        await town.CloseAsync(January);
        await town.AssertCleanAsync();
        Assert.That(await town.Database.ScalarAsync<string>("SELECT string_agg(act, ' ' ORDER BY seq) FROM area_420100.ledger"),
            Is.EqualTo("post close post close close reopen reopen close close"));
    }

    [Test]
    public async Task Done_again_by_the_same_person_it_is_answered_with_what_was_done()
    {
        ReopeningDocument proposed = await Reopening.ProposeAsync(December, "wang", "漏记", default);
        Assert.That(await Reopening.ProposeAsync(December, "wang", "漏记", default), Is.EqualTo(proposed));
        ReopeningDocument opened = await Reopening.ApproveAsync(December, "li", default);
        Assert.That(await Reopening.ApproveAsync(December, "li", default), Is.EqualTo(opened));
        Assert.That((opened.State, opened.ProposedBy, opened.ReopenedBy, opened.Statements), Is.EqualTo(("reopened", "wang", "li", 1)));
        Assert.That(await RefusalAsync(() => Reopening.ApproveAsync(December, "zhao", default)), Is.EqualTo("MONTH_OPEN"));
        Assert.That(await CountAsync("ledger WHERE act = 'reopen'"), Is.EqualTo(1));
        Assert.That(await town.Database.ScalarAsync<string>("SELECT string_agg(who || ' ' || act || ' ' || reason, ', ' ORDER BY audit_id) FROM batch.audit WHERE act LIKE 'month.reopen%'"),
            Is.EqualTo("wang month.reopen.propose 漏记, li month.reopen 漏记"));
    }

    [TestCase("INSERT INTO :area.reopening VALUES (4, 4, '2021-12-01', 'x', now(), 'x')")]
    [TestCase("DELETE FROM :area.reopening_proposal")]
    [TestCase("DELETE FROM :area.statement_year")]
    public async Task The_programs_role_opens_nothing_by_itself(string sql)
    {
        Assert.That((await town.RefusedAsync(sql)).SqlState, Is.EqualTo("42501"));
    }

    // "第 1 次结账 closing 1 of the month": up to the last word that is Chinese.
    private static string Chinese(string both) => both[..(both.LastIndexOfAny(['账', '开', '）', '初', '计']) + 1)];

    private async Task ReopenAsync()
    {
        await Reopening.ProposeAsync(December, "wang", "漏记", default);
        await Reopening.ApproveAsync(December, "li", default);
    }

    private async Task<RunDocument> InterestAsync() =>
        await new InterestRun(await town.AreaAsync()).RunAsync(2021, null, "operator", default);

    private Task<long> CountAsync(string from) => town.Database.ScalarAsync<long>($"SELECT count(*) FROM area_420100.{from}");

    private Task<long> ClosedAsync(string column) =>
        town.Database.ScalarAsync<long>($"SELECT {column} FROM area_420100.closing_in_force ORDER BY month DESC LIMIT 1");

    private static async Task<string> RefusalAsync<T>(Func<Task<T>> act) => (await Assert.ThrowsAsync<DataFaultException>(async () => await act()))!.Code;
}

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

    private Reopening Reopening => new(town.Database.Program, Town.Schema);

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

    private async Task ReopenAsync()
    {
        await Reopening.ProposeAsync(December, "wang", "漏记", default);
        await Reopening.ApproveAsync(December, "li", default);
    }

    private async Task<RunDocument> InterestAsync() =>
        await new InterestRun(town.Database.Connection, Town.Schema, (await town.AreaAsync()).Policy).RunAsync(2021, null, "operator", default);

    private Task<long> CountAsync(string from) => town.Database.ScalarAsync<long>($"SELECT count(*) FROM area_420100.{from}");

    private Task<long> ClosedAsync(string column) =>
        town.Database.ScalarAsync<long>($"SELECT {column} FROM area_420100.closing_in_force ORDER BY month DESC LIMIT 1");

    private static async Task<string> RefusalAsync<T>(Func<Task<T>> act) => (await Assert.ThrowsAsync<DataFaultException>(async () => await act()))!.Code;
}

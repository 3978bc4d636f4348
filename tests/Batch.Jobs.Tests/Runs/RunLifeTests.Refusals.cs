using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Ledger;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Tests.Runs;

/// <summary>Closings, and what is refused to whoever acts on a run or a closed month.</summary>
public partial class RunLifeTests
{
    [Test]
    public async Task A_closing_counts_the_accounts_opened_in_its_own_month()
    {
        await town.PostMonthAsync(January);
        ClosingDocument january = await town.CloseAsync(January);
        Assert.That((january.Accounts, january.Opening, january.Movements, january.Closing), Is.EqualTo((4, Money.Zero, Money.FromYuan(1026m), Money.FromYuan(1026m))));
    }

    // Nothing was posted: movements of nought are right, an opening of 1.00 is not.
    [Test]
    public async Task Statements_that_do_not_open_with_the_closings_before_are_refused_by_the_database()
    {
        PostgresException refused = await town.RefusedAsync(
            """
            SELECT :area.open_statement(2021);
            INSERT INTO :area.statement_2021 (year, account_id, opening_fen, movements_fen, closing_fen, accumulated_months, continuous_months) VALUES (2021, 1, 100, 0, 100, 0, 0);
            SELECT :area.close_statement(2021, '2021-01-01', '2021-12-01', 'reviewer')
            """);
        Assert.That((refused.SqlState, refused.MessageText), Is.EqualTo(("BA007", "Statements of 2021 do not add up: movements 0 against 0, openings 100 against 0.")));
    }

    private Task<FileOutcome> CategoryAsync(CitizenId who, string from) => town.ImportAsync(
        "姓名,公民身份号码,变更类型,变更日期,变更内容", [$"某人,{who.Full()},人员类别,{from},灵活就业"], February, SubmissionKind.Regular, false);

    [Test]
    public async Task Who_computed_a_run_cannot_approve_it_not_even_by_writing_to_the_database()
    {
        RunDocument run = await town.AllocateAsync(January);
        foreach (string same in (string[])["Operator", "operat0r", "oper.ator", "opera\u200btor", "schedule"])
        {
            Assert.That((await Assert.ThrowsAsync<DataFaultException>(() => town.Life.ApproveAsync(run.Run!.Value, same, null, default)))!.Code, Is.EqualTo("SAME_PERSON"), same);
        }

        DataFaultException? refused = await Assert.ThrowsAsync<DataFaultException>(() => town.Life.ApproveAsync(run.Run!.Value, "operator", null, default));
        Assert.That(refused!.Code, Is.EqualTo("SAME_PERSON"));
        PostgresException direct = await town.RefusedAsync($"UPDATE :area.run SET state = 'approved', approved_by = 'operator', approved_digest = digest WHERE run_id = {run.Run}");
        Assert.That(direct.SqlState, Is.EqualTo(PostgresErrorCodes.InsufficientPrivilege));
        PostgresException? owner = await Assert.ThrowsAsync<PostgresException>(() => town.Database.ExecuteAsync(
            Town.Schema.Sql($"UPDATE :area.run SET state = 'approved', approved_by = made_by, approved_digest = digest WHERE run_id = {run.Run}")));
        Assert.That(owner!.SqlState, Is.EqualTo(PostgresErrorCodes.CheckViolation));
    }

    [Test]
    public async Task A_run_that_was_touched_after_its_approval_is_not_posted()
    {
        RunDocument run = await town.AllocateAsync(January);
        await town.Life.ApproveAsync(run.Run!.Value, "reviewer", null, default);
        await town.Database.ExecuteAsync(Town.Schema.Sql($"UPDATE :area.run_entry_{run.Run} SET account_fen = account_fen + 1, pool_fen = pool_fen - 1"));
        DataFaultException? refused = await Assert.ThrowsAsync<DataFaultException>(() => town.Life.PostAsync(run.Run!.Value, "reviewer", default));
        Assert.That(refused!.Code, Is.EqualTo("CONTENT_CHANGED"));
    }

    [Test]
    public async Task A_reviewer_who_saw_another_content_does_not_approve_this_one()
    {
        RunDocument run = await town.AllocateAsync(January);
        DataFaultException? refused = await Assert.ThrowsAsync<DataFaultException>(() => town.Life.ApproveAsync(run.Run!.Value, "reviewer", new string('0', 64), default));
        Assert.That(refused!.Code, Is.EqualTo("CONTENT_CHANGED"));
    }

    [TestCase("UPDATE :area.entry SET account_fen = account_fen + 1, pool_fen = pool_fen - 1")]
    [TestCase("UPDATE :area.entry_2021_01 SET account_fen = account_fen + 1, pool_fen = pool_fen - 1")]
    [TestCase("DELETE FROM :area.entry")]
    [TestCase("DELETE FROM :area.entry_2021_01")]
    [TestCase("TRUNCATE :area.entry")]
    [TestCase("INSERT INTO :area.entry VALUES ('2021-01-01', 1, 1, '2021-01-01', 9, 1, -1, 0, 0, 0, 0)")]
    [TestCase("ALTER TABLE :area.entry DETACH PARTITION :area.entry_2021_01")]
    [TestCase("CREATE TABLE public.extra PARTITION OF :area.entry FOR VALUES IN ('2021-02-01')")]
    [TestCase("DROP TABLE :area.entry_2021_01")]
    [TestCase("UPDATE :area.contribution SET base_fen = 1")]
    [TestCase("DELETE FROM :area.submission")]
    [TestCase("UPDATE :area.closing SET closing_fen = 0")]
    [TestCase("INSERT INTO :area.ledger VALUES (99, 'close', NULL, '2021-01-01', 'x')")]
    [TestCase("DELETE FROM batch.policy_change")]
    public async Task The_programs_role_cannot_change_what_stands(string sql)
    {
        await town.PostMonthAsync(January);
        PostgresException refused = await town.RefusedAsync(sql);
        Assert.That(refused.SqlState, Is.EqualTo(PostgresErrorCodes.InsufficientPrivilege));
    }

    [Test]
    public async Task A_reversal_goes_into_the_runs_own_month_while_it_is_open_and_into_the_next_one_when_it_is_the_last_closed()
    {
        int run = (await town.PostMonthAsync(January)).Run!.Value;
        YearMonth open = await town.Life.OpenMonthAsync(run, default);
        await town.CloseAsync(January);
        YearMonth closed = await town.Life.OpenMonthAsync(run, default);
        await town.CloseAsync(February);
        YearMonth longClosed = await town.Life.OpenMonthAsync(run, default);
        Assert.That((open, closed, longClosed), Is.EqualTo((January, February, new YearMonth(2021, 3))));
        RunDocument reversal = await town.Life.ReverseAsync(run, longClosed, "operator", default);
        Assert.That((reversal.Month, reversal.Credited), Is.EqualTo((new YearMonth(2021, 3), Money.FromYuan(-1026.00m))));
    }

    [Test]
    public async Task Nothing_is_posted_into_a_closed_month()
    {
        RunDocument late = await town.AllocateAsync(January);
        await town.Life.DiscardAsync(late.Run!.Value, "operator", "test", default);
        await town.CloseAsync(January);
        DataFaultException? refused = await Assert.ThrowsAsync<DataFaultException>(() => town.AllocateAsync(January));
        Assert.That(refused!.Code, Is.EqualTo("MONTH_CLOSED"));
        RunDocument posted = await town.PostMonthAsync(February);
        Assert.That(posted.Credited, Is.EqualTo(Money.FromYuan(1026.00m)));
    }
}

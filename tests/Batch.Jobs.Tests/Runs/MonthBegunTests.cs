using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Jobs.Work;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Tests.Runs;

/// <summary>Nothing is computed, approved or posted in a month that has not begun in Shanghai.</summary>
public sealed class MonthBegunTests
{
    private static readonly YearMonth Future = new(2050, 1);
    private static readonly CitizenId Ann = Town.Person(1, 1990);     // 60 in 2050: still employed

    private Town town = null!;

    [SetUp]
    public async Task SetUp() => town = await Town.FoundAsync();

    [TearDown]
    public async Task TearDown() => await town.DisposeAsync();

    [Test]
    public async Task A_month_to_come_is_not_computed_whether_files_wait_or_not()
    {
        Assert.That((await RefusalAsync(() => town.AllocateAsync(Future))).Code, Is.EqualTo("MONTH_NOT_BEGUN"));
        await town.PayrollAsync(new YearMonth(2021, 1), "E1", [(Ann, 5000m)]);
        DataFaultException refused = await RefusalAsync(() => town.AllocateAsync(Future));
        Assert.That((refused.Code, refused.Chinese, refused.English), Is.EqualTo((
            "MONTH_NOT_BEGUN", "该月尚未开始，2050-01-01 起可以计算、复核和入账。", "The month has not begun; its runs are computed, approved and posted from 2050-01-01 on.")));
        Assert.That(await town.Database.ScalarAsync<long>("SELECT count(*) FROM area_420100.run"), Is.Zero);
    }

    [Test]
    public async Task The_stages_that_jobs_go_through_refuse_it_too()
    {
        await town.PayrollAsync(new YearMonth(2021, 1), "E1", [(Ann, 5000m)]);
        Allocation stages = new(await town.AreaAsync());
        PostgresException refused = (await Assert.ThrowsAsync<PostgresException>(() => stages.OpenAsync(Future, "operator", default)))!;
        Assert.That(WorkFaults.Of(refused).Code, Is.EqualTo("MONTH_NOT_BEGUN"));
    }

    [Test]
    public async Task The_running_month_is_computed_and_the_next_one_is_not()
    {
        await town.PayrollAsync(new YearMonth(2021, 1), "E1", [(Ann, 5000m)]);
        YearMonth running = SystemClock.Instance.Today().ToYearMonth();
        Assert.That((await RefusalAsync(() => town.AllocateAsync(running.PlusMonths(1)))).Code, Is.EqualTo("MONTH_NOT_BEGUN"));
        Assert.That((await town.AllocateAsync(running)).State, Is.EqualTo(RunState.Computed));
    }

    // Shanghai is at UTC+8: its 2050-01-01 begins at 16:00 UTC of the day before.
    [TestCase("allocation")]
    [TestCase("interest")]
    public async Task The_database_opens_no_run_of_a_month_to_come_for_whoever_asks(string kind)
    {
        PostgresException refused = await town.RefusedAsync($"SELECT :area.open_run('{kind}', '2050-01-01', 'operator', 1, '{{}}', NULL)");
        Assert.That((refused.SqlState, refused.MessageText), Is.EqualTo(("BA191", "2050-01-01")));
    }

    // A run that an earlier version let in: it goes no further, and can be discarded.
    [Test]
    public async Task A_run_of_a_month_to_come_is_neither_approved_nor_posted()
    {
        await town.PayrollAsync(new YearMonth(2021, 1), "E1", [(Ann, 5000m)]);
        int run = (await WithoutRuleAsync(() => town.AllocateAsync(Future))).Run!.Value;
        Assert.That((await RefusalAsync(() => town.Life.ApproveAsync(run, "reviewer", null, default))).Code, Is.EqualTo("MONTH_NOT_BEGUN"));
        await WithoutRuleAsync(() => town.Life.ApproveAsync(run, "reviewer", null, default));
        Assert.That((await RefusalAsync(() => town.Life.PostAsync(run, "reviewer", default))).Code, Is.EqualTo("MONTH_NOT_BEGUN"));
        Assert.That((await town.Life.DiscardAsync(run, "reviewer", "wrong month", default)).State, Is.EqualTo(RunState.Discarded));
        await town.PostMonthAsync(new YearMonth(2021, 1));
        await town.AssertCleanAsync();
    }

    // 5000 x 3.1 % = 155.00, taken out where it was put in.
    [Test]
    public async Task What_was_posted_in_a_month_to_come_can_be_reversed_there()
    {
        await town.PayrollAsync(new YearMonth(2021, 1), "E1", [(Ann, 5000m)]);
        int run = (await WithoutRuleAsync(() => town.PostMonthAsync(Future))).Run!.Value;
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(155m)));
        RunDocument reversal = await town.Life.ReverseAsync(run, await town.Life.OpenMonthAsync(run, default), "operator", default);
        await town.PostAsync(reversal.Run!.Value);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.Zero));
        await town.PostMonthAsync(new YearMonth(2021, 1));
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(155m)));
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task A_reversal_goes_into_no_month_to_come_but_its_own()
    {
        await town.PayrollAsync(new YearMonth(2021, 1), "E1", [(Ann, 5000m)]);
        int run = (await town.PostMonthAsync(new YearMonth(2021, 1))).Run!.Value;
        Assert.That((await RefusalAsync(() => town.Life.ReverseAsync(run, Future, "operator", default))).Code, Is.EqualTo("MONTH_NOT_BEGUN"));
    }

    private static async Task<DataFaultException> RefusalAsync(Func<Task> act) => (await Assert.ThrowsAsync<DataFaultException>(() => act()))!;

    // As it was before the rule was there.
    private async Task<T> WithoutRuleAsync<T>(Func<Task<T>> act)
    {
        string rule = await town.Database.ScalarAsync<string>("SELECT pg_get_functiondef('area_420100.refuse_before_month'::regproc)");
        await town.Database.ExecuteAsync("CREATE OR REPLACE FUNCTION area_420100.refuse_before_month(of_month date) RETURNS void LANGUAGE sql AS ''");
        T done = await act();
        await town.Database.ExecuteAsync(rule);
        return done;
    }
}

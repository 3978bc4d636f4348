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

public partial class RunLifeTests
{
    private static readonly YearMonth January = new(2021, 1);
    private static readonly YearMonth February = new(2021, 2);
    private static readonly CitizenId Ann = Town.Person(1, 1990);     // 30: 1.1 %
    private static readonly CitizenId Bob = Town.Person(2, 1980);     // 40: 1.4 %
    private static readonly CitizenId Cai = Town.Person(3, 1970);     // 50: 1.7 %
    private static readonly CitizenId Old = Town.Person(4, 1945);     // 75: 5.1 %
    private Town town = null!;

    [SetUp]
    public async Task SetUp()
    {
        town = await Town.FoundAsync();
        await town.PayrollAsync(January, "E1", [(Ann, 5000m), (Bob, 6000m), (Cai, 7000m)]);
        await town.PensionAsync(January, [(Old, 8000m)]);
    }

    [TearDown]
    public async Task TearDown() => await town.DisposeAsync();

    // 5000 x 3.1 % = 155.00, 6000 x 3.4 % = 204.00, 7000 x 3.7 % = 259.00, 8000 x 5.1 % = 408.00
    [Test]
    public async Task A_posted_month_credits_each_person_by_tier_and_balances_its_funds()
    {
        RunDocument posted = await town.PostMonthAsync(January);
        Assert.Multiple(() =>
        {
            Assert.That(posted.Entries, Is.EqualTo(4));
            Assert.That(posted.Credited, Is.EqualTo(Money.FromYuan(1026.00m)));
            Assert.That(posted.PersonPaid + posted.EmployerPaid, Is.EqualTo(posted.Credited + posted.Pool + posted.Other));
            Assert.That(posted.PoolPaid, Is.EqualTo(Money.FromYuan(408m)));
        });
        Assert.That(await town.BalanceAsync(Cai), Is.EqualTo(Money.FromYuan(259m)));
    }

    [Test]
    public async Task Allocating_again_posts_nothing()
    {
        await town.PostMonthAsync(January);
        RunDocument again = await town.AllocateAsync(January);
        Assert.Multiple(() =>
        {
            Assert.That(again.State, Is.EqualTo(RunState.Nothing));
            Assert.That(again.Run, Is.Null);
        });
    }

    [Test]
    public async Task A_run_that_is_still_current_is_returned_and_a_stale_one_is_replaced()
    {
        RunDocument first = await town.AllocateAsync(January);
        RunDocument same = await town.AllocateAsync(January);
        await town.PayrollAsync(January, "E2", [(Town.Person(9), 5000m)]);
        RunDocument replaced = await town.AllocateAsync(January);
        RunDocument stale = await town.Life.PreviewAsync(first.Run!.Value, default);
        Assert.Multiple(() =>
        {
            Assert.That(same, Is.EqualTo(first));
            Assert.That(replaced.Entries, Is.EqualTo(5));
            Assert.That(stale.State, Is.EqualTo(RunState.Discarded));
        });
    }

    [Test]
    public async Task A_replacement_changes_only_who_differs_by_exactly_the_difference()
    {
        await town.PostMonthAsync(January);
        FileOutcome outcome = await town.PayrollAsync(January, "E1", [(Ann, 5000m), (Bob, 6500m)], SubmissionKind.Replacement, confirm: true);
        RunDocument difference = await town.PostMonthAsync(January);
        Assert.Multiple(() =>
        {
            Assert.That((outcome.Accepted, outcome.Unchanged), Is.EqualTo((1, 1)));
            // Bob + 500 x 3.4 % = 17.00; Cai is left out: - 259.00
            Assert.That(difference.Entries, Is.EqualTo(2));
            Assert.That(difference.Credited, Is.EqualTo(Money.FromYuan(-242m)));
        });
        Assert.That(await town.BalanceAsync(Bob), Is.EqualTo(Money.FromYuan(221m)));
        Assert.That(await town.BalanceAsync(Cai), Is.EqualTo(Money.Zero));
    }

    [Test]
    public async Task A_replacement_that_leaves_out_more_than_a_tenth_needs_a_confirmation()
    {
        FileOutcome refused = await town.PayrollAsync(January, "E1", [(Ann, 5000m), (Bob, 6000m)], SubmissionKind.Replacement);
        RunDocument posted = await town.PostMonthAsync(January);
        Assert.Multiple(() =>
        {
            Assert.That(refused.Refused, Is.EqualTo("REPLACEMENT_LEAVES_OUT"));
            Assert.That(posted.Entries, Is.EqualTo(4));
        });
    }

    [Test]
    public async Task A_reversed_run_leaves_every_balance_as_before_and_the_next_allocation_restores_it()
    {
        await town.PostMonthAsync(January);
        await town.PayrollAsync(February, "E1", [(Ann, 5000m), (Bob, 6000m)]);
        RunDocument february = await town.PostMonthAsync(February);
        RunDocument reversal = await town.Life.ReverseAsync(february.Run!.Value, February, "operator", default);
        await town.PostAsync(reversal.Run!.Value);
        Money reversed = await town.BalanceAsync(Ann);
        RunDocument restored = await town.PostMonthAsync(February);
        Assert.Multiple(() =>
        {
            Assert.That(reversed, Is.EqualTo(Money.FromYuan(155m)));
            Assert.That(reversal.Credited, Is.EqualTo(-february.Credited));
            Assert.That(restored.Credited, Is.EqualTo(february.Credited));
        });
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(310m)));
    }

    [Test]
    public async Task A_run_that_later_ones_built_upon_is_reversed_after_them()
    {
        RunDocument first = await town.PostMonthAsync(January);
        await town.PayrollAsync(January, "E1", [(Ann, 5500m)], SubmissionKind.Supplementary);
        await town.PostMonthAsync(January);
        DataFaultException? refused = await Assert.ThrowsAsync<DataFaultException>(() => town.Life.ReverseAsync(first.Run!.Value, January, "operator", default));
        Assert.That(refused!.Code, Is.EqualTo("RUN_BUILT_UPON"));
    }

    [Test]
    public async Task A_run_whose_facts_a_later_run_took_over_without_a_difference_is_reversed_after_it()
    {
        RunDocument first = await town.PostMonthAsync(January);
        await town.PersonsAsync(January, (Cai, "停保", "2021-01-31"));
        // The same money from another employer after the first has withdrawn it: a difference of nothing, and a new person's credit.
        await town.PayrollAsync(January, "E1", [(Ann, 5000m), (Bob, 6000m)], SubmissionKind.Replacement, confirm: true);
        await town.PayrollAsync(January, "E2", [(Cai, 7000m), (Town.Person(8), 5000m)], SubmissionKind.Supplementary);
        RunDocument second = await town.PostMonthAsync(January);
        DataFaultException? refused = await Assert.ThrowsAsync<DataFaultException>(() => town.Life.ReverseAsync(first.Run!.Value, January, "operator", default));
        Assert.Multiple(() =>
        {
            Assert.That(second.Credited, Is.EqualTo(Money.FromYuan(155m)));
            Assert.That(refused!.Code, Is.EqualTo("RUN_BUILT_UPON"));
        });
    }

    // Floor 80 % of 7327 = 5861.60 x 4.8 %; 80 % of 8000 = 6400.00 x 4.8 % = 307.20, and 281.3568 -> 281.36: + 25.84 a month
    [Test]
    public async Task A_retroactive_figure_posts_exactly_the_differences_in_the_open_month()
    {
        CitizenId poor = Town.Person(5, 1955);
        await town.PensionAsync(January, [(poor, 1000m)]);
        await town.PostMonthAsync(January);
        await town.CloseAsync(January);
        await town.PensionAsync(February, [(poor, 1000m), (Old, 8000m)]);
        await town.PostMonthAsync(February);
        await town.CloseAsync(February);
        await town.SetFigureAsync("average-wage", January, 8000m);
        RunDocument difference = await town.PostMonthAsync(new YearMonth(2021, 3));
        Assert.Multiple(() =>
        {
            Assert.That(difference.Entries, Is.EqualTo(2));
            Assert.That(difference.People, Is.EqualTo(1));
            Assert.That(difference.Credited, Is.EqualTo(Money.FromYuan(51.68m)));
            Assert.That(difference.Pool, Is.EqualTo(Money.FromYuan(-51.68m)));
        });
        Assert.That(await town.BalanceAsync(poor), Is.EqualTo(Money.FromYuan(614.40m)));
    }

    // As above: 281.36 by the figure of the time, 307.20 by the one that came after the posting.
    [Test]
    public async Task A_figure_that_comes_after_the_posting_posts_the_difference_in_the_open_month_itself()
    {
        CitizenId poor = Town.Person(5, 1955);
        await town.PensionAsync(January, [(poor, 1000m)]);
        await town.PostMonthAsync(January);
        await town.SetFigureAsync("average-wage", January, 8000m);
        RunDocument difference = await town.PostMonthAsync(January);
        Assert.That((difference.Entries, difference.Credited), Is.EqualTo((1, Money.FromYuan(25.84m))));
    }

    [Test]
    public async Task A_file_of_the_next_month_waits_for_that_months_run()
    {
        await town.PayrollAsync(February, "E1", [(Ann, 5000m)]);
        RunDocument january = await town.PostMonthAsync(January);
        RunDocument february = await town.PostMonthAsync(February);
        Assert.That((january.Entries, february.Entries, february.Credited), Is.EqualTo((4, 1, Money.FromYuan(155m))));
    }

    // The ledger moves by the closing: what was computed before it can no longer be posted.
    [Test]
    public async Task A_run_computed_before_the_month_before_was_closed_is_replaced_by_one_that_can_be_posted()
    {
        await town.PostMonthAsync(January);
        await town.PayrollAsync(February, "E1", [(Ann, 5000m)]);
        int before = (await town.AllocateAsync(February)).Run!.Value;
        await town.CloseAsync(January);
        RunDocument posted = await town.PostMonthAsync(February);
        Assert.That((posted.Run > before, posted.State, posted.Credited), Is.EqualTo((true, RunState.Posted, Money.FromYuan(155m))));
    }

    // 420100 leaves open what flexible workers are credited: their money is kept apart. January: 500.00 of Ann's, 155.00 of them in her account.
    [Test]
    public async Task Another_category_known_later_is_posted_to_the_months_since_it_began()
    {
        await town.PostMonthAsync(January);
        await CategoryAsync(Ann, "2021-01-01");
        RunDocument february = await town.PostMonthAsync(February);
        Assert.That((february.Entries, february.Credited, february.Other), Is.EqualTo((1, Money.FromYuan(-155m), Money.FromYuan(500m))));
    }

    // 6000 x 3.1 % = 186.00 is 31.00 more in January; February's 500.00 are kept apart.
    [Test]
    public async Task A_category_that_begins_on_the_first_of_a_month_leaves_the_month_before_alone()
    {
        await town.PostMonthAsync(January);
        await town.PayrollAsync(January, "E1", [(Ann, 6000m)], SubmissionKind.Supplementary);
        await town.PayrollAsync(February, "E1", [(Ann, 5000m)]);
        await CategoryAsync(Ann, "2021-02-01");
        RunDocument february = await town.PostMonthAsync(February);
        Assert.That((february.Entries, february.Credited, february.Other), Is.EqualTo((2, Money.FromYuan(31m), Money.FromYuan(500m))));
    }

    // Retired on 10 January by the pension row itself: nothing as a retiree for January, 8000 x 4.8 % = 384.00 for February.
    [Test]
    public async Task A_retirement_date_in_a_pension_row_starts_the_credits_in_the_month_after_it()
    {
        CitizenId retiring = Town.Person(7, 1961);
        const string Header = "姓名,公民身份号码,所属期,上年度月平均养老金,本年月平均养老金,当月养老金,退休日期";
        await town.ImportAsync(Header, [$"某人,{retiring.Full()},2021-01,8000.00,,,2021-01-10"], January, SubmissionKind.Supplementary, false);
        RunDocument january = await town.PostMonthAsync(January);
        await town.ImportAsync(Header, [$"某人,{retiring.Full()},2021-02,8000.00,,,2021-01-10"], February, SubmissionKind.Regular, false);
        RunDocument february = await town.PostMonthAsync(February);
        Assert.Multiple(() =>
        {
            Assert.That(january.Credited, Is.EqualTo(Money.FromYuan(1026.00m)));
            Assert.That(february.Credited, Is.EqualTo(Money.FromYuan(384m)));
        });
    }

    [Test]
    public async Task A_held_line_that_is_sent_again_after_the_other_employer_withdrew_is_taken()
    {
        FileOutcome second = await town.PayrollAsync(January, "E2", [(Cai, 7000m)]);
        await town.PayrollAsync(January, "E2", [(Town.Person(8), 5000m)], SubmissionKind.Replacement, confirm: true);
        RunDocument without = await town.PostMonthAsync(January);
        FileOutcome again = await town.PayrollAsync(January, "E1", [(Ann, 5000m), (Bob, 6000m), (Cai, 7000m)]);
        RunDocument released = await town.PostMonthAsync(January);
        Assert.Multiple(() =>
        {
            Assert.That((second.Accepted, second.Held), Is.EqualTo((0, 1)));
            Assert.That(without.Credited, Is.EqualTo(Money.FromYuan(155m + 204m + 408m + 155m)));
            Assert.That((again.Accepted, again.Unchanged), Is.EqualTo((1, 2)));
            Assert.That(released.Credited, Is.EqualTo(Money.FromYuan(259m)));
        });
    }

    [Test]
    public async Task Three_different_lines_of_one_person_in_one_file_are_all_held()
    {
        FileOutcome outcome = await town.PayrollAsync(January, "E3", [(Town.Person(9), 5000m), (Town.Person(9), 5100m), (Town.Person(9), 5200m)]);
        Assert.That((outcome.Accepted, outcome.Held), Is.EqualTo((0, 3)));
    }

    [Test]
    public async Task A_death_that_becomes_known_late_takes_back_what_was_credited_after_it()
    {
        await town.PostMonthAsync(January);
        await town.PensionAsync(February, [(Old, 8000m)]);
        await town.PostMonthAsync(February);
        await town.PersonsAsync(February, (Old, "死亡", "2021-01-20"));
        RunDocument back = await town.PostMonthAsync(February);
        Assert.That(back.Credited, Is.EqualTo(Money.FromYuan(-408m)));
        Assert.That(await town.BalanceAsync(Old), Is.EqualTo(Money.FromYuan(408m)));
    }
}

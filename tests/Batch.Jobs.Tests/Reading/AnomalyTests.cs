using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Runs;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Reading;

/// <summary>What a reviewer must not pass over in silence. Employees of base 10,000 aged 30 or so get 2 % own and 1.1 % share: 310 yuan a month.</summary>
public sealed class AnomalyTests
{
    private static readonly YearMonth June = new(2021, 6);
    private static readonly YearMonth July = new(2021, 7);

    private Town town = null!;

    [SetUp]
    public async Task FoundAsync()
    {
        town = await Town.FoundAsync();
        await SetAsync("least-people", 10);
    }

    [TearDown]
    public async Task LeaveAsync() => await town.DisposeAsync();

    [Test]
    public async Task The_first_month_has_nothing_to_be_compared_with()
    {
        await PayrollAsync(June, 20);
        RunDocument run = await town.AllocateAsync(June);
        Assert.That(await CodesAsync(run.Run!.Value), Is.Empty);
        ReviewDocument review = await ReviewAsync(run.Run!.Value);
        Assert.That(review.Compared!.Before, Is.Null);
        Assert.That(review.Compared.Notes.Select(n => n.Code), Is.EqualTo(new[] { "FIRST_MONTH" }));
    }

    [Test]
    public async Task A_month_like_the_one_before_is_approved_without_a_word()
    {
        await PostedAsync(June, 20);
        await PayrollAsync(July, 19);
        RunDocument run = await town.AllocateAsync(July);
        Assert.That(await CodesAsync(run.Run!.Value), Is.Empty);
        Assert.That((await town.Life.ApproveAsync(run.Run!.Value, "reviewer", null, default)).State, Is.EqualTo(RunState.Approved));
    }

    [Test]
    public async Task A_quarter_fewer_people_need_a_written_reason_and_it_is_kept_and_audited()
    {
        await PostedAsync(June, 20);
        await PayrollAsync(July, 15);
        int run = (await town.AllocateAsync(July)).Run!.Value;
        IReadOnlyList<Anomaly> found = await Anomaly.ReadAsync(town.Area, run, default);
        Assert.That(found, Is.EqualTo(new[] { new Anomaly("CREDITED_OFF", 4650m, 6200m, 20m), new Anomaly("PEOPLE_OFF", 15m, 20m, 10m) }));

        Assert.That(async () => await town.Life.ApproveAsync(run, "reviewer", null, default), Throws.TypeOf<DataFaultException>().With.Property("Code").EqualTo("ANOMALIES"));
        Assert.That(async () => await town.Life.ApproveAsync(run, "reviewer", null, default, "  "), Throws.TypeOf<DataFaultException>().With.Property("Code").EqualTo("ANOMALIES"));
        await town.Life.ApproveAsync(run, "reviewer", null, default, "单位丙本月未到账，已核对");

        RunOverride kept = (await new RunList(await town.AreaAsync(), SystemClock.Instance).OverrideAsync(run, default))!;
        Assert.That((kept.By, kept.Reason), Is.EqualTo(("reviewer", "单位丙本月未到账，已核对")));
        Assert.That(kept.Anomalies, Is.EqualTo(new[] { "CREDITED_OFF", "PEOPLE_OFF" }));
        Assert.That(await town.Database.ScalarAsync<string>("SELECT subject FROM batch.audit WHERE act = 'run.override'"), Is.EqualTo($"{run} CREDITED_OFF PEOPLE_OFF"));
        AuditLine told = (await new AuditList(town.Database.Program).ReadAsync(new AuditFilter("reviewer", ["run.override"], ""), 1, default)).Rows.Single();
        Assert.That(told.Reason, Is.EqualTo("单位丙本月未到账，已核对"));
        Assert.That((await town.Life.PostAsync(run, "reviewer", default)).State, Is.EqualTo(RunState.Posted));
    }

    // 100 in work and 20 retirees; 5 of them fewer are 4 % of all people and 25 % of the retirees. Four fewer are too few to tell.
    [TestCase(15, "RETIREES_OFF")]
    [TestCase(16, "")]
    public async Task A_quarter_of_the_retirees_missing_needs_a_reason(int left, string code)
    {
        (CitizenId, decimal)[] retirees = [.. Enumerable.Range(500, 20).Select(i => (Town.Person(i, 1950), 6000m))];
        await PayrollAsync(June, 100);
        await town.PensionAsync(June, retirees);
        await town.PostMonthAsync(June);
        await PayrollAsync(July, 100);
        await town.PensionAsync(July, retirees[..left]);
        int run = (await town.AllocateAsync(July)).Run!.Value;
        IReadOnlyList<Anomaly> found = await Anomaly.ReadAsync(town.Area, run, default);
        Assert.That(found, Is.EqualTo(code.Length == 0 ? [] : new[] { new Anomaly(code, left, 20m, 10m) }));
    }

    [Test]
    public async Task The_database_itself_refuses_even_the_function_of_before()
    {
        await PostedAsync(June, 20);
        await PayrollAsync(July, 15);
        RunDocument run = await town.AllocateAsync(July);
        Assert.That((await town.RefusedAsync($"SELECT :area.approve_run({run.Run}, 'reviewer', '{run.Digest}')")).SqlState, Is.EqualTo("BA020"));
        Assert.That((await town.RefusedAsync($"INSERT INTO :area.run_override (run_id, by, reason, anomalies) VALUES ({run.Run}, 'x', 'y', ARRAY['z'])")).SqlState, Is.EqualTo("42501"));
    }

    [Test]
    public async Task A_month_posted_in_two_runs_is_compared_as_a_whole()
    {
        await PostedAsync(June, 20);
        await PayrollAsync(July, 18);
        await town.PostMonthAsync(July);
        await PayrollAsync(July, 2, from: 100, employer: "丁");
        RunDocument late = await town.AllocateAsync(July);
        Assert.That(await CodesAsync(late.Run!.Value), Is.Empty);
    }

    [Test]
    public async Task The_month_before_has_the_people_of_all_its_runs_each_once()
    {
        // 12 and 7 others; one of the first 12 again, on a higher base: 19 people, not 7, 12 or 20.
        await PostedAsync(June, 12);
        await PayrollAsync(June, 7, from: 100, employer: "丁");
        await town.PayrollAsync(June, "甲", [(Town.Person(0), 12_000m)]);
        await town.PostMonthAsync(June);
        await PayrollAsync(July, 19);
        int run = (await town.AllocateAsync(July)).Run!.Value;
        CreditedMonth before = (await ReviewAsync(run)).Compared!.Before!;
        Assert.That((before.People, before.Credited), Is.EqualTo((19, Money.FromYuan((19 * 310m) + 62m))));
    }

    [Test]
    public async Task The_open_months_before_a_run_are_named_with_what_waits_in_them()
    {
        await PostedAsync(June, 12);
        await PayrollAsync(July, 12);
        await town.PayrollAsync(July.Next(), "甲", [.. People(12, 0).Select(p => (p, 10_000m))]);
        IReadOnlyList<OpenMonth> open = await new MonthsAround(await town.AreaAsync()).OpenBeforeAsync(July.Next(), default);
        Assert.That(open, Is.EqualTo(new[] { new OpenMonth(June, 0, true), new OpenMonth(July, 1, false) }));
    }

    [Test]
    public async Task A_closed_month_is_told_as_closed_and_not_as_one_with_nothing_to_post()
    {
        await PostedAsync(June, 12);
        await town.CloseAsync(June);
        await PayrollAsync(July, 12);
        Assert.That(async () => await town.AllocateAsync(June), Throws.TypeOf<DataFaultException>().With.Property("Code").EqualTo("MONTH_CLOSED"));
    }

    [Test]
    public async Task A_single_credit_above_the_threshold_and_money_taken_back_count_in_the_first_month_too()
    {
        await SetAsync("single-credit-yuan", 309.99m);
        await PayrollAsync(June, 12);
        int run = (await town.AllocateAsync(June)).Run!.Value;
        Assert.That(await Anomaly.ReadAsync(town.Area, run, default), Is.EqualTo(new[] { new Anomaly("CREDIT_LARGE", 310m, null, 309.99m) }));
        await town.Life.ApproveAsync(run, "reviewer", null, default, "checked");
        await town.Life.PostAsync(run, "reviewer", default);

        await SetAsync("single-credit-yuan", 10_000);
        await SetAsync("negative-credits", 1);
        await town.PayrollAsync(June, "甲", [.. People(12, 0).Skip(2).Select(p => (p, 10_000m))], SubmissionKind.Replacement, confirm: true);
        int back = (await town.AllocateAsync(June)).Run!.Value;
        Assert.That(await CodesAsync(back), Is.EqualTo(new[] { "CREDITS_NEGATIVE" }));
    }

    [TestCase("20.00", new string[0])]
    [TestCase("20.01", new[] { "MONEY_OUT_LARGE" })]
    public async Task More_than_twice_the_money_out_of_last_month_is_an_anomaly(string last, string[] codes)
    {
        // June: three purchases of 10 yuan. July: 20 + 20 + LAST, of which 60 is just twice June's 30.
        await SetAsync("least-people", 3);
        await town.MovementsAsync(June, [.. People(3, 0).SelectMany(p => (string[])[$"{p.Full()},期初余额,1000.00,2021-06-01,,,,,,,,", Spent(p, "10.00", "2021-06-02")])]);
        await town.PostMonthAsync(June);
        await town.MovementsAsync(July, [.. People(3, 0).Select((p, i) => Spent(p, i == 2 ? last : "20.00", "2021-07-02"))]);
        int run = (await town.AllocateAsync(July)).Run!.Value;
        IReadOnlyList<Anomaly> found = await Anomaly.ReadAsync(town.Area, run, default);
        Assert.That(found.Select(a => a.Code), Is.EqualTo(codes));
        Assert.That(found.Select(a => (a.Value, a.Against, a.Allowed)), Is.All.EqualTo((60.01m, (decimal?)30m, 200m)));
        await SetAsync("least-people", 4);
        Assert.That(await CodesAsync(run), Is.Empty, "three purchases in June are too few to compare with");
    }

    [Test]
    public async Task A_movement_above_the_threshold_is_an_anomaly_in_whichever_direction()
    {
        await SetAsync("single-movement-yuan", 1500);
        await town.MovementsAsync(June, $"{Town.Person(1).Full()},期初余额,1500.00,2021-06-01,,,,,,,,");
        Assert.That(await CodesAsync((await town.PostMonthAsync(June)).Run!.Value), Is.Empty, "posted");
        await SetAsync("single-movement-yuan", 1499.99m);
        await town.MovementsAsync(July, Spent(Town.Person(1), "1500.00", "2021-07-02"));
        int run = (await town.AllocateAsync(July)).Run!.Value;
        Assert.That(await Anomaly.ReadAsync(town.Area, run, default), Is.EqualTo(new[] { new Anomaly("MOVEMENT_LARGE", 1500m, null, 1499.99m) }));
        Assert.That(async () => await town.Life.ApproveAsync(run, "reviewer", null, default), Throws.TypeOf<DataFaultException>().With.Property("Code").EqualTo("ANOMALIES"));
        await SetAsync("single-movement-yuan", 1500);
        Assert.That(await CodesAsync(run), Is.Empty);
    }

    [TestCase(19, new string[0])]
    [TestCase(20, new[] { "CORRECTIONS_MANY" })]
    public async Task Many_corrections_beside_the_accounts_are_an_anomaly(int corrections, string[] codes)
    {
        await PostedAsync(June, 30);
        await town.MovementsAsync(July, [.. People(corrections, 0).Select(p => $"{p.Full()},更正,1.00,2021-07-05,,GZ{p.Digits17},,,,,,")]);
        IReadOnlyList<Anomaly> found = await Anomaly.ReadAsync(town.Area, (await town.AllocateAsync(July)).Run!.Value, default);
        Assert.That(found.Select(a => a.Code), Is.EqualTo(codes));
        Assert.That(found.Select(a => (a.Value, a.Against, a.Allowed)), Is.All.EqualTo((20m, (decimal?)30m, 2m)));
    }

    [Test]
    public async Task A_run_says_what_it_does_to_the_accounts_kind_by_kind()
    {
        // Two people of 10,000 yuan: 310 each. One opens with 500 and spends 30.50 and 9.50; the other is corrected by 12.34 down.
        await PayrollAsync(June, 2);
        CitizenId[] two = [.. People(2, 0)];
        await town.MovementsAsync(
            June, $"{two[0].Full()},期初余额,500.00,2021-06-01,,,,,,,,", Spent(two[0], "30.50", "2021-06-02"), Spent(two[0], "9.50", "2021-06-03"), $"{two[1].Full()},更正,-12.34,2021-06-05,,GZ1,,,,,,");
        int run = (await town.AllocateAsync(June)).Run!.Value;
        RunKind[] kinds =
        [
            new("contribution", 2, Money.FromYuan(620), Money.Zero, Money.FromYuan(620)), new("opening", 1, Money.FromYuan(500), Money.Zero, Money.FromYuan(500)),
            new("spending", 1, Money.Zero, Money.FromYuan(-40), Money.FromYuan(-40)), new("correction", 1, Money.Zero, new Money(-1234), new Money(-1234)),
        ];
        Assert.That(await RunKind.ReadAsync(await town.AreaAsync(), run, default), Is.EqualTo(kinds));
        await town.PostAsync(run);
        Assert.That(await RunKind.ReadAsync(await town.AreaAsync(), run, default), Is.EqualTo(kinds));
    }

    [Test]
    public async Task The_review_counts_who_came_and_went_and_whose_base_jumped()
    {
        // Number 0 leaves, 20 and 21 come, number 1 earns 16,000 instead of 10,000: 496 instead of 310.
        await PostedAsync(June, 20);
        await town.PayrollAsync(July, "甲", [.. People(22, 0).Skip(1).Select((p, i) => (p, i == 0 ? 16_000m : 10_000m))]);
        int run = (await town.AllocateAsync(July)).Run!.Value;
        ReviewDocument review = await ReviewAsync(run);
        Assert.That(review.Compared!.Before!.Month, Is.EqualTo(June));
        Assert.That(review.Lines.Where(l => l.People > 0), Is.EqualTo(new[]
        {
            new ComparisonLine("joiners", 2, 2, Money.FromYuan(620)), new ComparisonLine("leavers", 1, -1, Money.FromYuan(-310)), new ComparisonLine("changed", 1, 0, Money.FromYuan(186)),
        }));
        Assert.That(review.Marks, Is.EqualTo(new[] { new ReviewMark("tier-movers", 0), new ReviewMark("base-jumps", 1), new ReviewMark("floor-hits", 0), new ReviewMark("retired-working", 0) }));
        Assert.That(review.Top.Select(t => t.Difference), Is.EqualTo(new[] { Money.FromYuan(-310), Money.FromYuan(310), Money.FromYuan(310), Money.FromYuan(186) }).AsCollection);
    }

    [Test]
    public async Task Who_passes_an_age_bound_between_two_months_is_counted()
    {
        // Born on 1985-06-15: 35 completed years on 1 June 2021, 36 on 1 July; the bound of 35 is passed in July.
        await town.PayrollAsync(June, "甲", [(Town.Person(1, 1985), 10_000m), (Town.Person(2, 1984), 10_000m)]);
        await town.PostMonthAsync(June);
        BirthBounds bounds = new(await town.AreaAsync());
        Assert.That((await bounds.CrossingAsync(new YearMonth(2021, 5), June, default), await bounds.CrossingAsync(June, July, default)), Is.EqualTo((0L, 1L)));
    }

    [Test]
    public async Task A_retired_person_who_passes_an_age_bound_counts_without_a_retirement_on_record_and_one_who_is_employed_again_does_not()
    {
        // Born on 1950-06-15: 70 completed years on 1 June 2021, 71 on 1 July. The pension file alone says that they are retired.
        await town.PensionAsync(June, [(Town.Person(1, 1950), 3_000m), (Town.Person(2, 1950), 3_000m), (Town.Person(3, 1949), 3_000m)]);
        await town.PostMonthAsync(June);
        BirthBounds bounds = new(await town.AreaAsync());
        Assert.That(await bounds.CrossingAsync(June, July, default), Is.EqualTo(2), "before the files of July are there");

        await town.PensionAsync(July, [(Town.Person(1, 1950), 3_000m), (Town.Person(2, 1950), 3_000m)]);
        await town.PayrollAsync(July, "甲", [(Town.Person(2, 1950), 10_000m)]);
        Assert.That(await bounds.CrossingAsync(June, July, default), Is.EqualTo(1), "the active tiers have no bound there");
    }

    private async Task<ReviewDocument> ReviewAsync(int run) => await new RunReview(await town.AreaAsync()).ReadAsync(run, default);

    private async Task SetAsync(string name, decimal value) => await new Thresholds(town.Database.Program, Town.Code).SetAsync(name, value, "administrator", default);

    private static string Spent(CitizenId person, string yuan, string day) => $"{person.Full()},消费,{yuan},{day},药店,,,,,,,";

    private static IEnumerable<CitizenId> People(int count, int from) => Enumerable.Range(from, count).Select(n => Town.Person(n));

    private Task<FileOutcome> PayrollAsync(YearMonth month, int people, int from = 0, string employer = "甲") =>
        town.PayrollAsync(month, employer, [.. People(people, from).Select(p => (p, 10_000m))]);

    private async Task PostedAsync(YearMonth month, int people)
    {
        await PayrollAsync(month, people);
        await town.PostMonthAsync(month);
    }

    private async Task<IEnumerable<string>> CodesAsync(int run) => (await Anomaly.ReadAsync(town.Area, run, default)).Select(a => a.Code);
}

using Batch.Jobs.Facts;
using Batch.Jobs.Ledger;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Runs;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Ledger;

public sealed class ClosingOrderTests
{
    private static readonly YearMonth January = new(2021, 1);
    private static readonly YearMonth February = new(2021, 2);
    private static readonly CitizenId Ann = Town.Person(1, 1990);

    private Town town = null!;

    [SetUp]
    public async Task SetUp() => town = await Town.FoundAsync();

    [TearDown]
    public async Task TearDown() => await town.DisposeAsync();

    [Test]
    public async Task The_first_month_to_close_is_the_first_that_was_posted_into_and_then_exactly_the_next()
    {
        await PostAsync(January);
        Assert.Multiple(async () =>
        {
            Assert.That(await RefusalAsync(new YearMonth(2020, 12)), Is.EqualTo("MONTH_OUT_OF_ORDER"));
            Assert.That(await RefusalAsync(February), Is.EqualTo("MONTH_OUT_OF_ORDER"));
            Assert.That(await RefusalAsync(new YearMonth(2050, 1)), Is.EqualTo("MONTH_OUT_OF_ORDER"));
        });
        await CloseAsync(January, "closer");
        DataFaultException gap = (await Assert.ThrowsAsync<DataFaultException>(() => CloseAsync(new YearMonth(2021, 3), "closer")))!;
        Assert.That((gap.Code, gap.English), Is.EqualTo(("MONTH_OUT_OF_ORDER", "Months are closed in order: the next one to close is 2021-02.")));
        await CloseAsync(February, "closer");
    }

    [Test]
    public async Task While_nothing_is_posted_the_first_month_is_that_of_the_first_regular_file_and_without_any_it_may_be_chosen()
    {
        Assert.That(await (await ClosingAsync()).NextAsync(default), Is.Null);
        await town.PayrollAsync(February, "E1", [(Ann, 5000m)]);
        await town.PayrollAsync(January, "E2", [(Town.Person(2), 5000m)], SubmissionKind.Supplementary);
        Assert.That(await (await ClosingAsync()).NextAsync(default), Is.EqualTo(February));
        Assert.That(await RefusalAsync(new YearMonth(2021, 3)), Is.EqualTo("MONTH_OUT_OF_ORDER"));
    }

    [Test]
    public async Task Who_posted_last_in_a_month_does_not_close_it_and_a_month_without_postings_is_closed_by_anyone()
    {
        await PostAsync(January);
        Assert.That(await RefusalAsync(January, "reviewer"), Is.EqualTo("CLOSED_BY_POSTER"));
        await CloseAsync(January, "operator");
        await CloseAsync(February, "reviewer");
    }

    // One person with two ways to write the name: case, width, a separator, vv for w, a space at the end.
    [TestCase("Reviewer")]
    [TestCase("ｒｅｖｉｅｗｅｒ")]
    [TestCase("re-viewer")]
    [TestCase("revievver")]
    [TestCase("reviewer ")]
    public async Task Who_posted_last_does_not_close_the_month_under_a_name_that_looks_the_same(string name)
    {
        await PostAsync(January);
        Assert.That(await RefusalAsync(January, name), Is.EqualTo("CLOSED_BY_POSTER"));
        await CloseAsync(January, "viewer");
    }

    // 2021-02 ends in Shanghai (UTC+8) at 16:00 UTC of 28 February; five days earlier on the 23rd.
    [TestCase(0, "2021-02-28 16:00:00")]
    [TestCase(5, "2021-02-23 16:00:00")]
    public async Task A_month_may_be_closed_from_its_end_in_Shanghai_or_so_many_days_before(int days, string utc)
    {
        await new Thresholds(town.Database.Program, "420100").SetAsync(Thresholds.CloseEarlyDays, days, "administrator", default);
        string from = await town.Database.ScalarAsync<string>("SELECT to_char(area_420100.closable_from('2021-02-01') AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')");
        Assert.That(from, Is.EqualTo(utc));
    }

    [Test]
    public async Task The_running_month_is_not_closed_unless_a_recorded_setting_allows_it()
    {
        YearMonth running = SystemClock.Instance.Today().ToYearMonth();
        Assert.That(await RefusalAsync(running), Is.EqualTo("MONTH_NOT_ENDED"));
        await new Thresholds(town.Database.Program, "420100").SetAsync(Thresholds.CloseEarlyDays, 31, "administrator", default);
        Assert.That(await RefusalAsync(running.PlusMonths(2)), Is.EqualTo("MONTH_NOT_ENDED"));
        // With 31 days the month may be closed from its first day, or from the last of the month before.
        await CloseAsync(running, "closer");
        Assert.That(await town.Database.ScalarAsync<string>("SELECT who || ' ' || subject FROM batch.audit WHERE act = 'threshold.set'"), Is.EqualTo("administrator close-early-days=31"));
    }

    [TestCase("32")]
    [TestCase("1.5")]
    public async Task Days_of_early_closing_are_whole_and_at_most_a_month(string value)
    {
        decimal days = decimal.Parse(value, System.Globalization.CultureInfo.InvariantCulture);
        DataFaultException refused = (await Assert.ThrowsAsync<DataFaultException>(
            () => new Thresholds(town.Database.Program, "420100").SetAsync(Thresholds.CloseEarlyDays, days, "administrator", default)))!;
        Assert.That(refused.Code, Is.EqualTo("THRESHOLD_INVALID"));
    }

    // The function itself refuses: a caller that goes around the program comes no further.
    [TestCase("2050-01-01", "closer", "BA150")]
    [TestCase("2021-01-01", "reviewer", "BA152")]
    public async Task The_database_function_refuses_by_itself(string month, string who, string state)
    {
        await PostAsync(January);
        Npgsql.PostgresException refused = await town.RefusedAsync($"SELECT :area.close_month('{month}', '{who}')");
        Assert.That(refused.SqlState, Is.EqualTo(state));
    }

    private async Task PostAsync(YearMonth month)
    {
        await town.PayrollAsync(month, "E1", [(Ann, 5000m)]);
        await town.PostMonthAsync(month);
    }

    private async Task<Closing> ClosingAsync() => new(town.Area);

    private async Task<ClosingDocument> CloseAsync(YearMonth month, string by) => await (await ClosingAsync()).CloseAsync(month, by, default);

    private async Task<string> RefusalAsync(YearMonth month, string by = "closer") =>
        (await Assert.ThrowsAsync<DataFaultException>(() => CloseAsync(month, by)))!.Code;
}

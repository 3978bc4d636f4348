using Batch.Jobs.Facts;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Tests.Runs;

/// <summary>
/// Where coverage stands in the year-end statements: December 2020, all of 2021, January to March 2022. In 420100 a break shorter than three months restarts the continuous
/// count, a longer one zeroes the accumulated months too; a statement is carried on from the one before unless something about the years before has come to light.
/// </summary>
public sealed class StatementCoverageTests
{
    private static readonly YearMonth First = new(2020, 12);
    private static readonly YearMonth Last = new(2022, 3);
    private static readonly string[] Names = ["ann", "ben", "cai", "dan", "eve", "fay", "gus", "hal", "ivy", "jia"];
    private readonly Dictionary<string, string> _told = [];
    private Town _town = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _town = await Town.FoundAsync();
        for (YearMonth month = First; month <= Last; month = month.PlusMonths(1))
        {
            Assert.That((await _town.PayrollAsync(month, "E1", [.. Names.Where(n => Pays(n, month)).Select(n => (Who(n), 5000m))])).Rejected, Is.Zero);
            await BesidesAsync(month);
            await _town.PostMonthAsync(month);
            await _town.CloseAsync(month);
            if (month.Month == 12)
            {
                await TellAsync(month);
            }
        }

        await _town.CloseAsync(new YearMonth(2022, 12));
        await TellAsync(new YearMonth(2022, 12));
    }

    [OneTimeTearDown]
    public async Task TearDown()
    {
        await _town.AssertCleanAsync();
        await _town.DisposeAsync();
    }

    // Accumulated, continuous, last month paid.
    [TestCase("ann", "1 1 2020-12", "13 13 2021-12", "16 16 2022-03", TestName = "Paid_every_month")]
    [TestCase("ben", "1 1 2020-12", "11 6 2021-12", "14 9 2022-03", TestName = "A_break_of_two_months_restarts_the_continuous_count_and_is_carried_on")]
    [TestCase("cai", "1 1 2020-12", "6 6 2021-12", "9 9 2022-03", TestName = "A_break_of_four_months_zeroes_the_accumulated_months_and_is_carried_on")]
    [TestCase("dan", "1 1 2020-12", "2 2 2021-01", "5 5 2022-03", TestName = "Months_drawn_as_a_retiree_are_no_break_though_no_retirement_is_on_record")]
    [TestCase("eve", "1 1 2020-12", "13 13 2021-12", "12 12 2021-12", TestName = "A_death_of_last_year_told_this_year_ends_the_count_in_its_month_though_a_later_one_was_paid")]
    [TestCase("fay", "1 1 2020-12", "12 3 2021-12", "16 16 2022-03", TestName = "Arrears_for_last_year_heal_the_break")]
    [TestCase("gus", "1 1 2020-12", "13 13 2021-12", "136 16 2022-03", TestName = "Months_before_the_system_told_this_year_are_added")]
    [TestCase("hal", "25 1 2020-12", "37 13 2021-12", "40 16 2022-03", TestName = "Months_before_the_system_told_at_the_start_are_carried_on")]
    [TestCase("ivy", "1 1 2020-12", "7 7 2021-12", "15 2 2022-03", TestName = "A_death_of_last_year_corrected_this_year_gives_the_months_of_last_year_back")]
    // Four months, and three after a gap that the retirement of March excuses; with the retirement of a year later it is a break of six months, and three of 2022 follow.
    [TestCase("jia", "1 1 2020-12", "7 7 2021-12", "6 6 2022-03", TestName = "A_retirement_of_last_year_corrected_to_this_year_no_longer_excuses_a_break_of_last_year")]
    public void Statements_tell_where_coverage_stands(string name, string first, string second, string third) => Assert.That(
        new[] { 2020, 2021, 2022 }.Select(y => _told[$"{name} {y}"]), Is.EqualTo(new[] { first, second, third }));

    [Test]
    public void Each_statement_is_what_a_fold_from_the_beginning_said_when_it_was_made() => Assert.That(
        from name in Names from year in new[] { 2020, 2021, 2022 } select $"{name} {year} {_told[$"{name} {year}"][..^8]}",
        Is.EqualTo(from name in Names from year in new[] { 2020, 2021, 2022 } select $"{name} {year} {_told[$"{name} {year} folded"]}"));

    private static CitizenId Who(string name) => Town.Person(Array.IndexOf(Names, name) + 1, name == "dan" ? 1958 : 1980);

    private static bool Pays(string name, YearMonth month) => (name, month.Year, month.Month) switch
    {
        ("ben", 2021, 5 or 6) => false,
        ("cai", 2021, >= 3 and <= 6) => false,
        ("dan", 2021, >= 2) => false,
        ("eve", 2022, _) => false,
        ("fay", 2021, 9) => false,
        ("ivy", 2022, 1) => false,
        ("jia", 2021, >= 4 and <= 9) => false,
        _ => true,
    };

    private async Task BesidesAsync(YearMonth month)
    {
        if (month == new YearMonth(2021, 12))
        {
            await _town.PersonsAsync(month, (Who("ivy"), "死亡", "2021-06-20"));
        }
        else if (month == new YearMonth(2021, 4))
        {
            await _town.PersonsAsync(month, (Who("jia"), "退休", "2021-03-20"));
        }

        if (month.Year == 2021 && month.Month >= 2)
        {
            await _town.PensionAsync(month, [(Who("dan"), 4000m)]);
        }
        else if (month == First)
        {
            await EarlierAsync(month, "hal", 24);
        }
        else if (month == new YearMonth(2022, 1))
        {
            await EarlierAsync(month, "gus", 120);
            await _town.PersonsAsync(month, (Who("ivy"), "死亡", "2022-03-20"), (Who("jia"), "退休", "2022-03-20"));
        }
        else if (month == new YearMonth(2022, 2))
        {
            await _town.PersonsAsync(month, (Who("eve"), "死亡", "2021-11-20"));
            await _town.PayrollAsync(new YearMonth(2021, 9), "E2", [(Who("fay"), 5000m)], SubmissionKind.Supplementary);
        }
    }

    private async Task EarlierAsync(YearMonth month, string name, int months) => Assert.That((await _town.ImportAsync(
        "姓名,公民身份号码,变更类型,变更日期,变更内容", [$"某人,{Who(name).Full()},以前年限,{month.Text()}-01,{months}"], month, SubmissionKind.Regular, false)).Rejected, Is.Zero);

    private async Task TellAsync(YearMonth month)
    {
        Area area = await _town.AreaAsync();
        foreach (string name in Names)
        {
            await using NpgsqlCommand command = _town.Database.Program.CreateCommand(area.Schema.Sql(
                "SELECT concat_ws(' ', accumulated_months, continuous_months, to_char(last_paid, 'YYYY-MM')), account_id FROM :area.statement JOIN :area.account USING (account_id) JOIN :area.person USING (person_id) WHERE citizen = $1 AND year = $2"));
            command.Parameters.AddWithValue(Who(name).Digits17);
            command.Parameters.AddWithValue(month.Year);
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
            Assert.That(await reader.ReadAsync(), $"{name} has no statement");
            _told[$"{name} {month.Year}"] = reader.GetString(0);
            CoverageDocument folded = await new CoverageInquiry(area).ReadAsync(reader.GetInt32(1), month, month, CancellationToken.None);
            _told[$"{name} {month.Year} folded"] = $"{folded.Accumulated} {folded.Continuous}";
        }
    }
}

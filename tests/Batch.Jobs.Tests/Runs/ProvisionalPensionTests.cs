using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Runs;

/// <summary>
/// Old, 75, has 5.1 % of his pension. January: 7000 of the month = 357.00; February: 7100 on average this year = 362.10; March: 7000 = 357.00. In April the
/// prior-year average arrives: 8000 = 408.00.
/// </summary>
public class ProvisionalPensionTests
{
    private const string Header = "姓名,公民身份号码,所属期,上年度月平均养老金,本年月平均养老金,当月养老金";

    private static readonly CitizenId Old = Town.Person(4, 1945);
    private static readonly CitizenId Elder = Town.Person(7, 1940);
    private Town town = null!;

    [SetUp]
    public async Task SetUp() => town = await Town.FoundAsync();

    [TearDown]
    public async Task TearDown() => await town.DisposeAsync();

    [Test]
    public async Task The_years_average_trues_up_the_months_credited_without_it_by_the_difference()
    {
        await TrueUpAsync();
        await FirstQuarterAsync();
        await PensionAsync(4, $"{Old.Full()},2021-04,8000,,7000");
        RunDocument april = await town.PostMonthAsync(new YearMonth(2021, 4));
        Assert.Multiple(() =>
        {
            // 408.00 of April, + 51.00 January, + 45.90 February, + 51.00 March.
            Assert.That(april.Entries, Is.EqualTo(4));
            Assert.That(april.Credited, Is.EqualTo(Money.FromYuan(555.90m)));
        });
        await town.AssertCleanAsync();
        Assert.That(await town.BalanceAsync(Old), Is.EqualTo(Money.FromYuan(1632m)));
    }

    // 357.00 in January; in December 408.00 and the difference of January.
    [Test]
    public async Task The_average_that_comes_with_the_last_month_of_the_year_trues_up_the_first()
    {
        await TrueUpAsync();
        await PensionAsync(1, $"{Old.Full()},2021-01,,,7000");
        await town.PostMonthAsync(new YearMonth(2021, 1));
        await PensionAsync(12, $"{Old.Full()},2021-12,8000,,7000");
        RunDocument december = await town.PostMonthAsync(new YearMonth(2021, 12));
        Assert.That((december.Entries, december.Credited), Is.EqualTo((2, Money.FromYuan(459m))));
    }

    [Test]
    public async Task Where_the_policy_keeps_them_nothing_is_trued_up()
    {
        await FirstQuarterAsync();
        await PensionAsync(4, $"{Old.Full()},2021-04,8000,,7000");
        RunDocument april = await town.PostMonthAsync(new YearMonth(2021, 4));
        Assert.That((april.Entries, april.Credited), Is.EqualTo((1, Money.FromYuan(408m))));
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task A_corrected_average_moves_the_trued_months_too_and_one_taken_back_makes_them_provisional_again()
    {
        await TrueUpAsync();
        await FirstQuarterAsync();
        await PensionAsync(4, $"{Old.Full()},2021-04,8000,,7000");
        await town.PostMonthAsync(new YearMonth(2021, 4));
        await PensionAsync(4, SubmissionKind.Supplementary, $"{Old.Full()},2021-04,8100,,7000");
        // 8100 x 5.1 % = 413.10: + 5.10 in each of four months.
        RunDocument corrected = await town.PostMonthAsync(new YearMonth(2021, 4));
        await PensionAsync(4, SubmissionKind.Supplementary, $"{Old.Full()},2021-04,,,7000");
        // April 357.00, January 357.00, February 362.10, March 357.00 again: - 56.10 three times and - 51.00.
        RunDocument back = await town.PostMonthAsync(new YearMonth(2021, 4));
        Assert.Multiple(() =>
        {
            Assert.That((corrected.Entries, corrected.Credited), Is.EqualTo((4, Money.FromYuan(20.40m))));
            Assert.That((back.Entries, back.Credited), Is.EqualTo((4, Money.FromYuan(-219.30m))));
        });
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task The_average_of_one_year_trues_up_no_month_of_another()
    {
        await TrueUpAsync();
        await town.ImportAsync(Header, [$"某人,{Old.Full()},2020-12,,,7000"], new YearMonth(2020, 12), SubmissionKind.Regular, false);
        await town.SetFigureAsync("average-wage", new YearMonth(2020, 1), 7000m);
        await town.PostMonthAsync(new YearMonth(2020, 12));
        await PensionAsync(1, $"{Old.Full()},2021-01,8000,,7000");
        RunDocument january = await town.PostMonthAsync(new YearMonth(2021, 1));
        Assert.That((january.Entries, january.Credited), Is.EqualTo((1, Money.FromYuan(408m))));
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task A_late_file_for_an_earlier_month_uses_the_average_that_is_known_and_stands_upon_the_run_that_brought_it()
    {
        await TrueUpAsync();
        await PensionAsync(4, $"{Old.Full()},2021-04,8000,,7000");
        int brought = (await town.PostMonthAsync(new YearMonth(2021, 4))).Run!.Value;
        await PensionAsync(4, SubmissionKind.Supplementary, $"{Old.Full()},2021-02,,,7000");
        RunDocument late = await town.PostMonthAsync(new YearMonth(2021, 4));
        DataFaultException refused = (await Assert.ThrowsAsync<DataFaultException>(() => town.Life.ReverseAsync(brought, new YearMonth(2021, 4), "operator", default)))!;
        Assert.Multiple(() =>
        {
            Assert.That((late.Entries, late.Credited), Is.EqualTo((1, Money.FromYuan(408m))));
            Assert.That(refused.Code, Is.EqualTo("RUN_BUILT_UPON"));
        });
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task The_list_has_who_is_credited_provisionally_and_no_longer_who_has_the_average()
    {
        await TrueUpAsync();
        await FirstQuarterAsync($"{Elder.Full()},2021-03,,,8000");
        string[] march = await town.ReportAsync(new ProvisionalReport(), new YearMonth(2021, 3));
        await PensionAsync(4, $"{Old.Full()},2021-04,8000,,7000", $"{Elder.Full()},2021-04,,8000,8000");
        await town.PostMonthAsync(new YearMonth(2021, 4));
        string[] april = await town.ReportAsync(new ProvisionalReport(), new YearMonth(2021, 4));
        Assert.Multiple(() =>
        {
            // Elder: 8000 x 5.1 % = 408.00.
            Assert.That(march, Is.EqualTo(new[]
            {
                $"{Elder},某*,2021-03,2021-03,1,0,1,408.00,补差 true-up", $"{Old},某*,2021-01,2021-03,3,1,2,1076.10,补差 true-up", "合计 total,,,,4,1,3,1484.10,",
            }));
            Assert.That(april, Is.EqualTo(new[] { $"{Elder},某*,2021-03,2021-04,2,1,1,816.00,补差 true-up", "合计 total,,,,2,1,1,816.00," }));
        });
    }

    [Test]
    public async Task Why_this_amount_says_that_it_was_provisional_and_that_it_is_trued_up()
    {
        await TrueUpAsync();
        await FirstQuarterAsync();
        string before = await ExplainedAsync(2);
        await PensionAsync(4, $"{Old.Full()},2021-04,8000,,7000");
        await town.PostMonthAsync(new YearMonth(2021, 4));
        string after = await ExplainedAsync(2);
        Assert.Multiple(() =>
        {
            Assert.That(before, Does.Contain("基数取本年度月平均养老金 7100.00 元").And.Contain("上年度平均尚未提供，为临时划入，提供后按差额补记"));
            Assert.That(after, Does.Contain("基数取上年度月平均养老金 8000.00 元").And.Contain("该平均数由本年其他月份的养老金文件提供，原临时划入按差额补记"));
        });
    }

    private async Task<string> ExplainedAsync(int month)
    {
        AccountHolder holder = await AccountHolder.FindAsync(town.Database.Connection, Town.Code, Old.Full(), null, new LocalDate(2026, 1, 1), default);
        ExplanationDocument told = await new Explanations(holder.Area).ExplainAsync(holder.Person, new YearMonth(2021, month), default);
        return string.Join('\n', told.Chinese.Lines.SelectMany(l => l.Steps));
    }

    private Task TrueUpAsync() => town.AdoptAsync(text => text.Replace("suspended-after-months: 1", "suspended-after-months: 1\n      provisional-pension: true-up", StringComparison.Ordinal));

    private async Task FirstQuarterAsync(params string[] alsoInMarch)
    {
        await PensionAsync(1, $"{Old.Full()},2021-01,,,7000");
        await town.PostMonthAsync(new YearMonth(2021, 1));
        await PensionAsync(2, $"{Old.Full()},2021-02,,7100,7000");
        await town.PostMonthAsync(new YearMonth(2021, 2));
        await PensionAsync(3, [$"{Old.Full()},2021-03,,,7000", .. alsoInMarch]);
        await town.PostMonthAsync(new YearMonth(2021, 3));
    }

    private Task<FileOutcome> PensionAsync(int month, params string[] rows) => PensionAsync(month, SubmissionKind.Regular, rows);

    private Task<FileOutcome> PensionAsync(int month, SubmissionKind kind, params string[] rows) =>
        town.ImportAsync(Header, rows.Select(r => "某人," + r), new YearMonth(2021, month), kind, false);
}

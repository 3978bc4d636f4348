using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Proof;

/// <summary>Retirees by the years counted, by the amount frozen, by the months in proportion.</summary>
public sealed partial class GatedLineTests
{
    // He is a man, Qin a woman: minimum 30 and 25 years. 6300 x 4.8 % = 302.40; 5 % less for each year missing.
    [TestCase("less-per-missing-year: {rate: 5 %}", "", "360", "300", 302_40, 302_40, TestName = "All_for_those_who_have_the_years")]
    [TestCase("less-per-missing-year: {rate: 5 %}", "", "359", "299", 287_28, 287_28, TestName = "Less_for_a_year_that_is_not_completed")]
    [TestCase("less-per-missing-year: {rate: 5 %}", "", "300", "300", 226_80, 302_40, TestName = "The_years_asked_for_are_by_sex")]
    [TestCase("less-per-missing-year: {amount: 3 yuan/month}", "", "300", "240", 287_40, 287_40, TestName = "Less_an_amount_for_each_year")]
    [TestCase("", ", short: not-credited", "359", "300", 0, 302_40, TestName = "Nothing_for_who_is_short_of_years")]
    public async Task Retirees_by_their_years(string less, string shorts, string hes, string qins, long he, long qin)
    {
        await BeginAsync(
            $"death-month-credited: yes => death-month-credited: yes\n      minimum-years: {{male: 30, female: 25{shorts}}}" + (less.Length > 0 ? $" | credit: pension-rate => credit: pension-rate\n          {less}" : ""));
        await TakeAsync(April, $"{Pension}何向东,{He},2021-04,6300.00,,\n秦淑芬,{Qin},2021-04,6300.00,,\n");
        await TakeAsync(April, $"{Persons}何向东,{He},以前年限,2021-01-01,{hes}\n秦淑芬,{Qin},以前年限,2021-01-01,{qins}\n");
        await PostAsync(April);
        Assert.That((await AccountAsync(He), await AccountAsync(Qin)), Is.EqualTo((he, qin)));
        Assert.That((await ExplainAsync(He, April)).Net, Is.EqualTo(new Money(he).ToString()));
    }

    [Test]
    public async Task Earlier_years_that_come_later_post_the_difference_to_every_month_posted()
    {
        await BeginAsync("death-month-credited: yes => death-month-credited: yes\n      minimum-years: {male: 30, female: 25, short: not-credited}");
        await TakeAsync(April, $"{Pension}何向东,{He},2021-04,6300.00,,\n");
        await TakeAsync(May, $"{Pension}何向东,{He},2021-05,6300.00,,\n");
        await PostAsync(May);
        Assert.That(await AccountAsync(He), Is.EqualTo(2 * 302_40), "nobody has told his years: none is missing");
        await TakeAsync(May, $"{Persons}何向东,{He},以前年限,2021-05-20,29年\n");
        await PostAsync(May);
        Assert.That(await AccountAsync(He), Is.Zero);
        await TakeAsync(May, $"{Persons}何向东,{He},以前年限,2021-05-21,30年\n");
        await PostAsync(May);
        Assert.That(await AccountAsync(He), Is.EqualTo(2 * 302_40));
    }

    // 302.40 x months of 以前年限 / 360, at most once: x 359/360 = 301.56, x 110/360 = 92.40.
    [TestCase("359", 301_56)]
    [TestCase("110", 92_40)]
    [TestCase("0", 0)]
    [TestCase("360", 302_40)]
    [TestCase("500", 302_40)]
    [TestCase(null, 302_40)]
    public async Task A_retiree_in_proportion_to_the_months(string? earlier, long he)
    {
        await BeginAsync("credit: pension-rate => credit: pension-rate\n          pro-rata: {of-months: 360, ref: INS, grade: B}");
        await TakeAsync(April, $"{Pension}何向东,{He},2021-04,6300.00,,\n秦淑芬,{Qin},2021-04,6300.00,,\n");
        if (earlier is not null)
        {
            await TakeAsync(April, $"{Persons}何向东,{He},以前年限,2021-01-01,{earlier}\n");
        }

        await PostAsync(April);
        Assert.That(await AccountAsync(He), Is.EqualTo(he));
        (string net, string steps) = await ExplainAsync(He, April);
        Assert.That(net, Is.EqualTo(new Money(he).ToString()));
        Assert.That(steps, Does.Contain(earlier is null ? "没有缴费月数记录，全额划入（INS (B)）" : he == 302_40 ? $"缴费 {earlier} 个月，已满 360 个月" : $"302.40 x {earlier}/360 = "));
    }

    // 12 months missed, 2021-05 to 2022-04: 3 months and one more from 2022-05 on; paid in June, 3 in all. The credits are those of any other month: 36 from July 2021 on, 272.00.
    [Test]
    public async Task A_wait_for_a_missed_year_is_told_is_shortened_by_paying_and_changes_no_credit()
    {
        YearMonth may = new(2022, 5), june = new(2022, 6);
        await BeginAsync("suspended-after-months: 1 => suspended-after-months: 1\n      benefits: {waiting-after-long-break: 3, missed-years: {adds: 1, paid-takes-off: 1, long-from-years: 4, least: 6}, ref: INS, grade: B}");
        await PayAsync(April, "2021-04");
        await PayAsync(may, "2022-05");
        BenefitDocument waits = await BenefitsAsync(may);
        Assert.That((waits.Status, waits.WaitingUntil), Is.EqualTo((BenefitStatus.Waiting, new YearMonth(2022, 8))));
        Assert.That(waits.Reason, Does.EndWith("等待期共 4 个月：固定 3 个月，断缴满 1 年；按年补缴可以缩短。"));
        Assert.That(waits.ReasonEn, Does.EndWith("The wait is 4 months in all: 3 fixed, 1 years missed; paying for a year makes it shorter."));
        await PayAsync(june, [.. Enumerable.Range(0, 12).Select(i => new YearMonth(2021, 5).PlusMonths(i)).Select(m => $"{m.Year:0000}-{m.Month:00}"), "2022-06"]);
        waits = await BenefitsAsync(june);
        Assert.That((waits.Status, waits.WaitingUntil), Is.EqualTo((BenefitStatus.Waiting, new YearMonth(2022, 7))));
        Assert.That(waits.Reason, Does.EndWith("等待期共 3 个月：固定 3 个月，断缴满 1 年，已补缴满 1 年；按年补缴可以缩短。"));
        Assert.That(await AccountAsync(Lu), Is.EqualTo((3 * 248_00) + (12 * 272_00)), "April to June 2021 at 35, July 2021 to June 2022 at 36");
    }

    private async Task<BenefitDocument> BenefitsAsync(YearMonth month)
    {
        int person = await _line.Database.ScalarAsync<int>(_line.Schema.Sql($"SELECT person_id FROM :area.person WHERE citizen = {Lu[..17]}"));
        return await new BenefitInquiry(await _line.OpenAsync()).ReadAsync(person, month, month, CancellationToken.None);
    }

    private const string Cohorts = "death-month-credited: yes => death-month-credited: yes\n      minimum-years: {male: 30, female: 25, short: not-credited, "
        + "cohorts: [{retired-from: 2014-01, male: 30, female: 25, actual: {male: 10, female: 10}}]}";

    // Chongqing's years: from 2014-01 ten of the thirty are to be actually paid. Li: 252 months counted and 120 paid are enough.
    [TestCase("2014-12-31", "372", "120", 302_40, "2014-12 退休，缴费年限应满男 30 年、女 25 年，其中实际缴费男 10 年、女 10 年")]
    [TestCase("2014-12-31", "372", "119", 0, "缴费年限缺 1 年，不划入")]
    [TestCase("2014-01-01", "360", "0", 0, "缴费年限缺 10 年，不划入")]
    [TestCase("2013-12-31", "360", "0", 302_40, "2013-12 退休，缴费年限应满男 30 年、女 25 年（")]
    [TestCase("", "360", "0", 302_40, "没有退休月份记录，缴费年限应满男 30 年、女 25 年（")]
    [TestCase("2014-12-31", "360", "", 302_40, "其中实际缴费男 10 年")]
    [TestCase("2014-12-31", "", "130", 0, "缴费年限缺 20 年，不划入")]
    public async Task A_retiree_by_the_years_of_the_month_of_retirement(string retired, string counted, string paid, long he, string told)
    {
        await BeginAsync(Cohorts);
        await TakeAsync(April, $"{Pension}何向东,{He},2021-04,6300.00,,\n秦淑芬,{Qin},2021-04,6300.00,,\n");
        (string Change, string On, string Value)[] changes = [("退休", retired, ""), ("以前年限", "2021-01-01", counted), ("以前实缴年限", "2021-01-01", paid)];
        await TakeAsync(April, Persons + string.Concat(
            changes.Where(c => c.Change == "退休" ? c.On.Length > 0 : c.Value.Length > 0).Select(c => $"何向东,{He},{c.Change},{c.On},{c.Value}\n")));
        await PostAsync(April);
        Assert.That(await AccountAsync(He), Is.EqualTo(he));
        (string net, string steps) = await ExplainAsync(He, April);
        Assert.That(net, Is.EqualTo(new Money(he).ToString()));
        Assert.That(steps, Does.Contain(told));
    }

    [Test]
    public async Task A_retirement_and_paid_years_that_come_later_post_the_difference_to_every_month_posted()
    {
        await BeginAsync(Cohorts);
        await TakeAsync(April, $"{Pension}何向东,{He},2021-04,6300.00,,\n");
        await TakeAsync(April, $"{Persons}何向东,{He},以前年限,2021-01-01,360\n何向东,{He},以前实缴年限,2021-01-01,60\n");
        await PostAsync(April);
        Assert.That(await AccountAsync(He), Is.EqualTo(302_40), "no retirement is on record: nothing has to be actually paid");
        await TakeAsync(May, $"{Persons}何向东,{He},退休,2015-03-20,\n");
        await PostAsync(May);
        Assert.That(await AccountAsync(He), Is.Zero);
        await TakeAsync(May, $"{Persons}何向东,{He},以前实缴年限,2021-01-01,10年\n");
        await PostAsync(May);
        Assert.That(await AccountAsync(He), Is.EqualTo(302_40));
    }

    // 302.40 x 100/360 = 84.00; of the 350 counted months only the 100 paid count.
    [Test]
    public async Task A_retiree_in_proportion_to_the_months_actually_paid()
    {
        await BeginAsync("credit: pension-rate => credit: pension-rate\n          pro-rata: {of-months: 360, months: actual, ref: INS, grade: B}");
        await TakeAsync(April, $"{Pension}何向东,{He},2021-04,6300.00,,\n");
        await TakeAsync(April, $"{Persons}何向东,{He},以前年限,2021-01-01,350\n何向东,{He},以前实缴年限,2021-01-01,100\n");
        await PostAsync(April);
        Assert.That(await AccountAsync(He), Is.EqualTo(84_00));
        Assert.That((await ExplainAsync(He, April)).Steps, Does.Contain("实际缴费 100 个月，不满 360 个月，按月数比例：302.40 x 100/360 = 84.00"));
    }

    [TestCase("pro-rata: {of-months: 360, ref: INS, grade: B}", "", "0")]
    [TestCase("", ", short: not-credited", "359")]
    public async Task A_retiree_whom_the_years_leave_nothing_is_told_so_and_not_that_there_is_no_pension(string key, string shorts, string earlier)
    {
        await BeginAsync(
            $"death-month-credited: yes => death-month-credited: yes\n      minimum-years: {{male: 30, female: 25{shorts}}}" + (key.Length > 0 ? $" | credit: pension-rate => credit: pension-rate\n          {key}" : ""));
        await TakeAsync(April, $"{Pension}何向东,{He},2021-04,6300.00,,\n秦淑芬,{Qin},2021-04,6300.00,,\n");
        await TakeAsync(April, $"{Persons}何向东,{He},以前年限,2021-01-01,{earlier}\n");
        await PostAsync(April);
        Area area = await _line.OpenAsync();
        int person = await _line.Database.ScalarAsync<int>(_line.Schema.Sql($"SELECT person_id FROM :area.person WHERE citizen = {He[..17]}"));
        ExplanationDocument told = await new Explanations(area).ExplainAsync(person, April, CancellationToken.None);
        Assert.That((told.Net, told.Kind), Is.EqualTo((Money.Zero, ReasonKind.NotCredited)));
        Assert.That(told.ReasonChinese, Is.EqualTo("该月按规定不划入或暂未划入，理由见上。"));
    }

    // 302.40 x 100/360 = 84.00 and x 102/360 = 85.68: two months paid before the retirement are counted beside the earlier ones, and the first run is built upon.
    [Test]
    public async Task Months_paid_here_count_beside_the_earlier_ones_and_post_the_difference_when_they_come()
    {
        await BeginAsync("credit: pension-rate => credit: pension-rate\n          pro-rata: {of-months: 360, ref: INS, grade: B}");
        await TakeAsync(April, $"{Pension}何向东,{He},2021-04,6300.00,,\n");
        await TakeAsync(April, $"{Persons}何向东,{He},以前年限,2021-01-01,100\n何向东,{He},退休,2021-03-20,\n");
        await PostAsync(April);
        Assert.That(await AccountAsync(He), Is.EqualTo(84_00));
        await TakeAsync(May, Payroll + (Row("2021-02", 8000) + Row("2021-03", 8000)).Replace($"陆青松,{Lu}", $"何向东,{He}", StringComparison.Ordinal));
        await PostAsync(May);
        // 160.00 and 1.7 % = 136.00 for each of the two months.
        Assert.That(await AccountAsync(He), Is.EqualTo(85_68 + (2 * 296_00)));
    }

    [Test]
    public async Task A_frozen_amount_is_credited_from_its_month_on_and_nothing_before_one_is_on_record()
    {
        _line = await WholeLine.CreateAsync("320200");
        YearMonth january = new(2023, 1), february = new(2023, 2);
        await TakeAsync(january, $"{Persons}何向东,{He},新参保,2022-01-01,\n");
        await TakeAsync(january, $"{Pension}何向东,{He},2023-01,4000.00,,\n");
        await PostAsync(january);
        Assert.That(await AccountAsync(He), Is.Zero, "no amount is on record yet");
        Assert.That((await ExplainAsync(He, january)).Net, Is.EqualTo("0.00"));
        await TakeAsync(february, $"{Persons}何向东,{He},冻结金额,2023-01-01,280.5\n");
        await TakeAsync(february, $"{Pension}何向东,{He},2023-02,4000.00,,\n");
        await PostAsync(february);
        Assert.That(await AccountAsync(He), Is.EqualTo(2 * 280_50));
    }
}

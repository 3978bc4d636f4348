using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Proof;

/// <summary>
/// Rules that depend on more than a month's own facts, through the line: what is posted, worked by hand, and that the second path says the same. Wuhan's file
/// before its reform, changed. Lu, born 1985-07, is 35 in April 2021: of 8000 he has 160.00 + 1.1 % = 88.00, and the pool 552.00 of 640.00.
/// </summary>
public sealed class GatedLineTests
{
    private const string Payroll = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额\n";
    private const string Pension = "姓名,公民身份号码,所属期,上年度月平均养老金,本年月平均养老金,当月养老金\n";
    private const string Persons = "姓名,公民身份号码,变更类型,变更日期,变更内容\n";
    private const string Lu = "420100198507010110", He = "420100196105100579", Qin = "420100195006013029";
    private static readonly YearMonth April = new(2021, 4);

    private WholeLine _line = null!;

    [TearDown]
    public async Task DropAsync() => await _line.DisposeAsync();

    // Paid for April: in May or in June.
    [TestCase("no", 5, 0)]
    [TestCase("yes, max-months: 1", 5, 248_00)]
    [TestCase("yes, max-months: 1", 6, 0)]
    public async Task Arrears_that_the_rule_does_not_credit_go_whole_to_the_pooled_fund(string rule, int paidIn, long account)
    {
        await BeginAsync($"arrears: {{credited: yes, age-on: accrual}} => arrears: {{credited: {rule}}}");
        await PayAsync(new YearMonth(2021, paidIn), "2021-04");
        Assert.That(await LegsAsync("2021-04"), Is.EqualTo((account, 800_00 - account, 0L)));
        (string net, string steps) = await ExplainAsync(Lu, April);
        Assert.That(net, Is.EqualTo(new Money(account).ToString()));
        Assert.That(steps.Contains("统筹基金", StringComparison.Ordinal), Is.EqualTo(account == 0));
    }

    [Test]
    public async Task A_correction_of_a_month_paid_in_time_is_no_arrears()
    {
        await BeginAsync("arrears: {credited: yes, age-on: accrual} => arrears: {credited: no}");
        await PayAsync(April, "2021-04");
        await TakeAsync(May, $"{Payroll}{Row("2021-04", 9000)}", SubmissionKind.Supplementary);
        await PostAsync(May);
        // 9000 x 2 % = 180.00 and x 1.1 % = 99.00 of 900.00.
        Assert.That(await LegsAsync("2021-04"), Is.EqualTo((279_00L, 621_00L, 0L)));
    }

    // 36 on the 1st of July: paid in July for June it is 1.4 % = 112.00 where the age at payment counts.
    [TestCase("payment", 272_00)]
    [TestCase("accrual", 248_00)]
    public async Task Arrears_are_credited_by_the_age_that_the_rule_names(string age, long account)
    {
        await BeginAsync($"arrears: {{credited: yes, age-on: accrual}} => arrears: {{credited: yes, age-on: {age}}}");
        await PayAsync(new YearMonth(2021, 7), "2021-06");
        Assert.That((await LegsAsync("2021-06")).Account, Is.EqualTo(account));
    }

    [Test]
    public async Task Arrears_for_late_enrolment_are_taken_in_and_not_credited_those_after_it_are()
    {
        await BeginAsync("arrears: {credited: yes, age-on: accrual} => arrears: {credited: only-after-enrolment}");
        await TakeAsync(May, $"{Persons}陆青松,{Lu},新参保,2021-05-01,\n");
        await PayAsync(new YearMonth(2021, 6), "2021-04", "2021-05");
        Assert.That(((await LegsAsync("2021-04")).Account, (await LegsAsync("2021-05")).Account), Is.EqualTo((0L, 248_00L)));
    }

    [Test]
    public async Task The_first_months_after_an_enrolment_are_the_pools_and_an_enrolment_known_later_moves_them()
    {
        await BeginAsync("first-month-offset: 0 => first-month-offset: 1");
        await TakeAsync(April, $"{Persons}陆青松,{Lu},新参保,2021-04-10,\n");
        await PayAsync(April, "2021-04");
        await PayAsync(May, "2021-05");
        Assert.That(((await LegsAsync("2021-04")).Account, (await LegsAsync("2021-05")).Account), Is.EqualTo((0L, 248_00L)));
    }

    [Test]
    public async Task After_a_second_enrolment_the_first_months_are_those_of_the_later_one()
    {
        YearMonth june = new(2021, 6);
        await BeginAsync("first-month-offset: 0 => first-month-offset: 1");
        await TakeAsync(April, $"{Persons}陆青松,{Lu},新参保,2021-04-10,\n");
        await PayAsync(May, "2021-05");
        await TakeAsync(june, $"{Persons}陆青松,{Lu},新参保,2021-06-01,\n");
        await PayAsync(june, "2021-06");
        Assert.That(((await LegsAsync("2021-05")).Account, (await LegsAsync("2021-06")).Account), Is.EqualTo((248_00L, 0L)));
    }

    // Retired in April, so a retiree from May on: May without a contribution is no break.
    [Test]
    public async Task Who_works_on_after_the_retirement_has_not_resumed_after_a_break()
    {
        await BeginAsync("resumption-offset: 0 => resumption-offset: 1");
        await PayAsync(April, "2021-04");
        await TakeAsync(May, $"{Persons}陆青松,{Lu},退休,2021-04-20,\n");
        await PayAsync(new YearMonth(2021, 6), "2021-06");
        Assert.That((await LegsAsync("2021-06")).Account, Is.EqualTo(248_00L));
    }

    [Test]
    public async Task The_month_of_resumption_is_not_credited_until_arrears_fill_the_break()
    {
        await BeginAsync("resumption-offset: 0 => resumption-offset: 1");
        await PayAsync(April, "2021-04");
        await PayAsync(new YearMonth(2021, 6), "2021-06");
        Assert.That(((await LegsAsync("2021-04")).Account, await LegsAsync("2021-06")), Is.EqualTo((248_00L, (0L, 800_00L, 0L))), "May is missing");
        await PayAsync(new YearMonth(2021, 7), "2021-05", "2021-07");
        // In July he is 36: 160.00 + 112.00.
        Assert.That(
            ((await LegsAsync("2021-05")).Account, (await LegsAsync("2021-06")).Account, (await LegsAsync("2021-07")).Account), Is.EqualTo((248_00L, 248_00L, 272_00L)), "no break is left");
    }

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

    [Test]
    public async Task What_is_credited_by_the_half_year_is_set_aside_until_its_last_month()
    {
        await BeginAsync("rhythm: monthly => rhythm: half-yearly");
        await PayAsync(April, "2021-04");
        Assert.That(await LegsAsync("2021-04"), Is.EqualTo((0L, 552_00L, 248_00L)), "in other funds");
        Assert.That((await ExplainAsync(Lu, April)).Net, Is.EqualTo("0.00"));
        await PayAsync(May, "2021-05");
        await PayAsync(new YearMonth(2021, 6), "2021-06");
        foreach (string month in new[] { "2021-04", "2021-05", "2021-06" })
        {
            Assert.That(await LegsAsync(month), Is.EqualTo((248_00L, 552_00L, 0L)), month);
        }

        Assert.That((await ExplainAsync(Lu, April)).Net, Is.EqualTo("248.00"));
        await PayAsync(new YearMonth(2021, 7), "2021-07");
        Assert.That((await LegsAsync("2021-07")).Account, Is.Zero, "the second half year begins");
    }

    [TestCase("first", 248_00)]
    [TestCase("higher", 279_00)]
    [TestCase("hold", 0)]
    public async Task Of_two_employers_the_one_that_the_rule_names_is_credited(string rule, long account)
    {
        await BeginAsync($"two-employers: hold => two-employers: {rule}");
        await TakeAsync(April, Payroll + Row("2021-04", 8000));
        FileOutcome second = await TakeAsync(April, Payroll + Row("2021-04", 9000).Replace("91420100MA4KDE7M6J", "91420100MA4KQ03T0E", StringComparison.Ordinal));
        Assert.That(second.Accepted, Is.EqualTo(rule == "higher" ? 1 : 0));
        await PostAsync(April);
        Assert.That(await AccountAsync(Lu), Is.EqualTo(account));
    }

    private static YearMonth May => new(2021, 5);

    private static string Row(string month, int declared) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"91420100MA4KDE7M6J,江城精密机械有限公司,陆青松,{Lu},{month},{declared}.00,{declared * 0.02m:0.00},{declared * 0.08m:0.00}\n");

    private async Task BeginAsync(string changes)
    {
        _line = await WholeLine.CreateAsync();
        await _line.AdoptAsync(text => GatedHistoryTests.Changed(text, changes));
    }

    private async Task<FileOutcome> TakeAsync(YearMonth month, string text, SubmissionKind kind = SubmissionKind.Regular)
    {
        FileOutcome outcome = await _line.ImportTextAsync(text, month, kind);
        Assert.That((outcome.Rejected, outcome.Refused), Is.EqualTo((0, (string?)null)), string.Join(' ', outcome.Rejections.Select(r => r.Code)));
        return outcome;
    }

    private async Task PayAsync(YearMonth month, params string[] contributionMonths)
    {
        await TakeAsync(month, Payroll + string.Concat(contributionMonths.Select(m => Row(m, 8000))));
        await PostAsync(month);
    }

    private async Task PostAsync(YearMonth month)
    {
        await _line.PostAsync(month);
        await _line.AssertCleanAsync(all: true, month.ToString());
    }

    private async Task<(long Account, long Pool, long Other)> LegsAsync(string month)
    {
        async Task<long> Sum(string leg) => (long)await _line.Database.ScalarAsync<decimal>(
            _line.Schema.Sql($"SELECT coalesce(sum({leg}_fen), 0) FROM :area.entry WHERE contribution_month = DATE '{month}-01'"));
        return (await Sum("account"), await Sum("pool"), await Sum("other"));
    }

    private async Task<long> AccountAsync(string id) => (long)await _line.Database.ScalarAsync<decimal>(
        _line.Schema.Sql($"SELECT coalesce(sum(account_fen), 0) FROM :area.entry JOIN :area.person ON person_id = account_id WHERE citizen = {id[..17]}"));

    private async Task<(string Net, string Steps)> ExplainAsync(string id, YearMonth month)
    {
        Area area = await _line.OpenAsync();
        int person = await _line.Database.ScalarAsync<int>(_line.Schema.Sql($"SELECT person_id FROM :area.person WHERE citizen = {id[..17]}"));
        ExplanationDocument told = await new Explanations(area).ExplainAsync(person, month, CancellationToken.None);
        Assert.That(told.Chinese.Net, Is.EqualTo(told.Net), "what is told is what is posted");
        return (told.Net.ToString(), string.Concat(told.Chinese.Lines.SelectMany(l => l.Steps)));
    }
}

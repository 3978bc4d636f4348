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
public sealed partial class GatedLineTests
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

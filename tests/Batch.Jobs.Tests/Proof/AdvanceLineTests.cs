using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Runs;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Proof;

/// <summary>
/// Retirees credited a year in advance, through the line: Ningbo's amounts, 290.00 a month below 70 and 315.00 from 70 on, credited in January. He, born 1961, has 3,480.00
/// a year; Qin, born 1950, 3,780.00. The second path says the same after each run.
/// </summary>
public sealed class AdvanceLineTests
{
    private const string Payroll = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额\n";
    private const string Pension = "姓名,公民身份号码,所属期,上年度月平均养老金,本年月平均养老金,当月养老金\n";
    private const string Persons = "姓名,公民身份号码,变更类型,变更日期,变更内容\n";
    private const string He = "何向东,420100196105100579", Qin = "秦淑芬,420100195006013029";

    private WholeLine _line = null!;

    [SetUp]
    public async Task BeginAsync()
    {
        _line = await WholeLine.CreateAsync("330200");
        await _line.AdoptAsync(_ => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Policies", "330200-advance.yaml")));
    }

    [TearDown]
    public async Task DropAsync() => await _line.DisposeAsync();

    [Test]
    public async Task Who_is_there_in_January_has_the_year_and_who_joins_has_the_rest_of_it()
    {
        await PensionsAsync(1, He);
        Assert.That(await CreditsAsync(He), Is.EqualTo("1: 3480.00"));
        await PensionsAsync(2, He);
        await PensionsAsync(3, He, Qin);
        Assert.That((await CreditsAsync(He), await CreditsAsync(Qin)), Is.EqualTo(("1: 3480.00", "3: 3150.00")), "March to December: 10 x 315");
        Assert.That((await _line.AllocateAsync(Of(3))).State, Is.EqualTo(RunState.Nothing));
    }

    [Test]
    public async Task Who_dies_or_leaves_has_the_months_through_that_one_and_the_rest_is_taken_back()
    {
        await PensionsAsync(1, He, Qin);
        await TakeAsync(6, $"{Persons}{He},死亡,2025-05-20,\n{Qin},停保,2025-03-31,\n");
        Assert.That((await CreditsAsync(He), await CreditsAsync(Qin)), Is.EqualTo(("1: 1450.00", "1: 945.00")), "5 x 290 and 3 x 315");
        // Back in August: August to December.
        await PensionsAsync(8, Qin);
        Assert.That(await CreditsAsync(Qin), Is.EqualTo("1: 945.00, 8: 1575.00"));
    }

    [Test]
    public async Task Months_in_work_are_taken_out_of_the_year()
    {
        await PensionsAsync(1, He);
        await TakeAsync(4, Payroll + Row(He, 4) + Row(He, 3));
        Assert.That(await CreditsAsync(He), Is.EqualTo("1: 2900.00"), "10 x 290");
    }

    [Test]
    public async Task Money_carried_over_pays_for_a_month_in_work_and_what_was_carried_away_does_not()
    {
        await _line.AdoptAsync(_ => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Policies", "330200-advance.yaml")).Replace("credit-on: declaration", "credit-on: receipt", StringComparison.Ordinal));
        await PensionsAsync(1, He);
        await TakeAsync(4, Payroll + Row(He, 4) + Row(He, 3));
        Assert.That(await CreditsAsync(He), Is.EqualTo("1: 3480.00"), "nobody has paid");
        // April twice: 2 x 800; one of them pays for March.
        await TakeAsync(4, "单位编号,费款所属期,到账金额,到账日期,凭证号\n91330200MA4KDE7M6J,2025-04,1600.00,2025-04-10,A1\n");
        Assert.That(await WorkAsync(), Is.EqualTo("April 3190.00"), "11 x 290");
        MoneyReturns returns = new(await _line.OpenAsync());
        ReturnWanted carried = new(ReturnKind.CarryOver, "91330200MA4KDE7M6J", Of(4), Of(3), Money.FromYuan(800m), new LocalDate(2025, 4, 20), "JZ1");
        await returns.ConfirmAsync((await returns.ProposeAsync(carried, "补三月", "wang", CancellationToken.None)).Return, "li", CancellationToken.None);
        await _line.PostAsync(Of(4));
        await CleanAsync("carried over");
        Assert.That(await WorkAsync(), Is.EqualTo("April 2900.00"), "10 x 290");
    }

    private async Task<string> WorkAsync() => $"April {await _line.Database.ScalarAsync<string>(_line.Schema.Sql("SELECT round(sum(account_fen) / 100.0, 2)::text FROM :area.entry WHERE component = 2"))}";

    [Test]
    public async Task A_row_that_comes_late_brings_the_credit_to_its_month_and_one_that_goes_leaves_it_to_the_next()
    {
        await PensionsAsync(2, He);
        Assert.That(await CreditsAsync(He), Is.EqualTo("2: 3190.00"), "11 x 290");
        await TakeAsync(3, $"{Pension}{He},2025-01,3000.00,,\n", SubmissionKind.Supplementary);
        Assert.That(await CreditsAsync(He), Is.EqualTo("1: 3480.00"));
        Assert.That(await _line.ReverseAsync(await LastRunAsync()), Is.True);
        await CleanAsync("reversed");
        Assert.That(await CreditsAsync(He), Is.EqualTo("2: 3190.00"));
    }

    [Test]
    public async Task The_year_is_explained_in_the_month_that_brought_it_and_in_those_after_it()
    {
        await PensionsAsync(1, He);
        await PensionsAsync(2, He, Qin);
        ExplanationDocument january = await ExplainAsync(1), february = await ExplainAsync(2);
        Assert.That((january.Net, january.Chinese.Net, february.Net, february.Kind), Is.EqualTo((Money.FromYuan(3480m), Money.FromYuan(3480m), Money.Zero, ReasonKind.NotCredited)));
        Assert.That(january.Chinese.Lines[0].Steps[0], Is.EqualTo("按年预划（NB25 (C)）：自本月至 2025-12 应享 12 个月，每月 290.00 元，一次划入"));
        Assert.That(february.English.Lines[0].Steps[0], Does.Contain("an earlier month of the year has brought this one's credit"));
    }

    [Test]
    public async Task A_credit_of_more_months_than_are_due_is_found()
    {
        await PensionsAsync(1, He);
        await _line.TamperAsync("UPDATE :area.entry SET account_fen = account_fen + 29000, pool_fen = pool_fen - 29000");
        Assert.That((await _line.VerifyAsync(all: true)).Checks.Single(c => c.Id == "V4").First, Does.Contain("posted 3770.00, entitled 3480.00"));
    }

    [Test]
    public async Task Random_years_verify([Range(1, 3)] int seed)
    {
        var random = new Random(seed);
        string[] people = [.. Enumerable.Range(1, 12).Select(i => $"某人,{CitizenId.FromDigits17(33020019500101000L + i).Full()}")];
        for (int month = 1; month <= 12; month++)
        {
            string rows = string.Concat(people.Where(_ => random.Next(3) > 0).Select(p => $"{p},2025-{random.Next(Math.Max(1, month - 2), month + 1):00},3000.00,,\n"));
            await _line.ImportTextAsync(Pension + rows, Of(month), SubmissionKind.Supplementary);
            string work = string.Concat(people.Where(_ => random.Next(8) == 0).Select(p => Row(p, random.Next(1, month + 1))));
            await (work.Length == 0 ? Task.CompletedTask : _line.ImportTextAsync(Payroll + work, Of(month), SubmissionKind.Supplementary));
            string changes = string.Concat(people.Where(_ => random.Next(15) == 0).Select(p => $"{p},{new[] { "停保", "退休", "死亡" }[random.Next(3)]},2025-{random.Next(1, month + 1):00}-10,\n"));
            await (changes.Length == 0 ? Task.CompletedTask : _line.ImportTextAsync(Persons + changes, Of(month)));
            await _line.PostAsync(Of(month));
            await CleanAsync($"month {month}");
        }

        Assert.That(await _line.Database.ScalarAsync<long>(_line.Schema.Sql("SELECT count(*) FROM :area.entry WHERE account_fen < 0")), Is.Positive, "something was taken back");
    }

    private static string Row(string who, int month) => $"91330200MA4KDE7M6J,江城精密机械有限公司,{who},2025-{month:00},8000.00,160.00,640.00\n";

    private Task PensionsAsync(int month, params string[] people) => TakeAsync(month, Pension + string.Concat(people.Select(p => $"{p},2025-{month:00},3000.00,,\n")));

    private async Task TakeAsync(int month, string text, SubmissionKind kind = SubmissionKind.Regular)
    {
        FileOutcome outcome = await _line.ImportTextAsync(text, Of(month), kind);
        Assert.That((outcome.Rejected, outcome.Held, outcome.Refused), Is.EqualTo((0, 0, (string?)null)), string.Join(' ', outcome.Rejections.Select(r => r.Code)));
        await _line.PostAsync(Of(month));
        await CleanAsync($"month {month}");
    }

    private async Task CleanAsync(string when)
    {
        await _line.AssertCleanAsync(all: false, when);
        await _line.AssertCleanAsync(all: true, when);
    }

    /// <summary>What the account has, by the month that it is for.</summary>
    private Task<string> CreditsAsync(string who) => _line.Database.ScalarAsync<string>(_line.Schema.Sql(
        $"""
        SELECT string_agg(format('%s: %s', extract(month FROM contribution_month), round(fen / 100.0, 2)), ', ' ORDER BY contribution_month) FROM (
            SELECT contribution_month, sum(account_fen) AS fen FROM :area.entry JOIN :area.person p ON p.person_id = account_id
            WHERE p.citizen = {who.Split(',')[1][..17]} GROUP BY 1 HAVING sum(account_fen) <> 0) m
        """));

    private Task<int> LastRunAsync() => _line.Database.ScalarAsync<int>(_line.Schema.Sql("SELECT max(run_id) FROM :area.run"));

    private async Task<ExplanationDocument> ExplainAsync(int month)
    {
        Area area = await _line.OpenAsync();
        return await new Explanations(area).ExplainAsync(1, Of(month), CancellationToken.None);
    }

    private static YearMonth Of(int month) => new(2025, month);
}

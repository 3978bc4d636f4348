using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Proof;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Runs;

/// <summary>Declared against received, in Wuhan's rules with credits that wait for the money. Each line declares 2 % + 8 % of its base.</summary>
public partial class ReceiptTests
{
    private const string Header = "单位编号,单位名称,费款所属期,到账金额,到账日期,凭证号,滞纳金,利息";

    private static readonly YearMonth January = new(2021, 1);
    private static readonly YearMonth February = new(2021, 2);
    private static readonly CitizenId Ann = Town.Person(1, 1990);     // 30: 3.1 % of 5000 = 155.00; declared 500.00
    private static readonly CitizenId Bob = Town.Person(2, 1980);     // 40: 3.4 % of 6000 = 204.00; declared 600.00
    private static readonly CitizenId Cai = Town.Person(3, 1970);     // 50: 3.7 % of 7000 = 259.00; declared 700.00
    private static readonly CitizenId Dan = Town.Person(5, 1992);     // 28: 3.1 % of 5000 = 155.00; declared 500.00
    private static readonly CitizenId Eve = Town.Person(6, 1980);     // 40: 3.4 % of 6000 = 204.00; declared 600.00
    private Town town = null!;

    [SetUp]
    public async Task SetUp()
    {
        town = await Town.FoundAsync();
        await town.AdoptAsync(text => text.Replace("credit-on: declaration", "credit-on: receipt", StringComparison.Ordinal));
        await town.PayrollAsync(January, "E1", [(Ann, 5000m), (Bob, 6000m), (Cai, 7000m)]);
    }

    [TearDown]
    public async Task TearDown() => await town.DisposeAsync();

    [Test]
    public async Task A_part_payment_credits_nobody_and_the_rest_of_it_everybody()
    {
        RunDocument unpaid = await town.AllocateAsync(January);
        await ReceiveAsync(January, "E1,,2021-01,1799.99,2021-01-20,A1,,");
        RunDocument partly = await town.AllocateAsync(January);
        await ReceiveAsync(January, "E1,,2021-01,0.01,2021-01-25,A2,,");
        RunDocument posted = await town.PostMonthAsync(January);
        Assert.Multiple(() =>
        {
            Assert.That((unpaid.State, partly.State), Is.EqualTo((RunState.Nothing, RunState.Nothing)));
            // 155 + 204 + 259
            Assert.That((posted.Entries, posted.Credited), Is.EqualTo((3, Money.FromYuan(618m))));
            Assert.That(posted.PersonPaid + posted.EmployerPaid, Is.EqualTo(Money.FromYuan(1800m)));
        });
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task Late_fees_and_interest_cover_nothing_and_reach_no_account()
    {
        await ReceiveAsync(January, "E1,,2021-01,1700.00,2021-01-20,A1,90.00,10.00");
        Assert.That((await town.AllocateAsync(January)).State, Is.EqualTo(RunState.Nothing));
        await ReceiveAsync(January, "E1,,2021-01,100.00,2021-01-25,A2,,");
        RunDocument posted = await town.PostMonthAsync(January);
        Assert.That(posted.Credited + posted.Pool + posted.Other, Is.EqualTo(Money.FromYuan(1800m)));
    }

    [Test]
    public async Task People_added_later_and_not_paid_for_do_not_take_the_credit_of_the_others()
    {
        await ReceiveAsync(January, "E1,,2021-01,1800.00,2021-01-20,A1,,");
        await town.PostMonthAsync(January);
        await town.PayrollAsync(January, "E1", [(Dan, 5000m)], SubmissionKind.Supplementary);
        RunDocument added = await town.AllocateAsync(January);
        await ReceiveAsync(January, "E1,,2021-01,500.00,2021-01-28,A2,,");
        RunDocument paid = await town.PostMonthAsync(January);
        Assert.Multiple(() =>
        {
            Assert.That(added.State, Is.EqualTo(RunState.Nothing));
            Assert.That((paid.Entries, paid.Credited), Is.EqualTo((1, Money.FromYuan(155m))));
        });
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task A_line_left_out_by_a_replacement_frees_its_money_for_who_came_later()
    {
        await ReceiveAsync(January, "E1,,2021-01,1800.00,2021-01-20,A1,,");
        await town.PostMonthAsync(January);
        await town.PayrollAsync(January, "E1", [(Dan, 5000m)], SubmissionKind.Supplementary);
        Assert.That((await town.AllocateAsync(January)).State, Is.EqualTo(RunState.Nothing));
        // Cai (700.00) goes: 500 + 600 + Dan's 500 are covered by 1800.
        await town.PayrollAsync(January, "E1", [(Ann, 5000m), (Bob, 6000m), (Dan, 5000m)], SubmissionKind.Replacement, confirm: true);
        RunDocument posted = await town.PostMonthAsync(January);
        Assert.That((posted.Entries, posted.Credited), Is.EqualTo((2, Money.FromYuan(155m - 259m))));
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task A_receipt_that_is_taken_back_takes_the_credits_back()
    {
        await ReceiveAsync(January, "E1,,2021-01,1800.00,2021-01-20,A1,,");
        await town.PostMonthAsync(January);
        FileOutcome bounced = await ReceiveAsync(January, "E1,,2021-01,0.00,2021-01-20,A1,,");
        RunDocument posted = await town.PostMonthAsync(January);
        Assert.Multiple(() =>
        {
            Assert.That((bounced.Accepted, bounced.Unchanged), Is.EqualTo((1, 0)));
            Assert.That((posted.Entries, posted.Credited), Is.EqualTo((3, Money.FromYuan(-618m))));
        });
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task A_replacement_withdraws_the_documents_that_it_no_longer_names_of_its_employers()
    {
        await town.PayrollAsync(January, "E2", [(Dan, 5000m)]);
        await ReceiveAsync(January, "E1,,2021-01,1000.00,2021-01-20,A1,,", "E1,,2021-01,800.00,2021-01-21,A2,,", "E2,,2021-01,500.00,2021-01-21,B1,,");
        await town.PostMonthAsync(January);
        FileOutcome refused = await ReceiveAsync(January, SubmissionKind.Replacement, false, "E1,,2021-01,1000.00,2021-01-20,A1,,");
        FileOutcome replaced = await ReceiveAsync(January, SubmissionKind.Replacement, true, "E1,,2021-01,1000.00,2021-01-20,A1,,");
        RunDocument posted = await town.PostMonthAsync(January);
        Assert.Multiple(() =>
        {
            Assert.That(refused.Refused, Is.EqualTo("REPLACEMENT_LEAVES_OUT"));
            Assert.That((replaced.Refused, replaced.Unchanged), Is.EqualTo(((string?)null, 1)));
            // E1's three are covered no more; Dan of E2 keeps his credit.
            Assert.That((posted.Entries, posted.Credited), Is.EqualTo((3, Money.FromYuan(-618m))));
        });
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task A_date_of_receipt_in_a_payroll_file_is_a_note_and_credits_nobody_until_a_receipt_comes()
    {
        await DatedAsync("E2", Dan);
        RunDocument dated = await town.AllocateAsync(January);
        await ReceiveAsync(January, "E2,,2021-01,500.00,2021-01-20,B1,,");
        RunDocument received = await town.PostMonthAsync(January);
        Assert.Multiple(() =>
        {
            Assert.That(dated.State, Is.EqualTo(RunState.Nothing));
            Assert.That((received.Entries, received.Credited), Is.EqualTo((1, Money.FromYuan(155m))));
        });
        await town.AssertCleanAsync();
    }

    // The money covers the file of Ann, Bob and Cai and not Dan's, which came later. If the same line with another note were a new version, Cai's 700.00 would stand behind
    // Dan's 500.00, and 1800.00 would no longer cover her.
    [Test]
    public async Task Another_note_of_the_day_changes_nobodys_credit()
    {
        await ReceiveAsync(January, "E1,,2021-01,1800.00,2021-01-20,A1,,");
        await town.PostMonthAsync(January);
        await town.PayrollAsync(January, "E1", [(Dan, 5000m)], SubmissionKind.Supplementary);
        FileOutcome again = await DatedAsync("E1", Cai, 7000m);
        Assert.Multiple(async () =>
        {
            Assert.That((again.Accepted, again.Unchanged), Is.EqualTo((0, 1)));
            Assert.That((await town.AllocateAsync(January)).State, Is.EqualTo(RunState.Nothing));
        });
    }

    [Test]
    public async Task A_receipt_may_come_before_the_declaration()
    {
        await ReceiveAsync(February, "E1,,2021-02,500.00,2021-02-01,F1,,");
        await town.PayrollAsync(February, "E1", [(Ann, 5000m)]);
        RunDocument posted = await town.PostMonthAsync(February);
        Assert.That((posted.Entries, posted.Credited), Is.EqualTo((1, Money.FromYuan(155m))));
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task The_run_that_took_the_money_is_not_reversed_beneath_the_run_that_credited_it()
    {
        await town.PayrollAsync(January, "E2", [(Dan, 5000m)]);
        await ReceiveAsync(January, "E1,,2021-01,1000.00,2021-01-20,A1,,", "E2,,2021-01,500.00,2021-01-21,B1,,");
        int first = (await town.PostMonthAsync(January)).Run!.Value;
        await ReceiveAsync(January, "E1,,2021-01,800.00,2021-01-25,A2,,");
        int second = (await town.PostMonthAsync(January)).Run!.Value;
        DataFaultException refused = (await Assert.ThrowsAsync<DataFaultException>(() => town.Life.ReverseAsync(first, January, "operator", default)))!;
        RunDocument reversal = await town.Life.ReverseAsync(second, January, "operator", default);
        await town.PostAsync(reversal.Run!.Value);
        Assert.Multiple(() =>
        {
            Assert.That(refused.Code, Is.EqualTo("RUN_BUILT_UPON"));
            Assert.That(reversal.Credited, Is.EqualTo(Money.FromYuan(-618m)));
        });
        await town.AssertCleanAsync();
        Assert.That((await town.PostMonthAsync(January)).Credited, Is.EqualTo(Money.FromYuan(618m)));
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task The_same_receipts_again_change_nothing_and_each_fault_has_its_code()
    {
        await ReceiveAsync(January, "E1,,2021-01,1000.00,2021-01-20,A1,5.00,");
        FileOutcome again = await ReceiveAsync(January, "E1,单位E1,2021-01,\"1,000.00\",2021-01-20,a1,5,0");
        FileOutcome faulty = await ReceiveAsync(
            January, "E1,,2021-01,800.00,2021-01-20,A2,,", "E1,,2021-01,900.00,2021-01-20,A2,,", "E1,,2021-02,1.00,2021-01-20,A3,,", "E1,,2021-01,-1.00,2021-01-20,A4,,",
            "E1,,2021-01,1.00,,A5,,", ",,2021-01,1.00,2021-01-20,A6,,", "E1,,2021-01,1.00,2021-01-20,,,");
        Assert.Multiple(() =>
        {
            Assert.That((again.Accepted, again.Unchanged), Is.EqualTo((0, 1)));
            Assert.That((faulty.Rows, faulty.Accepted, faulty.Rejected), Is.EqualTo((7, 1, 6)));
            Assert.That(faulty.Rejections.Select(r => $"{r.Row} {r.Code}").Order(), Is.EqualTo(new[]
            {
                "3 RECEIPT_TWICE", "4 MONTH_AFTER_SUBMISSION", "5 AMOUNT_NEGATIVE", "6 DATE_BLANK", "7 EMPLOYER_BLANK", "8 DOCUMENT_BLANK",
            }));
        });
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task A_form_with_titles_other_names_a_total_and_a_remark_is_read()
    {
        FileOutcome outcome = await town.ImportAsync(
            "单位到账明细表,,,,",
            ["单位代码,所属期,实收金额(元),到账时间,银行流水号", "E1,202101,\"1,000.00\",2021/1/20,S-1", "E2,202101,20000000,2021/1/20,S-2", "合计,,20001000.00,,", "制表人：王,,,,"],
            January, SubmissionKind.Regular, false);
        Assert.That((outcome.Content, outcome.Rows, outcome.Accepted, outcome.Refused), Is.EqualTo((Batch.Jobs.Facts.FileContent.Receipts, 2, 2, (string?)null)), string.Join(' ', outcome.Rejections));
    }

    [Test]
    public async Task Why_nothing_was_credited_is_told()
    {
        await ReceiveAsync(January, "E1,,2021-01,1000.00,2021-01-20,A1,,");
        Area area = await town.AreaAsync();
        await town.PayrollAsync(January, "E2", [(Dan, 5000m)]);
        await ReceiveAsync(January, "E2,,2021-01,500.00,2021-01-20,B1,,");
        await town.PostMonthAsync(January);
        AccountHolder ann = await AccountHolder.FindAsync(town.Database.Connection, Town.Code, Ann.Full(), null, new LocalDate(2026, 1, 1), default);
        ExplanationDocument told = await new Explanations(area).ExplainAsync(ann.Person, January, default);
        await ReceiveAsync(January, "E1,,2021-01,0.00,2021-01-20,A1,,");
        ExplanationDocument none = await new Explanations(area).ExplainAsync(ann.Person, January, default);
        // 1,800.00 is all that was declared.
        await ReceiveAsync(January, "E1,,2021-01,1800.00,2021-01-20,A1,,");
        ExplanationDocument all = await new Explanations(area).ExplainAsync(ann.Person, January, default);
        Assert.Multiple(() =>
        {
            Assert.That(all.ReasonChinese, Is.EqualTo("款项已到齐，还没有批次取用，由下一批次划入。"));
            Assert.That(told.ReasonChinese, Is.EqualTo("已申报，款项未到齐：单位 E1 单位E1，2021-01 已到 1000.00 元，少于申报，因此没有划入；到齐后补划。"));
            Assert.That(none.ReasonChinese, Is.EqualTo("已申报，款项未到账：单位 E1 单位E1，2021-01 没有到账记录，因此没有划入；到账后补划。"));
            Assert.That(none.ReasonEnglish, Does.StartWith("Declared, money not received yet: no receipt for employer E1 单位E1, month 2021-01."));
        });
    }

    // 600.00 cover Dan's 500.00, which came first; the 100.00 left are not the 600.00 of Eve, 40: 204.00. With 500.00 more they are.
    [Test]
    public async Task A_line_with_a_note_of_a_day_is_covered_in_its_turn_like_any_other()
    {
        await DatedAsync("E2", Dan);
        await town.PayrollAsync(January, "E2", [(Eve, 6000m)], SubmissionKind.Supplementary);
        await ReceiveAsync(January, "E2,,2021-01,600.00,2021-01-20,B1,,");
        RunDocument first = await town.PostMonthAsync(January);
        await ReceiveAsync(January, "E2,,2021-01,500.00,2021-01-21,B2,,");
        RunDocument second = await town.PostMonthAsync(January);
        Assert.That((first.Entries, first.Credited, second.Entries, second.Credited), Is.EqualTo((1, Money.FromYuan(155m), 1, Money.FromYuan(204m))));
        await town.AssertCleanAsync();
    }

    // 1700.00 and a late fee of 100.00 are not the 1800.00 that were declared.
    [Test]
    public async Task A_late_fee_does_not_make_up_for_what_is_missing()
    {
        await ReceiveAsync(January, "E1,,2021-01,1700.00,2021-01-20,A1,100.00,100.00");
        Assert.That((await town.AllocateAsync(January)).State, Is.EqualTo(RunState.Nothing));
    }

    private Task<FileOutcome> DatedAsync(string employer, CitizenId who, decimal yuan = 5000m) => town.ImportAsync(
        "单位编号,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额,到账日期",
        [string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{employer},某人,{who.Full()},2021-01,{yuan},{yuan * 0.02m:0.00},{yuan * 0.08m:0.00},2021-01-15")],
        January, SubmissionKind.Supplementary, false);

    private Task<FileOutcome> ReceiveAsync(YearMonth month, params string[] rows) => ReceiveAsync(month, SubmissionKind.Regular, false, rows);

    private Task<FileOutcome> ReceiveAsync(YearMonth month, SubmissionKind kind, bool confirm, params string[] rows) => town.ImportAsync(Header, rows, month, kind, confirm);
}

/// <summary>Where an accepted line counts as received (420100), receipts are kept and move nobody's credit.</summary>
public class ReceiptWithoutEffectTests
{
    [Test]
    public async Task Receipts_of_an_area_that_credits_on_declaration_change_no_credit_and_show_what_is_missing()
    {
        await using Town town = await Town.FoundAsync();
        YearMonth january = new(2021, 1);
        await town.PayrollAsync(january, "E1", [(Town.Person(1, 1990), 5000m)]);
        await town.PayrollAsync(january, "E2", [(Town.Person(2, 1980), 6000m)]);
        await town.PostMonthAsync(january);
        await town.ImportAsync("单位编号,费款所属期,到账金额,到账日期,凭证号", ["E1,2021-01,300.00,2021-01-20,A1"], january, SubmissionKind.Regular, false);
        Assert.That((await town.AllocateAsync(january)).State, Is.EqualTo(RunState.Nothing));
        await town.AssertCleanAsync();
        // E2 sent no receipt: it is received by declaration.
        Assert.That((await town.ReportAsync(new ArrearsReport(), january))[0], Does.StartWith("E1,单位E1,1,2021-01,500.00,300.00,200.00,200.00,"));
    }
}

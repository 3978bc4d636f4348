using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Ledger;
using Batch.Jobs.Proof;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Runs;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Intake;

/// <summary>The bank's statement against the receipts, from the files to what is listed.</summary>
public sealed class BankStatementTests
{
    private const string Receipts = "单位编号,单位名称,费款所属期,到账金额,到账日期,凭证号,滞纳金,利息";
    private const string Statement = "交易日期,流水号,凭证号,对方户名,对方账号,借方金额,贷方金额";

    private static readonly YearMonth June = new(2021, 6);
    private static readonly YearMonth July = new(2021, 7);
    private Town town = null!;

    [SetUp]
    public async Task SetUp() => town = await Town.FoundAsync();

    [TearDown]
    public async Task TearDown() => await town.DisposeAsync();

    [Test]
    public async Task What_is_certain_is_matched_whichever_file_comes_first_and_the_rest_is_listed_by_its_age()
    {
        await BankAsync("2021-06-10,A1,SK1,甲有限公司,,,105.00", "2021-06-12,A2,,乙有限公司,,,200.00", "2021-06-20,A3,,不明公司,,,7.00", "2021-06-21,A4,,财政专户,,300.00,", "2021-06-22,A5,SK4,甲有限公司,,,41.00");
        await ReceiveAsync(
            "E1,甲有限公司,2021-06,100.00,2021-06-09,SK1,3.00,2.00", "E2,乙有限公司,2021-06,200.00,2021-06-11,SK2,,", "E2,乙有限公司,2021-05,9.00,2021-06-28,SK3,,", "E1,甲有限公司,2021-06,40.00,2021-06-22,SK4,,");
        ReconcileDocument told = await CheckAsync(June);
        Assert.Multiple(() =>
        {
            // In: 105 + 200 + 7 + 41 by four lines; matched: 105 (voucher; 100 + 3 + 2) and 200 (payer, amount, day).
            Assert.That(told.Bank, Is.EqualTo(new BankSums(4, Yuan(353), Yuan(300), Yuan(305), Yuan(48))));
            Assert.That(told.Receipts, Is.EqualTo(new ReceiptSums(4, Yuan(349), Yuan(3), Yuan(2), Yuan(354), Yuan(305), Yuan(49))));
            Assert.That(told.LinesWithoutReceipt.Select(l => (l.Serial, l.Amount, l.Days, l.Row)), Is.EqualTo(new[] { ("A3", Yuan(7), 10, 4), ("A5", Yuan(41), 8, 6) }));
            Assert.That(told.ReceiptsWithoutLine.Select(r => (r.Employer, r.Month, r.Document, r.Days)), Is.EqualTo(new[] { ("E1", June, "SK4", 8), ("E2", new YearMonth(2021, 5), "SK3", 2) }));
            Assert.That(told.Differences.Select(d => (d.Document, d.Received, d.OnStatement, d.Difference, d.Days)), Is.EqualTo(new[] { ("SK4", Yuan(40), Yuan(41), Yuan(1), 8) }));
        });
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task A_line_sent_again_is_unchanged_and_another_content_under_its_number_is_rejected()
    {
        FileOutcome first = await BankAsync("2021-06-10,A1,SK1,甲有限公司,,,105.00", "2021-06-10,A2,,甲有限公司,,,1.00");
        FileOutcome again = await BankAsync("2021-06-10,A1,SK1,甲有限公司,,0.00,105", "2021-06-10,A2,,甲有限公司,,,1.01", "2021-06-11,A3,,甲有限公司,,,5.00", "2021-06-11,A3,,甲有限公司,,,5.00", "2021-07-01,A4,,甲有限公司,,,5.00");
        Assert.Multiple(() =>
        {
            Assert.That((first.Accepted, first.Rejected), Is.EqualTo((2, 0)));
            Assert.That((again.Rows, again.Accepted, again.Unchanged, again.Rejected), Is.EqualTo((5, 1, 1, 3)));
            Assert.That(again.Rejections.Select(r => $"{r.Row} {r.Code} {r.Found} {r.Expected}"), Is.EquivalentTo(new[]
            {
                "3 BANK_SERIAL_TAKEN A2 2021-06-10 1.00", "5 BANK_LINE_TWICE A3 4", "6 MONTH_AFTER_SUBMISSION 2021-07-01 2021-06",
            }));
        });
        Assert.That((await CheckAsync(June)).Bank.Credit, Is.EqualTo(Yuan(111)));
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task A_replacement_is_the_whole_statement_of_its_days_and_what_was_matched_by_it_lapses()
    {
        await ReceiveAsync("E1,甲有限公司,2021-06,105.00,2021-06-09,SK1,,", "E2,乙有限公司,2021-06,3.00,2021-06-10,SK2,,");
        await BankAsync("2021-06-10,A1,SK1,甲有限公司,,,105.00", "2021-06-11,A2,SK2,乙有限公司,,,3.00", "2021-06-20,A3,,甲有限公司,,,9.00");
        string[] statement = ["2021-06-10,A1,SK1,甲有限公司,,,106.00", "2021-06-12,A4,,丙有限公司,,,5.00"];
        FileOutcome refused = await BankAsync(SubmissionKind.Replacement, false, statement);
        FileOutcome replaced = await BankAsync(SubmissionKind.Replacement, true, statement);
        ReconcileDocument told = await CheckAsync(June);
        Assert.Multiple(() =>
        {
            Assert.That(refused.Refused, Is.EqualTo("REPLACEMENT_LEAVES_OUT"));
            Assert.That((replaced.Refused, replaced.Accepted), Is.EqualTo(((string?)null, 2)));
            // A2 is withdrawn, A3 is of a later day and stays; A1 has another amount now.
            Assert.That(told.Bank, Is.EqualTo(new BankSums(3, Yuan(120), Yuan(0), Yuan(0), Yuan(120))));
            Assert.That(told.Differences.Select(d => (d.Document, d.Difference)), Is.EqualTo(new[] { ("SK1", Yuan(1)) }));
            Assert.That(told.ReceiptsWithoutLine.Select(r => r.Document), Is.EqualTo(new[] { "SK1", "SK2" }));
        });
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task A_receipt_that_is_corrected_is_matched_anew()
    {
        await BankAsync("2021-06-10,A1,SK1,甲有限公司,,,105.00");
        await ReceiveAsync("E1,甲有限公司,2021-06,100.00,2021-06-10,SK1,,");
        Assert.That((await CheckAsync(June)).Bank.Matched, Is.EqualTo(Yuan(0)));
        await ReceiveAsync("E1,甲有限公司,2021-06,105.00,2021-06-10,SK1,,");
        Assert.That((await CheckAsync(June)).Bank.Matched, Is.EqualTo(Yuan(105)));
        await ReceiveAsync("E1,甲有限公司,2021-06,0.00,2021-06-10,SK1,,");
        Assert.That((await CheckAsync(June)).Bank.Unmatched, Is.EqualTo(Yuan(105)));
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task By_hand_one_proposes_with_a_reason_and_another_confirms_and_it_is_undone_for_good()
    {
        await BankAsync("2021-06-10,A1,,总公司,,,60.00", "2021-06-10,A2,,总公司,,,40.00", "2021-06-10,A3,,总公司,,,40.00");
        await ReceiveAsync("E1,甲有限公司,2021-06,95.00,2021-06-25,SK1,3.00,2.00");
        HandMatches hand = new(town.Area);
        ReceiptName receipt = new("E1", June, "SK1");
        MatchDocument proposed = await hand.ProposeAsync(["A1", "a2"], [receipt], "总公司代付", "wang", default);
        MatchDocument again = await hand.ProposeAsync(["A2", "A1"], [receipt], "总公司代付", "wang", default);
        Assert.That((proposed.Match, proposed.State, proposed.Amount, again.Match), Is.EqualTo((1, "proposed", Yuan(100), 1)));
        Assert.That((await CheckAsync(June)).Proposed.Select(p => (p.By, p.Reason, p.Amount)), Is.EqualTo(new[] { ("wang", "总公司代付", Yuan(100)) }));
        Assert.That((await CheckAsync(June)).Bank.Matched, Is.EqualTo(Yuan(0)), "a proposal counts for nothing");
        await RefusedAsync("SAME_PERSON", () => hand.ConfirmAsync(1, " Wang", default));
        await RefusedAsync("MATCHED_ALREADY", () => hand.ProposeAsync(["A1", "A3"], [receipt], "x", "li", default));
        Assert.That((await hand.ConfirmAsync(1, "li", default)).State, Is.EqualTo("matched"));
        Assert.That((await hand.ConfirmAsync(1, "li", default)).State, Is.EqualTo("matched"), "asked again");
        await RefusedAsync("MATCH_STATE", () => hand.ConfirmAsync(1, "zhao", default));
        Assert.That((await CheckAsync(June)).Bank.Matched, Is.EqualTo(Yuan(100)));
        await RefusedAsync("REASON_MISSING", () => hand.UndoAsync(1, " ", "wang", default));
        Assert.That((await hand.UndoAsync(1, "认错了", "wang", default)).State, Is.EqualTo("undone"));
        Assert.That((await CheckAsync(June)).Bank.Unmatched, Is.EqualTo(Yuan(140)));
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task What_is_not_equal_unknown_or_of_one_side_is_not_matched_by_hand()
    {
        await BankAsync("2021-06-10,A1,,总公司,,,60.00", "2021-06-10,A2,,总公司,,60.00,");
        await ReceiveAsync("E1,甲有限公司,2021-06,60.01,2021-06-25,SK1,,");
        HandMatches hand = new(town.Area);
        ReceiptName receipt = new("E1", June, "SK1");
        await RefusedAsync("MATCH_SUMS_DIFFER", () => hand.ProposeAsync(["A1"], [receipt], "x", "wang", default));
        await RefusedAsync("LINE_UNKNOWN", () => hand.ProposeAsync(["A2"], [receipt], "x", "wang", default));
        await RefusedAsync("RECEIPT_UNKNOWN", () => hand.ProposeAsync(["A1"], [receipt with { Month = July }], "x", "wang", default));
        await RefusedAsync("MATCH_ONE_SIDED", () => hand.ProposeAsync(["A1"], [], "x", "wang", default));
        await RefusedAsync("REASON_MISSING", () => hand.ProposeAsync(["A1"], [receipt], " ", "wang", default));
        await RefusedAsync("MATCH_UNKNOWN", () => hand.ConfirmAsync(7, "li", default));
    }

    [Test]
    public async Task What_the_program_matched_and_a_person_undid_is_not_matched_by_the_program_again()
    {
        await BankAsync("2021-06-10,A1,SK1,甲有限公司,,,60.00");
        await ReceiveAsync("E1,甲有限公司,2021-06,60.00,2021-06-10,SK1,,");
        HandMatches hand = new(town.Area);
        await hand.UndoAsync(1, "不是这笔", "li", default);
        await BankAsync("2021-06-10,A2,,丙有限公司,,,1.00", "2021-06-11,A9,,丙有限公司,,5.00,");
        ReconcileDocument told = await CheckAsync(June);
        Assert.That((told.Bank.Matched, told.Bank.Lines, told.Bank.Debit), Is.EqualTo((Yuan(0), 2L, Yuan(5))), "money out is not among the lines of money in");
        Assert.That(told.Differences, Is.Empty, "the receipt and its line do not differ");
        await hand.ProposeAsync(["A1"], [new("E1", June, "SK1")], "确认是这笔", "wang", default);
        await hand.RefuseAsync(1 + 1, "再查", "li", default);
        Assert.That((await CheckAsync(June)).Proposed, Is.Empty);
        await town.AssertCleanAsync();
    }

    // A payer whose name two employers have is certain for neither; a person's name is masked.
    [Test]
    public async Task A_name_that_two_employers_have_matches_nothing_and_a_persons_name_is_masked()
    {
        await ReceiveAsync("E1,甲有限公司,2021-06,60.00,2021-06-10,SK1,,", "E2,甲有限 公司,2021-06,70.00,2021-06-10,SK2,,", "E3,王小明,2021-06,1.00,2021-06-01,SK3,,");
        await BankAsync("2021-06-10,A1,,甲有限公司,,,60.00", "2021-06-10,A2,,王小明,,,5.00");
        Assert.That((await CheckAsync(June)).LinesWithoutReceipt.Select(l => l.Payer), Is.EqualTo(new[] { "甲有限公司", "王*" }));
    }

    [Test]
    public async Task A_statement_waits_for_no_run_and_its_own_month_may_be_closed()
    {
        await town.PayrollAsync(June, "E1", [(Town.Person(1, 1990), 5000m)]);
        await town.PostMonthAsync(June);
        await town.CloseAsync(June);
        FileOutcome sent = await BankAsync("2021-06-10,A1,,甲有限公司,,,60.00");
        Assert.That((sent.Refused, sent.Accepted), Is.EqualTo(((string?)null, 1)));
        Assert.That(await town.Database.ScalarAsync<long>(Town.Schema.Sql("SELECT count(*) FROM :area.waiting_submission")), Is.EqualTo(0));
        await town.AssertCleanAsync();
    }

    // E1 declared 500 + 600 and paid 1100, E2 declared 700 and paid 650, E3 declared nothing and paid 9; the month credits on receipt, so that E2's 700 wait.
    [Test]
    public async Task Declared_received_and_booked_are_put_side_by_side_by_employer_with_what_is_in_suspense()
    {
        await town.AdoptAsync(text => text.Replace("credit-on: declaration", "credit-on: receipt", StringComparison.Ordinal));
        await town.PayrollAsync(June, "E1", [(Town.Person(1, 1990), 5000m), (Town.Person(2, 1980), 6000m)]);
        await town.PayrollAsync(June, "E2", [(Town.Person(3, 1970), 7000m)]);
        await ReceiveAsync("E1,单位E1,2021-06,1100.00,2021-06-10,SK1,3.00,", "E2,单位E2,2021-06,650.00,2021-06-10,SK2,,", "E3,单位E3,2021-06,9.00,2021-06-30,SK3,,");
        ThreeWayDocument before = (await CheckAsync(June)).ThreeWay;
        await town.PostMonthAsync(June);
        ThreeWayDocument told = (await CheckAsync(June)).ThreeWay;
        Assert.Multiple(() =>
        {
            Assert.That((before.Declared, before.Received, before.Booked, before.Lines.Count), Is.EqualTo((Yuan(1800), Yuan(1759), Yuan(0), 3)));
            Assert.That((told.Months, told.Employers, told.Booked), Is.EqualTo(((IReadOnlyList<YearMonth>)[June], 3, Yuan(1100))));
            Assert.That(
                told.Lines.Select(l => (l.Employer, l.Declared, l.Received, l.Booked, l.ReceivedLessDeclared, l.BookedLessReceived, l.Days)),
                Is.EqualTo(new (string, Money, Money?, Money, Money?, Money, int)[] { ("E2", Yuan(700), Yuan(650), Yuan(0), -Yuan(50), -Yuan(650), 0), ("E3", Yuan(0), Yuan(9), Yuan(0), Yuan(9), -Yuan(9), 0) }));
        });
        // The next month's end is 31 days later; nothing of June is named by July's files, and the suspense is still there.
        Assert.That((await town.ReportAsync(new SuspenseReport(), July)), Is.EqualTo(new[]
        {
            "E2,单位E2,2021-06,700.00,650.00,0.00,650.00,31", "E3,单位E3,2021-06,0.00,9.00,0.00,9.00,31", "合计 total,,,700.00,659.00,0.00,659.00,",
        }));
        await BankAsync("2021-06-11,A1,SK1,单位E1,,,1103.00");
        Assert.That((await town.ReportAsync(new ReceiptReport(), June)), Is.EqualTo(new[]
        {
            "E1,单位E1,2021-06,2021-06-10,SK1,1100.00,3.00,0.00,1103.00,1103.00,A1", "E2,单位E2,2021-06,2021-06-10,SK2,650.00,0.00,0.00,650.00,0.00,",
            "E3,单位E3,2021-06,2021-06-30,SK3,9.00,0.00,0.00,9.00,0.00,", "合计 total,,,,,1759.00,3.00,0.00,1762.00,1103.00,",
        }));
        await town.AssertCleanAsync();
    }

    // E2's 700 for June came in July. At the end of June nothing of it was there; at the end of July all of June is settled, and of July's own 500 nothing has come, of which no receipt was sent.
    [Test]
    public async Task An_employer_that_pays_late_differs_until_it_has_paid_also_where_credits_do_not_wait()
    {
        await town.PayrollAsync(June, "E1", [(Town.Person(1, 1990), 5000m)]);
        await town.PayrollAsync(June, "E2", [(Town.Person(3, 1970), 7000m)]);
        await town.PostMonthAsync(June);
        await ReceiveAsync("E1,单位E1,2021-06,500.00,2021-06-10,SK1,,", "E2,单位E2,2021-06,700.00,2021-07-12,SK2,,");
        await town.PayrollAsync(July, "E1", [(Town.Person(1, 1990), 5000m)]);
        await town.PostMonthAsync(July);
        Assert.That((await CheckAsync(June)).ThreeWay.Lines.Select(l => (l.Employer, l.Received, l.ReceivedLessDeclared)), Is.EqualTo(new[] { ("E2", (Money?)Yuan(0), (Money?)-Yuan(700)) }));
        ThreeWayDocument july = (await CheckAsync(July)).ThreeWay;
        Assert.That((july.Months, july.Lines.Count, july.HasReceipts), Is.EqualTo(((IReadOnlyList<YearMonth>)[June, July], 0, true)));
    }

    // Nothing of a receipt is posted where accepted lines count as received: it waits for no run.
    [Test]
    public async Task A_receipt_that_brings_no_credit_waits_for_no_run()
    {
        await ReceiveAsync("E1,单位E1,2021-06,500.00,2021-06-10,SK1,,");
        Area area = await town.AreaAsync();
        Assert.That((await new Readiness(area).ReadAsync(June, default)).Single(p => p.Code == "waiting-files").Count, Is.Zero);
        Assert.That((await new SubmissionList(area).ReadAsync(new SubmissionFilter(June, false), 1, default)).Lines.Rows.Select(l => l.Waits), Is.EqualTo(new[] { false }));
    }

    [Test]
    public async Task Where_credits_do_not_wait_for_the_money_declared_and_booked_alone_are_compared()
    {
        await town.PayrollAsync(June, "E1", [(Town.Person(1, 1990), 5000m)]);
        Assert.That((await CheckAsync(June)).ThreeWay.Lines.Select(l => (l.Received, l.BookedLessReceived)), Is.EqualTo(new[] { ((Money?)null, -Yuan(500)) }));
        await town.PostMonthAsync(June);
        Assert.That((await CheckAsync(June)).ThreeWay.Lines, Is.Empty);
    }

    [TestCase("UPDATE :area.bank_line SET credit_fen = credit_fen + 1", "match 1: its bank_line rows come to 60.01, its receipt rows to 60.00")]
    [TestCase("UPDATE :area.receipt SET late_fee_fen = late_fee_fen + 1", "match 1: its bank_line rows come to 60.00, its receipt rows to 60.01")]
    [TestCase("DELETE FROM :area.bank_line", "match 1: a bank_line or receipt of it is not there as it was matched")]
    [TestCase("INSERT INTO :area.money_match VALUES (2, 'day', 'x', now(), ''); INSERT INTO :area.money_match_line SELECT 2, serial, line_submission FROM :area.money_match_line WHERE match_id = 1; "
        + "INSERT INTO :area.money_match_receipt SELECT 2, receipt_month, receipt_employer, document, receipt_submission FROM :area.money_match_receipt WHERE match_id = 1", "bank_line A1: matched twice")]
    public async Task A_line_or_receipt_that_is_tampered_with_is_named_by_the_money_of_its_match(string tamper, string first)
    {
        await BankAsync("2021-06-10,A1,SK1,甲有限公司,,,60.00");
        await ReceiveAsync("E1,甲有限公司,2021-06,60.00,2021-06-10,SK1,,");
        await town.Database.ExecuteAsync(Town.Schema.Sql(tamper));
        VerificationDocument document = await new Verifier(town.Database.Connection, Town.Schema).VerifyAsync(true, default);
        Assert.That(document.Checks.Single(c => c.Id == "V3").First, Is.EqualTo("420100 " + first).Or.EqualTo(first));
    }

    private async Task<ReconcileDocument> CheckAsync(YearMonth month) => await new MoneyCheck(await town.AreaAsync()).ReadAsync(month, default);

    private Task<FileOutcome> BankAsync(params string[] rows) => BankAsync(SubmissionKind.Regular, false, rows);

    private Task<FileOutcome> BankAsync(SubmissionKind kind, bool confirm, params string[] rows) => town.ImportAsync(Statement, rows, June, kind, confirm);

    private Task<FileOutcome> ReceiveAsync(params string[] rows) => town.ImportAsync(Receipts, rows, June, SubmissionKind.Regular, false);

    private static async Task RefusedAsync(string code, Func<Task> act) => Assert.That((await Assert.ThrowsAsync<DataFaultException>(() => act()))!.Code, Is.EqualTo(code));

    private static Money Yuan(long yuan) => Money.FromYuan(yuan);
}

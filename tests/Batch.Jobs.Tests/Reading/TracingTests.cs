using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Ledger;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Runs;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Reading;

/// <summary>
/// Money followed both ways, in Wuhan's rules with credits that wait for the money. E1 declares 1300.00 (10 % of 8000 and of 5000) and pays it by one receipt, which the bank has as two
/// lines; E2 declares 600.00 and pays 550.00; a line of 33.00 has no receipt.
/// </summary>
public sealed class TracingTests
{
    private const string Receipts = "单位编号,单位名称,费款所属期,到账金额,到账日期,凭证号,滞纳金,利息";
    private const string Statement = "交易日期,流水号,凭证号,对方户名,对方账号,借方金额,贷方金额";

    private static readonly YearMonth January = new(2021, 1), February = new(2021, 2);
    private static readonly CitizenId Wrong = Town.Person(5, 1985);   // 35: 3.1 % of 8000 = 248.00 of 800.00, so 552.00 to the pool
    private static readonly CitizenId Right = Town.Person(6, 1985);
    private static readonly CitizenId Ann = Town.Person(1, 1990);     // 30: 3.1 % of 5000 = 155.00 of 500.00, so 345.00 to the pool
    private static readonly CitizenId Bob = Town.Person(2, 1980);
    private Town town = null!;
    private Tracing tracing = null!;

    [SetUp]
    public async Task SetUp()
    {
        town = await Town.FoundAsync();
        await town.WaitForReceiptsAsync();
        await town.PayrollAsync(January, "E1", [(Ann, 5000m), (Wrong, 8000m)]);
        await town.PayrollAsync(January, "E2", [(Bob, 6000m)]);
        await ReceiveAsync("E1,,2021-01,1300.00,2021-01-20,A1,,", "E2,,2021-01,550.00,2021-01-21,B1,,");
        await town.ImportAsync(
            Statement, ["2021-01-20,L1,A1,,,,900.00", "2021-01-20,L2,A1,,,,400.00", "2021-01-21,L3,B1,,,,550.00", "2021-01-26,L4,,某人,,,33.00"], null, SubmissionKind.Regular, false);
        await town.PostMonthAsync(January);
        tracing = new Tracing(await town.AreaAsync());
    }

    [TearDown]
    public async Task TearDown() => await town.DisposeAsync();

    // Three days with money, so three vouchers; the run's is the fourth. To accounts 248 + 155 = 403, to the pool 552 + 345 = 897.
    [Test]
    public async Task A_line_leads_to_its_receipt_the_other_line_and_the_sums_of_the_employers_month()
    {
        LineTrace line = await tracing.LineAsync("L1", default);
        Assert.That((line.Line.In, line.Line.Document, line.Line.Way, line.Line.Voucher, line.Line.From.File, line.Line.From.Row), Is.EqualTo((Yuan(900), "A1", "parts", "记-0001", "file-4.csv", 2)));
        Assert.That(line.Siblings.Select(s => (s.Serial, s.In, s.Voucher)), Is.EqualTo(new[] { ("L2", Yuan(400), "记-0001") }));
        Assert.That(line.Receipts.Select(r => (r.Employer, r.Month, r.Document, r.Total, r.From.File, r.From.Row)), Is.EqualTo(new[] { ("E1", January, "A1", Yuan(1300), "file-3.csv", 2) }));
        Assert.That(line.Difference, Is.EqualTo(Money.Zero));
        Assert.That(line.Employers.Select(e => (e.Employer, e.Month, e.Sums)), Is.EqualTo(new[] { ("E1", January, Sums(2, 1300, 1300, 403, 897, 1300)) }));
        Assert.That(line.Seal, Is.Null);
    }

    [Test]
    public async Task A_short_receipt_is_in_suspense_and_an_unmatched_line_leads_nowhere()
    {
        LineTrace line = await tracing.LineAsync("L3", default);
        Assert.That(line.Employers.Select(e => (e.Employer, e.Sums, e.Sums.InSuspense)), Is.EqualTo(new[] { ("E2", Sums(1, 600, 0, 0, 0, 550), Yuan(550)) }));
        EmployerTrace employer = await tracing.EmployerAsync("E2", January, 1, default);
        Assert.That(employer.People.Rows.Select(p => (p.Number, p.Paid, p.Booked, p.AccountId)), Is.EqualTo(new[] { (Masked(Bob), Yuan(600), Money.Zero, (int?)null) }));
        Assert.That(employer.Runs, Is.Empty);
        LineTrace lost = await tracing.LineAsync("L4", default);
        Assert.That((lost.Line.Payer, lost.Line.Match, lost.Receipts.Count, lost.Employers.Count, lost.Difference, lost.Line.Voucher), Is.EqualTo(("某*", (int?)null, 0, 0, (Money?)null, "记-0003")));
        Assert.That((await Assert.ThrowsAsync<DataFaultException>(() => tracing.LineAsync("L9", default)))!.Code, Is.EqualTo("LINE_UNKNOWN"));
    }

    [Test]
    public async Task An_employers_month_shows_its_files_people_and_runs_and_they_meet_the_receipt()
    {
        EmployerTrace employer = await tracing.EmployerAsync("E1", January, 1, default);
        Assert.That(employer.People.Rows.Select(p => (p.Number, p.Name, p.Base, p.Paid, p.Booked, p.Credited, p.Pool, p.From.File, p.From.Row)), Is.EqualTo(new[]
        {
            (Masked(Wrong), "某*", (Money?)Yuan(8000), Yuan(800), Yuan(800), Yuan(248), Yuan(552), "file-1.csv", (int?)3),
            (Masked(Ann), "某*", (Money?)Yuan(5000), Yuan(500), Yuan(500), Yuan(155), Yuan(345), "file-1.csv", (int?)2),
        }));
        Assert.That(employer.Files.Select(f => (f.File, f.Rows, f.Paid)), Is.EqualTo(new[] { ("file-1.csv", 2L, Yuan(1300)) }));
        Assert.That(employer.Runs.Select(r => (r.Month, r.Place, r.Kind, r.MadeBy, r.ApprovedBy, r.Voucher)), Is.EqualTo(new[] { (January, 1, "allocation", "operator", "reviewer", "记-0004") }));
        Assert.That(employer.Sums, Is.EqualTo(Sums(2, 1300, 1300, 403, 897, 1300)));
        // What a reader adds up himself.
        Assert.That(employer.Receipts.Sum(r => r.Lines.Sum(l => l.In.Fen)), Is.EqualTo(130_000));
        Assert.That(employer.People.Rows.Sum(p => p.Credited.Fen + p.Pool.Fen + p.Other.Fen), Is.EqualTo(130_000));
    }

    // Posted, reversed and posted again: each entry names the run, its voucher and the row; the money stays once. The closing seals all three.
    [Test]
    public async Task A_reversed_credit_shows_all_its_entries_each_with_its_row_and_voucher()
    {
        RunDocument reversal = await town.Life.ReverseAsync(1, January, "operator", default);
        await town.PostAsync(reversal.Run!.Value);
        await town.PostMonthAsync(January);
        CreditTrace credit = await tracing.CreditAsync((await FindAsync(Ann)).Account, January, default);
        Assert.That(
            credit.Entries.Select(e => (e.Run.Place, e.Run.Kind, e.Run.Reverses, e.Run.Voucher, e.Amount, e.Base, e.Employer, e.From!.File, e.From.Row)), Is.EqualTo(new[]
            {
                (1, "allocation", (int?)null, "记-0004", Yuan(155), (Money?)Yuan(5000), "E1", "file-1.csv", (int?)2),
                (2, "reversal", (int?)1, "记-0005", Yuan(-155), (Money?)Yuan(5000), "E1", "file-1.csv", (int?)2),
                (3, "allocation", (int?)null, "记-0006", Yuan(155), (Money?)Yuan(5000), "E1", "file-1.csv", (int?)2),
            }));
        Assert.That((credit.Amount, credit.Number, credit.Account), Is.EqualTo((Yuan(155), Masked(Ann), 1)));
        Assert.That(credit.Receipts.SelectMany(r => r.Lines).Select(l => l.Serial), Is.EqualTo(new[] { "L1", "L2" }));
        Assert.That(credit.Employers.Single().Sums, Is.EqualTo(Sums(2, 1300, 1300, 403, 897, 1300)));
        await town.CloseAsync(January, accept: "查明再处理");
        string seal = await town.Database.ScalarAsync<string>(Town.Schema.Sql("SELECT seal FROM :area.closing_in_force"));
        Assert.That((await tracing.CreditAsync((await FindAsync(Ann)).Account, January, default)).Entries.Select(e => e.Run.Seal), Is.EqualTo(new[] { seal, seal, seal }));
        Assert.That((await tracing.LineAsync("L1", default)).Seal, Is.EqualTo(seal));
    }

    // The credit of the wrong number moves in February. Both accounts lead to the row that declared it and to the two lines that paid for it.
    [Test]
    public async Task A_joined_persons_credit_leads_to_the_row_of_the_number_that_it_was_declared_for()
    {
        int wrong = (await FindAsync(Wrong)).Account;
        await town.PayrollAsync(February, "E1", [(Right, 8000m)]);
        await ReceiveAsync("E1,,2021-02,800.00,2021-02-20,A2,,");
        await town.PostMonthAsync(February);
        AccountHolder right = await FindAsync(Right);
        IdentityProposals proposals = new(town.Area, SystemClock.Instance);
        IdentityDocument join = await proposals.ProposeJoinAsync(
            new Joining(right.Person, AccountNumbers.PersonOf(wrong), new LocalDate(2021, 2, 1), "公安函1号", "同一人两个号码"), "wang", default);
        await proposals.ApproveAsync(join.Proposal, "li", default);
        await town.PostMonthAsync(February);
        CreditTrace moved = await tracing.CreditAsync(right.Account, January, default);
        Assert.That(
            moved.Entries.Select(e => (e.Run.Month, e.Amount, e.Employer, e.From!.File, e.From.Row, e.Joined)),
            Is.EqualTo(new[] { (February, Yuan(248), "E1", "file-1.csv", (int?)3, (int?)join.Proposal) }));
        Assert.That(moved.Receipts.SelectMany(r => r.Lines).Select(l => l.Serial), Is.EqualTo(new[] { "L1", "L2" }));
        CreditTrace before = await tracing.CreditAsync(wrong, January, default);
        Assert.That((before.Amount, before.Entries.Select(e => e.Amount.Fen).ToArray()), Is.EqualTo((Money.Zero, new[] { 24_800L, -24_800L })));
        EmployerTrace employer = await tracing.EmployerAsync("E1", January, 1, default);
        Assert.That(employer.People.Rows.Select(p => (p.Booked, p.From.File, p.From.Row)).Where(p => p.Booked == Yuan(800)), Is.EqualTo(new[] { (Yuan(800), "file-1.csv", (int?)3) }));
        Assert.That((employer.Sums.Booked, employer.Sums.Credited, employer.Sums.Received), Is.EqualTo((Yuan(1300), Yuan(403), Yuan(1300))));
    }

    // A retiree of 72 with a pension of 6,000: 5.1 % = 306.00 from the pooled fund.
    [Test]
    public async Task A_retirees_credit_leads_to_the_row_of_the_pension_file_and_to_no_receipt()
    {
        CitizenId old = Town.Person(7, 1948);
        await town.PensionAsync(January, [(old, 6000m)]);
        await town.PostMonthAsync(January);
        CreditTrace credit = await tracing.CreditAsync((await FindAsync(old)).Account, January, default);
        Assert.That(credit.Entries.Select(e => (e.Component, e.Amount, e.Pool, e.Employer, e.From!.File, e.From.Row)), Is.EqualTo(new[] { ("retiree", Yuan(306), Yuan(-306), (string?)null, "file-5.csv", (int?)2) }));
        Assert.That((credit.OfPool, credit.Receipts.Count, credit.Employers.Count), Is.EqualTo((true, 0, 0)));
    }

    [Test]
    public async Task A_search_finds_lines_by_serial_and_document_number_and_receipts_by_document_number()
    {
        TraceFound byDocument = await tracing.FindAsync("A1", default), bySerial = await tracing.FindAsync("L3", default), nothing = await tracing.FindAsync("A", default);
        Assert.That((byDocument.Lines.Select(l => l.Serial).ToArray(), byDocument.Receipts.Count), Is.EqualTo((new[] { "L1", "L2" }, 1)));
        Assert.That((bySerial.Lines.Single().Serial, bySerial.Receipts.Count, nothing.Lines.Count + nothing.Receipts.Count), Is.EqualTo(("L3", 0, 0)));
    }

    [Test]
    public async Task A_line_matched_by_hand_names_who_proposed_it_who_confirmed_it_and_why()
    {
        await ReceiveAsync("E2,,2021-01,33.00,2021-01-26,B2,,");
        HandMatches hand = new(town.Area);
        MatchDocument proposed = await hand.ProposeAsync(["L4"], [new ReceiptName("E2", January, "B2")], "附言写明单位", "wang", default);
        await hand.ConfirmAsync(proposed.Match, "li", default);
        LineTrace line = await tracing.LineAsync("L4", default);
        Assert.That((line.Line.Way, line.ByHand?.By, line.ByHand?.ConfirmedBy, line.ByHand?.Reason), Is.EqualTo(("hand", "wang", "li", "附言写明单位")));
        Assert.That((await tracing.LineAsync("L1", default)).ByHand, Is.Null, "the program matched it");
    }

    [Test]
    public async Task A_line_or_receipt_whose_difference_was_accepted_names_who_did_and_why_until_it_is_taken_back()
    {
        await ReceiveAsync("E2,,2021-01,7.00,2021-01-27,B3,1.00,");
        MoneyDifferences money = new(await town.AreaAsync());
        await money.AcceptAsync(January, ["line:L4"], "银行查询中", "li", default);
        await money.AcceptAsync(January, ["receipt:E2,2021-01,B3"], "流水未到", "zhao", default);
        LineTrace line = await tracing.LineAsync("L4", default);
        Assert.That((line.Accepted?.By, line.Accepted?.Reason), Is.EqualTo(("li", "银行查询中")));
        EmployerTrace employer = await tracing.EmployerAsync("E2", January, 1, default);
        Assert.That(employer.Receipts.Select(r => (r.Document, r.Accepted?.By, r.Accepted?.Reason)), Is.EqualTo(new[] { ("B1", null, null), ("B3", "zhao", (string?)"流水未到") }));
        await money.WithdrawAsync(January, ["line:L4", "receipt:E2,2021-01,B3"], "弄错了", "li", default);
        Assert.That((await tracing.LineAsync("L4", default)).Accepted, Is.Null);
        Assert.That((await tracing.EmployerAsync("E2", January, 1, default)).Receipts.Select(r => r.Accepted), Is.All.Null);
    }

    // E2 has 550 + 150 = 700 for 600 declared: 100 are refunded. Of the lines of money out, one has the amount and the number, one another amount, one another number.
    [Test]
    public async Task A_refund_is_found_by_its_number_on_its_employers_month_and_from_its_line()
    {
        await ReceiveAsync("E2,,2021-01,150.00,2021-01-27,B2,,");
        await town.PostMonthAsync(January);
        MoneyReturns returns = new(await town.AreaAsync());
        ReturnDocument refund = await returns.ProposeAsync(new ReturnWanted(ReturnKind.Refund, "E2", January, null, Yuan(100), new LocalDate(2021, 1, 28), "TK0701"), "多缴", "wang", default);
        await town.ImportAsync(
            Statement, ["2021-01-28,L5,TK0701,单位E2,,100.00,", "2021-01-28,L6,TK0701,单位E2,,99.00,", "2021-01-28,L7,TK9,单位E2,,100.00,", "2021-01-28,TK0701,,单位E2,,100.00,"], null,
            SubmissionKind.Regular, false);
        Assert.That((await tracing.FindAsync("TK0701", default)).Returns.Select(r => r.State), Is.EqualTo(new[] { "proposed" }));
        Assert.That((await tracing.LineAsync("L5", default)).Refunds, Is.Empty, "nobody has confirmed it");
        await returns.ConfirmAsync(refund.Return, "li", default);
        Assert.That(
            (await tracing.FindAsync("tk0701", default)).Returns.Select(r => (r.Employer, r.Month, r.Kind, r.Amount, r.State, r.By, r.EndedBy)),
            Is.EqualTo(new[] { ("E2", January, "refund", Yuan(100), "confirmed", "wang", (string?)"li") }));
        Assert.That(
            (await tracing.EmployerAsync("E2", January, 1, default)).Returns.Select(r => (r.Kind, r.Amount, r.On, r.Document, r.By, r.ConfirmedBy, r.Reason)),
            Is.EqualTo(new[] { ("refund", Yuan(100), new LocalDate(2021, 1, 28), "TK0701", "wang", "li", "多缴") }));
        foreach ((string serial, int refunds) in new[] { ("L5", 1), ("L6", 0), ("L7", 0), ("TK0701", 1) })
        {
            Assert.That((await tracing.LineAsync(serial, default)).Refunds, Has.Count.EqualTo(refunds), serial);
        }
    }

    // The whole chain of the month's two credits. 1985 comes before 1990.
    [Test]
    public async Task The_report_has_the_chain_of_each_credit()
    {
        Assert.That(new TraceReport().Columns.Select(c => c.Header), Has.Some.EqualTo("单位当月到账（已减退还） (received less returned)"));
        string[] rows = await town.ReportAsync(new TraceReport(), January);
        Assert.That(rows, Is.EqualTo(new[]
        {
            $"2021-01/1/1,{Masked(Wrong)},某*,2021-01,E1,单位E1,8000.00,160.00,640.00,248.00,552.00,0.00,1,file-1.csv,3,A1,1300.00,L1 L2,1,记-0004,,在职划入 contributions",
            $"2021-01/1/2,{Masked(Ann)},某*,2021-01,E1,单位E1,5000.00,100.00,400.00,155.00,345.00,0.00,1,file-1.csv,2,A1,1300.00,L1 L2,1,记-0004,,在职划入 contributions",
            "合计 total,,,,,,,260.00,1040.00,403.00,897.00,0.00,,,,,,,,,,",
        }));
    }

    private Task<FileOutcome> ReceiveAsync(params string[] rows) => town.ImportAsync(Receipts, rows, null, SubmissionKind.Regular, false);

    private Task<AccountHolder> FindAsync(CitizenId who) => AccountHolder.FindAsync(town.Database.Connection, Town.Code, who.Full(), null, new LocalDate(2026, 1, 1), default);

    private static TracedSums Sums(int people, decimal paid, decimal booked, decimal credited, decimal pool, decimal received) =>
        new(people, Yuan(paid), Yuan(booked), Yuan(credited), Yuan(pool), Money.Zero, Yuan(received));

    private static string Masked(CitizenId person) => Masking.Number(person.Digits17);

    private static Money Yuan(decimal yuan) => Money.FromYuan(yuan);
}

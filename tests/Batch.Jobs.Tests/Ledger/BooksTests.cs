using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Proof;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Runs;
using Batch.Rules;
using Batch.Testing;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Ledger;

/// <summary>
/// The books of a month with three employers, in Wuhan's rules with credits that wait for the money. E1 declares 500.00 (10 % of 5000) and pays it; E2 declares 600.00 and pays 650.00;
/// E3 declares 700.00 and pays it twice, the second time with 7.00 of late fee and 3.00 of interest. E2 has 50.00 refunded; the second 700.00 of E3 are carried over to February.
/// </summary>
public sealed class BooksTests
{
    private const string Receipts = "单位编号,单位名称,费款所属期,到账金额,到账日期,凭证号,滞纳金,利息";
    private const string Statement = "交易日期,流水号,凭证号,对方户名,对方账号,借方金额,贷方金额";

    private static readonly YearMonth January = new(2021, 1);
    private static readonly YearMonth February = new(2021, 2);
    private static readonly CitizenId Ann = Town.Person(1, 1990);     // 30: 3.1 % of 5000 = 155.00 of 500.00, so 345.00 to the pool
    private static readonly CitizenId Bob = Town.Person(2, 1980);     // 40: 3.4 % of 6000 = 204.00 of 600.00, so 396.00 to the pool
    private static readonly CitizenId Cai = Town.Person(3, 1970);     // 50: 3.7 % of 7000 = 259.00 of 700.00, so 441.00 to the pool
    private Town town = null!;

    [SetUp]
    public async Task SetUp()
    {
        town = await Town.FoundAsync();
        await town.WaitForReceiptsAsync();
        await town.PayrollAsync(January, "E1", [(Ann, 5000m)]);
        await town.PayrollAsync(January, "E2", [(Bob, 6000m)]);
        await town.PayrollAsync(January, "E3", [(Cai, 7000m)]);
        await ReceiveAsync("E1,,2021-01,500.00,2021-01-20,A1,,", "E2,,2021-01,650.00,2021-01-20,B1,,", "E3,,2021-01,700.00,2021-01-21,C1,,", "E3,,2021-01,700.00,2021-01-25,C2,7.00,3.00");
        await BankAsync(
            "2021-01-20,L1,A1,,,,500.00", "2021-01-20,L2,B1,,,,650.00", "2021-01-21,L3,C1,,,,700.00", "2021-01-25,L4,C2,,,,710.00", "2021-01-26,L5,,某人,,,33.00", "2021-01-28,L6,TK1,,,50.00,");
        await town.PostMonthAsync(January);
        await ReturnAsync(new ReturnWanted(ReturnKind.Refund, "E2", January, null, Yuan(50), new LocalDate(2021, 1, 28), "TK1"));
        await ReturnAsync(new ReturnWanted(ReturnKind.CarryOver, "E3", January, February, Yuan(700), new LocalDate(2021, 1, 29), "JZ1"));
    }

    [TearDown]
    public async Task TearDown() => await town.DisposeAsync();

    [Test]
    public async Task The_trial_balance_is_the_one_worked_by_hand()
    {
        // In: 500 + 650 + 700 + 710 + 33 = 2593, out 50. Suspense of employers: 500 + 650 + 700 + 700 = 2550 in, 1800 booked, 50 refunded, 700 from January to February: 700 left.
        // To accounts 155 + 204 + 259 = 618, to the pool 345 + 396 + 441 = 1182. Line L5 has no receipt: 33. Income is transferred at the end of the month.
        Assert.That(await town.ReportAsync(new BooksReport(), January), Is.EqualTo(new[]
        {
            "1002,收入户存款,income account,0.00,0.00,2593.00,50.00,2543.00,0.00",
            "110101,暂付款—待核对付款,payments to be checked,0.00,0.00,50.00,50.00,0.00,0.00",
            "200101,暂收款—单位缴费,suspense of employers,0.00,0.00,2550.00,3250.00,0.00,700.00",
            "200102,暂收款—待核对收款,money in to be checked,0.00,0.00,2560.00,2593.00,0.00,33.00",
            "300101,基本医疗保险统筹基金,pooled fund,0.00,0.00,0.00,1182.00,0.00,1182.00",
            "300102,基本医疗保险个人账户基金,personal accounts fund,0.00,0.00,0.00,618.00,0.00,618.00",
            "300104,统筹基金—滞纳金、利息和其他收入,\"late fees, interest, other\",0.00,0.00,0.00,10.00,0.00,10.00",
            "400101,保险费收入—统筹基金,contributions to the pool,0.00,0.00,1182.00,1182.00,0.00,0.00",
            "400102,保险费收入—个人账户基金,contributions to accounts,0.00,0.00,618.00,618.00,0.00,0.00",
            "4301,利息收入,interest,0.00,0.00,3.00,3.00,0.00,0.00",
            "490101,其他收入—滞纳金,late fees,0.00,0.00,7.00,7.00,0.00,0.00",
            "合计 total,,,0.00,0.00,9563.00,9563.00,2543.00,2543.00",
        }));
        // The same account of employers as the list of money in suspense says it.
        Assert.That((await town.ReportAsync(new SuspenseReport(), February))[^1].Split(',')[6], Is.EqualTo("700.00"));
    }

    [Test]
    public async Task Each_voucher_is_balanced_numbered_and_says_who_made_and_checked_it()
    {
        string[] lines = await town.ReportAsync(new VouchersReport(), January);
        Assert.That(lines[..4], Is.EqualTo(new[]
        {
            "记-0001,2021-01-20,1,银行收款,1002,收入户存款,1150.00,0.00,operator,,file-4.csv 等 2 份",
            "记-0001,2021-01-20,2,银行收款,200102,暂收款—待核对收款,0.00,1150.00,operator,,file-4.csv 等 2 份",
            "记-0001,2021-01-20,3,缴费到账,200102,暂收款—待核对收款,1150.00,0.00,operator,,file-4.csv 等 2 份",
            "记-0001,2021-01-20,4,缴费到账,200101,暂收款—单位缴费,0.00,1150.00,operator,,file-4.csv 等 2 份",
        }));
        // Days of money: 20, 21, 25, 26 and 28 January; returns: 28 and 29; the run and the transfer on the last day.
        Assert.That(lines.Select(l => l.Split(',')).Where(l => l[0].StartsWith('记')).Select(l => $"{l[0]} {l[1][8..]} {l[8]} {l[9]}").Distinct(), Is.EqualTo(new[]
        {
            "记-0001 20 operator ", "记-0002 21 operator ", "记-0003 25 operator ", "记-0004 26 operator ", "记-0005 28 operator ", "记-0006 28 wang li", "记-0007 29 wang li",
            "记-0008 31 operator reviewer", "记-0009 31  ",
        }));
        Assert.That(lines.Where(l => l.StartsWith("记-0008", StringComparison.Ordinal)).Select(l => string.Join(' ', l.Split(',')[3..8])), Is.EqualTo(new[]
        {
            "缴费入账 200101 暂收款—单位缴费 1800.00 0.00", "划入个人账户 400102 保险费收入—个人账户基金 0.00 618.00", "划入统筹基金 400101 保险费收入—统筹基金 0.00 1182.00",
        }));
        foreach (IGrouping<string, string[]> voucher in lines.Select(l => l.Split(',')).GroupBy(l => l[0]))
        {
            Assert.That(voucher.Sum(l => decimal.Parse(l[6], System.Globalization.CultureInfo.InvariantCulture) - decimal.Parse(l[7], System.Globalization.CultureInfo.InvariantCulture)), Is.Zero, voucher.Key);
        }
    }

    [Test]
    public async Task A_closed_month_stays_as_it_is_and_what_comes_later_is_booked_in_the_open_one()
    {
        await town.CloseAsync(January, accept: "查询中");
        string[] closed = await town.ReportAsync(new BooksReport(), January), vouchers = await town.ReportAsync(new VouchersReport(), January);
        // While January was open, nobody had made the transfer.
        Assert.That(vouchers.Select(l => l.Split(',')).Where(l => l[0] == "记-0009").Select(l => $"{l[8]}/{l[9]}").Distinct(), Is.EqualTo(new[] { "closer/" }));
        // E1's receipt was 480.00, and one of 40.00 comes to light; the bank had both as 520.00.
        await ReceiveAsync("E1,,2021-01,480.00,2021-01-20,A1,,", "E1,,2021-01,40.00,2021-01-22,A2,,");
        await ReturnAsync(new ReturnWanted(ReturnKind.WriteOff, "E1", January, null, Yuan(20), new LocalDate(2021, 2, 3), "HX1"));
        Assert.That(await town.ReportAsync(new BooksReport(), January), Is.EqualTo(closed));
        Assert.That(await town.ReportAsync(new VouchersReport(), January), Is.EqualTo(vouchers));
        // On 1 February: -500 + 480 + 40 = 20 to suspense; on the 3rd they are written off.
        Assert.That((await town.ReportAsync(new BooksReport(), February)).Where(l => l.StartsWith("2001", StringComparison.Ordinal) || l.StartsWith("4901", StringComparison.Ordinal)), Is.EqualTo(new[]
        {
            "200101,暂收款—单位缴费,suspense of employers,0.00,700.00,20.00,20.00,0.00,700.00",
            "200102,暂收款—待核对收款,money in to be checked,0.00,33.00,20.00,0.00,0.00,13.00",
            "490102,其他收入—核销,written off,0.00,0.00,20.00,20.00,0.00,0.00",
        }));
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task A_cancelled_refund_and_a_reversed_run_are_in_red()
    {
        await town.CloseAsync(January, accept: "查询中");
        MoneyReturns returns = new(await town.AreaAsync());
        await returns.ConfirmAsync((await returns.CancelAsync(1, new LocalDate(2021, 2, 2), "TP1", ("退票", "wang"), default)).Return, "li", default);
        RunDocument reversal = await town.Life.ReverseAsync(1, February, "operator", default);
        await town.PostAsync(reversal.Run!.Value);
        string[] lines = [.. (await town.ReportAsync(new VouchersReport(), February)).Select(l => string.Join(' ', l.Split(',')[3..8]))];
        Assert.That(lines, Has.Some.EqualTo("退还单位缴费 200101 暂收款—单位缴费 -50.00 0.00").And.Some.EqualTo("缴费入账 200101 暂收款—单位缴费 -1800.00 0.00"));
        Assert.That((await town.ReportAsync(new BooksReport(), February)).Where(l => l.StartsWith("3001", StringComparison.Ordinal) || l.StartsWith("合计", StringComparison.Ordinal)), Has.Some.StartsWith("300101,基本医疗保险统筹基金,pooled fund,0.00,1182.00,0.00,-1182.00,0.00,0.00"));
    }

    [Test]
    public async Task The_accounts_of_hledger_are_those_of_the_trial_balance_and_the_fund_is_the_ledgers()
    {
        await town.CloseAsync(January, accept: "查询中");
        string file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.journal");
        try
        {
            await new Journal(await town.AreaAsync(), January, January).WriteAsync(file, default);
            await Hledger.AskAsync(file, "check", "ordereddates");
            string balances = await Hledger.AskAsync(file, "balance", "--depth", "1", "--no-total", "-O", "csv");
            foreach (string expected in new[] { "1002 收入户存款\",\"2543.00", "200101 暂收款—单位缴费\",\"-700.00", "300101 基本医疗保险统筹基金\",\"-1182.00", "300102 基本医疗保险个人账户基金\",\"-618.00", "200102 暂收款—待核对收款\",\"-33.00" })
            {
                Assert.That(balances, Does.Contain(expected));
            }
        }
        finally
        {
            File.Delete(file);
        }

        Assert.That(
            await town.Database.ScalarAsync<long>("SELECT sum(credit_fen - debit_fen)::bigint FROM area_420100.book_line WHERE account = '300102'"),
            Is.EqualTo(await town.Database.ScalarAsync<long>("SELECT sum(account_fen)::bigint FROM area_420100.entry")));
    }

    [Test]
    public async Task Each_component_of_the_ledger_comes_to_balanced_lines()
    {
        // A run with one entry of each component: account 7, pool 5, other 3 fen, paid 20 and paid out 5.
        await town.Database.ExecuteAsync(
            $"""
            INSERT INTO area_420100.run_total SELECT 1, '2020-01-01', c, 1, 7, 7, 5, 3, 12, 8, 5, 0 FROM generate_series(1, {(int)Enum.GetValues<Component>().Max()}) c WHERE c <> 1
            """);
        long[] sums = await town.Database.ScalarAsync<long[]>(
            "SELECT array_agg(debit - credit ORDER BY component) FROM (SELECT line / 10 AS component, sum(debit_fen)::bigint AS debit, sum(credit_fen)::bigint AS credit FROM area_420100.book_entry WHERE part = 3 GROUP BY 1) c");
        Assert.That(sums, Is.EqualTo(new long[Enum.GetValues<Component>().Length]));
    }

    [Test]
    public async Task The_chart_in_the_document_is_the_one_of_the_database()
    {
        string[] rows = [.. (await File.ReadAllLinesAsync(Path.Combine(BatchCli.Root, "docs", "books.md"))).Where(l => l.StartsWith("| `", StringComparison.Ordinal))
            .Select(l => l.Split('|')).Select(c => $"{c[1].Trim(' ', '`')} {c[2].Trim()} {c[3].Trim()}")];
        Assert.That(rows, Is.EqualTo((await town.Database.ScalarAsync<string[]>("SELECT array_agg(concat_ws(' ', account, name, english) ORDER BY account COLLATE \"C\") FROM area_420100.book_account"))));
    }

    private static Money Yuan(decimal yuan) => Money.FromYuan(yuan);

    private async Task ReturnAsync(ReturnWanted wanted)
    {
        MoneyReturns returns = new(await town.AreaAsync());
        await returns.ConfirmAsync((await returns.ProposeAsync(wanted, "多缴", "wang", default)).Return, "li", default);
    }

    private Task<FileOutcome> ReceiveAsync(params string[] rows) => town.ImportAsync(Receipts, rows, null, SubmissionKind.Regular, false);

    private Task<FileOutcome> BankAsync(params string[] rows) => town.ImportAsync(Statement, rows, null, SubmissionKind.Regular, false);
}

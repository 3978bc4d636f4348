using System.IO.Compression;
using System.Text.RegularExpressions;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Ledger;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Runs;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Reading;

/// <summary>
/// The money on a month's certificate, in Wuhan's rules with credits that wait for the money. In January E1 declares 500.00 (10 % of 5000) and pays it, with 3.20 late fee
/// and 0.80 interest; E2 declares 600.00 and pays 550.00, so nothing of it is booked; E3 declares 700.00 and pays 780.00, of which 50.00 are refunded and 30.00 carried
/// over to February. Ann spends 20.00, and 12.00 are transferred in for her.
/// </summary>
public sealed partial class CertificateTests
{
    private static readonly YearMonth January = new(2021, 1);
    private static readonly YearMonth February = new(2021, 2);
    private static readonly CitizenId Ann = Town.Person(1, 1990);     // 30: 3.1 % of 5000 = 155.00, 345.00 to the pool
    private static readonly CitizenId Bob = Town.Person(2, 1980);     // 40: 3.4 % of 6000 = 204.00, 396.00 to the pool
    private static readonly CitizenId Cai = Town.Person(3, 1970);     // 50: 3.7 % of 7000 = 259.00, 441.00 to the pool
    private Town town = null!;

    [SetUp]
    public async Task SetUp()
    {
        town = await Town.FoundAsync();
        await town.WaitForReceiptsAsync();
        await town.PayrollAsync(January, "E1", [(Ann, 5000m)]);
        await town.PayrollAsync(January, "E2", [(Bob, 6000m)]);
        await town.PayrollAsync(January, "E3", [(Cai, 7000m)]);
        await ReceiveAsync("E1,,2021-01,500.00,2021-01-20,A1,3.20,0.80", "E2,,2021-01,550.00,2021-01-21,B1,,", "E3,,2021-01,780.00,2021-01-21,C1,,");
        await BankAsync(January, "2021-01-20,L1,A1,单位E1,,,504.00", "2021-01-21,L2,B1,单位E2,,,550.00", "2021-01-21,L3,C1,单位E3,,,780.00", "2021-01-28,L4,TK1,单位E3,,50.00,");
        await town.PostMonthAsync(January);
        await town.MovementsAsync(January, $"{Ann.Full()},消费,20.00,2021-01-29,药店,,,,,,,", $"{Ann.Full()},转入,12.00,2021-01-28,,ZR1,,,,310000,,");
        await town.PostMonthAsync(January);
        await ReturnAsync(new ReturnWanted(ReturnKind.Refund, "E3", January, null, Yuan(50m), new LocalDate(2021, 1, 28), "TK1"));
        await ReturnAsync(new ReturnWanted(ReturnKind.CarryOver, "E3", January, February, Yuan(30m), new LocalDate(2021, 1, 28), "JZ1"));
    }

    [TearDown]
    public async Task TearDown() => await town.DisposeAsync();

    [Test]
    public async Task The_money_of_a_month_adds_up_in_total_and_by_employer()
    {
        await CloseJanuaryAsync();
        // 500 + 550 + 780 came; E1 and E3 are booked: 155 + 259 and 345 + 441; 1830 − 414 − 786 − 50 = 580 = E2's 550 and E3's 30.
        Assert.That(await MoneyAsync(January), Is.EqualTo(new[]
        {
            "收缴|期初暂收款|0.00|", "收缴|加：本期收到缴费|1830.00|", "收缴|减：划入个人账户|414.00|", "收缴|减：划入统筹基金|786.00|", "收缴|减：退还单位|50.00|", "收缴|减：核销|0.00|",
            "收缴|期末暂收款|580.00|", "收缴|核对：期初 + 收到 − 划入 − 退还 − 核销 − 期末|0.00|相符", "收缴|本期结转到单位其他月份，仍在暂收|30.00|",
            "收缴|收到滞纳金|3.20|", "收缴|收到利息|0.80|", "收缴|收到合计|1834.00|",
            // 414 + 12 − 20 = 406; no retirees.
            "个人账户与统筹基金|划入个人账户|414.00|", "个人账户与统筹基金|消费|-20.00|", "个人账户与统筹基金|转入|12.00|", "个人账户与统筹基金|个人账户合计|406.00|",
            "个人账户与统筹基金|核对：个人账户合计 − 批次本期合计|0.00|相符", "个人账户与统筹基金|划入统筹基金|786.00|", "个人账户与统筹基金|统筹净额合计|786.00|",
            "个人账户与统筹基金|核对：统筹净额合计 − 批次本期合计|0.00|相符",
            "银行对账单|本月收入|1834.00|", "银行对账单|其中：已与到账核对|1834.00|", "银行对账单|其中：未核对|0.00|", "银行对账单|本月支出|50.00|", "银行对账单|本月退还单位|50.00|TK1",
            "支付|消费|20.00|", "支付|支付合计|20.00|", "转入|转入|12.00|", "转入|转入合计|12.00|",
        }));
        Assert.That(await EmployersAsync(January), Is.EqualTo(new[]
        {
            //  before received accounts pool other refunded written-off carried still late interest
            "E1 0.00 500.00 155.00 345.00 0.00 0.00 0.00 0.00 0.00 3.20 0.80",
            "E2 0.00 550.00 0.00 0.00 0.00 0.00 0.00 0.00 550.00 0.00 0.00",
            "E3 0.00 780.00 259.00 441.00 0.00 50.00 0.00 30.00 30.00 0.00 0.00",
        }));
        await town.AssertCleanAsync();
    }

    // A retiree of 72 with a pension of 6,000: 5.1 % = 306.00 of the pooled fund. Beside what the first test has: 406 + 306 = 712 and 786 − 306 = 480.
    [Test]
    public async Task The_credits_of_retirees_lead_from_the_allocated_contributions_to_the_totals_of_the_runs()
    {
        await town.PensionAsync(January, [(Town.Person(7, 1948), 6000m)]);
        await town.PostMonthAsync(January);
        await CloseJanuaryAsync();
        string[] lines = [.. (await MoneyAsync(January)).Where(l => l.StartsWith("个人账户与统筹基金", StringComparison.Ordinal)).Select(l => l[(l.IndexOf('|', StringComparison.Ordinal) + 1)..])];
        Assert.That(lines, Is.EqualTo(new[]
        {
            "划入个人账户|414.00|", "加：统筹基金划入退休人员个人账户|306.00|", "消费|-20.00|", "转入|12.00|", "个人账户合计|712.00|", "核对：个人账户合计 − 批次本期合计|0.00|相符",
            "划入统筹基金|786.00|", "减：统筹基金划入退休人员个人账户|306.00|", "统筹净额合计|480.00|", "核对：统筹净额合计 − 批次本期合计|0.00|相符",
        }));
        Cell[] total = (await town.ReportAsync("certificate", January)).Single(r => r[0].Text!.StartsWith("本期合计", StringComparison.Ordinal));
        Assert.That((total[8].Number, total[9].Number), Is.EqualTo(((long?)71200, (long?)48000)));

        await town.Database.ExecuteAsync(Town.Schema.Sql("ALTER TABLE :area.closing DISABLE TRIGGER USER; UPDATE :area.closing SET pool_fen = pool_fen - 1"));
        Assert.That((await MoneyAsync(January)).Where(l => l.Contains("核对：", StringComparison.Ordinal)).Select(l => l.Split('|')[^1]), Is.EqualTo(new[] { "相符", "相符", "不符" }));
    }

    // A person pays 33.00 without a receipt, and E1 has four refunds of 1.00 beside the one of E3.
    [Test]
    public async Task Money_that_is_not_matched_refunds_and_lines_without_a_receipt_are_named()
    {
        await BankAsync(January, "2021-01-26,L5,,王小明,,,33.00");
        await ReceiveAsync("E1,,2021-01,4.00,2021-01-22,A9,,");
        foreach (int no in new[] { 2, 3, 4, 5 })
        {
            await ReturnAsync(new ReturnWanted(ReturnKind.Refund, "E1", January, null, Yuan(1m), new LocalDate(2021, 1, 29), $"TK{no}"));
        }

        await CloseJanuaryAsync();
        Assert.That((await MoneyAsync(January)).Where(l => l.StartsWith("银行对账单", StringComparison.Ordinal)).Skip(2), Is.EqualTo(new[]
        {
            "银行对账单|其中：未核对|33.00|", "银行对账单|本月支出|50.00|", "银行对账单|本月退还单位|54.00|TK1 TK2 TK3 …",
        }));
        Cell[][] rows = [.. (await town.ReportAsync("certificate-differences", January)).Where(r => r[3].Text is null || r[4].Text is not null)];
        // The amounts that are compared are those of employers' months alone.
        Assert.That(rows.Select(r => $"{r[0].Text} {r[2].Text} {r[4].Text} {r[5].Number} {r[6].Number} {r[7].Number} {r[11].Text} {r[12].Text} {r[13].Number}"), Is.EqualTo(new[]
        {
            "银行流水没有到账 line without a receipt  L5    2021-01-26 王* 3300", "到账没有银行流水 receipt without a line 单位E1 A9    2021-01-22  400",
        }));
    }

    [Test]
    public async Task Each_accepted_difference_has_who_accepted_it_when_and_why()
    {
        await CloseJanuaryAsync();
        List<Cell[]> rows = await town.ReportAsync("certificate-differences", January);
        // Of E3's 780 the refund and what was carried over are gone: 700 agree.
        Assert.That(rows.Select(r => $"{r[0].Text} {r[1].Text} {r[3].Text} {r[5].Number} {r[6].Number} {r[7].Number} {r[8].Text} {r[10].Text}"), Is.EqualTo(new[]
        {
            "单位月份不符 an employer's month E2 2021-01 60000 55000 0 li 单位承诺二月补足",
        }));
        Assert.That(rows[0][9].Text, Does.Match(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$"));
    }

    // E1's receipt of January is corrected to 505.00 in February, and E2 pays the rest; E1 declares and pays 500.00 for February, E3 700.00 with the 30.00 carried over.
    [Test]
    public async Task Later_files_returns_and_a_reopened_month_leave_an_earlier_certificate_as_it_was()
    {
        await CloseJanuaryAsync();
        string[][] january = await AllAsync(January);
        await FebruaryAsync();
        Assert.That(await AllAsync(January), Is.EqualTo(january), "later files");
        await town.CloseAsync(February, "li", "多缴待退");
        // 580 + (500 + 50 + 670 + 5) − (155 + 204 + 259) − (345 + 396 + 441) = 5
        Assert.That((await MoneyAsync(February))[..7], Is.EqualTo(new[]
        {
            "收缴|期初暂收款|580.00|", "收缴|加：本期收到缴费|1225.00|", "收缴|减：划入个人账户|618.00|", "收缴|减：划入统筹基金|1182.00|", "收缴|减：退还单位|0.00|", "收缴|减：核销|0.00|", "收缴|期末暂收款|5.00|",
        }));
        Assert.That(await EmployersAsync(February), Is.EqualTo(new[]
        {
            "E1 0.00 505.00 155.00 345.00 0.00 0.00 0.00 0.00 5.00 0.00 0.00",
            "E2 550.00 50.00 204.00 396.00 0.00 0.00 0.00 0.00 0.00 0.00 0.00",
            "E3 30.00 670.00 259.00 441.00 0.00 0.00 0.00 0.00 0.00 0.00 0.00",
        }));

        Reopening reopening = new(town.Area);
        await reopening.ProposeAsync(February, "zhao", "漏办退款", default);
        await reopening.ApproveAsync(February, "qian", default);
        Assert.That(await AllAsync(January), Is.EqualTo(january), "a month opened again");
        await ReturnAsync(new ReturnWanted(ReturnKind.WriteOff, "E1", January, null, Yuan(5m), new LocalDate(2021, 2, 20), "HX1"));
        await town.CloseAsync(February, "zhao", "已核销");
        Assert.That((await EmployersAsync(February))[0], Is.EqualTo("E1 0.00 505.00 155.00 345.00 0.00 0.00 5.00 0.00 0.00 0.00 0.00"), "closed again with the write-off");
        Assert.That(await AllAsync(January), Is.EqualTo(january), "a later return");
        await town.AssertCleanAsync();
    }

    // Ann's January is E2's, not E1's: nothing is posted, and yet 500.00 of E1 are in suspense again and E2's money is allocated.
    [Test]
    public async Task A_person_who_turns_out_to_be_another_employers_moves_the_money_between_them()
    {
        await CloseJanuaryAsync();
        await town.PayrollAsync(January, "E1", [(Town.Person(9, 1990), 1000m)], SubmissionKind.Replacement, confirm: true);
        await town.PayrollAsync(January, "E2", [(Ann, 5000m)], SubmissionKind.Supplementary);
        await ReceiveAsync("E2,,2021-01,550.00,2021-02-10,B2,,");
        await town.PostMonthAsync(February);
        await town.CloseAsync(February, "li", "查询中");
        // E1: 155 less, 345 less, and 31.00 (3.1 % of 1000) and 69.00 for the person it declares now. E2: 600 for Bob and 500 for Ann of 550 + 550.
        Assert.That(await EmployersAsync(February), Is.EqualTo(new[]
        {
            "E1 0.00 0.00 -124.00 -276.00 0.00 0.00 0.00 0.00 400.00 0.00 0.00",
            "E2 550.00 550.00 359.00 741.00 0.00 0.00 0.00 0.00 0.00 0.00 0.00",
            "E3 30.00 0.00 0.00 0.00 0.00 0.00 0.00 0.00 30.00 0.00 0.00",
        }));
        Assert.That((await MoneyAsync(February)).Single(l => l.StartsWith("收缴|核对", StringComparison.Ordinal)), Does.EndWith("|0.00|相符"));
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task A_closing_from_before_these_figures_were_kept_is_worked_out_for_the_next_one()
    {
        await CloseJanuaryAsync();
        string[][] january = await AllAsync(January);
        await town.Database.ExecuteAsync(Town.Schema.Sql("DELETE FROM :area.closing_employer; UPDATE :area.closing_money SET employers = NULL"));
        Assert.That(await EmployersAsync(January), Is.Empty);
        Assert.That((await MoneyAsync(January))[..3], Is.EqualTo(new[] { "收缴|本期收到缴费|1830.00|本次结账没有留存分单位的款项", "收缴|收到滞纳金|3.20|", "收缴|收到利息|0.80|" }));
        await FebruaryAsync();
        await town.CloseAsync(February, "li", "多缴待退");
        Assert.That((await EmployersAsync(February)).Select(l => string.Join(' ', l.Split(' ')[..2])), Is.EqualTo(new[] { "E1 0.00", "E2 550.00", "E3 30.00" }));
        Assert.That(january[0], Is.Not.Empty);
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task The_workbook_of_the_certificate_has_all_parts_as_sheets_and_places_to_sign()
    {
        await CloseJanuaryAsync();
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():N}.xlsx");
        await ReportFile.WriteAsync(await town.AreaAsync(), new CertificateReport(), January, ReportFormat.Xlsx, path, default);
        using ZipArchive archive = ZipFile.OpenRead(path);
        using StreamReader reader = new(archive.GetEntry("xl/workbook.xml")!.Open());
        Assert.That(
            Regex.Matches(await reader.ReadToEndAsync(), "sheet name=\"([^\"]+)\"", RegexOptions.None, TimeSpan.FromSeconds(1)).Select(m => m.Groups[1].Value),
            Is.EqualTo(new[] { "月度结账证明", "结账证明（款项）", "结账证明（分单位款项）", "结账证明（已接受的差异）" }));
        using StreamReader sheet = new(archive.GetEntry("xl/worksheets/sheet3.xml")!.Open());
        Assert.That(await sheet.ReadToEndAsync(), Does.Contain("&amp;C结账证明（分单位款项） 2021-01").And.Contain("复核：____").And.Contain("fitToPage=\"1\"").And.Contain("<v>580.00</v>"));
    }

    [Test]
    public async Task A_month_without_money_files_has_no_such_parts_and_an_open_month_no_certificate()
    {
        await using Town other = await Town.FoundAsync();
        await other.PayrollAsync(January, "E1", [(Ann, 5000m)]);
        await other.PostMonthAsync(January);
        await Assert.ThatAsync(() => other.ReportAsync("certificate-money", January), Throws.TypeOf<DataFaultException>().With.Property("Code").EqualTo("MONTH_OPEN"));
        await other.CloseAsync(January);
        foreach (Report part in new CertificateReport().Parts)
        {
            Assert.That(await other.ReportAsync(part.Kind, January), Is.Empty, part.Kind);
        }
    }

    private async Task CloseJanuaryAsync()
    {
        await new MoneyDifferences(await town.AreaAsync()).AcceptAsync(January, null, "单位承诺二月补足", "li", default);
        await town.CloseAsync(January, "zhao");
    }

    private async Task FebruaryAsync()
    {
        await town.PayrollAsync(February, "E1", [(Ann, 5000m)]);
        await town.PayrollAsync(February, "E3", [(Cai, 7000m)]);
        await ReceiveAsync("E1,,2021-02,500.00,2021-02-20,A2,,", "E2,,2021-01,50.00,2021-02-10,B2,,", "E3,,2021-02,670.00,2021-02-21,C2,,");
        await town.ImportAsync(Receipts, ["E1,,2021-01,505.00,2021-01-20,A1,3.20,0.80"], February, SubmissionKind.Supplementary, false);
        await town.PostMonthAsync(February);
    }

    private async Task<string[][]> AllAsync(YearMonth month)
    {
        List<string[]> all = [];
        foreach (Report part in new CertificateReport().Parts.Prepend(new CertificateReport()))
        {
            all.Add(await town.ReportAsync(part, month));
        }

        return [.. all];
    }

    private async Task<string[]> MoneyAsync(YearMonth month) => [.. (await town.ReportAsync("certificate-money", month))
        .Select(r => $"{Chinese(r[0])}|{Chinese(r[1])}|{new Money(r[3].Number!.Value)}|{Chinese(r[4])}")];

    private async Task<string[]> EmployersAsync(YearMonth month) => [.. (await town.ReportAsync("certificate-employers", month))
        .Select(r => $"{r[0].Text} {string.Join(' ', r[2..].Select(c => new Money(c.Number!.Value)))}")];

    // Up to the first English word.
    private static string Chinese(Cell cell) => Regex.Replace(cell.Text!, @" [a-z].*$", "", RegexOptions.None, TimeSpan.FromSeconds(1));

    private static Money Yuan(decimal yuan) => Money.FromYuan(yuan);

    private const string Receipts = "单位编号,单位名称,费款所属期,到账金额,到账日期,凭证号,滞纳金,利息";

    private async Task ReturnAsync(ReturnWanted wanted)
    {
        MoneyReturns returns = new(await town.AreaAsync());
        await returns.ConfirmAsync((await returns.ProposeAsync(wanted, "多缴", "wang", default)).Return, "li", default);
    }

    private Task<FileOutcome> ReceiveAsync(params string[] rows) => town.ImportAsync(Receipts, rows, null, SubmissionKind.Regular, true);

    private Task<FileOutcome> BankAsync(YearMonth month, params string[] rows) =>
        town.ImportAsync("交易日期,流水号,凭证号,对方户名,对方账号,借方金额,贷方金额", rows, month, SubmissionKind.Regular, false);
}

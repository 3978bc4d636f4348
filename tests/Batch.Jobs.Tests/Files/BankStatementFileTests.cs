using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Rules;
using Batch.Testing;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Files;

/// <summary>Statements as banks export them: what is read, and what is not certain.</summary>
public sealed class BankStatementFileTests
{
    private const string Header = "交易日期,流水号,对方户名,借方金额,贷方金额,余额";

    [Test]
    public void A_statement_with_titles_the_banks_names_an_opening_balance_and_a_total_is_read()
    {
        Reading reading = SampleFile.Read(
            "武汉市医疗保险基金收入户对账单,,,,,,,,\n账号：4200****0001,,,,,,,,\n"
            + "记账日期,凭证号码,交易流水号,对方名称,对方账号,借方发生额,贷方发生额(元),账户余额,交易摘要\n"
            + "期初余额,,,,,,,\"1,000.00\",\n"
            + "2021/6/10,SK01,A1,江城机械有限公司,62001,,\"25,000,000.00\",\"25,001,000.00\",医保费\n"
            + "20210611,,A2,财政专户,62002,20000000,,5001000,上解\n"
            + "合计,,,,,20000000.00,25000000.00,,\n");
        Assert.That(reading.Refusal, Is.Null);
        Assert.That(reading.Rejections, Is.Empty);
        Assert.That(reading.Content, Is.EqualTo(FileContent.Bank));
        Assert.That(reading.Bank, Is.EqualTo(new[]
        {
            new BankLine(5, "A1", new LocalDate(2021, 6, 10), Money.FromYuan(25_000_000m), Money.Zero, "江城机械有限公司", "62001", "SK01", "医保费", Money.FromYuan(25_001_000m)),
            new BankLine(6, "A2", new LocalDate(2021, 6, 11), Money.Zero, Money.FromYuan(20_000_000m), "财政专户", "62002", "", "上解", Money.FromYuan(5_001_000m)),
        }));
    }

    // 100 + 50 - 30 = 120, the newest first: each line's balance less its amount is the one below.
    [TestCase("2021-06-10,1,甲厂,,50.00,150.00\n2021-06-11,2,乙厂,30.00,,120.00\n2021-06-11,3,丙厂,,0.01,120.01\n", null)]
    [TestCase("2021-06-11,3,丙厂,,0.01,120.01\n2021-06-11,2,乙厂,30.00,,120.00\n2021-06-10,1,甲厂,,50.00,150.00\n", null)]
    [TestCase("2021-06-10,1,甲厂,,50.00,150.00\n2021-06-11,3,丙厂,,0.01,120.01\n", "3 余额 120.01 150.01")]
    [TestCase("2021-06-11,3,丙厂,,0.01,120.01\n2021-06-11,2,乙厂,30.00,,120.00\n2021-06-10,1,甲厂,,50.00,150.02\n", "4 余额 150.02 150.00")]
    [TestCase("2021-06-10,1,甲厂,,50.00,150.00\n2021-06-11,2,乙厂,30.00,,\n2021-06-11,3,丙厂,,0.01,120.00\n", "4 余额 120.00 120.01")]
    [TestCase("2021-06-10,1,甲厂,,50.00,-150.00\n2021-06-11,2,乙厂,,50.00,-100.00\n", null)]
    public void The_balance_runs_on_from_line_to_line(string rows, string? refused)
    {
        Reading reading = SampleFile.Read($"{Header}\n{rows}");
        Assert.That(reading.Refusal is { } r ? $"{r.Row} {r.Column} {r.Found} {r.Expected}" : null, Is.EqualTo(refused));
        Assert.That(reading.Refusal?.Code, Is.EqualTo(refused is null ? null : "BALANCE_MISMATCH"));
    }

    // A line that cannot be read breaks the chain there and nowhere else.
    [Test]
    public void Over_a_line_that_cannot_be_read_no_balance_is_compared()
    {
        Reading reading = SampleFile.Read($"{Header}\n2021-06-10,1,甲厂,,50.00,150.00\n2021-06-11,2,乙厂,,五十,200.00\n2021-06-11,3,丙厂,,1.00,201.00\n");
        Assert.That((reading.Refusal, reading.Codes, reading.Bank.Count), Is.EqualTo(((Rejection?)null, "AMOUNT_UNREADABLE", 2)));
    }

    [TestCase("2021-06-10,1,甲厂,,,", "BANK_SIDES")]
    [TestCase("2021-06-10,1,甲厂,0.00,0.00,", "BANK_SIDES")]
    [TestCase("2021-06-10,1,甲厂,1.00,1.00,", "BANK_SIDES")]
    [TestCase("2021-06-10,1,甲厂,,-1.00,", "AMOUNT_NEGATIVE")]
    [TestCase("2021-06-10,1,甲厂,,1.001,", "AMOUNT_PRECISION")]
    [TestCase("2021-06-10,1,甲厂,,1.00,#REF!", "CELL_ERROR")]
    [TestCase("2021-06-31,1,甲厂,,1.00,", "DATE_INVALID")]
    [TestCase("2022-06-10,1,甲厂,,1.00,", "DATE_FUTURE")]
    [TestCase("2021-06-10,,甲厂,,1.00,", "DOCUMENT_BLANK")]
    public void What_is_not_certain_is_rejected(string row, string code)
    {
        Reading reading = SampleFile.Read($"{Header}\n{row}\n");
        Assert.That((reading.Codes, reading.Bank.Count), Is.EqualTo((code, 0)));
    }

    [Test]
    public void A_total_that_does_not_agree_refuses_the_statement() => Assert.That(
        SampleFile.Read("交易日期,流水号,对方户名,贷方金额\n2021-06-10,1,甲厂,5.00\n合计,,,6.00\n").Refusal?.Code, Is.EqualTo("TOTAL_MISMATCH"));

    [Test]
    public void Where_a_statement_has_no_serial_number_its_voucher_is_one()
    {
        Reading reading = SampleFile.Read("交易日期,凭证号,付款人名称,收入金额\n2021-06-10,sk-1,甲厂,5.00\n");
        Assert.That(reading.Bank.Select(l => (l.Serial, l.Document)), Is.EqualTo(new[] { ("SK-1", "SK-1") }));
    }

    // What the bank calls its columns other files may have too: they mean there what they meant before.
    [Test]
    public void A_movement_may_still_call_its_day_the_banks_way_and_a_receipt_its_document()
    {
        Reading movements = SampleFile.Read("公民身份号码,业务类型,金额,交易日期,渠道,流水号\n11010519491231002X,消费,5.00,2021-06-10,药店,Y1\n");
        Reading receipts = SampleFile.Read("单位编号,费款所属期,到账金额,到账日期,银行流水号,余额,余额\nE1,2021-06,5.00,2021-06-10,Y1,1,2\n");
        Assert.That(movements.Movements.Select(m => (m.On, m.Document)), Is.EqualTo(new[] { (new LocalDate(2021, 6, 10), "Y1") }));
        Assert.That(receipts.Receipts.Select(r => r.Document), Is.EqualTo(new[] { "Y1" }));
        Assert.That(SampleFile.Read("单位编号,费款所属期,到账金额,到账日期,凭证号,流水号\nE1,2021-06,5.00,2021-06-10,Y1,Y2\n").Refusal?.Code, Is.EqualTo("HEADER_COLUMN_TWICE"));
    }
}

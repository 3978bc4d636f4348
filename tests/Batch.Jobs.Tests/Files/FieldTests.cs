using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Files;

public sealed class FieldTests
{
    [TestCase("1234.56", 123456)]
    [TestCase("1234.5", 123450)]
    [TestCase("1234", 123400)]
    [TestCase("0", 0)]
    [TestCase("\"1,234.56\"", 123456)]
    [TestCase("\"12,345,67\"", null)]
    [TestCase("\"1,2345\"", null)]
    [TestCase("１２３４．５６", 123456)]
    [TestCase(" 1234.56　元", 123456)]
    [TestCase("￥1234.56", 123456)]
    [TestCase("'1234.56", 123456)]
    [TestCase("1234.500", 123450)]
    [TestCase("10000000.00", 1000000000)]
    [TestCase("1234.", null)]
    [TestCase(".5", null)]
    [TestCase("1 234", null)]
    [TestCase("1.2.3", null)]
    [TestCase("1.5E+3", null)]
    public void Amounts_are_read_as_people_write_them(string text, int? fen)
    {
        Reading reading = Payroll(amount: text);
        Assert.That(reading.Payroll.Select(l => (int?)l.PersonPaid.Fen).FirstOrDefault(), Is.EqualTo(fen));
        Assert.That(reading.Codes, Is.EqualTo(fen is null ? "AMOUNT_UNREADABLE" : ""));
    }

    [TestCase("", "AMOUNT_BLANK")]
    [TestCase(" 　", "AMOUNT_BLANK")]
    [TestCase("12.345", "AMOUNT_PRECISION")]
    [TestCase("-0.01", "AMOUNT_NEGATIVE")]
    [TestCase("10000000.01", "AMOUNT_ABSURD")]
    [TestCase("99999999999999999999999", "AMOUNT_ABSURD")]
    [TestCase("abc", "AMOUNT_UNREADABLE")]
    public void An_amount_that_cannot_be_one_is_rejected(string text, string code) => Assert.That(Payroll(amount: text).Codes, Is.EqualTo(code));

    [TestCase("202106")]
    [TestCase("2021-06")]
    [TestCase("2021-6")]
    [TestCase("2021/06")]
    [TestCase("2021.06")]
    [TestCase("2021.6.1")]
    [TestCase("2021年6月")]
    [TestCase("2021年06月")]
    [TestCase("2021/6/1")]
    [TestCase("2021-06-01 00:00:00")]
    [TestCase("20210601")]
    [TestCase("2021年6月1日")]
    [TestCase("２０２１０６")]
    public void Months_are_read_as_people_write_them(string text) => Assert.That(Payroll(month: text).Payroll.Single().Month, Is.EqualTo(new YearMonth(2021, 6)));

    [TestCase("202113", "MONTH_INVALID")]
    [TestCase("2021-00", "MONTH_INVALID")]
    [TestCase("2021/2/29", "MONTH_INVALID")]
    [TestCase("1821-06", "MONTH_INVALID")]
    [TestCase("44348", "MONTH_INVALID")]
    [TestCase("六月", "MONTH_INVALID")]
    [TestCase("2021.6", "MONTH_UNCERTAIN")]
    [TestCase("2021.1", "MONTH_UNCERTAIN")]
    [TestCase("2021.10", "MONTH_UNCERTAIN")]
    [TestCase("２０２１．１", "MONTH_UNCERTAIN")]
    [TestCase("'2021.1", "MONTH_UNCERTAIN")]
    [TestCase("2021.13", "MONTH_INVALID")]
    [TestCase("", "MONTH_BLANK")]
    public void A_month_that_does_not_exist_is_rejected(string text, string code) => Assert.That(Payroll(month: text).Codes, Is.EqualTo(code));

    [TestCase("'42010619850612304X")]
    [TestCase("\t42010619850612304X")]
    [TestCase("42010619850612304x")]
    [TestCase("４２０１０６１９８５０６１２３０４Ｘ")]
    [TestCase("420106 19850612 304X")]
    [TestCase("=\"42010619850612304X\"")]
    [TestCase("\u202D42010619850612304X\u202C")]
    [TestCase("\uFEFF4201061985\u200B0612304X\u2060")]
    [TestCase("420106\u00AD19850612\u00AD304X")]
    public void Citizen_numbers_are_put_right_and_invisible_characters_are_counted(string text)
    {
        Reading reading = Payroll(id: text);
        Assert.That(reading.Payroll.Single().Id, Is.EqualTo(new CitizenId(42010619850612304)));
        Assert.That(reading.InvisibleCells, Is.EqualTo(text.AsSpan().IndexOfAny("\u202D\uFEFF\u00AD") >= 0 ? 1 : 0));
    }

    [TestCase("", "ID_BLANK")]
    [TestCase("4201061985061230", "ID_LENGTH")]
    [TestCase("42010619850612301A", "ID_CHARACTERS")]
    [TestCase("4201-6198506123018", "ID_CHARACTERS")]
    [TestCase("420106198506123000", "ID_RUINED_BY_SPREADSHEET")]
    [TestCase("4.20106E+17", "ID_RUINED_BY_SPREADSHEET")]
    [TestCase("420106198513123012", "ID_BIRTH_DATE")]
    [TestCase("420101202206123010", "ID_BIRTH_DATE_IN_FUTURE")]
    [TestCase("420106198506123011", "ID_CHECK_DIGIT")]
    [TestCase("420106850612301", "ID_FIFTEEN_DIGITS")]
    public void A_faulty_citizen_number_is_rejected_masked(string text, string code)
    {
        Reading reading = Payroll(id: text);
        Assert.That(reading.Codes, Is.EqualTo(code));
        Assert.That(text.Length < 15 || !reading.Rejections[0].Found.Contains(text, StringComparison.Ordinal), Is.True);
    }

    [Test]
    public void Optional_columns_are_read()
    {
        string text = SampleFile.PayrollHeader + $",到账日期,缴费类型,人员类别\r\n1,某厂,张三,{SampleFile.Zhang},202106,5000,100,400,2021-07-05,补缴,退休\r\n2,某厂,李四,{SampleFile.Li},202106,5000,100,400,,,\r\n"
            + $"3,某厂,李四,{SampleFile.Li},202106,5000,100,400,2021-12-16,预缴,离休\r\n";
        Reading reading = SampleFile.Read(text);

        Assert.That(reading.Payroll[0], Is.EqualTo(new PayrollLine(2, reading.Payroll[0].Id, "张三", "1", "某厂", new YearMonth(2021, 6), new Money(500000), new Money(10000),
            new Money(40000), new LocalDate(2021, 7, 5), true, Standing.Retired)));
        Assert.That((reading.Payroll[1].ReceivedOn, reading.Payroll[1].Arrears, reading.Payroll[1].Standing), Is.EqualTo(((LocalDate?)null, false, (Standing?)null)));
        Assert.That(reading.Codes, Is.EqualTo("CONTRIBUTION_KIND_UNKNOWN STANDING_UNKNOWN DATE_FUTURE"));
    }

    [Test]
    public void Pension_rows_are_read_and_a_zero_is_no_pension()
    {
        Reading reading = SampleFile.Read("姓名,公民身份号码,所属期,上年度月平均养老金,本年月平均养老金,当月养老金,退休日期\r\n"
            + $"张三,{SampleFile.Zhang},2021-06,3200.5,,,2009-12-31\r\n李四,{SampleFile.Li},2021-06,0,-1,x,\r\n李四,{SampleFile.Li},2021-06,,,,2021年2月30日\r\n");

        Assert.That(reading.Content, Is.EqualTo(FileContent.Pension));
        Assert.That(reading.Pension.Single(), Is.EqualTo(new PensionLine(2, reading.Pension[0].Id, "张三", new YearMonth(2021, 6), new Money(320050), null, null, new LocalDate(2009, 12, 31))));
        Assert.That(reading.Codes, Is.EqualTo("AMOUNT_ZERO AMOUNT_NEGATIVE AMOUNT_UNREADABLE DATE_INVALID"));
    }

    [TestCase("新参保", "", PersonEvent.New, null)]
    [TestCase("left", "", PersonEvent.Left, null)]
    [TestCase("续保", "忽略", PersonEvent.Resumed, null)]
    [TestCase("retired", "", PersonEvent.Retired, null)]
    [TestCase("死亡", "", PersonEvent.Died, null)]
    [TestCase("人员类别", "灵活就业", PersonEvent.Category, "flexible")]
    [TestCase("category", "veteran", PersonEvent.Category, "veteran")]
    [TestCase("category", "civil-servant", PersonEvent.Category, "civil-servant")]
    [TestCase("卡号", "a12345678", PersonEvent.Card, "A12345678")]
    [TestCase("以前年限", "12年6个月", PersonEvent.EarlierMonths, "150")]
    [TestCase("以前年限", "12年", PersonEvent.EarlierMonths, "144")]
    [TestCase("以前实缴年限", "10年", PersonEvent.EarlierActualMonths, "120")]
    [TestCase("earlier-actual-months", "7", PersonEvent.EarlierActualMonths, "7")]
    [TestCase("冻结金额", "1216.5元", PersonEvent.FrozenAmount, "1216.50")]
    [TestCase("frozen-amount", "216", PersonEvent.FrozenAmount, "216.00")]
    [TestCase("earlier-months", "30", PersonEvent.EarlierMonths, "30")]
    public void Status_changes_are_read(string change, string value, PersonEvent expected, string? expectedValue)
    {
        Reading reading = Persons(change, "2021-05-31", value);
        Assert.That(reading.Codes, Is.Empty);
        Assert.That((reading.Persons[0].Event, reading.Persons[0].Value, reading.Persons[0].On), Is.EqualTo((expected, expectedValue, new LocalDate(2021, 5, 31))));
    }

    [TestCase("", "2021-05-31", "", "PERSON_EVENT_BLANK")]
    [TestCase("升职", "2021-05-31", "", "PERSON_EVENT_UNKNOWN")]
    [TestCase("停保", "", "", "DATE_BLANK")]
    [TestCase("停保", "2021-02-29", "", "DATE_INVALID")]
    [TestCase("停保", "2021-12-16", "", "DATE_FUTURE")]
    [TestCase("人员类别", "2021-05-31", "", "VALUE_BLANK")]
    [TestCase("人员类别", "2021-05-31", "学生", "CATEGORY_UNKNOWN")]
    [TestCase("卡号", "2021-05-31", "", "VALUE_BLANK")]
    [TestCase("卡号", "2021-05-31", "12-34#", "CARD_INVALID")]
    [TestCase("以前年限", "2021-05-31", "很久", "EARLIER_MONTHS_INVALID")]
    [TestCase("以前年限", "2021-05-31", "99年", "EARLIER_MONTHS_INVALID")]
    [TestCase("冻结金额", "2021-05-31", "", "VALUE_BLANK")]
    [TestCase("冻结金额", "2021-05-31", "0", "AMOUNT_ZERO")]
    [TestCase("冻结金额", "2021-05-31", "-5.00", "AMOUNT_NEGATIVE")]
    [TestCase("冻结金额", "2021-05-31", "二百", "AMOUNT_UNREADABLE")]
    public void A_status_change_that_makes_no_sense_is_rejected(string change, string date, string value, string code) =>
        Assert.That(Persons(change, date, value).Codes, Is.EqualTo(code));

    [TestCase("4201+01", "EMPLOYER_UNKNOWN_FORMAT")]
    [TestCase("9.1420100E+17", "EMPLOYER_UNKNOWN_FORMAT")]
    [TestCase("123456789012345678901234567890123", "EMPLOYER_UNKNOWN_FORMAT")]
    [TestCase("９１４２０１００ＭＡ４Ｋ", "")]
    public void An_employers_number_is_letters_and_digits(string employer, string code) => Assert.That(Payroll(employer: employer).Codes, Is.EqualTo(code));

    private static Reading Payroll(string id = SampleFile.Zhang, string month = "202106", string amount = "100", string employer = "42010001") =>
        SampleFile.Read($"{SampleFile.PayrollHeader}\r\n{employer},某厂,张三,{id},{month},5000,{amount},400\r\n");

    private static Reading Persons(string change, string date, string value) =>
        SampleFile.Read($"姓名,公民身份号码,变更类型,变更日期,变更内容\r\n张三,{SampleFile.Zhang},{change},{date},{value}\r\n");
}

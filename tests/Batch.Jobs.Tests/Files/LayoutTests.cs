using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Files;

public sealed class LayoutTests
{
    private const string Header = SampleFile.PayrollHeader + "\r\n";
    private static readonly string Row = $"42010001,某厂,张三,{SampleFile.Zhang},2021-06,5000,100,400\r\n";
    private static readonly string Row2 = $"42010001,某厂,李四,{SampleFile.Li},2021-06,6000,120,480\r\n";

    [Test]
    public void Titles_blanks_and_a_totals_row_are_no_people()
    {
        Reading reading = SampleFile.Read("武汉市职工医保缴费明细表\r\n单位:某厂,,,,,,,\r\n\r\n" + Header + Row + ",,,,,,,\r\n\r\n" + Row2 + "合 计,,2人,,,11000,220.00,880\r\n制表人:王五,,,,,,,\r\n");

        Assert.That(reading.Refusal, Is.Null);
        Assert.That(reading.Payroll.Select(l => l.Row), Is.EqualTo(new[] { 5, 8 }));
        Assert.That(reading.Rows, Is.EqualTo(2));
    }

    [Test]
    public void A_remark_below_is_no_person_even_without_totals_but_a_row_with_amounts_is()
    {
        Reading reading = SampleFile.Read(Header + Row + "制表人:王五,,,,,,,\r\n审核,,李四,,,100,2,8\r\n");
        Assert.That(reading.Rows, Is.EqualTo(2));
        Assert.That(reading.Codes, Is.EqualTo("ID_BLANK MONTH_BLANK"));
    }

    [TestCase("小计,,1人,,,5000,100,400", "小 计,,1人,,,6000,120,480", TestName = "Sub-totals of the rows since the one before")]
    [TestCase("小计,,1人,,,5000,100,400", "本页小计,,2人,,,11000,220,880", TestName = "Sub-totals that are carried on")]
    public void Subtotals_are_checked_and_are_no_people(string first, string second)
    {
        Reading reading = SampleFile.Read(Header + Row + first + "\r\n" + Row2 + second + "\r\n合计,,2人,,,11000,220,880\r\n");
        Assert.That(reading.Refusal, Is.Null);
        Assert.That((reading.Rows, reading.Codes), Is.EqualTo((2, "")));
    }

    [TestCase("小计,,,,,6000,120,481", "第 5 行合计“单位缴费金额”为 481，各行相加为 480.00。请核对是否漏行或改动，改正后重新报送。")]
    [TestCase("小计,,3人,,,6000,120,480", "第 5 行合计人数为 3，实际为 1 行。请核对是否漏行，改正后重新报送。")]
    public void Subtotals_that_disagree_refuse_the_file(string subtotal, string message)
    {
        Reading reading = SampleFile.Read(Header + Row + "小计,,,,,5000,100,400\r\n" + Row2 + subtotal + "\r\n");
        Assert.That(RejectionCodes.Describe(reading.Refusal!, "zh-CN"), Is.EqualTo(message));
    }

    [TestCase("合计,,,,,11000,220,881", "第 4 行合计“单位缴费金额”为 881，各行相加为 880.00。请核对是否漏行或改动，改正后重新报送。")]
    [TestCase("总计,,3人,,,11000,220,880", "第 4 行合计人数为 3，实际为 2 行。请核对是否漏行，改正后重新报送。")]
    public void Totals_that_disagree_refuse_the_file(string totals, string message)
    {
        Reading reading = SampleFile.Read(Header + Row + Row2 + totals);
        Assert.That(RejectionCodes.Describe(reading.Refusal!, "zh-CN"), Is.EqualTo(message));
    }

    [Test]
    public void Totals_include_rejected_rows_and_skip_columns_that_cannot_be_read()
    {
        string bad = "42010001,某厂,王五,11010519491231002,2021-06,7000,abc,560\r\n";
        Reading reading = SampleFile.Read(Header + Row + bad + "合计,,,,,12000,999,960\r\n");

        Assert.That(reading.Refusal, Is.Null);
        Assert.That(reading.Codes, Is.EqualTo("ID_LENGTH AMOUNT_UNREADABLE"));
    }

    [Test]
    public void A_row_reports_all_of_its_faults_with_line_and_column()
    {
        Reading reading = SampleFile.Read(Header + Row + "\"\",某厂,\"李\",420106198506123011,2021-13,-5,1.234,1e3\r\n");

        Assert.That(reading.Payroll, Has.Count.EqualTo(1));
        Assert.That(reading.Rejections.Select(r => (r.Row, r.Column, r.Code, r.Found)), Is.EqualTo(new[]
        {
            (3, "公民身份号码", "ID_CHECK_DIGIT", "4201*************1"),
            (3, "单位编号", "EMPLOYER_BLANK", ""),
            (3, "费款所属期", "MONTH_INVALID", "2021-13"),
            (3, "缴费基数", "AMOUNT_NEGATIVE", "-5"),
            (3, "个人缴费金额", "AMOUNT_PRECISION", "1.234"),
            (3, "单位缴费金额", "AMOUNT_UNREADABLE", "1e3"),
        }));
    }

    [Test]
    public void A_quoted_line_break_counts_as_lines()
    {
        Reading reading = SampleFile.Read(Header + Row.Replace("某厂", "\"某\r\n厂\"", StringComparison.Ordinal) + Row2);

        Assert.That(reading.Rejections.Single(), Is.EqualTo(new Rejection("TEXT_CHARACTERS", 2, "单位名称", "某??厂", "")));
        Assert.That(reading.Payroll.Single().Row, Is.EqualTo(4));
    }

    [Test]
    public void Fields_too_few_or_too_many_reject_the_row_alone()
    {
        Reading reading = SampleFile.Read(Header + Row + $"42010001,张三,{SampleFile.Zhang},2021-06,5000,100,400\r\n" + Row2.TrimEnd() + ",7\r\n" + Row2.TrimEnd() + ",,\r\n");

        Assert.That(reading.Rejections.Select(r => (r.Row, r.Code, r.Found, r.Expected)), Is.EqualTo(new[] { (3, "FIELD_COUNT", "7", "8"), (4, "FIELD_COUNT", "9", "8") }));
        Assert.That(reading.Payroll, Has.Count.EqualTo(2));
    }

    [Test]
    public void A_stray_quote_rejects_the_row_and_an_open_one_the_file()
    {
        Assert.That(SampleFile.Read(Header + Row.Replace("某厂", "某\"厂", StringComparison.Ordinal) + Row2).Codes, Is.EqualTo("QUOTE_STRAY"));
        Reading open = SampleFile.Read(Header + Row + Row2.Replace("某厂", "\"某厂", StringComparison.Ordinal) + Row);
        Assert.That((open.Refusal?.Code, open.Refusal?.Row), Is.EqualTo(("QUOTE_OPEN", 3)));
    }

    [Test]
    public void The_header_printed_again_on_the_next_page_is_skipped()
    {
        Assert.That(SampleFile.Read(Header + Row + Header + Row2).Payroll, Has.Count.EqualTo(2));
    }

    [TestCase("", "FILE_EMPTY")]
    [TestCase("\r\n  \r\n,,,\r\n", "FILE_EMPTY")]
    [TestCase("公民身份号码,姓名,金额甲\r\n1,2,3\r\n", "HEADER_UNKNOWN")]
    [TestCase("42010001,某厂,张三,11010519491231002X,2021-06,5000,100,400\r\n", "HEADER_UNKNOWN")]
    [TestCase("单位编号,公民身份号码,缴费基数,个人缴费金额,单位缴费金额\r\n", "HEADER_COLUMN_MISSING")]
    [TestCase("单位编号,姓名,费款所属期,缴费基数,个人缴费金额,单位缴费金额\r\n", "HEADER_COLUMN_MISSING")]
    [TestCase("单位编号,身份证号,证件号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额\r\n", "HEADER_COLUMN_TWICE")]
    [TestCase(SampleFile.PayrollHeader, "HEADER_ONLY")]
    [TestCase(SampleFile.PayrollHeader + "\r\n合计,,,,,0,0,0\r\n", "HEADER_ONLY")]
    [TestCase("姓名,公民身份号码,变动类型,金额\r\n张三,11010519491231002X,消费,5\r\n", "HEADER_COLUMN_MISSING")]
    public void A_file_without_rows_to_judge_is_refused(string text, string code)
    {
        Reading reading = SampleFile.Read(text);
        Assert.That(reading.Refusal?.Code, Is.EqualTo(code));
        Assert.That(RejectionCodes.Describe(reading.Refusal!, "zh-CN"), Does.Not.Contain("11010519491231002X"));
    }

    [Test]
    public void The_default_month_serves_a_file_without_a_month_column()
    {
        Reading reading = SampleFile.Read($"单位编号,公民身份号码,缴费基数,个人缴费金额,单位缴费金额\r\n1,{SampleFile.Zhang},5000,100,400", month: new YearMonth(2021, 7));
        Assert.That(reading.Payroll.Single().Month, Is.EqualTo(new YearMonth(2021, 7)));
    }

    [TestCase("单位社保编号,职工姓名,身份证号码,缴费年月,月缴费工资,个人缴费,单位缴费")]
    [TestCase("emp_no,psn_name,certno,cashym,clctstd,psn_clct_amt,emp_clct_amt")]
    [TestCase("aab001,aac003,aac002,period,akc010,akc060,employer_paid")]
    [TestCase("Employer Code,Name,ID,Month,Base,Person Paid,Employer Paid")]
    [TestCase(" 单位编号 ,姓 名,社会保障号(即居民身份证号码),缴费所属期（年月）,*缴费基数(元),个人缴费金额（元）,单位缴费金额（元）")]
    public void Headers_of_other_systems_are_known(string header)
    {
        Reading reading = SampleFile.Read($"{header}\r\n1,张三,{SampleFile.Zhang},202106,5000,100,400\r\n");
        Assert.That(reading.Refusal, Is.Null);
        Assert.That(reading.Payroll, Has.Count.EqualTo(1));
    }

    [Test]
    public void Limits_refuse_with_their_code()
    {
        string text = SampleFile.Payroll(30);
        Assert.That(SampleFile.Read(text, limits: new IntakeLimits { MaxBytes = 100 }).Refusal?.Code, Is.EqualTo(Codes.FileTooLarge));
        Assert.That(SampleFile.Read(text, limits: new IntakeLimits { MaxRows = 29 }).Refusal?.Code, Is.EqualTo(Codes.TooManyRows));
        Assert.That(SampleFile.Read(text, limits: new IntakeLimits { MaxColumns = 7 }).Refusal?.Code, Is.EqualTo(Codes.TooManyColumns));
        Assert.That(SampleFile.Read(text + new string('x', 5000), limits: new IntakeLimits { MaxLineChars = 1000 }).Refusal?.Code, Is.EqualTo(Codes.LineTooLong));
        Assert.That(SampleFile.Read(text + "\"" + new string('x', 500_000)).Refusal?.Code, Is.EqualTo(Codes.LineTooLong));
    }
}

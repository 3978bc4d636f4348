using System.Text;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Rules;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Files;

/// <summary>What a file says beside its rows: units, other headers, where it ends, and that it is no table at all.</summary>
public sealed class BelievedTextTests
{
    private const string Header = SampleFile.PayrollHeader + "\r\n";
    private const string Pensions = "姓名,公民身份号码,所属期,上年度月平均养老金,当月养老金\r\n";
    private static readonly string Row = $"1,某厂,张三,{SampleFile.Zhang},2021-06,5000,100,400\r\n";
    private static readonly string Row2 = $"1,某厂,李四,{SampleFile.Li},2021-06,6000,120,480\r\n";

    [TestCase("单位：万元")]
    [TestCase("金额单位：人民币千元")]
    [TestCase("单 位 : 分")]
    [TestCase("六月缴费表（万元）")]
    [TestCase("六月缴费表(分)")]
    [TestCase("六月缴费表 百元")]
    [TestCase("以角为单位")]
    [TestCase("本表金额均为万元")]
    [TestCase("万元")]
    [TestCase("币种：港币")]
    [TestCase("Unit: 10,000 yuan")]
    [TestCase("amounts in fen")]
    [TestCase("RMB'000")]
    public void A_unit_other_than_yuan_above_or_below_refuses_the_file(string said)
    {
        string cell = $"\"{said}\"";
        Assert.Multiple(() =>
        {
            Assert.That(SampleFile.Read($",,,,,,,{cell}\r\n" + Header + Row).Refusal?.Code, Is.EqualTo("UNIT_NOT_YUAN"), "title");
            Assert.That(SampleFile.Read(Header + Row + $"备注,,,,,,,{cell}\r\n").Refusal?.Code, Is.EqualTo("UNIT_NOT_YUAN"), "remark");
            Assert.That(SampleFile.Read(Header + $",,,,,{cell},{cell},{cell}\r\n" + Row).Refusal?.Code, Is.EqualTo("UNIT_NOT_YUAN"), "row of units");
        });
    }

    [TestCase("单位：元")]
    [TestCase("单位:元、角、分")]
    [TestCase("单位：百元裤业有限公司")]
    [TestCase("单位名称：万千百货")]
    [TestCase("单位：分公司")]
    [TestCase("注册资本500万元")]
    [TestCase("基数上限2.5万元")]
    [TestCase("美元素科技有限公司")]
    [TestCase("第一部分")]
    public void A_title_that_states_no_other_unit_is_a_title(string said) => Assert.That(SampleFile.Read($"{said},,,,,,,\r\n" + Header + Row).Payroll, Has.Count.EqualTo(1));

    [TestCase("当月养老金(万元)")]
    [TestCase("当月养老金（单位：千元）")]
    [TestCase("当月养老金【万元】")]
    [TestCase("当月养老金/万元")]
    [TestCase("当月养老金 万元")]
    [TestCase("当月养老金_分")]
    [TestCase("(百元)当月养老金")]
    [TestCase("当月养老金(美元)")]
    [TestCase("pension (thousands)")]
    [TestCase("pension_month in fen")]
    public void A_unit_in_the_name_of_an_amount_column_refuses_the_file(string column)
    {
        string file = Pensions.Replace("当月养老金", column, StringComparison.Ordinal) + $"张三,{SampleFile.Zhang},2021-06,,0.65\r\n";
        Assert.That(SampleFile.Read(file).Refusal?.Code, Is.EqualTo("UNIT_NOT_YUAN"));
    }

    [TestCase("当月养老金(元)")]
    [TestCase("当月养老金（元/月）")]
    [TestCase("当月养老金(元、角、分)")]
    [TestCase("当月养老金(精确到分)")]
    public void A_column_in_yuan_is_read(string column)
    {
        string file = Pensions.Replace("当月养老金", column, StringComparison.Ordinal) + $"张三,{SampleFile.Zhang},2021-06,,6482.50\r\n";
        Assert.That(SampleFile.Read(file).Pension.Single().MonthPension, Is.EqualTo(new Money(648250)));
    }

    [Test]
    public void A_header_further_down_is_skipped_when_it_is_the_same_and_refuses_the_file_when_it_is_not()
    {
        string other = Header.Replace("缴费基数,个人缴费金额", "个人缴费金额,缴费基数", StringComparison.Ordinal);
        string fewer = Header.Replace(",单位缴费金额", ",", StringComparison.Ordinal);
        string moved = "," + Header.Replace("姓名,", "", StringComparison.Ordinal);
        Assert.Multiple(() =>
        {
            Assert.That(SampleFile.Read(Header + Row + Header + Row2).Payroll, Has.Count.EqualTo(2));
            Assert.That(SampleFile.Read(Header + Row + other + Row2).Refusal, Is.EqualTo(new Rejection("HEADER_CHANGES", 3, "", "", "")));
            Assert.That(SampleFile.Read(Header + Row + fewer + Row2).Refusal?.Code, Is.EqualTo("HEADER_CHANGES"));
            Assert.That(SampleFile.Read(Header + Row + moved + Row2).Refusal?.Code, Is.EqualTo("HEADER_CHANGES"));
            Assert.That(SampleFile.Read(Header + Row + Pensions + $"张三,{SampleFile.Zhang},2021-06,9000,\r\n").Refusal?.Code, Is.EqualTo("HEADER_CHANGES"));
            Assert.That(SampleFile.Read(Header + Row + Header.Replace("缴费基数", "缴费基数(万元)", StringComparison.Ordinal) + Row2).Refusal?.Code, Is.EqualTo("UNIT_NOT_YUAN"));
        });
    }

    [TestCase("#N/A", "CELL_ERROR")]
    [TestCase("#REF!", "CELL_ERROR")]
    [TestCase("########", "CELL_ERROR")]
    [TestCase("-", "AMOUNT_UNREADABLE")]
    public void An_error_of_a_spreadsheet_in_a_text_file_is_no_blank(string cell, string code) =>
        Assert.That(SampleFile.Read(Pensions + $"张三,{SampleFile.Zhang},2021-06,{cell},6482.50\r\n").Codes, Is.EqualTo(code));

    [Test]
    public void An_error_for_a_name_rejects_its_row() => Assert.That(SampleFile.Read(Header + Row.Replace("张三", "#NAME?", StringComparison.Ordinal)).Codes, Is.EqualTo("CELL_ERROR"));

    // Named: the runner leaves out tests whose names hold a control character.
    [TestCase("\u001A", TestName = "A_text_ends_before_Ctrl_Z")]
    [TestCase("\u001A\u001A\r\n", TestName = "A_text_ends_before_Ctrl_Z_and_the_end_of_its_line")]
    [TestCase("\0\0\0\0", TestName = "A_text_ends_before_zeros")]
    [TestCase("\r\n\u001A\0\0\r\n", TestName = "A_text_ends_before_Ctrl_Z_and_zeros_on_a_line_of_their_own")]
    public void A_text_ends_before_Ctrl_Z_and_zeros(string tail)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        string zeros = tail + new string('\0', 10_000);
        Assert.Multiple(() =>
        {
            foreach (Encoding encoding in new[] { new UTF8Encoding(true), Encoding.GetEncoding("GB18030"), new UnicodeEncoding(false, true), new UnicodeEncoding(true, true) })
            {
                Reading reading = SampleFile.Read(Header + Row + Row2 + tail, encoding);
                Assert.That((reading.Payroll.Count, reading.Rows, reading.Refusal), Is.EqualTo((2, 2, (Rejection?)null)), encoding.WebName);
                Assert.That(SampleFile.Read(Header + Row + Row2.TrimEnd() + zeros, encoding).Payroll, Has.Count.EqualTo(2), encoding.WebName);
            }
        });
    }

    [Test]
    public void Ctrl_Z_between_rows_ends_nothing()
    {
        Reading reading = SampleFile.Read(Header + Row + "\u001A\r\n" + Row2);
        Assert.That((reading.Payroll.Count, reading.Codes), Is.EqualTo((2, "FIELD_COUNT")));
    }

    [TestCase(',')]
    [TestCase('\t')]
    [TestCase(';')]
    public void Values_written_as_formulas_are_read_as_what_they_hold(char separator)
    {
        string plain = SampleFile.Payroll(20);
        string formulas = string.Concat(plain.TrimEnd().Split("\r\n").Select(line => string.Join(separator, line.Split(',').Select(c => $"=\"{c}\"")) + "\r\n"));
        Assert.That(SampleFile.Read(formulas).Payroll, Is.EqualTo(SampleFile.Read(plain).Payroll));
    }

    [TestCase("=\"1\"2", "QUOTE_STRAY")]
    [TestCase("=SUM(\"1\")", "QUOTE_STRAY")]
    [TestCase("\"=\"\"8,000.00\"\"\"", "")]
    [TestCase("=\"8,000.00\"", "")]
    public void A_formula_that_is_more_than_a_value_stays_a_fault(string cell, string codes) =>
        Assert.That(SampleFile.Read(Header + Row.Replace("5000", cell, StringComparison.Ordinal)).Codes, Is.EqualTo(codes));

    [Test]
    public void Invisible_characters_around_amounts_months_and_employers_are_dropped()
    {
        string seen = $"\u202D1\u202C,某厂\u200B,\u2066张三\u2069,\u200E{SampleFile.Zhang}\u200F,\uFEFF2021-06\u2060,\u200B5000,1\u00AD00,400\uFE0F\r\n";
        Reading reading = SampleFile.Read(Header.Replace("缴费基数", "\u200B缴费基数\u200E", StringComparison.Ordinal) + seen);
        Assert.That(reading.Payroll, Is.EqualTo(SampleFile.Read(Header + Row).Payroll));
        // Eight cells of the row; the header is none.
        Assert.That(reading.InvisibleCells, Is.EqualTo(8));
    }

    [TestCase("<html><table><tr><td>单位编号</td></tr></table></html>", "FILE_IS_WEB_PAGE")]
    [TestCase("\r\n  <!DOCTYPE html>\r\n<html>", "FILE_IS_WEB_PAGE")]
    [TestCase("<TABLE border=1><tr><td>1</td></tr></TABLE>", "FILE_IS_WEB_PAGE")]
    [TestCase("<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\"><body/></html>", "FILE_IS_WEB_PAGE")]
    [TestCase("MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n", "FILE_IS_WEB_PAGE")]
    [TestCase("<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"><Table ss:a=\"1\"/></Workbook>", "FILE_IS_XML")]
    [TestCase("<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"/>", "FILE_IS_XML")]
    [TestCase("<?xml version=\"1.0\"?><data/>", "FILE_IS_XML")]
    public void A_page_or_XML_is_called_what_it_is(string text, string code)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        Assert.Multiple(() =>
        {
            foreach (Encoding encoding in new[] { new UTF8Encoding(false), new UTF8Encoding(true), Encoding.GetEncoding("GB18030"), new UnicodeEncoding(false, true), new UnicodeEncoding(true, false) })
            {
                Assert.That(SampleFile.Read(text, encoding, "export.xls").Refusal?.Code, Is.EqualTo(code), encoding.WebName);
            }
        });
    }
}

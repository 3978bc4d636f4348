using System.IO.Compression;
using System.Text;
using Batch.Jobs.Files;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Files;

public sealed class FixPackTests
{
    private static readonly string Good = $"42010001,某厂,张三,{SampleFile.Zhang},2021-06,5000,100,400\r\n";
    private static readonly string Bad = $"42010001,\"=HYPERLINK(\"\"x\"\")\",李四,{SampleFile.Li},2021-06,6000,-120,abc\r\n";
    private static readonly string Text = "缴费明细\r\n" + SampleFile.PayrollHeader + "\r\n" + Good + Bad + Good + $"1,@某厂,-王,{SampleFile.Zhang[..17]}0,2021-13,=1+1,5,6\r\n合计,,,,,,,\r\n";

    [Test]
    public void Only_rejected_rows_come_back_with_their_messages_and_nothing_that_a_spreadsheet_would_run()
    {
        (byte[] pack, _) = Pack(new UTF8Encoding(false).GetBytes(Text));

        Assert.That(Encoding.UTF8.GetString(pack), Is.EqualTo(
            SampleFile.PayrollHeader + ",原行号,单元格,错误代码,错误说明\r\n"
            + $"42010001,\"'=HYPERLINK(\"\"x\"\")\",李四,{SampleFile.Li},2021-06,6000,-120,abc,4,G4 H4,AMOUNT_NEGATIVE AMOUNT_UNREADABLE,"
            + "第 4 行“个人缴费金额”-120 是负数。退款请用更正文件或补充文件报送，不要写负数。 第 4 行“单位缴费金额”abc 不是金额。请只写数字，例如 1234.56。\r\n"
            + $"1,'@某厂,'-王,{SampleFile.Zhang[..17]}0,2021-13,'=1+1,5,6,6,D6 E6 F6,ID_CHECK_DIGIT MONTH_INVALID AMOUNT_UNREADABLE,"
            + "第 6 行“公民身份号码”1101*************0 的校验码不对，号码有误。请核对证件。 第 6 行“费款所属期”2021-13 不是有效的年月。请写成年月，例如 2021-06。 第 6 行“缴费基数”=1+1 不是金额。请只写数字，例如 1234.56。\r\n"));
    }

    [Test]
    public void The_pack_has_the_senders_encoding_and_separator_and_gives_the_same_faults_again()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        Encoding[] encodings = [new UTF8Encoding(true), Encoding.GetEncoding("GB18030"), new UnicodeEncoding(false, true), new UnicodeEncoding(true, true)];
        foreach (Encoding encoding in encodings)
        {
            byte[] bytes = [.. encoding.GetPreamble(), .. encoding.GetBytes(Text.Replace(',', ';'))];
            (byte[] pack, Reading first) = Pack(bytes);
            Reading again = SampleFile.Read(pack);

            Assert.That(pack.AsSpan(0, encoding.GetPreamble().Length).ToArray(), Is.EqualTo(encoding.GetPreamble()));
            Assert.That(encoding.GetString(pack), Does.Contain("单位编号;单位名称"));
            Assert.That(again.Codes, Is.EqualTo(first.Codes));
            Assert.That(again.Rows, Is.EqualTo(2));
        }
    }

    [Test]
    public void A_mended_pack_is_taken_with_the_names_as_they_were()
    {
        (byte[] pack, _) = Pack(new UTF8Encoding(false).GetBytes(Text));
        string mended = Encoding.UTF8.GetString(pack).Replace("-120,abc", "120,480", StringComparison.Ordinal);
        Assert.That(SampleFile.Read(mended).Payroll.Single().EmployerName, Is.EqualTo("=HYPERLINK(\"x\")"));
    }

    private static readonly object?[][] Workbook =
        [["缴费明细"], SampleWorkbook.Cells(SampleFile.PayrollHeader)[0], ["1", "某厂", "张三", SampleFile.Zhang, 202106m, 5000m, 100m, 400m], ["1", "=某厂", "李四", SampleFile.Li, 202106m, 5000.5m, -100m, 400m]];

    [Test]
    public void The_pack_of_a_workbook_as_text_is_csv_that_spreadsheets_open()
    {
        (byte[] pack, _) = Pack(SampleWorkbook.Xlsx(Workbook), ReportFormat.Csv);

        Assert.That(pack.AsSpan(0, 3).ToArray(), Is.EqualTo(new byte[] { 0xEF, 0xBB, 0xBF }));
        Assert.That(Encoding.UTF8.GetString(pack), Does.Contain($"\r\n1,'=某厂,李四,{SampleFile.Li},202106,5000.5,-100,400,4,G4,AMOUNT_NEGATIVE,"));
    }

    [Test]
    public void The_pack_of_a_workbook_is_a_workbook_with_the_same_faults_whose_texts_are_texts_and_whose_amounts_are_numbers()
    {
        (byte[] pack, Reading first) = Pack(SampleWorkbook.Xlsx(Workbook));
        Reading again = SampleFile.Read(pack, "pack.xlsx");
        using ZipArchive zip = new(new MemoryStream(pack));
        using StreamReader sheet = new(zip.GetEntry("xl/worksheets/sheet1.xml")!.Open());
        string xml = sheet.ReadToEnd();
        Assert.That((again.Rows, again.Codes), Is.EqualTo((1, first.Codes)));
        Assert.That(xml, Does.Contain("<is><t>=某厂</t></is>").And.Contain("<v>5000.50</v>").And.Contain($"<is><t>{SampleFile.Li}</t></is>").And.Not.Contain("<f>"));
    }

    [Test]
    public void A_pack_of_a_pack_has_one_set_of_messages()
    {
        (byte[] pack, _) = Pack(new UTF8Encoding(false).GetBytes(Text));
        (byte[] second, _) = Pack(pack);
        string header = Encoding.UTF8.GetString(second).Split("\r\n")[0];
        Assert.That(header, Is.EqualTo(SampleFile.PayrollHeader + ",原行号,单元格,错误代码,错误说明"));
    }

    // Of receipts and a bank's statement there is no citizen number by which a row could be told from a total.
    [TestCase("单位编号,单位名称,费款所属期,到账金额,到账日期,凭证号\n甲,单位甲,2021-06,100.00,2021-06-10,A1\n乙,单位乙,2021-06,200.00,2021-06-10,A2\n合计,,,300.01,,\n")]
    [TestCase("交易日期,对方户名,贷方金额,流水号\n2021-06-10,单位甲,100.00,S1\n2021-06-10,单位乙,200.00,S2\n合计,,300.01,\n")]
    public void The_pack_of_a_whole_file_of_money_has_its_rows_and_not_its_total(string original)
    {
        (byte[] pack, Reading first) = Pack(new UTF8Encoding(false).GetBytes(original), whole: true);
        Assert.That(first.Refusal?.Code, Is.EqualTo(Codes.TotalMismatch));
        Assert.That(Encoding.UTF8.GetString(pack).TrimEnd().Split("\r\n"), Has.Length.EqualTo(3).And.None.Contains("合计"));
    }

    private static (byte[] Pack, Reading Reading) Pack(byte[] original, ReportFormat? format = null, bool whole = false)
    {
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"pack-{Guid.NewGuid():N}");
        File.WriteAllBytes(path, original);
        try
        {
            Reading reading = SampleFile.ReadPath(path);
            var pack = new MemoryStream();
            FixPack.Write(path, new FixPackRows(reading.Rejections, whole, new HashSet<int>()), pack, format, IntakeLimits.Default);
            return (pack.ToArray(), reading);
        }
        finally
        {
            File.Delete(path);
        }
    }
}

using System.IO.Compression;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Files;

/// <summary>What a workbook can say that its cells' values alone do not: errors, formulas, formats, hidden and merged cells, other sheets, other systems of days.</summary>
public sealed class WorkbookCellTests
{
    private static readonly object?[] Payroll = SampleWorkbook.Cells(SampleFile.PayrollHeader)[0];
    private static readonly object?[] Zhang = ["1", "某厂", "张三", SampleFile.Zhang, "2021-06", 5000m, 100m, 400m];
    private static readonly object?[] Li = ["1", "某厂", "李四", SampleFile.Li, "2021-06", 6000m, 120m, 480m];
    private static readonly object?[] Pensions = ["姓名", "公民身份号码", "所属期", "上年度月平均养老金", "本年月平均养老金", "当月养老金"];
    private static readonly object?[] Retired = ["张三", SampleFile.Zhang, "2021-06", 9000m, null, 6482.5m];

    [TestCase("<c r=\"D2\" t=\"e\"><f>VLOOKUP(1,A:B,2,0)</f><v>#N/A</v></c>", "CELL_ERROR")]
    [TestCase("<c r=\"D2\" t=\"e\"><v>#DIV/0!</v></c>", "CELL_ERROR")]
    [TestCase("<c r=\"D2\" t=\"inlineStr\"><is><t>#REF!</t></is></c>", "CELL_ERROR")]
    [TestCase("<c r=\"D2\"><f>1+1</f></c>", "CELL_NOT_COMPUTED")]
    [TestCase("<c r=\"D2\"><f>1+1</f><v></v></c>", "CELL_NOT_COMPUTED")]
    [TestCase("<c r=\"D2\"><f t=\"shared\" si=\"0\"/><v/></c>", "CELL_NOT_COMPUTED")]
    [TestCase("<c r=\"D2\"><f>E2</f><v>9000</v></c>", "")]
    [TestCase("<c r=\"D2\" t=\"str\"><f>IF(A1=1,2,\"\")</f><v></v></c>", "")]
    [TestCase("<c r=\"D2\" t=\"str\"><f>\"9000.00\"</f><v>9000.00</v></c>", "")]
    public void An_optional_amount_that_is_not_known_is_not_taken_for_none(string cell, string codes)
    {
        byte[] file = Edited(SampleWorkbook.Xlsx([Pensions, Retired]), "sheet1.xml", xml => xml.Replace("<c r=\"D2\"><v>9000</v></c>", cell, StringComparison.Ordinal));
        Assert.That(SampleFile.Read(file).Codes, Is.EqualTo(codes));
    }

    [TestCase("A2", "单位编号")]
    [TestCase("B2", "单位名称")]
    [TestCase("C2", "姓名")]
    [TestCase("D2", "公民身份号码")]
    [TestCase("E2", "费款所属期")]
    [TestCase("H2", "单位缴费金额")]
    public void An_error_in_any_column_rejects_its_cell(string cell, string column)
    {
        byte[] file = Edited(SampleWorkbook.Xlsx([[Payroll, Zhang]], "", sharedStrings: false), "sheet1.xml", xml =>
            System.Text.RegularExpressions.Regex.Replace(xml, $"<c r=\"{cell}\".*?</c>", $"<c r=\"{cell}\" t=\"e\"><v>#VALUE!</v></c>"));
        Assert.That(SampleFile.Read(file).Rejections.Select(r => (r.Code, r.Column, r.Found)), Is.EqualTo(new[] { ("CELL_ERROR", column, "#VALUE!") }));
    }

    [TestCase("0!.0,", "CELL_SHOWS_OTHER")]
    [TestCase("0\\.0,", "CELL_SHOWS_OTHER")]
    [TestCase("#,##0,", "CELL_SHOWS_OTHER")]
    [TestCase("0.00,,", "CELL_SHOWS_OTHER")]
    [TestCase("0.00%", "CELL_SHOWS_OTHER")]
    [TestCase("0.00&quot;万元&quot;", "CELL_SHOWS_OTHER")]
    [TestCase("[&gt;9999]0!.0,&quot;万&quot;;0", "CELL_SHOWS_OTHER")]
    [TestCase("[$$-409]#,##0.00", "CELL_SHOWS_OTHER")]
    [TestCase("0", "CELL_SHOWS_OTHER")]
    [TestCase(";;;", "CELL_SHOWS_OTHER")]
    [TestCase("&quot;已缴&quot;", "CELL_SHOWS_OTHER")]
    [TestCase("yyyy-mm-dd", "AMOUNT_UNREADABLE")]
    [TestCase("General", "")]
    [TestCase("G/通用格式", "")]
    [TestCase("@", "")]
    [TestCase("0.00", "")]
    [TestCase("#,##0.00_);[Red]\\(#,##0.00\\)", "")]
    [TestCase("_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * &quot;-&quot;??_ ;_ @_ ", "")]
    [TestCase("[$¥-804]#,##0.00", "")]
    [TestCase("0.00&quot;元&quot;", "")]
    public void A_format_that_shows_another_amount_than_is_stored_rejects_its_cell(string format, string codes)
    {
        byte[] file = Edited(SampleWorkbook.Xlsx([Payroll, [.. Zhang[..5], 5000.5m, .. Zhang[6..]]]), "sheet1.xml", xml => xml.Replace("<c r=\"F2\">", "<c r=\"F2\" s=\"1\">", StringComparison.Ordinal));
        file = Edited(file, "styles.xml", xml => xml.Replace("<cellXfs", $"<numFmts><numFmt numFmtId=\"164\" formatCode=\"{format}\"/></numFmts><cellXfs", StringComparison.Ordinal)
            .Replace("numFmtId=\"14\"", "numFmtId=\"164\"", StringComparison.Ordinal));
        Assert.That(SampleFile.Read(file).Codes, Is.EqualTo(codes));
    }

    [TestCase("<c r=\"E2\"><v>2021.1</v></c>", "MONTH_UNCERTAIN", null)]
    [TestCase("<c r=\"E2\"><v>2021.06</v></c>", "MONTH_UNCERTAIN", null)]
    [TestCase("<c r=\"E2\" t=\"inlineStr\"><is><t>2021.10</t></is></c>", "MONTH_UNCERTAIN", null)]
    [TestCase("<c r=\"E2\" t=\"inlineStr\"><is><t>44348</t></is></c>", "MONTH_INVALID", null)]
    [TestCase("<c r=\"E2\"><v>202106</v></c>", "", null)]
    [TestCase("<c r=\"E2\"><v>44348</v></c>", "", null)]
    [TestCase("<c r=\"E2\" s=\"1\"><v>44348</v></c>", "", null)]
    [TestCase("<c r=\"E2\"><v>42886</v></c>", "", "1")]
    [TestCase("<c r=\"E2\" s=\"1\"><v>42886</v></c>", "", "true")]
    [TestCase("<c r=\"E2\" t=\"d\"><v>2021-06-01T00:00:00</v></c>", "", null)]
    public void A_month_in_a_cell_is_June_or_rejected(string cell, string codes, string? date1904)
    {
        byte[] file = Edited(SampleWorkbook.Xlsx([[Payroll, Zhang]], "", sharedStrings: false), "sheet1.xml", xml => xml.Replace("<c r=\"E2\" t=\"inlineStr\"><is><t>2021-06</t></is></c>", cell, StringComparison.Ordinal));
        file = date1904 is null ? file : Edited(file, "workbook.xml", xml => xml.Replace("<sheets>", $"<workbookPr date1904=\"{date1904}\"/><sheets>", StringComparison.Ordinal));
        Reading reading = SampleFile.Read(file);
        Assert.That((reading.Codes, reading.Payroll.Count(l => l.Month == new YearMonth(2021, 6))), Is.EqualTo((codes, codes.Length > 0 ? 0 : 1)));
    }

    [TestCase("hidden=\"1\"")]
    [TestCase("hidden=\"true\"")]
    [TestCase("ht=\"0\" customHeight=\"1\"")]
    public void A_hidden_row_is_rejected_and_the_others_are_not(string attribute)
    {
        byte[] file = Edited(SampleWorkbook.Xlsx([Payroll, Zhang, Li]), "sheet1.xml", xml => xml.Replace("<row r=\"3\">", $"<row r=\"3\" {attribute}>", StringComparison.Ordinal));
        Reading reading = SampleFile.Read(file);
        Assert.That((reading.Payroll.Single().Row, reading.Rejections.Single()), Is.EqualTo((2, new Rejection("ROW_HIDDEN", 3, "", "", ""))));
    }

    [TestCase("<col min=\"6\" max=\"6\" hidden=\"1\"/>", "COLUMN_HIDDEN")]
    [TestCase("<col min=\"5\" max=\"7\" width=\"0\" customWidth=\"1\"/>", "COLUMN_HIDDEN")]
    [TestCase("<col min=\"9\" max=\"16384\" hidden=\"1\"/>", null)]
    [TestCase("<col min=\"1\" max=\"8\" style=\"0\"/>", null)]
    public void A_hidden_column_that_is_read_refuses_the_file(string column, string? code)
    {
        byte[] file = Edited(SampleWorkbook.Xlsx([Payroll, Zhang]), "sheet1.xml", xml => xml.Replace("<sheetData>", $"<cols>{column}</cols><sheetData>", StringComparison.Ordinal));
        Assert.That(SampleFile.Read(file).Refusal?.Code, Is.EqualTo(code));
    }

    [TestCase("D2:D3", "CELL_MERGED CELL_MERGED")]
    [TestCase("D2:E2", "CELL_MERGED CELL_MERGED")]
    [TestCase("A2:A3", "")]
    [TestCase("G2:H3", "")]
    public void A_merged_amount_is_nobodys(string range, string codes)
    {
        byte[] file = SampleWorkbook.Xlsx([[Pensions, Retired, ["李四", SampleFile.Li, "2021-06", null, null, 6000m]]], $"<mergeCells><mergeCell ref=\"{range}\"/></mergeCells>");
        Assert.That(SampleFile.Read(file).Codes, Is.EqualTo(codes));
    }

    [Test]
    public void Rows_on_any_other_sheet_refuse_the_file_and_notes_do_not()
    {
        object?[][] notes = [["填表说明"], ["公民身份号码", "18", SampleFile.Li], ["缴费基数", "元", 8000m], ["示例：", $"{SampleFile.Li} 李四"]];
        object?[][] sums = [["单位编号", "单位名称", "人数", "缴费合计"], ["1", "某厂", 2m, 12000m]];
        object?[][] read = [Payroll, Zhang];
        Assert.Multiple(() =>
        {
            Assert.That(SampleFile.Read(SampleWorkbook.Xlsx(notes, read, sums, [])).Payroll, Has.Count.EqualTo(1));
            Assert.That(SampleFile.Read(SampleWorkbook.Xlsx(read, [Li])).Refusal, Is.EqualTo(new Rejection("SHEETS_SEVERAL", 1, "", "表2", "1")), "without a header");
            Assert.That(SampleFile.Read(SampleWorkbook.Xlsx([Li], read)).Refusal?.Code, Is.EqualTo("SHEETS_SEVERAL"), "before it");
            Assert.That(SampleFile.Read(SampleWorkbook.Xlsx(read, [[SampleFile.Li, 6000m, 120m, 480m]])).Refusal?.Code, Is.EqualTo("SHEETS_SEVERAL"), "in another order");
            Assert.That(SampleFile.Read(SampleWorkbook.Xlsx(read, [["1", "某厂", "李四", null, "2021-06", 6000m, 120m, 480m]])).Refusal?.Code, Is.EqualTo("SHEETS_SEVERAL"), "without a number");
            byte[] hidden = Edited(SampleWorkbook.Xlsx(read, [Li]), "workbook.xml", xml => xml.Replace("name=\"表2\"", "name=\"表2\" state=\"hidden\"", StringComparison.Ordinal));
            Assert.That(SampleFile.Read(hidden).Refusal?.Code, Is.EqualTo("SHEETS_SEVERAL"), "hidden");
            byte[] unseen = Edited(SampleWorkbook.Xlsx(notes, read), "workbook.xml", xml => xml.Replace("name=\"表2\"", "name=\"表2\" state=\"veryHidden\"", StringComparison.Ordinal));
            Assert.That(SampleFile.Read(unseen).Refusal?.Code, Is.EqualTo("SHEET_HIDDEN"));
        });
    }

    [Test]
    public void A_unit_in_the_name_of_the_sheet_refuses_the_file()
    {
        byte[] file = Edited(SampleWorkbook.Xlsx([Payroll, Zhang]), "workbook.xml", xml => xml.Replace("name=\"表1\"", "name=\"六月（千元）\"", StringComparison.Ordinal));
        Assert.That(SampleFile.Read(file).Refusal, Is.EqualTo(new Rejection("UNIT_NOT_YUAN", 1, "", "千元", "元")));
    }

    [Test]
    public void Parts_are_found_by_their_relationships_whatever_their_names()
    {
        byte[] plain = SampleWorkbook.Xlsx([Payroll, Zhang, Li]);
        IEnumerable<PayrollLine> lines = SampleFile.Read(plain).Payroll;
        Assert.Multiple(() =>
        {
            Assert.That(SampleFile.Read(Renamed(plain, n => n.Replace('/', '\\'))).Payroll, Is.EqualTo(lines), "backslashes");
            Assert.That(SampleFile.Read(Renamed(plain, n => n.ToUpperInvariant())).Payroll, Is.EqualTo(lines), "another case");
            Assert.That(SampleFile.Read(Renamed(plain, n => "/" + n)).Payroll, Is.EqualTo(lines), "from the root");
            byte[] elsewhere = Edited(plain, ".rels", xml => xml.Replace("Target=\"xl/", "Target=\"/xl/../xl/", StringComparison.Ordinal));
            Assert.That(SampleFile.Read(elsewhere).Payroll, Is.EqualTo(lines), "a way round");
            byte[] twice = Renamed(plain, n => n, also: ("XL/WORKBOOK.XML", "<workbook/>"));
            Assert.That(SampleFile.Read(twice).Refusal?.Code, Is.EqualTo("FILE_UNREADABLE"), "two parts of one name");
        });
    }

    internal static byte[] Edited(byte[] xlsx, string part, Func<string, string> edit) => Rewritten(xlsx, n => n, (n, xml) => n.EndsWith(part, StringComparison.Ordinal) ? edit(xml) : xml);

    private static byte[] Renamed(byte[] xlsx, Func<string, string> name, (string Name, string Xml)? also = null) => Rewritten(xlsx, name, (_, xml) => xml, also);

    private static byte[] Rewritten(byte[] xlsx, Func<string, string> name, Func<string, string, string> edit, (string Name, string Xml)? also = null)
    {
        var file = new MemoryStream();
        using (var from = new ZipArchive(new MemoryStream(xlsx)))
        using (var to = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (ZipArchiveEntry part in from.Entries)
            {
                using var reader = new StreamReader(part.Open());
                using var writer = new StreamWriter(to.CreateEntry(name(part.FullName)).Open());
                writer.Write(edit(part.FullName, reader.ReadToEnd()));
            }

            if (also is { } more)
            {
                using var writer = new StreamWriter(to.CreateEntry(more.Name).Open());
                writer.Write(more.Xml);
            }
        }

        return file.ToArray();
    }
}

using System.Text;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Testing;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Files;

/// <summary>Workbooks as spreadsheet programs and libraries save them.</summary>
public sealed class LibreOfficeTests
{
    private static readonly object?[] Payroll = SampleWorkbook.Cells(SampleFile.PayrollHeader)[0];
    private static readonly object?[] Zhang = ["1", "某厂", "张三", SampleFile.Zhang, "2021-06", 5000m, 100m, 400m];
    private static readonly object?[] Li = ["1", "某厂", "李四", SampleFile.Li, "2021-06", 6000m, 120m, 480m];
    private static readonly object?[] Pensions = ["姓名", "公民身份号码", "所属期", "上年度月平均养老金", "本年月平均养老金", "当月养老金"];
    private static readonly object?[] Retired = ["张三", SampleFile.Zhang, "2021-06", 9000m, null, 6482.5m];

    private DirectoryInfo folder = null!;

    [SetUp]
    public void SetUp() => folder = Directory.CreateTempSubdirectory("batch-libreoffice-");

    [TearDown]
    public void TearDown() => folder.Delete(recursive: true);

    [TestCaseSource(typeof(Workbooks), nameof(Workbooks.Writers))]
    public async Task The_same_people_saved_by_any_program_are_the_same_lines(string writer)
    {
        string text = SampleFile.Payroll(1000);
        string csv = Path.Combine(folder.FullName, "六月.csv");
        await File.WriteAllTextAsync(csv, text, new UTF8Encoding(false));
        Reading reading = SampleFile.ReadPath(await Workbooks.SaveAsync(writer, csv, folder.FullName));
        Assert.That((reading.Refusal, reading.Codes), Is.EqualTo(((Rejection?)null, "")));
        Assert.That(reading.Payroll, Is.EqualTo(SampleFile.Read(text).Payroll));
    }

    [TestCase("xls", "D2", "t=\"e\"><f>NA()</f><v>#N/A</v></c>", "CELL_ERROR", "#N/A")]
    [TestCase("xls", "D2", "t=\"e\"><f>1/0</f><v>#DIV/0!</v></c>", "CELL_ERROR", "#DIV/0!")]
    [TestCase("xlsx", "D2", "t=\"e\"><f>1/0</f><v>#DIV/0!</v></c>", "CELL_ERROR", "#DIV/0!")]
    [TestCase("xls", "D2", "s=\"1\"/>", "", "")]
    [TestCase("xlsx", "D2", "s=\"1\"/>", "", "")]
    [TestCase("xls", "D2", "t=\"str\"><f>IF(1=2,1,\"\")</f><v></v></c>", "", "")]
    [TestCase("xls", "D2", "><f>4500*2</f><v>9000</v></c>", "", "")]
    public async Task An_error_is_told_from_a_blank_and_from_a_formula(string format, string cell, string xml, string codes, string found)
    {
        byte[] file = WorkbookCellTests.Edited(SampleWorkbook.Xlsx([Pensions, Retired]), "sheet1.xml", sheet => sheet.Replace("<c r=\"D2\"><v>9000</v></c>", $"<c r=\"{cell}\" {xml}", StringComparison.Ordinal));
        Reading reading = await SavedAsync(file, format);
        Assert.That((reading.Codes, string.Concat(reading.Rejections.Select(r => r.Found))), Is.EqualTo((codes, found)));
    }

    [TestCase("xls")]
    [TestCase("xlsx")]
    public async Task What_is_hidden_merged_or_shown_otherwise_is_told_in_either_format(string format)
    {
        byte[] plain = SampleWorkbook.Xlsx([Payroll, Zhang, Li], [["填表说明"]]);
        byte[] row = WorkbookCellTests.Edited(plain, "sheet1.xml", xml => xml.Replace("<row r=\"3\">", "<row r=\"3\" hidden=\"1\">", StringComparison.Ordinal));
        byte[] column = WorkbookCellTests.Edited(plain, "sheet1.xml", xml => xml.Replace("<sheetData>", "<cols><col min=\"6\" max=\"6\" width=\"9\" hidden=\"1\"/></cols><sheetData>", StringComparison.Ordinal));
        byte[] shown = WorkbookCellTests.Edited(plain, "sheet1.xml", xml => xml.Replace("<c r=\"F2\">", "<c r=\"F2\" s=\"1\">", StringComparison.Ordinal));
        shown = WorkbookCellTests.Edited(shown, "styles.xml", xml => xml.Replace("<cellXfs", "<numFmts><numFmt numFmtId=\"164\" formatCode=\"0.0000,\"/></numFmts><cellXfs", StringComparison.Ordinal).Replace("numFmtId=\"14\"", "numFmtId=\"164\"", StringComparison.Ordinal));
        Assert.That((await SavedAsync(plain, format)).Payroll, Has.Count.EqualTo(2));
        Assert.That((await SavedAsync(row, format)).Codes, Is.EqualTo("ROW_HIDDEN"));
        Assert.That((await SavedAsync(column, format)).Refusal?.Code, Is.EqualTo("COLUMN_HIDDEN"));
        Assert.That((await SavedAsync(shown, format)).Codes, Is.EqualTo("CELL_SHOWS_OTHER"));
        Assert.That((await SavedAsync(SampleWorkbook.Xlsx([[Pensions, Retired]], "<mergeCells><mergeCell ref=\"D2:E2\"/></mergeCells>"), format)).Codes, Is.EqualTo("CELL_MERGED CELL_MERGED"));
        Assert.That((await SavedAsync(SampleWorkbook.Xlsx([Payroll, Zhang], [Li]), format)).Refusal?.Code, Is.EqualTo("SHEETS_SEVERAL"));
    }

    [TestCase("xls", "<c r=\"E2\"><v>42886</v></c>")]
    [TestCase("xls", "<c r=\"E2\" s=\"1\"><v>42886</v></c>")]
    [TestCase("xlsx", "<c r=\"E2\"><v>42886</v></c>")]
    [TestCase("xlsx", "<c r=\"E2\" s=\"1\"><v>42886</v></c>")]
    public async Task Days_that_count_from_1904_are_the_days_that_were_meant(string format, string cell)
    {
        byte[] file = WorkbookCellTests.Edited(SampleWorkbook.Xlsx([[Payroll, Zhang]], "", sharedStrings: false), "sheet1.xml", xml => xml.Replace("<c r=\"E2\" t=\"inlineStr\"><is><t>2021-06</t></is></c>", cell, StringComparison.Ordinal));
        file = WorkbookCellTests.Edited(file, "workbook.xml", xml => xml.Replace("<sheets>", "<workbookPr date1904=\"1\"/><sheets>", StringComparison.Ordinal));
        Assert.That((await SavedAsync(file, format)).Payroll.Single().Month, Is.EqualTo(new YearMonth(2021, 6)));
    }

    /// <summary>The workbook, opened and saved again.</summary>
    private async Task<Reading> SavedAsync(byte[] xlsx, string format)
    {
        string path = Path.Combine(folder.FullName, "made.xlsx");
        await File.WriteAllBytesAsync(path, xlsx);
        return SampleFile.ReadPath(await LibreOffice.ConvertAsync(path, format, Directory.CreateDirectory(Path.Combine(folder.FullName, "saved")).FullName));
    }
}

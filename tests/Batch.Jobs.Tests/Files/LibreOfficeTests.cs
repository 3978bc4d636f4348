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

    private static readonly byte[] Plain = SampleWorkbook.Xlsx([Payroll, Zhang, Li], [["填表说明"]]);

    // What LibreOffice opens and saves again, all in one go.
    private static readonly Dictionary<string, byte[]> Made = new()
    {
        ["not-available"] = WithPrior("t=\"e\"><f>NA()</f><v>#N/A</v></c>"),
        ["divided-by-0"] = WithPrior("t=\"e\"><f>1/0</f><v>#DIV/0!</v></c>"),
        ["blank"] = WithPrior("s=\"1\"/>"),
        ["formula-of-nothing"] = WithPrior("t=\"str\"><f>IF(1=2,1,\"\")</f><v></v></c>"),
        ["formula"] = WithPrior("><f>4500*2</f><v>9000</v></c>"),
        ["plain"] = Plain,
        ["row-hidden"] = Sheet(Plain, xml => xml.Replace("<row r=\"3\">", "<row r=\"3\" hidden=\"1\">", StringComparison.Ordinal)),
        ["column-hidden"] = Sheet(Plain, xml => xml.Replace("<sheetData>", "<cols><col min=\"6\" max=\"6\" width=\"9\" hidden=\"1\"/></cols><sheetData>", StringComparison.Ordinal)),
        ["shown-otherwise"] = WorkbookCellTests.Edited(
            Sheet(Plain, xml => xml.Replace("<c r=\"F2\">", "<c r=\"F2\" s=\"1\">", StringComparison.Ordinal)), "styles.xml",
            xml => xml.Replace("<cellXfs", "<numFmts><numFmt numFmtId=\"164\" formatCode=\"0.0000,\"/></numFmts><cellXfs", StringComparison.Ordinal).Replace("numFmtId=\"14\"", "numFmtId=\"164\"", StringComparison.Ordinal)),
        ["merged"] = SampleWorkbook.Xlsx([[Pensions, Retired]], "<mergeCells><mergeCell ref=\"D2:E2\"/></mergeCells>"),
        ["sheets"] = SampleWorkbook.Xlsx([Payroll, Zhang], [Li]),
        ["days-from-1904"] = From1904("<c r=\"E2\"><v>42886</v></c>"),
        ["days-from-1904-shown-as-days"] = From1904("<c r=\"E2\" s=\"1\"><v>42886</v></c>"),
    };

    private DirectoryInfo folder = null!;

    [OneTimeSetUp]
    public async Task SaveAllAsync()
    {
        folder = Directory.CreateTempSubdirectory("batch-libreoffice-");
        List<string> files = [];
        foreach ((string name, byte[] bytes) in Made.Concat(FileTemplateTests.Contents.Select(c => KeyValuePair.Create($"template-{c}", FileTemplateTests.Filled(c)))))
        {
            files.Add(Path.Combine(folder.FullName, name + ".xlsx"));
            await File.WriteAllBytesAsync(files[^1], bytes);
        }

        foreach (string format in (string[])["xls", "xlsx"])
        {
            await LibreOffice.ConvertAllAsync(files, format, Path.Combine(folder.FullName, "saved"));
        }
    }

    [OneTimeTearDown]
    public void TearDown() => folder.Delete(recursive: true);

    [TestCaseSource(typeof(Workbooks), nameof(Workbooks.Writers))]
    public async Task The_same_people_saved_by_any_program_are_the_same_lines(string writer)
    {
        string text = SampleFile.Payroll(1000);
        string csv = Path.Combine(folder.FullName, $"六月-{writer.Replace('.', '-')}.csv");
        await File.WriteAllTextAsync(csv, text, new UTF8Encoding(false));
        Reading reading = SampleFile.ReadPath(await Workbooks.SaveAsync(writer, csv, folder.FullName));
        Assert.That((reading.Refusal, reading.Codes), Is.EqualTo(((Rejection?)null, "")));
        Assert.That(reading.Payroll, Is.EqualTo(SampleFile.Read(text).Payroll));
    }

    [TestCase("xls", "not-available", "CELL_ERROR", "#N/A")]
    [TestCase("xls", "divided-by-0", "CELL_ERROR", "#DIV/0!")]
    [TestCase("xlsx", "divided-by-0", "CELL_ERROR", "#DIV/0!")]
    [TestCase("xls", "blank", "", "")]
    [TestCase("xlsx", "blank", "", "")]
    [TestCase("xls", "formula-of-nothing", "", "")]
    [TestCase("xls", "formula", "", "")]
    public void An_error_is_told_from_a_blank_and_from_a_formula(string format, string made, string codes, string found)
    {
        Reading reading = Saved(made, format);
        Assert.That((reading.Codes, string.Concat(reading.Rejections.Select(r => r.Found))), Is.EqualTo((codes, found)));
    }

    [TestCase("xls")]
    [TestCase("xlsx")]
    public void What_is_hidden_merged_or_shown_otherwise_is_told_in_either_format(string format)
    {
        Assert.That(Saved("plain", format).Payroll, Has.Count.EqualTo(2));
        Assert.That(Saved("row-hidden", format).Codes, Is.EqualTo("ROW_HIDDEN"));
        Assert.That(Saved("column-hidden", format).Refusal?.Code, Is.EqualTo("COLUMN_HIDDEN"));
        Assert.That(Saved("shown-otherwise", format).Codes, Is.EqualTo("CELL_SHOWS_OTHER"));
        Assert.That(Saved("merged", format).Codes, Is.EqualTo("CELL_MERGED CELL_MERGED"));
        Assert.That(Saved("sheets", format).Refusal?.Code, Is.EqualTo("SHEETS_SEVERAL"));
    }

    [TestCase("xls", "days-from-1904")]
    [TestCase("xls", "days-from-1904-shown-as-days")]
    [TestCase("xlsx", "days-from-1904")]
    [TestCase("xlsx", "days-from-1904-shown-as-days")]
    public void Days_that_count_from_1904_are_the_days_that_were_meant(string format, string made) =>
        Assert.That(Saved(made, format).Payroll.Single().Month, Is.EqualTo(new YearMonth(2021, 6)));

    [Test]
    public void A_template_filled_in_and_saved_by_a_spreadsheet_is_read([ValueSource(typeof(FileTemplateTests), nameof(FileTemplateTests.Contents))] FileContent content, [Values("xls", "xlsx")] string format)
    {
        Reading reading = Saved($"template-{content}", format);
        Assert.That((reading.Refusal?.Code, reading.Codes, reading.Content, reading.Rows), Is.EqualTo(((string?)null, "", (FileContent?)content, 1)));
    }

    private static byte[] Sheet(byte[] file, Func<string, string> edit) => WorkbookCellTests.Edited(file, "sheet1.xml", edit);

    /// <summary>A pension file whose prior year's average is another cell.</summary>
    private static byte[] WithPrior(string xml) =>
        Sheet(SampleWorkbook.Xlsx([Pensions, Retired]), sheet => sheet.Replace("<c r=\"D2\"><v>9000</v></c>", $"<c r=\"D2\" {xml}", StringComparison.Ordinal));

    /// <summary>A payroll file that counts its days from 1904 and has such a day for its month.</summary>
    private static byte[] From1904(string cell)
    {
        byte[] file = Sheet(SampleWorkbook.Xlsx([[Payroll, Zhang]], "", sharedStrings: false), xml => xml.Replace("<c r=\"E2\" t=\"inlineStr\"><is><t>2021-06</t></is></c>", cell, StringComparison.Ordinal));
        return WorkbookCellTests.Edited(file, "workbook.xml", xml => xml.Replace("<sheets>", "<workbookPr date1904=\"1\"/><sheets>", StringComparison.Ordinal));
    }

    private Reading Saved(string made, string format) => SampleFile.ReadPath(Path.Combine(folder.FullName, "saved", $"{made}.{format}"));
}

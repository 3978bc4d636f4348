using System.Globalization;
using System.IO.Compression;
using System.Security;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Files;

/// <summary>Workbooks to fill in: filled in with their own examples, they are read without a fault.</summary>
public sealed class FileTemplateTests
{
    internal static readonly FileContent[] Contents = [FileContent.Payroll, FileContent.Pension, FileContent.Persons, FileContent.Receipts, FileContent.Bank, FileContent.Movements];

    [TestCaseSource(nameof(Contents))]
    public void A_template_that_is_filled_in_with_its_examples_is_one_row_of_its_content(FileContent content)
    {
        string file = Path.GetTempFileName();
        File.WriteAllBytes(file, Filled(content));
        Reading reading = SampleFile.ReadPath(file);
        File.Delete(file);
        Assert.That((reading.Refusal?.Code, reading.Codes, reading.Content, reading.Rows), Is.EqualTo(((string?)null, "", (FileContent?)content, 1)));
    }

    [TestCaseSource(nameof(Contents))]
    public void A_template_as_it_is_holds_no_row_that_could_be_taken_for_a_person(FileContent content)
    {
        string file = Path.GetTempFileName();
        File.WriteAllBytes(file, Empty(content));
        Reading reading = SampleFile.ReadPath(file);
        File.Delete(file);
        Assert.That(reading.Rows, Is.Zero);
    }

    [Test]
    public void Columns_that_take_certain_words_have_a_list_of_them_and_long_numbers_stay_text()
    {
        string sheet = Part(Empty(FileContent.Movements), "sheet1.xml");
        Assert.That(sheet, Does.Contain("<formula1>\"药店,门诊,住院,居民医保缴费\"</formula1>").And.Contain("<formula1>\"出国定居,死亡继承,无继承人,放弃,异地安置,重大疾病,其他\"</formula1>"));
        Assert.That(sheet, Does.Match("<col min=\"1\" max=\"1\" [^>]*style=\"6\""));
        // Grounds of closing an account: moving away is one, an illness is none.
        Assert.That(Part(Empty(FileContent.Persons), "sheet1.xml"), Does.Contain("<formula1>\"出国定居,死亡继承,无继承人,放弃,异地安置,其他,转出\"</formula1>"));
    }

    /// <summary>The template with its examples in the first row below the header: amounts as numbers, everything else as text.</summary>
    internal static byte[] Filled(FileContent content) => WorkbookCellTests.Edited(
        Empty(content), "sheet1.xml", xml => xml.Replace("</sheetData>", $"<row r=\"2\">{string.Concat(ContentColumns.Of(content).Select(Cell))}</row></sheetData>", StringComparison.Ordinal));

    private static string Cell(ContentColumn column, int index)
    {
        string place = string.Create(CultureInfo.InvariantCulture, $"{(char)('A' + index)}2");
        return column.Example.Length == 0 ? $"<c r=\"{place}\"/>"
            : column.IsAmount ? $"<c r=\"{place}\" s=\"1\"><v>{column.Example}</v></c>"
            : $"<c r=\"{place}\" s=\"6\" t=\"inlineStr\"><is><t>{SecurityElement.Escape(column.Example)}</t></is></c>";
    }

    private static byte[] Empty(FileContent content)
    {
        using MemoryStream file = new();
        FileTemplate.Write(content, "填报", file);
        return file.ToArray();
    }

    private static string Part(byte[] workbook, string name)
    {
        using ZipArchive archive = new(new MemoryStream(workbook));
        using StreamReader reader = new(archive.Entries.Single(e => e.Name == name).Open());
        return reader.ReadToEnd();
    }
}

using System.IO.Compression;
using Batch.Jobs.Files;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Files;

/// <summary>A workbook as it is printed: A4 across, every column on the sheet, the header and the title on each.</summary>
public sealed class XlsxReportTests
{
    [Test]
    public void A_workbook_is_made_for_paper()
    {
        using MemoryStream file = new();
        using (XlsxReport report = new(file))
        {
            report.Begin("单位汇总", "单位 A&B 2021-06", [new("单位名称", "employer", ColumnContent.Text), new("人数", "people", ColumnContent.Count)]);
            report.Complete();
        }

        using ZipArchive archive = new(file);
        string sheet = Text(archive, "xl/worksheets/sheet1.xml");
        Assert.Multiple(() =>
        {
            Assert.That(sheet, Does.Contain("<pageSetUpPr fitToPage=\"1\" />").And.Contain("<pageSetup paperSize=\"9\" orientation=\"landscape\" fitToHeight=\"0\" />"));
            Assert.That(sheet, Does.Contain("<oddHeader>&amp;C单位 A&amp;&amp;B 2021-06</oddHeader>").And.Contain("&amp;P / &amp;N"));
            Assert.That(sheet, Does.Contain("<col min=\"1\" max=\"1\" width=\"24\"").And.Contain("<col min=\"2\" max=\"2\" width=\"11\""));
            Assert.That(Text(archive, "xl/workbook.xml"), Does.Contain("<definedName name=\"_xlnm.Print_Titles\" localSheetId=\"0\">'单位汇总'!$1:$1</definedName>"));
        });
    }

    private static string Text(ZipArchive archive, string name)
    {
        using StreamReader reader = new(archive.GetEntry(name)!.Open());
        return reader.ReadToEnd();
    }
}

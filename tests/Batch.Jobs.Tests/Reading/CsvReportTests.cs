using System.Text;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Reading;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Reading;

public sealed class CsvReportTests
{
    private static readonly ReportColumn[] Columns = [new("名称", "name", ColumnContent.Text), new("金额", "amount", ColumnContent.Yuan)];

    [TestCase("=SUM(A1)", "'=SUM(A1)")]
    [TestCase("+86", "'+86")]
    [TestCase("-1", "'-1")]
    [TestCase("@x", "'@x")]
    [TestCase("\tx", "'\tx")]
    [TestCase("江城, 甲", "\"江城, 甲\"")]
    [TestCase("say \"a\"", "\"say \"\"a\"\"\"")]
    [TestCase("=1,2", "\"'=1,2\"")]
    [TestCase("91420100MA4KDE7M6J", "91420100MA4KDE7M6J")]
    public void Text_that_a_spreadsheet_would_compute_is_made_inert_and_amounts_stay_numbers(string text, string written)
    {
        using var file = new MemoryStream();
        using (var report = new CsvReport(file))
        {
            report.Row(Columns, [text, -500]);
            report.Complete();
            string line = Encoding.UTF8.GetString(file.ToArray()).TrimStart('\uFEFF');
            Assert.That(line, Is.EqualTo(written + ",-5.00\n"));
        }
    }

    [Test]
    public void Gb18030_on_request_has_no_mark_and_keeps_rare_characters()
    {
        using var file = new MemoryStream();
        using (var report = new CsvReport(file, ReportEncoding.Gb18030))
        {
            report.Row(Columns, ["张𠮷", 100]);
            report.Complete();
            // 张 is D5 C5; 𠮷 (U+20BB7) takes four bytes.
            Assert.That(Convert.ToHexStringLower(file.ToArray()), Is.EqualTo("d5c59534b235" + Convert.ToHexStringLower(",1.00\n"u8)));
        }
    }

    // A masked number, a sex and a date of birth leave some dozens of numbers.
    [Test]
    public void No_report_of_persons_has_a_column_that_helps_to_complete_their_numbers()
    {
        string[] telling = ["出生", "年龄", "性别", "birth", "age", "sex"];
        Report[] personal = [.. AllReports.List.Where(r => r.Columns.Any(c => c.Content == ColumnContent.CitizenNumber))];
        Assert.That(personal, Has.Length.GreaterThanOrEqualTo(3));
        Assert.That(personal.SelectMany(r => r.Columns).Select(c => c.Header).Where(h => h.Split(' ', '(', ')').Any(w => telling.Any(t => w == t || (t[0] > 127 && w.Contains(t, StringComparison.Ordinal))))), Is.Empty);
    }

    [TestCase("张三", "张*")]
    [TestCase("欧阳小明", "欧*")]
    [TestCase("𠮷田", "𠮷*")]
    [TestCase("", "")]
    public void A_name_shows_its_first_character(string name, string shown) => Assert.That(Masking.Name(name), Is.EqualTo(shown));
}

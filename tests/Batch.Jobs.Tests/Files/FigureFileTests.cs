using System.Text;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Files;

/// <summary>A file with the figures of a year: what is taken, and what is told of a row that is not certain.</summary>
public sealed class FigureFileTests
{
    private static readonly DatedFigure Wage = new("average-wage", new YearMonth(2026, 1), 12345.6m, "文 1");
    private static readonly DatedFigure Lowest = new("base-min", new YearMonth(2026, 7), 7500m, "文 2");

    private const string Header = "数值,起始月份,元/月,文号\n";

    [TestCase(Header + "上年度职工月平均工资,2026-01,\"12,345.60\",文 1\n缴费基数上限,2026-07,,\n缴费基数下限,2026年7月,7500元,文 2\n")]
    [TestCase("figure;from;yuan;document\naverage-wage;202601;12345.6;文 1\nbase-min;2026/7;７５００;文 2\n")]
    [TestCase("武汉市 2026 年度数值\n\n数值 (figure),起始月份 (from),元/月 (yuan),文号 (document),现行数值\naverage-wage,2026-01,12345.60,文 1,9000\n基数下限（元）,2026-07,7500,文 2,\n")]
    public void Figures_are_read_by_their_names_and_rows_without_an_amount_left_out(string text)
    {
        Assert.That(Read(Encoding.UTF8.GetBytes(text)), Is.EqualTo(new[] { Wage, Lowest }));
        Assert.That(Read(CodePagesEncodingProvider.Instance.GetEncoding("GB18030")!.GetBytes(text)), Is.EqualTo(new[] { Wage, Lowest }));
    }

    [Test]
    public void A_workbook_is_read_as_the_same_table() => Assert.That(
        Read(SampleWorkbook.Xlsx([["数值", "起始月份", "元/月", "文号"], ["average-wage", "2026-01", 12345.6m, "文 1"], ["base-min", "2026-07", 7500m, null]]), "文 2"), Is.EqualTo(new[] { Wage, Lowest }));

    [TestCase("平均分,2026-01,1,x", "FIGURE_UNKNOWN")]
    [TestCase("average-wage,2026.1,1,x", "MONTH_INVALID")]
    [TestCase("average-wage,2026.10,1,x", "MONTH_INVALID")]
    [TestCase("average-wage,2026-13,1,x", "MONTH_INVALID")]
    [TestCase("average-wage,2026-01,0,x", "FIGURE_UNUSABLE")]
    [TestCase("average-wage,2026-01,-1,x", "FIGURE_UNUSABLE")]
    [TestCase("average-wage,2026-01,1.005,x", "FIGURE_UNUSABLE")]
    [TestCase("average-wage,2026-01,1.2万,x", "FIGURE_UNUSABLE")]
    [TestCase("average-wage,2026-01,1,", "DOCUMENT_MISSING")]
    [TestCase("average-wage,2026-01,1,x\nbase-min,2026-01,1,x\n上年度职工月平均工资,2026年1月,2,y", "FIGURE_TWICE")]
    [TestCase("average-wage,2026-01,,x", "FIGURES_MISSING")]
    public void A_row_that_is_not_certain_is_told_and_nothing_is_taken(string rows, string code)
    {
        PolicyFault fault = FaultOf(Encoding.UTF8.GetBytes(Header + rows));
        Assert.That((fault.Code, fault.File), Is.EqualTo((code, "f.csv")));
        Assert.That(fault.Line, Is.EqualTo(rows.Count(c => c == '\n') + 2));
    }

    [TestCase("数值,起始月份,金额\n单位：万元,,\n", "FIGURES_MISSING")]
    [TestCase("单位：万元\n数值,起始月份,金额\naverage-wage,2026-01,1\n", "UNIT_NOT_YUAN")]
    [TestCase("月份,金额\n2026-01,1\n", "HEADER_UNKNOWN")]
    public void A_file_that_is_no_table_of_figures_in_yuan_is_told(string text, string code) => Assert.That(FaultOf(Encoding.UTF8.GetBytes(text)).Code, Is.EqualTo(code));

    [Test]
    public void A_month_in_a_number_cell_is_not_certain() => Assert.That(
        FaultOf(SampleWorkbook.Xlsx([["数值", "起始月份", "元/月", "文号"], ["average-wage", 2026.1m, 9000m, "x"]])).Code, Is.EqualTo("MONTH_INVALID"));

    // No byte of UTF-8 or GB18030 is 0xFF.
    [Test]
    public void Bytes_that_are_no_text_are_told() => Assert.That(
        FaultOf([.. Encoding.UTF8.GetBytes(Header + "average-wage,2026-01,1,x"), 0xFF, 0xFF, (byte)'\n']).Code, Is.EqualTo("ENCODING_INVALID"));

    [Test]
    public void What_is_not_seen_and_what_is_several_rows_is_not_believed()
    {
        object?[][] rows = [["数值", "起始月份", "元/月", "文号"], ["base-min", "2026-07", 7500m, "x"], ["base-max", "2026-07", null, "x"]];
        byte[] hidden = WorkbookCellTests.Edited(SampleWorkbook.Xlsx(rows), "sheet1.xml", xml => xml.Replace("<sheetData>", "<cols><col min=\"3\" max=\"3\" hidden=\"1\"/></cols><sheetData>", StringComparison.Ordinal));
        Assert.That(FaultOf(hidden).Code, Is.EqualTo("COLUMN_HIDDEN"));
        Assert.That(FaultOf(SampleWorkbook.Xlsx([rows], "<mergeCells><mergeCell ref=\"C2:C3\"/></mergeCells>")).Code, Is.EqualTo("CELL_MERGED"));
    }

    [Test]
    public void A_page_that_only_looks_like_a_workbook_is_told() => Assert.That(FaultOf("<html><table></table></html>"u8.ToArray()).Code, Is.Not.EqualTo("HEADER_UNKNOWN"));

    // 110000 has limits until 2026-06 and no average wage to publish.
    [Test]
    public void The_template_lists_what_has_to_be_published_and_is_read_again()
    {
        using MemoryStream file = new();
        FigureTemplate.Write(file, new PolicyInForce(ShippedPolicies.Load("110000"), [], 0), new YearMonth(2026, 12));
        string text = Encoding.UTF8.GetString(file.ToArray()).TrimStart('\uFEFF').ReplaceLineEndings("\n");
        string[] lines = text.TrimEnd('\n').Split('\n');
        Assert.That(lines[0], Is.EqualTo("数值,起始月份,元/月,文号,现行数值"));
        Assert.That(lines.Skip(1).Select(l => l.Split(',')[..2]), Is.EquivalentTo(new[] { new[] { "缴费基数上限", "2026-07" }, ["缴费基数下限", "2026-07"] }));
        string filled = text.Replace("2026-07,,,", "2026-07,9000,文 1,", StringComparison.Ordinal);
        Assert.That(Read(Encoding.UTF8.GetBytes(filled)).Select(f => (f.From, f.Value)), Is.EqualTo(Enumerable.Repeat((new YearMonth(2026, 7), 9000m), 2)));
    }

    private static PolicyFault FaultOf(byte[] file)
    {
        PolicyFaultException? fault = Assert.Throws<PolicyFaultException>(() => Read(file));
        Assert.That(fault!.Faults, Has.Count.EqualTo(1), string.Join('\n', fault.Faults));
        return fault.Faults[0];
    }

    private static IReadOnlyList<DatedFigure> Read(byte[] file, string? document = null)
    {
        string path = Path.Combine(Path.GetTempPath(), $"batch-figures-{Guid.NewGuid():N}");
        File.WriteAllBytes(path, file);
        try
        {
            return FigureFile.Read(path, "f.csv", document);
        }
        finally
        {
            File.Delete(path);
        }
    }
}

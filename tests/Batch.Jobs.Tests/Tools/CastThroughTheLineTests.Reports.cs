using System.Globalization;
using System.Text;
using Batch.Jobs.Files;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using ExcelDataReader;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Tools;

/// <summary>The reports on the cast.</summary>
public sealed partial class CastThroughTheLineTests
{
    private static IEnumerable<string> Kinds => AllReports.List.Select(r => r.Kind);

    private static IEnumerable<string> Months => Cast.Table("expected/months.csv").Select(r => r["postingMonth"]);

    [TestCaseSource(nameof(Months))]
    public async Task The_allocation_report_is_the_run_line_by_line(string month)
    {
        List<string[]> rows = await ReadCsvAsync("allocation", month);
        Dictionary<string, string> run = Cast.Table("expected/months.csv").Single(r => r["postingMonth"] == month);
        Assert.That(rows[^1], Is.EqualTo(new[] { "合计 total", "", "", "", run["personPaid"], run["employerPaid"], run["credited"], run["pool"], run["other"] }));
        IEnumerable<string> expected = Cast.Table("expected/postings.csv").Where(p => p["postingMonth"] == month).Select(p => string.Join(
            ',', p["id"][..4] + "*************" + p["id"][17..], p["name"][..1] + "*", p["contributionMonth"], p["personPaid"], p["employerPaid"], p["account"], p["pool"], p["other"]));
        AssertSame(expected, rows.Skip(1).SkipLast(1).Select(r => string.Join(',', r.Where((_, i) => i != 3))), "lines");
    }

    [TestCaseSource(nameof(Months))]
    public async Task Employers_age_tiers_and_the_pool_add_up_to_the_run(string month)
    {
        Dictionary<string, string> run = Cast.Table("expected/months.csv").Single(r => r["postingMonth"] == month);
        List<Dictionary<string, string>> paid = [.. Cast.Table("expected/postings.csv").Where(p => p["postingMonth"] == month)];
        string[] employers = (await ReadCsvAsync("employer", month))[^1];
        Assert.That((employers[3], employers[4]), Is.EqualTo((run["personPaid"], run["employerPaid"])));
        decimal toRetirees = run.Yuan("poolPaid");
        Assert.That(Number(employers[5]), Is.EqualTo(run.Yuan("credited") - toRetirees));
        string[] tiers = (await ReadCsvAsync("age-tier", month))[^1];
        Assert.That((tiers[3], tiers[4], tiers[5]), Is.EqualTo((paid.Count.ToString(CultureInfo.InvariantCulture), run["credited"], run["pool"])));
        string[] pool = (await ReadCsvAsync("pooled-fund", month))[^1];
        Assert.That(pool[5], Is.EqualTo(run["pool"]));
        Assert.That(Number(pool[3]) - Number(pool[4]), Is.EqualTo(Number(pool[5])));
    }

    [Test]
    public async Task The_certificate_goes_from_opening_to_closing()
    {
        List<string[]> rows = await ReadCsvAsync("certificate", "2021-12");
        Dictionary<string, string> run = Cast.Table("expected/months.csv").Single(r => r["postingMonth"] == "2021-12");
        decimal atYearEnd = Cast.Table("expected/balances.csv").Sum(b => b.Yuan("at2021-12-31"));
        // Wuhan's limits of the base in 2021 are not known: the certificate says so, between the runs and their totals.
        Assert.That(rows.Skip(1).Select(r => r[0].StartsWith("注意", StringComparison.Ordinal) ? "注意" : r[0]),
            Is.EqualTo(new[] { "期初 opening", "本月第 1 次划账（批次 12） allocation 1 of the month (run 12)", "最后入账（批次 12） last posting (run 12)", "注意", "注意", "本期合计 movements", "期末合计 closing" }));
        Assert.That((rows[2][1], rows[2][2]), Is.EqualTo(("operator", "reviewer")));
        Assert.That((Number(rows[1][8]), rows[^2][8], Number(rows[^1][8])), Is.EqualTo((atYearEnd - run.Yuan("credited"), run["credited"], atYearEnd)));
    }

    [Test]
    public void An_open_month_has_no_certificate() => Assert.That(
        async () => await WriteAsync("certificate", "2022-03", ReportFormat.Csv), Throws.TypeOf<DataFaultException>().With.Property("Code").EqualTo("MONTH_OPEN"));

    [TestCaseSource(nameof(Kinds))]
    public async Task The_same_facts_give_the_same_bytes_and_name_nobody(string kind)
    {
        foreach (ReportFormat format in Enum.GetValues<ReportFormat>())
        {
            byte[] first = await WriteAsync(kind, "2021-12", format);
            Assert.That(await WriteAsync(kind, "2021-12", format), Is.EqualTo(first));
        }

        string text = Encoding.UTF8.GetString(await WriteAsync(kind, "2021-12", ReportFormat.Csv));
        Assert.That(text, Does.StartWith("\uFEFF").And.Not.Contain("\r").And.EndWith("\n"));
        Assert.That(Cast.Table("expected/balances.csv").Where(b => text.Contains(b["id"], StringComparison.Ordinal) || text.Contains(b["name"], StringComparison.Ordinal)), Is.Empty);
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task The_workbook_holds_what_the_text_holds_with_numbers_as_numbers(string kind)
    {
        List<string[]> text = await ReadCsvAsync(kind, "2021-11");
        using var stream = new MemoryStream(await WriteAsync(kind, "2021-11", ReportFormat.Xlsx));
        using IExcelDataReader workbook = ExcelReaderFactory.CreateOpenXmlReader(stream);
        IReadOnlyList<ReportColumn> columns = AllReports.Find(kind)!.Columns;
        for (int row = 0; row < text.Count; row++)
        {
            Assert.That(workbook.Read(), $"row {row}");
            for (int i = 0; i < columns.Count; i++)
            {
                object? value = workbook.GetValue(i);
                string shown = value is double number ? number.ToString(columns[i].Content == ColumnContent.Yuan ? "0.00" : "0", CultureInfo.InvariantCulture) : value as string ?? "";
                Assert.That(shown, Is.EqualTo(text[row][i]), $"row {row}, {columns[i].Header}");
                Assert.That(value is double, Is.EqualTo(row > 0 && columns[i].IsNumber && text[row][i].Length > 0), $"row {row}, {columns[i].Header}");
            }
        }

        Assert.That(workbook.Read(), Is.False);
    }

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private async Task<List<string[]>> ReadCsvAsync(string kind, string month)
    {
        string text = Encoding.UTF8.GetString(await WriteAsync(kind, month, ReportFormat.Csv)).TrimStart('\uFEFF');
        string file = Path.GetTempFileName();
        try
        {
            // Read as a table without a header, so that headers and totals are rows like the others.
            await File.WriteAllTextAsync(file, string.Join(',', Enumerable.Range(0, AllReports.Find(kind)!.Columns.Count)) + "\n" + text);
            return [.. Jobs.Tools.SampleTable.Read(file).Select(r => r.Values.ToArray())];
        }
        finally
        {
            File.Delete(file);
        }
    }

    private async Task<byte[]> WriteAsync(string kind, string month, ReportFormat format)
    {
        string file = Path.Combine(Path.GetTempPath(), $"batch-report-{Environment.ProcessId}-{Guid.NewGuid():N}");
        try
        {
            YearMonth posting = NodaTime.Text.YearMonthPattern.Iso.Parse(month).Value;
            await ReportFile.WriteAsync(area, AllReports.Find(kind)!, posting, format, file, CancellationToken.None);
            return await File.ReadAllBytesAsync(file);
        }
        finally
        {
            File.Delete(file);
        }
    }
}

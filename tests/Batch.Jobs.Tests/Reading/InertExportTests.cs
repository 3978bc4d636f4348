using System.Globalization;
using System.IO.Compression;
using System.Xml.Linq;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Batch.Jobs.Tests.Runs;
using CsvHelper;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Reading;

/// <summary>Names that a spreadsheet would compute come out of every export inert, and numbers stay numbers.</summary>
public sealed class InertExportTests
{
    private const string Header = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额";
    private static readonly YearMonth January = new(2021, 1);
    private static readonly XNamespace Sheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private Town town = null!;
    private int submission;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        town = await Town.FoundAsync();
        string[] names = ["=1+1", "+86", "-甲", "@sum", "＝1", " =1", "\t=1"];
        IEnumerable<string> good = names.Select((n, i) => $"E{i},\"=HYPERLINK(\"\"x\"\")\",\"{n.TrimStart('\t')}\",{Town.Person(i + 1).Full()},2021-01,5000,100,400");
        IEnumerable<string> bad = names.Select((n, i) => $"E{i},\"{n.TrimStart('\t')}厂\",\"{n.TrimStart('\t')}\",{Town.Person(i + 50).Full()},=2021-01,-5000,=1+1,+400");
        FileOutcome outcome = await town.ImportAsync(Header, good.Concat(bad), January, SubmissionKind.Regular, false);
        Assert.That((outcome.Accepted, outcome.Rejected), Is.EqualTo((names.Length, names.Length)));
        submission = outcome.Submission!.Value;
        await town.PostMonthAsync(January);
        await town.PayrollAsync(January, "E0", [(Town.Person(1), 4000m)], SubmissionKind.Replacement, confirm: true);
        await town.PostMonthAsync(January);
        await town.CloseAsync(January);
    }

    [OneTimeTearDown]
    public async Task TearDown() => await town.DisposeAsync();

    private static IEnumerable<string> Kinds => AllReports.List.Select(r => r.Kind);

    [TestCaseSource(nameof(Kinds))]
    public async Task No_text_of_a_report_is_computed(string kind)
    {
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"inert-{kind}");
        await ReportFile.WriteAsync(await town.AreaAsync(), AllReports.Find(kind)!, January, ReportFormat.Csv, path + ".csv", default);
        await ReportFile.WriteAsync(await town.AreaAsync(), AllReports.Find(kind)!, January, ReportFormat.Xlsx, path + ".xlsx", default);
        AssertInertText(await File.ReadAllBytesAsync(path + ".csv"));
        AssertInertSheet(await File.ReadAllBytesAsync(path + ".xlsx"));
    }

    [TestCase(ReportFormat.Csv)]
    [TestCase(ReportFormat.Xlsx)]
    public async Task No_text_of_a_fix_pack_is_computed(ReportFormat format)
    {
        using MemoryStream pack = new();
        int rows = await new FixPacks(town.Area, IntakeLimits.Default).WriteAsync(submission, held: true, format, pack, default);
        Assert.That(rows, Is.EqualTo(7));
        if (format == ReportFormat.Csv)
        {
            AssertInertText(pack.ToArray());
        }
        else
        {
            AssertInertSheet(pack.ToArray());
        }
    }

    // A sign may begin a number, and nothing else.
    private static void AssertInertText(byte[] csv)
    {
        using CsvReader reader = CsvReader.Create(csv, new CsvReaderOptions { HasHeader = false, FieldCountMismatch = CsvFieldCountHandling.Allow });
        int fields = 0;
        while (reader.Read())
        {
            for (int i = 0; i < reader.FieldCount; i++, fields++)
            {
                string field = System.Text.Encoding.UTF8.GetString(reader.GetSpan(i)).TrimStart('\uFEFF');
                bool number = decimal.TryParse(field, NumberStyles.Number, CultureInfo.InvariantCulture, out _);
                Assert.That(number || !InertText.IsComputed(field), Is.True, field);
            }
        }

        Assert.That(fields, Is.GreaterThan(0));
    }

    private static void AssertInertSheet(byte[] xlsx)
    {
        using ZipArchive zip = new(new MemoryStream(xlsx));
        XElement[] cells = [.. zip.Entries.Where(e => e.FullName.StartsWith("xl/worksheets/sheet", StringComparison.Ordinal)).SelectMany(e =>
        {
            using Stream part = e.Open();
            return XDocument.Load(part).Descendants(Sheet + "c").ToList();
        })];
        Assert.That(cells, Is.Not.Empty);
        foreach (XElement cell in cells)
        {
            Assert.That(cell.Element(Sheet + "f"), Is.Null, "a formula");
            bool text = cell.Attribute("t")?.Value == "inlineStr";
            Assert.That(text || cell.Element(Sheet + "v") is null || decimal.TryParse(cell.Element(Sheet + "v")!.Value, NumberStyles.Number, CultureInfo.InvariantCulture, out _), Is.True, cell.Value);
        }
    }
}

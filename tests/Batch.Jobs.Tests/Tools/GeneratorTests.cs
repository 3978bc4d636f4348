using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Batch.Jobs.Tools;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Tools;

public sealed class GeneratorTests
{
    private string folder = "";

    [SetUp]
    public void MakeFolder() => folder = Directory.CreateTempSubdirectory("generate-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(folder, recursive: true);

    [Test]
    public void The_manifest_says_what_an_independent_reading_of_the_files_finds()
    {
        GenerateOutcome outcome = Write(Options(people: 3000) with { Months = 4, Faults = 0.03m });
        GeneratedFiles read = GeneratedFiles.Read(folder);
        JsonElement manifest = GeneratedFiles.Manifest(folder);

        Assert.That(manifest.GetProperty("people").GetInt32(), Is.EqualTo(3000));
        Assert.That(ByCode(manifest), Is.EqualTo(read.RejectedByCode));
        Assert.That(read.RejectedByCode.Keys, Is.SupersetOf(new[] { "ID_BLANK", "ID_LENGTH", "ID_CHECK_DIGIT", "MONTH_INVALID", "AMOUNT_UNREADABLE", "AMOUNT_NEGATIVE",
            "AMOUNT_PRECISION", "AMOUNT_MISMATCH", "AMOUNT_ZERO", "PENSION_MISSING" }));
        Assert.That(
            manifest.GetProperty("files").EnumerateArray().ToDictionary(f => f.GetProperty("file").GetString()!, f => (f.GetProperty("rows").GetInt32(), f.GetProperty("rejected").GetInt32())),
            Is.EquivalentTo(read.Files));
        Assert.That(
            manifest.GetProperty("months").EnumerateArray().ToDictionary(
                m => m.GetProperty("month").GetString()!, m => (Yuan(m, "personPaid"), Yuan(m, "employerPaid"), Yuan(m, "credited"))),
            Is.EquivalentTo(read.Months));
        Assert.That(outcome.Rejected, Is.EqualTo(read.RejectedByCode.Values.Sum()).And.EqualTo(outcome.RejectedByCode.Values.Sum()));
        Assert.That(outcome.Rows, Is.EqualTo(read.Files.Values.Sum(f => f.Rows)));
        Assert.That(outcome.Files, Is.EqualTo(read.Files.Count));
    }

    [Test]
    public void With_faulty_receipts_the_manifest_says_what_is_credited_in_the_month_in_which_the_money_came_and_what_is_left()
    {
        Write(Options(people: 4000) with { Months = 3, ReceiptFaults = 0.3m });
        GeneratedFiles read = GeneratedFiles.Read(folder);
        JsonElement[] months = [.. GeneratedFiles.Manifest(folder).GetProperty("months").EnumerateArray()];
        decimal suspense = 0;
        foreach (JsonElement month in months)
        {
            string name = month.GetProperty("month").GetString()!;
            (decimal person, decimal employer, decimal credited) = read.Months[name];
            List<GeneratedReceipt> came = [.. read.Receipts.Where(r => r.CameIn == name)];
            decimal unnamed = read.BankLines.Where(l => l.Month == name && l.Document.Length == 0).Sum(l => l.Amount);
            suspense += came.Sum(r => r.Amount) - person - employer;
            Assert.Multiple(() =>
            {
                Assert.That((Yuan(month, "personPaid"), Yuan(month, "employerPaid"), Yuan(month, "credited")), Is.EqualTo((person, employer, credited)), name);
                Assert.That((Yuan(month, "received"), Yuan(month, "lateFees")), Is.EqualTo((came.Sum(r => r.Amount), came.Sum(r => r.LateFee))), name);
                Assert.That((Yuan(month, "suspense"), Yuan(month, "unnamed")), Is.EqualTo((suspense, unnamed)), name);
                Assert.That(read.BankLines.Where(l => l.Month == name).Sum(l => l.Amount), Is.EqualTo(came.Sum(r => r.Amount + r.LateFee) + unnamed), name);
            });
        }

        // Each fault is there: late with its fee, a payer who declares nothing, two receipts of one amount, none named.
        Assert.That(read.Receipts.Exists(r => r.CameIn != r.Month && r.LateFee > 0));
        Assert.That(read.Receipts.Exists(r => r.Employer[0] == 'W'));
        Assert.That(read.Receipts.GroupBy(r => (r.Employer, r.Month, r.Amount)).Any(g => g.Count() == 2 && g.Select(r => r.Document).Distinct().Count() == 2));
        Assert.That(read.BankLines.Exists(l => l.Document.Length == 0));
        Assert.That(suspense, Is.GreaterThan(0));
    }

    [TestCase("460100", false, "months paid decide")]
    [TestCase("420100", true, "Movements")]
    public void Faulty_receipts_are_refused_where_what_comes_of_them_cannot_be_foretold(string area, bool movements, string told)
    {
        GenerateOptions options = Options(people: 10) with { Area = area, ReceiptFaults = 0.1m, Movements = movements, Month = new YearMonth(area == "460100" ? 2023 : 2021, 6) };
        Assert.That(() => Write(options), Throws.TypeOf<GenerateRefusedException>().With.Message.Contains(told));
    }

    [Test]
    public void Equal_options_give_equal_bytes_and_another_seed_gives_others()
    {
        GenerateOptions options = Options(people: 500) with { Months = 3, Faults = 0.05m };
        Write(options with { Directory = Path.Combine(folder, "a") });
        Write(options with { Directory = Path.Combine(folder, "b") });
        Write(options with { Directory = Path.Combine(folder, "c"), Seed = 8 });

        Assert.That(Hashes("b"), Is.EqualTo(Hashes("a")));
        Assert.That(Hashes("c").Values, Is.Not.SubsetOf(Hashes("a").Values));
    }

    [Test]
    public void Writing_over_a_larger_generation_leaves_nothing_of_it()
    {
        Write(Options(people: 2000) with { Files = FileLayout.Employer });
        Write(Options(people: 20) with { Files = FileLayout.Employer });
        Assert.That(GeneratedFiles.Manifest(folder).GetProperty("files").GetArrayLength(), Is.EqualTo(GeneratedFiles.Read(folder).Files.Count));

        Write(Options(people: 20));
        Assert.That(GeneratedFiles.Read(folder).Files.Keys, Is.EquivalentTo(new[] { "bank-202106.csv", "payroll-202106.csv", "pension-202106.csv", "receipts-202106.csv" }));
    }

    [Test]
    public void A_file_for_each_employer_holds_the_rows_of_the_one_file()
    {
        Write(Options(people: 2000) with { Directory = Path.Combine(folder, "one") });
        Write(Options(people: 2000) with { Directory = Path.Combine(folder, "each"), Files = FileLayout.Employer });

        string[] each = Directory.GetFiles(Path.Combine(folder, "each", "payroll-202106"));
        Array.Sort(each, StringComparer.Ordinal);
        IEnumerable<string> rows = each.SelectMany(f => File.ReadLines(f).Skip(1));
        Assert.That(rows, Is.EqualTo(File.ReadLines(Path.Combine(folder, "one", "payroll-202106.csv")).Skip(1)));
        Assert.That(each, Has.Length.InRange(80, 300));
        Assert.That(each.Select(f => File.ReadLines(f).ElementAt(1).Split(',')[0]), Is.Unique);
        Assert.That(each.Select(f => File.ReadLines(f).Skip(1).Select(r => r.Split(',')[0]).Distinct().Count()), Has.All.EqualTo(1));
    }

    [Test]
    public void Nobody_has_the_number_of_another()
    {
        Write(Options(people: 200_000));
        GeneratedFiles read = GeneratedFiles.Read(folder);
        HashSet<string> employed = read.In("payroll", "2021-06");
        HashSet<string> retired = read.In("pension", "2021-06");

        Assert.That((employed.Count, retired.Count), Is.EqualTo((150_000, 50_000)));
        Assert.That(employed.Overlaps(retired), Is.False);
        Assert.That(read.RejectedByCode, Is.Empty);
        Assert.That(employed.Min(Born), Is.InRange(1960, 1962));
        Assert.That(employed.Max(Born), Is.InRange(2002, 2003));
        Assert.That(retired.Min(Born), Is.InRange(1930, 1932));
    }

    [TestCase(0.1)]
    [TestCase(0.08)]
    public void Faults_never_refuse_a_whole_file(decimal share)
    {
        Write(Options(people: 20_000) with { Files = FileLayout.Employer, Faults = share });
        GeneratedFiles read = GeneratedFiles.Read(folder);
        Assert.That(read.Files.Values.Where(f => f.Rejected >= 50 && f.Rejected * 10 > f.Rows), Is.Empty);
        Assert.That(read.RejectedByCode.Values.Sum(), Is.InRange(20_000 * share * 0.85m, 20_000 * share * 1.1m));
    }

    [Test]
    public void More_than_a_tenth_of_faults_refuses_the_file_as_asked()
    {
        Write(Options(people: 2000) with { Faults = 0.5m });
        (int rows, int rejected) = GeneratedFiles.Read(folder).Files["payroll-202106.csv"];
        Assert.That(rejected, Is.InRange(rows * 45 / 100, rows * 55 / 100));
    }

    [Test]
    public void People_join_leave_retire_and_die_and_stand_accordingly()
    {
        Write(Options(people: 20_000) with { Month = new YearMonth(2021, 1), Months = 6 });
        GeneratedFiles read = GeneratedFiles.Read(folder);

        Assert.That(read.Changes.Select(c => c.Kind).Distinct(), Is.EquivalentTo(new[] { "新参保", "停保", "续保", "退休", "死亡" }));
        Dictionary<string, string> resumed = read.Changes.Where(c => c.Kind == "续保").ToDictionary(c => c.Id, c => c.Month);
        Assert.That(read.Changes.Where(c => c.Kind != "续保").Select(c => c.Id), Is.Unique);
        Assert.That(resumed.Count, Is.InRange(200, 400), "one in 120 a month of three quarters of the people begins a break, and ends it within five months");
        foreach ((string id, string kind, string on, string month) in read.Changes.Where(c => c.Kind != "续保"))
        {
            string back = resumed.GetValueOrDefault(id, "9999-12");
            string[] expected = kind switch
            {
                "停保" when resumed.ContainsKey(id) => [.. Months().Select(m => string.CompareOrdinal(m, month) < 0 || string.CompareOrdinal(m, back) >= 0 ? "payroll" : "")],
                "新参保" => [.. Months().Select(m => string.CompareOrdinal(m, month) >= 0 ? "payroll" : "")],
                "停保" => [.. Months().Select(m => string.CompareOrdinal(m, month) < 0 ? "payroll" : "")],
                "退休" => [.. Months().Select(m => string.CompareOrdinal(m, month) <= 0 ? "payroll" : "pension")],
                _ => [.. Months().Select(m => string.CompareOrdinal(m, month) > 0 ? "" : read.In("payroll", m).Contains(id) ? "payroll" : "pension")],
            };
            Assert.That(Months().Select(m => string.Concat(new[] { "payroll", "pension" }.Where(c => read.In(c, m).Contains(id)))), Is.EqualTo(expected), $"{kind} {on}");
            Assert.That(string.CompareOrdinal(on[..7], month), kind == "停保" ? Is.LessThan(0) : Is.EqualTo(0));
        }
    }

    [Test]
    public void The_rows_span_the_pensions_that_the_rule_tells_apart()
    {
        Write(Options(people: 4000));
        List<string[]> rows = [.. File.ReadLines(Path.Combine(folder, "pension-202106.csv")).Skip(1).Select(r => r.Split(','))];
        Assert.That(rows.Count(r => r[3].Length == 0 && r[4].Length > 0), Is.InRange(10, 60), "this year's average only");
        Assert.That(rows.Count(r => r[3].Length == 0 && r[4].Length == 0), Is.InRange(5, 40), "the month's only");
        Assert.That(rows.Count(r => r[3].Length > 0 && decimal.Parse(r[3], CultureInfo.InvariantCulture) < 5861.60m), Is.InRange(300, 800), "below the floor");
    }

    [TestCase(2020, 12, "average-wage")]
    [TestCase(2019, 6, "choose another month")]
    public void A_month_without_an_average_wage_is_refused_before_anything_is_written(int year, int month, string told)
    {
        GenerateOptions options = Options(people: 10) with { Month = new YearMonth(year, month), Directory = Path.Combine(folder, "none") };
        Assert.That(() => Write(options), Throws.TypeOf<GenerateRefusedException>().With.Message.Contains(told).And.Message.Contains($"{year}-{month:00}"));
        Assert.That(Directory.Exists(options.Directory), Is.False);
    }

    [Test]
    public void After_the_reform_the_retired_are_credited_83_flat()
    {
        GenerateOutcome outcome = Write(Options(people: 400) with { Month = new YearMonth(2023, 2) });
        Assert.That(outcome.Months[0].Credited, Is.EqualTo(outcome.Months[0].PersonPaid + (100 * 83_00)));
    }

    [Test]
    public void Where_credits_wait_for_receipt_each_employer_has_one_and_its_line_of_the_bank_in_the_order_to_import()
    {
        Write(Options(people: 1000) with { Area = "110000", Months = 2 });
        Dictionary<string, decimal> declared = File.ReadLines(Path.Combine(folder, "payroll-202107.csv")).Skip(1).Select(r => r.Split(','))
            .GroupBy(r => r[0]).ToDictionary(e => e.Key, e => e.Sum(r => Yuan(r[6]) + Yuan(r[7])));
        List<string[]> receipts = [.. File.ReadLines(Path.Combine(folder, "receipts-202107.csv")).Skip(1).Select(r => r.Split(','))];
        Assert.That(receipts.ToDictionary(r => r[0], r => Yuan(r[3])), Is.EquivalentTo(declared), "an employer pays once, what it declares");
        Assert.That(receipts.Select(r => $"{r[2]} {r[4]}"), Has.All.Match("^2021-07 2021-07-(0[89]|1[0-9]|2[0-8])$"));
        IEnumerable<string> bank = File.ReadLines(Path.Combine(folder, "bank-202107.csv")).Skip(1).Select(r => r.Split(',')).Select(r => $"{r[0]} {r[2]} {r[5]} {r[7]}");
        Assert.That(bank, Is.EqualTo(receipts.Select(r => $"{r[4]} {r[1]} {r[3]} {r[5]}")));
        Assert.That(
            GeneratedFiles.Manifest(folder).GetProperty("files").EnumerateArray().Select(f => $"{f.GetProperty("month")} {f.GetProperty("content")}"),
            Is.EqualTo(new[] { "06", "07" }.SelectMany(m => new[] { "persons", "payroll", "receipts", "bank", "pension" }.Select(c => $"2021-{m} {c}"))));
    }

    [Test]
    public void Where_unknown_people_are_held_everybody_is_enrolled_first()
    {
        Write(Options(people: 1000) with { Area = "110000", Months = 2 });

        HashSet<string> enrolled = [.. File.ReadLines(Path.Combine(folder, "persons-202106.csv")).Skip(1).Select(r => r.Split(',')).Select(r => $"{r[1]} {r[2]} {r[3]}")];
        IEnumerable<string> there = Ids("payroll-202106.csv", 3).Concat(Ids("pension-202106.csv", 1));
        Assert.That(enrolled, Is.EquivalentTo(there.Select(id => $"{id} 新参保 2021-06-01")));
        IEnumerable<string> known = Ids("persons-202106.csv", 1).Concat(
            File.ReadLines(Path.Combine(folder, "persons-202107.csv")).Select(r => r.Split(',')).Where(r => r[2] == "新参保").Select(r => r[1]));
        Assert.That(Ids("payroll-202107.csv", 3).Concat(Ids("pension-202107.csv", 1)), Is.SubsetOf(known));
    }

    [Test]
    public void A_figure_that_nobody_has_published_can_be_given()
    {
        GenerateOptions options = Options(people: 400) with { Area = "320300", Month = new YearMonth(2024, 1) };
        Assert.That(() => Write(options), Throws.TypeOf<GenerateRefusedException>().With.Message.Contains("average-pension"));
        GenerateOutcome outcome = Write(options with { Figures = new Dictionary<string, decimal> { ["average-pension"] = 4000m } });
        Assert.That(outcome.Months[0].Credited, Is.EqualTo(outcome.Months[0].PersonPaid + (100 * 100_00)), "2.5 % of 4000");
    }

    [Test]
    public void A_cancelled_generation_leaves_no_manifest()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.That(() => Generator.Write(Options(people: 10), cancelled.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(File.Exists(Path.Combine(folder, "manifest.json")), Is.False);
    }

    private GenerateOptions Options(int people) => new() { Area = "420100", People = people, Month = new YearMonth(2021, 6), Seed = 7, Directory = folder };

    private static GenerateOutcome Write(GenerateOptions options) => Generator.Write(options, CancellationToken.None);

    private IEnumerable<string> Ids(string file, int column) => File.ReadLines(Path.Combine(folder, file)).Skip(1).Select(r => r.Split(',')[column]);

    private static string[] Months() => [.. Enumerable.Range(1, 6).Select(m => $"2021-{m:00}")];

    private static int Born(string id) => int.Parse(id.AsSpan(6, 4), CultureInfo.InvariantCulture);

    private static decimal Yuan(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private static decimal Yuan(JsonElement month, string name) => decimal.Parse(month.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    private static Dictionary<string, int> ByCode(JsonElement manifest) =>
        manifest.GetProperty("rejectedByCode").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetInt32());

    private SortedDictionary<string, string> Hashes(string name)
    {
        string root = Path.Combine(folder, name);
        return new SortedDictionary<string, string>(
            Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
                .ToDictionary(f => Path.GetRelativePath(root, f), f => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f)))),
            StringComparer.Ordinal);
    }
}

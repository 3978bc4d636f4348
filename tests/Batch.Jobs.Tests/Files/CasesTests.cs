using System.Globalization;
using System.Text.RegularExpressions;
using Batch.Jobs.Files;
using Batch.Rules;
using Batch.Testing;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Files;

/// <summary>Every file of data-samples/cases against the table beside it, which was worked by hand.</summary>
public sealed partial class CasesTests
{
    private static readonly string Folder = Path.Combine(BatchCli.Root, "data-samples", "cases");

    private static readonly AreaPolicy Policy = ShippedPolicies.Load("420100");


    private static IEnumerable<TestCaseData> Table => File.ReadLines(Path.Combine(Folder, "README.md")).Where(l => l.StartsWith("| F", StringComparison.Ordinal))
        .Select(l => l.Split('|', StringSplitOptions.TrimEntries)).Where(c => c[4].Length > 0)
        .Select(c => new TestCaseData(c[1], c[2], c[4], c[5]).SetArgDisplayNames(c[1]));

    [TestCaseSource(nameof(Table))]
    public void A_case_comes_out_as_the_table_says(string file, string sentFor, string outcome, string credit)
    {
        YearMonth month = new(int.Parse(sentFor[..4], CultureInfo.InvariantCulture), int.Parse(sentFor[5..], CultureInfo.InvariantCulture));
        Reading reading = SampleFile.ReadPath(Path.Combine(Folder, file), month);
        YearMonth[] months = [.. reading.Payroll.Select(l => l.Month).Concat(reading.Pension.Select(l => l.Month)).Distinct()];
        int accepted = reading.Payroll.Count + reading.Pension.Count;
        string found = reading.Refusal is { } refusal ? $"refused {refusal.Code}"
            : accepted == reading.Rows ? $"accepted {accepted} of {string.Join(' ', months.Select(m => $"{m.Year:0000}-{m.Month:00}"))}"
            : $"rejected {reading.Rows - accepted} {string.Join(' ', reading.Rejections.Select(r => r.Code).Distinct())}";
        Assert.That(found, Is.EqualTo(outcome));
        Assert.That(reading.Refusal is null ? Credit(reading) : "", Is.EqualTo(credit));
    }

    [Test]
    public void The_table_has_every_file()
    {
        IEnumerable<string> said = File.ReadLines(Path.Combine(Folder, "README.md")).Select(l => Named().Match(l)).Where(m => m.Success).Select(m => m.Groups[1].Value);
        Assert.That(said, Is.EquivalentTo(Directory.EnumerateFiles(Folder).Select(f => Path.GetFileName(f)).Where(f => f != "README.md")));
    }

    private static string Credit(Reading reading)
    {
        Money sum = Money.Zero;
        foreach (PayrollLine line in reading.Payroll)
        {
            sum += Assessment.Assess(Policy.For(line.Month, []), new PersonMonth
            {
                Standing = Standing.Active,
                Birth = line.Id.Birth,
                Category = "unit",
                Base = line.Base,
                PersonPaid = line.PersonPaid,
                EmployerPaid = line.EmployerPaid,
            }).Account;
        }

        foreach (PensionLine line in reading.Pension)
        {
            sum += Assessment.Assess(Policy.For(line.Month, []), new PersonMonth
            {
                Standing = Standing.Retired,
                Birth = line.Id.Birth,
                Category = "unit",
                PensionPriorYear = line.PriorYear,
                PensionThisYear = line.ThisYear,
                PensionMonth = line.MonthPension,
            }).Account;
        }

        return sum.IsZero ? "" : sum.ToString();
    }

    [GeneratedRegex(@"^\| (F[^ ]+) \|")]
    private static partial Regex Named();
}

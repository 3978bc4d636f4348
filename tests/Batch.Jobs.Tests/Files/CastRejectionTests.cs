using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Tests.Tools;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Files;

/// <summary>The cast's files against the rejections that were worked out for them by hand, as far as a file can be judged without the register.</summary>
public sealed class CastRejectionTests
{
    private static readonly AreaPolicy Policy = ShippedPolicies.Load("420100");

    /// <summary>Only the register, or the month that the file is sent for, can tell these.</summary>
    private static readonly string[] NeedRegister = [Codes.AfterDeath, Codes.BeforeEnrolment, Codes.CardInUse, Codes.MonthAfterSubmission];

    private static IEnumerable<string> Files => Directory.EnumerateFiles(Cast.Folder, "*.csv", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(Cast.Folder, f).Replace('\\', '/')).Where(f => f.StartsWith("20", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Files))]
    public void A_file_of_the_cast_is_rejected_as_worked_by_hand(string file)
    {
        string month = file[..7];
        Reading reading = SampleFile.ReadPath(Path.Combine(Cast.Folder, file), new YearMonth(int.Parse(month[..4], null), int.Parse(month[5..], null)), today: new LocalDate(2022, 3, 1));
        List<Rejection> faults = reading.Refusal is { } refusal ? [refusal] : reading.Rejections;
        foreach (PayrollLine line in reading.Payroll)
        {
            LineChecks.CheckPayroll(line, Policy.For(line.Month, []), "unit", faults);
        }

        foreach (PensionLine line in reading.Pension)
        {
            LineChecks.CheckPension(line, Policy.For(line.Month, []), "unit", faults);
        }

        IEnumerable<string> expected = Cast.Table("expected/rejections.csv").Where(r => r["file"] == file && !NeedRegister.Contains(r["code"]))
            .Select(r => $"{r["row"]} {r["code"]} {r["column"]} {r["found"]}");
        Assert.That(faults.Select(reading.InItsWords).Select(f => $"{f.Row} {f.Code} {f.Column} {f.Found}"), Is.EquivalentTo(expected));
    }
}

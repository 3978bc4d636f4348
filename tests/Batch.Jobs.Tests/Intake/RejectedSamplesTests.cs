using Batch.Jobs.Intake;
using Batch.Rules;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Intake;

/// <summary>One tiny file per code in data-samples/rejected, and the exact message that each gives (expected.csv, worked by hand).</summary>
public sealed class RejectedSamplesTests
{
    /// <summary>Codes that no tiny file can raise: they need a huge file, the register, a category that only the register knows, or another policy.</summary>
    private static readonly string[] WithoutSample = [Codes.FileRefused, Codes.FileTooLarge, Codes.TooManyRows, Codes.ZipEntryTooLarge,
        Codes.AmountBelowShare, Codes.CategoryOpen, Codes.FigureMissing, Codes.PolicyGap];

    private static readonly AreaPolicy Policy = ShippedPolicies.Load("420100");

    private static string Folder
    {
        get
        {
            string? folder = TestContext.CurrentContext.TestDirectory;
            while (folder is not null && !Directory.Exists(Path.Combine(folder, "data-samples")))
            {
                folder = Path.GetDirectoryName(folder);
            }

            return Path.Combine(folder ?? throw new DirectoryNotFoundException("data-samples"), "data-samples", "rejected");
        }
    }

    private static IEnumerable<string[]> Expected => File.ReadAllLines(Path.Combine(Folder, "expected.csv")).Skip(1).Select(line => line.Split(',', 5));

    private static IEnumerable<TestCaseData> Samples => Expected.Select(e => new TestCaseData(e[0], e[1], e[2], e[3], e[4]).SetArgDisplayNames(e[0]));

    [TestCaseSource(nameof(Samples))]
    public void A_sample_gives_its_one_rejection_with_the_message_expected(string file, string code, string row, string column, string message)
    {
        Reading reading = SampleFile.ReadPath(Path.Combine(Folder, file));
        List<Rejection> faults = reading.Refusal is { } refusal ? [refusal] : reading.Rejections;
        foreach (PayrollLine line in reading.Payroll)
        {
            LineChecks.CheckPayroll(line, Policy.For(line.Month, []), "unit", faults);
        }

        foreach (PensionLine line in reading.Pension)
        {
            LineChecks.CheckPension(line, Policy.For(line.Month, []), "unit", faults);
        }

        Assert.That(faults.Select(f => (f.Code, $"{f.Row}", f.Column, RejectionCodes.Describe(f, "zh-CN"))), Is.EqualTo(new[] { (code, row, column, message) }));
    }

    [Test]
    public void Every_code_of_the_stateless_reader_has_a_sample()
    {
        IEnumerable<string> raised = RejectionCodes.All.Where(c => c.Level is CodeLevel.File or CodeLevel.Row or CodeLevel.Policy).Select(c => c.Code)
            .Except([Codes.AreaUnknown, Codes.ReplacementLeavesOut, Codes.ReplacementUnreadableRows]);
        Assert.That(Expected.Select(e => e[1]), Is.EquivalentTo(raised.Except(WithoutSample)));
    }
}

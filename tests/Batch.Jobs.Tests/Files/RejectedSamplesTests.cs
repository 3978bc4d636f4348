using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Files;

/// <summary>One tiny file per code in data-samples/rejected, and the exact message that each gives (expected.csv, worked by hand).</summary>
public sealed class RejectedSamplesTests
{
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

    private static IEnumerable<string[]> Expected => File.ReadAllLines(Path.Combine(Folder, "expected.csv")).Skip(1).Select(line => line.Split(',', 6));

    private static IEnumerable<TestCaseData> Samples => Expected.Select(e => new TestCaseData(e[0], e[1], e[2], e[3], e[4], e[5]).SetArgDisplayNames(e[0]));

    /// <param name="settings">A limit that is lowered so that a tiny file is beyond it, or the area or the category that the file is judged for.</param>
    [TestCaseSource(nameof(Samples))]
    public void A_sample_gives_its_one_rejection_with_the_message_expected(string file, string code, string row, string column, string settings, string message)
    {
        Dictionary<string, string> set = settings.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(s => s.Split('=')).ToDictionary(s => s[0], s => s[1]);
        IntakeLimits limits = set.Where(s => IntakeLimits.Names.Contains(s.Key)).Aggregate(IntakeLimits.Default, (l, s) => l.With($"{s.Key}={s.Value}"));
        Reading reading = SampleFile.ReadPath(Path.Combine(Folder, file), limits: limits);
        Judge(reading, ShippedPolicies.Load(set.GetValueOrDefault("area", "420100")), set.GetValueOrDefault("category", "unit"));
        FileDraft draft = new(IncomingFile.At(file), [], 0, SubmissionKind.Regular) { Rows = reading.Rows, Rejected = reading.Rejections.Select(r => r.Row).Distinct().Count() };
        Rejection[] told = reading.Refusal is { } refusal ? [refusal] : draft.HasTooManyRejections ? [Importer.TooManyRejections(draft)] : [.. reading.Rejections];

        Assert.That(told.Select(f => (f.Code, $"{f.Row}", f.Column, RejectionCodes.Describe(f, "zh-CN"))), Is.EqualTo(new[] { (code, row, column, message) }));
    }

    [Test]
    public void Every_code_of_the_stateless_reader_has_a_sample()
    {
        IEnumerable<string> raised = RejectionCodes.All.Where(c => c.Level is CodeLevel.File or CodeLevel.Row or CodeLevel.Policy).Select(c => c.Code)
            .Except([Codes.AreaUnknown, Codes.ReplacementLeavesOut, Codes.ReplacementUnreadableRows]);
        Assert.That(Expected.Select(e => e[1]), Is.EquivalentTo(raised));
    }

    private static void Judge(Reading reading, AreaPolicy policy, string category)
    {
        foreach ((int row, YearMonth month) in reading.Payroll.Select(l => (l.Row, l.Month)).Concat(reading.Pension.Select(l => (l.Row, l.Month))).ToList())
        {
            try
            {
                MonthPolicy of = policy.For(month, []);
                reading.Payroll.Where(l => l.Row == row).ToList().ForEach(l => LineChecks.CheckPayroll(l, of, category, reading.Rejections));
                reading.Pension.Where(l => l.Row == row).ToList().ForEach(l => LineChecks.CheckPension(l, of, category, reading.Rejections));
            }
            catch (PolicyGapException)
            {
                reading.Rejections.Add(new Rejection(Codes.PolicyGap, row, "", $"{month.Year:0000}-{month.Month:00}", policy.Area));
            }
        }
    }
}

using NodaTime;
using NUnit.Framework;

namespace Batch.Rules.Tests;

/// <summary>Breaks and counts of docs/policies/edges.md: Tables/coverage.csv.</summary>
public sealed class CoverageTests
{
    private static IEnumerable<TestCaseData> Rows => Table.Read("coverage.csv").Select(r => new TestCaseData(r).SetName($"Coverage: {r["name"]}"));

    [TestCaseSource(nameof(Rows))]
    public void Folds(Row row)
    {
        MonthPolicy policy = TestPolicies.WuhanWith(row["change"]).For(new YearMonth(2021, 6), []);
        var coverage = Coverage.Fold(Opening(row["opening"]), Months(row["paid"]), row.Month("retired"), row.Month("died"), row.Month("as-of")!.Value, policy);
        string breaks = string.Join('|', coverage.Breaks.Select(b => $"{Text(b.From)}..{Text(b.To)}={b.Months} {b.Class} {b.Effect}"));
        Assert.That(
            ($"{coverage.Continuous}", $"{coverage.Accumulated}", breaks, coverage.SuspendedFrom is { } from ? Text(from) : ""),
            Is.EqualTo((row["continuous"], row["accumulated"], row["breaks"], row["suspended"])));
    }

    [Test]
    public void Folding_year_by_year_is_folding_at_once([Range(1, 40)] int seed)
    {
        var random = new Random(seed);
        YearMonth first = new(2019, 1);
        List<YearMonth> paid = [.. Enumerable.Range(0, 48).Where(_ => random.Next(10) > 1).Select(i => first.PlusMonths(i))];
        var end = new YearMonth(2022, 12);
        var atOnce = Coverage.Fold(CoverageOpening.None, paid, null, null, end, TestPolicies.June2021);
        CoverageOpening opening = CoverageOpening.None;
        for (int year = 2019; year <= 2022; year++)
        {
            List<YearMonth> ofYear = [.. paid.Where(m => m.Year == year)];
            var coverage = Coverage.Fold(opening, ofYear, null, null, new YearMonth(year, 12), TestPolicies.June2021);
            opening = new CoverageOpening(coverage.Accumulated, coverage.Continuous, ofYear.Count > 0 ? ofYear[^1] : opening.LastPaid);
        }

        Assert.That((opening.Accumulated, opening.Continuous), Is.EqualTo((atOnce.Accumulated, atOnce.Continuous)));
    }

    private static CoverageOpening Opening(string text)
    {
        if (text.Length == 0)
        {
            return CoverageOpening.None;
        }

        string[] parts = text.Split('/');
        return new CoverageOpening(int.Parse(parts[0]), int.Parse(parts[1]), parts[2].Length == 0 ? null : Table.Month(parts[2]));
    }

    private static IEnumerable<YearMonth> Months(string text)
    {
        foreach (string part in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] ends = part.Split("..");
            for (YearMonth month = Table.Month(ends[0]); month.CompareTo(Table.Month(ends[^1])) <= 0; month = month.PlusMonths(1))
            {
                yield return month;
            }
        }
    }

    private static string Text(YearMonth month) => $"{month.Year:0000}-{month.Month:00}";
}

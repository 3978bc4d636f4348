namespace Batch.Jobs.Tools;

/// <summary>Whether months get slower: the median of the slopes between all pairs of months (Theil and Sen), so that a disturbed month does not count.</summary>
public static class Slope
{
    /// <summary>Share of the median month by which each month is slower than the one before: 0.001 is 0.1 % a month. Zero for fewer than two months.</summary>
    public static double AMonth(IReadOnlyList<double> seconds)
    {
        List<double> slopes = [];
        for (int i = 0; i < seconds.Count; i++)
        {
            for (int j = i + 1; j < seconds.Count; j++)
            {
                slopes.Add((seconds[j] - seconds[i]) / (j - i));
            }
        }

        return slopes.Count == 0 ? 0 : Median(slopes) / Median(seconds);
    }

    public static double Median(IEnumerable<double> values) => Quantile(values, 0.5);

    /// <summary>The smallest value that at least this share of the values do not exceed; for the median of an even number the mean of the two.</summary>
    public static double Quantile(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        int half = sorted.Length / 2;
        return share == 0.5 && sorted.Length % 2 == 0
            ? (sorted[half - 1] + sorted[half]) / 2
            : sorted[Math.Max((int)Math.Ceiling(share * sorted.Length) - 1, 0)];
    }
}

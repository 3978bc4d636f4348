using System.Diagnostics;
using Batch.Jobs.Areas;
using Batch.Jobs.Inquiry;

namespace Batch.Jobs.Bench;

/// <summary>How long people wait for a balance, in milliseconds.</summary>
public sealed record InquiryTimes(int Inquiries, double Median, double P99, double Longest, int Errors);

/// <summary>
/// Asks for balances of people drawn at random, one after the other, as a counter does: warm, and beside whatever else the machine does. A
/// balance that could not be told is an error, not a fast answer.
/// </summary>
public sealed class InquiryBench(Area area, int people)
{
    private const int WarmUp = 2_000;

    /// <summary>Asks until the work beside it is done, and at least <paramref name="atLeast"/> times.</summary>
    public async Task<InquiryTimes> MeasureAsync(int atLeast, Task beside, CancellationToken cancellation)
    {
        Balances balances = new(area.Program, area.Schema);
        Random draw = new(7);
        for (int i = 0; i < WarmUp; i++)
        {
            await balances.BalanceAsync(draw.Next(1, people + 1), null, cancellation);
        }

        List<double> milliseconds = [];
        int errors = 0;
        while (milliseconds.Count < atLeast || !beside.IsCompleted)
        {
            long start = Stopwatch.GetTimestamp();
            try
            {
                BalanceDocument balance = await balances.BalanceAsync(draw.Next(1, people + 1), null, cancellation);
                errors += balance.AsOf is null ? 1 : 0;
            }
            catch (Npgsql.NpgsqlException)
            {
                errors++;
            }

            milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        await beside;
        return new InquiryTimes(milliseconds.Count, Slope.Median(milliseconds), Slope.Quantile(milliseconds, 0.99), milliseconds.Max(), errors);
    }
}

using System.Diagnostics;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;

namespace Batch.Jobs.Tools;

/// <summary>How long people wait for a balance, in milliseconds.</summary>
public sealed record InquiryTimes(int Inquiries, double Median, double P99, double Longest, int Errors);

/// <summary>
/// Asks for balances of people drawn at random, one after the other, as a counter does: warm, and beside whatever else the machine does. A
/// balance that could not be told is an error, not a fast answer.
/// </summary>
/// <param name="ask">Asks for a person's balance; false when it could not be told.</param>
public sealed class InquiryBench(Func<int, CancellationToken, Task<bool>> ask, int people)
{
    private const int WarmUp = 2_000;

    /// <summary>Without the way through the API.</summary>
    public static InquiryBench InProcess(Area area, int people)
    {
        Balances balances = new(area);
        return new InquiryBench(async (person, cancellation) => (await balances.BalanceAsync(person, null, cancellation)).AsOf is not null, people);
    }

    /// <summary>Asks until the work beside it is done, and at least <paramref name="atLeast"/> times.</summary>
    public async Task<InquiryTimes> MeasureAsync(int atLeast, Task beside, CancellationToken cancellation)
    {
        Random draw = new(7);
        for (int i = 0; i < WarmUp && atLeast > 0; i++)
        {
            await ask(draw.Next(1, people + 1), cancellation);
        }

        List<double> milliseconds = [];
        int errors = 0;
        while (milliseconds.Count < atLeast || !beside.IsCompleted)
        {
            long start = Stopwatch.GetTimestamp();
            try
            {
                errors += await ask(draw.Next(1, people + 1), cancellation) ? 0 : 1;
            }
            catch (Exception fault) when (fault is Npgsql.NpgsqlException or HttpRequestException)
            {
                errors++;
            }

            milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        await beside;
        return new InquiryTimes(milliseconds.Count, Slope.Median(milliseconds), Slope.Quantile(milliseconds, 0.99), milliseconds.Max(), errors);
    }
}

using System.Threading.RateLimiting;
using Batch.Jobs.Store;

namespace Batch.Host.Access;

/// <summary>
/// Hashing of passwords, which takes a processor for a fifth of a second: on half of the processors, so that wrong sign-ins do not stop the pages, and with no
/// connection held meanwhile. Some wait for a few seconds; the others are told to come again.
/// </summary>
internal static class PasswordWork
{
    private const int MostWaiting = 12;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private static readonly ConcurrencyLimiter Room = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = Math.Max(1, Environment.ProcessorCount / 2),
        QueueLimit = MostWaiting,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <exception cref="DataFaultException">SIGN_IN_BUSY.</exception>
    public static async Task<T> RunAsync<T>(Func<T> hash, CancellationToken cancellation)
    {
        using CancellationTokenSource wait = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        wait.CancelAfter(LongestWait);
        RateLimitLease? lease = null;
        try
        {
            lease = await Room.AcquireAsync(1, wait.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Waited for long enough.
        }

        using (lease)
        {
            return lease is { IsAcquired: true } ? await Task.Run(hash, cancellation) : throw Busy();
        }
    }

    private static DataFaultException Busy()
    {
        int seconds = (int)LongestWait.TotalSeconds;
        return new DataFaultException(
            "SIGN_IN_BUSY", $"同时登录的请求太多，请 {seconds} 秒后再试。", $"Too many sign-ins at once; try again in {seconds} seconds.")
        { RetrySeconds = seconds };
    }
}

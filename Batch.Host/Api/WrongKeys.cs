using System.Threading.RateLimiting;
using Batch.Host.Web;

namespace Batch.Host.Api;

/// <summary>
/// Keys that were not in force, counted by the address that sent them. After too many in a minute only a key that this host has let in before is looked up: guessing
/// costs the database nothing, and the programs behind the same address work on.
/// </summary>
internal sealed class WrongKeys : IDisposable
{
    private readonly PartitionedRateLimiter<string> limiter = PartitionedRateLimiter.Create<string, string>(address => RateLimitPartition.GetFixedWindowLimiter(
        address, _ => new FixedWindowRateLimiterOptions { PermitLimit = WebOptions.WrongKeysAMinute, Window = TimeSpan.FromMinutes(1), QueueLimit = 0 }));

    public bool AreTooMany(string address)
    {
        using RateLimitLease left = limiter.AttemptAcquire(address, 0);
        return !left.IsAcquired;
    }

    public void Count(string address) => limiter.AttemptAcquire(address).Dispose();

    public void Dispose() => limiter.Dispose();
}

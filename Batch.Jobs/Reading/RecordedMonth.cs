using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>What is on record of a person for a month: standing, category, base or pensions.</summary>
public sealed class RecordedMonth(Area area)
{
    /// <summary>Null: no policy covers the month, or there is neither a contribution nor a pension.</summary>
    public async Task<PersonMonth?> ReadAsync(int person, YearMonth month, CancellationToken cancellation)
    {
        if (area.Policy.TryFor(month) is not { } policy)
        {
            return null;
        }

        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        ChunkReader reader = new(area.On(connection));
        ReceiptCover? cover = await reader.CoverAsync(policy, new HashSet<int>(), cancellation);
        PersonFacts facts = (await reader.ReadAsync(
            new Chunk(month, person, person), new HashSet<int>(), whole: true, policy.Gates, cancellation, cover, YearPensions.Of(area.Schema, policy)))[0];
        return Entitlement.RecordOf(facts.InForce, month, policy);
    }
}

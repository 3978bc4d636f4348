using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Reading;

/// <summary>Who passes an age bound of the policy's tiers between two months, employed or retired: the tiers of people of the ordinary category.</summary>
public sealed class BirthBounds(Area area)
{
    /// <summary>People of the register who are in another age tier in <paramref name="to"/> than they were in <paramref name="from"/>.</summary>
    public async Task<long> CrossingAsync(YearMonth from, YearMonth to, CancellationToken cancellation)
    {
        if (area.Policy.TryFor(to) is not { } policy || area.Policy.TryFor(from) is not { } earlier)
        {
            return 0;
        }

        List<(Standing Standing, LocalDate After, LocalDate Until)> spans = [.. new[] { Standing.Active, Standing.Retired }
            .SelectMany(s => policy.TiersOf(Categories.Unit, s).Where(t => t.From > 0).Select(t => (s, earlier.AgeReferenceDate.PlusYears(-t.From), policy.AgeReferenceDate.PlusYears(-t.From))))];
        return spans.Count == 0 ? 0 : await area.OneAsync<long>(
            $"""
            WITH near AS (
                SELECT p.person_id, s.retired FROM :area.insured p JOIN unnest($1, $2, $3) AS s (retired, born_after, born_until) ON p.birth > s.born_after AND p.birth <= s.born_until
                WHERE NOT EXISTS (SELECT FROM :area.person_event d WHERE d.person_id = p.person_id AND d.event = {PersonEvent.Died:D}))
            SELECT count(DISTINCT p.person_id) FROM near p WHERE p.retired = {await RetiredSqlAsync(from, to, cancellation)}
            """, cancellation,
            spans.Select(s => s.Standing == Standing.Retired).ToArray(), spans.Select(s => s.After.ToDateOnly()).ToArray(), spans.Select(s => s.Until.ToDateOnly()).ToArray());
    }

    // As a run decides it: a contribution in force makes the month an employed one, else a pension makes it a retired one. A retirement on record counts where the
    // pensions of the month are not there yet.
    private async Task<string> RetiredSqlAsync(YearMonth from, YearMonth to, CancellationToken cancellation)
    {
        string retired = $"EXISTS (SELECT FROM :area.person_event e WHERE e.person_id = p.person_id AND e.event = {PersonEvent.Retired:D})";
        if (await InForceAsync<PensionFact>(from, to, cancellation) is { } pension)
        {
            retired = $"({retired} OR {pension})";
        }

        return await InForceAsync<ContributionFact>(from, to, cancellation) is { } contribution ? $"({retired} AND NOT {contribution})" : retired;
    }

    /// <summary>Condition: the person has such a fact in force, of the later month, or of the earlier one as long as the later has none. Null: neither month has any.</summary>
    private async Task<string?> InForceAsync<TFact>(YearMonth from, YearMonth to, CancellationToken cancellation)
        where TFact : struct, IDeclaredFact<TFact>
    {
        foreach (YearMonth month in new[] { to, from })
        {
            string part = area.Schema.Part(TFact.Table, month);
            if (await area.OneAsync<bool>(MonthTables.ExistsSql, cancellation, part) && await area.OneAsync<bool>($"SELECT EXISTS (SELECT FROM {part})", cancellation))
            {
                return $"""
                    p.person_id IN (SELECT person_id FROM (
                        SELECT DISTINCT ON ({TFact.Key}) person_id, state FROM {part} WHERE person_id IN (SELECT person_id FROM near)
                        ORDER BY {TFact.Key}, {FactVersions.LatestFirst}) v WHERE state = {FactState.Accepted:D})
                    """;
            }
        }

        return null;
    }
}

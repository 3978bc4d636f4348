using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Reading;

/// <summary>Who passes an age bound of the policy's tiers between two months: the tiers of people of the ordinary category.</summary>
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
        // Retired is who has a pension in the month or a retirement on record; the others count as employed.
        string retired = $"EXISTS (SELECT FROM :area.person_event e WHERE e.person_id = p.person_id AND e.event = 4)";
        return spans.Count == 0 ? 0 : await area.OneAsync<long>(
            $"""
            SELECT count(DISTINCT p.person_id) FROM :area.insured p
            JOIN unnest($1, $2, $3) AS s (retired, born_after, born_until) ON p.birth > s.born_after AND p.birth <= s.born_until AND s.retired = {retired}
            WHERE NOT EXISTS (SELECT FROM :area.person_event d WHERE d.person_id = p.person_id AND d.event = 5)
            """, cancellation,
            spans.Select(s => s.Standing == Standing.Retired).ToArray(), spans.Select(s => s.After.ToDateOnly()).ToArray(), spans.Select(s => s.Until.ToDateOnly()).ToArray());
    }
}

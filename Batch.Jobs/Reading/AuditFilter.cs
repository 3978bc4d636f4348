using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>Which acts to list; empty: all.</summary>
/// <param name="Acts">How they begin, one or the other.</param>
public sealed record AuditFilter(string Who, string[] Acts, string Area)
{
    internal const string Where =
        """
        WHERE ($1 = '' OR who = $1) AND (cardinality($2::text[]) = 0 OR EXISTS (SELECT FROM unnest($2::text[]) b WHERE starts_with(act, b))) AND ($3 = '' OR area = $3)
        AND (act || E'\t' || coalesce(subject, '')) ~ ALL ($4::text[]) AND ($5::timestamptz IS NULL OR at >= $5) AND ($6::timestamptz IS NULL OR at < $6)
        """;

    /// <summary>Regular expressions of PostgreSQL, each of which the act, a tab and what it was done to meet.</summary>
    public IReadOnlyList<string> Numbers { get; init; } = [];

    /// <summary>The first day of Shanghai.</summary>
    public LocalDate? From { get; init; }

    /// <summary>The last day of Shanghai.</summary>
    public LocalDate? To { get; init; }

    internal object[] Arguments => [Who, Acts, Area, Numbers.ToArray(), BeginningOf(From), BeginningOf(To?.PlusDays(1))];

    private static object BeginningOf(LocalDate? day) => day is { } known ? known.AtStartOfDayInZone(ShanghaiTime.Zone).ToInstant().ToDateTimeUtc() : DBNull.Value;
}

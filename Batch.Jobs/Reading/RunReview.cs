using System.Text.Json;
using Batch.Jobs.Facts;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Reading;

/// <summary>One line of the comparison: how many people it concerns, and how much money moved with them where that can be said.</summary>
/// <param name="Kind">joiners, leavers, newly-retired, tier-movers, base-jumps, floor-hits.</param>
public sealed record ComparisonLine(string Kind, long People, Money? Amount);

/// <summary>A person whose credit differs most from the month before.</summary>
public sealed record TopDifference(string Number, string Name, Money Before, Money Now, Money Difference);

/// <param name="Before">Null: nothing was posted before this month.</param>
public sealed record ReviewDocument(YearMonth? Before, IReadOnlyList<ComparisonLine> Lines, IReadOnlyList<TopDifference> Top);

/// <summary>
/// What changed between the month posted before and a run's month, the runs posted in it already included: who came, who went, who moved between the
/// tiers, whose base jumped, who is lifted to the floor, and whose credit differs most.
/// </summary>
public sealed class RunReview(Area area)
{
    /// <summary>A base that changed by more than this share of the earlier one, in per cent.</summary>
    public const int JumpPercent = 50;

    private const int TopCount = 20;

    /// <exception cref="DataFaultException">RUN_UNKNOWN.</exception>
    public async Task<ReviewDocument> ReadAsync(int run, CancellationToken cancellation)
    {
        RunDocument document = await RunDocument.ReadAsync(area.Program, area.Schema, run, cancellation);
        if (document.Kind != "allocation" || document.State is "computing" or "discarded")
        {
            return new ReviewDocument(null, [], []);
        }

        YearMonth? before = await BeforeAsync(document.Month, cancellation);
        List<ComparisonLine> lines = [.. await MovesAsync(document, before, cancellation)];
        if (before is { } earlier)
        {
            lines.Add(new ComparisonLine("tier-movers", await new BirthBounds(area).CrossingAsync(earlier, document.Month, cancellation), null));
            lines.Add(new ComparisonLine("base-jumps", await JumpsAsync(document.Month, earlier, cancellation), null));
        }

        lines.Add(new ComparisonLine("floor-hits", await FloorHitsAsync(document.Month, cancellation), null));
        return new ReviewDocument(before, lines, before is null ? [] : await TopAsync(document, before.Value, cancellation));
    }

    private async Task<YearMonth?> BeforeAsync(YearMonth month, CancellationToken cancellation) => (await area.ReadAsync(
        """
        SELECT max(r.posting_month) FROM :area.posted_run r WHERE r.posting_month < $1
        AND EXISTS (SELECT FROM :area.run_total t WHERE t.run_id = r.run_id AND t.component IN (1, 2))
        """, r => r.IsDBNull(0) ? (YearMonth?)null : r.GetFieldValue<DateOnly>(0).Month(), cancellation, month.FirstDay()))[0];

    /// <summary>What each account is credited in the two months, for the month itself: arrears and corrections of earlier months are no comparison.</summary>
    /// <param name="whose">A condition on account_id; empty: all.</param>
    internal static string Compared(RunDocument run, YearMonth? before, string whose = "")
    {
        string own = run.State == "posted" ? "" : $"UNION ALL SELECT account_id, component, account_fen FROM :area.run_entry_{run.Run} WHERE contribution_month = '{run.Month.Text()}-01'{whose}";
        string Posted(YearMonth m) => $"SELECT account_id, component, account_fen FROM :area.entry WHERE posting_month = '{m.Text()}-01' AND contribution_month = '{m.Text()}-01'{whose}";
        string Sums(string entries) =>
            $"SELECT account_id, min(component) AS component, sum(account_fen) AS fen FROM ({entries}) e WHERE component IN (1, 2) GROUP BY account_id HAVING sum(account_fen) > 0";
        return $"WITH now_ AS ({Sums($"{Posted(run.Month)} {own}")}), before AS ({(before is { } b ? Sums(Posted(b)) : "SELECT 0 AS account_id, 0::smallint AS component, 0::numeric AS fen WHERE false")})";
    }

    private async Task<IEnumerable<ComparisonLine>> MovesAsync(RunDocument run, YearMonth? before, CancellationToken cancellation) => (await area.ReadAsync(
        $"""
        {Compared(run, before)}
        SELECT count(*) FILTER (WHERE b.account_id IS NULL), coalesce(sum(n.fen) FILTER (WHERE b.account_id IS NULL), 0)::bigint,
               count(*) FILTER (WHERE n.account_id IS NULL), coalesce(sum(b.fen) FILTER (WHERE n.account_id IS NULL), 0)::bigint,
               count(*) FILTER (WHERE b.component = 1 AND n.component = 2), coalesce(sum(n.fen - b.fen) FILTER (WHERE b.component = 1 AND n.component = 2), 0)::bigint
        FROM now_ n FULL JOIN before b USING (account_id)
        """,
        r => new ComparisonLine[]
        {
            new("joiners", r.GetInt64(0), new Money(r.GetInt64(1))), new("leavers", r.GetInt64(2), new Money(r.GetInt64(3))),
            new("newly-retired", r.GetInt64(4), new Money(r.GetInt64(5))),
        }, cancellation))[0];

    private Task<List<TopDifference>> TopAsync(RunDocument run, YearMonth before, CancellationToken cancellation) => area.ReadAsync(
        $"""
        {Compared(run, before)},
        top AS (SELECT account_id, coalesce(b.fen, 0)::bigint AS before_fen, coalesce(n.fen, 0)::bigint AS now_fen FROM now_ n FULL JOIN before b USING (account_id)
                WHERE coalesce(b.fen, 0) <> coalesce(n.fen, 0) ORDER BY abs(coalesce(n.fen, 0) - coalesce(b.fen, 0)) DESC, account_id LIMIT {TopCount})
        SELECT p.citizen, p.name, t.before_fen, t.now_fen FROM top t JOIN :area.account a USING (account_id) JOIN :area.insured p USING (person_id)
        ORDER BY abs(t.now_fen - t.before_fen) DESC, account_id
        """,
        r => new TopDifference(
            Facts.Masking.Number(r.GetInt64(0)), Facts.Masking.Name(r.GetString(1)), new Money(r.GetInt64(2)), new Money(r.GetInt64(3)), new Money(r.GetInt64(3) - r.GetInt64(2))),
        cancellation);

    private async Task<long> JumpsAsync(YearMonth month, YearMonth before, CancellationToken cancellation)
    {
        string InForce(YearMonth m) =>
            $"""
            SELECT person_id, base_fen FROM (SELECT DISTINCT ON (person_id, employer_id) person_id, base_fen, state FROM {area.Schema.Part("contribution", m)}
                ORDER BY person_id, employer_id, submission_id DESC, row_no) v WHERE state = 1
            """;
        return !await HasAsync("contribution", month, cancellation) || !await HasAsync("contribution", before, cancellation) ? 0 : await area.OneAsync<long>(
            $"SELECT count(*) FROM ({InForce(month)}) n JOIN ({InForce(before)}) b USING (person_id) WHERE abs(n.base_fen - b.base_fen) * 100 > b.base_fen * $1::bigint", cancellation, (long)JumpPercent);
    }

    /// <summary>Retirees of the ordinary category whose pension lies below the policy's floor.</summary>
    private async Task<long> FloorHitsAsync(YearMonth month, CancellationToken cancellation)
    {
        if (area.Policy.TryFor(month) is not { } policy || !await HasAsync("pension", month, cancellation))
        {
            return 0;
        }

        using JsonDocument slice = JsonDocument.Parse(policy.CanonicalJson);
        if (!slice.RootElement.GetProperty("categories").TryGetProperty(Categories.Unit, out JsonElement unit)
            || !unit.TryGetProperty("retired", out JsonElement retired) || !retired.TryGetProperty("floor", out JsonElement floor)
            || !retired.TryGetProperty("pension", out JsonElement chain))
        {
            return 0;
        }

        string pension = string.Join(", ", chain.EnumerateArray().Select(c => c.GetString()!.Replace('-', '_') + "_fen"));
        return await area.OneAsync<long>(
            $"""
            SELECT count(*) FROM (SELECT DISTINCT ON (person_id) state, coalesce({pension}) AS fen FROM {area.Schema.Part("pension", month)}
                ORDER BY person_id, submission_id DESC, row_no) v WHERE state = 1 AND fen < $1
            """, cancellation, decimal.Parse(floor.ToString(), System.Globalization.CultureInfo.InvariantCulture) * 100m);
    }

    private Task<bool> HasAsync(string table, YearMonth month, CancellationToken cancellation) =>
        area.OneAsync<bool>(MonthTables.ExistsSql, cancellation, area.Schema.Part(table, month));
}

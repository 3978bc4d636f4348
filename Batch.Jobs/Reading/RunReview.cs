using System.Text.Json;
using System.Text.Json.Serialization;
using Batch.Jobs.Facts;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Reading;

/// <summary>One line of what changed. The totals of the month before and all lines together are the totals of the run's month.</summary>
/// <param name="Kind">joiners, leavers, newly-retired, newly-active, changed, earlier-months-before, earlier-months.</param>
/// <param name="People">How many people it concerns.</param>
/// <param name="PeopleChange">How many people more, or fewer, it makes.</param>
/// <param name="Amount">How much more, or less, is credited by it.</param>
public sealed record ComparisonLine(string Kind, long People, long PeopleChange, Money Amount);

/// <summary>Something to look at besides, which the lines hold already.</summary>
/// <param name="Kind">tier-movers, base-jumps, floor-hits, retired-working.</param>
public sealed record ReviewMark(string Kind, long People);

/// <summary>A person whose credit differs most from the month before.</summary>
public sealed record TopDifference(string Number, string Name, Money Before, Money Now, Money Difference)
{
    /// <summary>For pages, which make an address of it.</summary>
    [JsonIgnore]
    public int AccountId { get; init; }
}

/// <param name="Compared">What is compared; null: the run is none that is.</param>
public sealed record ReviewDocument(RunComparison? Compared, IReadOnlyList<ComparisonLine> Lines, IReadOnlyList<ReviewMark> Marks, IReadOnlyList<TopDifference> Top);

/// <summary>
/// What changed between the two months of a run's comparison: who came, who went, who moved between the tiers, whose base jumped, who is lifted to the floor, what
/// belongs to earlier months, and whose credit differs most.
/// </summary>
public sealed class RunReview(Area area)
{
    /// <summary>A base that changed by more than this share of the earlier one, in per cent.</summary>
    public const int JumpPercent = 50;

    private const int TopCount = 20;

    /// <exception cref="DataFaultException">RUN_UNKNOWN.</exception>
    public async Task<ReviewDocument> ReadAsync(int run, CancellationToken cancellation)
    {
        RunDocument document = await RunDocument.ReadAsync(area, run, cancellation);
        RunComparison? compared = await RunComparison.ReadAsync(area, document, cancellation);
        if (compared is null or { IsCorrectionsOnly: true })
        {
            return new ReviewDocument(compared, [], [], []);
        }

        List<ReviewMark> marks = [];
        if (compared.Before is { Month: var earlier })
        {
            marks.Add(new ReviewMark("tier-movers", await new BirthBounds(area).CrossingAsync(earlier, document.Month, cancellation)));
            marks.Add(new ReviewMark("base-jumps", await JumpsAsync(document.Month, earlier, cancellation)));
        }

        marks.Add(new ReviewMark("floor-hits", await FloorHitsAsync(document.Month, cancellation)));
        marks.Add(new ReviewMark("retired-working", await RetiredWorkingAsync(document, compared, cancellation)));
        return new ReviewDocument(compared, await LinesAsync(document, compared, cancellation), marks, compared.Before is null ? [] : await TopAsync(document, compared, cancellation));
    }

    /// <summary>
    /// What each account has in the two months: <c>now_</c> and <c>before</c> for the month itself, <c>now_back</c> and <c>before_back</c> for the months before it.
    /// </summary>
    /// <param name="whose">A condition on account_id; empty: all.</param>
    internal static string Compared(RunDocument run, RunComparison compared, string whose = "") =>
        $"WITH {Side("now_", run, compared.Now, whose)}, {Side("before", run, compared.Before ?? compared.Now with { Runs = [] }, whose)}";

    // What comes to nothing, because a later run of the month took it back, is left out.
    private static string Side(string name, RunDocument run, CreditedMonth side, string whose)
    {
        const string There = "HAVING sum(account_fen) <> 0 OR sum(pool_fen) <> 0 OR sum(other_fen) <> 0";
        string entries = Entries(run, side, whose);
        return $"""
            {name} AS (SELECT account_id, CASE WHEN sum(account_fen) FILTER (WHERE component = {Component.Retiree:D}) > 0 THEN {Component.Retiree:D} ELSE {Component.Contribution:D} END AS component, sum(account_fen)::bigint AS fen
                FROM ({entries}) e WHERE contribution_month = '{side.Month.Text()}-01' GROUP BY account_id {There}),
            {name.TrimEnd('_')}_back AS (SELECT account_id, sum(fen)::bigint AS fen FROM (SELECT account_id, sum(account_fen) AS fen
                FROM ({entries}) e WHERE contribution_month <> '{side.Month.Text()}-01' GROUP BY account_id, contribution_month {There}) m GROUP BY account_id)
            """;
    }

    private static string Entries(RunDocument run, CreditedMonth side, string whose)
    {
        const string Columns = "account_id, contribution_month, component, account_fen, pool_fen, other_fen";
        bool open = run.State != RunState.Posted && side.Runs.Contains(run.Run!.Value);
        string posted = string.Join(", ", side.Runs.Where(r => !open || r != run.Run).DefaultIfEmpty(-1));
        return $"SELECT {Columns} FROM :area.entry WHERE posting_month = '{side.Month.Text()}-01' AND run_id IN ({posted}) AND component IN {Components.Credits}{whose}"
            + (open ? $" UNION ALL SELECT {Columns} FROM :area.run_entry_{run.Run} WHERE component IN {Components.Credits}{whose}" : "");
    }

    private async Task<IReadOnlyList<ComparisonLine>> LinesAsync(RunDocument run, RunComparison compared, CancellationToken cancellation) => await area.ReadAsync(
        $"""
        {Compared(run, compared)},
        sides AS (SELECT n.account_id IS NULL AS gone, b.account_id IS NULL AS came, n.component AS now_component, b.component AS before_component,
                        coalesce(n.fen, 0) - coalesce(b.fen, 0) AS fen FROM now_ n FULL JOIN before b USING (account_id)),
        kinds AS (SELECT CASE WHEN came THEN 1 WHEN gone THEN 2 WHEN now_component > before_component THEN 3 WHEN now_component < before_component THEN 4 ELSE 5 END AS kind, fen
                  FROM sides WHERE came OR gone OR now_component <> before_component OR fen <> 0),
        lines AS (
            SELECT kind, count(*) AS people, CASE kind WHEN 1 THEN count(*) WHEN 2 THEN -count(*) ELSE 0 END AS more, sum(fen) AS fen FROM kinds GROUP BY kind
            UNION ALL SELECT 6, count(*), -count(*) FILTER (WHERE o.account_id IS NULL), -sum(k.fen) FROM before_back k LEFT JOIN before o USING (account_id)
            UNION ALL SELECT 7, count(*), count(*) FILTER (WHERE o.account_id IS NULL), sum(k.fen) FROM now_back k LEFT JOIN now_ o USING (account_id))
        SELECT k, coalesce(people, 0), coalesce(more, 0), coalesce(fen, 0)::bigint FROM generate_series(1, 7) k LEFT JOIN lines ON kind = k ORDER BY k
        """,
        r => new ComparisonLine(
            r.GetInt32(0) switch { 1 => "joiners", 2 => "leavers", 3 => "newly-retired", 4 => "newly-active", 5 => "changed", 6 => "earlier-months-before", _ => "earlier-months" },
            r.GetInt64(1), r.GetInt64(2), new Money(r.GetInt64(3))), cancellation);

    // Of the month's only run everybody, those too who are not in it any more; of a later run its own people.
    private Task<List<TopDifference>> TopAsync(RunDocument run, RunComparison compared, CancellationToken cancellation) => area.ReadAsync(
        $"""
        {Compared(run, compared)},
        top AS (SELECT account_id, coalesce(b.fen, 0)::bigint AS before_fen, coalesce(n.fen, 0)::bigint AS now_fen FROM now_ n FULL JOIN before b USING (account_id)
                WHERE coalesce(b.fen, 0) <> coalesce(n.fen, 0){(compared.Now.Runs.Count > 1 ? $" AND account_id IN (SELECT account_id FROM {RunPeople.Entries(run)} mine)" : "")} ORDER BY abs(coalesce(n.fen, 0) - coalesce(b.fen, 0)) DESC, account_id LIMIT {TopCount})
        SELECT p.citizen, p.name, t.before_fen, t.now_fen, account_id FROM top t JOIN :area.account a USING (account_id) JOIN :area.insured p USING (person_id)
        ORDER BY abs(t.now_fen - t.before_fen) DESC, account_id
        """,
        r => new TopDifference(
            Facts.Masking.Number(r.GetInt64(0)), Facts.Masking.Name(r.GetString(1)), new Money(r.GetInt64(2)), new Money(r.GetInt64(3)), new Money(r.GetInt64(3) - r.GetInt64(2)))
        { AccountId = r.GetInt32(4) },
        cancellation);

    // Retired by an event on record or by a pension of the month: who works is credited as employed all the same.
    private async Task<long> RetiredWorkingAsync(RunDocument run, RunComparison compared, CancellationToken cancellation)
    {
        string pension = await HasAsync("pension", run.Month, cancellation)
            ? $" OR a.person_id IN (SELECT person_id FROM (SELECT DISTINCT ON (person_id) person_id, state FROM {area.Schema.Part("pension", run.Month)} ORDER BY person_id, submission_id DESC, row_no) v WHERE state = {FactState.Accepted:D})"
            : "";
        return await area.OneAsync<long>(
            $"""
            {Compared(run, compared)}
            SELECT count(*) FROM now_ JOIN :area.account a USING (account_id)
            WHERE component = {Component.Contribution:D} AND (a.person_id IN (SELECT person_id FROM :area.person_event WHERE event = {PersonEvent.Retired:D}){pension})
            """, cancellation);
    }

    private async Task<long> JumpsAsync(YearMonth month, YearMonth before, CancellationToken cancellation)
    {
        string InForce(YearMonth m) =>
            $"""
            SELECT person_id, base_fen FROM (SELECT DISTINCT ON (person_id, employer_id) person_id, base_fen, state FROM {area.Schema.Part("contribution", m)}
                ORDER BY person_id, employer_id, submission_id DESC, row_no) v WHERE state = {FactState.Accepted:D}
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
                ORDER BY person_id, submission_id DESC, row_no) v WHERE state = {FactState.Accepted:D} AND fen < $1
            """, cancellation, decimal.Parse(floor.ToString(), System.Globalization.CultureInfo.InvariantCulture) * 100m);
    }

    private Task<bool> HasAsync(string table, YearMonth month, CancellationToken cancellation) =>
        area.OneAsync<bool>(MonthTables.ExistsSql, cancellation, area.Schema.Part(table, month));
}

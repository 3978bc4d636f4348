using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>A run as a list shows it; who decided what about it, and when.</summary>
/// <param name="IsOutOfDate">The ledger has moved since it was computed: it can be neither approved nor posted any more.</param>
public sealed record RunLine(
    int Run, string Kind, YearMonth Month, RunState State, int People, long Entries, Money Credited, string MadeBy, DateTime MadeAt, string? ApprovedBy,
    DateTime? ApprovedAt, string? EndedBy, DateTime? EndedAt, int? Reverses, string? Reason, bool IsOutOfDate);

/// <summary>How far a run has come.</summary>
/// <param name="Rows">People looked at so far, of <paramref name="AllRows"/>.</param>
/// <param name="SecondsLeft">Null while nothing is done yet.</param>
public sealed record RunProgressDocument(int Run, RunState State, int Done, int Chunks, long Rows, long AllRows, long RowsPerSecond, int? SecondsLeft);

/// <summary>A reason that was written down when a run with anomalies was approved.</summary>
public sealed record RunOverride(string By, DateTime At, string Reason, IReadOnlyList<string> Anomalies);

/// <summary>The runs of an area.</summary>
public sealed class RunList(Area area, IClock clock)
{
    private const string Columns =
        $"""
        SELECT r.run_id, r.kind, r.posting_month, r.state, coalesce(r.people, 0), coalesce(t.entries, 0), coalesce(t.account, 0)::bigint, r.made_by, r.made_at, r.approved_by,
               r.approved_at, r.ended_by, r.ended_at, r.reverses, r.reason,
               CASE WHEN r.state IN {RunStates.Open} THEN r.ledger_head <> :area.ledger_head() ELSE false END
        FROM :area.run r LEFT JOIN LATERAL (
            SELECT sum(entries) AS entries, sum(account_fen) AS account FROM :area.run_total x WHERE x.run_id = r.run_id) t ON true
        """;

    /// <summary>Newest first.</summary>
    public async Task<Listing<RunLine>> ReadAsync(YearMonth? month, int page, CancellationToken cancellation)
    {
        object of = month is { } m ? m.FirstDay() : DateOnly.MinValue;
        const string Where = " WHERE ($1 = '-infinity'::date OR r.posting_month = $1)";
        long count = await area.OneAsync<long>("SELECT count(*) FROM :area.run r" + Where, cancellation, of);
        page = Listing.Within(page, count);
        return new Listing<RunLine>(
            await area.ReadAsync(
                Columns + Where + " ORDER BY r.run_id DESC LIMIT $2 OFFSET $3", Line, cancellation, of, Listing<RunLine>.PageRows, (page - 1) * Listing<RunLine>.PageRows),
            page, count);
    }

    /// <summary>The area's one open run.</summary>
    public async Task<RunLine?> OpenAsync(CancellationToken cancellation) =>
        (await area.ReadAsync($"{Columns} WHERE r.state IN {RunStates.Open}", Line, cancellation)).SingleOrDefault();

    /// <summary>The run that was posted last in a month.</summary>
    public async Task<RunLine?> LastPostedAsync(YearMonth month, CancellationToken cancellation) => (await area.ReadAsync(
        Columns + " WHERE r.run_id = (SELECT p.run_id FROM :area.posted_run p WHERE p.posting_month = $1 ORDER BY p.seq DESC LIMIT 1)", Line, cancellation, month.FirstDay()))
        .SingleOrDefault();

    /// <exception cref="DataFaultException">RUN_UNKNOWN.</exception>
    public async Task<RunLine> FindAsync(int run, CancellationToken cancellation) =>
        (await area.ReadAsync(Columns + " WHERE r.run_id = $1", Line, cancellation, run)).SingleOrDefault()
        ?? throw new DataFaultException("RUN_UNKNOWN", $"统筹区 {area.Schema.Code} 没有批次 {run}。", $"Area {area.Schema.Code} has no run {run}.");

    public async Task<RunProgressDocument> ProgressAsync(int run, CancellationToken cancellation)
    {
        RunLine line = await FindAsync(run, cancellation);
        (int done, int chunks, long rows, long all) = (await area.ReadAsync(
            """
            SELECT count(*) FILTER (WHERE done)::int, count(*)::int, coalesce(sum(width) FILTER (WHERE done), 0)::bigint, coalesce(sum(width), 0)::bigint
            FROM (SELECT done, least(last_person, (SELECT max(person_id) FROM :area.person)) - first_person + 1 AS width FROM :area.run_chunk WHERE run_id = $1) c
            """,
            r => (r.GetInt32(0), r.GetInt32(1), r.GetInt64(2), r.GetInt64(3)), cancellation, run))[0];
        long seconds = Math.Max(1, (long)(clock.GetCurrentInstant() - Instant.FromDateTimeUtc(line.MadeAt.ToUniversalTime())).TotalSeconds);
        long rate = rows / seconds;
        int? left = line.State != RunState.Computing ? 0 : rate > 0 ? (int)((all - rows) / rate) : null;
        return new RunProgressDocument(run, line.State, done, chunks, rows, all, rate, left);
    }

    public async Task<RunOverride?> OverrideAsync(int run, CancellationToken cancellation) => (await area.ReadAsync(
        "SELECT by, at, reason, anomalies FROM :area.run_override WHERE run_id = $1",
        r => new RunOverride(r.GetString(0), r.GetDateTime(1), r.GetString(2), r.GetFieldValue<string[]>(3)), cancellation, run)).SingleOrDefault();

    private static RunLine Line(NpgsqlDataReader r) => new(
        r.GetInt32(0), r.GetString(1), r.GetFieldValue<DateOnly>(2).Month(), RunStates.Of(r.GetString(3)), r.GetInt32(4), r.GetInt64(5), new Money(r.GetInt64(6)), r.GetString(7),
        r.GetDateTime(8), r.Text(9), r.Time(10), r.Text(11), r.Time(12), r.IsDBNull(13) ? null : r.GetInt32(13), r.Text(14), r.GetBoolean(15));
}

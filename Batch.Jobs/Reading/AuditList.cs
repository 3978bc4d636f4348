using System.Globalization;
using System.Runtime.CompilerServices;
using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Reading;

public sealed record AuditLine(long Number, DateTime At, string Who, string? Area, string Act, string? Subject, string? Reason, string? Origin);

/// <summary>Who did what, newest first.</summary>
public sealed class AuditList(NpgsqlDataSource program)
{
    private const string Override = "run.override";
    private const string Columns = "audit_id, at, who, area, act, subject, reason, origin";
    private const int RowsAtOnce = 1_000;

    public async Task<Listing<AuditLine>> ReadAsync(AuditFilter filter, int page, CancellationToken cancellation)
    {
        object[] of = filter.Arguments;
        long count = (await program.ReadAsync($"SELECT count(*) FROM batch.audit {AuditFilter.Where}", r => r.GetInt64(0), cancellation, of))[0];
        page = Listing.Within(page, count);
        List<AuditLine> lines = await program.ReadAsync(
            $"SELECT {Columns} FROM batch.audit {AuditFilter.Where} ORDER BY audit_id DESC LIMIT $7 OFFSET $8", Read, cancellation,
            [.. of, Listing<AuditLine>.PageRows, (page - 1) * Listing<AuditLine>.PageRows]);
        return new Listing<AuditLine>(await WithReasonsAsync(lines, cancellation), page, count);
    }

    /// <summary>All that the filter finds, never more than a thousand in memory. What is recorded meanwhile is not among them.</summary>
    public async IAsyncEnumerable<AuditLine> AllAsync(AuditFilter filter, [EnumeratorCancellation] CancellationToken cancellation)
    {
        long before = long.MaxValue;
        while (true)
        {
            List<AuditLine> lines = await program.ReadAsync(
                $"SELECT {Columns} FROM batch.audit {AuditFilter.Where} AND audit_id < $7 ORDER BY audit_id DESC LIMIT {RowsAtOnce}", Read, cancellation, [.. filter.Arguments, before]);
            foreach (AuditLine line in await WithReasonsAsync(lines, cancellation))
            {
                yield return line;
            }

            if (lines.Count < RowsAtOnce)
            {
                yield break;
            }

            before = lines[^1].Number;
        }
    }

    private static AuditLine Read(NpgsqlDataReader r) =>
        new(r.GetInt64(0), r.GetDateTime(1), r.GetString(2), r.Text(3), r.GetString(4), r.Text(5), r.Text(6), r.Text(7));

    // The database keeps the reason of these beside the run: of an approval in spite of anomalies, and of a discard.
    private async Task<List<AuditLine>> WithReasonsAsync(List<AuditLine> lines, CancellationToken cancellation)
    {
        int[] runs = [.. lines.Where(IsWithoutReason).Select(RunOf).Distinct()];
        if (runs.Length == 0)
        {
            return lines;
        }

        // A verb and the API name the run without its area.
        List<(int Run, string Area)> areas = await program.ReadAsync("SELECT run_id, area FROM batch.run_area WHERE run_id = ANY($1)", r => (r.GetInt32(0), r.GetString(1)), cancellation, runs);
        Dictionary<(bool, int, string), string> reasons = [];
        foreach (IGrouping<string, int> of in areas.GroupBy(a => a.Area, a => a.Run))
        {
            foreach ((bool discard, int run, string by, string reason) in await program.ReadAsync(
                new AreaSchema(of.Key).Sql(
                    """
                    SELECT false, run_id, '', reason FROM :area.run_override WHERE run_id = ANY($1)
                    UNION ALL SELECT true, run_id, ended_by, reason FROM :area.run WHERE run_id = ANY($1) AND state = 'discarded' AND reason <> ''
                    """),
                r => (r.GetBoolean(0), r.GetInt32(1), r.GetString(2), r.GetString(3)), cancellation, of.ToArray()))
            {
                reasons[(discard, run, by)] = reason;
            }
        }

        return lines.ConvertAll(l => IsWithoutReason(l) ? l with { Reason = reasons.GetValueOrDefault((l.Act != Override, RunOf(l), l.Act == Override ? "" : l.Who)) } : l);
    }

    private static bool IsWithoutReason(AuditLine line) => line.Reason is null && (line.Act == Override || IsDiscard(line.Act));

    // By a verb, a page or the API; of a request that was refused nothing was discarded.
    private static bool IsDiscard(string act) => act == "verb discard"
        || (act.Contains("/runs/{run}", StringComparison.Ordinal) && act.Contains("discard ", StringComparison.OrdinalIgnoreCase) && act[^3] is not ('4' or '5'));

    // Its subject begins with the run: "3 CODES", "run=3".
    private static int RunOf(AuditLine line) =>
        int.TryParse((line.Subject ?? "").Split(' ')[0].Split('=')[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int run) ? run : 0;
}

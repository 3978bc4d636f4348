using System.Globalization;
using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Reading;

public sealed record AuditLine(long Number, DateTime At, string Who, string? Area, string Act, string? Subject, string? Reason, string? Origin);

/// <summary>Which acts to list; empty: all.</summary>
/// <param name="Acts">How they begin, one or the other.</param>
public sealed record AuditFilter(string Who, string[] Acts, string Area);

/// <summary>Who did what, newest first.</summary>
public sealed class AuditList(NpgsqlDataSource program)
{
    private const string Override = "run.override";

    private const string Where = "WHERE ($1 = '' OR who = $1) AND (cardinality($2::text[]) = 0 OR EXISTS (SELECT FROM unnest($2::text[]) b WHERE starts_with(act, b))) AND ($3 = '' OR area = $3)";

    public async Task<Listing<AuditLine>> ReadAsync(AuditFilter filter, int page, CancellationToken cancellation)
    {
        object[] of = [filter.Who, filter.Acts, filter.Area];
        long count = (await program.ReadAsync($"SELECT count(*) FROM batch.audit {Where}", r => r.GetInt64(0), cancellation, of))[0];
        page = Listing.Within(page, count);
        List<AuditLine> lines = await program.ReadAsync(
            $"SELECT audit_id, at, who, area, act, subject, reason, origin FROM batch.audit {Where} ORDER BY audit_id DESC LIMIT $4 OFFSET $5",
            r => new AuditLine(r.GetInt64(0), r.GetDateTime(1), r.GetString(2), r.Text(3), r.GetString(4), r.Text(5), r.Text(6), r.Text(7)), cancellation,
            [.. of, Listing<AuditLine>.PageRows, (page - 1) * Listing<AuditLine>.PageRows]);
        return new Listing<AuditLine>(await WithReasonsAsync(lines, cancellation), page, count);
    }

    // The database writes this act itself, and the reason beside the approval.
    private async Task<List<AuditLine>> WithReasonsAsync(List<AuditLine> lines, CancellationToken cancellation)
    {
        foreach (IGrouping<string, AuditLine> ofArea in lines.Where(l => l is { Act: Override, Area: not null, Reason: null }).ToLookup(l => l.Area!))
        {
            int[] runs = [.. ofArea.Select(RunOf).Distinct()];
            Dictionary<int, string> reasons = (await program.ReadAsync(
                new AreaSchema(ofArea.Key).Sql("SELECT run_id, reason FROM :area.run_override WHERE run_id = ANY($1)"), r => (Run: r.GetInt32(0), Reason: r.GetString(1)), cancellation, runs))
                .ToDictionary(r => r.Run, r => r.Reason);
            lines = lines.ConvertAll(l => l.Act == Override && l.Area == ofArea.Key ? l with { Reason = l.Reason ?? reasons.GetValueOrDefault(RunOf(l)) } : l);
        }

        return lines;
    }

    // Its subject is the run and the codes of its anomalies.
    private static int RunOf(AuditLine line) => int.TryParse((line.Subject ?? "").Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int run) ? run : 0;
}

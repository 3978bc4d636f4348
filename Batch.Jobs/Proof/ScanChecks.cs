using Batch.Jobs.Store;

namespace Batch.Jobs.Proof;

/// <summary>
/// V2 for the scans kept with decisions: each has the bytes that its SHA-256 was made of, and none is missing. That none is missing shows in their numbers and is checked each
/// time. The bytes are read with --all, and else of scans that are not sealed yet or belong to a decision or a change of identity whose submission is in scope, as its archived file is.
/// </summary>
internal sealed class ScanChecks(AreaSession area, VerificationScope scope, Findings findings)
{
    // CASE: the bytes are read where they are compared, and nowhere else.
    private const string Faults =
        """
        WITH sealed AS (SELECT coalesce(max(number), 0) AS number FROM :area.record_seal WHERE kind = 'scan'),
        kept AS (
            SELECT n.scan_id, $1 OR n.scan_id > s.number OR n.decision = ANY($2)
                       OR n.changed IN (SELECT changed FROM :area.identity_submission WHERE submission_id = ANY($2)) AS in_scope
            FROM :area.scan n, sealed s)
        SELECT g.n::int, k.scan_id IS NOT NULL
        FROM generate_series(1, greatest((SELECT max(scan_id) FROM kept), (SELECT number FROM sealed))) g (n) LEFT JOIN kept k ON k.scan_id = g.n
        WHERE k.scan_id IS NULL OR CASE WHEN k.in_scope THEN (SELECT sha256(c.content) <> c.sha256 FROM :area.scan c WHERE c.scan_id = k.scan_id) ELSE false END
        ORDER BY 1
        """;

    public async Task CheckAsync(CancellationToken cancellation)
    {
        // Numbered without gaps; the last one may be missing, which its seal tells.
        foreach ((int scan, bool isThere) in await area.ReadAsync(Faults, r => (r.GetInt32(0), r.GetBoolean(1)), cancellation, scope.All, scope.Submissions))
        {
            findings.Broken(Invariants.Rows, isThere ? $"scan {scan}: its bytes do not have their SHA-256" : $"scan {scan}: missing");
        }
    }
}

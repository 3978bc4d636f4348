using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Proof;

/// <summary>V2 for the scans kept with decisions: each has the bytes that its SHA-256 was made of, and none is missing. They are few: all are read each time.</summary>
internal sealed class ScanChecks(NpgsqlConnection connection, AreaSchema area, Findings findings)
{
    public async Task CheckAsync(CancellationToken cancellation)
    {
        // Numbered without gaps; the last one may be missing, which its seal tells.
        foreach ((int scan, bool isThere) in await connection.ReadAsync(
            area.Sql(
                """
                SELECT n::int, s.scan_id IS NOT NULL
                FROM generate_series(1, greatest((SELECT max(scan_id) FROM :area.scan), (SELECT max(number) FROM :area.record_seal WHERE kind = 'scan'))) n
                LEFT JOIN :area.scan s ON s.scan_id = n WHERE s.scan_id IS NULL OR sha256(s.content) <> s.sha256 ORDER BY 1
                """), r => (r.GetInt32(0), r.GetBoolean(1)), cancellation))
        {
            findings.Broken(Invariants.Rows, isThere ? $"scan {scan}: its bytes do not have their SHA-256" : $"scan {scan}: missing");
        }
    }
}

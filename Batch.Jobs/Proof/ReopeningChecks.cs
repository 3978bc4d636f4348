using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Proof;

/// <summary>
/// V7 and V8 of closings that were opened again: each by two people, while it was the last closing and nothing was posted after it; and V5 of the statements that they withdrew.
/// </summary>
internal sealed class ReopeningChecks(AreaSession area, VerificationScope scope, Findings findings)
{
    public async Task CheckAsync(CancellationToken cancellation)
    {
        await NameAsync(
            Invariants.ClosedMonths,
            """
            SELECT to_char(coalesce(o.month, l.month), 'YYYY-MM'), CASE
                WHEN l.seq IS NULL THEN 'the ledger has no such reopening'
                WHEN o.seq IS NULL THEN 'no reopening is recorded'
                WHEN c.seq IS NULL OR c.month <> o.month OR l.month <> o.month OR c.seq > o.seq THEN 'the reopening is of another closing'
                WHEN EXISTS (SELECT FROM :area.ledger p WHERE p.act = 'post' AND p.seq BETWEEN c.seq AND o.seq) THEN 'opened again though a run was posted after the closing'
                WHEN EXISTS (SELECT FROM :area.closing n LEFT JOIN :area.reopening w ON w.closing_seq = n.seq
                             WHERE n.seq > c.seq AND n.seq < o.seq AND NOT coalesce(w.seq < o.seq, false)) THEN 'opened again though a later month was closed' END
            FROM :area.reopening o FULL JOIN (SELECT seq, month FROM :area.ledger WHERE act = 'reopen') l USING (seq) LEFT JOIN :area.closing c ON c.seq = o.closing_seq
            WHERE $1 OR coalesce(o.seq, l.seq) > $2 ORDER BY coalesce(o.seq, l.seq)
            """, cancellation);
        await NameAsync(
            Invariants.Approvals,
            """
            SELECT to_char(o.month, 'YYYY-MM'), CASE WHEN batch.same_person(o.proposed_by, l.by) THEN 'opened again by the person who proposed it' END
            FROM :area.reopening o JOIN :area.ledger l USING (seq) WHERE $1 OR seq > $2 ORDER BY seq
            """, cancellation);
        await NameAsync(
            Invariants.Statements,
            """
            SELECT 'withdrawn_statement of ' || coalesce(w.year::text, 'no year'), CASE WHEN w.seq IS NULL OR (s.n, s.digest) IS DISTINCT FROM (w.accounts::bigint, w.digest)
                       THEN 'the withdrawn statements are not what was closed' END
            FROM :area.withdrawn_statement_year w FULL JOIN (
                SELECT seq, count(*) AS n, encode(sha256(convert_to(concat_ws('|', count(*), sum(hash_record_extended(r, 0)), sum(hash_record_extended(r, 20210601))), 'UTF8')), 'hex') AS digest
                FROM (SELECT seq, ROW(year, account_id, opening_fen, movements_fen, closing_fen, accumulated_months, continuous_months, last_paid) AS r
                      FROM :area.withdrawn_statement) t GROUP BY seq) s USING (seq)
            WHERE $1 OR seq > $2 ORDER BY 1
            """, cancellation);
    }

    // What is checked in words, and what is wrong with it: null when nothing is.
    private async Task NameAsync(string invariant, string sql, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(sql);
        command.Parameters.AddWithValue(scope.All);
        command.Parameters.AddWithValue(scope.Sealed);
        foreach ((string name, string? fault) in await command.ListAsync(r => (r.GetString(0), r.IsDBNull(1) ? null : r.GetString(1)), cancellation))
        {
            findings.Checked(invariant, 1);
            if (fault is not null)
            {
                findings.Broken(invariant, $"{name}: {fault}");
            }
        }
    }
}

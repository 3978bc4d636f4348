using System.Globalization;
using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Proof;

/// <summary>V5: year-end statements account by account, and the chain of monthly closings.</summary>
internal sealed class BalanceChecks(AreaSession area, VerificationScope scope, Findings findings)
{
    public async Task CheckAsync(CancellationToken cancellation)
    {
        await CheckClosingsAsync(cancellation);
        await CheckSnapshotAsync(cancellation);
        await using NpgsqlCommand command = area.Command(
            """
            SELECT y.year, y.through, y.accounts, y.digest, lag(y.through) OVER w, lag(y.year) OVER w,
                   $1 OR EXISTS (SELECT FROM :area.closing c WHERE c.month = y.through AND c.seq > $2)
            FROM :area.statement_year y WINDOW w AS (ORDER BY y.year) ORDER BY y.year
            """);
        command.Parameters.AddWithValue(scope.All);
        command.Parameters.AddWithValue(scope.Sealed);
        foreach (StatementYear year in await command.ListAsync(
            r => new StatementYear(
                r.GetInt32(0), r.GetFieldValue<DateOnly>(1), r.GetInt32(2), r.GetString(3), r.IsDBNull(4) ? null : r.GetFieldValue<DateOnly>(4),
                r.IsDBNull(5) ? null : r.GetInt32(5), r.GetBoolean(6)), cancellation))
        {
            if (year.InScope)
            {
                await CheckYearAsync(year, cancellation);
            }
        }
    }

    /// <summary>The snapshot of balances is what the entries up to its act add up to.</summary>
    private async Task CheckSnapshotAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand snapshot = area.Command("SELECT seq, taken FROM :area.balance_snapshot WHERE $1 OR seq > $2");
        snapshot.Parameters.AddWithValue(scope.All);
        snapshot.Parameters.AddWithValue(scope.Sealed);
        foreach ((long seq, string taken) in await snapshot.ListAsync(r => (r.GetInt64(0), r.GetString(1)), cancellation))
        {
            await using NpgsqlCommand command = area.Command(
                $"""
                WITH summed AS (
                    SELECT account_id, sum(account_fen) AS fen FROM :area.entry
                    WHERE run_id IN (SELECT run_id FROM :area.ledger WHERE act = 'post' AND seq <= {seq.ToString(CultureInfo.InvariantCulture)}) GROUP BY account_id)
                SELECT count(*), count(*) FILTER (WHERE coalesce(s.balance_fen, 0) <> coalesce(m.fen, 0))
                FROM summed m FULL JOIN (SELECT account_id, balance_fen FROM :area.{taken}) s USING (account_id)
                """);
            (long Checked, long Broken) found = (await command.ListAsync(r => (r.GetInt64(0), r.GetInt64(1)), cancellation))[0];
            findings.Checked(Invariants.Statements, found.Checked);
            if (found.Broken > 0)
            {
                findings.Broken(Invariants.Statements, $"{found.Broken} balances of the snapshot are not the sums of the entries", found.Broken);
            }
        }
    }

    private sealed record StatementYear(int Year, DateOnly Through, int Accounts, string Digest, DateOnly? Before, int? YearBefore, bool InScope);

    // Movements are the entries since the statements before, so that nothing is lost between two years.
    private async Task CheckYearAsync(StatementYear year, CancellationToken cancellation)
    {
        List<DateOnly> months = [.. (await VerificationScope.PartsAsync(area, "entry", cancellation)).Where(m => m <= year.Through && !(m <= year.Before))];
        string moved = months.Count == 0
            ? "SELECT 0 AS account_id, 0 AS moved_fen WHERE false"
            : $"SELECT account_id, sum(account_fen) AS moved_fen FROM :area.entry WHERE posting_month IN ({months.Literals()}) GROUP BY account_id";
        string carried = year.YearBefore is { } before
            ? $"SELECT account_id, closing_fen FROM :area.statement WHERE year = {before.ToString(CultureInfo.InvariantCulture)}"
            : "SELECT 0 AS account_id, 0 AS closing_fen WHERE false";
        string own = $"SELECT account_id, opening_fen, movements_fen, closing_fen FROM :area.statement WHERE year = {year.Year.ToString(CultureInfo.InvariantCulture)}";
        await using NpgsqlCommand command = area.Command(
            $"""
            WITH moved AS ({moved}), carried AS ({carried}), own AS ({own}),
            judged AS (
                SELECT account_id, CASE WHEN o.account_id IS NULL THEN 'no statement'
                    WHEN o.opening_fen <> coalesce(c.closing_fen, 0) THEN 'the opening is not the closing before'
                    WHEN o.movements_fen <> coalesce(m.moved_fen, 0) THEN 'the movements are not the entries of the year'
                    WHEN o.closing_fen <> o.opening_fen + o.movements_fen THEN 'opening and movements are not the closing' END AS fault
                FROM own o FULL JOIN moved m USING (account_id) FULL JOIN carried c USING (account_id)),
            worst AS (SELECT count(*) AS checked, count(fault) AS broken, min(account_id) FILTER (WHERE fault IS NOT NULL) AS account_id FROM judged)
            SELECT w.checked, w.broken, (SELECT j.fault FROM judged j WHERE j.account_id = w.account_id LIMIT 1),
                   (SELECT batch.masked_number(p.citizen) FROM :area.account a JOIN :area.person p USING (person_id) WHERE a.account_id = w.account_id),
                   (SELECT count(*) FROM :area.statement WHERE year = {year.Year})
            FROM worst w
            """);
        (long Checked, long Broken, string? Fault, string? Number, long Statements) found = (await command.ListAsync(
            r => (r.GetInt64(0), r.GetInt64(1), r.IsDBNull(2) ? null : r.GetString(2), r.IsDBNull(3) ? null : r.GetString(3), r.GetInt64(4)), cancellation))[0];
        findings.Checked(Invariants.Statements, found.Checked);
        if (found.Broken > 0)
        {
            findings.Broken(Invariants.Statements, $"statement {year.Year} of {found.Number ?? "an account without a person"}: {found.Fault}", found.Broken, 1);
        }

        if (found.Statements != year.Accounts)
        {
            findings.Broken(Invariants.Statements, $"{year.Year}: {found.Statements} statements, {year.Accounts} recorded");
        }

        await CheckDigestAsync(year, cancellation);
    }

    private async Task CheckDigestAsync(StatementYear year, CancellationToken cancellation)
    {
        string part = $"{area.Schema.Name}.statement_{year.Year.ToString(CultureInfo.InvariantCulture)}";
        await using NpgsqlCommand there = area.Command("SELECT to_regclass($1) IS NOT NULL");
        there.Parameters.AddWithValue(part);
        if (!(bool)(await there.ExecuteScalarAsync(cancellation))!)
        {
            findings.Broken(Invariants.Statements, $"{year.Year}: there are no statements of this year");
            return;
        }

        await using NpgsqlCommand command = area.Command(
            $"""
            SELECT encode(sha256(convert_to(concat_ws('|', count(*), sum(hash_record_extended(s, 0)), sum(hash_record_extended(s, 20210601))), 'UTF8')), 'hex') FROM {part} s
            """);
        if ((string)(await command.ExecuteScalarAsync(cancellation))! != year.Digest)
        {
            findings.Broken(Invariants.Statements, $"{year.Year}: the statements are not what was closed");
        }
    }

    /// <summary>Each closing opens with the one before, moves by its month's entries and adds up; its seal follows from it.</summary>
    private async Task CheckClosingsAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(
            """
            SELECT c.month, p.month, c.opening_fen = coalesce(p.closing_fen, 0), c.opening_fen + c.movements_fen = c.closing_fen,
                   c.accounts <= (SELECT count(*) FROM :area.account a WHERE a.opened <= c.month),
                   c.seal = :area.closing_seal(c.month, p.seal, c.opening_fen, c.movements_fen, c.pool_fen, c.other_fen, c.seq), c.movements_fen, c.pool_fen, c.other_fen,
                   CASE WHEN EXISTS (SELECT FROM :area.reopening o WHERE o.closing_seq = c.seq) THEN c.seq END
            FROM :area.closing c LEFT JOIN LATERAL (
                SELECT * FROM :area.closing b WHERE b.seq < c.seq AND b.month < c.month
                    AND NOT EXISTS (SELECT FROM :area.reopening o WHERE o.closing_seq = b.seq AND o.seq < c.seq)
                ORDER BY b.month DESC, b.seq DESC LIMIT 1) p ON true
            WHERE $1 OR c.seq > $2 ORDER BY c.seq
            """);
        command.Parameters.AddWithValue(scope.All);
        command.Parameters.AddWithValue(scope.Sealed);
        foreach (Closed closed in await command.ListAsync(
            r => new Closed(
                r.GetFieldValue<DateOnly>(0), r.IsDBNull(1) ? null : r.GetFieldValue<DateOnly>(1), r.GetBoolean(2), r.GetBoolean(3), r.GetBoolean(4), r.GetBoolean(5),
                r.GetInt64(6), r.GetInt64(7), r.GetInt64(8), r.IsDBNull(9) ? null : r.GetInt64(9)), cancellation))
        {
            findings.Checked(Invariants.Statements, 1);
            if (await FaultAsync(closed, cancellation) is { } fault)
            {
                findings.Broken(Invariants.Statements, $"closing of {closed.Month.Text()}: {fault}");
            }
        }
    }

    /// <param name="Before">The month of the closing that was in force when this one was made.</param>
    /// <param name="Reopened">Its act where it was opened again: later runs of its months are not part of it.</param>
    private sealed record Closed(
        DateOnly Month, DateOnly? Before, bool Opens, bool AddsUp, bool CountsAccounts, bool Sealed, long MovementsFen, long PoolFen, long OtherFen, long? Reopened);

    private async Task<string?> FaultAsync(Closed closed, CancellationToken cancellation)
    {
        if (!closed.Opens)
        {
            return "the opening is not the closing before";
        }

        if (!closed.AddsUp)
        {
            return "opening and movements are not the closing";
        }

        if (!closed.CountsAccounts)
        {
            return "more accounts than were ever opened";
        }

        // Months without a closing of their own have no entries; those before the first closing would belong to it.
        List<DateOnly> months = [.. (await VerificationScope.PartsAsync(area, "entry", cancellation)).Where(m => m <= closed.Month && !(m <= closed.Before))];
        string then = closed.Reopened is { } seq
            ? $"AND run_id IN (SELECT run_id FROM :area.ledger WHERE act = 'post' AND seq < {seq.ToString(CultureInfo.InvariantCulture)})"
            : "";
        string sums = months.Count == 0
            ? "SELECT 0::bigint, 0::bigint, 0::bigint"
            : $"""
               SELECT coalesce(sum(account_fen), 0)::bigint, coalesce(sum(pool_fen), 0)::bigint, coalesce(sum(other_fen), 0)::bigint
               FROM :area.entry WHERE posting_month IN ({months.Literals()}) {then}
               """;
        await using NpgsqlCommand command = area.Command(sums);
        (long, long, long) moved = (await command.ListAsync(r => (r.GetInt64(0), r.GetInt64(1), r.GetInt64(2)), cancellation))[0];
        return moved != (closed.MovementsFen, closed.PoolFen, closed.OtherFen) ? "the movements are not the month's entries"
            : closed.Sealed ? null : "its seal does not follow from it";
    }
}

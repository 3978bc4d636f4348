using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Proof;

/// <summary>V1 and V7 from the entries of each posting month, V8 from the runs and what was approved.</summary>
internal sealed class LedgerChecks(AreaSession area, VerificationScope scope, Findings findings)
{
    private readonly record struct Group(int Run, DateOnly Month, short Component, long Entries, long Unbalanced, bool Posted, bool Agrees, bool Late);

    public async Task CheckAsync(CancellationToken cancellation)
    {
        IEnumerable<DateOnly> months = scope.All ? await VerificationScope.PartsAsync(area, "entry", cancellation) : scope.PostingMonths;
        foreach (DateOnly month in months)
        {
            await CheckEntriesAsync(month, cancellation);
        }

        await CheckClosedMonthsAsync(cancellation);
        await new ReopeningChecks(area, scope, findings).CheckAsync(cancellation);
        await CheckApprovalsAsync(cancellation);
        await CheckStatesAsync(cancellation);
        await CheckTakenAsync(cancellation);
        await CheckVersionsAsync(cancellation);
        await CheckListOfRunsAsync(cancellation);
    }

    private async Task CheckEntriesAsync(DateOnly month, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(
            $"""
            WITH sums AS (
                SELECT run_id, contribution_month, component, count(*) AS entries, sum(account_fen) AS account_fen,
                       coalesce(sum(account_fen) FILTER (WHERE account_fen > 0), 0) AS credited_fen, sum(pool_fen) AS pool_fen, sum(other_fen) AS other_fen,
                       sum(person_paid_fen) AS person_paid_fen, sum(employer_paid_fen) AS employer_paid_fen, sum(paid_out_fen) AS paid_out_fen,
                       count(*) FILTER (WHERE account_fen + pool_fen + other_fen <> person_paid_fen + employer_paid_fen - paid_out_fen) AS unbalanced
                FROM :area.entry WHERE posting_month = {month.Literal()} GROUP BY 1, 2, 3),
            totals AS (SELECT t.* FROM :area.run_total t JOIN :area.posted_run r USING (run_id) WHERE r.posting_month = {month.Literal()})
            SELECT run_id, contribution_month, component, coalesce(s.entries, 0), coalesce(s.unbalanced, 0), r.posting_month IS NOT DISTINCT FROM {month.Literal()},
                   (s.entries, s.account_fen, s.credited_fen, s.pool_fen, s.other_fen, s.person_paid_fen, s.employer_paid_fen, s.paid_out_fen) IS NOT DISTINCT FROM
                   (t.entries, t.account_fen, t.credited_fen, t.pool_fen, t.other_fen, t.person_paid_fen, t.employer_paid_fen, t.paid_out_fen),
                   EXISTS (SELECT FROM :area.closing c WHERE c.month >= {month.Literal()} AND c.seq < r.seq
                           AND NOT EXISTS (SELECT FROM :area.reopening o WHERE o.closing_seq = c.seq AND o.seq < r.seq))
            FROM sums s FULL JOIN totals t USING (run_id, contribution_month, component) LEFT JOIN :area.posted_run r USING (run_id) ORDER BY 1, 2, 3
            """);
        List<Group> groups = await command.ListAsync(
            r => new Group(r.GetInt32(0), r.GetFieldValue<DateOnly>(1), r.GetInt16(2), r.GetInt64(3), r.GetInt64(4), r.GetBoolean(5), r.GetBoolean(6), r.GetBoolean(7)), cancellation);
        findings.Checked(Invariants.Totals, groups.Sum(g => g.Entries));
        foreach (Group group in groups)
        {
            string where = $"{month.Text()} run {group.Run}, {group.Month.Text()} component {group.Component}";
            if (group.Unbalanced > 0)
            {
                findings.Broken(Invariants.Totals, $"{where}: legs of {group.Unbalanced} entries do not balance", group.Unbalanced);
            }

            if (!group.Posted)
            {
                findings.Broken(Invariants.Totals, $"{where}: entries of a run that is not posted in this month", group.Entries);
            }
            else if (!group.Agrees)
            {
                findings.Broken(Invariants.Totals, $"{where}: the run's totals are not the sums of its entries");
            }

            if (group.Late)
            {
                findings.Broken(Invariants.ClosedMonths, $"{where}: entries posted after the month was closed", group.Entries);
            }
        }
    }

    // By the ledger's order alone, so that a run without entries is seen too.
    private async Task CheckClosedMonthsAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(
            """
            SELECT c.month, (SELECT min(l.run_id) FROM :area.ledger l WHERE l.act = 'post' AND l.month <= c.month AND l.seq > c.seq
                             AND l.seq < coalesce((SELECT o.seq FROM :area.reopening o WHERE o.closing_seq = c.seq), l.seq + 1)),
                   EXISTS (SELECT FROM :area.ledger l WHERE l.seq = c.seq AND l.act = 'close' AND l.month = c.month)
            FROM :area.closing c WHERE $1 OR c.seq > $2 OR EXISTS (SELECT FROM :area.ledger l WHERE l.seq > $2 AND l.act = 'post' AND l.month <= c.month) ORDER BY 1
            """);
        command.Parameters.AddWithValue(scope.All);
        command.Parameters.AddWithValue(scope.Sealed);
        foreach ((DateOnly month, int? run, bool recorded) in await command.ListAsync(
            r => (r.GetFieldValue<DateOnly>(0), r.IsDBNull(1) ? (int?)null : r.GetInt32(1), r.GetBoolean(2)), cancellation))
        {
            findings.Checked(Invariants.ClosedMonths, 1);
            if (run is not null)
            {
                findings.Broken(Invariants.ClosedMonths, $"{month.Text()}: run {run} was posted after the closing");
            }

            if (!recorded)
            {
                findings.Broken(Invariants.ClosedMonths, $"{month.Text()}: the ledger has no such closing");
            }
        }
    }

    private async Task CheckApprovalsAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(
            """
            SELECT r.run_id, CASE
                WHEN r.approved_by IS NULL OR batch.same_person(r.approved_by, r.made_by) THEN 'not approved by another person'
                WHEN r.approved_digest IS DISTINCT FROM r.digest THEN 'approved for another content than was sealed'
                WHEN NOT EXISTS (SELECT FROM :area.ledger l WHERE l.run_id = r.run_id AND l.act = 'post' AND l.month = r.posting_month) THEN 'posted in another month than it was approved for'
                WHEN :area.posted_digest(r.run_id) IS DISTINCT FROM r.digest
                    THEN 'its entries are not what was approved' END
            FROM :area.posted_run r WHERE r.run_id = ANY($1) ORDER BY r.seq
            """);
        command.Parameters.AddWithValue(scope.Runs);
        foreach ((int run, string? fault) in await command.ListAsync(r => (r.GetInt32(0), r.IsDBNull(1) ? null : r.GetString(1)), cancellation))
        {
            findings.Checked(Invariants.Approvals, 1);
            if (fault is not null)
            {
                findings.Broken(Invariants.Approvals, $"run {run}: {fault}");
            }
        }
    }

    private Task CheckStatesAsync(CancellationToken cancellation) => NameAsync(
        """
        SELECT format('run %s: %s, but its state is %s', r.run_id, CASE WHEN l.seq IS NULL THEN 'not in the ledger' ELSE 'in the ledger' END, r.state)
        FROM :area.run r LEFT JOIN :area.ledger l USING (run_id) WHERE (l.seq IS NULL) = (r.state = 'posted') ORDER BY r.run_id
        """, cancellation);

    private async Task CheckTakenAsync(CancellationToken cancellation)
    {
        await NameAsync(
            """
            SELECT format('submission %s: taken by two standing runs', submission_id) FROM :area.run_submission JOIN :area.standing_run USING (run_id)
            GROUP BY submission_id HAVING count(*) > 1 ORDER BY submission_id
            """, cancellation);
        await NameAsync(
            """
            SELECT format('submission %s: %s', submission_id, CASE WHEN t.submission_id IS NULL THEN 'neither taken nor waiting' ELSE 'taken and waiting' END)
            FROM (SELECT DISTINCT submission_id FROM :area.submission_month WHERE fact <> 'bank') m LEFT JOIN :area.taken_submission t USING (submission_id)
            LEFT JOIN :area.waiting_submission w USING (submission_id)
            WHERE (t.submission_id IS NULL) = (w.submission_id IS NULL) ORDER BY submission_id
            """, cancellation);
        await NameAsync(
            """
            SELECT format('submission %s: waits, and there is none', submission_id) FROM :area.waiting_submission
            WHERE NOT EXISTS (SELECT FROM :area.submission s WHERE s.submission_id = waiting_submission.submission_id) ORDER BY submission_id
            """, cancellation);
    }

    /// <summary>Files of equal bytes that were taken in twice (the first was superseded meanwhile): no person's month may stand on both.</summary>
    private async Task CheckVersionsAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(
            """
            SELECT m.fact, m.month, array_agg(submission_id ORDER BY submission_id)
            FROM :area.submission s JOIN :area.submission_month m USING (submission_id)
            WHERE s.refused IS NULL AND m.fact IN ('contribution', 'pension') AND EXISTS (
                SELECT FROM :area.submission t WHERE t.sha256 = s.sha256 AND t.submission_id <> s.submission_id AND t.refused IS NULL AND ($1 OR greatest(t.submission_id, s.submission_id) = ANY($2)))
            GROUP BY m.fact, m.month, s.sha256 HAVING count(*) > 1
            """);
        command.Parameters.AddWithValue(scope.All);
        command.Parameters.AddWithValue(scope.Submissions);
        foreach ((string fact, DateOnly month, int[] submissions) in await command.ListAsync(
            r => (r.GetString(0), r.GetFieldValue<DateOnly>(1), r.GetFieldValue<int[]>(2)), cancellation))
        {
            string key = fact == "contribution" ? "person_id, employer_id" : "person_id";
            await using NpgsqlCommand twice = area.Command(
                $"""
                SELECT count(*) FROM (
                    SELECT person_id FROM (
                        SELECT DISTINCT ON ({key}) person_id, submission_id, state FROM {area.Part(fact, month.Month())}
                        ORDER BY {key}, submission_id DESC, (row_no <= 0) DESC, row_no DESC) latest
                    WHERE state = {FactState.Accepted:D} AND submission_id = ANY($1) GROUP BY person_id HAVING count(DISTINCT submission_id) > 1) persons
                """);
            twice.Parameters.AddWithValue(submissions);
            if ((long)(await twice.ExecuteScalarAsync(cancellation))! is > 0 and long persons)
            {
                findings.Broken(Invariants.Approvals, $"{month.Text()}: {persons} persons stand on two versions of one file, submissions {string.Join(", ", submissions)}", persons);
            }
        }
    }

    // Each row is one that is broken, in words.
    private async Task NameAsync(string sql, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(sql);
        foreach (string what in await command.ListAsync(r => r.GetString(0), cancellation))
        {
            findings.Broken(Invariants.Approvals, what);
        }
    }

    // Nothing there is worth a seal: what the common list says of the area's runs, the runs say themselves.
    private async Task CheckListOfRunsAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(
            """
            SELECT run_id, l.run_id IS NULL FROM :area.run r FULL JOIN (SELECT run_id FROM batch.run_area WHERE area = right(':area', 6)) l USING (run_id)
            WHERE r.run_id IS NULL OR l.run_id IS NULL ORDER BY 1
            """);
        foreach ((int run, bool unlisted) in await command.ListAsync(r => (r.GetInt32(0), r.GetBoolean(1)), cancellation))
        {
            findings.Broken(Invariants.Chain, $"run {run}: {(unlisted ? "missing from run_area, the list of runs" : "in run_area, the list of runs, and not there")}");
        }
    }
}

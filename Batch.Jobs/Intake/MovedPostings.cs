using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Intake;

/// <summary>
/// In which months the ledger has what a change moves from one person to another, so that interest is worked out for each on the own balance: recorded with the
/// change, since the ledger shows the moves only in the month in which the change is posted.
/// </summary>
internal sealed class MovedPostings(AreaSession area, int from, int to)
{
    private readonly Dictionary<(int Person, DateOnly Posted, short Component), long> _fen = [];

    /// <summary>A join that is undone moved everything of the other (to) to the person who stayed (from): neither counts in the month of the join.</summary>
    public async Task AddJoinAsync(int[] runs, CancellationToken cancellation)
    {
        List<(DateOnly Posted, short Component, long Other, long Stays)> moved = await area.ReadAsync(
            $"""
            SELECT o.posting_month, o.component, sum(o.account_fen)::bigint, sum(CASE WHEN o.component < {Component.Opening:D} THEN coalesce(s.account_fen, 0) ELSE -o.account_fen END)::bigint
            FROM :area.entry o LEFT JOIN :area.entry s ON s.account_id = $2 AND s.posting_month = o.posting_month AND s.run_id = o.run_id
                AND s.contribution_month = o.contribution_month AND s.component = o.component
            WHERE o.account_id = $1 AND o.run_id = ANY($3) GROUP BY 1, 2
            """, r => (r.GetFieldValue<DateOnly>(0), r.GetInt16(1), r.GetInt64(2), r.GetInt64(3)), cancellation, to, from, runs);
        foreach ((DateOnly posted, short component, long other, long stays) in moved)
        {
            Add(to, posted, component, -other);
            Add(from, posted, component, -stays);
        }
    }

    /// <summary>A month's credit, as it was posted to the one from whom its line moves: since a join, or all of it.</summary>
    /// <param name="join">Runs that posted the join; null: all of it.</param>
    public async Task AddMonthAsync<TFact>(TFact line, int[]? join, CancellationToken cancellation)
        where TFact : struct, IDeclaredFact<TFact>
    {
        if (line.State != FactState.Accepted)
        {
            return;
        }

        short component = (short)(TFact.Table == ContributionFact.Table ? Component.Contribution : Component.Retiree);
        List<(DateOnly Posted, long Fen)> posted = await area.ReadAsync(
            """
            SELECT e.posting_month, sum(e.account_fen)::bigint FROM :area.entry e JOIN :area.posted_run r USING (run_id)
            WHERE e.account_id = $1 AND e.contribution_month = $2 AND e.component = $3 AND ($4::int[] IS NULL OR r.seq >= (SELECT min(j.seq) FROM :area.posted_run j WHERE j.run_id = ANY($4)))
                AND NOT EXISTS (SELECT FROM :area.entry o WHERE o.account_id = $5 AND o.run_id = e.run_id AND o.run_id = ANY($4) AND o.posting_month = e.posting_month
                                    AND o.contribution_month = $2 AND o.component = $3)
            GROUP BY 1
            """, r => (r.GetFieldValue<DateOnly>(0), r.GetInt64(1)), cancellation, from, line.Month.FirstDay(), component, (object?)join ?? DBNull.Value, to);
        foreach ((DateOnly month, long fen) in posted)
        {
            Move(month, component, fen);
        }
    }

    /// <summary>A movement: what each of its versions, in their order, changed when it was posted.</summary>
    public async Task AddMovementAsync(IEnumerable<StandingMovement> versions, long before, CancellationToken cancellation)
    {
        StandingMovement[] ordered = [.. versions];
        Dictionary<int, DateOnly> posted = (await area.ReadAsync(
            "SELECT t.submission_id, r.posting_month FROM :area.run_submission t JOIN :area.standing_run r USING (run_id) WHERE t.submission_id = ANY($1)",
            r => (r.GetInt32(0), r.GetFieldValue<DateOnly>(1)), cancellation, ordered.Select(v => v.Submission).ToArray())).ToDictionary();
        foreach (StandingMovement version in ordered.Where(v => posted.ContainsKey(v.Submission)))
        {
            long now = version.Fact.State == FactState.Accepted ? version.Fact.Fen : 0;
            Move(posted[version.Submission], (short)version.Fact.Identity.Kind, now - before);
            before = now;
        }
    }

    /// <summary>A part that is undone: what it moved (from, to) moves back, and neither counts in the month of the part.</summary>
    public async Task AddUndoneAsync(int[] part, CancellationToken cancellation)
    {
        List<(int Person, DateOnly Posted, short Component, long Fen)> moved = await area.ReadAsync(
            $"""
            SELECT person_id, posting_month, component, -fen FROM :area.posted_move WHERE submission_id = ANY($1)
            UNION ALL
            SELECT person_id, moved_in, component, sum(fen)::bigint FROM :area.posted_move WHERE submission_id = ANY($1) AND person_id = $2 GROUP BY 1, 2, 3
            UNION ALL
            SELECT p.person_id, p.moved_in, p.component, -CASE WHEN p.component < {Component.Opening:D} THEN coalesce((
                SELECT sum(e.account_fen) FROM :area.entry e JOIN :area.run_submission t USING (run_id) JOIN :area.standing_run r USING (run_id)
                WHERE e.account_id = $2 AND t.submission_id = p.submission_id AND e.component = p.component AND e.contribution_month IN (
                    SELECT m.month FROM :area.submission_month m WHERE m.submission_id = ANY($1) AND m.fact = CASE p.component WHEN {Component.Contribution:D} THEN 'contribution' ELSE 'pension' END)), 0)
                ELSE p.fen END::bigint
            FROM (SELECT person_id, submission_id, moved_in, component, sum(fen) AS fen FROM :area.posted_move WHERE submission_id = ANY($1) AND person_id = $2 GROUP BY 1, 2, 3, 4) p
            """, r => (r.GetInt32(0), r.GetFieldValue<DateOnly>(1), r.GetInt16(2), r.GetInt64(3)), cancellation, part, to);
        foreach ((int person, DateOnly posted, short component, long fen) in moved)
        {
            Add(person, posted, component, fen);
        }
    }

    public async Task WriteAsync(int submission, CancellationToken cancellation)
    {
        KeyValuePair<(int Person, DateOnly Posted, short Component), long>[] moved = [.. _fen.Where(f => f.Value != 0)];
        await area.DoAsync(
            """
            INSERT INTO :area.moved_posting (submission_id, person_id, posting_month, component, fen)
            SELECT $1, p, m, c, f FROM unnest($2, $3, $4, $5) x (p, m, c, f)
            """, cancellation, submission, moved.Select(f => f.Key.Person).ToArray(), moved.Select(f => f.Key.Posted).ToArray(), moved.Select(f => f.Key.Component).ToArray(),
            moved.Select(f => f.Value).ToArray());
    }

    private void Move(DateOnly month, short component, long fen)
    {
        Add(from, month, component, -fen);
        Add(to, month, component, fen);
    }

    private void Add(int person, DateOnly month, short component, long fen) => _fen[(person, month, component)] = _fen.GetValueOrDefault((person, month, component)) + fen;
}

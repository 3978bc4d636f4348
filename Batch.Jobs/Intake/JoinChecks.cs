using Batch.Jobs.Facts;
using Batch.Jobs.Store;

namespace Batch.Jobs.Intake;

/// <summary>
/// What stands in the way of a join. Facts of money move; what is on record of a person's status does not: it is recorded for the person who stays first, so that
/// nothing is guessed where the two records differ.
/// </summary>
internal sealed class JoinChecks(AreaSession area)
{
    private const string Status = "4, 6, 8, 9, 20";

    private static string Ended =>
        $"""
        SELECT FROM :area.person_event WHERE event IN {PersonEvents.OfAccountOrDeath} AND person_id IN ($1, $2)
        UNION ALL SELECT FROM :area.account WHERE account_id >= 100000000 AND person_id IN ($1, $2)
        """;

    /// <exception cref="DataFaultException">JOIN_NOT_POSSIBLE, JOIN_BEFORE_INTEREST.</exception>
    public async Task RefuseAsync(int stays, int other, CancellationToken cancellation)
    {
        if (stays == other)
        {
            throw JoinRefusal.NotPossible("两个号码已是同一人。", "The two numbers are one person's already.");
        }

        await RefuseAccountsAsync(stays, other, cancellation);
        await RefuseStatusAsync(stays, other, cancellation);
        await RefuseEnrolmentAsync(stays, other, cancellation);
        await RefuseFamilyAsync(stays, other, cancellation);
        await RefuseWaitingRowsAsync(other, cancellation);
        await RefuseInterestAsync(stays, other, cancellation);
    }

    /// <summary>What stands in the way of undoing a join.</summary>
    /// <exception cref="DataFaultException">JOIN_NOT_POSSIBLE.</exception>
    public async Task RefuseUndoAsync(int stays, int other, CancellationToken cancellation)
    {
        if (await AnyAsync(Ended, stays, other, cancellation))
        {
            throw JoinRefusal.NotPossible(
                "合并之后，其中一人有死亡登记，或账户有冻结、销户、重新开立的记录，不能撤销合并。", "Since the join one of the two has died, or has an account that was frozen, closed or opened anew; the join is not undone.");
        }

        await RefuseWaitingRowsAsync(stays, cancellation);
    }

    /// <summary>What stands in the way of parting two people.</summary>
    /// <exception cref="DataFaultException">PART_NOT_POSSIBLE, JOIN_BEFORE_INTEREST.</exception>
    public async Task RefusePartAsync(int from, int other, CancellationToken cancellation)
    {
        if (await AnyAsync(Ended, from, other, cancellation))
        {
            throw Partings.NotPossible(
                "其中一人有死亡登记，或账户有冻结、销户、重新开立的记录，不能分出。", "One of the two has died, or has an account that was frozen, closed or opened anew; they are not parted.");
        }

        if (await AnyAsync("SELECT FROM (VALUES ($1), ($2)) p (person_id) WHERE NOT EXISTS (SELECT FROM :area.person_number n WHERE n.person_id = p.person_id)", from, other, cancellation))
        {
            throw Partings.NotPossible("其中一人已并入他人，请改以保留下来的人为准。", "One of the two has been joined into another person; name the one who stays.");
        }

        await RefuseInterestAsync(from, other, cancellation);
    }

    // A row that waits beside the person's months, or a change of status, would be the other's once it is taken.
    private async Task RefuseWaitingRowsAsync(int other, CancellationToken cancellation)
    {
        IReadOnlyList<HeldRow> held = await new HeldRows(area.Schema).ListAsync(area.Connection, null, cancellation);
        foreach (IGrouping<(string Table, int Person), HeldRow> rows in held.GroupBy(r => r.Fact == "event" ? (area.Sql(":area.held_event"), other) : (area.Part(r.Fact, r.Month), -other)))
        {
            List<(int Submission, int Row)> found = await area.ReadAsync(
                $"SELECT h.s, h.n FROM {rows.Key.Table} f JOIN unnest($1, $2) h (s, n) ON f.submission_id = h.s AND f.row_no = h.n WHERE f.person_id = $3 ORDER BY 1, 2 LIMIT 1",
                r => (r.GetInt32(0), r.GetInt32(1)), cancellation, rows.Select(r => r.Submission).ToArray(), rows.Select(r => r.Row).ToArray(), rows.Key.Person);
            if (found is [var (submission, row)])
            {
                throw JoinRefusal.NotPossible(
                    $"还有待定的行（报送 {submission} 第 {row} 行），请先决定。", $"A row is held (row {row} of submission {submission}); decide it first.");
            }
        }
    }

    private async Task RefuseAccountsAsync(int stays, int other, CancellationToken cancellation)
    {
        if (await AnyAsync(Ended, stays, other, cancellation))
        {
            throw JoinRefusal.NotPossible(
                "两人之一有死亡登记，或账户有冻结、销户、重新开立的记录，不能合并。", "One of the two has died, or has an account that was frozen, closed or opened anew; they are not joined.");
        }

        if (await AnyAsync(
            """
            SELECT FROM (VALUES ($1), ($2)) p (person_id) WHERE NOT EXISTS (SELECT FROM :area.person_number n WHERE n.person_id = p.person_id)
            UNION ALL SELECT FROM :area.joined_person WHERE into_person = $2 AND $1 <> $2
            """, stays, other, cancellation))
        {
            throw JoinRefusal.NotPossible(
                "其中一人已并入他人，或已有他人并入；请改以保留下来的人为准。", "One of the two has been joined before. Name as the one who stays the person into whom others were joined.");
        }
    }

    private async Task RefuseStatusAsync(int stays, int other, CancellationToken cancellation)
    {
        if (await AnyAsync(
            $"""
            SELECT FROM (SELECT DISTINCT ON (event) event, on_date, value FROM :area.person_event WHERE person_id = $2 AND event IN ({Status})
                         ORDER BY event, submission_id DESC, row_no DESC) o
            WHERE NOT EXISTS (
                SELECT FROM (SELECT DISTINCT ON (event) event, on_date, value FROM :area.person_event WHERE person_id = $1 AND event IN ({Status})
                             ORDER BY event, submission_id DESC, row_no DESC) s
                WHERE s.event = o.event AND s.on_date = o.on_date AND s.value IS NOT DISTINCT FROM o.value)
            """, stays, other, cancellation))
        {
            throw JoinRefusal.NotPossible(
                "被并入的号码登记有退休、人员类别、以前年限或冻结金额，与保留的号码不同。请先以人员变更文件为保留的号码登记相同内容。",
                "The other number has a retirement, category, earlier years or frozen amount on record that the number that stays has not. Record the same for that number by a persons file first.");
        }
    }

    // An account pays for others, and one account for a person at a time.
    private async Task RefuseFamilyAsync(int stays, int other, CancellationToken cancellation)
    {
        List<long> numbers = await area.ReadAsync(
            "SELECT DISTINCT number FROM :area.person_number WHERE person_id IN ($1, $2)", r => r.GetInt64(0), cancellation, stays, other);
        FamilyBindings family = new(area);
        await family.LoadAsync([], numbers, cancellation);
        int[] payers = [.. family.All.Where(b => b.To is null && numbers.Contains(b.Member)).Select(b => b.Payer).Distinct()];
        if (payers.Length > 1 || payers.Contains(stays) || payers.Contains(other))
        {
            throw JoinRefusal.NotPossible(
                "两个号码分别由不同的账户共济支付，或其中一人的账户为另一人共济支付。请先以人员变更文件解除绑定。",
                "Two accounts pay for the two numbers, or the account of the one pays for the other. End the family binding by a persons file first.");
        }
    }

    private async Task RefuseEnrolmentAsync(int stays, int other, CancellationToken cancellation)
    {
        if (await AnyAsync(
            $"""
            SELECT FROM (SELECT min(date_trunc('month', on_date)) AS month FROM :area.person_event WHERE person_id = $1 AND event = {PersonEvent.New:D}) e
            WHERE e.month > (SELECT min(m) FROM (SELECT min(contribution_month) AS m FROM :area.contribution WHERE person_id = $2 AND state <> {FactState.Withdrawn:D}
                                                 UNION ALL SELECT min(pension_month) FROM :area.pension WHERE person_id = $2 AND state <> {FactState.Withdrawn:D}) f)
            """, stays, other, cancellation))
        {
            throw JoinRefusal.NotPossible(
                "保留的号码登记的参保日期晚于被并入号码的缴费月份。请改为保留参保较早的号码。", "The number that stays is enrolled later than the months of the other number. Let the number that was enrolled earlier stay.");
        }
    }

    // A year's interest is posted by account: it is posted before the accounts become one.
    private async Task RefuseInterestAsync(int stays, int other, CancellationToken cancellation)
    {
        if (await AnyAsync(
            """
            SELECT FROM :area.run WHERE kind = 'interest' AND state NOT IN ('posted', 'discarded') AND $1 > 0 AND $2 > 0
            UNION ALL
            SELECT FROM :area.statement_year y
            WHERE EXISTS (SELECT FROM :area.posted_policy p JOIN batch.policy_slice s ON s.hash = p.policy_hash
                          WHERE p.contribution_month BETWEEN y.through - interval '11 months' AND y.through AND s.content ->> 'interest' IS NOT NULL)
                AND EXISTS (SELECT FROM :area.statement t WHERE t.year = y.year AND t.account_id IN ($1, $2))
                AND NOT EXISTS (SELECT FROM :area.standing_interest r JOIN :area.run_month m USING (run_id) WHERE m.contribution_month = y.through)
            """, stays, other, cancellation))
        {
            throw new DataFaultException(
                "JOIN_BEFORE_INTEREST", "已结账年度的利息还没有入账。请先计算并入账年度利息，再提出和复核。", "The interest of a closed year is not posted yet. Post it before this is proposed and approved.");
        }
    }

    private Task<bool> AnyAsync(string sql, int stays, int other, CancellationToken cancellation) =>
        area.OneAsync<bool>($"SELECT EXISTS ({sql})", cancellation, stays, other);
}

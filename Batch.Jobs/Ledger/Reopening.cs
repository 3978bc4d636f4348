using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Ledger;

/// <summary>The last closed month, proposed to be opened again or opened.</summary>
/// <param name="State"><c>proposed</c> or <c>reopened</c>.</param>
/// <param name="Statements">How many year-end statements the closing had made: they no longer carry anything over.</param>
public sealed record ReopeningDocument(
    string Area, YearMonth Month, string State, string ProposedBy, DateTime ProposedAt, string Reason, string? ReopenedBy, DateTime? ReopenedAt, int? Statements);

/// <summary>A proposal to open a month again that waits for another person.</summary>
/// <param name="TooLate">Something was posted after the closing, or a later month closed: it can only be dismissed.</param>
public sealed record WaitingReopening(YearMonth Month, string ProposedBy, DateTime ProposedAt, string Reason, bool TooLate);

/// <summary>
/// Opens the month that was closed last again while nothing was posted after it: proposed by one person with a reason, approved by another. The closing stays on
/// record in the chain; year-end statements that it made are set aside.
/// </summary>
public sealed class Reopening(Area area)
{
    /// <exception cref="DataFaultException">MONTH_OPEN, NOT_LAST_CLOSED, POSTED_SINCE, REASON_MISSING.</exception>
    public async Task<ReopeningDocument> ProposeAsync(YearMonth month, string by, string reason, CancellationToken cancellation)
    {
        await CallAsync("SELECT :area.propose_reopening($1, $2, $3)", [month.FirstDay(), by, reason], cancellation);
        return (await ReadAsync(month, cancellation))!;
    }

    /// <exception cref="DataFaultException">Also NOT_PROPOSED and SAME_PERSON.</exception>
    public async Task<ReopeningDocument> ApproveAsync(YearMonth month, string by, CancellationToken cancellation)
    {
        try
        {
            await CallAsync("SELECT :area.reopen_month($1, $2)", [month.FirstDay(), by], cancellation);
        }
        catch (DataFaultException refused) when (refused.Code == "MONTH_OPEN")
        {
            // Killed and done again: the first one may have ended meanwhile.
            if (await ReadAsync(month, cancellation) is { State: "reopened" } done && done.ReopenedBy == by)
            {
                return done;
            }

            throw;
        }

        return (await ReadAsync(month, cancellation))!;
    }

    /// <summary>Withdraws a proposal that waits: its own one, or any that can no longer be approved.</summary>
    /// <exception cref="DataFaultException">NOT_PROPOSED, NOT_PROPOSER.</exception>
    public Task WithdrawAsync(YearMonth month, string by, CancellationToken cancellation) =>
        CallAsync("SELECT :area.withdraw_reopening($1, $2)", [month.FirstDay(), by], cancellation);

    /// <summary>All proposals that wait for another person.</summary>
    public async Task<IReadOnlyList<WaitingReopening>> WaitingAsync(CancellationToken cancellation) => await area.ReadAsync(
        """
        SELECT p.month, p.proposed_by, p.proposed_at, p.reason,
               p.month IS DISTINCT FROM :area.last_closed() OR EXISTS (SELECT FROM :area.ledger l WHERE l.act = 'post' AND l.seq > p.closing_seq)
        FROM :area.reopening_proposal p ORDER BY p.closing_seq
        """,
        r => new WaitingReopening(r.GetFieldValue<DateOnly>(0).Month(), r.GetString(1), r.GetDateTime(2), r.GetString(3), r.GetBoolean(4)), cancellation);

    /// <summary>The month can be opened again: it was closed last, and nothing was posted since.</summary>
    public async Task<bool> IsPossibleAsync(YearMonth month, CancellationToken cancellation) => (await area.ReadAsync(
        """
        SELECT :area.last_closed() = $1 AND NOT EXISTS (
            SELECT FROM :area.ledger l JOIN :area.closing_in_force c ON l.seq > c.seq WHERE c.month = $1 AND l.act = 'post')
        """,
        r => !r.IsDBNull(0) && r.GetBoolean(0), cancellation, month.FirstDay()))[0];

    /// <summary>Months that were closed, opened again and not closed since, the earliest first.</summary>
    public async Task<IReadOnlyList<YearMonth>> OpenAgainAsync(CancellationToken cancellation) => await area.ReadAsync(
        "SELECT DISTINCT o.month FROM :area.reopening o WHERE NOT EXISTS (SELECT FROM :area.closing_in_force c WHERE c.month = o.month) ORDER BY 1",
        r => r.GetFieldValue<DateOnly>(0).Month(), cancellation);

    /// <summary>How often the month was closed, closings that were opened again included.</summary>
    public async Task<long> ClosingsAsync(YearMonth month, CancellationToken cancellation) => (await area.ReadAsync(
        "SELECT count(*) FROM :area.closing WHERE month = $1", r => r.GetInt64(0), cancellation, month.FirstDay()))[0];

    /// <summary>The proposal that waits for another person, or the last reopening of a month that is open since; null: neither.</summary>
    public async Task<ReopeningDocument?> ReadAsync(YearMonth month, CancellationToken cancellation) => (await area.ReadAsync(
        """
        SELECT * FROM (
            SELECT 'proposed' AS state, p.closing_seq AS seq, p.proposed_by, p.proposed_at, p.reason, NULL::text AS by, NULL::timestamptz AS at, y.accounts
            FROM :area.reopening_proposal p JOIN :area.closing_in_force c ON c.seq = p.closing_seq LEFT JOIN :area.statement_year y ON y.through = p.month
            WHERE p.month = $1
            UNION ALL
            SELECT 'reopened', o.seq, o.proposed_by, o.proposed_at, o.reason, l.by, l.at, w.accounts
            FROM :area.reopening o JOIN :area.ledger l USING (seq) LEFT JOIN :area.withdrawn_statement_year w USING (seq)
            WHERE o.month = $1 AND NOT EXISTS (SELECT FROM :area.closing_in_force c WHERE c.month = $1)) r
        ORDER BY seq DESC LIMIT 1
        """,
        r => new ReopeningDocument(
            area.Code, month, r.GetString(0), r.GetString(2), r.GetDateTime(3), r.GetString(4), r.Text(5), r.Time(6), r.IsDBNull(7) ? null : r.GetInt32(7)),
        cancellation, month.FirstDay())).FirstOrDefault();

    private async Task CallAsync(string sql, object[] arguments, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        await using NpgsqlCommand command = new(area.Sql(sql), connection);
        foreach (object argument in arguments)
        {
            command.Parameters.AddWithValue(argument);
        }

        try
        {
            KillSwitch.Pass(KillPoint.ActBefore);
            await PatientAct.DoAsync(connection, command.ExecuteNonQueryAsync, cancellation);
            KillSwitch.Pass(KillPoint.ActAfter);
            await new AuditLog(area.Program).SealWhatIsThereAsync();
        }
        catch (PostgresException refused) when (LedgerRefusal.Of(refused) is { } sentence)
        {
            throw sentence;
        }
    }
}

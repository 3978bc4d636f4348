using System.Globalization;
using Batch.Jobs.Intake;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Ledger;

/// <summary>
/// The differences of a month's money: what the three-way check has and what is matched with nothing. A named person accepts them with a reason, one by one or many at
/// once; the closing keeps what it was closed with.
/// </summary>
public sealed class MoneyDifferences(Area area)
{
    /// <summary>Of an open month what there is now; of a closed one what it was closed with.</summary>
    public async Task<MonthDifferences> ReadAsync(YearMonth month, CancellationToken cancellation)
    {
        CheckedMonth of = await CheckedMonth.ReadAsync(area, month, cancellation);
        return of.Own is { } own ? await ClosedAsync(of, own, cancellation)
            : await AppliesAsync(month, cancellation) ? (await CompareAsync(of, cancellation)).Check
            : new MonthDifferences(area.Code, month, false, []);
    }

    internal async Task<MonthDifferences> ClosedAsync(CheckedMonth of, ClosedCheck own, CancellationToken cancellation) =>
        new(area.Code, of.Month, own.Checked, await new ClosedDifferences(area).ReadAsync(own.Seq, of.End, cancellation));

    /// <summary>Accepts differences of an open month as they are; those that are accepted already stay as they are.</summary>
    /// <param name="keys">By their keys; null: all that nobody has accepted.</param>
    public Task<MonthDifferences> AcceptAsync(YearMonth month, IReadOnlyList<string>? keys, string reason, string by, CancellationToken cancellation) =>
        ActAsync("accept", month, keys, reason, by, cancellation);

    /// <summary>Takes acceptances back: the differences are open again.</summary>
    public Task<MonthDifferences> WithdrawAsync(YearMonth month, IReadOnlyList<string> keys, string reason, string by, CancellationToken cancellation) =>
        ActAsync("withdraw", month, keys, reason, by, cancellation);

    /// <summary>Within the transaction that closes the month: refuses where differences are open, and keeps the others with who accepted them.</summary>
    /// <param name="reason">Accepts those that are open; null: they keep the month from being closed.</param>
    /// <exception cref="DataFaultException">DIFFERENCES_OPEN, with how many.</exception>
    internal async Task CloseAsync(NpgsqlConnection connection, (long Seq, YearMonth Month, string By, string? Reason) closing, CancellationToken cancellation)
    {
        CheckedMonth of = await CheckedMonth.ReadAsync(area, closing.Month, cancellation);
        int known = await connection.OneAsync<int>(area.Sql("SELECT coalesce(max(submission_id), 0) FROM :area.submission"), cancellation);
        ClosedEmployers employers = new(area);
        if (!await AppliesAsync(of.Month, cancellation))
        {
            IReadOnlyList<EmployerMoney>? unlisted = await employers.ExistsAsync(cancellation)
                ? await employers.ReadAsync(of, (await new ThreeWay(area).ReadAsync(of, cancellation)).Compared, cancellation) : null;
            await connection.DoAsync(
                area.Sql("INSERT INTO :area.closing_money (seq, checked, submissions, employers) VALUES ($1, false, $2, $3)"), cancellation, closing.Seq, known, (object?)unlisted?.Count ?? DBNull.Value);
            await employers.WriteAsync(connection, closing.Seq, unlisted ?? [], cancellation);
            return;
        }

        MonthCheck check = await CompareAsync(of, cancellation);
        MonthDifference[] open = [.. check.Check.Differences.Where(d => d.Accepted is null)];
        if (open.Length > 0)
        {
            if (string.IsNullOrWhiteSpace(closing.Reason))
            {
                throw Open(closing.Month, open.Length);
            }

            await InsertAsync(connection, "accept", (closing.Month, closing.By, closing.Reason), open, cancellation);
        }

        ClosedDifferences kept = new(area);
        IReadOnlyList<EmployerMoney> money = await employers.ReadAsync(of, check.ThreeWay.Compared, cancellation);
        await kept.WriteAsync(connection, (closing.Seq, known, money), of, check, cancellation);
        await employers.WriteAsync(connection, closing.Seq, money, cancellation);
        await kept.WriteAsync(connection, closing.Seq, await WithAcceptancesAsync(connection, check.Check.Differences, cancellation), cancellation);
    }

    /// <summary>Whether the month is closed by the check: its credits wait for the money, or money files came for it.</summary>
    public async Task<bool> AppliesAsync(YearMonth month, CancellationToken cancellation) => area.Policy.TryFor(month) is { CreditsOnReceipt: true } || (await area.ReadAsync(
        """
        SELECT EXISTS (SELECT FROM :area.receipt WHERE received_on >= $1 AND received_on < $1 + interval '1 month') OR EXISTS (SELECT FROM :area.receipt WHERE receipt_month = $1)
               OR EXISTS (SELECT FROM :area.bank_line WHERE traded_on >= $1 AND traded_on < $1 + interval '1 month')
        """,
        r => r.GetBoolean(0), cancellation, month.FirstDay()))[0];

    private static DataFaultException Open(YearMonth month, int count) => new(
        "DIFFERENCES_OPEN",
        $"{month.Text()} 的对账还有 {count} 项差异没有人说明，不能结账：请在“对账”页逐项或一并说明理由，或结账时写明理由一并接受。",
        $"The money of {month.Text()} has {count} {(count == 1 ? "difference" : "differences")} that nobody has accepted, so it cannot be closed: accept them with a reason on the page “Reconciliation”, or all at once with one reason when closing.");

    /// <summary>What there is now of the month, whether it is closed by the check or not.</summary>
    internal async Task<MonthCheck> CompareAsync(CheckedMonth of, CancellationToken cancellation)
    {
        ThreeWayDocument threeWay = await new ThreeWay(area).ReadAsync(of, cancellation);
        UnmatchedMoney unmatched = new(area);
        List<UnmatchedLine> lines = await unmatched.LinesAsync(of, cancellation);
        List<UnmatchedReceipt> receipts = await unmatched.ReceiptsAsync(of, cancellation);
        LocalDate? first = await unmatched.FirstStatementAsync(cancellation);
        MonthDifference[] all =
        [
            .. threeWay.Lines.Select(MonthDifference.Of), .. lines.Select(MonthDifference.Of), .. receipts.Where(r => r.On >= first).Select(MonthDifference.Of),
        ];
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        bool applies = await AppliesAsync(of.Month, cancellation);
        return new MonthCheck(
            threeWay, lines, receipts, new MonthDifferences(area.Code, of.Month, applies, applies ? await WithAcceptancesAsync(connection, all, cancellation) : []));
    }

    private async Task<MonthDifferences> ActAsync(string act, YearMonth month, IReadOnlyList<string>? keys, string reason, string by, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(reason))
        {
            throw new DataFaultException("REASON_MISSING", "请写明理由。", "Give the reason.");
        }

        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        // Files change what differs: one of both at a time.
        await new SubmissionLog(area.On(connection)).LockAsync(cancellation);
        CheckedMonth of = await CheckedMonth.ReadAsync(area.On(connection), month, cancellation);
        if (of.Own is not null)
        {
            throw new DataFaultException("MONTH_CLOSED", $"{month.Text()} 已结账，其差异已记录在案。", $"{month.Text()} is closed; its differences are on record as they were.");
        }

        MonthDifferences check = (await CompareAsync(of, cancellation)).Check;
        MonthDifference[] chosen = [.. Chosen(check.Differences, keys).Where(d => d.Accepted is null == (act == "accept"))];
        if (chosen.Length > 0)
        {
            await InsertAsync(connection, act, (month, by, reason.Trim()), chosen, cancellation);
        }

        MonthDifferences now = check with { Differences = await WithAcceptancesAsync(connection, check.Differences, cancellation) };
        await transaction.CommitAsync(cancellation);
        await new AuditLog(area.Program).SealWhatIsThereAsync();
        return now;
    }

    private static IEnumerable<MonthDifference> Chosen(IReadOnlyList<MonthDifference> all, IReadOnlyList<string>? keys)
    {
        if (keys is null)
        {
            return all;
        }

        if (keys.Count == 0)
        {
            throw new DataFaultException("DIFFERENCE_NONE", "请至少选一项差异。", "Choose at least one difference.");
        }

        Dictionary<string, MonthDifference> named = all.ToDictionary(d => d.Key);
        string? unknown = keys.FirstOrDefault(k => !named.ContainsKey(k));
        return unknown is null ? keys.Distinct().Select(k => named[k]) : throw new DataFaultException(
            "DIFFERENCE_UNKNOWN", $"本月对账没有差异 {unknown}，或已经消除。", $"The month has no difference {unknown}, or has it no more.");
    }

    private async Task InsertAsync(
        NpgsqlConnection connection, string act, (YearMonth Month, string By, string Reason) done, IReadOnlyList<MonthDifference> differences, CancellationToken cancellation)
    {
        await connection.DoAsync(area.Sql("SELECT pg_advisory_xact_lock(hashtext(':area.difference_act'))"), cancellation);
        int number = await connection.OneAsync<int>(area.Sql("SELECT coalesce(max(difference_act_id), 0) + 1 FROM :area.difference_act"), cancellation);
        await connection.DoAsync(
            area.Sql("INSERT INTO :area.difference_act (difference_act_id, act, month, acted_by, reason) VALUES ($1, $2, $3, $4, $5)"), cancellation,
            number, act, done.Month.FirstDay(), done.By, done.Reason.Trim());
        await connection.DoAsync(
            area.Sql("INSERT INTO :area.difference_act_item SELECT $1, * FROM unnest($2, $3, $4, $5, $6, $7, $8, $9)"), cancellation, [number, .. ClosedDifferences.Columns(differences)]);
        string subject = string.Create(CultureInfo.InvariantCulture, $"{done.Month.Text()} {number} {differences.Count}");
        Act record = act == "accept" ? new Act(done.By, "difference.accept", area.Code, subject, done.Reason.Trim()) : new Act(done.By, "difference.withdraw", area.Code, subject, done.Reason.Trim());
        await connection.DoAsync(
            "INSERT INTO batch.audit (who, area, act, subject, reason) VALUES ($1, $2, $3, $4, $5)", cancellation, record.Who, record.Area!, record.Name, record.Subject!, record.Reason!);
    }

    private async Task<List<MonthDifference>> WithAcceptancesAsync(NpgsqlConnection connection, IReadOnlyList<MonthDifference> differences, CancellationToken cancellation)
    {
        Dictionary<DifferenceContent, Acceptance> accepted = differences.Count == 0 ? [] : (await connection.ReadAsync(
            area.Sql(
                """
                SELECT DISTINCT ON (kind, employer_id, contribution_month, document, declared_fen, received_fen, booked_fen)
                       kind, employer_id, contribution_month, document, declared_fen, received_fen, booked_fen, a.act, a.acted_by, a.acted_at, a.reason
                FROM :area.difference_act_item i JOIN :area.difference_act a USING (difference_act_id)
                WHERE document = ANY($1) AND coalesce(employer_id, 0) = ANY($2)
                ORDER BY kind, employer_id, contribution_month, document, declared_fen, received_fen, booked_fen, difference_act_id DESC
                """),
            r => (Of: new DifferenceContent(
                    r.GetString(0), r.Number(1), r.IsDBNull(2) ? null : r.GetFieldValue<DateOnly>(2).Month(), r.GetString(3), ClosedDifferences.Fen(r, 4), ClosedDifferences.Fen(r, 5),
                    ClosedDifferences.Fen(r, 6)),
                Act: r.GetString(7), Acceptance: new Acceptance(r.GetString(8), r.Moment(9)!.Value, r.GetString(10))), cancellation, differences.Select(d => d.Document).Distinct().ToArray(), differences.Select(d => d.EmployerId ?? 0).Distinct().ToArray()))
            .Where(a => a.Act == "accept").ToDictionary(a => a.Of, a => a.Acceptance);
        return [.. differences.Select(d => d with { Accepted = accepted.GetValueOrDefault(d.Content) })];
    }
}

/// <summary>The check of a month's money as it is now.</summary>
internal sealed record MonthCheck(ThreeWayDocument ThreeWay, List<UnmatchedLine> Lines, List<UnmatchedReceipt> Receipts, MonthDifferences Check);

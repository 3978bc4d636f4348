using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>A receipt as people name it.</summary>
public sealed record ReceiptName(string Employer, YearMonth Month, string Document)
{
    /// <summary>The name of a receipt of a match, as a query has it: r is the receipt, e its employer.</summary>
    internal const string Sql = "e.number || ',' || to_char(r.receipt_month, 'YYYY-MM') || ',' || r.document";

    public override string ToString() => $"{Employer},{Month.Text()},{Document}";
}

/// <summary>A match by hand, or one that was ended.</summary>
/// <param name="State">proposed, matched, refused or undone.</param>
public sealed record MatchDocument(int Match, string State, Money Amount, IReadOnlyList<string> Lines, IReadOnlyList<string> Receipts);

/// <summary>
/// Matches by people: one person proposes with a reason, another confirms. Undone by a later act; the receipts and lines are then open again, and only people match them.
/// Money that is not equal to the fen is not matched: the difference is corrected in the receipts first.
/// </summary>
public sealed class HandMatches(Area area)
{
    private sealed record Member(string Name, int Submission, long Fen, bool IsTaken);

    public async Task<MatchDocument> ProposeAsync(
        IReadOnlyList<string> serials, IReadOnlyList<ReceiptName> names, string reason, string by, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await BeginAsync(connection, cancellation);
        if (string.IsNullOrWhiteSpace(reason))
        {
            throw new DataFaultException("REASON_MISSING", "请写明人工核对的理由。", "Give the reason for matching by hand.");
        }

        if (serials.Count == 0 || names.Count == 0)
        {
            throw new DataFaultException("MATCH_ONE_SIDED", "请至少选一行银行流水和一笔到账。", "Choose at least one line of the statement and one receipt.");
        }

        List<Member> lines = await LinesAsync(connection, [.. serials.Select(s => s.Trim().ToUpperInvariant()).Distinct()], cancellation);
        List<(Member Receipt, int Employer, DateOnly Month, string Document)> receipts = await ReceiptsAsync(connection, [.. names.Distinct()], cancellation);
        if (await SameAsync(connection, lines, [.. receipts.Select(r => r.Receipt.Name)], by, cancellation) is { } same)
        {
            return await EndAsync(connection, transaction, same, cancellation);
        }

        Refuse(lines, [.. receipts.Select(r => r.Receipt)]);
        int match = await connection.OneAsync<int>(area.Sql("SELECT coalesce(max(match_id), 0) + 1 FROM :area.money_match"), cancellation);
        await connection.DoAsync(area.Sql("INSERT INTO :area.money_match (match_id, way, made_by, reason) VALUES ($1, 'hand', $2, $3)"), cancellation, match, by, reason.Trim());
        await connection.DoAsync(
            area.Sql("INSERT INTO :area.money_match_line SELECT $1, s, n FROM unnest($2, $3) t (s, n)"), cancellation,
            match, lines.Select(l => l.Name).ToArray(), lines.Select(l => l.Submission).ToArray());
        await connection.DoAsync(
            area.Sql("INSERT INTO :area.money_match_receipt SELECT $1, m, e, d, n FROM unnest($2, $3, $4, $5) t (m, e, d, n)"), cancellation,
            match, receipts.Select(r => r.Month).ToArray(), receipts.Select(r => r.Employer).ToArray(), receipts.Select(r => r.Document).ToArray(),
            receipts.Select(r => r.Receipt.Submission).ToArray());
        return await EndAsync(connection, transaction, match, cancellation);
    }

    public Task<MatchDocument> ConfirmAsync(int match, string by, CancellationToken cancellation) => ActAsync(match, "confirm", "", by, cancellation);

    /// <summary>Refuses a proposal, or takes one's own back.</summary>
    public Task<MatchDocument> RefuseAsync(int match, string reason, string by, CancellationToken cancellation) => ActAsync(match, "refuse", reason, by, cancellation);

    /// <summary>Undoes a match in force, made by people or by the program.</summary>
    public Task<MatchDocument> UndoAsync(int match, string reason, string by, CancellationToken cancellation) => ActAsync(match, "undo", reason, by, cancellation);

    private async Task<MatchDocument> ActAsync(int match, string act, string reason, string by, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await BeginAsync(connection, cancellation);
        (string State, string MadeBy, string? EndedBy)[] found = [.. await connection.ReadAsync(
            area.Sql(
                """
                SELECT s.state, s.made_by, (SELECT a.acted_by FROM :area.money_match_act a WHERE a.matched = s.match_id AND a.act = $2) FROM :area.match_state s WHERE s.match_id = $1
                """),
            r => (r.GetString(0), r.GetString(1), r.Text(2)), cancellation, match, act)];
        if (found is not [var now])
        {
            throw new DataFaultException("MATCH_UNKNOWN", $"没有核对 {match}。", $"There is no match {match}.");
        }

        if (act != "confirm" && string.IsNullOrWhiteSpace(reason))
        {
            throw new DataFaultException("REASON_MISSING", "请写明理由。", "Give the reason.");
        }

        // The same act again by the same person: it is done.
        if (now.EndedBy != by)
        {
            string wanted = act == "undo" ? "matched" : "proposed";
            if (now.State != wanted)
            {
                throw new DataFaultException("MATCH_STATE", $"核对 {match} 的状态不允许此操作。", $"The state of match {match} ({now.State}) does not allow this.");
            }

            await InsertAsync(connection, (match, act, by, reason.Trim()), cancellation);
        }

        return await EndAsync(connection, transaction, match, cancellation);
    }

    private async Task InsertAsync(NpgsqlConnection connection, (int Match, string Act, string By, string Reason) done, CancellationToken cancellation)
    {
        try
        {
            await connection.DoAsync(
                area.Sql(
                    """
                    INSERT INTO :area.money_match_act (match_act_id, matched, act, acted_by, reason)
                    SELECT coalesce(max(match_act_id), 0) + 1, $1, $2, $3, $4 FROM :area.money_match_act
                    """), cancellation, done.Match, done.Act, done.By, done.Reason);
        }
        catch (PostgresException refused) when (refused.SqlState == "BA001")
        {
            throw new DataFaultException("SAME_PERSON", "提出人工核对与确认的须是两个人。", "A match by hand is confirmed by another person than proposed it.");
        }
    }

    private async Task<NpgsqlTransaction> BeginAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        // Files change what is open: one of both at a time.
        await new SubmissionLog(area.On(connection)).LockAsync(cancellation);
        return transaction;
    }

    private async Task<MatchDocument> EndAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, int match, CancellationToken cancellation)
    {
        MatchDocument document = (await connection.ReadAsync(
            area.Sql(
                $"""
                SELECT s.state, ARRAY(SELECT serial FROM :area.money_match_line l WHERE l.match_id = s.match_id ORDER BY serial),
                    ARRAY(SELECT {ReceiptName.Sql} FROM :area.money_match_receipt r
                          JOIN :area.employer e ON e.employer_id = r.receipt_employer WHERE r.match_id = s.match_id ORDER BY 1),
                    (SELECT coalesce(sum(b.credit_fen), 0)::bigint FROM :area.money_match_line l
                     JOIN :area.bank_line b ON b.serial = l.serial AND b.submission_id = l.line_submission AND b.state = {FactState.Accepted:D} WHERE l.match_id = s.match_id)
                FROM :area.match_state s WHERE s.match_id = $1
                """),
            r => new MatchDocument(match, r.GetString(0), new Money(r.GetInt64(3)), r.GetFieldValue<string[]>(1), r.GetFieldValue<string[]>(2)), cancellation, match))[0];
        await transaction.CommitAsync(cancellation);
        await new AuditLog(area.Program).SealWhatIsThereAsync();
        return document;
    }

    private async Task<List<Member>> LinesAsync(NpgsqlConnection connection, string[] serials, CancellationToken cancellation)
    {
        List<Member> found = await connection.ReadAsync(
            area.Sql(
                """
                SELECT l.serial, l.submission_id, l.credit_fen, EXISTS (
                    SELECT FROM :area.money_match_line m JOIN :area.match_state s USING (match_id) WHERE m.serial = l.serial AND s.state IN ('matched', 'proposed'))
                FROM :area.bank_line_in_force l WHERE l.serial = ANY($1) ORDER BY 1
                """),
            r => new Member(r.GetString(0), r.GetInt32(1), r.GetInt64(2), r.GetBoolean(3)), cancellation, (object)serials);
        string? unknown = serials.FirstOrDefault(s => !found.Exists(f => f.Name == s && f.Fen > 0));
        return unknown is null ? found : throw new DataFaultException(
            "LINE_UNKNOWN", $"没有流水号为 {unknown} 的收入流水。", $"The statement has no line of money in with the serial number {unknown}.");
    }

    private async Task<List<(Member Receipt, int Employer, DateOnly Month, string Document)>> ReceiptsAsync(
        NpgsqlConnection connection, IReadOnlyList<ReceiptName> names, CancellationToken cancellation)
    {
        List<(Member Receipt, int Employer, DateOnly Month, string Document)> found = [];
        foreach (ReceiptName name in names)
        {
            found.AddRange(await connection.ReadAsync(
                area.Sql(
                    """
                    SELECT r.submission_id, r.money_fen, EXISTS (
                            SELECT FROM :area.money_match_receipt m JOIN :area.match_state s USING (match_id)
                            WHERE m.receipt_month = r.receipt_month AND m.receipt_employer = r.employer_id AND m.document = r.document AND s.state IN ('matched', 'proposed')),
                        r.employer_id, r.receipt_month, r.document
                    FROM :area.receipt_in_force r JOIN :area.employer e USING (employer_id) WHERE e.number = $1 AND r.receipt_month = $2 AND r.document = $3
                    """),
                r => (new Member(name.ToString(), r.GetInt32(0), r.GetInt64(1), r.GetBoolean(2)), r.GetInt32(3), r.GetFieldValue<DateOnly>(4), r.GetString(5)),
                cancellation, name.Employer, name.Month.FirstDay(), name.Document) is [var one] ? [one] : throw new DataFaultException(
                    "RECEIPT_UNKNOWN", $"没有到账 {name}。", $"There is no receipt {name}."));
        }

        return found;
    }

    // Asked again by the same person: it is done.
    private async Task<int?> SameAsync(NpgsqlConnection connection, List<Member> lines, string[] receipts, string by, CancellationToken cancellation) => (await connection.ReadAsync(
        area.Sql(
            $"""
            SELECT s.match_id FROM :area.match_state s
            WHERE s.way = 'hand' AND s.made_by = $1 AND s.state IN ('proposed', 'matched')
              AND s.match_id IN (SELECT l.match_id FROM :area.money_match_line l WHERE l.serial = ANY($2))
              AND (SELECT array_agg(serial ORDER BY serial) FROM :area.money_match_line l WHERE l.match_id = s.match_id) = $2
              AND (SELECT array_agg({ReceiptName.Sql} ORDER BY {ReceiptName.Sql}) FROM :area.money_match_receipt r
                   JOIN :area.employer e ON e.employer_id = r.receipt_employer WHERE r.match_id = s.match_id)
                  = (SELECT array_agg(n ORDER BY n) FROM unnest($3) n)
            """),
        r => r.GetInt32(0), cancellation, by, lines.Select(l => l.Name).ToArray(), receipts)) is [var only] ? only : null;

    private static void Refuse(List<Member> lines, List<Member> receipts)
    {
        if (lines.Concat(receipts).FirstOrDefault(m => m.IsTaken) is { } taken)
        {
            throw new DataFaultException("MATCHED_ALREADY", $"{taken.Name} 已核对或正待确认。", $"{taken.Name} is matched already, or waits to be confirmed.");
        }

        Money into = new(lines.Sum(l => l.Fen)), of = new(receipts.Sum(r => r.Fen));
        if (into != of)
        {
            throw new DataFaultException(
                "MATCH_SUMS_DIFFER", $"银行流水 {into} 元与到账 {of} 元不等，不能核对；请先更正到账。",
                $"The lines come to {into} yuan and the receipts to {of}; they cannot be matched. Correct the receipts first.");
        }
    }
}

using System.Globalization;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>What becomes of contributions that a month does not need.</summary>
public enum ReturnKind
{
    /// <summary>Paid back to the employer.</summary>
    Refund,

    /// <summary>Set against another month of the same employer.</summary>
    CarryOver,

    /// <summary>Kept by the fund as other income.</summary>
    WriteOff,
}

/// <param name="To">Of a carry-over: the month that it is set against.</param>
/// <param name="On">The day of the payment or of the decision.</param>
/// <param name="Document">Of the bank, or of the decision.</param>
public sealed record ReturnWanted(ReturnKind Kind, string Employer, YearMonth Month, YearMonth? To, Money Amount, LocalDate On, string Document);

/// <summary>A return of money with its two people.</summary>
/// <param name="State">proposed, confirmed or withdrawn.</param>
/// <param name="Kind">refund, carry-over or write-off.</param>
/// <param name="Amount">Of a counter-entry negative.</param>
/// <param name="Cancels">The return that a counter-entry cancels.</param>
/// <param name="By">Proposed it.</param>
/// <param name="EndedBy">Confirmed or withdrew it.</param>
public sealed record ReturnDocument(
    int Return, string State, string Kind, string Employer, string Name, YearMonth Month, YearMonth? ToMonth, Money Amount, LocalDate On, string Document, int? Cancels,
    string By, string? EndedBy, string Reason)
{
    /// <summary>A confirmed counter-entry has cancelled it.</summary>
    public bool IsCancelled { get; init; }
}

/// <summary>
/// Contributions that are given back, carried over or written off: one person proposes with a reason, another confirms. A confirmed one is cancelled by a counter-entry, likewise
/// by two people. How much is there is checked by the database (320_money_returned.sql).
/// </summary>
public sealed class MoneyReturns(Area area)
{
    public const int LongestReason = 500;

    public async Task<ReturnDocument> ProposeAsync(ReturnWanted wanted, string reason, string by, CancellationToken cancellation)
    {
        string document = wanted.Document.Trim().ToUpperInvariant();
        RequireReason(reason);
        if (document.Length == 0)
        {
            throw new DataFaultException("DOCUMENT_MISSING", "请写明凭证号或文号。", "Give the number of the document.");
        }

        if (wanted.Amount.Fen <= 0)
        {
            throw new DataFaultException("RETURN_AMOUNT", "金额须大于零。", "The amount must be more than zero.");
        }

        if ((wanted.Kind == ReturnKind.CarryOver) != wanted.To is not null || wanted.To == wanted.Month)
        {
            throw new DataFaultException(
                "RETURN_TO_MONTH", "结转须写明转入的月份，且不同于原月份；退款和核销没有转入的月份。",
                "A carry-over names the month that it is set against, which is another than its own; a refund and a write-off name none.");
        }

        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await BeginAsync(connection, cancellation);
        int[] employer = [.. await connection.ReadAsync(
            area.Schema.Sql("SELECT employer_id FROM :area.employer WHERE number = $1"), r => r.GetInt32(0), cancellation, wanted.Employer.Trim().ToUpperInvariant())];
        if (employer is not [var known])
        {
            throw new DataFaultException("EMPLOYER_UNKNOWN", $"没有单位 {wanted.Employer}。", $"There is no employer {wanted.Employer}.");
        }

        Proposal proposal = new(NameOf(wanted.Kind), known, wanted.Month.FirstDay(), wanted.To?.FirstDay(), wanted.Amount.Fen, wanted.On.ToDateOnly(), document, null, reason.Trim(), by);
        return await EndAsync(connection, transaction, await InsertAsync(connection, proposal, cancellation), cancellation);
    }

    /// <summary>Proposes the counter-entry of a confirmed return: the money is the month's again.</summary>
    public async Task<ReturnDocument> CancelAsync(int number, LocalDate on, string document, (string Reason, string By) because, CancellationToken cancellation)
    {
        RequireReason(because.Reason);
        if (string.IsNullOrWhiteSpace(document))
        {
            throw new DataFaultException("DOCUMENT_MISSING", "请写明凭证号或文号。", "Give the number of the document.");
        }

        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await BeginAsync(connection, cancellation);
        ReturnDocument of = await ReadAsync(connection, number, cancellation);
        if (of.State != "confirmed" || of.Cancels is not null)
        {
            throw StateFault(of);
        }

        Proposal[] counter = [.. await connection.ReadAsync(
            area.Schema.Sql("SELECT kind, return_employer, return_month, to_month, -amount_fen FROM :area.money_return WHERE return_id = $1"),
            r => new Proposal(
                r.GetString(0), r.GetInt32(1), r.GetFieldValue<DateOnly>(2), r.IsDBNull(3) ? null : r.GetFieldValue<DateOnly>(3), r.GetInt64(4), on.ToDateOnly(),
                document.Trim().ToUpperInvariant(), number, because.Reason.Trim(), because.By), cancellation, number)];
        return await EndAsync(connection, transaction, await InsertAsync(connection, counter[0], cancellation), cancellation);
    }

    public Task<ReturnDocument> ConfirmAsync(int number, string by, CancellationToken cancellation) => ActAsync(number, "confirm", "", by, cancellation);

    /// <summary>Takes back one's own proposal, or refuses another person's.</summary>
    public Task<ReturnDocument> WithdrawAsync(int number, string reason, string by, CancellationToken cancellation)
    {
        RequireReason(reason);
        return ActAsync(number, "withdraw", reason.Trim(), by, cancellation);
    }

    public static string NameOf(ReturnKind kind) => kind switch { ReturnKind.CarryOver => "carry-over", ReturnKind.WriteOff => "write-off", _ => "refund" };

    private async Task<ReturnDocument> ActAsync(int number, string act, string reason, string by, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await BeginAsync(connection, cancellation);
        ReturnDocument of = await ReadAsync(connection, number, cancellation);
        string after = act == "confirm" ? "confirmed" : "withdrawn";
        // The same act again by the same person: it is done.
        if (of.State != after || of.EndedBy != by)
        {
            if (of.State != "proposed")
            {
                throw StateFault(of);
            }

            int? submission = act == "confirm" ? await new ReturnSubmission(area, connection).WriteAsync(of, by, cancellation) : null;
            await RefusableAsync(() => connection.DoAsync(
                area.Schema.Sql(
                    """
                    INSERT INTO :area.money_return_act (return_act_id, returned, act, acted_by, reason, submission_id)
                    SELECT coalesce(max(return_act_id), 0) + 1, $1, $2, $3, $4, $5::int FROM :area.money_return_act
                    """), cancellation, number, act, by, reason, submission is { } taken ? taken : DBNull.Value));
        }

        return await EndAsync(connection, transaction, number, cancellation);
    }

    // Asked again by the same person: it is done.
    private async Task<int> InsertAsync(NpgsqlConnection connection, Proposal proposal, CancellationToken cancellation)
    {
        object[] values =
        [
            proposal.Kind, proposal.Employer, proposal.Month, (object?)proposal.To ?? DBNull.Value, proposal.Fen, proposal.On, proposal.Document, (object?)proposal.Cancels ?? DBNull.Value,
            proposal.Reason, proposal.By,
        ];
        int[] same = [.. await connection.ReadAsync(
            area.Schema.Sql(
                """
                SELECT return_id FROM :area.return_state r
                WHERE (kind, return_employer, return_month, amount_fen, on_date, document, reason, made_by) = ($1, $2, $3, $5, $6, $7, $9, $10)
                    AND to_month IS NOT DISTINCT FROM $4::date AND cancels IS NOT DISTINCT FROM $8::int AND state <> 'withdrawn'
                    AND NOT EXISTS (SELECT FROM :area.return_state c WHERE c.cancels = r.return_id AND c.state = 'confirmed')
                """), r => r.GetInt32(0), cancellation, values)];
        if (same is [var made, ..])
        {
            return made;
        }

        int number = await connection.OneAsync<int>(area.Schema.Sql("SELECT coalesce(max(return_id), 0) + 1 FROM :area.money_return"), cancellation);
        await RefusableAsync(() => connection.DoAsync(
            area.Schema.Sql(
                """
                INSERT INTO :area.money_return (return_id, kind, return_employer, return_month, to_month, amount_fen, on_date, document, cancels, reason, made_by)
                VALUES ($11, $1, $2, $3, $4::date, $5, $6, $7, $8::int, $9, $10)
                """), cancellation, [.. values, number]));
        return number;
    }

    private static async Task RefusableAsync(Func<Task> insert)
    {
        try
        {
            await insert();
        }
        catch (PostgresException refused) when (ReturnRefusal.Of(refused) is { } fault)
        {
            throw fault;
        }
    }

    private async Task<NpgsqlTransaction> BeginAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        await new SubmissionLog(area.On(connection)).LockAsync(cancellation);
        return transaction;
    }

    private async Task<ReturnDocument> EndAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, int number, CancellationToken cancellation)
    {
        ReturnDocument document = await ReadAsync(connection, number, cancellation);
        await transaction.CommitAsync(cancellation);
        await new AuditLog(area.Program).SealWhatIsThereAsync();
        return document;
    }

    private async Task<ReturnDocument> ReadAsync(NpgsqlConnection connection, int number, CancellationToken cancellation) =>
        await ReturnList.ReadAsync(area.On(connection), "r.return_id = $1", cancellation, number) is [var only] ? only
            : throw new DataFaultException("RETURN_UNKNOWN", $"没有退款或结转 {number}。", $"There is no return of money {number}.");

    private static DataFaultException StateFault(ReturnDocument of) => new(
        "RETURN_STATE", string.Create(CultureInfo.InvariantCulture, $"退款或结转 {of.Return} 的状态不允许此操作。"),
        string.Create(CultureInfo.InvariantCulture, $"The state of return {of.Return} ({of.State}) does not allow this."));

    private static void RequireReason(string reason)
    {
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > LongestReason)
        {
            throw new DataFaultException("REASON_MISSING", $"请写明理由（最多 {LongestReason} 字）。", $"Give the reason, at most {LongestReason} characters.");
        }
    }

    private sealed record Proposal(
        string Kind, int Employer, DateOnly Month, DateOnly? To, long Fen, DateOnly On, string Document, int? Cancels, string Reason, string By);
}

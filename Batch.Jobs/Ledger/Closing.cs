using Batch.Jobs.Intake;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Ledger;

/// <summary>A closed month: what the accounts held before it, what moved, and what they hold; its seal chains it to the month before.</summary>
public sealed record ClosingDocument(
    string Area, YearMonth Month, int Accounts, Money Opening, Money Movements, Money Closing, Money Pool, Money Other, string Seal, string ClosedBy, int? Statements);

/// <summary>Closes months, and with the last month of an insurance year carries every account over to its statement.</summary>
public sealed class Closing(Area area)
{
    /// <param name="acceptDifferences">Why the differences of the month's money that nobody has accepted are accepted now; null: they keep it from being closed.</param>
    /// <exception cref="DataFaultException">DIFFERENCES_OPEN, and what the ledger refuses.</exception>
    public async Task<ClosingDocument> CloseAsync(YearMonth month, string by, CancellationToken cancellation, string? acceptDifferences = null)
    {
        if (await ReadAsync(month, cancellation) is { } closed)
        {
            return closed.ClosedBy == by
                ? closed
                : throw new DataFaultException("MONTH_CLOSED", $"{month.Text()} 已由 {closed.ClosedBy} 结账。", $"{month.Text()} was closed by {closed.ClosedBy}.");
        }

        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        MoneyDifferences money = new(area);
        if (await money.AppliesAsync(month, cancellation))
        {
            // Files change what differs: none comes in between the check and the closing.
            await new SubmissionLog(area.On(connection)).LockAsync(cancellation);
        }

        await using NpgsqlCommand command = new(area.Sql("SELECT :area.close_month($1, $2)"), connection);
        command.Parameters.AddWithValue(month.FirstDay());
        command.Parameters.AddWithValue(by);
        try
        {
            long seq = (long)(await PatientAct.DoAsync(connection, command.ExecuteScalarAsync, cancellation))!;
            await money.CloseAsync(connection, (seq, month, by, acceptDifferences), cancellation);
            KillSwitch.Pass(KillPoint.ClosingBeforeStatements);
            if (InsuranceYear.EndingWith(month, area.Policy) is { } year)
            {
                await new Statements(area).MakeAsync(connection, year, by, cancellation);
            }
        }
        catch (PostgresException refused) when (LedgerRefusal.Of(refused) is { } sentence)
        {
            // Killed and done again: the first one may have ended meanwhile.
            return await ReadAsync(month, cancellation) is { } meanwhile && meanwhile.ClosedBy == by ? meanwhile : throw sentence;
        }

        KillSwitch.Pass(KillPoint.ClosingBeforeCommit);
        await transaction.CommitAsync(cancellation);
        KillSwitch.Pass(KillPoint.ClosingAfterCommit);
        await new AuditLog(area.Program).SealWhatIsThereAsync();
        return (await ReadAsync(month, cancellation))!;
    }

    /// <summary>The month that is closed next; null: nothing was posted or received yet, and any month may be the first.</summary>
    public async Task<YearMonth?> NextAsync(CancellationToken cancellation) =>
        (await area.ReadAsync("SELECT :area.next_to_close()", r => r.IsDBNull(0) ? (YearMonth?)null : r.GetFieldValue<DateOnly>(0).Month(), cancellation))[0];

    public async Task<ClosingDocument?> ReadAsync(YearMonth month, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Program.CreateCommand(area.Sql(
            """
            SELECT c.accounts, c.opening_fen, c.movements_fen, c.closing_fen, c.pool_fen, c.other_fen, c.seal, l.by, y.accounts
            FROM :area.closing_in_force c JOIN :area.ledger l USING (seq) LEFT JOIN :area.statement_year y ON y.through = c.month WHERE c.month = $1
            """));
        command.Parameters.AddWithValue(month.FirstDay());
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new ClosingDocument(
                area.Code, month, reader.GetInt32(0), new Money(reader.GetInt64(1)), new Money(reader.GetInt64(2)), new Money(reader.GetInt64(3)), new Money(reader.GetInt64(4)),
                new Money(reader.GetInt64(5)), reader.GetString(6), reader.GetString(7), reader.IsDBNull(8) ? null : reader.GetInt32(8))
            : null;
    }
}

/// <summary>An insurance year 保险年度 (edge 6), named by the calendar year in which it begins.</summary>
public sealed record InsuranceYear(int Year, YearMonth First, YearMonth Last)
{
    private const int MonthsAYear = 12;

    /// <summary>The insurance year whose last month this is, or null.</summary>
    public static InsuranceYear? EndingWith(YearMonth month, PolicyInForce policy)
    {
        int start = policy.TryFor(month)?.InsuranceYearStart ?? 1;
        YearMonth first = month.PlusMonths(-11);
        return first.Month == start ? new InsuranceYear(first.Year, first, month) : null;
    }

    /// <summary>The insurance year that the policy's month belongs to.</summary>
    public static InsuranceYear Of(MonthPolicy month) => new(month.InsuranceYearFrom.Year, month.InsuranceYearFrom, month.InsuranceYearFrom.PlusMonths(MonthsAYear - 1));

    /// <summary>The last insurance year that had ended before the month.</summary>
    public static InsuranceYear? EndedBefore(YearMonth month, PolicyInForce policy) =>
        Enumerable.Range(1, MonthsAYear).Select(back => EndingWith(month.PlusMonths(-back), policy)).FirstOrDefault(year => year is not null);
}

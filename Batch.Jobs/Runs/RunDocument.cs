using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Runs;

/// <summary>
/// A run in totals, each the sum of its entries' legs: <c>PersonPaid + EmployerPaid = Credited + Pool + Other</c>.
/// </summary>
/// <param name="Run">Null when there was nothing to post.</param>
/// <param name="Credited">Net amount that reaches the accounts by contributions, retirees' credits and interest; movements are told apart.</param>
/// <param name="PoolPaid">What of the credits the pooled fund paid: those of retirees.</param>
/// <param name="Pool">Net change of the pooled fund: what it received less what it paid, without movements.</param>
/// <param name="Movements">What the run's movements change; null when it has none.</param>
public sealed record RunDocument(
    int? Run, string Area, YearMonth Month, RunState State, string Kind, int People, long Entries, Money Credited, Money PersonPaid, Money EmployerPaid,
    Money PoolPaid, Money Pool, Money Other, string? Digest, string? MadeBy, string? ApprovedBy, RunMovements? Movements = null)
{
    public static RunDocument Nothing(string area, YearMonth month) => new(
        null, area, month, RunState.Nothing, "allocation", 0, 0, Money.Zero, Money.Zero, Money.Zero, Money.Zero, Money.Zero, Money.Zero, null, null, null);

    /// <exception cref="DataFaultException">RUN_UNKNOWN.</exception>
    public static async Task<RunDocument> ReadAsync(Area area, int run, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        await using NpgsqlCommand command = new(area.Sql(
            $"""
            SELECT r.posting_month, r.state, r.kind, coalesce(r.people, 0), t.entries, t.account, t.person_paid, t.employer_paid, t.pool_paid, t.pool, t.other,
                   r.digest, r.made_by, r.approved_by, t.moved, t.moved_to_pool
            FROM :area.run r CROSS JOIN LATERAL (
                SELECT coalesce(sum(entries), 0)::bigint AS entries, coalesce(sum(account_fen) FILTER (WHERE component < {Component.Opening:D}), 0)::bigint AS account,
                       coalesce(sum(person_paid_fen), 0)::bigint AS person_paid, coalesce(sum(employer_paid_fen), 0)::bigint AS employer_paid,
                       coalesce(-sum(pool_fen) FILTER (WHERE component = {Component.Retiree:D}), 0)::bigint AS pool_paid,
                       coalesce(sum(pool_fen) FILTER (WHERE component < {Component.Opening:D}), 0)::bigint AS pool, coalesce(sum(other_fen) FILTER (WHERE component < {Component.Opening:D}), 0)::bigint AS other,
                       CASE WHEN bool_or(component >= {Component.Opening:D}) THEN ARRAY(
                           SELECT coalesce(sum(m.account_fen), 0)::bigint FROM generate_series(4, 13) c LEFT JOIN :area.run_total m ON m.run_id = r.run_id AND m.component = c
                           GROUP BY c ORDER BY c) END AS moved,
                       coalesce(sum(pool_fen) FILTER (WHERE component >= {Component.Opening:D}), 0)::bigint AS moved_to_pool
                FROM :area.run_total WHERE run_id = r.run_id) t
            WHERE r.run_id = $1
            """), connection);
        command.Parameters.AddWithValue(run);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
        {
            throw new DataFaultException("RUN_UNKNOWN", $"统筹区 {area.Code} 没有批次 {run}。", $"Area {area.Code} has no run {run}.");
        }

        Money Amount(int column) => new(reader.GetInt64(column));
        return new RunDocument(
            run, area.Code, reader.GetFieldValue<DateOnly>(0).Month(), RunStates.Of(reader.GetString(1)), reader.GetString(2), reader.GetInt32(3), reader.GetInt64(4), Amount(5), Amount(6),
            Amount(7), Amount(8), Amount(9), Amount(10), Text(reader, 11), Text(reader, 12), Text(reader, 13),
            reader.IsDBNull(14) ? null : RunMovements.Of(reader.GetFieldValue<long[]>(14), Amount(15)));
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}

/// <summary>What movements change the accounts by, kind by kind; spending, pay-outs and transfers out are negative.</summary>
/// <param name="ToPool">What of the pay-outs falls to the pooled fund, because there is no heir.</param>
/// <param name="Total">What they change the accounts by together.</param>
public sealed record RunMovements(
    Money Opening, Money Spending, Money PayOut, Money TransferIn, Money TransferOut, Money Correction, Money ToPool, Money Total)
{
    public Money WalletOut { get; private init; }
    public Money WalletIn { get; private init; }
    public Money WalletReturn { get; private init; }
    public Money EmergencyReturn { get; private init; }

    internal static RunMovements Of(long[] fen, Money toPool)
    {
        Money Kind(Component component) => new(fen[(int)component - (int)Component.Opening]);
        return new RunMovements(
            Kind(Component.Opening), Kind(Component.Spending), Kind(Component.PayOut), Kind(Component.TransferIn), Kind(Component.TransferOut), Kind(Component.Correction),
            toPool, new Money(fen.Sum()))
        {
            WalletOut = Kind(Component.WalletOut),
            WalletIn = Kind(Component.WalletIn),
            WalletReturn = Kind(Component.WalletReturn),
            EmergencyReturn = Kind(Component.EmergencyReturn),
        };
    }
}

using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>Returns of money as they are on record.</summary>
public static class ReturnList
{
    /// <summary>Those of a month by their day, and those that still wait to be confirmed.</summary>
    public static async Task<List<ReturnDocument>> OfMonthAsync(Area area, YearMonth month, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        return await ReadAsync(
            area.On(connection), "(r.on_date >= $1 AND r.on_date < $2 AND r.state <> 'withdrawn') OR r.state = 'proposed'", cancellation,
            month.FirstDay(), month.PlusMonths(1).FirstDay());
    }

    public static async Task<List<ReturnDocument>> WaitingAsync(Area area, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        return await ReadAsync(area.On(connection), "r.state = 'proposed'", cancellation);
    }

    internal static Task<List<ReturnDocument>> ReadAsync(
        AreaSession area, string which, CancellationToken cancellation, params object[] arguments) => area.ReadAsync(
        $"""
        SELECT r.return_id, r.state, r.kind, e.number, e.name, r.return_month, r.to_month, r.amount_fen, r.on_date, r.document, r.cancels, r.made_by, r.acted_by, r.reason,
               EXISTS (SELECT FROM :area.return_state c WHERE c.cancels = r.return_id AND c.state = 'confirmed')
        FROM :area.return_state r JOIN :area.employer e ON e.employer_id = r.return_employer WHERE {which} ORDER BY r.return_id
        """,
        r => new ReturnDocument(
            r.GetInt32(0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetString(4), r.GetFieldValue<DateOnly>(5).Month(),
            r.IsDBNull(6) ? null : r.GetFieldValue<DateOnly>(6).Month(), new Money(r.GetInt64(7)), LocalDate.FromDateOnly(r.GetFieldValue<DateOnly>(8)), r.GetString(9),
            r.IsDBNull(10) ? null : r.GetInt32(10), r.GetString(11), r.Text(12), r.GetString(13))
        {
            IsCancelled = r.GetBoolean(14),
        },
        cancellation, arguments);
}

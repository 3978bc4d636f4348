using System.Globalization;
using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Facts;

/// <summary>Posted balances of many accounts: from the last statement or the last snapshot, whichever is later, and the entries posted since.</summary>
internal sealed class PostedBalances
{
    /// <summary>With more entries since the base than this a snapshot is taken rather than the entries read again and again.</summary>
    private const long MostEntries = 50_000;

    private readonly AreaSession area;
    private readonly string? carried;
    private readonly string? since;

    private PostedBalances(AreaSession area, string? carried, string? since)
    {
        (this.area, this.carried, this.since) = (area, carried, since);
    }

    /// <param name="large">Everybody's are wanted.</param>
    public static async Task<PostedBalances> PrepareAsync(AreaSession area, bool large, CancellationToken cancellation)
    {
        (string? carried, string? since, long entries) = await BaseAsync(area, cancellation);
        if (large && entries > MostEntries)
        {
            await using NpgsqlCommand snap = area.LongCommand("SELECT :area.snap_balances()");
            await snap.ExecuteNonQueryAsync(cancellation);
            (carried, since, _) = await BaseAsync(area, cancellation);
        }

        return new PostedBalances(area, carried, since);
    }

    /// <param name="accounts">Null: of all.</param>
    /// <param name="take">Account and fen; an account may come several times.</param>
    public async Task ReadAsync(int[]? accounts, Action<int, long> take, CancellationToken cancellation)
    {
        foreach (string? source in new[] { carried, since })
        {
            if (source is null)
            {
                continue;
            }

            string sql = accounts is null ? source : $"SELECT * FROM ({source}) b WHERE account_id = ANY($1)";
            await using NpgsqlCommand command = area.LongCommand(sql);
            if (accounts is not null)
            {
                command.Parameters.AddWithValue(accounts);
            }

            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
            while (reader.Read())
            {
                take(reader.GetInt32(0), reader.GetInt64(1));
            }
        }
    }

    private static async Task<(string? Carried, string? Since, long Entries)> BaseAsync(AreaSession area, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(
            """
            WITH stated AS (SELECT y.year, c.seq FROM :area.statement_year y JOIN :area.closing_in_force c ON c.month = y.through ORDER BY y.year DESC LIMIT 1),
            snapped AS (SELECT seq, taken FROM :area.balance_snapshot ORDER BY seq DESC LIMIT 1),
            base AS (
                SELECT coalesce((SELECT seq FROM stated), 0) AS stated, coalesce((SELECT seq FROM snapped), 0) AS snapped)
            SELECT CASE WHEN b.snapped > b.stated THEN 'SELECT account_id, balance_fen FROM :area.' || (SELECT taken FROM snapped)
                        WHEN b.stated > 0 THEN 'SELECT account_id, closing_fen FROM :area.statement WHERE year = ' || (SELECT year FROM stated) END,
                   array_agg(DISTINCT l.month) FILTER (WHERE l.run_id IS NOT NULL), array_agg(DISTINCT l.run_id) FILTER (WHERE l.run_id IS NOT NULL),
                   (SELECT coalesce(sum(t.entries), 0)::bigint FROM :area.run_total t JOIN :area.ledger p USING (run_id) WHERE p.seq > greatest(b.stated, b.snapped))
            FROM base b LEFT JOIN :area.ledger l ON l.act = 'post' AND l.seq > greatest(b.stated, b.snapped) GROUP BY b.stated, b.snapped
            """);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        string? carried = reader.IsDBNull(0) ? null : reader.GetString(0);
        if (reader.IsDBNull(1))
        {
            return (carried, null, 0);
        }

        string months = reader.GetFieldValue<DateOnly[]>(1).Select(m => m.Month()).Literals();
        string runs = string.Join(", ", reader.GetFieldValue<int[]>(2).Select(r => r.ToString(CultureInfo.InvariantCulture)));
        return (carried, $"SELECT account_id, account_fen FROM :area.entry WHERE posting_month IN ({months}) AND run_id IN ({runs})", reader.GetInt64(3));
    }
}

using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Ledger;

/// <summary>
/// Reads what coverage is folded from out of the ledger and the changes of status, from the beginning up to a posting month, for many accounts at once.
/// Coverage is the person's, whichever of the person's accounts, up to the one asked for, the months were credited to.
/// </summary>
public sealed class PostedCoverage(AreaSession area, YearMonth through)
{
    private readonly Dictionary<int, CoverageFacts> _facts = [];

    public async Task<CoverageFacts> ReadAsync(int account, CancellationToken cancellation) => (await ReadAsync([account], cancellation))[account];

    public async Task<IReadOnlyDictionary<int, CoverageFacts>> ReadAsync(int[] accounts, CancellationToken cancellation)
    {
        _facts.Clear();
        await ReadPaidAsync(accounts, cancellation);
        await ReadFirstRetiredAsync(accounts, cancellation);
        await ReadChangesAsync(accounts, cancellation);
        return _facts;
    }

    private async Task ReadPaidAsync(int[] accounts, CancellationToken cancellation)
    {
        Dictionary<int, List<YearMonth>> paid = accounts.ToDictionary(a => a, _ => new List<YearMonth>());
        await ReadEntriesAsync(
            $"e.component = {Component.Contribution:D} AND e.posting_month <= $2 GROUP BY 1 HAVING sum(e.person_paid_fen + e.employer_paid_fen) > 0", accounts,
            (account, month) => paid[account].Add(month), cancellation);
        foreach ((int account, List<YearMonth> months) in paid)
        {
            _facts[account] = new CoverageFacts(months, 0, null, null);
        }
    }

    // Without a retirement on record the first month credited as a retiree tells it.
    private Task ReadFirstRetiredAsync(int[] accounts, CancellationToken cancellation) => ReadEntriesAsync(
        $"e.component = {Component.Retiree:D} AND e.account_fen > 0 AND e.posting_month <= $2 ORDER BY 1 LIMIT 1", accounts,
        (account, month) => _facts[account] = _facts[account] with { RetiredIn = month.PlusMonths(-1) }, cancellation);

    private async Task ReadChangesAsync(int[] accounts, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = Command(
            $"""
            SELECT DISTINCT ON (w.account_id, e.event) w.account_id, e.event, e.on_date, e.value
            FROM unnest($1) w (account_id) JOIN :area.person_event e ON e.person_id = {AccountNumbers.PersonSql("w.account_id")} AND e.event IN {PersonEvents.OfCoverage}
            ORDER BY w.account_id, e.event, e.submission_id DESC, e.row_no DESC
            """, accounts);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            CoverageFacts facts = _facts[reader.GetInt32(0)];
            YearMonth month = reader.GetFieldValue<DateOnly>(2).Month();
            _facts[reader.GetInt32(0)] = (PersonEvent)reader.GetInt16(1) switch
            {
                PersonEvent.Retired => facts with { RetiredIn = month },
                PersonEvent.Died => facts with { DiedIn = month },
                _ => facts with { EarlierMonths = int.Parse(reader.GetString(3), CultureInfo.InvariantCulture) },
            };
        }
    }

    // Account by account, so that each is a look-up in the key of every month, however the planner guesses at months that it has no figures of.
    private async Task ReadEntriesAsync(string which, int[] accounts, Action<int, YearMonth> take, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = Command(
            $"""
            SELECT w.account_id, e.contribution_month FROM unnest($1) w (account_id) CROSS JOIN LATERAL (
                SELECT e.contribution_month FROM :area.entry e
                WHERE e.account_id = ANY(ARRAY(SELECT generate_series({AccountNumbers.PersonSql("w.account_id")}, w.account_id, {AccountNumbers.Step}))) AND {which}) e
            """, accounts);
        command.Parameters.AddWithValue(through.FirstDay());
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            take(reader.GetInt32(0), reader.GetFieldValue<DateOnly>(1).Month());
        }
    }

    private NpgsqlCommand Command(string sql, int[] accounts)
    {
        NpgsqlCommand command = area.LongCommand(sql);
        command.Parameters.AddWithValue(accounts);
        return command;
    }
}

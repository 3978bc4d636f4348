using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Facts;

/// <summary>The tables of a kind of facts, one a month: a new month's is keyed and attached only when the file is in.</summary>
internal sealed class FactTables(AreaSession area, string fact)
{
    private readonly Dictionary<YearMonth, bool> _opened = [];

    /// <summary>Months whose tables are new in this transaction and not yet attached.</summary>
    public IEnumerable<YearMonth> Fresh => _opened.Where(o => o.Value).Select(o => o.Key);

    public async Task OpenAsync(YearMonth month, CancellationToken cancellation)
    {
        if (!_opened.ContainsKey(month))
        {
            _opened.Add(month, (bool)(await CallAsync("open_facts", month, cancellation))!);
            KillSwitch.Pass(KillPoint.FactsMonthOpened);
        }
    }

    public async Task CloseAsync(CancellationToken cancellation)
    {
        foreach (YearMonth month in _opened.Keys.ToList())
        {
            KillSwitch.Pass(KillPoint.FactsBeforeAttach);
            await CallAsync("close_facts", month, cancellation);
            KillSwitch.Pass(KillPoint.FactsAfterAttach);
            _opened[month] = false;
        }
    }

    private async Task<object?> CallAsync(string function, YearMonth month, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command($"SELECT :area.{function}($1, $2)");
        command.Parameters.AddWithValue(fact);
        command.Parameters.AddWithValue(month.FirstDay());
        return await command.ExecuteScalarAsync(cancellation);
    }
}

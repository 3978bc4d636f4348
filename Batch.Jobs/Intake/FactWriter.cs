using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Intake;

/// <summary>Appends facts by binary COPY straight into their months; a new month's table is keyed and attached when the file is in.</summary>
internal sealed class FactWriter<TFact>(AreaSession area, FactTables tables)
    where TFact : struct, IDeclaredFact<TFact>
{
    private readonly Dictionary<YearMonth, List<(TFact Fact, int Submission)>> _pending = [];
    private (YearMonth Month, List<(TFact, int)>? Facts) _last;

    public void Add(in TFact fact, int submission)
    {
        // Facts of one month come together.
        if (_last.Facts is null || _last.Month != fact.Month)
        {
            if (!_pending.TryGetValue(fact.Month, out List<(TFact, int)>? facts))
            {
                _pending.Add(fact.Month, facts = []);
            }

            _last = (fact.Month, facts);
        }

        _last.Facts.Add((fact, submission));
    }

    public async Task FlushAsync(CancellationToken cancellation)
    {
        foreach ((YearMonth month, List<(TFact Fact, int Submission)> facts) in _pending)
        {
            if (facts.Count == 0)
            {
                continue;
            }

            await tables.OpenAsync(month, cancellation);
            await CopyAsync(month, facts, cancellation);
            facts.Clear();
        }
    }

    private async Task CopyAsync(YearMonth month, List<(TFact Fact, int Submission)> facts, CancellationToken cancellation)
    {
        await using CopyRows copy = await area.CopyAsync(area.Part(TFact.Table, month), TFact.Columns, cancellation);
        foreach ((TFact fact, int submission) in facts)
        {
            copy.StartRow();
            fact.Write(copy, submission);
            KillSwitch.Pass(KillPoint.FactsMidCopy);
        }

        await copy.CompleteAsync(cancellation);
    }
}

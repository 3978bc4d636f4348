using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Intake;

/// <summary>Appends movements by binary COPY straight into their months.</summary>
public sealed class MovementWriter(AreaSession area)
{
    private readonly Dictionary<YearMonth, List<(MovementFact Fact, int Submission)>> _pending = [];
    private readonly FactTables _tables = new(area, "movement");

    /// <summary>Months whose tables are new in this transaction: the parent table does not show them yet.</summary>
    public IEnumerable<YearMonth> Fresh => _tables.Fresh;

    public void Add(in MovementFact fact, int submission)
    {
        if (!_pending.TryGetValue(fact.Month, out List<(MovementFact, int)>? facts))
        {
            _pending.Add(fact.Month, facts = []);
        }

        facts.Add((fact, submission));
    }

    public async Task FlushAsync(CancellationToken cancellation)
    {
        foreach ((YearMonth month, List<(MovementFact, int)> facts) in _pending.Where(p => p.Value.Count > 0))
        {
            await _tables.OpenAsync(month, cancellation);
            await CopyAsync(month, facts, cancellation);
            facts.Clear();
        }
    }

    public async Task CompleteAsync(CancellationToken cancellation)
    {
        await FlushAsync(cancellation);
        await _tables.CloseAsync(cancellation);
    }

    private async Task CopyAsync(YearMonth month, List<(MovementFact Fact, int Submission)> facts, CancellationToken cancellation)
    {
        await using CopyRows copy = await area.CopyAsync(
            area.Part("movement", month),
            "movement_month, on_date, person_id, kind, channel, member, reference, submission_id, row_no, state, amount_fen, ground, document, counterpart", cancellation);
        DateOnly first = month.FirstDay();
        foreach ((MovementFact fact, int submission) in facts)
        {
            copy.StartRow();
            copy.Write(first);
            copy.Write(fact.On);
            copy.Write(fact.Person);
            copy.Write((short)fact.Identity.Kind);
            copy.Write((short)fact.Identity.Channel);
            copy.Write(fact.Identity.Member);
            copy.Write(fact.Identity.Reference);
            copy.Write(submission);
            copy.Write(fact.Row);
            copy.Write((short)fact.State);
            copy.Write(fact.Fen);
            copy.Write((short)fact.Ground);
            copy.Write(fact.Document);
            copy.Write(fact.Counterpart);
            KillSwitch.Pass(KillPoint.FactsMidCopy);
        }

        await copy.CompleteAsync(cancellation);
    }
}

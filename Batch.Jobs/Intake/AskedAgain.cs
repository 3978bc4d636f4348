using Batch.Jobs.Facts;
using NodaTime;

namespace Batch.Jobs.Intake;

/// <summary>Lines of a transaction's files that say again what waits beside a person's month already, with why it waits.</summary>
public sealed class AskedAgain<TFact>
    where TFact : struct, IDeclaredFact<TFact>
{
    private readonly Dictionary<(FileDraft Draft, int Person, YearMonth Month, int Employer), (TFact Fact, Rejection Why)> _lines = [];

    public bool IsEmpty => _lines.Count == 0;

    /// <param name="beside">As it waits.</param>
    public void Add(FileDraft draft, in TFact beside, Rejection why) => _lines[(draft, beside.Person, beside.Month, beside.Employer)] = (beside, why);

    /// <summary>Takes out what waits beside the person's line; null: nothing.</summary>
    public (TFact Fact, Rejection Why)? Remove(FileDraft draft, in TFact own) =>
        _lines.Remove((draft, -own.Person, own.Month, own.Employer), out (TFact, Rejection) line) ? line : null;
}

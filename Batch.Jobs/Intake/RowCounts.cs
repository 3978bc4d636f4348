using Batch.Jobs.Facts;
using Batch.Rules;

namespace Batch.Jobs.Intake;

/// <summary>Rows of a block by what became of them, with what they say was paid.</summary>
internal sealed class RowCounts<TFact>
    where TFact : struct, IDeclaredFact<TFact>
{
    private int _accepted;
    private int _unchanged;
    private int _held;
    private Money _personPaid;
    private Money _employerPaid;
    private Money _unchangedPaid;
    private Money _heldPaid;

    /// <param name="rows">1, or -1 for a row that became something else after all.</param>
    public void Accepted(in TFact fact, int rows)
    {
        _accepted += rows;
        _personPaid += fact.PersonPaid * rows;
        _employerPaid += fact.EmployerPaid * rows;
    }

    /// <inheritdoc cref="Accepted"/>
    public void Unchanged(in TFact fact, int rows)
    {
        _unchanged += rows;
        _unchangedPaid += fact.Paid * rows;
    }

    public void Held(in TFact fact)
    {
        _held++;
        _heldPaid += fact.Paid;
    }

    public void AddTo(FileDraft draft)
    {
        draft.Accepted += _accepted;
        draft.Unchanged += _unchanged;
        draft.Held += _held;
        draft.PersonPaidFen += _personPaid.Fen;
        draft.EmployerPaidFen += _employerPaid.Fen;
        draft.UnchangedFen += _unchangedPaid.Fen;
        draft.HeldFen += _heldPaid.Fen;
    }
}

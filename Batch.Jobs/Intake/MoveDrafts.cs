using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Intake;

/// <summary>
/// The submissions of a change that moves facts: one for each month in which the facts were filed first, so that a line that moves is paid in the month in which it
/// was, not in that of the change. What is no line is in the one of the open month.
/// </summary>
internal sealed class MoveDrafts(Func<int, YearMonth, FileDraft> make, int firstNumber, YearMonth openMonth)
{
    private readonly SortedDictionary<YearMonth, FileDraft> _byMonth = [];
    private int _next = firstNumber;

    public FileDraft Main => Of(openMonth);

    public IEnumerable<FileDraft> All => _byMonth.Values;

    public FileDraft Of(YearMonth filed)
    {
        YearMonth month = filed > openMonth ? openMonth : filed;
        if (!_byMonth.TryGetValue(month, out FileDraft? draft))
        {
            _byMonth.Add(month, draft = make(_next++, month));
        }

        return draft;
    }

    /// <summary>A row that is accepted or held as a fact of the change.</summary>
    public static int Count<TFact>(FileDraft draft, in TFact fact, FactState state)
        where TFact : struct, IDeclaredFact<TFact>
    {
        draft.Rows++;
        if (state == FactState.Held)
        {
            draft.Held++;
            draft.HeldFen += fact.Paid.Fen;
        }
        else
        {
            draft.Accepted++;
            draft.PersonPaidFen += fact.PersonPaid.Fen;
            draft.EmployerPaidFen += fact.EmployerPaid.Fen;
        }

        return draft.Rows;
    }

    /// <summary>The same for a movement.</summary>
    public static int Count(FileDraft draft, in MovementFact fact)
    {
        draft.Rows++;
        if (fact.State == FactState.Held)
        {
            draft.Held++;
            draft.HeldFen += Math.Abs(fact.Fen);
        }
        else
        {
            draft.Accepted++;
            draft.MovedFen += Math.Abs(fact.Fen);
        }

        return draft.Rows;
    }
}

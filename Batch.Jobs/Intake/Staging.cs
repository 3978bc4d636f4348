using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Intake;

/// <summary>What the rows of one block of a file have come to, before it is written: facts, rejections, counters.</summary>
/// <param name="facts">Empty; used again for block after block, since making so large a list takes time.</param>
/// <param name="asked">Lines of this transaction's files that say again what waits beside a person's month already.</param>
public sealed class Staging<TFact>(FileDraft draft, int rows, List<TFact> facts, AskedAgain<TFact> asked)
    where TFact : struct, IDeclaredFact<TFact>
{
    private readonly HashSet<int> _rejectedRows = [];
    private PersonSet? _present;
    private YearMonth _presentIn;
    private readonly RowCounts<TFact> _counts = new();

    public FileDraft Draft { get; } = draft;
    public List<TFact> Facts { get; } = facts;
    public List<Rejection> Rejections { get; } = [];

    /// <summary>What the rejected rows of a payroll file say was paid; null where it cannot be read.</summary>
    public List<(int Row, long? Fen)> RejectedPaid { get; } = [];

    /// <summary>What this block changed of the facts in force, to undo it when the file is refused. Before: null when the fact is new.</summary>
    private readonly List<(List<FactInForce<TFact>> Among, FactInForce<TFact> Changed, TFact? Before, int Submission)> _changes = [];

    /// <summary>The file names this person in this month, whatever becomes of the row: a replacement does not leave the person out.</summary>
    public void Names(in TFact fact)
    {
        Draft.Names(fact.Month);
        if (Draft.Kind != SubmissionKind.Replacement)
        {
            return;
        }

        // Rows of one month come together.
        if (_present is null || _presentIn != fact.Month)
        {
            if (!Draft.Present.TryGetValue(fact.Month, out _present))
            {
                Draft.Present.Add(fact.Month, _present = new PersonSet());
            }

            _presentIn = fact.Month;
        }

        _present.Add(fact.Person);
        Draft.Employers.Add(fact.Employer);
    }

    public void Reject(Rejection rejection)
    {
        _rejectedRows.Add(rejection.Row);
        Rejections.Add(rejection);
        Draft.Show(rejection);
    }

    /// <summary>Rejects a line for what the checks against policy and register found; they know our names of the columns only.</summary>
    public void Reject(List<Rejection> faults)
    {
        foreach (Rejection fault in faults)
        {
            Reject(Draft.InItsWords(fault));
        }
    }

    /// <summary>
    /// A line that passed every check meets what is in force: the same said again changes nothing; another figure from the same employer is a
    /// correction; two employers in one month, or two different lines in one file, are held for an operator (edges 26 and 27).
    /// </summary>
    /// <param name="known">False: the area holds the lines of people who are not enrolled.</param>
    /// <param name="twoEmployers">Which of two employers is credited; the other's line is held, to be refunded or sent again.</param>
    public void Accept(in TFact fact, CitizenId id, List<FactInForce<TFact>>? inForce, bool known, TwoEmployers twoEmployers = TwoEmployers.Hold)
    {
        (FactInForce<TFact>? own, bool contested) = inForce is null ? (null, false) : Sides(inForce, fact.Employer);
        if (own is not null && own.Fact.SaysTheSameAs(fact) && (own.Fact.State != FactState.Withdrawn || contested) && !IsReleased(own, contested, known))
        {
            // Also what an operator has decided against, as long as the other side is in force: the question is not asked again.
            own.SaidAgain = own.Submission == Draft.Submission ? own.SaidAgain : (Draft.Submission, fact.Row);
            _counts.Unchanged(fact, 1);
        }
        else if (!known)
        {
            Hold(fact, inForce, own, new Rejection(Codes.UnknownPerson, fact.Row, "", id.ToString(), ""));
        }
        else if (own is not null && own.Submission == Draft.Submission)
        {
            int first = Math.Abs(own.Fact.Row);
            HoldOther(inForce!, own, Twice(id, first, fact.Row));
            Hold(fact, inForce, own, Twice(id, fact.Row, first));
        }
        else if (own is not null && own.SaidAgain.Submission == Draft.Submission)
        {
            // The first of the two repeats an earlier file: it changed nothing until this one contradicted it.
            int first = own.SaidAgain.Row;
            TFact repeated = own.Fact.As(own.Fact.State, first);
            _counts.Unchanged(repeated, -1);
            Hold(repeated, inForce, own, Twice(id, first, fact.Row));
            Hold(fact, inForce, own, Twice(id, fact.Row, first));
        }
        else if (contested)
        {
            Contest(fact, id, inForce!, own, twoEmployers);
        }
        else
        {
            Take(fact);
            if (inForce is not null)
            {
                PutInForce(fact, inForce, own);
            }
        }
    }

    /// <summary>
    /// A line that may not be the person's, or may not replace what is paid, waits beside what is in force and touches nothing of it. Said again it is no new
    /// question, unless the person's own line has settled it in between; a replacement says everything anew.
    /// </summary>
    /// <param name="aside">What waits beside the person's month already.</param>
    /// <param name="inForce">What is in force for the person and month.</param>
    public void SetAside(in TFact fact, List<FactInForce<TFact>> aside, List<FactInForce<TFact>>? inForce, Rejection why)
    {
        TFact beside = fact.Aside();
        int employer = fact.Employer;
        FactInForce<TFact>? own = aside.Find(f => f.Fact.Employer == employer);
        bool same = own is not null && own.Fact.SaysTheSameAs(beside);
        bool settled = own is { Fact.State: FactState.Held }
            && inForce?.Exists(f => f.Fact.Employer == employer && f.Fact.State == FactState.Accepted && f.Submission > own.Submission) == true;
        why = Draft.InItsWords(why);
        if (same && !settled && (own!.Fact.State == FactState.Withdrawn || own.Submission == Draft.Submission || Draft.Kind != SubmissionKind.Replacement))
        {
            if (own.Fact.State == FactState.Held && own.Submission != Draft.Submission)
            {
                asked.Add(Draft, beside, why);
            }

            _counts.Unchanged(fact, 1);
            return;
        }

        Hold(beside, aside, own, why);
    }

    /// <summary>
    /// The person's own line is new, and the same file says the line again that waits beside it: they are two, so that the one does not settle the other.
    /// </summary>
    public void AskAgain(in TFact fact, List<FactInForce<TFact>> aside)
    {
        int employer = fact.Employer;
        if (asked.Remove(Draft, fact) is (var waiting, var why))
        {
            _counts.Unchanged(waiting, -1);
            Hold(waiting, aside, aside.Find(f => f.Fact.Employer == employer), why);
        }
    }

    /// <summary>Of a person whom this file names first, and by two names: neither name is certain, so that the lines before are held as well.</summary>
    /// <param name="row">The line with the other name.</param>
    /// <param name="names">The name that this line gives, and the one of the lines before; masked.</param>
    /// <returns>Why the line itself is held; null: no line of this file came before it.</returns>
    public Rejection? HoldOwn(List<FactInForce<TFact>> inForce, int row, string column, (string Own, string Before) names)
    {
        List<FactInForce<TFact>> before = [.. inForce.Where(f => f.Submission == Draft.Submission && f.Fact.State != FactState.Withdrawn)];
        foreach (FactInForce<TFact> own in before.Where(f => f.Fact.State == FactState.Accepted))
        {
            HoldOther(inForce, own, Draft.InItsWords(Shared(Math.Abs(own.Fact.Row), names.Before, row, names.Own)));
        }

        return before is [{ } first, ..] ? Shared(row, names.Own, Math.Abs(first.Fact.Row), names.Before) : null;

        Rejection Shared(int at, string name, int other, string otherName) => new(
            Codes.NumberShared, at, column, name, string.Create(CultureInfo.InvariantCulture, $"{other} {otherName}"));
    }

    /// <summary>Adds this block to the file's counters. A line of this block that was accepted and then held counts as held.</summary>
    public void Count()
    {
        Draft.Rows += rows;
        Draft.Rejected += _rejectedRows.Count;
        _counts.AddTo(Draft);
    }

    /// <summary>A refused file leaves no trace in what is in force for the files after it.</summary>
    public void Undo()
    {
        foreach ((List<FactInForce<TFact>> among, FactInForce<TFact> changed, TFact? before, int submission) in _changes)
        {
            if (before is { } fact)
            {
                changed.Fact = fact;
                changed.Submission = submission;
            }
            else
            {
                among.Remove(changed);
            }
        }
    }

    private static Rejection Twice(CitizenId id, int row, int other) => new(Codes.DuplicateLine, row, "", id.ToString(), other.ToString(CultureInfo.InvariantCulture));

    private static (FactInForce<TFact>? Own, bool Contested) Sides(List<FactInForce<TFact>> inForce, int employer) => (
        inForce.Find(f => f.Fact.Employer == employer), inForce.Exists(f => f.Fact.Employer != employer && f.Fact.State != FactState.Withdrawn));

    private void Contest(in TFact fact, CitizenId id, List<FactInForce<TFact>> inForce, FactInForce<TFact>? own, TwoEmployers rule)
    {
        (int employer, Money declared) = (fact.Employer, fact.Base);
        List<FactInForce<TFact>> others = inForce.FindAll(f => f.Fact.Employer != employer && f.Fact.State != FactState.Withdrawn);
        bool prevails = rule switch
        {
            TwoEmployers.First => own?.Fact.State == FactState.Accepted,
            TwoEmployers.Higher => others.TrueForAll(o => o.Fact.Base < declared || (o.Fact.Base == declared && own?.Fact.State == FactState.Accepted)),
            _ => false,
        };
        if (rule == TwoEmployers.Hold || prevails)
        {
            others.ForEach(other => HoldOther(inForce, other, new Rejection(Codes.TwoEmployers, other.Fact.Row, "", id.ToString(), "")));
        }

        if (prevails)
        {
            Take(fact);
            PutInForce(fact, inForce, own);
        }
        else
        {
            Hold(fact, inForce, own, new Rejection(Codes.TwoEmployers, fact.Row, "", id.ToString(), ""));
        }
    }

    // A held line that is sent again when nothing is against it any more is taken: the other employer has withdrawn, the double row is mended,
    // the person is enrolled now.
    private bool IsReleased(FactInForce<TFact> own, bool contested, bool known) =>
        own.Fact.State == FactState.Held && own.Submission != Draft.Submission && !contested && known;

    private void Take(in TFact fact)
    {
        Facts.Add(fact);
        _counts.Accepted(fact, 1);
    }

    private void Hold(in TFact fact, List<FactInForce<TFact>>? inForce, FactInForce<TFact>? own, Rejection why)
    {
        TFact held = fact.As(FactState.Held, fact.Row);
        Facts.Add(held);
        CountHeld(fact, why);
        PutInForce(held, inForce ?? [], own);
    }

    // The other line is held as a consequence of this file: a later version of it, not an edit.
    private void HoldOther(List<FactInForce<TFact>> inForce, FactInForce<TFact> other, Rejection why)
    {
        if (other.Fact.State != FactState.Accepted)
        {
            return;
        }

        bool ofThisFile = other.Submission == Draft.Submission;
        if (ofThisFile && other.Fact.Row > 0)
        {
            _counts.Accepted(other.Fact, -1);
            CountHeld(other.Fact, why);
        }

        Facts.Add(other.Fact.As(FactState.Held, ofThisFile ? -other.Fact.Row : 0));
        _changes.Add((inForce, other, other.Fact, other.Submission));
        other.Fact = other.Fact.As(FactState.Held, other.Fact.Row);
    }

    private void PutInForce(in TFact fact, List<FactInForce<TFact>> inForce, FactInForce<TFact>? own)
    {
        if (own is null)
        {
            FactInForce<TFact> added = new(fact, Draft.Submission);
            inForce.Add(added);
            _changes.Add((inForce, added, null, 0));
            return;
        }

        _changes.Add((inForce, own, own.Fact, own.Submission));
        own.Fact = fact;
        own.Submission = Draft.Submission;
    }

    private void CountHeld(in TFact fact, Rejection why)
    {
        _counts.Held(fact);
        Rejections.Add(why);
        Draft.Show(why);
    }
}

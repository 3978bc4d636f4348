using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Intake;

/// <summary>What the rows of one block of a file have come to, before it is written: facts, rejections, counters.</summary>
/// <param name="facts">Empty; used again for block after block, since so large a list is dear to make.</param>
public sealed class Staging(FileDraft draft, int rows, List<FactRow> facts)
{
    private readonly HashSet<int> _rejectedRows = [];
    private PersonSet? _present;
    private YearMonth _presentIn;
    private int _accepted;
    private int _unchanged;
    private int _held;
    private long _second;
    private long _third;
    private long _heldFen;
    private long _unchangedFen;

    public FileDraft Draft { get; } = draft;
    public List<FactRow> Facts { get; } = facts;
    public List<Rejection> Rejections { get; } = [];

    /// <summary>What the rejected rows of a payroll file say was paid; null where it cannot be read.</summary>
    public List<(int Row, long? Fen)> RejectedPaid { get; } = [];

    /// <summary>What was changed of the standing facts, to undo it when the file is refused.</summary>
    public List<(List<StandingFact> Standing, StandingFact Fact, FactRow? Before, int Submission)> Changes { get; } = [];

    /// <summary>The file speaks of this person in this month, whatever becomes of the row: a replacement does not leave him out.</summary>
    public void Speaks(in FactRow row)
    {
        if (Draft.LatestMonth is null || row.Month > Draft.LatestMonth)
        {
            Draft.LatestMonth = row.Month;
        }

        if (Draft.Kind != SubmissionKind.Replacement)
        {
            return;
        }

        // Rows of one month come together.
        if (_present is null || _presentIn != row.Month)
        {
            if (!Draft.Present.TryGetValue(row.Month, out _present))
            {
                Draft.Present.Add(row.Month, _present = new PersonSet());
            }

            _presentIn = row.Month;
        }

        _present.Add(row.Person);
        Draft.Employers.Add(row.Employer);
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
    /// A line that passed every check meets what stands: the same said again changes nothing; another figure from the same employer is a
    /// correction; two employers in one month, or two different lines in one file, are held for an operator (edges 26 and 27).
    /// </summary>
    /// <param name="known">False: the area holds the lines of people who are not enrolled.</param>
    /// <param name="twoEmployers">Which of two employers is credited; the other's line is held, to be refunded or sent again.</param>
    public void Accept(in FactRow row, CitizenId id, List<StandingFact>? standing, bool known, TwoEmployers twoEmployers = TwoEmployers.Hold)
    {
        (StandingFact? own, bool contested) = standing is null ? (null, false) : Sides(standing, row.Employer);
        if (own is not null && own.Row.SaysTheSameAs(row) && (own.Row.State != FactState.Withdrawn || contested) && !IsReleased(own, contested, known))
        {
            // Also what an operator has decided against, as long as the other side stands: he is not asked again.
            own.SaidAgain = own.Submission == Draft.Submission ? own.SaidAgain : (Draft.Submission, row.Row);
            _unchanged++;
            _unchangedFen += Math.Max(row.Second, 0) + Math.Max(row.Third, 0);
        }
        else if (!known)
        {
            Hold(row, standing, own, new Rejection(Codes.UnknownPerson, row.Row, "", id.ToString(), ""));
        }
        else if (own is not null && own.Submission == Draft.Submission)
        {
            int first = Math.Abs(own.Row.Row);
            HoldOthers(standing!, own, new Rejection(Codes.DuplicateLine, first, "", id.ToString(), row.Row.ToString(CultureInfo.InvariantCulture)));
            Hold(row, standing, own, new Rejection(Codes.DuplicateLine, row.Row, "", id.ToString(), first.ToString(CultureInfo.InvariantCulture)));
        }
        else if (own is not null && own.SaidAgain.Submission == Draft.Submission)
        {
            // The first of the two repeats an earlier file: it changed nothing until this one contradicted it.
            int first = own.SaidAgain.Row;
            FactRow repeated = own.Row with { Row = first };
            _unchanged--;
            _unchangedFen -= Math.Max(repeated.Second, 0) + Math.Max(repeated.Third, 0);
            Hold(repeated, standing, own, new Rejection(Codes.DuplicateLine, first, "", id.ToString(), row.Row.ToString(CultureInfo.InvariantCulture)));
            Hold(row, standing, own, new Rejection(Codes.DuplicateLine, row.Row, "", id.ToString(), first.ToString(CultureInfo.InvariantCulture)));
        }
        else if (contested)
        {
            Contest(row, id, standing!, own, twoEmployers);
        }
        else
        {
            Take(row);
            if (standing is not null)
            {
                Stand(row, standing, own);
            }
        }
    }

    /// <summary>
    /// A line that may not be the person's, or may not replace what is paid, waits beside what is in force and touches nothing of it. Said again it is no new
    /// question, unless the person's own line has settled it in between; a replacement says everything anew.
    /// </summary>
    /// <param name="aside">What waits beside the person's month already.</param>
    /// <param name="standing">What is in force for the person and month.</param>
    public void SetAside(in FactRow row, List<StandingFact> aside, List<StandingFact>? standing, Rejection why)
    {
        FactRow beside = row with { Person = -row.Person };
        StandingFact? own = aside.Find(f => f.Row.Employer == beside.Employer);
        bool same = own is not null && own.Row.SaysTheSameAs(beside);
        bool settled = own is { Row.State: FactState.Held }
            && standing?.Exists(f => f.Row.Employer == beside.Employer && f.Row.State == FactState.Accepted && f.Submission > own.Submission) == true;
        why = Draft.InItsWords(why);
        if (same && !settled && (own!.Row.State == FactState.Withdrawn || own.Submission == Draft.Submission || Draft.Kind != SubmissionKind.Replacement))
        {
            if (own.Row.State == FactState.Held && own.Submission != Draft.Submission)
            {
                Draft.AskedAgain[(beside.Person, beside.Month, beside.Employer)] = (beside, why);
            }

            _unchanged++;
            _unchangedFen += Math.Max(row.Second, 0) + Math.Max(row.Third, 0);
            return;
        }

        Hold(beside, aside, own, why);
    }

    /// <summary>
    /// The person's own line is new, and the same file says the line again that waits beside it: they are two, so that the one does not settle the other.
    /// </summary>
    public void AskAgain(in FactRow row, List<StandingFact> aside)
    {
        (int employer, YearMonth month) = (row.Employer, row.Month);
        if (Draft.AskedAgain.Remove((-row.Person, month, employer), out (FactRow Row, Rejection Why) asked))
        {
            _unchanged--;
            _unchangedFen -= Math.Max(asked.Row.Second, 0) + Math.Max(asked.Row.Third, 0);
            Hold(asked.Row, aside, aside.Find(f => f.Row.Employer == employer), asked.Why);
        }
    }

    /// <summary>Of a person whom this file names first, and by two names: neither name is certain, so that the lines before are held as well.</summary>
    /// <param name="row">The line with the other name.</param>
    /// <param name="names">The name that this line gives, and the one of the lines before; masked.</param>
    /// <returns>Why the line itself is held; null: no line of this file came before it.</returns>
    public Rejection? HoldOwn(List<StandingFact> standing, int row, string column, (string Own, string Before) names)
    {
        List<StandingFact> before = [.. standing.Where(f => f.Submission == Draft.Submission && f.Row.State != FactState.Withdrawn)];
        foreach (StandingFact own in before.Where(f => f.Row.State == FactState.Accepted))
        {
            HoldOthers(standing, own, Draft.InItsWords(Shared(Math.Abs(own.Row.Row), names.Before, row, names.Own)));
        }

        return before is [{ } first, ..] ? Shared(row, names.Own, Math.Abs(first.Row.Row), names.Before) : null;

        Rejection Shared(int at, string name, int other, string otherName) => new(
            Codes.NumberShared, at, column, name, string.Create(CultureInfo.InvariantCulture, $"{other} {otherName}"));
    }

    private static (StandingFact? Own, bool Contested) Sides(List<StandingFact> standing, int employer) => (
        standing.Find(f => f.Row.Employer == employer), standing.Exists(f => f.Row.Employer != employer && f.Row.State != FactState.Withdrawn));

    private void Contest(in FactRow row, CitizenId id, List<StandingFact> standing, StandingFact? own, TwoEmployers rule)
    {
        (int employer, long declared) = (row.Employer, row.First);
        List<StandingFact> others = standing.FindAll(f => f.Row.Employer != employer && f.Row.State != FactState.Withdrawn);
        bool prevails = rule switch
        {
            TwoEmployers.First => own?.Row.State == FactState.Accepted,
            TwoEmployers.Higher => others.TrueForAll(o => o.Row.First < declared || (o.Row.First == declared && own?.Row.State == FactState.Accepted)),
            _ => false,
        };
        if (rule == TwoEmployers.Hold || prevails)
        {
            others.ForEach(other => HoldOthers(standing, other, new Rejection(Codes.TwoEmployers, other.Row.Row, "", id.ToString(), "")));
        }

        if (prevails)
        {
            Take(row);
            Stand(row, standing, own);
        }
        else
        {
            Hold(row, standing, own, new Rejection(Codes.TwoEmployers, row.Row, "", id.ToString(), ""));
        }
    }

    // A held line that is sent again when nothing stands against it any more is taken: the other employer has withdrawn, the double row is mended,
    // the person is enrolled now.
    private bool IsReleased(StandingFact own, bool contested, bool known) =>
        own.Row.State == FactState.Held && own.Submission != Draft.Submission && !contested && known;

    /// <summary>Adds this block to the file's counters. A line of this block that was accepted and then held counts as held.</summary>
    public void Count(FactKind kind)
    {
        Draft.Rows += rows;
        Draft.Accepted += _accepted;
        Draft.Unchanged += _unchanged;
        Draft.Held += _held;
        Draft.Rejected += _rejectedRows.Count;
        Draft.HeldFen += kind == FactKind.Contribution ? _heldFen : 0;
        if (kind == FactKind.Contribution)
        {
            Draft.UnchangedFen += _unchangedFen;
            Draft.PersonPaidFen += _second;
            Draft.EmployerPaidFen += _third;
        }
    }

    private void Take(in FactRow row)
    {
        Facts.Add(row);
        Count(row, 1);
    }

    private void Count(in FactRow row, int sign)
    {
        _accepted += sign;
        _second += sign * Math.Max(row.Second, 0);
        _third += sign * Math.Max(row.Third, 0);
    }

    private void Hold(in FactRow row, List<StandingFact>? standing, StandingFact? own, Rejection why)
    {
        FactRow held = row with { State = FactState.Held };
        Facts.Add(held);
        _held++;
        _heldFen += Math.Max(row.Second, 0) + Math.Max(row.Third, 0);
        Stand(held, standing ?? [], own);
        Rejections.Add(why);
        Draft.Show(why);
    }

    // The other line is held as a consequence of this file: a later version of it, not an edit.
    private void HoldOthers(List<StandingFact> standing, StandingFact other, Rejection why)
    {
        if (other.Row.State != FactState.Accepted)
        {
            return;
        }

        if (other.Submission == Draft.Submission && other.Row.Row > 0)
        {
            Count(other.Row, -1);
            _held++;
            _heldFen += Math.Max(other.Row.Second, 0) + Math.Max(other.Row.Third, 0);
            Rejections.Add(why);
            Draft.Show(why);
        }

        FactRow held = other.Row with { State = FactState.Held, Row = other.Submission == Draft.Submission ? -other.Row.Row : 0 };
        Facts.Add(held);
        Changes.Add((standing, other, other.Row, other.Submission));
        other.Row = held with { Row = other.Row.Row };
    }

    private void Stand(in FactRow row, List<StandingFact> standing, StandingFact? own)
    {
        if (own is null)
        {
            StandingFact added = new(row, Draft.Submission);
            standing.Add(added);
            Changes.Add((standing, added, null, 0));
            return;
        }

        Changes.Add((standing, own, own.Row, own.Submission));
        own.Row = row;
        own.Submission = Draft.Submission;
    }
}

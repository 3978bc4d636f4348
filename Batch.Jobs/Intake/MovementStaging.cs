using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Intake;

/// <summary>What the movements of one block of a file have come to, before it is written; what they changed can be undone.</summary>
public sealed class MovementStaging(
    FileDraft draft, int rows, PersonRegistry persons, AccountLives lives, AvailableBalances balances, MovementsInForce standing)
{
    // Below every row of a file, and in their order: of two closings of one file the later row's is in force.
    private const int FirstConsequence = -500_000_000;

    private readonly HashSet<int> _rejectedRows = [];
    private readonly List<(MovementIdentity Identity, StandingMovement? Before)> _stood = [];
    private readonly List<(int Account, long Fen)> _moved = [];
    private readonly List<(AccountSpan Account, LocalDate? Before)> _closed = [];
    private int _accepted;
    private int _unchanged;
    private int _held;
    private long _movedFen;
    private long _heldFen;

    public FileDraft Draft { get; } = draft;
    public List<MovementFact> Facts { get; } = [];
    public List<(int Person, PersonsLine Line)> Events { get; } = [];
    public List<Rejection> Rejections { get; } = [];

    /// <summary>A movement that ends the account when it takes the whole balance.</summary>
    public static bool Ends(in MovementFact fact) =>
        fact.Identity.Kind == MovementKind.TransferOut || fact.Ground is Ground.Emigration or Ground.Death or Ground.NoHeir or Ground.GivingUp;

    /// <summary>A pay-out after which nothing may be left: on a ground that leaves no account behind, or where the policy says so.</summary>
    /// <param name="policy">Of the month, which says whether the whole is paid out for a severe illness; on other grounds it is not looked at.</param>
    public static bool PaysTheWhole(in MovementFact fact, MonthPolicy? policy) => fact.Identity.Kind == MovementKind.PayOut
        && (fact.Ground is Ground.Emigration or Ground.GivingUp || (fact.Ground == Ground.SevereIllness && policy?.SevereIllness == SevereIllnessPays.Whole));

    public static Rejection NotWhole(in MovementFact fact, long available) =>
        new(Codes.PayOutNotWhole, fact.Row, "金额", new Money(-fact.Fen).ToString(), new Money(available).ToString());

    public void Speaks(in MovementFact fact)
    {
        Draft.Names(fact.Month);
        if (Draft.Kind == SubmissionKind.Replacement)
        {
            Draft.NamedMovements.Add(fact.Identity);
            Draft.MovementGroups.Add((fact.On, fact.Identity.Kind, fact.Identity.Channel));
        }
    }

    public void Reject(Rejection rejection)
    {
        _rejectedRows.Add(rejection.Row);
        Rejections.Add(rejection);
        Draft.Show(rejection);
    }

    /// <summary>
    /// A line that nothing on record contradicts is compared with what is in force and the money that is there: the same said again changes nothing; another amount
    /// corrects only when it is sent as a correction; more than there is waits for somebody's decision.
    /// </summary>
    /// <param name="policy">Of the month; null: the person is not enrolled, and the line waits.</param>
    /// <returns>Whether the line is in force or waits.</returns>
    public bool Accept(in MovementLine line, in MovementFact fact, MonthPolicy? policy)
    {
        bool known = policy is not null;
        StandingMovement? own = standing.For(fact.Identity);
        bool same = own is { } said && said.Fact.SaysTheSameAs(fact);
        if (same && (own!.Value.Fact.State == FactState.Accepted || own.Value.Submission == Draft.Submission))
        {
            _unchanged++;
            return true;
        }

        if (own is { } other && !same && (Draft.Kind == SubmissionKind.Regular || other.Submission == Draft.Submission))
        {
            Reject(Draft.InItsWords(new Rejection(Codes.MovementDiffers, line.Row, "金额", Told(fact), Told(other.Fact))));
            return false;
        }

        int account = lives.AccountIn(fact.Person, fact.Month);
        long before = own is { Fact.State: FactState.Accepted } stood ? stood.Fact.Fen : 0;
        long available = balances.Of(account) - before;
        if (known && PaysTheWhole(fact, policy) && available + fact.Fen > 0)
        {
            Reject(Draft.InItsWords(NotWhole(fact, available)));
            return false;
        }

        bool exceeds = fact.Fen < before && fact.Identity.Kind is not (MovementKind.Correction or MovementKind.Opening) && available + fact.Fen < 0;
        if ((exceeds || !known) && same)
        {
            // Held already, and nothing has changed for it.
            _unchanged++;
            return true;
        }

        TakeBack(own, fact);
        if (exceeds || !known)
        {
            Hold(fact, own, known
                ? new Rejection(Codes.BalanceExceeded, line.Row, "金额", new Money(-fact.Fen).ToString(), new Money(Math.Max(available, 0)).ToString())
                : new Rejection(Codes.UnknownPerson, line.Row, "", line.Id.ToString(), ""));
            if (own is { Fact.State: FactState.Accepted } paid && Ends(paid.Fact))
            {
                Close(line, fact with { State = FactState.Held }, account);
            }

            return true;
        }

        Take(line, fact, own, account);
        return true;
    }

    /// <summary>
    /// A line that names another than the person on record waits beside the account. Said again it is no new question, unless the person's own line has settled it in
    /// between; a replacement says everything anew.
    /// </summary>
    public void SetAside(in MovementFact fact, Rejection why)
    {
        MovementFact beside = fact.Aside();
        StandingMovement? own = standing.For(beside.Identity);
        bool settled = own is { } waits && standing.For(fact.Identity) is { Fact.State: FactState.Accepted } since && since.Submission > waits.Submission;
        if (!settled && own is { } said && said.Fact.SaysTheSameAs(beside) && (said.Submission == Draft.Submission || Draft.Kind != SubmissionKind.Replacement))
        {
            _unchanged++;
            return;
        }

        Hold(beside, own, why);
    }

    /// <summary>The shares of one inheritance are the whole balance, or none of them is taken.</summary>
    public bool HoldsShares(IReadOnlyList<MovementLine> shares)
    {
        if (!persons.TryFind(shares[0].Id, out int person) || !(lives.Of(person).DiedOn <= shares[0].On))
        {
            return true;
        }

        int account = lives.AccountIn(person, shares[0].On.ToYearMonth());
        long given = 0, available = balances.Of(account);
        HashSet<MovementIdentity> counted = [];
        foreach (MovementLine line in shares)
        {
            MovementFact fact = line.ToFact(person);
            given += counted.Add(fact.Identity) ? -fact.Fen : 0;
            available -= standing.For(fact.Identity) is { Fact.State: FactState.Accepted } stood ? stood.Fact.Fen : 0;
        }

        if (given == available)
        {
            return true;
        }

        foreach (MovementLine line in shares)
        {
            Reject(Draft.InItsWords(new Rejection(Codes.SharesIncomplete, line.Row, "金额", new Money(given).ToString(), new Money(available).ToString())));
        }

        return false;
    }

    /// <summary>Adds this block to the file's counters.</summary>
    public void Count()
    {
        Draft.Rows += rows;
        Draft.Accepted += _accepted;
        Draft.Unchanged += _unchanged;
        Draft.Held += _held;
        Draft.Rejected += _rejectedRows.Count;
        Draft.MovedFen += _movedFen;
        Draft.HeldFen += _heldFen;
    }

    /// <summary>A refused file changes nothing of what is in force for the files after it.</summary>
    public void Undo()
    {
        for (int i = _stood.Count - 1; i >= 0; i--)
        {
            standing.Restore(_stood[i].Identity, _stood[i].Before);
        }

        _moved.ForEach(m => balances.Change(m.Account, -m.Fen));
        _closed.ForEach(c => c.Account.ClosedOn = c.Before);
    }

    private void Take(in MovementLine line, in MovementFact fact, StandingMovement? own, int account)
    {
        Facts.Add(fact);
        _accepted++;
        _movedFen += Math.Abs(fact.Fen);
        Move(account, fact.Fen);
        Stand(fact, own);
        if (line is { Kind: MovementKind.Opening, EarlierMonths: { } earlier })
        {
            Events.Add((fact.Person, new PersonsLine(-line.Row, line.Id, line.Name, PersonEvent.EarlierMonths, line.On, earlier)));
        }

        if (Ends(fact) || (own is { Fact.State: FactState.Accepted } former && Ends(former.Fact)))
        {
            Close(line, fact, account);
        }
    }

    private void Hold(in MovementFact fact, StandingMovement? own, Rejection why)
    {
        MovementFact held = fact with { State = FactState.Held };
        Facts.Add(held);
        _held++;
        _heldFen += Math.Abs(fact.Fen);
        Stand(held, own);
        why = Draft.InItsWords(why);
        Rejections.Add(why);
        Draft.Show(why);
    }

    // What stood before no longer counts; when the day is corrected it is withdrawn from its own.
    private void TakeBack(StandingMovement? own, in MovementFact fact)
    {
        if (own is not { } former)
        {
            return;
        }

        if (former.Fact.State == FactState.Accepted)
        {
            Move(lives.AccountIn(fact.Person, former.Fact.Month), -former.Fact.Fen);
        }

        if (former.Fact.On != fact.On)
        {
            Facts.Add(former.Fact with { State = FactState.Withdrawn, Row = 0 });
        }
    }

    // Closed with the last fen; open again when a correction leaves some, gives a ground that ends no account, or waits for a decision.
    private void Close(in MovementLine line, in MovementFact fact, int account)
    {
        AccountSpan span = lives.Change(fact.Person).In(fact.Month);
        bool empty = fact.State == FactState.Accepted && Ends(fact) && balances.Of(account) == 0;
        if (empty == (span.ClosedOn is not null))
        {
            return;
        }

        Ground ground = fact.Identity.Kind == MovementKind.TransferOut ? Ground.TransferOut : fact.Ground;
        LocalDate on = span.ClosedOn ?? line.On;
        _closed.Add((span, span.ClosedOn));
        span.ClosedOn = empty ? on : null;
        Events.Add((fact.Person, new PersonsLine(
            FirstConsequence + line.Row, line.Id, line.Name, PersonEvent.AccountClosed, on, empty ? ground.ToString() : AccountLife.Withdrawn, line.Document)));
    }

    private void Move(int account, long fen)
    {
        balances.Change(account, fen);
        _moved.Add((account, fen));
    }

    private void Stand(in MovementFact fact, StandingMovement? own)
    {
        _stood.Add((fact.Identity, own));
        standing.Stand(fact, Draft.Submission);
    }

    private static string Told(in MovementFact fact) => $"{new Money(fact.Fen)} ({LocalDate.FromDateOnly(fact.On).Text()})";
}

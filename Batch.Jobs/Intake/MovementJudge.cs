using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Intake;

/// <summary>Judges movements: against the person's account and its state, against what was taken in before, and against the money that is there.</summary>
internal sealed class MovementJudge(IntakeParts parts)
{
    private const long LargeBytes = 2 * 1024 * 1024;

    private readonly MovementsInForce _standing = new(parts.Connection.Itself);
    private readonly AvailableBalances _balances = new(parts.Connection.Itself, parts.Lives);
    private readonly LaterFacts _later = new(parts.Connection.Itself);
    private readonly FamilyBindings _family = new(parts.Connection.Itself);
    private readonly WalletTransfers _wallets = new(parts.Connection.Itself);
    private readonly HashSet<int> _own = [];

    /// <summary>Reads what judging the blocks needs, and registers the persons whom an opening or a transfer brings.</summary>
    /// <param name="fresh">The months whose tables were made in this transaction: nothing was taken in for them before.</param>
    public async Task LoadAsync(IReadOnlyList<DraftBlock> blocks, IEnumerable<YearMonth> fresh, CancellationToken cancellation)
    {
        await parts.Persons.LoadAsync(blocks.SelectMany(b => b.Block.Movements).Select(l => l.Id.Digits17), cancellation);
        List<MovementFact> facts = [], beside = [];
        List<(MovementLine Line, int Person)> named = [];
        foreach ((FileDraft draft, LineBlock block) in blocks)
        {
            _own.Add(draft.Submission);
            foreach (MovementLine line in block.Movements)
            {
                if (!parts.Persons.TryFind(line.Id, out int person))
                {
                    if (line.Kind is not (MovementKind.Opening or MovementKind.TransferIn) || LacksBirth(line))
                    {
                        continue;
                    }

                    person = parts.Persons.Register(line.Id, line.Name, line.BirthTold ?? line.Id.Birth, line.On.ToYearMonth(), draft.Submission);
                }

                named.Add((line, person));
            }
        }

        await LoadFamilyAsync(named, cancellation);
        foreach ((MovementLine line, int person) in named)
        {
            facts.Add(FactOf(line, person));
            beside.AddRange(parts.Persons.MayBeAnother(person, line.Name, line.BirthTold) ? [facts[^1].Aside()] : []);
        }

        await parts.Persons.LoadNamesAsync(beside.Select(f => -f.Person), cancellation);

        int[] holders = [.. facts.Select(f => f.Person).Distinct()];
        await parts.Lives.LoadAsync(holders, cancellation);
        await _wallets.LoadAsync(facts.Concat(beside), cancellation);
        await _standing.LoadAsync(facts.Concat(beside), fresh, cancellation);
        await _later.LoadAsync([.. facts.Where(f => MovementStaging.Ends(f) && f.Ground is not (Ground.Death or Ground.NoHeir)).Select(f => (f.Person, f.Month))], cancellation);
        // A replacement is alone in its transaction, like a large file; a small one reads what it needs.
        bool large = blocks is [{ Draft: var draft1 }] && new FileInfo(draft1.Path).Length > LargeBytes;
        await _balances.LoadAsync(holders, [.. _own], large, cancellation);
    }

    public MovementStaging Begin(FileDraft draft, int rows) => new(draft, rows, parts.Persons, parts.Lives, _balances, _standing);

    public void Judge(in MovementLine line, MovementStaging staging)
    {
        if (!parts.Persons.TryFind(line.Id, out int person))
        {
            staging.Reject(staging.Draft.InItsWords(LacksBirth(line) && line.Kind is (MovementKind.Opening or MovementKind.TransferIn)
                ? new Rejection(Codes.BirthDateMissing, line.Row, "出生日期", line.Id.ToString(), "1985-07-01")
                : new Rejection(Codes.AccountMissing, line.Row, "公民身份号码", line.Id.ToString(), "")));
            return;
        }

        MovementFact fact = FactOf(line, person);
        staging.Speaks(fact);
        if (Fault(line, fact, staging.Draft) is { } fault)
        {
            staging.Reject(staging.Draft.InItsWords(fault));
        }
        else if (parts.Persons.NameFault(person, line.Name, line.BirthTold) is { } code)
        {
            staging.SetAside(fact, parts.Persons.Differs(code, line.Row, person, line.Name));
            _wallets.Stand(fact with { State = FactState.Held }, staging.Draft.Submission);
        }
        else
        {
            if (parts.Persons.Establish(person, line.Name, line.BirthTold ?? (line.Id.TellsBirth ? line.Id.Birth : default)))
            {
                staging.Events.Add((person, new PersonsLine(-line.Row, default, null, PersonEvent.NameChanged, line.On, line.Name)));
            }

            bool known = line.Kind is not (MovementKind.Opening or MovementKind.TransferIn) || parts.Policy.For(fact.Month).RegistersUnknownPeople
                || parts.Persons.RecordOf(person).EnrolledIn is not null;
            if (staging.Accept(line, fact, known ? parts.Policy.TryFor(fact.Month) : null))
            {
                // The version in force: said again, a line that waits waits on.
                _wallets.Stand(_standing.For(fact.Identity)?.Fact ?? staging.Facts[^1], staging.Draft.Submission);
            }
        }
    }

    public void Undo(MovementStaging staging)
    {
        staging.Undo();
        _wallets.Undo(staging.Draft.Submission);
    }

    /// <summary>What the register has against the line; null: nothing.</summary>
    private Rejection? Fault(in MovementLine line, in MovementFact fact, FileDraft draft)
    {
        string on = line.On.Text();
        if (draft.Month is { } declared && fact.Month > declared)
        {
            return new Rejection(Codes.MonthAfterSubmission, line.Row, "发生日期", on, declared.Text());
        }

        if (parts.Policy.TryFor(fact.Month) is null)
        {
            return new Rejection(Codes.PolicyGap, line.Row, "发生日期", on, "");
        }

        if (parts.Persons.RecordOf(fact.Person).EnrolledIn is { } enrolled && fact.Month < enrolled && line.Kind != MovementKind.Correction)
        {
            return new Rejection(Codes.BeforeEnrolment, line.Row, "发生日期", on, enrolled.Text());
        }

        if (fact.Identity is { Kind: MovementKind.Spending, Member: not 0 } && _family.Find(fact.Person, fact.Identity.Member, line.On) is null)
        {
            return new Rejection(Codes.MemberNotBound, line.Row, "成员证件号码", line.Member!.Value.ToString(), on);
        }

        MonthPolicy policy = parts.Policy.For(fact.Month);
        if ((MovementRules.Fault(line, policy) ?? (policy.Wallet is { } wallet ? _wallets.Fault(fact, wallet, draft) : null)) is { } against)
        {
            return against;
        }

        // An account that this may close has no contributions for later months; after a death they are taken back.
        return _later.After(fact.Person, fact.Month) is { } later && MovementStaging.Ends(fact) && parts.Lives.Of(fact.Person).DiedOn is null
            ? new Rejection(Codes.EventOutOfOrder, line.Row, "发生日期", on, later.Text())
            : AccountFaults.Of(fact, parts.Lives.Of(fact.Person));
    }

    private Task LoadFamilyAsync(List<(MovementLine Line, int Person)> named, CancellationToken cancellation)
    {
        List<(MovementLine Line, int Person)> paid = [.. named.Where(n => IsForMember(n.Line))];
        return paid.Count > 0 ? _family.LoadPayersAsync(paid.Select(p => p.Person), paid.Select(p => p.Line.Member!.Value.Digits17), cancellation) : Task.CompletedTask;
    }

    private static bool IsForMember(in MovementLine line) => line.Kind == MovementKind.Spending && line.Member is { } member && member != line.Id;

    // A member is known by any of the numbers; a premium is always a relative's.
    private MovementFact FactOf(in MovementLine line, int person)
    {
        MovementFact fact = line.ToFact(person);
        if (!IsForMember(line))
        {
            return fact;
        }

        long member = _family.AsBound(person, fact.Identity.Member, line.On);
        return member == 0 && line.Channel == SpendingChannel.Premium ? fact : fact with { Identity = fact.Identity with { Member = member } };
    }

    private static bool LacksBirth(in MovementLine line) => !line.Id.TellsBirth && line.BirthTold is null;
}

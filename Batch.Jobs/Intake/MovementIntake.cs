using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>
/// Judges movements: against the person's account and its state, against what was taken in before, and against the money that is there. Every row
/// ends as accepted, unchanged, held or rejected; what empties an account on a ground that ends it also closes it.
/// </summary>
public sealed class MovementIntake(IntakeParts parts) : IContentIntake
{
    private const long LargeBytes = 2 * 1024 * 1024;

    private readonly MovementsInForce _standing = new(parts.Connection.Itself, parts.Area);
    private readonly MovementWriter _writer = new(parts.Connection.Itself, parts.Area);
    private readonly AvailableBalances _balances = new(parts.Connection.Itself, parts.Area, parts.Lives);
    private readonly RejectionWriter _rejections = new(parts.Connection.Itself, parts.Area);
    private readonly List<(int Person, PersonsLine Line, int Submission)> _events = [];
    private readonly LaterFacts _later = new(parts.Connection.Itself, parts.Area);
    private readonly FamilyBindings _family = new(parts.Connection.Itself, parts.Area);
    private readonly WalletTransfers _wallets = new(parts.Connection.Itself, parts.Area);
    private readonly HashSet<int> _own = [];

    // Inheritances are judged with all their shares, and returns behind the transfers that they return, when the file has ended.
    private readonly Dictionary<FileDraft, List<MovementLine>> _shares = [];
    private readonly Dictionary<FileDraft, List<(int Row, int ParentRow)>> _parentRows = [];
    private readonly List<ChildRow> _children = [];

    public async Task TakeAsync(IReadOnlyList<DraftBlock> blocks, bool whole, CancellationToken cancellation)
    {
        await parts.Connection.IdleAsync();
        await LoadAsync(blocks, cancellation);
        foreach ((FileDraft draft, LineBlock block) in blocks)
        {
            MovementStaging staging = new(draft, block.Rows, parts.Persons, parts.Lives, _balances, _standing);
            block.Rejections.ForEach(staging.Reject);
            foreach (MovementLine line in block.Movements)
            {
                if (line.Ground is Ground.Death or Ground.NoHeir || line.Kind == MovementKind.WalletReturn)
                {
                    SharesOf(draft).Add(line);
                }
                else
                {
                    Judge(line, staging);
                }
            }

            if (whole)
            {
                JudgeShares(draft, staging);
            }

            staging.Count();
            if (whole && draft.HasTooManyRejections)
            {
                staging.Undo();
                _wallets.Undo(draft.Submission);
                draft.Refuse(Importer.TooManyRejections(draft));
                continue;
            }

            Keep(draft, staging);
            KeepChildren(draft, block, staging);
        }

        await WriteAsync(cancellation);
    }

    /// <summary>A large file has ended: its inheritances are judged.</summary>
    public async Task EndAsync(FileDraft draft, CancellationToken cancellation)
    {
        if (!_shares.TryGetValue(draft, out List<MovementLine>? shares))
        {
            return;
        }

        LineBlock block = new();
        block.Movements.AddRange(shares);
        await LoadAsync([new DraftBlock(draft, block)], cancellation);
        MovementStaging staging = new(draft, 0, parts.Persons, parts.Lives, _balances, _standing);
        JudgeShares(draft, staging);
        staging.Count();
        Keep(draft, staging);
        _children.AddRange(ChildRows.Of(draft.Submission, _parentRows.GetValueOrDefault(draft) ?? [], staging));
        await WriteAsync(cancellation);
    }

    /// <summary>A replacement withdraws the movements in force of its days, kinds and channels that it does not name.</summary>
    public async Task<Rejection?> WithdrawAsync(FileDraft draft, bool confirm, CancellationToken cancellation)
    {
        MovementReplacement replacement = new(parts.Connection.Itself, parts.Area, parts.Lives);
        Rejection? refusal = await replacement.WithdrawAsync(draft, confirm, cancellation);
        if (refusal is null)
        {
            foreach (MovementFact fact in replacement.Withdrawn)
            {
                Append(draft, fact);
            }

            foreach ((int person, PersonsLine line) in replacement.Reopenings)
            {
                draft.CountFact("event", line.On.ToYearMonth());
                _events.Add((person, line, draft.Submission));
            }

            await WriteAsync(cancellation);
        }

        return refusal;
    }

    public async Task CompleteAsync(CancellationToken cancellation)
    {
        await parts.Connection.IdleAsync();
        await _writer.CompleteAsync(cancellation);
    }

    private async Task LoadAsync(IReadOnlyList<DraftBlock> blocks, CancellationToken cancellation)
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
        await _standing.LoadAsync(facts.Concat(beside), _writer.Fresh, cancellation);
        await _later.LoadAsync([.. facts.Where(f => MovementStaging.Ends(f) && f.Ground is not (Ground.Death or Ground.NoHeir)).Select(f => (f.Person, f.Month))], cancellation);
        // A replacement is alone in its transaction, like a large file; a small one reads what it needs.
        bool large = blocks is [{ Draft: var draft1 }] && new FileInfo(draft1.Path).Length > LargeBytes;
        await _balances.LoadAsync(holders, [.. _own], large, cancellation);
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

    private void Judge(in MovementLine line, MovementStaging staging)
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

    private static bool LacksBirth(in MovementLine line) => !line.Id.TellsBirth && line.BirthTold is null;

    private void JudgeShares(FileDraft draft, MovementStaging staging)
    {
        foreach (MovementLine line in SharesOf(draft).Where(l => l.Kind == MovementKind.WalletReturn))
        {
            Judge(line, staging);
        }

        foreach (IGrouping<(CitizenId, string?), MovementLine> shares in SharesOf(draft).Where(l => l.Kind != MovementKind.WalletReturn).GroupBy(l => (l.Id, l.Document)))
        {
            if (!staging.HoldsShares([.. shares]))
            {
                continue;
            }

            foreach (MovementLine line in shares)
            {
                Judge(line, staging);
            }
        }

        _shares.Remove(draft);
    }

    private List<MovementLine> SharesOf(FileDraft draft)
    {
        if (!_shares.TryGetValue(draft, out List<MovementLine>? shares))
        {
            _shares.Add(draft, shares = []);
        }

        return shares;
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

    private void Keep(FileDraft draft, MovementStaging staging)
    {
        foreach (MovementFact fact in staging.Facts)
        {
            Append(draft, fact);
            parts.Persons.Confirm(Math.Abs(fact.Person));
        }

        foreach ((int person, PersonsLine line) in staging.Events)
        {
            draft.CountFact("event", line.On.ToYearMonth());
            _events.Add((person, line, draft.Submission));
        }

        _rejections.Add(draft.Submission, staging.Rejections);
    }

    // The shares of a large file are judged later, and so are the rows that they mend.
    private void KeepChildren(FileDraft draft, LineBlock block, MovementStaging staging)
    {
        if (draft.Parent is not null)
        {
            HashSet<int> later = [.. (_shares.GetValueOrDefault(draft) ?? []).Select(l => l.Row)];
            List<(int Row, int ParentRow)> rows = [.. block.ParentRows.Select(r => (r.Row, r.ParentRow))];
            _children.AddRange(ChildRows.Of(draft.Submission, rows.Where(r => !later.Contains(r.Row)), staging));
            _parentRows[draft] = [.. _parentRows.GetValueOrDefault(draft) ?? [], .. rows.Where(r => later.Contains(r.Row))];
        }
    }

    private void Append(FileDraft draft, in MovementFact fact)
    {
        _writer.Add(fact, draft.Submission);
        draft.CountDay(fact.On);
    }

    private async Task WriteAsync(CancellationToken cancellation)
    {
        await parts.Persons.WriteAsync(cancellation);
        await _writer.FlushAsync(cancellation);
        await EventWriter.WriteAsync(parts.Connection.Itself, parts.Area, _events, cancellation);
        _events.Clear();
        await _rejections.FlushAsync(cancellation);
        await ChildRows.WriteAsync(parts.Connection.Itself, parts.Area, _children, cancellation);
    }
}

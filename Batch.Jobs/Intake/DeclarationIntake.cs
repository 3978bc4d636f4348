using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>Whom the lines of an intake are about, and where what they come to is written.</summary>
public sealed record IntakeParts(PolicyInForce Policy, PersonRegistry Persons, EmployerRegistry Employers, AccountLives Lives, IntakeConnection Connection);

/// <summary>
/// Takes in lines that declare something for a person and month: judges what each is worth against the policy and against what is in force. Derived classes
/// say what is particular to payrolls and to pensions.
/// </summary>
public abstract class DeclarationIntake<TLine, TFact>(IntakeParts parts) : IContentIntake
    where TLine : struct, IDeclaredLine
    where TFact : struct, IDeclaredFact<TFact>
{
    private readonly FactsInForce<TFact> _inForce = new(parts.Connection);
    private readonly AskedAgain<TFact> _asked = new();
    private readonly LineJudge _judge = new(parts.Policy);
    private readonly List<PersonMonthKey> _pairs = [];

    // Beside the months of which a line may have to wait.
    private readonly List<PersonMonthKey> _beside = [];
    private readonly List<(FileDraft Draft, int Person, string Name, YearMonth Month, int Row)> _learned = [];
    private readonly List<TFact> _facts = [];
    private FactTables? _tables;
    private BlockOutput<TFact>? _filling;
    private BlockOutput<TFact>? _spare;

    protected IntakeParts Parts { get; } = parts;

    protected PersonRegistry Persons => Parts.Persons;

    protected abstract List<TLine> LinesOf(LineBlock block);

    protected abstract TFact FactOf(in TLine line, int person);

    /// <summary>Adds what is wrong with a line under the policy of its month.</summary>
    protected abstract void Check(in TLine line, MonthPolicy policy, string category, List<Rejection> faults);

    /// <summary>Reads what else the lines need, before any of them is judged.</summary>
    protected virtual Task LoadMoreAsync(IReadOnlyList<DraftBlock> blocks, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>The line may have to wait for what is in force already.</summary>
    protected virtual bool MayWait(in TLine line, FileDraft draft) => false;

    /// <summary>Why a line with nothing wrong waits beside what is in force; null: it does not.</summary>
    protected virtual Rejection? Doubt(in TLine line, in TFact fact, List<FactInForce<TFact>>? inForce, FileDraft draft) => null;

    /// <summary>What follows from a file's accepted lines besides their facts.</summary>
    internal virtual void AddConsequences(BlockOutput<TFact> output, FileDraft draft, LineBlock block, Staging<TFact> staging)
    {
    }

    public async Task TakeAsync(IReadOnlyList<DraftBlock> blocks, bool whole, CancellationToken cancellation)
    {
        await LoadAsync(blocks, cancellation);
        BlockOutput<TFact> output = await OutputAsync();
        int judged = 0;
        foreach ((FileDraft draft, LineBlock block) in blocks)
        {
            _facts.Clear();
            Staging<TFact> staging = new(draft, block.Rows, _facts, _asked);
            foreach (Rejection rejection in block.Rejections)
            {
                staging.Reject(rejection);
            }

            staging.RejectedPaid.AddRange(block.RejectedPaid);
            Judge(block, staging, judged);
            judged += LinesOf(block).Count;
            staging.Count();
            if (whole && draft.HasTooManyRejections)
            {
                staging.Undo();
                _learned.Where(l => l.Draft == draft).ToList().ForEach(l => Persons.ForgetName(l.Person));
                draft.Refuse(Importer.TooManyRejections(draft));
                continue;
            }

            Fill(output, draft, block, staging);
        }

        await BeginWritingAsync(cancellation);
    }

    public async Task<Rejection?> WithdrawAsync(FileDraft draft, bool confirm, CancellationToken cancellation)
    {
        await Parts.Connection.IdleAsync();
        (Rejection? refusal, List<TFact> withdrawn) = await new Replacement<TFact>(Parts.Connection).LeftOutAsync(draft, confirm, cancellation);
        BlockOutput<TFact> output = await OutputAsync();
        foreach (TFact fact in withdrawn)
        {
            output.Add(fact, draft.Submission);
            draft.CountFact(TFact.Table, fact.Month);
        }

        return refusal;
    }

    public async Task CompleteAsync(CancellationToken cancellation)
    {
        await OutputAsync();
        await BeginWritingAsync(cancellation);
        await Parts.Connection.IdleAsync();
        await _tables!.CloseAsync(cancellation);
    }

    private async Task LoadAsync(IReadOnlyList<DraftBlock> blocks, CancellationToken cancellation)
    {
        await Persons.LoadAsync(blocks.SelectMany(b => LinesOf(b.Block).Select(l => l.Id.Digits17)), cancellation);
        await LoadMoreAsync(blocks, cancellation);
        _pairs.Clear();
        _beside.Clear();
        _learned.Clear();
        foreach ((FileDraft draft, LineBlock block) in blocks)
        {
            foreach (TLine line in LinesOf(block))
            {
                if (!Persons.TryFind(line.Id, out int person))
                {
                    // Written only when one of the person's lines is: a person known by rejected rows alone is not registered.
                    person = Persons.Register(line.Id, line.Name, line.BirthTold ?? line.Id.Birth, line.Month, draft.Submission);
                }

                _pairs.Add(new PersonMonthKey(person, line.Month));
                // Of a line that may have to wait, what waits beside the month already; and what the month has, also where only this block names it.
                if (MayWait(line, draft) || Persons.MayBeAnother(person, line.Name, line.BirthTold))
                {
                    _beside.Add(new PersonMonthKey(person, line.Month));
                    _beside.Add(new PersonMonthKey(-person, line.Month));
                }
            }
        }

        await Persons.LoadNamesAsync(_beside.Select(k => k.Person), cancellation);
        await _inForce.LoadAsync(_pairs.Count > 0 && _beside.Count > 0 ? [.. _pairs, .. _beside] : _pairs, cancellation);
        if (!Parts.Lives.AllRead)
        {
            await Parts.Connection.IdleAsync();
        }

        await Parts.Lives.LoadClosingsAsync(_pairs.Select(p => p.Person), cancellation);
    }

    /// <param name="first">Where the block's persons and months begin among those that were loaded.</param>
    private void Judge(LineBlock block, Staging<TFact> staging, int first)
    {
        List<TLine> lines = LinesOf(block);
        for (int i = 0; i < lines.Count; i++)
        {
            (int person, YearMonth month) = _pairs[first + i];
            TLine line = lines[i];
            TFact fact = FactOf(line, person);
            staging.Names(fact);
            _judge.Begin(line, Persons.RecordOf(person), staging.Draft);
            if (_judge.SliceOf(month) is { } policy)
            {
                Check(line, policy, Persons.RecordOf(person).Category, _judge.Faults);
            }

            if (_judge.Faults.Count == 0 && IsOpen(fact))
            {
                Place(line, fact, staging);
            }
            else
            {
                staging.Reject(_judge.Faults);
                staging.RejectedPaid.Add((fact.Row, fact.Paid.Fen));
            }
        }
    }

    // A line with nothing wrong meets what is in force, or waits beside it.
    private void Place(in TLine line, in TFact fact, Staging<TFact> staging)
    {
        PersonMonthKey key = new(fact.Person, fact.Month);
        List<FactInForce<TFact>>? inForce = _inForce.For(key);
        if (OtherName(line, fact, inForce, staging) is { } other)
        {
            staging.SetAside(fact, BesideOf(key), inForce, other);
            return;
        }

        if (Persons.Establish(fact.Person, line.Name, line.BirthTold ?? line.Id.Birth))
        {
            _learned.Add((staging.Draft, fact.Person, line.Name!, fact.Month, fact.Row));
        }

        if (Doubt(line, fact, inForce, staging.Draft) is { } doubt)
        {
            staging.SetAside(fact, BesideOf(key), inForce, doubt);
            return;
        }

        MonthPolicy policy = _judge.SliceOf(fact.Month)!;
        int before = staging.Facts.Count;
        staging.Accept(fact, line.Id, inForce, policy.RegistersUnknownPeople || Persons.RecordOf(fact.Person).EnrolledIn is not null, policy.TwoEmployers);
        if (!_asked.IsEmpty && staging.Facts.Count > before && staging.Facts[before].State == FactState.Accepted)
        {
            staging.AskAgain(fact, BesideOf(key));
        }
    }

    private List<FactInForce<TFact>> BesideOf(PersonMonthKey key) => _inForce.For(key with { Person = -key.Person }) ?? [];

    // Why the line may be another person's; null: it is not in doubt.
    private Rejection? OtherName(in TLine line, in TFact fact, List<FactInForce<TFact>>? inForce, Staging<TFact> staging)
    {
        if (Persons.NameFault(fact.Person, line.Name, line.BirthTold) is not { } code)
        {
            return null;
        }

        return Persons.IsNew(fact.Person) && inForce is not null
            && staging.HoldOwn(inForce, fact.Row, PersonRegistry.ColumnOf(code), Persons.MaskedNames(fact.Person, line.Name)) is { } shared
            ? shared : Persons.Differs(code, fact.Row, fact.Person, line.Name);
    }

    /// <summary>Nothing more is declared for a closed account until the person enrols anew; what is in force already may be said again (edge 29).</summary>
    private bool IsOpen(TFact fact)
    {
        if (Parts.Lives.IsPlain(fact.Person) || Parts.Lives.Of(fact.Person).In(fact.Month).ClosedOn is not { } closed)
        {
            return true;
        }

        bool known = _inForce.For(new PersonMonthKey(fact.Person, fact.Month))?
            .Exists(f => f.Fact.Employer == fact.Employer && f.Fact.State == FactState.Accepted && f.Fact.SaysTheSameAs(fact)) ?? false;
        if (!known)
        {
            _judge.Faults.Add(new Rejection(Codes.AccountClosed, fact.Row, "费款所属期", fact.Month.Text(), closed.Text()));
        }

        return known;
    }

    private void Fill(BlockOutput<TFact> output, FileDraft draft, LineBlock block, Staging<TFact> staging)
    {
        AddConsequences(output, draft, block, staging);
        foreach (TFact fact in staging.Facts)
        {
            output.Add(fact, draft.Submission);
            Persons.Confirm(Math.Abs(fact.Person));
        }

        foreach ((_, int person, string name, YearMonth month, int row) in _learned.Where(l => l.Draft == draft))
        {
            output.AddEvent(person, new PersonsLine(-row, default, null, PersonEvent.NameChanged, month.OnDayOfMonth(1), name), draft.Submission);
            draft.CountFact("event", month);
        }

        foreach ((YearMonth month, int facts) in staging.Facts.CountBy(f => f.Month))
        {
            draft.CountFact(TFact.Table, month, facts);
        }

        output.AddRejections(draft.Submission, staging.Rejections);
        if (draft.Parent is not null)
        {
            output.AddChildren(ChildRows.Of(draft.Submission, block, staging));
        }
    }

    // What the block before has come to is written meanwhile.
    private async ValueTask<BlockOutput<TFact>> OutputAsync()
    {
        if (_filling is null)
        {
            AreaSession idle = await Parts.Connection.IdleAsync();
            _tables = new FactTables(idle, TFact.Table);
            (_filling, _spare) = (New(), New());

            BlockOutput<TFact> New() => new(idle, Persons, new FactWriter<TFact>(idle, _tables));
        }

        return _filling;
    }

    private async Task BeginWritingAsync(CancellationToken cancellation)
    {
        BlockOutput<TFact> full = _filling!;
        full.Complete();
        await Parts.Connection.BeginAsync(() => full.WriteAsync(cancellation));
        (_filling, _spare) = (_spare, full);
    }
}

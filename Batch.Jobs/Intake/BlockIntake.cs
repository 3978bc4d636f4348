using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>One file's block of lines, to be judged together with those of other small files.</summary>
public readonly record struct DraftBlock(FileDraft Draft, LineBlock Block);

/// <summary>
/// Judges lines that declare something for a person and month (payroll, pension): what each is worth against the policy and against what
/// stands, so that every row ends as accepted, unchanged, held or rejected.
/// </summary>
public sealed class BlockIntake(AreaSchema area, PolicyInForce policy, FactKind kind, PersonRegistry persons, EmployerRegistry employers, AccountLives lives, IntakeConnection connection)
{
    private readonly FactsInForce _standing = new(connection, area, kind);
    private readonly List<Rejection> _faults = [];
    private readonly List<PersonMonthKey> _pairs = [];

    // Beside the months of which a line may have to wait.
    private readonly List<PersonMonthKey> _beside = [];
    private readonly List<(FileDraft Draft, int Person, string Name, YearMonth Month, int Row)> _learned = [];
    private readonly List<FactRow> _facts = [];
    private (YearMonth Month, MonthPolicy? Policy) _slice;
    private FactTables? _tables;
    private BlockOutput? _filling;
    private BlockOutput? _spare;

    private string Table => _standing.Table;

    /// <summary>Takes the lines in. Small files come whole, and are refused here when too many of their rows are; a large one is refused by the caller.</summary>
    public async Task TakeAsync(IReadOnlyList<DraftBlock> blocks, bool whole, CancellationToken cancellation)
    {
        await LoadAsync(blocks, cancellation);
        BlockOutput output = await OutputAsync();
        int judged = 0;
        foreach ((FileDraft draft, LineBlock block) in blocks)
        {
            _facts.Clear();
            Staging staging = new(draft, block.Rows, _facts);
            foreach (Rejection rejection in block.Rejections)
            {
                staging.Reject(rejection);
            }

            staging.RejectedPaid.AddRange(block.RejectedPaid);
            Judge(block, staging, judged);
            judged += Lines(block);
            staging.Count(kind);
            if (whole && draft.HasTooManyRejections)
            {
                Undo(staging);
                _learned.Where(l => l.Draft == draft).ToList().ForEach(l => persons.ForgetName(l.Person));
                draft.Refuse(Importer.TooManyRejections(draft));
                continue;
            }

            Fill(output, draft, block, staging);
        }

        await BeginWritingAsync(cancellation);
    }

    /// <summary>All of it is written, and the months are keyed.</summary>
    public async Task CompleteAsync(CancellationToken cancellation)
    {
        await OutputAsync();
        await BeginWritingAsync(cancellation);
        await connection.IdleAsync();
        await _tables!.CloseAsync(cancellation);
    }

    /// <summary>Writes consequences of a file that are no rows of it (withdrawals).</summary>
    public async Task AppendAsync(FileDraft draft, IEnumerable<FactRow> rows)
    {
        BlockOutput output = await OutputAsync();
        foreach (FactRow row in rows)
        {
            output.Add(row, draft.Submission);
            draft.CountFact(Table, row.Month);
        }
    }

    // What the block before has come to is written meanwhile.
    private async ValueTask<BlockOutput> OutputAsync()
    {
        if (_filling is null)
        {
            NpgsqlConnection idle = await connection.IdleAsync();
            _tables = new FactTables(idle, area, Table);
            (_filling, _spare) = (New(), New());

            BlockOutput New() => new(idle, area, persons, new FactWriter(idle, area, kind, _tables));
        }

        return _filling;
    }

    private async Task BeginWritingAsync(CancellationToken cancellation)
    {
        BlockOutput full = _filling!;
        full.Complete();
        await connection.BeginAsync(() => full.WriteAsync(cancellation));
        (_filling, _spare) = (_spare, full);
    }

    private void Fill(BlockOutput output, FileDraft draft, LineBlock block, Staging staging)
    {
        AddRetirements(output, draft, block, staging);
        foreach (FactRow row in staging.Facts)
        {
            output.Add(row, draft.Submission);
            persons.Confirm(Math.Abs(row.Person));
        }

        foreach ((_, int person, string name, YearMonth month, int row) in _learned.Where(l => l.Draft == draft))
        {
            output.AddEvent(person, new PersonsLine(-row, default, null, PersonEvent.NameChanged, month.OnDayOfMonth(1), name), draft.Submission);
            draft.CountFact("event", month);
        }

        foreach ((YearMonth month, int facts) in staging.Facts.CountBy(f => f.Month))
        {
            draft.CountFact(Table, month, facts);
        }

        output.AddRejections(draft.Submission, staging.Rejections);
        if (kind == FactKind.Contribution)
        {
            output.AddRejectedPaid(draft.Submission, staging.RejectedPaid);
        }

        if (draft.Parent is not null)
        {
            output.AddChildren(ChildRows.Of(draft.Submission, block, staging));
        }
    }

    // A pension row may carry the date of the retirement 退休日期: a change of status that the agency vouches for (edge 20).
    private void AddRetirements(BlockOutput output, FileDraft draft, LineBlock block, Staging staging)
    {
        if (!block.Pension.Exists(l => l.RetiredOn is not null))
        {
            return;
        }

        HashSet<int> accepted = [.. staging.Facts.Where(f => f.State == FactState.Accepted).Select(f => f.Row)];
        foreach (PensionLine line in block.Pension.Where(l => l.RetiredOn is not null && accepted.Contains(l.Row)))
        {
            if (persons.TryFind(line.Id, out int person) && persons.RecordOf(person).RetiredOn != line.RetiredOn)
            {
                LocalDate on = line.RetiredOn!.Value;
                // A change of status that the agency vouches for (edge 20).
                output.AddEvent(person, new PersonsLine(-line.Row, line.Id, line.Name, PersonEvent.Retired, on, null), draft.Submission);
                draft.CountFact("event", on.ToYearMonth());
            }
        }
    }

    private async Task LoadAsync(IReadOnlyList<DraftBlock> blocks, CancellationToken cancellation)
    {
        await persons.LoadAsync(blocks.SelectMany(b => Citizens(b.Block)), cancellation);
        if (kind == FactKind.Contribution)
        {
            await employers.LoadAsync(blocks.SelectMany(b => b.Block.Payroll.Select(l => (l.Employer, l.EmployerName))), cancellation);
        }

        _pairs.Clear();
        _beside.Clear();
        _learned.Clear();
        foreach ((FileDraft draft, LineBlock block) in blocks)
        {
            for (int i = 0; i < Lines(block); i++)
            {
                LineSubject line = Subject(block, i);
                if (!persons.TryFind(line.Id, out int person))
                {
                    // Written only when a line of his is: a person known by rejected rows alone is not registered.
                    person = persons.Register(line.Id, line.Name, line.BirthTold ?? line.Id.Birth, line.Month, draft.Submission);
                }

                _pairs.Add(new PersonMonthKey(person, line.Month));
                AddBeside(block, i, draft, person);
            }
        }

        await persons.LoadNamesAsync(_beside.Select(k => k.Person), cancellation);
        await _standing.LoadAsync(_pairs.Count > 0 && _beside.Count > 0 ? [.. _pairs, .. _beside] : _pairs, cancellation);
        if (!lives.AllRead)
        {
            await connection.IdleAsync();
        }

        await lives.LoadClosingsAsync(_pairs.Select(p => p.Person), cancellation);
    }

    // Of a line that may have to wait, what waits beside the month already; and what the month has, also where this block alone speaks of it.
    private void AddBeside(LineBlock block, int index, FileDraft draft, int person)
    {
        LineSubject line = Subject(block, index);
        bool late = kind == FactKind.Contribution && IsArrears(block.Payroll[index], draft);
        if (late || persons.MayBeAnother(person, line.Name, line.BirthTold))
        {
            _beside.Add(new PersonMonthKey(person, line.Month));
            _beside.Add(new PersonMonthKey(-person, line.Month));
        }
    }

    // A regular file pays its own month: what it says of an earlier one is paid late, whatever the row calls it.
    private static bool IsArrears(in PayrollLine line, FileDraft draft) => line.Arrears || (draft.Kind == SubmissionKind.Regular && draft.Month > line.Month);

    /// <param name="first">Where the block's persons and months begin among those that were loaded.</param>
    private void Judge(LineBlock block, Staging staging, int first)
    {
        for (int i = 0; i < Lines(block); i++)
        {
            (int person, YearMonth month) = _pairs[first + i];
            PersonRecord record = persons.RecordOf(person);
            FactRow row = kind == FactKind.Contribution
                ? block.Payroll[i].ToFact(person, employers.Find(block.Payroll[i].Employer))
                : block.Pension[i].ToFact(person);
            staging.Speaks(row);
            if (Check(block, i, month, record, staging.Draft) && IsOpen(row, month))
            {
                MonthPolicy slice = SliceOf(month)!;
                bool known = slice.RegistersUnknownPeople || record.EnrolledIn is not null;
                Place(row, block, i, staging, known, slice.TwoEmployers);
            }
            else
            {
                staging.Reject(_faults);
                staging.RejectedPaid.Add((row.Row, Math.Max(row.Second, 0) + Math.Max(row.Third, 0)));
            }
        }
    }

    // A line with nothing wrong meets what is in force, or waits beside it.
    private void Place(in FactRow row, LineBlock block, int index, Staging staging, bool known, TwoEmployers twoEmployers)
    {
        LineSubject line = Subject(block, index);
        PersonMonthKey key = new(row.Person, row.Month);
        int person = row.Person;
        List<StandingFact>? standing = _standing.For(key);
        if (persons.NameFault(row.Person, line.Name, line.BirthTold) is { } code)
        {
            Rejection why = persons.IsNew(person) && standing is not null && staging.HoldOwn(standing, row.Row, PersonRegistry.ColumnOf(code), persons.MaskedNames(person, line.Name)) is { } shared
                ? shared
                : persons.Differs(code, row.Row, person, line.Name);
            staging.SetAside(row, _standing.For(key with { Person = -person }) ?? [], standing, why);
            return;
        }

        if (persons.Establish(row.Person, line.Name, line.BirthTold ?? line.Id.Birth))
        {
            _learned.Add((staging.Draft, row.Person, line.Name!, row.Month, row.Row));
        }

        if (kind == FactKind.Contribution && IsArrears(block.Payroll[index], staging.Draft) && Lessened(row, standing, staging.Draft) is { } paid)
        {
            Rejection why = new(Codes.ArrearsBelowPaid, row.Row, "缴费基数", new Money(row.First).ToString(), new Money(paid.First).ToString());
            staging.SetAside(row, _standing.For(key with { Person = -row.Person }) ?? [], standing, why);
            return;
        }

        int before = staging.Facts.Count;
        staging.Accept(row, line.Id, standing, known, twoEmployers);
        if (staging.Draft.AskedAgain.Count > 0 && staging.Facts.Count > before && staging.Facts[before].State == FactState.Accepted)
        {
            staging.AskAgain(row, _standing.For(key with { Person = -row.Person }) ?? []);
        }
    }

    // What the same employer has paid for the month, where the line is less. Two lines of one file are another question.
    private static FactRow? Lessened(FactRow row, List<StandingFact>? standing, FileDraft draft) =>
        standing?.Find(f => f.Row.Employer == row.Employer && f.Row.State == FactState.Accepted && f.Submission != draft.Submission) is { Row: var paid }
        && (row.First < paid.First || row.Second + row.Third < paid.Second + paid.Third) ? paid : null;

    /// <summary>Checks a line against the policy of its month and the record of its person; true when nothing is wrong.</summary>
    private bool Check(LineBlock block, int index, YearMonth month, PersonRecord record, FileDraft draft)
    {
        _faults.Clear();
        int row = kind == FactKind.Contribution ? block.Payroll[index].Row : block.Pension[index].Row;
        if (draft.Month is { } declared && month > declared)
        {
            _faults.Add(new Rejection("MONTH_AFTER_SUBMISSION", row, "费款所属期", month.Text(), declared.Text()));
        }

        if (record.DiedIn is { } died && month > died)
        {
            _faults.Add(new Rejection("AFTER_DEATH", row, "费款所属期", month.Text(), died.Text()));
        }

        // Where arrears are credited only after the enrolment, those for months before it are taken in: the pooled fund's.
        bool paidLate = draft.Month > month && SliceOf(month)?.ArrearsCredited == ArrearsCredited.OnlyAfterEnrolment;
        if (record.EnrolledIn is { } enrolled && month < enrolled && !paidLate)
        {
            _faults.Add(new Rejection(Codes.BeforeEnrolment, row, "费款所属期", month.Text(), enrolled.Text()));
        }

        if (SliceOf(month) is not { } slice)
        {
            _faults.Add(new Rejection("POLICY_GAP", row, "费款所属期", month.Text(), ""));
        }
        else if (kind == FactKind.Contribution)
        {
            LineChecks.CheckPayroll(block.Payroll[index], slice, record.Category, _faults);
        }
        else
        {
            LineChecks.CheckPension(block.Pension[index], slice, record.Category, _faults);
        }

        return _faults.Count == 0;
    }

    // Rows of one month come together.
    private MonthPolicy? SliceOf(YearMonth month)
    {
        if (_slice.Month != month || _slice.Policy is null)
        {
            _slice = (month, policy.TryFor(month));
        }

        return _slice.Policy;
    }

    /// <summary>Nothing more is declared for a closed account until the person enrols anew; what stands already may be said again (edge 29).</summary>
    private bool IsOpen(in FactRow row, YearMonth month)
    {
        if (lives.IsPlain(row.Person) || lives.Of(row.Person).In(month).ClosedOn is not { } closed)
        {
            return true;
        }

        bool stands = Stands(row, _standing.For(new PersonMonthKey(row.Person, month)));
        if (!stands)
        {
            _faults.Add(new Rejection(Codes.AccountClosed, row.Row, "费款所属期", month.Text(), closed.Text()));
        }

        return stands;
    }

    private static bool Stands(FactRow said, List<StandingFact>? standing) =>
        standing?.Exists(f => f.Row.Employer == said.Employer && f.Row.State == FactState.Accepted && f.Row.SaysTheSameAs(said)) ?? false;

    // A refused file leaves no trace in what stands for the files after it.
    private static void Undo(Staging staging)
    {
        foreach ((List<StandingFact> standing, StandingFact added, FactRow? before, int submission) in staging.Changes)
        {
            if (before is { } row)
            {
                added.Row = row;
                added.Submission = submission;
            }
            else
            {
                standing.Remove(added);
            }
        }
    }

    private int Lines(LineBlock block) => kind == FactKind.Contribution ? block.Payroll.Count : block.Pension.Count;

    private IEnumerable<long> Citizens(LineBlock block) => kind == FactKind.Contribution
        ? block.Payroll.Select(l => l.Id.Digits17)
        : block.Pension.Select(l => l.Id.Digits17);

    private LineSubject Subject(LineBlock block, int index)
    {
        if (kind == FactKind.Contribution)
        {
            PayrollLine line = block.Payroll[index];
            return new LineSubject(line.Id, line.Name, line.BirthTold, line.Month);
        }

        PensionLine pension = block.Pension[index];
        return new LineSubject(pension.Id, pension.Name, pension.BirthTold, pension.Month);
    }

    private readonly record struct LineSubject(CitizenId Id, string? Name, LocalDate? BirthTold, YearMonth Month);
}

using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>Takes in blocks of changes of people's status: each a dated event; the same said again changes nothing, a later file overrides an earlier one.</summary>
public sealed class StatusChanges(PersonRegistry persons, AccountLives lives, AreaSession area, PolicyInForce? policy = null)
{
    private readonly RejectionWriter _rejections = new(area);
    private readonly AccountEvents _accounts = new(area, lives);
    private readonly FamilyBindings _family = new(area);
    private readonly FamilySpending _spent = new(area);
    private readonly Dictionary<(int Person, PersonEvent Event), (LocalDate On, string? Value)> _latest = [];

    private readonly Dictionary<int, (long Now, long First)> _numbers = [];
    private readonly HeldEvents _heldEvents = new(area.Schema);
    private HashSet<(int Person, PersonEvent Event, LocalDate On, string? Value)> _waited = [];

    private readonly CardsInUse _cards = new(area);

    public async Task TakeAsync(IReadOnlyList<DraftBlock> blocks, bool whole, CancellationToken cancellation)
    {
        await persons.LoadAsync(blocks.SelectMany(b => b.Block.Persons).SelectMany(l => l.Number is { } to ? new[] { l.Id.Digits17, to.Digits17 } : [l.Id.Digits17]), cancellation);
        await LoadIdentitiesAsync(blocks, cancellation);
        await LoadLatestAsync(blocks, cancellation);
        await _cards.LoadAsync(blocks, cancellation);
        await LoadAccountsAsync(blocks, cancellation);
        await LoadFamilyAsync(blocks, cancellation);
        List<(int Person, PersonsLine Line, int Submission)> events = [];
        List<(int Person, PersonsLine Line, int Submission)> waiting = [];
        List<ChildRow> children = [];
        foreach ((FileDraft draft, LineBlock block) in blocks)
        {
            _cards.Refuse(draft, block);
            if (!draft.CountRows(block, whole))
            {
                continue;
            }

            HashSet<int> unchanged = [], held = [];
            foreach (PersonsLine line in block.Persons)
            {
                switch (Take(line, draft, events, out Rejection? fault))
                {
                    case RowOutcome.Unchanged:
                        draft.Unchanged++;
                        unchanged.Add(line.Row);
                        break;
                    case RowOutcome.Rejected:
                        draft.Rejected++;
                        break;
                    case RowOutcome.Held:
                        draft.Held++;
                        held.Add(line.Row);
                        Wait(line, draft, waiting);
                        break;
                }

                if (fault is not null)
                {
                    block.Rejections.Add(draft.InItsWords(fault));
                    draft.Show(block.Rejections[^1]);
                }
            }

            _rejections.Add(draft.Submission, block.Rejections);
            if (draft.Parent is not null)
            {
                children.AddRange(ChildRows.Of(draft.Submission, block, unchanged, held));
            }
        }

        await persons.WriteAsync(cancellation);
        await _accounts.WriteAsync(cancellation);
        await EventWriter.WriteAsync(area, events, cancellation);
        await _heldEvents.WriteAsync(area.Connection, waiting, cancellation);
        await _rejections.FlushAsync(cancellation);
        await ChildRows.WriteAsync(area, children, cancellation);
    }

    private async Task LoadAccountsAsync(IReadOnlyList<DraftBlock> blocks, CancellationToken cancellation)
    {
        List<(int, PersonsLine)> lines = [];
        foreach (PersonsLine line in blocks.SelectMany(b => b.Block.Persons).Where(l => l.Event == PersonEvent.New || AccountEvents.IsOfAccount(l.Event)))
        {
            if (persons.TryFind(line.Id, out int person))
            {
                lines.Add((person, line));
            }
        }

        await _accounts.LoadAsync(lines, cancellation);
    }

    private async Task LoadFamilyAsync(IReadOnlyList<DraftBlock> blocks, CancellationToken cancellation)
    {
        List<PersonsLine> lines = [.. blocks.SelectMany(b => b.Block.Persons).Where(l => FamilyBindings.Is(l.Event))];
        if (lines.Count == 0)
        {
            return;
        }

        List<(int Payer, PersonsLine Line)> known = [];
        foreach (PersonsLine line in lines)
        {
            if (persons.TryFind(line.Id, out int payer))
            {
                known.Add((payer, line));
            }
        }

        await _family.LoadAsync(known.Select(k => k.Payer), lines.Select(l => FamilyBindings.MemberOf(l)), cancellation);
        await lives.LoadAsync(known.Select(k => k.Payer), cancellation);
        await _spent.LoadAsync([.. known.Where(k => k.Line.Event == PersonEvent.FamilyUnbound).Select(k => (k.Payer, _family.AsBound(k.Payer, FamilyBindings.MemberOf(k.Line), k.Line.On), k.Line.On))], cancellation);
    }

    private RowOutcome Take(in PersonsLine line, FileDraft draft, List<(int, PersonsLine, int)> events, out Rejection? fault)
    {
        YearMonth month = line.On.ToYearMonth();
        draft.Names(month);
        bool ofAccount = AccountEvents.IsOfAccount(line.Event), ofFamily = FamilyBindings.Is(line.Event);
        fault = null;
        if (!persons.TryFind(line.Id, out int person))
        {
            fault = ofAccount || ofFamily || IsOfIdentity(line.Event) ? new Rejection(Codes.AccountMissing, line.Row, "公民身份号码", line.Id.ToString(), "")
                : !line.Id.TellsBirth && line.BirthTold is null ? new Rejection(Codes.BirthDateMissing, line.Row, "出生日期", line.Id.ToString(), "1985-07-01")
                : null;
            if (fault is not null)
            {
                return RowOutcome.Rejected;
            }

            person = persons.Register(line.Id, line.Name, line.BirthTold ?? line.Id.Birth, month, draft.Submission);
        }

        if (ofFamily ? _family.IsKnown(person, line) : ofAccount ? _accounts.IsKnown(person, line) : _latest.TryGetValue((person, line.Event), out (LocalDate, string?) known) && known == (line.On, line.Value) && !IsLeft(person, line))
        {
            return RowOutcome.Unchanged;
        }

        fault = FamilyBindings.RelationFault(line, policy?.TryFor(month));
        if (fault is not null)
        {
            return RowOutcome.Rejected;
        }

        fault = IdentityFault(person, line);
        if (fault is not null)
        {
            bool again = !draft.IsDecision && _waited.Contains((person, line.Event, line.On, line.Value));
            fault = again ? null : fault;
            return again ? RowOutcome.Unchanged : RowOutcome.Held;
        }

        fault = ofFamily ? _family.Take(person, line, lives.Of(person), _spent.Last(person, _family.AsBound(person, FamilyBindings.MemberOf(line), line.On)))
            : ofAccount ? _accounts.Take(person, line) : line.Event == PersonEvent.New ? _accounts.TakeEnrolment(person, line, draft.Submission) : null;
        if (fault is not null)
        {
            return RowOutcome.Rejected;
        }

        _latest[(person, line.Event)] = (line.On, line.Value);
        draft.Accepted++;
        draft.CountFact("event", month);
        persons.Confirm(person);
        events.Add((person, line, draft.Submission));
        TakeIdentity(person, line, draft, events);
        return RowOutcome.Accepted;
    }

    // Of a change of number the latest says the number that the person has, unless it changed again in this transaction.
    private bool IsLeft(int person, in PersonsLine line) => line.Number is { } to && _numbers.TryGetValue(person, out (long Now, long First) known) && known.Now != to.Digits17;

    private static bool IsOfIdentity(PersonEvent change) => change is PersonEvent.NumberChanged or PersonEvent.NameChanged;

    private void Wait(in PersonsLine line, FileDraft draft, List<(int, PersonsLine, int)> waiting)
    {
        persons.TryFind(line.Id, out int person);
        persons.Confirm(person);
        _waited.Add((person, line.Event, line.On, line.Value));
        waiting.Add((person, line, draft.Submission));
        draft.CountFact("event", line.On.ToYearMonth());
    }

    /// <summary>The row names another than the person on record, or a number that is another person's: it waits for a decision.</summary>
    private Rejection? IdentityFault(int person, in PersonsLine line)
    {
        if (persons.NameFault(person, line.Name, line.Event == PersonEvent.NumberChanged ? null : line.BirthTold) is { } code)
        {
            return persons.Differs(code, line.Row, person, line.Name);
        }

        return line.Number is { } to && persons.TryFind(to, out int holder) && holder != person
            ? new Rejection(Codes.NumberInUse, line.Row, "变更内容", to.ToString(), "")
            : null;
    }

    // What the accepted row changes of who the person is, for the rows after it.
    private void TakeIdentity(int person, in PersonsLine line, FileDraft draft, List<(int, PersonsLine, int)> events)
    {
        YearMonth month = line.On.ToYearMonth();
        if (line.Number is { } to)
        {
            (long now, long first) = _numbers.GetValueOrDefault(person, (line.Id.Digits17, line.Id.Digits17));
            if (to.Digits17 != now && persons.TryFind(to, out _) && now != first)
            {
                // Back to an earlier number: the one that is left may be another person's.
                events.Add((person, new PersonsLine(-line.Row, default, null, PersonEvent.NumberGivenUp, line.On, null) { Number = CitizenId.FromDigits17(now) }, draft.Submission));
                draft.CountFact("event", month);
                persons.GiveUp(person, now);
            }

            persons.Change(person, to, line.BirthTold);
            _numbers[person] = (to.Digits17, first);
        }
        else if (line.Event == PersonEvent.NameChanged)
        {
            persons.Rename(person, line.Value!);
        }
        else if (persons.Establish(person, line.Name, line.BirthTold ?? (line.Id.TellsBirth ? line.Id.Birth : default)))
        {
            events.Add((person, new PersonsLine(-line.Row, default, null, PersonEvent.NameChanged, line.On, line.Name), draft.Submission));
            draft.CountFact("event", month);
        }
    }

    private async Task LoadIdentitiesAsync(IReadOnlyList<DraftBlock> blocks, CancellationToken cancellation)
    {
        List<int> suspects = [], changed = [];
        foreach (PersonsLine line in blocks.SelectMany(b => b.Block.Persons))
        {
            if (persons.TryFind(line.Id, out int person))
            {
                suspects.AddRange(line.Number is not null || persons.MayBeAnother(person, line.Name, null) ? [person] : []);
                changed.AddRange(line.Number is not null ? [person] : []);
            }
        }

        if (suspects.Count == 0)
        {
            return;
        }

        await persons.LoadNamesAsync(suspects, cancellation);
        _waited = await _heldEvents.KnownAsync(area.Connection, [.. suspects.Distinct()], cancellation);
        foreach ((int person, long now, long first) in await area.ReadAsync(
            "SELECT i.person_id, i.citizen, p.citizen FROM :area.insured i JOIN :area.person p USING (person_id) WHERE i.person_id = ANY($1)",
            r => (r.GetInt32(0), r.GetInt64(1), r.GetInt64(2)), cancellation, changed.Distinct().ToArray()))
        {
            _numbers[person] = (now, first);
        }
    }

    private async Task LoadLatestAsync(IReadOnlyList<DraftBlock> blocks, CancellationToken cancellation)
    {
        _latest.Clear();
        HashSet<int> known = [];
        foreach (PersonsLine line in blocks.SelectMany(b => b.Block.Persons))
        {
            if (persons.TryFind(line.Id, out int person))
            {
                known.Add(person);
            }
        }

        if (known.Count == 0)
        {
            return;
        }

        await using NpgsqlCommand command = area.Command(
            """
            SELECT DISTINCT ON (person_id, event) person_id, event, on_date, value FROM :area.person_event WHERE person_id = ANY($1)
            ORDER BY person_id, event, submission_id DESC, row_no DESC
            """);
        command.Parameters.AddWithValue(known.ToArray());
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            _latest.Add(
                (reader.GetInt32(0), (PersonEvent)reader.GetInt16(1)),
                (LocalDate.FromDateOnly(reader.GetFieldValue<DateOnly>(2)), reader.IsDBNull(3) ? null : reader.GetString(3)));
        }
    }
}

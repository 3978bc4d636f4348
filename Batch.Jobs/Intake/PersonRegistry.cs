using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>Finds the persons behind citizen numbers and registers the unknown, a block of lines at a time.</summary>
public sealed class PersonRegistry(IntakeConnection connection, KnownPersons persons, KnownRecords records)
{
    private readonly CitizenNumbers _known = persons.Numbers;
    private List<NewPerson> _new = [];

    // Of each new person of the block: a line that passed has named him.
    private List<bool> _named = [];
    private readonly Dictionary<int, string> _names = [];
    private int _firstRegistered = int.MaxValue;
    private bool? _anyChanges;
    private readonly HashSet<int> _confirmed = [];
    private bool _anyRecords;
    private bool _everybodyHeld;
    private bool _everyRecordHeld;
    private int _nextId;

    /// <summary>For a large file: everybody is read at once, instead of each block's persons, where they are not too many.</summary>
    public async Task PreloadAsync(CancellationToken cancellation)
    {
        _everybodyHeld = await persons.ReadAsync(await connection.IdleAsync(), cancellation);
        if (_everybodyHeld)
        {
            _nextId = persons.Next;
            _everyRecordHeld = await records.ReadAsync(await connection.IdleAsync(), cancellation);
        }
    }

    /// <summary>Reads the persons of a block; those of earlier blocks are forgotten, so that memory does not grow with the file.</summary>
    public async Task LoadAsync(IEnumerable<long> citizens, CancellationToken cancellation)
    {
        // A file that registers a whole province fills what can be held: from there on the persons of each block are read.
        _everybodyHeld &= !persons.IsFull;
        if (_everybodyHeld && _everyRecordHeld)
        {
            return;
        }

        List<int> found = _everybodyHeld ? Held(citizens) : await ReadPersonsAsync(citizens, cancellation);
        if (_everyRecordHeld)
        {
            return;
        }

        records.Forget();
        if (found.Count > 0 && await AnyRecordsAsync(cancellation))
        {
            await records.ReadOnlyAsync([.. found], await connection.IdleAsync(), cancellation);
        }
    }

    private List<int> Held(IEnumerable<long> citizens)
    {
        HashSet<int> found = [];
        foreach (long citizen in citizens)
        {
            if (_known.TryGetValue(citizen, out int person))
            {
                found.Add(person);
            }
        }

        return [.. found];
    }

    private async Task<List<int>> ReadPersonsAsync(IEnumerable<long> citizens, CancellationToken cancellation)
    {
        persons.Forget();
        List<int> found = [];
        long[] distinct = [.. citizens.Distinct()];
        await using (NpgsqlCommand command = (await connection.IdleAsync()).Command("SELECT citizen, person_id, name, birth FROM :area.person WHERE citizen = ANY($1)"))
        {
            command.Parameters.AddWithValue(distinct);
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
            while (reader.Read())
            {
                (long citizen, int person) = (reader.GetInt64(0), reader.GetInt32(1));
                _known.Set(citizen, person);
                persons.Know(person, citizen, reader.GetString(2), LocalDate.FromDateOnly(reader.GetFieldValue<DateOnly>(3)));
                found.Add(person);
            }
        }

        // Once per transaction: changes that it brings itself are in the table by the next block.
        if (_anyChanges ??= await IdentityChanges.AnyAsync(await connection.IdleAsync(), cancellation))
        {
            await IdentityChanges.ReadOnlyAsync(persons, distinct, found, await connection.IdleAsync(), cancellation);
        }

        if (_nextId == 0)
        {
            await NumberAsync(cancellation);
        }

        return found;
    }

    public bool TryFind(CitizenId id, out int person) => _known.TryGetValue(id.Digits17, out person);

    /// <summary>Rows of a block that name a person by a number that is no longer the current one; a row that changes the number rightly does.</summary>
    public int CountOldNumbers(LineBlock block)
    {
        HashSet<long> old = persons.OldNumbers;
        return old.Count == 0 ? 0 : block.Payroll.Count(l => old.Contains(l.Id.Digits17)) + block.Pension.Count(l => old.Contains(l.Id.Digits17))
            + block.Movements.Count(l => old.Contains(l.Id.Digits17)) + block.Persons.Count(l => l.Event != PersonEvent.NumberChanged && old.Contains(l.Id.Digits17));
    }

    public PersonRecord RecordOf(int person) => records.Of(person);

    /// <summary>The code of what contradicts the record, name or birth date; null: nothing does, or there is nothing to compare.</summary>
    public string? NameFault(int person, string? name, LocalDate? birthTold)
    {
        if (IsUnnamed(person))
        {
            return null;
        }

        uint known = persons.Names.Of(person);
        if (known != 0 && NameKeys.Of(name) is not 0 and var key && key != known)
        {
            return Codes.NameDiffers;
        }

        return birthTold is { } told && persons.Names.BirthOf(person) is { } birth && birth != told ? Codes.BirthDateDiffers : null;
    }

    /// <summary>Reads the names of those with whom a line disagrees, so that it can be told which name is on record.</summary>
    public async Task LoadNamesAsync(IEnumerable<int> whose, CancellationToken cancellation)
    {
        int[] wanted = [.. whose.Where(p => p > 0 && !_names.ContainsKey(p)).Distinct()];
        if (wanted.Length > 0)
        {
            AreaSession idle = await connection.IdleAsync();
            foreach ((int person, string name) in await idle.ReadAsync(
                "SELECT person_id, name FROM :area.insured WHERE person_id = ANY($1)", r => (r.GetInt32(0), r.GetString(1)), cancellation, wanted))
            {
                _names[person] = name;
            }
        }
    }

    /// <summary>The name that a line gives and the one on record, masked so that they can be told apart.</summary>
    public (string Own, string OnRecord) MaskedNames(int person, string? name) => Masking.Apart(
        name ?? "", _new.Count > 0 && person >= _new[0].Person ? _new[person - _new[0].Person].Name : _names.GetValueOrDefault(person, ""));

    /// <summary>Why a line whose name or birth date is not the one on record has to wait.</summary>
    public Rejection Differs(string code, int row, int person, string? name)
    {
        (string own, string onRecord) = MaskedNames(person, name);
        return new Rejection(code, row, ColumnOf(code), own, onRecord);
    }

    /// <summary>What the code of a difference is about.</summary>
    public static string ColumnOf(string code) => code == Codes.NameDiffers ? "姓名" : "出生日期";

    /// <summary>The line may have to wait, as far as can be told before the lines of its block are judged.</summary>
    public bool MayBeAnother(int person, string? name, LocalDate? birthTold) =>
        (persons.Names.Of(person) is not 0 and var known && NameKeys.Of(name) is not 0 and var key && key != known) || (birthTold is not null && birthTold != persons.Names.BirthOf(person));

    /// <summary>The person was registered by the files of this transaction.</summary>
    public bool IsNew(int person) => person >= _firstRegistered;

    /// <summary>
    /// The first line of a new person that passes every check says the name; lines that are rejected do not. True: the person is on record without a name,
    /// which is this one from now on.
    /// </summary>
    public bool Establish(int person, string? name, LocalDate birth)
    {
        if (IsUnnamed(person))
        {
            int at = person - _new[0].Person;
            _named[at] = true;
            _new[at] = _new[at] with { Name = name ?? "", Birth = birth };
            persons.Names.Set(person, NameKeys.Of(name));
            return false;
        }

        if (persons.Names.Of(person) != 0 || NameKeys.Of(name) is not (not 0 and var learned))
        {
            return false;
        }

        persons.Names.Set(person, learned);
        return true;
    }

    // No line that passed has named the person yet.
    private bool IsUnnamed(int person) => _new.Count > 0 && person >= _new[0].Person && !_named[person - _new[0].Person];

    /// <summary>A file that said the name first is refused.</summary>
    public void ForgetName(int person) => persons.Names.Set(person, 0);

    /// <summary>A change of number or name that this transaction brings.</summary>
    public void Change(int person, CitizenId number, LocalDate? birth)
    {
        persons.Change(person, number.Digits17, birth);
        _anyChanges = true;
    }

    public void GiveUp(int person, long number) => persons.GiveUp(person, number);

    public void Rename(int person, string name)
    {
        persons.Names.Set(person, NameKeys.Of(name));
        _anyChanges = true;
    }

    /// <summary>Registers an unknown person and opens the first account from the month.</summary>
    public int Register(CitizenId id, string? name, LocalDate birth, YearMonth month, int submission)
    {
        int person = _nextId++;
        _firstRegistered = Math.Min(_firstRegistered, person);
        _known.Set(id.Digits17, person);
        _new.Add(new NewPerson(person, id.Digits17, name ?? "", birth, month, submission));
        _named.Add(false);
        persons.Know(person, id.Digits17, name ?? "", birth);
        return person;
    }

    /// <summary>A fact of the person is written, so he is registered for good.</summary>
    public void Confirm(int person)
    {
        if (_new.Count > 0 && person >= _new[0].Person)
        {
            _confirmed.Add(person);
        }
    }

    /// <summary>Writes the confirmed persons of this block, with their accounts.</summary>
    public async Task WriteAsync(CancellationToken cancellation) => await NewPerson.WriteAsync(await connection.IdleAsync(), TakeRegistered(), cancellation);

    /// <summary>The confirmed persons of this block, to be written; whom only rejected rows name is forgotten.</summary>
    internal List<NewPerson> TakeRegistered()
    {
        foreach (NewPerson unconfirmed in _new.Where(p => !_confirmed.Contains(p.Person)))
        {
            _known.Remove(unconfirmed.Citizen);
            persons.Names.Set(unconfirmed.Person, 0);
        }

        List<NewPerson> registered = _new;
        registered.RemoveAll(p => !_confirmed.Contains(p.Person));
        _confirmed.Clear();
        _new = [];
        _named = [];
        return registered;
    }

    // The caller holds the area's intake lock, so nobody else registers meanwhile.
    private async Task NumberAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = (await connection.IdleAsync()).Command("SELECT coalesce(max(person_id), 0) + 1 FROM :area.person");
        _nextId = (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    // A city's first files meet no changes of status at all.
    private async Task<bool> AnyRecordsAsync(CancellationToken cancellation)
    {
        if (!_anyRecords)
        {
            await using NpgsqlCommand command = (await connection.IdleAsync()).Command($"SELECT EXISTS (SELECT FROM :area.person_event WHERE event IN {PersonEvents.OfRecord})");
            _anyRecords = (bool)(await command.ExecuteScalarAsync(cancellation))!;
        }

        return _anyRecords;
    }
}

using Batch.Jobs.Areas;
using Batch.Jobs.Server;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Import;

/// <summary>Finds the persons behind citizen numbers and registers the unknown, a block of lines at a time.</summary>
public sealed class PersonRegistry(IntakeConnection connection, AreaSchema area, KnownPersons persons, KnownRecords records)
{
    private readonly CitizenNumbers _known = persons.Numbers;
    private List<NewPerson> _new = [];
    private readonly HashSet<int> _confirmed = [];
    private bool _anyRecords;
    private bool _everybodyHeld;
    private bool _everyRecordHeld;
    private int _nextId;

    /// <summary>For a large file: everybody is read at once, instead of each block's persons, where they are not too many.</summary>
    public async Task PreloadAsync(CancellationToken cancellation)
    {
        _everybodyHeld = await persons.ReadAsync(await connection.IdleAsync(), area, cancellation);
        if (_everybodyHeld)
        {
            _nextId = persons.Next;
            _everyRecordHeld = await records.ReadAsync(await connection.IdleAsync(), area, cancellation);
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
            await records.ReadOnlyAsync([.. found], await connection.IdleAsync(), area, cancellation);
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
        await using (NpgsqlCommand command = new(area.Sql("SELECT citizen, person_id FROM :area.person WHERE citizen = ANY($1)"), await connection.IdleAsync()))
        {
            command.Parameters.AddWithValue(citizens.Distinct().ToArray());
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
            while (reader.Read())
            {
                _known.Set(reader.GetInt64(0), reader.GetInt32(1));
                found.Add(reader.GetInt32(1));
            }
        }

        if (_nextId == 0)
        {
            await NumberAsync(cancellation);
        }

        return found;
    }

    public bool TryFind(CitizenId id, out int person) => _known.TryGetValue(id.Digits17, out person);

    public PersonRecord RecordOf(int person) => records.Of(person);

    /// <summary>Registers an unknown person and opens the first account from the month.</summary>
    public int Register(CitizenId id, string? name, YearMonth month, int submission)
    {
        int person = _nextId++;
        _known.Set(id.Digits17, person);
        _new.Add(new NewPerson(person, id.Digits17, name ?? "", id.Birth, month, submission));
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
    public async Task WriteAsync(CancellationToken cancellation) => await WriteAsync(await connection.IdleAsync(), TakeRegistered(), cancellation);

    /// <summary>The confirmed persons of this block, to be written; whom only rejected rows name is forgotten.</summary>
    internal List<NewPerson> TakeRegistered()
    {
        foreach (NewPerson unconfirmed in _new.Where(p => !_confirmed.Contains(p.Person)))
        {
            _known.Remove(unconfirmed.Citizen);
        }

        List<NewPerson> registered = _new;
        registered.RemoveAll(p => !_confirmed.Contains(p.Person));
        _confirmed.Clear();
        _new = [];
        return registered;
    }

    internal async Task WriteAsync(NpgsqlConnection idle, List<NewPerson> registered, CancellationToken cancellation)
    {
        if (registered.Count == 0)
        {
            return;
        }

        await using (CopyRows copy = await CopyRows.BeginAsync(idle, area.Sql(":area.person"), "person_id, citizen, name, birth, submission_id", cancellation))
        {
            foreach (NewPerson person in registered)
            {
                copy.StartRow();
                copy.Write(person.Person);
                copy.Write(person.Citizen);
                copy.Write(person.Name);
                copy.Write(new DateOnly(person.Birth.Year, person.Birth.Month, person.Birth.Day));
                copy.Write(person.Submission);
            }

            await copy.CompleteAsync(cancellation);
        }

        await using (CopyRows copy = await CopyRows.BeginAsync(idle, area.Sql(":area.account"), "account_id, person_id, opened, submission_id", cancellation))
        {
            foreach (NewPerson person in registered)
            {
                copy.StartRow();
                copy.Write(person.Person);
                copy.Write(person.Person);
                copy.Write(person.Opened.FirstDay());
                copy.Write(person.Submission);
            }

            await copy.CompleteAsync(cancellation);
        }
    }

    // The caller holds the area's intake lock, so nobody else registers meanwhile.
    private async Task NumberAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(area.Sql("SELECT coalesce(max(person_id), 0) + 1 FROM :area.person"), await connection.IdleAsync());
        _nextId = (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    // A city's first files meet no changes of status at all.
    private async Task<bool> AnyRecordsAsync(CancellationToken cancellation)
    {
        if (!_anyRecords)
        {
            await using NpgsqlCommand command = new(area.Sql("SELECT EXISTS (SELECT FROM :area.person_event WHERE event IN (1, 4, 5, 6))"), await connection.IdleAsync());
            _anyRecords = (bool)(await command.ExecuteScalarAsync(cancellation))!;
        }

        return _anyRecords;
    }
}

/// <summary>A person whom a file names first, with the month from which the first account is open.</summary>
internal readonly record struct NewPerson(int Person, long Citizen, string Name, LocalDate Birth, YearMonth Opened, int Submission);

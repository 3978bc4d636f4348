using Batch.Jobs.Areas;
using Batch.Jobs.Server;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Import;

/// <summary>Finds the persons behind citizen numbers and registers the unknown, a block of lines at a time.</summary>
public sealed class PersonRegistry(IntakeConnection connection, AreaSchema area, KnownPersons persons)
{
    private const int MostRecordsPreloaded = 2_000_000;

    private readonly CitizenNumbers _known = persons.Numbers;
    private List<NewPerson> _new = [];
    private readonly HashSet<int> _confirmed = [];
    private bool _anyRecords;
    private bool _preloaded;
    private int _nextId;

    /// <summary>What is on record of a person that a line is checked against.</summary>
    public readonly record struct Record(YearMonth? EnrolledIn, YearMonth? DiedIn, LocalDate? RetiredOn, string Category);

    private readonly Dictionary<int, Record> _records = [];

    /// <summary>For a large file: everybody is read at once, instead of each block's persons, where they are not too many.</summary>
    public async Task PreloadAsync(CancellationToken cancellation)
    {
        if (await CountRecordsAsync(cancellation) <= MostRecordsPreloaded && await persons.ReadAsync(await connection.IdleAsync(), area, cancellation))
        {
            _nextId = persons.Next;
            await LoadRecordsAsync(null, cancellation);
            _preloaded = true;
        }
    }

    /// <summary>Reads the persons of a block; those of earlier blocks are forgotten, so that memory does not grow with the file.</summary>
    public async Task LoadAsync(IEnumerable<long> citizens, CancellationToken cancellation)
    {
        // A file that registers a whole province fills what can be held: from there on the persons of each block are read.
        _preloaded &= !persons.IsFull;
        if (_preloaded)
        {
            return;
        }

        persons.Forget();
        _records.Clear();
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

        if (found.Count > 0 && await AnyRecordsAsync(cancellation))
        {
            await LoadRecordsAsync([.. found], cancellation);
        }
    }

    public bool TryFind(CitizenId id, out int person) => _known.TryGetValue(id.Digits17, out person);

    public Record RecordOf(int person) => _records.TryGetValue(person, out Record record) ? record : new Record(null, null, null, Categories.Unit);

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

    private async Task<long> CountRecordsAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(area.Sql("SELECT count(*) FROM (SELECT FROM :area.person_event LIMIT $1) e"), await connection.IdleAsync());
        command.Parameters.AddWithValue(MostRecordsPreloaded + 1L);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <param name="of">Null: of everybody.</param>
    private async Task LoadRecordsAsync(int[]? of, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(area.Sql(
            $"""
            SELECT DISTINCT ON (person_id, event) person_id, event, on_date, value FROM :area.person_event
            WHERE {(of is null ? "" : "person_id = ANY($1) AND ")}event IN (1, 4, 5, 6) ORDER BY person_id, event, submission_id DESC, row_no DESC
            """), await connection.IdleAsync());
        if (of is not null)
        {
            command.Parameters.AddWithValue(of);
        }

        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            int person = reader.GetInt32(0);
            Record record = RecordOf(person);
            _records[person] = (Intake.PersonEvent)reader.GetInt16(1) switch
            {
                Intake.PersonEvent.New => record with { EnrolledIn = reader.GetFieldValue<DateOnly>(2).Month() },
                Intake.PersonEvent.Retired => record with { RetiredOn = LocalDate.FromDateOnly(reader.GetFieldValue<DateOnly>(2)) },
                Intake.PersonEvent.Died => record with { DiedIn = reader.GetFieldValue<DateOnly>(2).Month() },
                _ => record with { Category = reader.IsDBNull(3) ? Categories.Unit : reader.GetString(3) },
            };
        }
    }
}

/// <summary>A person whom a file names first, with the month from which the first account is open.</summary>
internal readonly record struct NewPerson(int Person, long Citizen, string Name, LocalDate Birth, YearMonth Opened, int Submission);

/// <summary>Categories of people that every area knows; an area's policy may add its own.</summary>
public static class Categories
{
    public const string Unit = "unit";
}

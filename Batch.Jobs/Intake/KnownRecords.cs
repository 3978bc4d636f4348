using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>What is on record of a person that a line is checked against.</summary>
public readonly record struct PersonRecord(YearMonth? EnrolledIn, YearMonth? DiedIn, LocalDate? RetiredOn, string Category)
{
    public static readonly PersonRecord Empty = new(null, null, null, Categories.Unit);
}

/// <summary>
/// What is on record of persons whose status has changed: of everybody, read once for the large files of an import and then only what came since;
/// or, where that would be too many, of the persons of one block after the other.
/// </summary>
public sealed class KnownRecords
{
    // Eleven bytes each.
    private const int Most = 4_000_000;

    private static string Changes => $"FROM :area.person_event WHERE event IN {PersonEvents.OfRecord}";

    private readonly PackedNumbers changes = new();
    private readonly List<string> categories = [];
    private PersonSet changed = new();
    private int lastSubmission;

    public PersonRecord Of(int person) => changed.Contains(person)
        ? new PersonRecord(
            Day(person, PersonEvent.New)?.Month(), Day(person, PersonEvent.Died)?.Month(),
            Day(person, PersonEvent.Retired) is { } retired ? LocalDate.FromDateOnly(retired) : null,
            changes.Of(Key(person, PersonEvent.Category)) is > 0 and int category ? categories[category - 1] : Categories.Unit)
        : PersonRecord.Empty;

    /// <summary>Reads everybody's changes that came since the last time; false when they are too many to be held, and none is.</summary>
    public async Task<bool> ReadAsync(AreaSession area, CancellationToken cancellation)
    {
        await using (NpgsqlCommand count = area.Command($"SELECT count(*)::int FROM (SELECT {Changes} AND submission_id > $1 LIMIT $2) e"))
        {
            count.Parameters.AddWithValue(lastSubmission);
            count.Parameters.AddWithValue(Most + 1);
            int more = (int)(await count.ExecuteScalarAsync(cancellation))!;
            if (changes.Count + more > Most)
            {
                Forget();
                return false;
            }

            changes.EnsureCapacity(changes.Count + more, more / 16);
        }

        await TakeAsync("submission_id > $1", "", lastSubmission, area, cancellation);
        return true;
    }

    /// <summary>Reads these persons' changes, and forgets everybody else's.</summary>
    public async Task ReadOnlyAsync(int[] persons, AreaSession area, CancellationToken cancellation)
    {
        Forget();
        await TakeAsync("person_id = ANY($1)", "person_id, ", persons, area, cancellation);
        lastSubmission = 0;
    }

    public void Forget()
    {
        changes.Clear();
        changed = new PersonSet();
        lastSubmission = 0;
    }

    // Each kind in the order in which they came: the later of two changes of one kind is in force. In the order of a key, so that nothing is sorted.
    private async Task TakeAsync(string which, string order, object parameter, AreaSession area, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command($"SELECT person_id, event, on_date, value, submission_id {Changes} AND {which} ORDER BY {order}event, submission_id, row_no");
        command.Parameters.AddWithValue(parameter);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (reader.Read())
        {
            (int person, PersonEvent change) = (reader.GetInt32(0), (PersonEvent)reader.GetInt16(1));
            int number = change == PersonEvent.Category ? CategoryNumber(reader.IsDBNull(3) ? Categories.Unit : reader.GetString(3)) : reader.GetFieldValue<DateOnly>(2).DayNumber + 1;
            changes.Set(Key(person, change), number);
            changed.Add(person);
            lastSubmission = Math.Max(lastSubmission, reader.GetInt32(4));
        }
    }

    // Changes of status are numbered from 1 to 6.
    private static ulong Key(int person, PersonEvent change) => ((ulong)(uint)person << 3) | (uint)change;

    private DateOnly? Day(int person, PersonEvent change) => changes.Of(Key(person, change)) is > 0 and int day ? DateOnly.FromDayNumber(day - 1) : null;

    private int CategoryNumber(string category)
    {
        int known = categories.IndexOf(category);
        if (known < 0)
        {
            categories.Add(category);
        }

        return known < 0 ? categories.Count : known + 1;
    }
}

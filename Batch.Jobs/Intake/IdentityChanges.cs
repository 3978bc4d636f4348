using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>Reads changes of number and name over what persons were registered with.</summary>
internal static class IdentityChanges
{
    private static string Events => $"event IN ({PersonEvent.NumberChanged:D}, {PersonEvent.NameChanged:D}, {PersonEvent.NumberGivenUp:D})";

    /// <summary>Applies the changes that came after a submission to everybody who is held; the last submission that brought one.</summary>
    public static async Task<int> ApplyAsync(KnownPersons to, int after, AreaSession area, CancellationToken cancellation)
    {
        int last = after;
        await using NpgsqlCommand command = area.Command($"SELECT person_id, event, value, number, birth, submission_id FROM :area.person_event WHERE {Events} AND submission_id > $1 ORDER BY submission_id, abs(row_no), event");
        command.Parameters.AddWithValue(after);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (reader.Read())
        {
            int person = reader.GetInt32(0);
            last = reader.GetInt32(5);
            switch ((PersonEvent)reader.GetInt16(1))
            {
                case PersonEvent.NameChanged:
                    to.Names.Set(person, NameKeys.Of(reader.GetString(2)));
                    break;
                case PersonEvent.NumberChanged:
                    to.Change(person, reader.GetInt64(3), reader.IsDBNull(4) ? null : LocalDate.FromDateOnly(reader.GetFieldValue<DateOnly>(4)));
                    break;
                default:
                    to.GiveUp(person, reader.GetInt64(3));
                    break;
            }
        }

        await reader.DisposeAsync();
        if (last > after)
        {
            to.OldNumbers.Clear();
            to.OldNumbers.UnionWith(await OldNumbersAsync(null, area, cancellation));
        }

        return last;
    }

    // Few people have another number than they were registered with: only they are looked at.
    private static Task<List<long>> OldNumbersAsync(long[]? among, AreaSession area, CancellationToken cancellation) => area.ReadAsync(
        $"""
        SELECT n.number FROM (
            SELECT DISTINCT ON (person_id) person_id, number FROM :area.person_event WHERE event = {PersonEvent.NumberChanged:D} ORDER BY person_id, submission_id DESC, row_no DESC) current
        JOIN :area.person_number n USING (person_id) WHERE n.number <> current.number {(among is null ? "" : "AND n.number = ANY($1)")}
        """,
        r => r.GetInt64(0), cancellation, among is null ? [] : [among]);

    public static async Task<bool> AnyAsync(AreaSession area, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command($"SELECT EXISTS (SELECT FROM :area.person_event WHERE {Events})");
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Adds to a block's persons those whom a number finds that came later, and brings all of them up to date.</summary>
    public static async Task ReadOnlyAsync(KnownPersons to, long[] citizens, List<int> found, AreaSession area, CancellationToken cancellation)
    {
        foreach ((long number, int person) in await area.ReadAsync(
            "SELECT number, person_id FROM :area.person_number WHERE number = ANY($1)", r => (r.GetInt64(0), r.GetInt32(1)), cancellation, (object)citizens))
        {
            to.Numbers.Set(number, person);
            found.Add(person);
        }

        to.OldNumbers.UnionWith(await OldNumbersAsync(citizens, area, cancellation));
        await using NpgsqlCommand command = area.Command("SELECT person_id, name, citizen, birth FROM :area.insured WHERE person_id = ANY($1)");
        command.Parameters.AddWithValue(found.Distinct().ToArray());
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (reader.Read())
        {
            to.Know(reader.GetInt32(0), reader.GetInt64(2), reader.GetString(1), LocalDate.FromDateOnly(reader.GetFieldValue<DateOnly>(3)));
        }
    }
}

using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>Held changes of status: rows that name another than the person on record, and new numbers that are another person's already.</summary>
internal sealed class HeldEvents(AreaSchema area) : IHeldFacts
{
    // Nor has the same change come again since as the person's.
    private const string Undecided =
        """
        NOT EXISTS (SELECT FROM :area.decision d WHERE d.fact = 'event' AND d.held_in = h.submission_id AND d.held_row = h.row_no)
        AND NOT EXISTS (SELECT FROM :area.person_event e WHERE e.person_id = h.person_id AND e.event = h.event AND e.on_date = h.on_date AND e.value IS NOT DISTINCT FROM h.value
            AND e.number IS NOT DISTINCT FROM h.number AND e.row_no > 0 AND e.submission_id > h.submission_id)
        """;

    private const string Columns = "h.submission_id, h.row_no, h.person_id, h.event, h.on_date, h.value, h.document, h.number, h.birth";

    public string Fact => "event";

    private sealed record HeldEvent(int Submission, int Person, PersonsLine Line);

    public async Task<List<HeldRow>> ListAsync(NpgsqlConnection connection, YearMonth? month, CancellationToken cancellation)
    {
        List<HeldEvent> held = await connection.ReadAsync(
            area.Sql($"SELECT {Columns} FROM :area.held_event h WHERE {Undecided} ORDER BY 1, 2"), Read, cancellation);
        held.RemoveAll(h => month is not null && h.Line.On.ToYearMonth() != month);
        int[] submissions = [.. held.Select(h => h.Submission)];
        Dictionary<(int, int), HeldReason> reasons = await HeldRows.ReasonsAsync(area.On(connection), submissions, [.. held.Select(h => h.Line.Row)], cancellation);
        Dictionary<int, (string Citizen, string Name)> persons = await HeldRows.PersonsAsync(area.On(connection), [.. held.Select(h => h.Person)], cancellation);
        Dictionary<int, (string File, string By)> files = await HeldRows.FilesAsync(area.On(connection), submissions, cancellation);
        return [.. held.Select(h =>
        {
            HeldReason why = reasons[(h.Submission, h.Line.Row)];
            return new HeldRow(
                Fact, h.Submission, h.Line.Row, h.Line.On.ToYearMonth(), why.Code, persons[h.Person].Citizen, persons[h.Person].Name, "", "",
                files[h.Submission].File, files[h.Submission].By, []) { Found = why.Found, Expected = why.Expected, Event = h.Line.Event };
        })];
    }

    /// <exception cref="DataFaultException">NUMBER_IN_USE: the new number is another person's, and two people decide about a join instead; or the code of what was recorded since and contradicts the row.</exception>
    public async Task<bool> DecideAsync(NpgsqlConnection connection, Decision decision, FileDraft draft, CancellationToken cancellation)
    {
        List<HeldEvent> held = await connection.ReadAsync(
            area.Sql($"SELECT {Columns} FROM :area.held_event h WHERE h.submission_id = $1 AND h.row_no = $2 AND {Undecided}"), Read, cancellation, decision.Submission, decision.Row);
        if (held is not [{ } named])
        {
            return false;
        }

        if (decision.Take)
        {
            await TakeAsync(connection, named, draft, cancellation);
        }

        return true;
    }

    // The row is judged as it would be now, without the name that was in doubt.
    private async Task TakeAsync(NpgsqlConnection connection, HeldEvent held, FileDraft draft, CancellationToken cancellation)
    {
        long citizen = (await connection.ReadAsync(area.Sql("SELECT citizen FROM :area.insured WHERE person_id = $1"), r => r.GetInt64(0), cancellation, held.Person))[0];
        LineBlock block = new() { Rows = 1 };
        block.Persons.Add(held.Line with { Row = 1, Id = CitizenId.FromDigits17(citizen) });
        PersonRegistry persons = new(new IntakeConnection(area.On(connection)), new KnownPersons(), new KnownRecords());
        await new StatusChanges(persons, new AccountLives(area.On(connection)), area.On(connection)).TakeAsync([new DraftBlock(draft, block)], whole: false, cancellation);
        if (draft.Accepted + draft.Unchanged == 0)
        {
            Rejection fault = draft.Rejections[0];
            throw new DataFaultException(fault.Code, RejectionCodes.Describe(fault, "zh"), RejectionCodes.Describe(fault, "en"));
        }
    }

    private static HeldEvent Read(NpgsqlDataReader row) => new(row.GetInt32(0), row.GetInt32(2), new PersonsLine(
        row.GetInt32(1), default, null, (PersonEvent)row.GetInt16(3), LocalDate.FromDateOnly(row.GetFieldValue<DateOnly>(4)), row.Text(5), row.Text(6))
    {
        Number = row.IsDBNull(7) ? null : CitizenId.FromDigits17(row.GetInt64(7)),
        BirthTold = row.IsDBNull(8) ? null : LocalDate.FromDateOnly(row.GetFieldValue<DateOnly>(8)),
    });

    /// <summary>Keeps rows of a persons file that wait.</summary>
    public async Task WriteAsync(NpgsqlConnection connection, List<(int Person, PersonsLine Line, int Submission)> rows, CancellationToken cancellation)
    {
        if (rows.Count == 0)
        {
            return;
        }

        await using CopyRows copy = await CopyRows.BeginAsync(
            connection, area.Sql(":area.held_event"), "submission_id, row_no, person_id, event, on_date, value, document, number, birth", cancellation);
        foreach ((int person, PersonsLine line, int submission) in rows)
        {
            copy.StartRow();
            copy.Write(submission);
            copy.Write(line.Row);
            copy.Write(person);
            copy.Write((short)line.Event);
            copy.Write(line.On.ToDateOnly());
            copy.Write(line.Value);
            copy.Write(line.Document);
            copy.Write(line.Number?.Digits17);
            copy.Write(EventWriter.BirthOf(line));
        }

        await copy.CompleteAsync(cancellation);
    }

    /// <summary>What waits of some persons, or waited and was decided: said again it is no new question.</summary>
    public async Task<HashSet<(int Person, PersonEvent Event, LocalDate On, string? Value)>> KnownAsync(NpgsqlConnection connection, int[] persons, CancellationToken cancellation) =>
        [.. await connection.ReadAsync(
            area.Sql("SELECT person_id, event, on_date, value FROM :area.held_event WHERE person_id = ANY($1)"),
            r => (r.GetInt32(0), (PersonEvent)r.GetInt16(1), LocalDate.FromDateOnly(r.GetFieldValue<DateOnly>(2)), r.Text(3)), cancellation, persons)];
}

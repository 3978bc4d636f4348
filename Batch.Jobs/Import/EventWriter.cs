using Batch.Jobs.Areas;
using Batch.Jobs.Intake;
using Npgsql;
using NpgsqlTypes;

namespace Batch.Jobs.Import;

/// <summary>Appends changes of status by binary COPY. A negative row: a consequence of that row of a file that is not a persons file.</summary>
internal static class EventWriter
{
    public static async Task WriteAsync(
        NpgsqlConnection connection, AreaSchema area, List<(int Person, PersonsLine Line, int Submission)> events, CancellationToken cancellation)
    {
        if (events.Count == 0)
        {
            return;
        }

        await using NpgsqlBinaryImporter copy = await connection.BeginBinaryImportAsync(
            area.Sql("COPY :area.person_event (person_id, event, on_date, value, submission_id, row_no, document) FROM STDIN (FORMAT binary)"), cancellation);
        foreach ((int person, PersonsLine line, int submission) in events)
        {
            copy.StartRow();
            copy.Write(person, NpgsqlDbType.Integer);
            copy.Write((short)line.Event, NpgsqlDbType.Smallint);
            copy.Write(line.On.ToDateOnly(), NpgsqlDbType.Date);
            if (line.Value is null)
            {
                copy.WriteNull();
            }
            else
            {
                copy.Write(line.Value, NpgsqlDbType.Text);
            }

            copy.Write(submission, NpgsqlDbType.Integer);
            copy.Write(line.Row, NpgsqlDbType.Integer);
            if (line.Document is null)
            {
                copy.WriteNull();
            }
            else
            {
                copy.Write(line.Document, NpgsqlDbType.Text);
            }
        }

        await copy.CompleteAsync(cancellation);
    }
}

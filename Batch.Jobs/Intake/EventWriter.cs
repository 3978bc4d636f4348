using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;

namespace Batch.Jobs.Intake;

/// <summary>Appends changes of status by binary COPY. A negative row: a consequence of that row of a file that is not a persons file.</summary>
internal static class EventWriter
{
    public static async Task WriteAsync(
        AreaSession area, List<(int Person, PersonsLine Line, int Submission)> events, CancellationToken cancellation)
    {
        if (events.Count == 0)
        {
            return;
        }

        await using CopyRows copy = await area.CopyAsync(":area.person_event", "person_id, event, on_date, value, submission_id, row_no, document, number, birth", cancellation);
        foreach ((int person, PersonsLine line, int submission) in events)
        {
            copy.StartRow();
            copy.Write(person);
            copy.Write((short)line.Event);
            copy.Write(line.On.ToDateOnly());
            copy.Write(line.Value);
            copy.Write(submission);
            copy.Write(line.Row);
            copy.Write(line.Document);
            copy.Write(line.Number?.Digits17);
            copy.Write(BirthOf(line));
        }

        await copy.CompleteAsync(cancellation);
    }

    /// <summary>The birth date that a change of number brings. Of other rows the date told is what an unknown person is registered with.</summary>
    public static DateOnly? BirthOf(in PersonsLine line) => line.Event == PersonEvent.NumberChanged ? line.BirthTold?.ToDateOnly() : null;
}

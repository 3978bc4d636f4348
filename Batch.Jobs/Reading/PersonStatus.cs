using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Reading;

/// <summary>What the latest change of a person's insurance on record says: in work, left, retired or died, and since which day.</summary>
public sealed record PersonStatus(PersonEvent Change, LocalDate Since)
{
    public (string Chinese, string English) Words => Change switch
    {
        PersonEvent.Left => ("停保", "left the insurance"),
        PersonEvent.Retired => ("退休", "retired"),
        PersonEvent.Died => ("已死亡", "died"),
        _ => ("在职", "in work"),
    };

    /// <summary>The change with the latest day that is not after today, of one day the one recorded last; null: no such change is on record.</summary>
    public static async Task<PersonStatus?> ReadAsync(Area area, int person, LocalDate today, CancellationToken cancellation) => (await area.ReadAsync(
        $"SELECT event, on_date FROM :area.person_event WHERE person_id = $1 AND event IN ({PersonEvent.New:D}, {PersonEvent.Left:D}, {PersonEvent.Resumed:D}, {PersonEvent.Retired:D}, {PersonEvent.Died:D}) AND on_date <= $2 ORDER BY on_date DESC, submission_id DESC, row_no DESC LIMIT 1",
        r => new PersonStatus((PersonEvent)r.GetInt16(0), LocalDate.FromDateOnly(r.GetFieldValue<DateOnly>(1))), cancellation, person, today.ToDateOnly())).SingleOrDefault();
}

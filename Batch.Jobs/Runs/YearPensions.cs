using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Runs;

/// <summary>
/// The prior-year average is one figure for the whole insurance year: where the policy trues provisional credits up, a month whose own file does not
/// give it takes it from the latest month of the year that does.
/// </summary>
public sealed class YearPensions
{
    private const int MonthsAYear = 12;

    private readonly AreaSchema _area;
    private readonly YearMonth _from;
    private readonly YearMonth _month;

    private YearPensions(AreaSchema area, MonthPolicy slice) => (_area, _from, _month) = (area, slice.InsuranceYearFrom, slice.Month);

    /// <summary>Null: each month is credited on what its own file says.</summary>
    public static YearPensions? Of(AreaSchema area, MonthPolicy slice) => slice.TruesUpPension ? new YearPensions(area, slice) : null;

    /// <summary>Gives the pensioners of a chunk who lack the average what the year's other months say; whom a taken submission tells of it is touched.</summary>
    public async Task FillAsync(NpgsqlConnection connection, PersonFacts[] persons, Chunk chunk, (IReadOnlySet<int> Taken, int[] Unseen) by, CancellationToken cancellation)
    {
        if (!Array.Exists(persons, Lacks))
        {
            return;
        }

        await using NpgsqlCommand command = new(_area.Sql(
            $"""
            SELECT person_id, pension_month, submission_id, row_no, state, prior_year_fen FROM :area.pension
            WHERE pension_month BETWEEN '{_from.Text()}-01' AND '{_from.PlusMonths(MonthsAYear - 1).Text()}-01' AND pension_month <> '{_month.Text()}-01'
                  AND person_id BETWEEN $1 AND $2 AND submission_id <> ALL($3) ORDER BY person_id, pension_month, submission_id, row_no
            """), connection);
        command.Parameters.AddWithValue(chunk.FirstPerson);
        command.Parameters.AddWithValue(chunk.LastPerson);
        command.Parameters.AddWithValue(by.Unseen);
        Version reading = default;
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (reader.Read())
        {
            Version next = new(
                reader.GetInt32(0), reader.GetFieldValue<DateOnly>(1), reader.GetInt32(2), reader.GetInt32(3),
                (FactState)reader.GetInt16(4) == FactState.Accepted && !reader.IsDBNull(5) ? reader.GetInt64(5) : 0);
            persons[next.Person - chunk.FirstPerson].Touched |= by.Taken.Contains(next.Submission) && Lacks(persons[next.Person - chunk.FirstPerson]);
            if ((reading.Person, reading.Month) != (next.Person, next.Month))
            {
                Settle(persons, chunk, reading);
                reading = next;
            }
            else if (FactVersions.Replaces(next.Submission, reading.Submission, reading.Row))
            {
                reading = next;
            }
        }

        Settle(persons, chunk, reading);
    }

    private static bool Lacks(PersonFacts person) =>
        person.InForce.Pension is { Submission: not 0, IsAccepted: true, PriorYear: null };

    // Months come in order, so that the latest one with the figure stays.
    private static void Settle(PersonFacts[] persons, Chunk chunk, in Version version)
    {
        if (version.PriorYearFen > 0 && Lacks(persons[version.Person - chunk.FirstPerson]))
        {
            persons[version.Person - chunk.FirstPerson].InForce.YearsPriorYearFen = version.PriorYearFen;
        }
    }

    private readonly record struct Version(int Person, DateOnly Month, int Submission, int Row, long PriorYearFen);
}

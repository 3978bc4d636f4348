using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Runs;

/// <summary>Reads what a month's policy gates on: months paid before, when a contribution was paid, enrolments, years, frozen amounts.</summary>
internal sealed class GateReader(AreaSession area, Chunk chunk, int[] unseen, IReadOnlySet<int> taken)
{
    private PersonFacts[] _persons = [];

    public async Task ReadAsync(PersonFacts[] persons, Gates gates, CancellationToken cancellation)
    {
        _persons = persons;
        if (gates.HasFlag(Gates.PaymentMonth) && Array.Exists(_persons, p => p.InForce.Contribution.Employer != 0))
        {
            await ReadPaymentMonthsAsync(cancellation);
        }

        if ((gates & (Gates.Enrolment | Gates.Years | Gates.FrozenAmount)) != 0)
        {
            await ReadEventsAsync(EventsOf(gates), cancellation);
        }

        if (gates.HasFlag(Gates.Years))
        {
            await ReadSexesAsync(cancellation);
        }

        int[]? some = gates.HasFlag(Gates.Resumption) ? null : [.. Enumerable.Range(0, _persons.Length).Where(i => _persons[i].InForce.Pension.Submission != 0).Select(i => chunk.FirstPerson + i)];
        if ((gates & (Gates.Resumption | Gates.Years)) != 0 && some is not { Length: 0 })
        {
            foreach (YearMonth month in await EarlierMonthsAsync(cancellation))
            {
                ReceiptCover? cover = gates.HasFlag(Gates.Receipts) ? await ReceiptCover.ReadAsync(area, month, taken, unseen, cancellation) : null;
                await ReadPaidAsync(month, some, cover, cancellation);
            }
        }
    }

    /// <summary>Changes of status that a gated month depends on, whatever their date.</summary>
    public static short[] EventsOf(Gates gates) =>
    [
        .. gates.HasFlag(Gates.Enrolment) ? [(short)PersonEvent.New] : Array.Empty<short>(),
        .. gates.HasFlag(Gates.Years) ? [(short)PersonEvent.EarlierMonths, (short)PersonEvent.EarlierActualMonths] : Array.Empty<short>(),
        .. gates.HasFlag(Gates.FrozenAmount) ? [(short)PersonEvent.FrozenAmount] : Array.Empty<short>(),
    ];

    // A month is paid when an employer first declares it, held or accepted: a correction of it later is no arrears.
    private async Task ReadPaymentMonthsAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = Command(
            $"""
            SELECT c.person_id, c.employer_id, min(u.month) FROM {area.Part("contribution", chunk.Month)} c JOIN :area.filed u USING (submission_id)
            WHERE c.person_id BETWEEN $1 AND $2 AND c.submission_id <> ALL($3) AND c.state <> {FactState.Withdrawn:D} GROUP BY 1, 2 HAVING min(u.month) > '{chunk.Month.Text()}-01'
            """);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            int at = reader.GetInt32(0) - chunk.FirstPerson;
            if (_persons[at].InForce.Contribution.Employer == reader.GetInt32(1))
            {
                Gated(at).PaidIn = reader.GetFieldValue<DateOnly>(2).Month();
            }
        }
    }

    private async Task ReadEventsAsync(short[] events, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = Command(
            """
            SELECT person_id, event, on_date, value, submission_id FROM :area.person_event
            WHERE person_id BETWEEN $1 AND $2 AND submission_id <> ALL($3) AND event = ANY($4) ORDER BY person_id, submission_id, row_no
            """);
        command.Parameters.AddWithValue(events);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            GatedFacts gated = Gated(reader.GetInt32(0) - chunk.FirstPerson);
            YearMonth on = reader.GetFieldValue<DateOnly>(2).Month();
            _persons[reader.GetInt32(0) - chunk.FirstPerson].HasNewGate |= taken.Contains(reader.GetInt32(4));
            switch ((PersonEvent)reader.GetInt16(1))
            {
                case PersonEvent.New:
                    gated.EnrolledIn = on <= chunk.Month && !(gated.EnrolledIn > on) ? on : gated.EnrolledIn;
                    gated.BeforeEnrolment = gated.EnrolledIn is null;
                    break;
                case PersonEvent.EarlierMonths:
                    gated.EarlierMonths = int.Parse(reader.GetString(3), CultureInfo.InvariantCulture);
                    break;
                case PersonEvent.EarlierActualMonths:
                    gated.EarlierActualMonths = int.Parse(reader.GetString(3), CultureInfo.InvariantCulture);
                    break;
                case PersonEvent.FrozenAmount when on <= chunk.Month:
                    gated.FrozenFen = Money.FromYuan(decimal.Parse(reader.GetString(3), CultureInfo.InvariantCulture)).Fen;
                    break;
            }
        }
    }

    private async Task ReadSexesAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(
            $"""
            SELECT p.person_id, coalesce((SELECT e.number FROM :area.person_event e WHERE e.person_id = p.person_id AND e.event = {PersonEvent.NumberChanged:D} AND e.submission_id <> ALL($3)
                                          ORDER BY e.submission_id DESC, e.row_no DESC LIMIT 1), p.citizen)
            FROM :area.person p WHERE p.person_id BETWEEN $1 AND $2
            """);
        command.Parameters.AddWithValue(chunk.FirstPerson);
        command.Parameters.AddWithValue(chunk.LastPerson);
        command.Parameters.AddWithValue(unseen);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (reader.Read())
        {
            int at = reader.GetInt32(0) - chunk.FirstPerson;
            if (_persons[at].InForce.Pension.Submission != 0)
            {
                // A document that tells no sex: the longer requirement counts, the men's.
                CitizenId number = CitizenId.FromDigits17(reader.GetInt64(1));
                Gated(at).IsMale = !number.TellsBirth || number.Sex == Sex.Male;
            }
        }
    }

    private async Task ReadPaidAsync(YearMonth month, int[]? some, ReceiptCover? cover, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = Command(
            $"""
            SELECT person_id, employer_id, submission_id, state = {FactState.Accepted:D}, is_new FROM (
                SELECT DISTINCT ON (person_id, employer_id) person_id, employer_id, submission_id, state,
                       bool_or(submission_id = ANY($4)) OVER (PARTITION BY person_id, employer_id) AS is_new
                FROM {area.Part("contribution", month)}
                WHERE person_id BETWEEN $1 AND $2 AND submission_id <> ALL($3) {(some is null ? "" : "AND person_id = ANY($5)")}
                ORDER BY person_id, employer_id, {FactVersions.LatestFirst}) latest
            """);
        command.Parameters.AddWithValue(taken.ToArray());
        if (some is not null)
        {
            command.Parameters.AddWithValue(some);
        }

        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (reader.Read())
        {
            GatedFacts gated = Gated(reader.GetInt32(0) - chunk.FirstPerson);
            _persons[reader.GetInt32(0) - chunk.FirstPerson].HasNewGate |= reader.GetBoolean(4) || (cover?.Touches(reader.GetInt32(1)) ?? false);
            if (reader.GetBoolean(3))
            {
                gated.Declared[month] = cover?.Covers(reader.GetInt32(1), reader.GetInt32(2)) ?? false;
            }
        }
    }

    private async Task<List<YearMonth>> EarlierMonthsAsync(CancellationToken cancellation) =>
        [.. (await new MonthTables(area).ListAsync(["contribution"], cancellation)).Select(t => t.Month).Where(m => m < chunk.Month)];

    // $1, $2: the chunk's persons; $3: submissions that are not seen.
    private NpgsqlCommand Command(string sql)
    {
        NpgsqlCommand command = area.Command(sql);
        command.Parameters.AddWithValue(chunk.FirstPerson);
        command.Parameters.AddWithValue(chunk.LastPerson);
        command.Parameters.AddWithValue(unseen);
        return command;
    }

    private GatedFacts Gated(int at) => _persons[at].InForce.Gated ??= new GatedFacts();
}

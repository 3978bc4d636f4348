using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Runs;

/// <summary>
/// Reads what is in force for a range of persons in one contribution month into an array by person number. Facts of submissions that wait and
/// that the run does not take are not seen. Rows are read synchronously: they come by the ten thousand and are in the socket's buffer already.
/// </summary>
public sealed class ChunkReader(AreaSession area)
{
    private readonly MonthTables months = new(area);

    /// <param name="taken">Submissions that the run takes (besides those that standing runs took).</param>
    /// <param name="gates">What the month's policy gates on.</param>
    /// <param name="cover">What receipts cover, where credits wait for them.</param>
    /// <param name="year">The insurance year, where a prior-year average that comes later trues its months up.</param>
    public async Task<PersonFacts[]> ReadAsync(
        Chunk chunk, IReadOnlySet<int> taken, bool whole, Gates gates, CancellationToken cancellation, ReceiptCover? cover = null, YearPensions? year = null)
    {
        PersonFacts[] persons = ChunkRoom.Rent(chunk.LastPerson - chunk.FirstPerson + 1);
        int[] unseen = await UnseenAsync(taken, cancellation);
        await ReadPersonsAsync(persons, chunk, cancellation);
        int[] later = await LaterAccountsAsync(persons, chunk, cancellation);
        await ReadEventsAsync(persons, chunk, taken, unseen, cancellation);
        if (await months.ExistsAsync("contribution", chunk.Month, cancellation))
        {
            await ReadContributionsAsync(persons, chunk, (taken, unseen, cover), cancellation);
        }

        if (await months.ExistsAsync("pension", chunk.Month, cancellation))
        {
            await ReadPensionsAsync(persons, chunk, taken, unseen, cancellation);
            await (year?.FillAsync(area.Connection, persons, chunk, (taken, unseen), cancellation) ?? Task.CompletedTask);
        }

        await ReadPostedAsync(persons, chunk, later, cancellation);
        LocalDate end = chunk.Month.OnDayOfMonth(1).PlusMonths(1);
        for (int i = 0; i < persons.Length; i++)
        {
            ref PersonFacts person = ref persons[i];
            Settle(ref person);
        }

        if (gates != Gates.None)
        {
            await new GateReader(area, chunk, unseen, taken).ReadAsync(persons, gates, cancellation);
        }

        for (int i = 0; i < persons.Length; i++)
        {
            ref PersonFacts person = ref persons[i];
            person.Touched |= whole || person.HasNewNumber || person.HasNewGate || (person.HasNewEvent && person.FirstEvent < end) || (person.HasNewRetirement && person.InForce.Pension.Submission != 0);
        }

        return persons;
    }

    /// <summary>What receipts cover of a month; null where its credits do not wait for them, or nothing was received.</summary>
    public async Task<ReceiptCover?> CoverAsync(MonthPolicy slice, IReadOnlySet<int> taken, CancellationToken cancellation) => slice.CreditsOnReceipt
        ? await ReceiptCover.ReadAsync(area, slice.Month, taken, await UnseenAsync(taken, cancellation), cancellation)
        : null;

    internal async Task<int[]> UnseenAsync(IReadOnlySet<int> taken, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command("SELECT submission_id FROM :area.waiting_submission");
        List<int> unseen = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (!taken.Contains(reader.GetInt32(0)))
            {
                unseen.Add(reader.GetInt32(0));
            }
        }

        return [.. unseen];
    }

    private async Task<NpgsqlDataReader> ReadRangeAsync(string sql, Chunk chunk, int[]? unseen, CancellationToken cancellation)
    {
        NpgsqlCommand command = area.Command(sql);
        command.Parameters.AddWithValue(chunk.FirstPerson);
        command.Parameters.AddWithValue(chunk.LastPerson);
        if (unseen is not null)
        {
            command.Parameters.AddWithValue(unseen);
        }

        return await command.ExecuteReaderAsync(cancellation);
    }

    private async Task ReadPersonsAsync(PersonFacts[] persons, Chunk chunk, CancellationToken cancellation)
    {
        await using NpgsqlDataReader reader = await ReadRangeAsync(
            area.Sql("SELECT person_id, birth FROM :area.person WHERE person_id BETWEEN $1 AND $2"), chunk, null, cancellation);
        while (reader.Read())
        {
            ref PersonFacts person = ref persons[reader.GetInt32(0) - chunk.FirstPerson];
            person.Account = reader.GetInt32(0);
            person.InForce.Birth = LocalDate.FromDateOnly(reader.GetFieldValue<DateOnly>(1));
        }
    }

    /// <summary>Who has enrolled anew after a closing, by this month, has another account than the first. Accounts are there whether or not their file is taken, as persons are.</summary>
    private async Task<int[]> LaterAccountsAsync(PersonFacts[] persons, Chunk chunk, CancellationToken cancellation)
    {
        await using NpgsqlDataReader reader = await ReadRangeAsync(area.Sql(
            $"""
            SELECT max(account_id) FROM :area.account WHERE account_id >= {AccountNumbers.Step} AND person_id BETWEEN $1 AND $2
                AND opened <= '{chunk.Month.Text()}-01' GROUP BY person_id
            """), chunk, null, cancellation);
        List<int> later = [];
        while (reader.Read())
        {
            later.Add(reader.GetInt32(0));
            persons[AccountNumbers.PersonOf(later[^1]) - chunk.FirstPerson].Account = later[^1];
        }

        return [.. later];
    }

    private async Task ReadEventsAsync(PersonFacts[] persons, Chunk chunk, IReadOnlySet<int> taken, int[] unseen, CancellationToken cancellation)
    {
        LocalDate end = chunk.Month.OnDayOfMonth(1).PlusMonths(1);
        await using NpgsqlDataReader reader = await ReadRangeAsync(area.Sql(
            $"""
            SELECT person_id, event, on_date, value, submission_id, birth FROM :area.person_event
            WHERE person_id BETWEEN $1 AND $2 AND event IN {PersonEvents.Assessed} AND submission_id <> ALL($3) ORDER BY person_id, event, submission_id, row_no
            """), chunk, unseen, cancellation);
        while (reader.Read())
        {
            ref PersonFacts person = ref persons[reader.GetInt32(0) - chunk.FirstPerson];
            LocalDate on = LocalDate.FromDateOnly(reader.GetFieldValue<DateOnly>(2));
            if ((PersonEvent)reader.GetInt16(1) == PersonEvent.NumberChanged)
            {
                // The age is another from the first month on, so that every month is computed anew.
                person.InForce.Birth = reader.IsDBNull(5) ? person.InForce.Birth : LocalDate.FromDateOnly(reader.GetFieldValue<DateOnly>(5));
                person.HasNewNumber |= taken.Contains(reader.GetInt32(4));
                continue;
            }

            person.FirstEvent = person.FirstEvent is { } first && first < on ? first : on;
            bool isNew = taken.Contains(reader.GetInt32(4));
            person.HasNewEvent |= isNew;
            person.HasNewRetirement |= isNew && (PersonEvent)reader.GetInt16(1) == PersonEvent.Retired;
            switch ((PersonEvent)reader.GetInt16(1))
            {
                case PersonEvent.Retired:
                    person.InForce.RetiredIn = on.ToYearMonth();
                    break;
                case PersonEvent.Died:
                    person.InForce.DiedIn = on.ToYearMonth();
                    break;
                case PersonEvent.Category when on < end:
                    person.InForce.Category = reader.IsDBNull(3) ? null : reader.GetString(3);
                    break;
            }
        }
    }

    private async Task ReadContributionsAsync(
        PersonFacts[] persons, Chunk chunk, (IReadOnlySet<int> Taken, int[] Unseen, ReceiptCover? Cover) by, CancellationToken cancellation)
    {
        await using NpgsqlDataReader reader = await ReadRangeAsync(
            $"""
            SELECT person_id, employer_id, submission_id, row_no, state, base_fen, person_paid_fen, employer_paid_fen
            FROM {area.Part("contribution", chunk.Month)} WHERE person_id BETWEEN $1 AND $2 AND submission_id <> ALL($3)
            ORDER BY person_id, employer_id, submission_id, row_no
            """, chunk, by.Unseen, cancellation);
        while (reader.Read())
        {
            ref PersonFacts person = ref persons[reader.GetInt32(0) - chunk.FirstPerson];
            DeclaredContribution version = new(
                reader.GetInt32(1), reader.GetInt32(2), reader.GetInt32(3), (FactState)reader.GetInt16(4) == FactState.Accepted, new Money(reader.GetInt64(5)), new Money(reader.GetInt64(6)),
                new Money(reader.GetInt64(7)), by.Cover?.Covers(reader.GetInt32(1), reader.GetInt32(2)) ?? false);
            person.Touched |= by.Taken.Contains(version.Submission) || (by.Cover?.Touches(version.Employer) ?? false);
            if (person.Reading.Employer != version.Employer)
            {
                Settle(ref person);
                person.Reading = version;
            }
            else if (FactVersions.Replaces(version.Submission, person.Reading.Submission, person.Reading.Row))
            {
                person.Reading = version;
            }
        }
    }

    // One employer's latest version is known: it is the person's contribution when it is accepted. Two cannot be: they would be held.
    private static void Settle(ref PersonFacts person)
    {
        if (person.Reading.Employer != 0 && person.Reading.IsAccepted)
        {
            if (person.InForce.Contribution.Employer != 0)
            {
                throw new InvalidOperationException("Two employers' contributions stand accepted for one person and month.");
            }

            person.InForce.Contribution = person.Reading;
        }

        person.Reading = default;
    }

    private async Task ReadPensionsAsync(PersonFacts[] persons, Chunk chunk, IReadOnlySet<int> taken, int[] unseen, CancellationToken cancellation)
    {
        await using NpgsqlDataReader reader = await ReadRangeAsync(
            $"""
            SELECT person_id, submission_id, row_no, state, prior_year_fen, this_year_fen, month_fen
            FROM {area.Part("pension", chunk.Month)} WHERE person_id BETWEEN $1 AND $2 AND submission_id <> ALL($3) ORDER BY person_id, submission_id, row_no
            """, chunk, unseen, cancellation);
        while (reader.Read())
        {
            ref PersonFacts person = ref persons[reader.GetInt32(0) - chunk.FirstPerson];
            DeclaredPension version = new(
                reader.GetInt32(1), reader.GetInt32(2), (FactState)reader.GetInt16(3) == FactState.Accepted, reader.MoneyOrNull(4), reader.MoneyOrNull(5), reader.MoneyOrNull(6));
            person.Touched |= taken.Contains(version.Submission);
            if (FactVersions.Replaces(version.Submission, person.InForce.Pension.Submission, person.InForce.Pension.Row))
            {
                person.InForce.Pension = version;
            }
        }
    }

    private async Task ReadPostedAsync(PersonFacts[] persons, Chunk chunk, int[] later, CancellationToken cancellation)
    {
        string months = await PostingMonthsAsync(chunk.Month, cancellation);
        if (months.Length == 0)
        {
            return;
        }

        await using NpgsqlDataReader reader = await ReadRangeAsync(area.Sql(
            $"""
            SELECT account_id, component, sum(account_fen)::bigint, sum(pool_fen)::bigint, sum(other_fen)::bigint, sum(person_paid_fen)::bigint,
                   sum(employer_paid_fen)::bigint, sum(paid_out_fen)::bigint
            FROM :area.entry WHERE posting_month IN ({months}) AND contribution_month = '{chunk.Month.Text()}-01' AND component IN {Components.Credits}
                 AND {(later.Length == 0 ? "account_id BETWEEN $1 AND $2" : "(account_id BETWEEN $1 AND $2 OR account_id = ANY($3))")}
            GROUP BY account_id, component
            """), chunk, later.Length == 0 ? null : later, cancellation);
        while (reader.Read())
        {
            ref PersonFacts person = ref persons[AccountNumbers.PersonOf(reader.GetInt32(0)) - chunk.FirstPerson];
            if (person.Account != reader.GetInt32(0))
            {
                continue;
            }

            Legs legs = new(reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(7));
            if ((Component)reader.GetInt16(1) == Component.Contribution)
            {
                person.PostedContribution = legs;
            }
            else
            {
                person.PostedRetiree = legs;
            }
        }
    }

    // The posting months that have any entry for a contribution month: named, so that no other month is read.
    private async Task<string> PostingMonthsAsync(YearMonth month, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command($"SELECT DISTINCT r.posting_month FROM :area.run_total t JOIN :area.posted_run r USING (run_id) WHERE t.contribution_month = $1 AND t.component IN {Components.Credits} ORDER BY 1");
        command.Parameters.AddWithValue(month.FirstDay());
        List<string> months = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            months.Add($"'{reader.GetFieldValue<DateOnly>(0).Month().Text()}-01'");
        }

        return string.Join(", ", months);
    }
}

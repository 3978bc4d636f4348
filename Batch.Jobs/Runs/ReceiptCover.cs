using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Runs;

/// <summary>
/// Which lines of a contribution month the money received covers, where credits wait for it. An employer's submissions are covered in the order in
/// which they came, each whole or not at all: a part payment covers nobody of what it does not reach, and people added later do not
/// take the credit of those paid for before. A date of receipt in a payroll file is a note and covers nothing.
/// </summary>
public sealed class ReceiptCover
{
    private readonly Dictionary<int, int> _lastCovered = [];
    private readonly HashSet<int> _touched = [];

    /// <summary>The line that this employer's submission brought is paid for.</summary>
    public bool Covers(int employer, int submission) => _lastCovered.TryGetValue(employer, out int last) && submission <= last;

    /// <summary>The run takes a receipt or a line of this employer, which may change what is covered of all its people.</summary>
    public bool Touches(int employer) => _touched.Contains(employer);

    /// <param name="taken">Submissions that the run takes.</param>
    /// <param name="unseen">Submissions that wait and that it does not take.</param>
    /// <returns>Null: nothing was received for this month.</returns>
    public static async Task<ReceiptCover?> ReadAsync(
        AreaSession area, YearMonth month, IReadOnlySet<int> taken, int[] unseen, CancellationToken cancellation)
    {
        ReceiptCover cover = new();
        Dictionary<int, long> received = await cover.ReceivedAsync(area, month, taken, unseen, cancellation);
        if (received.Count == 0)
        {
            return null;
        }

        await LessReturnedAsync(area, month, received, cancellation);
        foreach ((int employer, SortedDictionary<int, long> submissions) in await cover.DeclaredAsync(area, month, received, taken, unseen, cancellation))
        {
            long left = received[employer];
            foreach ((int submission, long fen) in submissions)
            {
                left -= fen;
                if (left < 0)
                {
                    break;
                }

                cover._lastCovered[employer] = submission;
            }
        }

        return cover;
    }

    private async Task<Dictionary<int, long>> ReceivedAsync(
        AreaSession area, YearMonth month, IReadOnlySet<int> taken, int[] unseen, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(
            $"""
            SELECT employer_id, document, submission_id, state, amount_fen, row_no FROM :area.receipt WHERE receipt_month = $1 AND submission_id <> ALL($2)
            UNION ALL
            SELECT employer_id, chr(1) || return_id, taken_with, {FactState.Accepted:D}::smallint, -amount_fen, 0 FROM :area.money_returned
            WHERE month = $1 AND amount_fen < 0 AND taken_with <> ALL($2)
            ORDER BY employer_id, document, submission_id, row_no DESC
            """);
        command.Parameters.AddWithValue(month.FirstDay());
        command.Parameters.AddWithValue(unseen);
        Dictionary<int, long> received = [];
        (int Employer, string Document, long Fen) last = (0, "", 0);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            (int Employer, string Document, long Fen) next =
                (reader.GetInt32(0), reader.GetString(1), (FactState)reader.GetInt16(3) == FactState.Accepted ? reader.GetInt64(4) : 0);
            // A later word on the same document takes the place of the earlier one.
            long before = (last.Employer, last.Document) == (next.Employer, next.Document) ? last.Fen : 0;
            received[next.Employer] = received.GetValueOrDefault(next.Employer) - before + next.Fen;
            last = next;
            if (taken.Contains(reader.GetInt32(2)))
            {
                _touched.Add(next.Employer);
            }
        }

        return received;
    }

    // What was returned is taken first from money that the run does not see: it was surplus, whichever receipt brought it.
    private static async Task LessReturnedAsync(AreaSession area, YearMonth month, Dictionary<int, long> received, CancellationToken cancellation)
    {
        foreach ((int employer, long returned, long all) in await area.ReadAsync(
            """
            SELECT employer_id, sum(amount_fen) FILTER (WHERE amount_fen > 0)::bigint,
                   coalesce((SELECT sum(r.amount_fen) FROM :area.receipt_in_force r WHERE r.receipt_month = $1 AND r.employer_id = m.employer_id), 0)::bigint
                       - coalesce(sum(amount_fen) FILTER (WHERE amount_fen < 0), 0)::bigint
            FROM :area.money_returned m WHERE month = $1 GROUP BY employer_id HAVING max(amount_fen) > 0
            """,
            r => (r.GetInt32(0), r.GetInt64(1), r.GetInt64(2)), cancellation, month.FirstDay()))
        {
            if (received.TryGetValue(employer, out long seen))
            {
                received[employer] = seen - Math.Max(0, returned - Math.Max(0, all - seen));
            }
        }
    }

    /// <summary>What the lines in force of each employer with receipts come to, by the submission that brought them.</summary>
    private async Task<Dictionary<int, SortedDictionary<int, long>>> DeclaredAsync(
        AreaSession area, YearMonth month, Dictionary<int, long> received, IReadOnlySet<int> taken, int[] unseen, CancellationToken cancellation)
    {
        Dictionary<int, SortedDictionary<int, long>> declared = [];
        if (!await new MonthTables(area).ExistsAsync("contribution", month, cancellation))
        {
            return declared;
        }

        await using NpgsqlCommand command = area.LongCommand(
            $"""
            WITH several AS MATERIALIZED ({FactVersions.WithSeveral($"{area.Part("contribution", month)} WHERE submission_id <> ALL($1)")})
            SELECT 0, employer_id, submission_id, 0, state, sum(person_paid_fen + employer_paid_fen)::bigint
            FROM {area.Part("contribution", month)} c WHERE submission_id <> ALL($1) AND NOT EXISTS (SELECT FROM several s WHERE s.person_id = c.person_id) GROUP BY 2, 3, 5
            UNION ALL
            SELECT person_id, employer_id, submission_id, row_no, state, person_paid_fen + employer_paid_fen
            FROM {area.Part("contribution", month)} WHERE submission_id <> ALL($1) AND person_id IN (SELECT person_id FROM several)
            ORDER BY 1, 2, 3, 4
            """);
        command.Parameters.AddWithValue(unseen);
        Line reading = default;
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (reader.Read())
        {
            if (!received.ContainsKey(reader.GetInt32(1)))
            {
                continue;
            }

            Line version = new(
                reader.GetInt32(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetInt32(3),
                (FactState)reader.GetInt16(4) == FactState.Accepted ? reader.GetInt64(5) : null);
            if (taken.Contains(version.Submission))
            {
                _touched.Add(version.Employer);
            }

            // Person 0: what the lines of those come to who have one line each.
            if (version.Person == 0 || (reading.Person, reading.Employer) != (version.Person, version.Employer))
            {
                Settle(declared, reading);
                reading = version;
            }
            else if (FactVersions.Replaces(version.Submission, reading.Submission, reading.Row))
            {
                reading = version;
            }
        }

        Settle(declared, reading);
        return declared;
    }

    private static void Settle(Dictionary<int, SortedDictionary<int, long>> declared, in Line line)
    {
        if (line.DueFen is not { } due)
        {
            return;
        }

        if (!declared.TryGetValue(line.Employer, out SortedDictionary<int, long>? submissions))
        {
            declared.Add(line.Employer, submissions = []);
        }

        submissions[line.Submission] = submissions.GetValueOrDefault(line.Submission) + due;
    }

    /// <param name="DueFen">What the receipts have to cover; null: the line is not in force.</param>
    private readonly record struct Line(int Person, int Employer, int Submission, int Row, long? DueFen);
}

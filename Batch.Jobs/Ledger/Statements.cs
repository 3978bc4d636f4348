using Batch.Jobs.Areas;
using Batch.Jobs.Policies;
using Batch.Jobs.Server;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Ledger;

/// <summary>
/// Makes the year-end statements 对账单: for every account that has ever moved its opening, movements and closing, and where its coverage
/// stands, so that neither a balance nor a fold of coverage reads more than the year since.
/// </summary>
public sealed class Statements(NpgsqlDataSource program, AreaSchema area, PolicyInForce policy)
{
    private readonly record struct Row(int Account, long Opening, long Movements, int Accumulated, int Continuous, YearMonth? LastPaid);

    /// <param name="closing">The transaction that closes the year's last month: it holds the ledger, so nothing is posted meanwhile.</param>
    public async Task MakeAsync(NpgsqlConnection closing, InsuranceYear year, string by, CancellationToken cancellation)
    {
        await ExecuteAsync(closing, "SELECT :area.open_statement($1)", [year.Year], cancellation);
        await using NpgsqlConnection reading = await program.OpenConnectionAsync(cancellation);
        List<Row> irregular = [];
        await using (CopyRows copy = await CopyRows.BeginAsync(
            closing, area.Sql($":area.statement_{year.Year}"),
            "year, account_id, opening_fen, movements_fen, closing_fen, accumulated_months, continuous_months, last_paid", cancellation))
        {
            await foreach ((Row row, bool simple) in RowsAsync(reading, year, cancellation))
            {
                if (simple)
                {
                    Write(copy, year.Year, row);
                }
                else
                {
                    irregular.Add(row);
                }
            }

            foreach (Row row in irregular)
            {
                Write(copy, year.Year, await RefoldAsync(reading, row, year, cancellation));
            }

            await copy.CompleteAsync(cancellation);
        }

        KillSwitch.Pass(KillPoint.StatementsBeforeAttach);
        await ExecuteAsync(closing, "SELECT :area.close_statement($1, $2, $3, $4)", [year.Year, year.First.FirstDay(), year.Last.FirstDay(), by], cancellation);
    }

    /// <summary>
    /// One row an account: last year's statement and this year's entries. Not simple: an account whose months paid cannot be told from this year
    /// alone (arrears of earlier years, money taken back, a retirement on record, earlier months told since the last statement); those few are folded
    /// from their beginning.
    /// </summary>
    private async IAsyncEnumerable<(Row Row, bool Simple)> RowsAsync(
        NpgsqlConnection reading, InsuranceYear year, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(area.Sql(
            $"""
            WITH moved AS (
                SELECT account_id, sum(account_fen)::bigint AS movements,
                       bit_or(CASE WHEN component = 1 AND contribution_month >= '{year.First.Text()}-01' AND person_paid_fen + employer_paid_fen > 0
                              THEN 1 << ((extract(year FROM contribution_month) - {year.First.Year}) * 12 + extract(month FROM contribution_month) - {year.First.Month})::int ELSE 0 END) AS paid,
                       bool_or(component = 1 AND (contribution_month < '{year.First.Text()}-01' OR person_paid_fen + employer_paid_fen <= 0)) AS irregular
                FROM :area.entry WHERE posting_month BETWEEN '{year.First.Text()}-01' AND '{year.Last.Text()}-01' GROUP BY account_id),
            carried AS (SELECT account_id, closing_fen, accumulated_months, continuous_months, last_paid FROM :area.statement WHERE year = {year.Year - 1}),
            events AS (SELECT DISTINCT a.account_id FROM :area.person_event e JOIN :area.account a USING (person_id) WHERE e.event IN (4, 5)),
            earlier AS (
                SELECT DISTINCT ON (person_id) person_id AS account_id, value::int AS months, submission_id
                FROM :area.person_event WHERE event = 8 ORDER BY person_id, submission_id DESC, row_no DESC),
            known AS (
                SELECT max(submission_id) AS submission_id FROM :area.submission WHERE received_at <= (
                    SELECT max(l.at) FROM :area.ledger l JOIN :area.statement_year y ON y.through = l.month WHERE l.act = 'close' AND y.year = {year.Year - 1}))
            SELECT account_id, coalesce(c.closing_fen, 0), coalesce(m.movements, 0), coalesce(m.paid, 0),
                   coalesce(m.irregular, false) OR e.account_id IS NOT NULL OR account_id >= 100000000 OR coalesce(b.submission_id > known.submission_id AND c.account_id IS NOT NULL, false),
                   coalesce(c.accumulated_months, b.months, 0), coalesce(c.continuous_months, 0), c.last_paid
            FROM moved m FULL JOIN carried c USING (account_id) LEFT JOIN events e USING (account_id)
            LEFT JOIN earlier b USING (account_id) CROSS JOIN known ORDER BY account_id
            """), reading);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            CoverageOpening opening = new(reader.GetInt32(5), reader.GetInt32(6), reader.IsDBNull(7) ? null : reader.GetFieldValue<DateOnly>(7).Month());
            int paid = reader.GetInt32(3);
            List<YearMonth> months = [.. Enumerable.Range(0, 12).Where(i => (paid & (1 << i)) != 0).Select(i => year.First.PlusMonths(i))];
            Coverage coverage = Coverage.Fold(opening, months, null, null, year.Last, policy.For(year.Last));
            yield return (
                new Row(reader.GetInt32(0), reader.GetInt64(1), reader.GetInt64(2), coverage.Accumulated, coverage.Continuous, months.Count > 0 ? months[^1] : opening.LastPaid),
                !reader.GetBoolean(4));
        }
    }

    private async Task<Row> RefoldAsync(NpgsqlConnection reading, Row row, InsuranceYear year, CancellationToken cancellation)
    {
        CoverageFacts facts = await CoverageFacts.ReadPostedAsync(reading, area, row.Account, year.Last, cancellation);
        Coverage coverage = facts.Fold(year.Last, policy);
        return row with { Accumulated = coverage.Accumulated, Continuous = coverage.Continuous, LastPaid = facts.LastPaid };
    }

    private static void Write(CopyRows copy, int year, in Row row)
    {
        copy.StartRow();
        copy.Write(year);
        copy.Write(row.Account);
        copy.Write(row.Opening);
        copy.Write(row.Movements);
        copy.Write(row.Opening + row.Movements);
        copy.Write(row.Accumulated);
        copy.Write(row.Continuous);
        KillSwitch.Pass(KillPoint.StatementsMidCopy);
        copy.Write(row.LastPaid?.FirstDay());
    }

    private async Task ExecuteAsync(NpgsqlConnection connection, string sql, object[] arguments, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(area.Sql(sql), connection);
        foreach (object argument in arguments)
        {
            command.Parameters.AddWithValue(argument);
        }

        await command.ExecuteNonQueryAsync(cancellation);
    }
}

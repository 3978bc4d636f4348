using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Ledger;

/// <summary>
/// Makes the year-end statements 对账单: for every account that has ever moved its opening, movements and closing, and where its coverage
/// stands, so that neither a balance nor a fold of coverage reads more than the year since.
/// </summary>
public sealed class Statements(Area area)
{
    private const int MostFoldedAtOnce = 10_000;

    private readonly record struct Row(int Account, long Opening, long Movements, int Accumulated, int Continuous, YearMonth? LastPaid);

    /// <param name="closing">The transaction that closes the year's last month: it holds the ledger, so nothing is posted meanwhile.</param>
    public async Task MakeAsync(NpgsqlConnection closing, InsuranceYear year, string by, CancellationToken cancellation)
    {
        await ExecuteAsync(closing, "SELECT :area.open_statement($1)", [year.Year], cancellation);
        await using NpgsqlConnection reading = await area.Program.OpenConnectionAsync(cancellation);
        List<Row> irregular = [];
        await using (CopyRows copy = await CopyRows.BeginAsync(
            closing, area.Sql($":area.statement_{year.Year}"),
            "year, account_id, opening_fen, movements_fen, closing_fen, accumulated_months, continuous_months, last_paid", cancellation))
        {
            await foreach ((Row row, bool carriedOn) in RowsAsync(reading, year, cancellation))
            {
                if (carriedOn)
                {
                    Write(copy, year.Year, row);
                }
                else
                {
                    irregular.Add(row);
                }
            }

            PostedCoverage coverage = new(area.On(reading), year.Last);
            foreach (Row[] rows in irregular.Chunk(MostFoldedAtOnce))
            {
                IReadOnlyDictionary<int, CoverageFacts> facts = await coverage.ReadAsync([.. rows.Select(r => r.Account)], cancellation);
                foreach (Row row in rows)
                {
                    CoverageFacts known = facts[row.Account];
                    Write(copy, year.Year, Folded(row, known.Fold(year.Last, area.Policy), known.LastPaid));
                }
            }

            await copy.CompleteAsync(cancellation);
        }

        KillSwitch.Pass(KillPoint.StatementsBeforeAttach);
        await ExecuteAsync(closing, "SELECT :area.close_statement($1, $2, $3, $4)", [year.Year, year.First.FirstDay(), year.Last.FirstDay(), by], cancellation);
    }

    /// <summary>
    /// One row an account: last year's statement carried on with this year's entries. It cannot be carried on, and is folded from the beginning, where
    /// something has come to light about the years before (arrears, money taken back, months before the system's start, a retirement or death of then),
    /// where the account is not the person's first, and where months were paid again after a break that a retirement without a record may excuse.
    /// </summary>
    private async IAsyncEnumerable<(Row Row, bool CarriedOn)> RowsAsync(
        NpgsqlConnection reading, InsuranceYear year, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(area.Sql(RowsSql(year)), reading) { CommandTimeout = 0 };
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            Row opening = new(reader.GetInt32(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt32(5), reader.GetInt32(6), MonthAt(reader, 7));
            int paid = reader.GetInt32(3);
            CoverageFacts facts = new(
                [.. Enumerable.Range(0, 12).Where(i => (paid & (1 << i)) != 0).Select(i => year.First.PlusMonths(i))], 0, MonthAt(reader, 8), MonthAt(reader, 9));
            Coverage coverage = facts.Fold(new CoverageOpening(opening.Accumulated, opening.Continuous, opening.LastPaid), year.Last, area.Policy);
            bool resumed = coverage.Breaks.Any(b => facts.LastPaid > b.From);
            yield return (Folded(opening, coverage, facts.LastPaid ?? opening.LastPaid), !reader.GetBoolean(4) && !(resumed && facts.RetiredIn is null));
        }
    }

    private static Row Folded(Row row, Coverage coverage, YearMonth? lastPaid) =>
        row with { Accumulated = coverage.Accumulated, Continuous = coverage.Continuous, LastPaid = lastPaid };

    private static YearMonth? MonthAt(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateOnly>(column).Month();

    // Known when the last statements were made is what the runs of that year had taken: submissions are numbered in the order in which they are committed.
    private static string RowsSql(InsuranceYear year)
    {
        (string first, string last) = ($"'{year.First.Text()}-01'", $"'{year.Last.Text()}-01'");
        return
            $"""
            WITH moved AS (
                SELECT account_id, sum(account_fen)::bigint AS movements,
                       bit_or(CASE WHEN component = {Component.Contribution:D} AND contribution_month >= {first} AND person_paid_fen + employer_paid_fen > 0
                              THEN 1 << ((extract(year FROM contribution_month) - {year.First.Year}) * 12 + extract(month FROM contribution_month) - {year.First.Month})::int ELSE 0 END) AS paid,
                       bool_or(component = {Component.Contribution:D} AND (contribution_month < {first} OR person_paid_fen + employer_paid_fen <= 0)) AS irregular
                FROM :area.entry WHERE posting_month BETWEEN {first} AND {last} GROUP BY account_id),
            carried AS (SELECT account_id, closing_fen, accumulated_months, continuous_months, last_paid FROM :area.statement WHERE year = {year.Year - 1}),
            known AS (
                SELECT coalesce(max(t.submission_id), 0) AS through FROM :area.run_submission t JOIN :area.posted_run r USING (run_id)
                WHERE r.posting_month BETWEEN date {first} - interval '1 year' AND date {first} - interval '1 day'
                  AND r.seq < (SELECT max(l.seq) FROM :area.ledger l JOIN :area.statement_year y ON y.through = l.month WHERE l.act = 'close' AND y.year = {year.Year - 1})),
            changes AS (
                SELECT person_id, event, bool_or(submission_id > known.through) AS fresh, min(on_date) AS earliest,
                       (array_agg(on_date ORDER BY submission_id DESC, row_no DESC))[1] AS on_date,
                       (array_agg(value ORDER BY submission_id DESC, row_no DESC))[1] AS value
                FROM :area.person_event CROSS JOIN known WHERE event IN {PersonEvents.OfCoverage} GROUP BY person_id, event, known.through),
            status AS (
                SELECT person_id AS account_id, max(on_date) FILTER (WHERE event = {PersonEvent.Retired:D}) AS retired, max(on_date) FILTER (WHERE event = {PersonEvent.Died:D}) AS died,
                       max(value::int) FILTER (WHERE event = {PersonEvent.EarlierMonths:D}) AS months, bool_or(fresh AND (event = {PersonEvent.EarlierMonths:D} OR earliest < {first})) AS irregular
                FROM changes GROUP BY person_id)
            SELECT account_id, coalesce(c.closing_fen, 0), coalesce(m.movements, 0), coalesce(m.paid, 0),
                   coalesce(m.irregular, false) OR account_id >= {AccountNumbers.Step} OR (c.account_id IS NOT NULL AND coalesce(s.irregular, false)),
                   coalesce(c.accumulated_months, s.months, 0), coalesce(c.continuous_months, 0), c.last_paid, s.retired, s.died
            FROM moved m FULL JOIN carried c USING (account_id) LEFT JOIN status s USING (account_id) ORDER BY account_id
            """;
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

using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>
/// 临时划入清单: retirees credited in the months of M's insurance year, up to M, without the average pension of the prior year, and what the policy
/// does when it arrives. Who has got it since is not listed any more.
/// </summary>
public sealed class ProvisionalReport : Report
{
    public override string Kind => "provisional";

    public override string Title => "临时划入清单";

    public override IReadOnlyList<ReportColumn> Columns { get; } =
    [
        new("公民身份号码", "citizen number", ColumnContent.CitizenNumber), new("姓名", "name", ColumnContent.PersonName), new("自", "from", ColumnContent.Month),
        new("至", "to", ColumnContent.Month), new("月数", "months", ColumnContent.Count, ColumnTotal.Sum), new("按本年平均", "on this year's average", ColumnContent.Count, ColumnTotal.Sum),
        new("按当月", "on the month's", ColumnContent.Count, ColumnTotal.Sum), new("已划入", "credited", ColumnContent.Yuan, ColumnTotal.Sum), new("到达后", "when it arrives", ColumnContent.Text),
    ];

    // $1: months to be trued up; $2: months that are kept.
    private static string Sql =>
        $"""
        WITH inforce AS (
            SELECT DISTINCT ON (pension_month, person_id) pension_month, person_id, state, prior_year_fen, this_year_fen FROM :area.pension
            WHERE pension_month = ANY($1 || $2) AND submission_id NOT IN (SELECT submission_id FROM :area.waiting_submission)
            ORDER BY pension_month, person_id, submission_id DESC, (row_no <= 0) DESC, row_no DESC),
        known AS (SELECT DISTINCT person_id FROM inforce WHERE state = {FactState.Accepted:D} AND prior_year_fen IS NOT NULL),
        provisional AS (
            SELECT i.*, pension_month = ANY($1) AS trued FROM inforce i
            WHERE state = {FactState.Accepted:D} AND prior_year_fen IS NULL AND NOT (pension_month = ANY($1) AND person_id IN (SELECT person_id FROM known))),
        credited AS (
            SELECT account_id % 100000000 AS person_id, contribution_month AS pension_month, sum(account_fen) AS fen FROM :area.entry
            WHERE component = {Component.Retiree:D} AND contribution_month = ANY($1 || $2) AND posting_month <= :month GROUP BY 1, 2)
        SELECT n.citizen, n.name, min(pension_month), max(pension_month), count(*), count(this_year_fen), count(*) - count(this_year_fen), sum(fen)::bigint, bool_and(trued)
        FROM provisional JOIN credited USING (person_id, pension_month) JOIN :area.insured n USING (person_id) WHERE fen <> 0
        GROUP BY n.citizen, n.name, trued ORDER BY n.citizen, trued
        """;

    public override async IAsyncEnumerable<Cell[]> RowsAsync(
        ReportSource source, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        (DateOnly[] trued, DateOnly[] kept) = Months(source);
        await using NpgsqlCommand command = new(source.Sql(Sql), source.Connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue(trued);
        command.Parameters.AddWithValue(kept);
        Cell[] row = new Cell[Columns.Count];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            row[0] = Masking.Number(reader.GetInt64(0));
            row[1] = Masking.Name(reader.GetString(1));
            row[2] = reader.GetFieldValue<DateOnly>(2).Month().Text();
            row[3] = reader.GetFieldValue<DateOnly>(3).Month().Text();
            for (int i = 4; i <= 7; i++)
            {
                row[i] = reader.GetInt64(i);
            }

            row[8] = reader.GetBoolean(8) ? "补差 true-up" : "不补差 keep";
            yield return row;
        }
    }

    /// <summary>The months of the insurance year up to M whose retirees are credited on a chain that begins with the prior year.</summary>
    private static (DateOnly[] Trued, DateOnly[] Kept) Months(ReportSource source)
    {
        List<DateOnly> trued = [], kept = [];
        if (source.Area.Policy.TryFor(source.Month) is { } last)
        {
            for (YearMonth month = last.InsuranceYearFrom; month <= source.Month; month = month.Next())
            {
                if (source.Area.Policy.TryFor(month) is { ReadsPriorYearPension: true } slice)
                {
                    (slice.TruesUpPension ? trued : kept).Add(month.FirstDay());
                }
            }
        }

        return ([.. trued], [.. kept]);
    }
}

using Batch.Jobs.Facts;
using Batch.Jobs.Store;

namespace Batch.Jobs.Proof;

/// <summary>
/// Where retirees are credited a year in advance: for how many months the credit of a month is, by subtraction. The months from this one to the end of the year, the
/// leave or the death, less those in work; none where an earlier month of the pension file holds, with no leave since. Parameters as in <see cref="MonthSql"/>.
/// </summary>
internal sealed class AdvanceSql(AreaSchema area, DateOnly month, PolicySlice slice, int first)
{
    private DateOnly From => month.AddMonths(-((month.Month - first + 12) % 12));

    private string To => From.AddMonths(11).Literal();

    public string Relations() => area.Sql(
        $"""
        {(slice.OnReceipt ? Covered() : "")}
        work AS MATERIALIZED (
            SELECT DISTINCT person_id, contribution_month AS month FROM (
                SELECT DISTINCT ON (contribution_month, employer_id, person_id) contribution_month, employer_id, person_id, submission_id, state FROM :area.contribution
                WHERE contribution_month BETWEEN {From.Literal()} AND {To} AND person_id IN (SELECT person_id FROM pensions) AND submission_id <> ALL($3)
                ORDER BY contribution_month, employer_id, person_id, submission_id DESC, (row_no <= 0) DESC, row_no DESC) l
            WHERE state = {FactState.Accepted:D} {(slice.OnReceipt ? "AND (contribution_month, employer_id, submission_id) IN (SELECT * FROM covered_in_year)" : "")}),
        leaves AS MATERIALIZED (
            SELECT person_id, max(month) FILTER (WHERE month < {month.Literal()}) AS before, min(month) FILTER (WHERE month >= {month.Literal()}) AS since FROM (
                SELECT person_id, date_trunc('month', on_date)::date AS month FROM :area.person_event WHERE event = {PersonEvent.Left:D} AND person_id BETWEEN $1 AND $2 AND submission_id <> ALL($3)) l
            GROUP BY person_id),
        begun AS MATERIALIZED (
            SELECT p.person_id, max(p.month) AS latest FROM (
                SELECT DISTINCT ON (pension_month, person_id) person_id, pension_month AS month, state FROM :area.pension
                WHERE pension_month >= {From.Literal()} AND pension_month < {month.Literal()} AND person_id IN (SELECT person_id FROM pensions) AND submission_id <> ALL($3)
                ORDER BY pension_month, person_id, submission_id DESC, (row_no <= 0) DESC, row_no DESC) p
            LEFT JOIN work w USING (person_id, month) LEFT JOIN status s USING (person_id)
            WHERE p.state = {FactState.Accepted:D} AND w.person_id IS NULL AND coalesce(p.month >= s.retired_in + interval '{slice.RetirementOffset} months', true) AND coalesce(p.month <= {LastMonth}, true)
            GROUP BY p.person_id),
        spans AS (
            SELECT p.person_id, b.latest > coalesce(l.before, '-infinity') AS held, greatest({month.Literal()}, (s.retired_in + interval '{slice.RetirementOffset} months')::date) AS from_month,
                   least({To}, l.since, {LastMonth}) AS to_month
            FROM pensions p LEFT JOIN status s USING (person_id) LEFT JOIN leaves l USING (person_id) LEFT JOIN begun b USING (person_id)),
        advance AS MATERIALIZED (
            SELECT person_id, CASE WHEN held THEN 0 ELSE greatest({Index("to_month")} - {Index("from_month")} + 1, 0) - (
                       count(w.month) FILTER (WHERE w.month BETWEEN from_month AND to_month))::int END AS months
            FROM spans LEFT JOIN work w USING (person_id) GROUP BY person_id, held, from_month, to_month)
        """);

    // The month of the death, or the one before it.
    private string LastMonth => slice.DeathMonthCredited ? "s.died_in" : "(s.died_in - interval '1 month')::date";

    private static string Index(string day) => $"(extract(year FROM {day}) * 12 + extract(month FROM {day}))::int";

    // An employer's submissions are covered in their order by what was received, each whole or not at all.
    private string Covered() =>
        $"""
        covered_in_year AS MATERIALIZED (
            SELECT contribution_month, employer_id, submission_id FROM (
                SELECT contribution_month, employer_id, submission_id, sum(due) OVER (PARTITION BY contribution_month, employer_id ORDER BY submission_id) AS due FROM (
                    SELECT contribution_month, employer_id, submission_id, sum(person_paid_fen + employer_paid_fen) AS due FROM (
                        SELECT DISTINCT ON (contribution_month, person_id, employer_id) * FROM :area.contribution
                        WHERE contribution_month BETWEEN {From.Literal()} AND {To} AND submission_id <> ALL($3)
                        ORDER BY contribution_month, person_id, employer_id, submission_id DESC, (row_no <= 0) DESC, row_no DESC) v
                    WHERE state = {FactState.Accepted:D} GROUP BY 1, 2, 3) d) d
            JOIN ({CoveringSql.Of(column => $"{column} BETWEEN {From.Literal()} AND {To}")}) r USING (contribution_month, employer_id)
            WHERE due <= received),
        """;
}

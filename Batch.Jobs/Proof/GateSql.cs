using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Store;

namespace Batch.Jobs.Proof;

/// <summary>
/// The part of a month's statement that its slice's gates ask for; nothing of it where the slice gates on nothing. Parameters as in
/// <see cref="MonthSql"/>; written from Policies/README.md.
/// </summary>
internal sealed class GateSql(AreaSchema area, DateOnly month, PolicySlice slice, MonthParts parts)
{
    private readonly GateSlice _gates = slice.Gates;

    private string Month => month.Literal();

    /// <summary>Relations by name, to stand behind contributions, pensions and status.</summary>
    public string Relations()
    {
        List<string> all = [];
        if (_gates.HasArrearsRule)
        {
            all.Add(Late());
        }

        if (_gates.LooksAtEnrolments)
        {
            all.Add($"enrolled AS MATERIALIZED ({Events(1, $"max(date_trunc('month', on_date)::date) FILTER (WHERE on_date < {Month} + interval '1 month') AS enrolled_in")})");
        }

        if (_gates.LooksAtEarlierMonths)
        {
            all.Add(Paid());
        }

        if (_gates.ResumptionOffset > 0)
        {
            all.Add(Resumed());
        }

        if (_gates.CountsYears)
        {
            all.Add(Years());
        }

        if (_gates.HasFrozenAmounts)
        {
            all.Add($"frozen AS MATERIALIZED ({Events(9, "(array_agg(value ORDER BY submission_id DESC, row_no DESC))[1]::numeric * 100 AS frozen_fen", $"AND on_date < {Month} + interval '1 month'")})");
        }

        if (_gates.AdvanceMonth is { } first)
        {
            all.Add(new AdvanceSql(area, month, slice, first).Relations());
        }

        return string.Concat(all.Select(r => r + ", "));
    }

    /// <summary>What joins the facts of a person; n is the person, s the person's status.</summary>
    public string Joins() => string.Join(' ', new[]
    {
        _gates.HasArrearsRule ? "LEFT JOIN late l USING (person_id)" : "",
        _gates.LooksAtEnrolments ? "LEFT JOIN enrolled e USING (person_id)" : "",
        _gates.ResumptionOffset > 0 ? "LEFT JOIN resumed g USING (person_id)" : "",
        _gates.CountsYears ? "LEFT JOIN years y USING (person_id)" : "",
        _gates.HasFrozenAmounts ? "LEFT JOIN frozen z USING (person_id)" : "",
        _gates.AdvanceMonth is not null ? "LEFT JOIN advance v USING (person_id)" : "",
    });

    /// <summary>A contribution that is not credited: all of it is the pooled fund's.</summary>
    public string Barred()
    {
        List<string> bars = ["false"];
        if (_gates.ArrearsCredited == "no")
        {
            bars.Add("l.paid_in IS NOT NULL");
        }
        else if (_gates.ArrearsCredited == "only-after-enrolment")
        {
            bars.Add("l.paid_in IS NOT NULL AND e.person_id IS NOT NULL AND e.enrolled_in IS NULL");
        }

        if (_gates.ArrearsMaxMonths is { } most)
        {
            bars.Add($"coalesce(l.paid_in > {Month} + interval '{most} months', false)");
        }

        if (_gates.FirstMonthOffset > 0)
        {
            bars.Add($"coalesce(e.enrolled_in + interval '{_gates.FirstMonthOffset} months' > {Month}, false)");
        }

        if (_gates.ResumptionOffset > 0)
        {
            bars.Add($"g.before IS NOT NULL AND g.since + interval '{_gates.ResumptionOffset} months' > {Month} AND NOT coalesce({RetiredFrom("s")} <= g.before + interval '1 month', false)");
        }

        return string.Join(" OR ", bars);
    }

    public string MissingYears() => _gates.CountsYears ? "coalesce(y.missing, 0)" : "0";

    public string PaidMonths() => _gates.CountsYears ? "y.months AS paid_months, y.actual AS actual_months" : "NULL::int AS paid_months, NULL::int AS actual_months";

    public string Refused() => _gates.ShortAreNotCredited ? "missing_years > 0" : "false";

    public string FrozenFen() => _gates.HasFrozenAmounts ? "z.frozen_fen" : "NULL::numeric";

    /// <summary>How many months a retiree's credit is for; no column where it is the month itself.</summary>
    public string AdvanceMonths() => _gates.AdvanceMonth is null ? "" : ", v.months AS advance_months";

    public string Carried() => _gates.AdvanceMonth is null ? "" : ", f.advance_months";

    /// <summary>A month's amount times those months.</summary>
    public string Times(string fen) => _gates.AdvanceMonth is null ? fen : $"({fen}) * advance_months";

    /// <summary>The date that an age is taken on.</summary>
    public string AgeOn()
    {
        string usual = $"DATE '{slice.AgeOn}'";
        string? paid = _gates.AgeReference switch
        {
            null => null,
            "month-start" => "l.paid_in",
            "month-end" => "(l.paid_in + interval '1 month - 1 day')::date",
            "insurance-year-start" => string.Create(
                CultureInfo.InvariantCulture, $"make_date(extract(year FROM l.paid_in)::int - (extract(month FROM l.paid_in) < {_gates.InsuranceYearFrom})::int, {_gates.InsuranceYearFrom}, 1)"),
            "birth-year" => "make_date(extract(year FROM l.paid_in)::int, 12, 31)",
            string other => throw new InvalidOperationException($"The policy slice {slice.Hash} takes ages on a date that is not known: {other}."),
        };
        return paid is null ? usual : $"CASE WHEN l.paid_in IS NULL THEN {usual} ELSE {paid} END";
    }

    // Paid in the month of the submission that first declared it, held or accepted; told where that is a later month.
    private string Late() => parts.Contributions
        ? $"""
           late AS MATERIALIZED (
               SELECT c.person_id, min(u.month) AS paid_in FROM contributions c JOIN {area.Part("contribution", month.Month())} v USING (person_id, employer_id)
               JOIN :area.filed u ON u.submission_id = v.submission_id
               WHERE v.person_id BETWEEN $1 AND $2 AND v.submission_id <> ALL($3) AND v.state IN ({FactState.Accepted:D}, {FactState.Held:D}) GROUP BY 1 HAVING min(u.month) > {Month})
           """
        : "late AS (SELECT 0 AS person_id, NULL::date AS paid_in WHERE false)";

    // Months before this one that count as paid; a retiree's years ask for retirees only. Where credits wait for the money, so does the month: paid
    // by what was received from the employer, submission by submission.
    private string Paid() =>
        $"""
        {(slice.OnReceipt ? CoveredBefore() : "")}
        paid AS MATERIALIZED (
            SELECT DISTINCT person_id, contribution_month AS month FROM (
                SELECT DISTINCT ON (contribution_month, person_id, employer_id) contribution_month, person_id, employer_id, submission_id, state
                FROM :area.contribution WHERE contribution_month < {Month} AND person_id BETWEEN $1 AND $2 AND submission_id <> ALL($3)
                      {(_gates.ResumptionOffset > 0 ? "" : "AND person_id IN (SELECT person_id FROM pensions)")}
                ORDER BY contribution_month, person_id, employer_id, submission_id DESC, row_no > 0, row_no) v
            WHERE state = {FactState.Accepted:D} {(slice.OnReceipt ? "AND (contribution_month, employer_id, submission_id) IN (SELECT * FROM covered_before)" : "")})
        """;

    private string CoveredBefore() =>
        $"""
        covered_before AS MATERIALIZED (
            SELECT contribution_month, employer_id, submission_id FROM (
                SELECT contribution_month, employer_id, submission_id, sum(due) OVER (PARTITION BY contribution_month, employer_id ORDER BY submission_id) AS due FROM (
                    SELECT contribution_month, employer_id, submission_id, sum(person_paid_fen + employer_paid_fen) AS due FROM (
                        SELECT DISTINCT ON (contribution_month, person_id, employer_id) contribution_month, employer_id, submission_id, state, person_paid_fen,
                               employer_paid_fen
                        FROM :area.contribution WHERE contribution_month < {Month} AND submission_id <> ALL($3)
                        ORDER BY contribution_month, person_id, employer_id, submission_id DESC, row_no > 0, row_no) v
                    WHERE state = {FactState.Accepted:D} GROUP BY 1, 2, 3) d) d
            JOIN ({CoveringSql.Of(column => $"{column} < {Month}")}) r USING (contribution_month, employer_id)
            WHERE due <= received),
        """;

    private string Resumed() =>
        $"""
        resumed AS MATERIALIZED (
            SELECT person_id, min(month) FILTER (WHERE island = last_island) AS since, max(month) FILTER (WHERE island < last_island) AS before FROM (
                SELECT person_id, month, island, max(island) OVER (PARTITION BY person_id) AS last_island FROM (
                    SELECT person_id, month, {Index("month")} - row_number() OVER (PARTITION BY person_id ORDER BY month) AS island FROM (
                        SELECT person_id, month FROM paid WHERE person_id IN (SELECT person_id FROM contributions) UNION SELECT person_id, {Month} FROM contributions) m) m) m
            GROUP BY person_id)
        """;

    private string Years()
    {
        string zeroes = $"CASE WHEN gap >= {_gates.LongFromMonths} THEN {Text(_gates.LongZeroes)} ELSE {Text(_gates.ShortZeroes)} END";
        return $"""
            earlier AS (
                SELECT person_id, (array_agg(value ORDER BY submission_id DESC, row_no DESC) FILTER (WHERE event = {PersonEvent.EarlierMonths:D}))[1]::int AS months,
                       (array_agg(value ORDER BY submission_id DESC, row_no DESC) FILTER (WHERE event = {PersonEvent.EarlierActualMonths:D}))[1]::int AS actual
                FROM :area.person_event WHERE event IN ({PersonEvent.EarlierMonths:D}, {PersonEvent.EarlierActualMonths:D}) AND person_id BETWEEN $1 AND $2 AND submission_id <> ALL($3) GROUP BY person_id),
            counted AS (
                SELECT person_id, count(*) FILTER (WHERE month >= zeroed_in OR zeroed_in IS NULL) AS months, bool_or(zeroed_in IS NOT NULL) AS zeroed FROM (
                    SELECT person_id, month, max(month) FILTER (WHERE gap > 0 AND {zeroes}) OVER (PARTITION BY person_id) AS zeroed_in FROM (
                        SELECT p.person_id, p.month, {Index($"least(p.month, ({RetiredFrom("s")})::date)")} - {Index("lag(p.month) OVER (PARTITION BY p.person_id ORDER BY p.month)")} - 1 AS gap
                        FROM paid p JOIN pensions USING (person_id) LEFT JOIN status s USING (person_id)) g) g
                GROUP BY person_id),
            years AS MATERIALIZED (
                SELECT person_id, months, actual, greatest(coalesce(asked - months / 12, 0), coalesce(asked_actual - actual / 12, 0), 0) AS missing FROM (
                    SELECT person_id, {Asked(y => (y.Male, y.Female))} AS asked, {Asked(y => (y.ActualMale, y.ActualFemale))} AS asked_actual,
                           CASE WHEN e.months IS NOT NULL OR e.actual IS NOT NULL OR c.person_id IS NOT NULL
                                THEN (CASE WHEN c.zeroed THEN 0 ELSE coalesce(greatest(e.months, e.actual), 0) END + coalesce(c.months, 0))::int END AS months,
                           CASE WHEN e.actual IS NOT NULL OR c.person_id IS NOT NULL THEN (CASE WHEN c.zeroed THEN 0 ELSE coalesce(e.actual, 0) END + coalesce(c.months, 0))::int END AS actual
                    FROM pensions JOIN :area.person n USING (person_id) LEFT JOIN status s USING (person_id) LEFT JOIN earlier e USING (person_id) LEFT JOIN counted c USING (person_id)) y)
            """;
    }

    private string Asked(Func<YearsAsked, (int Male, int Female)> which) => _gates.Years?.Sql(which, "batch.is_male(coalesce(s.number, n.citizen))", "s.retired_in") ?? "0";

    private static string Events(int kind, string columns, string and = "") =>
        $"SELECT person_id, {columns} FROM :area.person_event WHERE event = {kind} {and} AND person_id BETWEEN $1 AND $2 AND submission_id <> ALL($3) GROUP BY person_id";

    private string RetiredFrom(string status) => $"{status}.retired_in + interval '{slice.RetirementOffset} months'";

    private static string Index(string day) => $"(extract(year FROM {day}) * 12 + extract(month FROM {day}))::int";

    private static string Text(bool value) => value ? "true" : "false";
}

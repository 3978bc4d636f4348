using Batch.Jobs.Facts;
using Batch.Jobs.Store;

namespace Batch.Jobs.Proof;

/// <summary>
/// One contribution month of a range of persons as one statement: what the visible facts entitle to by the slice that the ledger was posted with
/// (V4), beside what is posted; the money of both (V3); and credits that no fact carries (V6). $1, $2: first and last person; $3:
/// submissions that wait; $4: persons, where only some are checked.
/// </summary>
internal sealed class MonthSql(AreaSchema area, DateOnly month, PolicySlice slice, MonthParts parts, bool onlySome)
{
    private readonly GateSql _gates = new(area, month, slice, parts);

    private string Some(string column) => onlySome ? $"AND {column} = ANY($4)" : "";

    private string Month => month.Literal();

    private string Person => parts.LaterAccounts ? "account_id % 100000000" : "account_id";

    public string Text() => area.Sql(
        $"""
        WITH {Covered()}{Contributions()}, {Pensions()}, {Status()}, {_gates.Relations()}{Facts()}, {Active()}, {Retired()}, {Entitled()}, {Posted()},
        compared AS (
            SELECT coalesce(e.person_id, p.person_id) AS person_id, e.unsaid, coalesce(e.account_fen, 0) AS entitled_fen, coalesce(p.account_fen, 0) AS posted_fen,
                   coalesce(e.account_fen, 0) <> coalesce(p.account_fen, 0) OR coalesce(e.pool_fen, 0) <> coalesce(p.pool_fen, 0)
                   OR coalesce(e.other_fen, 0) <> coalesce(p.other_fen, 0) OR coalesce(e.person_paid_fen, 0) <> coalesce(p.person_paid_fen, 0)
                   OR coalesce(e.employer_paid_fen, 0) <> coalesce(p.employer_paid_fen, 0) OR coalesce(p.paid_out_fen, 0) <> 0 AS differs
            FROM entitled e FULL JOIN posted p USING (person_id, component)),
        entitlements AS (
            SELECT count(*) FILTER (WHERE unsaid IS NULL) AS checked, count(unsaid) AS unsaid, min(unsaid) AS why, count(*) FILTER (WHERE differs AND unsaid IS NULL) AS broken,
                   min(format('%s|%s|%s', lpad(person_id::text, 10, '0'), posted_fen, entitled_fen)) FILTER (WHERE differs AND unsaid IS NULL) AS first
            FROM compared),
        {Credits()}
        SELECT e.checked, e.unsaid, e.why, e.broken, e.first, c.checked, c.broken, c.first,
               (SELECT coalesce(sum(person_paid_fen + employer_paid_fen), 0)::bigint FROM contributions),
               (SELECT coalesce(sum(account_fen + pool_fen + other_fen), 0)::bigint FROM posted WHERE component = {Component.Contribution:D})
        FROM entitlements e, credits c
        """);

    private bool ByReceipts => slice.OnReceipt && parts is { Contributions: true, Receipts: true };

    // Where credits wait for the money: an employer's submissions are covered in their order by what was received, each whole or not at all. Of all
    // people of the employers, whoever's month is checked.
    private string Covered() => !ByReceipts ? "" : $"""
        received AS (SELECT employer_id, received AS received_fen FROM ({CoveringSql.Of(column => $"{column} = {Month}")}) r),
        declared AS (
            SELECT employer_id, submission_id, sum(person_paid_fen + employer_paid_fen) AS due_fen FROM (
                SELECT DISTINCT ON (person_id, employer_id) person_id, employer_id, submission_id, state, person_paid_fen, employer_paid_fen
                FROM {area.Part("contribution", month.Month())} WHERE submission_id <> ALL($3) AND employer_id IN (SELECT employer_id FROM received)
                ORDER BY person_id, employer_id, submission_id DESC, (row_no <= 0) DESC, row_no DESC) latest
            WHERE state = {FactState.Accepted:D} GROUP BY employer_id, submission_id),
        covered AS MATERIALIZED (
            SELECT employer_id, submission_id FROM (
                SELECT employer_id, submission_id, sum(due_fen) OVER (PARTITION BY employer_id ORDER BY submission_id) AS due_fen FROM declared) d
            JOIN received USING (employer_id) WHERE due_fen <= received_fen),
        """;

    private string Received() => !slice.OnReceipt ? "" : !ByReceipts ? "AND false"
        : "AND EXISTS (SELECT FROM covered v WHERE v.employer_id = latest.employer_id AND v.submission_id = latest.submission_id)";

    // Of each employer the version of the latest submission counts. Within one a consequence (row_no <= 0) overrides a row: there are few, so
    // that the versions can be read in the order of their key.
    private string Contributions() => parts.Contributions
        ? $"""
           contributions AS MATERIALIZED (
               SELECT person_id, employer_id, submission_id, base_fen, person_paid_fen, employer_paid_fen FROM (
                   SELECT DISTINCT ON (person_id, employer_id) person_id, employer_id, submission_id, state, base_fen, person_paid_fen, employer_paid_fen
                   FROM {area.Part("contribution", month.Month())} WHERE person_id BETWEEN $1 AND $2 {Some("person_id")} AND submission_id <> ALL($3)
                   ORDER BY person_id DESC, employer_id DESC, submission_id DESC, row_no DESC) latest
               LEFT JOIN (
                   SELECT person_id, employer_id, submission_id, min(state) AS consequence FROM {area.Part("contribution", month.Month())}
                   WHERE row_no <= 0 AND person_id BETWEEN $1 AND $2 {Some("person_id")} GROUP BY 1, 2, 3) c USING (person_id, employer_id, submission_id)
               WHERE coalesce(consequence, state) = {FactState.Accepted:D} {Received()})
           """
        : """
          contributions AS (
              SELECT 0 AS person_id, 0 AS employer_id, 0 AS submission_id, 0::bigint AS base_fen, 0::bigint AS person_paid_fen, 0::bigint AS employer_paid_fen WHERE $1 > $2 AND $3 IS NULL)
          """;

    private string Pensions() => parts.Pensions
        ? $"""
           {Averages()}pensions AS MATERIALIZED (
               SELECT person_id, {(slice.TrueUp ? "coalesce(prior_year_fen, average_fen) AS prior_year_fen" : "prior_year_fen")}, this_year_fen, month_fen FROM (
                   SELECT DISTINCT ON (person_id) person_id, submission_id, state, prior_year_fen, this_year_fen, month_fen
                   FROM {area.Part("pension", month.Month())} WHERE person_id BETWEEN $1 AND $2 {Some("person_id")} AND submission_id <> ALL($3)
                   ORDER BY person_id DESC, submission_id DESC, row_no DESC) latest
               LEFT JOIN (
                   SELECT person_id, submission_id, min(state) AS consequence FROM {area.Part("pension", month.Month())}
                   WHERE row_no <= 0 AND person_id BETWEEN $1 AND $2 {Some("person_id")} GROUP BY 1, 2) c USING (person_id, submission_id)
               {(slice.TrueUp ? "LEFT JOIN averages USING (person_id)" : "")}
               WHERE coalesce(consequence, state) = {FactState.Accepted:D})
           """
        : """
          pensions AS (SELECT 0 AS person_id, NULL::bigint AS prior_year_fen, NULL::bigint AS this_year_fen, NULL::bigint AS month_fen WHERE $1 > $2 AND $3 IS NULL)
          """;

    // The prior-year average of the insurance year, by the latest of its months that says it: what the month itself lacks.
    private string Averages() => !slice.TrueUp ? "" : $"""
        averages AS MATERIALIZED (
            SELECT DISTINCT ON (person_id) person_id, prior_year_fen AS average_fen FROM (
                SELECT DISTINCT ON (person_id, pension_month) person_id, pension_month, state, prior_year_fen FROM :area.pension
                WHERE pension_month BETWEEN {YearFrom.Literal()} AND {YearFrom.AddMonths(11).Literal()} AND person_id BETWEEN $1 AND $2 {Some("person_id")}
                      AND submission_id <> ALL($3)
                ORDER BY person_id, pension_month, submission_id DESC, (row_no <= 0) DESC, row_no DESC) v
            WHERE state = {FactState.Accepted:D} AND prior_year_fen IS NOT NULL ORDER BY person_id, pension_month DESC),
        """;

    private DateOnly YearFrom => new(month.Month >= slice.YearStart ? month.Year : month.Year - 1, slice.YearStart, 1);

    // The latest word on a retirement, on a death and on the number; of categories the latest word on one that had begun by the end of the month.
    private string Status() =>
        $"""
        status AS MATERIALIZED (
            SELECT person_id, (array_agg(date_trunc('month', on_date)::date ORDER BY submission_id DESC, row_no DESC) FILTER (WHERE event = {PersonEvent.Retired:D}))[1] AS retired_in,
                   (array_agg(date_trunc('month', on_date)::date ORDER BY submission_id DESC, row_no DESC) FILTER (WHERE event = {PersonEvent.Died:D}))[1] AS died_in,
                   (array_agg(value ORDER BY submission_id DESC, row_no DESC) FILTER (WHERE event = {PersonEvent.Category:D} AND on_date < {Month} + interval '1 month'))[1] AS category,
                   (array_agg(birth ORDER BY submission_id DESC, row_no DESC) FILTER (WHERE event = {PersonEvent.NumberChanged:D} AND birth IS NOT NULL))[1] AS birth,
                   (array_agg(number ORDER BY submission_id DESC, row_no DESC) FILTER (WHERE event = {PersonEvent.NumberChanged:D}))[1] AS number
            FROM :area.person_event WHERE person_id BETWEEN $1 AND $2 {Some("person_id")} AND event IN {PersonEvents.Assessed} AND submission_id <> ALL($3)
            GROUP BY person_id)
        """;

    // A contribution makes the month an employed one; a pension a retired one where there is none, from the offset after a retirement on record.
    private string Facts() =>
        $"""
        facts AS MATERIALIZED (
            SELECT person_id, c.submission_id IS NOT NULL AS contributed, p.person_id IS NOT NULL AS pensioned, c.submission_id, c.base_fen, c.person_paid_fen,
                   c.employer_paid_fen, p.prior_year_fen, p.this_year_fen, p.month_fen, coalesce(s.category, 'unit') AS category,
                   least(greatest(extract(year FROM age({_gates.AgeOn()}, coalesce(s.birth, n.birth)))::int, 0), 150) AS age,
                   coalesce({Month} {(slice.DeathMonthCredited ? ">" : ">=")} s.died_in, false) AS dead,
                   coalesce({Month} >= s.retired_in + interval '{slice.RetirementOffset} months', true) AS retired,
                   {_gates.Barred()} AS barred, {_gates.MissingYears()} AS missing_years, {_gates.PaidMonths()}, {_gates.FrozenFen()} AS frozen_fen{_gates.AdvanceMonths()}
            FROM contributions c FULL JOIN pensions p USING (person_id)
            JOIN (SELECT person_id, birth FROM :area.person WHERE person_id BETWEEN $1 AND $2 {Some("person_id")}) n USING (person_id) LEFT JOIN status s USING (person_id) {_gates.Joins()})
        """;

    private string Active()
    {
        string own = slice.Clamp("f.base_fen");
        return $"""
            active AS MATERIALIZED (
                SELECT f.person_id, f.person_paid_fen, f.employer_paid_fen, f.person_paid_fen + f.employer_paid_fen AS paid, f.dead OR r.category IS NULL AS kept_apart,
                       r.account AND NOT f.barred AS account, CASE WHEN r.own THEN f.person_paid_fen ELSE 0 END AS own,
                       coalesce({slice.Round(Between($"coalesce({own} * r.share_rate, r.share_fen)", "r.share_least", "r.share_most"))}, 0)::bigint AS share_due,
                       coalesce({slice.Round(Between($"coalesce({own} * r.flat_rate, r.flat_fen)", "r.flat_least", "r.flat_most"))}, 0)::bigint AS flat_due,
                       {Premiums(own)} AS premiums, CASE WHEN NOT f.barred THEN r.unsaid END AS unsaid
                FROM facts f LEFT JOIN :area.active_rule((SELECT content FROM batch.policy_slice WHERE hash = '{slice.Hash}')) r USING (category, age)
                WHERE f.contributed)
            """;
    }

    // A frozen amount goes before the rule for those who have none; years that are missing lessen the rest, or all of it where they bar the credit.
    private string Retired() =>
        $"""
        pensioners AS (
            SELECT f.person_id{_gates.Carried()}, f.missing_years, CASE WHEN r.whole_actual THEN f.actual_months ELSE f.paid_months END AS paid_months, CASE WHEN r.frozen THEN f.frozen_fen END AS frozen_fen, r.*,
                   CASE WHEN r.credit = 'pension-rate' THEN coalesce({Pension(1)}, {Pension(2)}, {Pension(3)}) END AS pension_fen
            FROM facts f JOIN :area.retired_rule((SELECT content FROM batch.policy_slice WHERE hash = '{slice.Hash}')) r USING (category, age)
            WHERE f.pensioned AND f.retired AND NOT f.contributed AND NOT f.dead),
        based AS (
            SELECT r.*, CASE WHEN credit = 'pension-rate' AND frozen_fen IS NULL AND (pension_fen IS NOT NULL OR floor_if_missing) THEN greatest(pension_fen, floor_fen, 0) ELSE 0 END AS base_fen
            FROM pensioners r),
        retired AS MATERIALIZED (
            SELECT person_id, CASE WHEN {_gates.Refused()} THEN 0 WHEN frozen_fen IS NOT NULL THEN {slice.Round("frozen_fen")} WHEN credit = 'none' THEN 0
                       ELSE coalesce({slice.Round(_gates.Times(Lessened(Between("coalesce(base_fen * rate, fixed_fen)", "least_fen", "most_fen"))))}, 0) END::bigint AS gross,
                   {_gates.Times(Premiums("r.base_fen"))} AS premiums,
                   CASE WHEN frozen_fen IS NULL THEN coalesce(unsaid, CASE WHEN credit = 'pension-rate' AND pension_fen IS NULL AND NOT floor_if_missing THEN 'pension' END) END AS unsaid
            FROM based r)
        """;

    private string Lessened(string fen) => slice.Gates.CountsYears
        ? $"CASE WHEN paid_months < whole_months THEN {fen} * paid_months / whole_months ELSE greatest({fen} * (1 - missing_years * less_rate) - missing_years * less_fen, 0) END"
        : fen;

    private string Entitled() => parts.SetAside
        ? $"""
          due AS ({Due()}),
          entitled AS (
              SELECT person_id, component, 0::bigint AS account_fen, pool_fen, account_fen + other_fen AS other_fen, person_paid_fen, employer_paid_fen, unsaid FROM due)
          """
        : $"entitled AS ({Due()})";

    private static string Due() =>
        $"""
            SELECT person_id, {Component.Contribution:D}::smallint AS component, CASE WHEN kept_apart THEN 0 ELSE gross - least(gross, premiums) END AS account_fen,
                   CASE WHEN kept_apart THEN 0 ELSE paid - gross END AS pool_fen, CASE WHEN kept_apart THEN paid ELSE least(gross, premiums) END AS other_fen,
                   person_paid_fen, employer_paid_fen, CASE WHEN NOT kept_apart THEN unsaid END AS unsaid
            FROM (SELECT a.*, CASE WHEN account THEN own + share + least(flat_due, greatest(paid - own - share, 0)) ELSE 0 END AS gross
                  FROM (SELECT a.*, least(share_due, greatest(paid - own, 0)) AS share FROM active a) a) a
            UNION ALL
            SELECT person_id, {Component.Retiree:D}, gross - least(gross, premiums), -gross, least(gross, premiums), 0, 0, unsaid FROM retired
        """;

    // A first account has its person's number, a later one a hundred million more. One run's entries are one an account and component by their key,
    // so there is nothing to add up.
    private string Posted()
    {
        string range = parts.LaterAccounts
            ? "((account_id BETWEEN $1 AND $2 AND account_id < 100000000) OR (account_id >= 100000000 AND account_id % 100000000 BETWEEN $1 AND $2))"
            : "account_id BETWEEN $1 AND $2";
        string entries = $"""
            FROM :area.entry WHERE posting_month IN ({parts.Postings.Literals()}) AND contribution_month = {Month} AND component IN {Components.Credits}
                 AND {range} {Some(Person)}
            """;
        return parts.Runs switch
        {
            0 => """
                posted AS (SELECT 0 AS person_id, 0 AS account_id, 0::smallint AS component, 0 AS account_fen, 0 AS pool_fen, 0 AS other_fen, 0 AS person_paid_fen,
                                  0 AS employer_paid_fen, 0 AS paid_out_fen WHERE false)
                """,
            1 => $"""
                posted AS MATERIALIZED (
                    SELECT {Person} AS person_id, account_id, component, account_fen, pool_fen, other_fen, person_paid_fen, employer_paid_fen, paid_out_fen {entries})
                """,
            _ => $"""
                posted AS MATERIALIZED (
                    SELECT {Person} AS person_id, account_id, component, sum(account_fen)::bigint AS account_fen, sum(pool_fen)::bigint AS pool_fen, sum(other_fen)::bigint AS other_fen,
                           sum(person_paid_fen)::bigint AS person_paid_fen, sum(employer_paid_fen)::bigint AS employer_paid_fen, sum(paid_out_fen)::bigint AS paid_out_fen
                    {entries} GROUP BY account_id, component)
                """,
        };
    }

    // V6 looks at facts alone, whatever the amounts. An enrolment that was on record when the line came forbids the months before it.
    private string Credits() =>
        $"""
        enrolments AS (
            SELECT e.person_id, e.submission_id FROM :area.person_event e
            WHERE e.event = {PersonEvent.New:D} AND e.on_date >= {Month} + interval '1 month' AND e.person_id BETWEEN $1 AND $2 {Some("e.person_id")} AND NOT EXISTS (
                SELECT FROM :area.person_event l WHERE l.person_id = e.person_id AND l.event = {PersonEvent.New:D} AND (l.submission_id, l.row_no) > (e.submission_id, e.row_no))),
        accounts AS ({Accounts()}),
        closings AS (
            SELECT e.person_id, e.on_date FROM :area.person_event e
            WHERE e.event = {PersonEvent.AccountClosed:D} AND e.value <> 'withdrawn' AND e.on_date < {Month} AND e.person_id BETWEEN $1 AND $2 {Some("e.person_id")} AND NOT EXISTS (
                SELECT FROM :area.person_event l WHERE l.person_id = e.person_id AND l.event = {PersonEvent.AccountClosed:D} AND l.on_date < {Month} AND (l.submission_id, l.row_no) > (e.submission_id, e.row_no))),
        judged AS (
            SELECT p.person_id, p.account_fen,
                   CASE WHEN a.account_id IS NULL THEN 'no account'
                        WHEN a.account_id <> p.account_id THEN 'not the account of the month'
                        WHEN z.on_date >= a.opened AND NOT coalesce(f.dead, false) THEN 'closed account'
                        WHEN p.component = {Component.Contribution:D} AND f.contributed IS NOT TRUE THEN 'no contribution in force'
                        WHEN p.component = {Component.Retiree:D} AND f.pensioned IS NOT TRUE THEN 'no pension in force'
                        WHEN f.dead THEN 'after death'
                        WHEN p.component = {Component.Contribution:D} AND n.submission_id < f.submission_id THEN 'before enrolment' END AS fault
            FROM posted p LEFT JOIN facts f USING (person_id)
            LEFT JOIN accounts a ON a.person_id = p.person_id LEFT JOIN closings z ON z.person_id = p.person_id
            LEFT JOIN enrolments n ON n.person_id = p.person_id
            WHERE p.account_fen > 0),
        credits AS (
            SELECT count(*) AS checked, count(fault) AS broken,
                   min(format('%s|%s|%s', lpad(person_id::text, 10, '0'), account_fen, fault)) FILTER (WHERE fault IS NOT NULL) AS first
            FROM judged)
        """;

    // Where nobody has a second account there is nothing to choose from.
    private string Accounts() => parts.LaterAccounts
        ? $"""
           SELECT person_id, max(account_id) AS account_id, max(opened) AS opened FROM :area.account
           WHERE person_id BETWEEN $1 AND $2 {Some("person_id")} AND (account_id < 100000000 OR opened <= {Month}) GROUP BY person_id
           """
        : $"SELECT person_id, account_id, opened FROM :area.account WHERE account_id BETWEEN $1 AND $2 {Some("person_id")}";

    private static string Between(string fen, string least, string most) => $"least(greatest({fen}, {least}), {most})";

    private static string Pension(int step) =>
        $"CASE r.pension[{step}] WHEN 'prior-year' THEN f.prior_year_fen WHEN 'this-year' THEN f.this_year_fen WHEN 'month' THEN f.month_fen END";

    private string Premiums(string ownBase) =>
        $"coalesce(r.premium_fen, 0) + CASE WHEN r.premium_rates IS NULL THEN 0 ELSE (SELECT sum({slice.Round($"{ownBase} * rate")})::bigint FROM unnest(r.premium_rates) rate) END";
}

/// <summary>Which tables hold something of a contribution month: its facts, and the posting months with entries of how many runs for it.</summary>
/// <param name="SetAside">No run has yet been posted that credits the month by the area's rhythm: what is due is in other funds.</param>
internal sealed record MonthParts(bool Contributions, bool Pensions, bool Receipts, IReadOnlyList<DateOnly> Postings, long Runs, bool LaterAccounts, bool SetAside);

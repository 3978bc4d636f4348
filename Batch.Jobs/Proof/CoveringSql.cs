using Batch.Jobs.Facts;

namespace Batch.Jobs.Proof;

/// <summary>
/// The second path's own words on what was received for the months of employers, as runs see it: receipts without those of submissions that still wait ($3), what came by a carry-over
/// or a counter-entry, less what was refunded, carried over or written off, which is taken first from what runs do not see yet.
/// </summary>
internal static class CoveringSql
{
    private const string Confirmed = ":area.money_return JOIN :area.money_return_act a ON a.returned = return_id AND a.act = 'confirm'";

    /// <param name="months">A condition that begins with the name of a month's column, given that name.</param>
    /// <returns>A query of contribution_month, employer_id and received.</returns>
    public static string Of(Func<string, string> months) =>
        $"""
        SELECT s.month AS contribution_month, employer_id, s.fen - greatest(coalesce(g.fen, 0) - greatest(w.fen - s.fen, 0), 0) AS received
        FROM ({Sum(months, "submission_id <> ALL($3)")}) s JOIN ({Sum(months, "true")}) w USING (month, employer_id)
        LEFT JOIN (
            SELECT month, employer_id, sum(fen) AS fen FROM (
                SELECT return_month AS month, return_employer AS employer_id, amount_fen AS fen FROM {Confirmed} WHERE {months("return_month")} AND amount_fen > 0
                UNION ALL SELECT to_month, return_employer, -amount_fen FROM {Confirmed} WHERE {months("to_month")} AND amount_fen < 0) o
            GROUP BY 1, 2) g USING (month, employer_id)
        """;

    private static string Sum(Func<string, string> months, string seen) =>
        $"""
        SELECT month, employer_id, sum(fen) AS fen FROM (
            SELECT receipt_month AS month, employer_id, amount_fen AS fen FROM (
                SELECT DISTINCT ON (receipt_month, employer_id, document) receipt_month, employer_id, state, amount_fen FROM :area.receipt
                WHERE {months("receipt_month")} AND {seen} ORDER BY receipt_month, employer_id, document, submission_id DESC, row_no) latest
            WHERE state = {FactState.Accepted:D}
            UNION ALL SELECT month, employer_id, fen FROM (
                SELECT return_month AS month, return_employer AS employer_id, -amount_fen AS fen, coalesce(submission_id, 0) AS submission_id FROM {Confirmed}
                WHERE {months("return_month")} AND amount_fen < 0
                UNION ALL SELECT to_month, return_employer, amount_fen, coalesce(submission_id, 0) FROM {Confirmed} WHERE {months("to_month")} AND amount_fen > 0) brought
            WHERE {seen}) r
        GROUP BY 1, 2
        """;
}

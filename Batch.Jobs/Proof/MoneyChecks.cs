using Batch.Jobs.Store;

namespace Batch.Jobs.Proof;

/// <summary>V3 of the bank's statement: each line's money is that of the receipts matched with it, or open; nothing is matched twice.</summary>
internal sealed class MoneyChecks(AreaSession area, VerificationScope scope, Findings findings)
{
    private const string Matches =
        """
        WITH matched AS (
            SELECT match_id FROM :area.match_state WHERE state = 'matched' AND ($1 OR match_id > (SELECT coalesce(max(number), 0) FROM :area.record_seal WHERE kind = 'match'))),
        lines AS (
            SELECT match_id, sum(b.credit_fen) AS fen, bool_and(b.serial IS NOT NULL) AS known
            FROM matched JOIN :area.money_match_line m USING (match_id)
            LEFT JOIN :area.bank_line_in_force b ON b.serial = m.serial AND b.submission_id = m.line_submission GROUP BY match_id),
        receipts AS (
            SELECT match_id, sum(r.money_fen) AS fen, bool_and(r.document IS NOT NULL) AS known
            FROM matched JOIN :area.money_match_receipt m USING (match_id)
            LEFT JOIN :area.receipt_in_force r ON r.receipt_month = m.receipt_month AND r.employer_id = m.receipt_employer AND r.document = m.document
                AND r.submission_id = m.receipt_submission GROUP BY match_id)
        SELECT match_id, coalesce(l.known AND r.known, false), coalesce(l.fen, 0)::bigint, coalesce(r.fen, 0)::bigint
        FROM matched LEFT JOIN lines l USING (match_id) LEFT JOIN receipts r USING (match_id) ORDER BY match_id
        """;

    private const string Twice =
        """
        SELECT 'bank_line ' || m.serial FROM :area.money_match_line m JOIN :area.match_state s USING (match_id) WHERE s.state = 'matched' GROUP BY m.serial HAVING count(*) > 1
        UNION ALL
        SELECT format('receipt %s %s', to_char(m.receipt_month, 'YYYY-MM'), m.document) FROM :area.money_match_receipt m JOIN :area.match_state s USING (match_id)
        WHERE s.state = 'matched' GROUP BY m.receipt_month, m.receipt_employer, m.document HAVING count(*) > 1 ORDER BY 1
        """;

    // Each is written with what it accepts: an act about nothing was not written by the program.
    private const string Nothing =
        "SELECT difference_act_id FROM :area.difference_act a WHERE NOT EXISTS (SELECT FROM :area.difference_act_item i WHERE i.difference_act_id = a.difference_act_id) ORDER BY 1";

    public async Task CheckAsync(CancellationToken cancellation)
    {
        List<(int Match, bool Known, long Lines, long Receipts)> matches = await area.ReadAsync(
            Matches, r => (r.GetInt32(0), r.GetBoolean(1), r.GetInt64(2), r.GetInt64(3)), cancellation, scope.All);
        findings.Checked(Invariants.Money, matches.Count);
        foreach ((int match, bool known, long lines, long receipts) in matches)
        {
            if (!known)
            {
                findings.Broken(Invariants.Money, $"match {match}: a bank_line or receipt of it is not there as it was matched");
            }
            else if (lines != receipts)
            {
                findings.Broken(Invariants.Money, $"match {match}: its bank_line rows come to {lines.Yuan()}, its receipt rows to {receipts.Yuan()}");
            }
        }

        foreach (string twice in await area.ReadAsync(Twice, r => r.GetString(0), cancellation))
        {
            findings.Broken(Invariants.Money, $"{twice}: matched twice");
        }

        foreach (int act in await area.ReadAsync(Nothing, r => r.GetInt32(0), cancellation))
        {
            findings.Broken(Invariants.Money, $"difference act {act}: it is about no difference");
        }
    }
}

using Batch.Jobs.Facts;
using Batch.Jobs.Store;

namespace Batch.Jobs.Proof;

/// <summary>
/// V3 by employer and month, where credits wait for the money: receipts = allocated (accounts, pooled fund, other funds) + suspense + returned. What is in suspense is worked
/// out twice: as what was received and returned and does not cover a declaration, and as what the ledger has not allocated. And the bank's statement = the receipts
/// matched with it + the lines that no match has.
/// </summary>
internal sealed class ReceivedChecks(AreaSession area, VerificationScope scope, Findings findings)
{
    // Each version of a line and of a receipt is counted by itself; the views of the program are not asked.
    private static string Statement =>
        $"""
        WITH lines AS (
            SELECT serial, submission_id, credit_fen FROM (
                SELECT serial, submission_id, state, credit_fen, row_number() OVER (PARTITION BY serial ORDER BY submission_id DESC, row_no) AS place FROM :area.bank_line) l
            WHERE place = 1 AND state = {FactState.Accepted:D}),
        receipts AS (
            SELECT receipt_month, employer_id, document, submission_id, amount_fen + late_fee_fen + interest_fen AS fen FROM (
                SELECT *, row_number() OVER (PARTITION BY receipt_month, employer_id, document ORDER BY submission_id DESC, row_no) AS place FROM :area.receipt) r
            WHERE place = 1 AND state = {FactState.Accepted:D}),
        matched AS (SELECT match_id FROM :area.match_state WHERE state = 'matched')
        SELECT (SELECT coalesce(sum(credit_fen), 0)::bigint FROM lines),
               (SELECT coalesce(sum(r.fen), 0)::bigint FROM matched JOIN :area.money_match_receipt m USING (match_id)
                JOIN receipts r ON r.receipt_month = m.receipt_month AND r.employer_id = m.receipt_employer AND r.document = m.document AND r.submission_id = m.receipt_submission),
               (SELECT coalesce(sum(l.credit_fen), 0)::bigint FROM lines l WHERE NOT EXISTS (
                SELECT FROM :area.money_match_line m JOIN matched USING (match_id) WHERE m.serial = l.serial AND m.line_submission = l.submission_id))
        """;

    public async Task CheckAsync(CancellationToken cancellation)
    {
        List<DateOnly> declared = await VerificationScope.PartsAsync(area, "contribution", cancellation);
        foreach (DateOnly month in await MonthsAsync(cancellation))
        {
            List<DateOnly> postings = await area.ReadAsync(
                $"""
                SELECT DISTINCT r.posting_month FROM :area.run_total t JOIN :area.posted_run r USING (run_id) WHERE t.contribution_month = $1 AND t.component = {Component.Contribution:D} ORDER BY 1
                """, r => r.GetFieldValue<DateOnly>(0), cancellation, month);
            foreach (EmployerMoney money in await area.ReadAsync(
                new ReceivedSql(area.Schema, month, postings, declared.Contains(month)).Text(),
                r => new EmployerMoney(r.GetString(1), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4), r.GetInt64(5)), cancellation, scope.Waiting))
            {
                Check(month, money);
            }
        }

        // MoneyChecks compares each new match; the whole statement is added up with --all only, because it grows every year.
        if (scope.All)
        {
            await CheckStatementAsync(cancellation);
        }
    }

    private void Check(DateOnly month, in EmployerMoney money)
    {
        findings.Checked(Invariants.Money, 1);
        if (money.Covered != money.Allocated || money.Received - money.Returned < money.Allocated)
        {
            findings.Broken(
                Invariants.Money,
                $"{month.Text()} {money.Employer}: receipt rows come to {money.Received.Yuan()}, returned {money.Returned.Yuan()}, covers {money.Covered.Yuan()}, allocated {money.Allocated.Yuan()}: suspense would be {(money.Received - money.Returned - money.Covered).Yuan()} or {(money.Received - money.Returned - money.Allocated).Yuan()}");
        }
    }

    private async Task CheckStatementAsync(CancellationToken cancellation)
    {
        (long lines, long matched, long open) = (await area.ReadAsync(Statement, r => (r.GetInt64(0), r.GetInt64(1), r.GetInt64(2)), cancellation))[0];
        findings.Checked(Invariants.Money, lines == 0 && matched == 0 ? 0 : 1);
        if (lines != matched + open)
        {
            findings.Broken(Invariants.Money, $"bank_line rows come to {lines.Yuan()}, the receipt rows matched with them to {matched.Yuan()}, those without a match to {open.Yuan()}");
        }
    }

    /// <summary>Months posted by a policy whose credits wait for the money: those that the runs and files in scope touch, or all.</summary>
    private Task<List<DateOnly>> MonthsAsync(CancellationToken cancellation) => area.ReadAsync(
        """
        SELECT DISTINCT p.contribution_month FROM :area.posted_policy p JOIN batch.policy_slice s ON s.hash = p.policy_hash
        WHERE s.content ->> 'creditOn' = 'receipt' AND ($1 OR p.contribution_month IN (
            SELECT contribution_month FROM :area.run_total WHERE run_id = ANY($2) UNION SELECT contribution_month FROM :area.run_month WHERE run_id = ANY($2)
            UNION SELECT month FROM :area.submission_month WHERE fact IN ('contribution', 'receipt') AND submission_id = ANY($3)))
        ORDER BY 1
        """, r => r.GetFieldValue<DateOnly>(0), cancellation, scope.All, scope.Runs, scope.Submissions);

    private readonly record struct EmployerMoney(string Employer, long Received, long Returned, long Covered, long Allocated);
}

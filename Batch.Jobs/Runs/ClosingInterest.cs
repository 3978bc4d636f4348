using Batch.Jobs.Facts;
using Batch.Jobs.Ledger;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Runs;

/// <summary>
/// The interest of accounts that a pay-out closes, up to its month: due with the run that takes the pay-out and paid out by it, where the policy of the month says so.
/// Entitled minus posted, like everything: what the year's interest run has posted already is taken off, and a pay-out that is withdrawn takes its interest back.
/// </summary>
internal sealed class ClosingInterest(AreaSession area, PolicyInForce policy)
{
    /// <summary>
    /// Interest counts what was posted in the months before that of the closing: they must be closed, so that nothing is posted in them any more.
    /// </summary>
    /// <exception cref="DataFaultException">MONTH_BEFORE_OPEN.</exception>
    public async Task RefuseOpenMonthsAsync(RunPlan plan, CancellationToken cancellation)
    {
        if (!plan.Months.Any(m => m.MovementDays.Count > 0 && policy.For(m.Month).PaysInterestWithClosing))
        {
            return;
        }

        List<YearMonth> months = await area.ReadAsync(
            $"""
            SELECT DISTINCT date_trunc('month', on_date)::date FROM :area.person_event e
            WHERE event = {PersonEvent.AccountClosed:D} AND row_no <= 0 AND value = ANY($1) AND submission_id = ANY($2) AND EXISTS (
                SELECT FROM :area.posted_run r WHERE r.posting_month < date_trunc('month', e.on_date)
                    AND coalesce(:area.last_closed() < date_trunc('month', e.on_date) - interval '1 month', true))
            """,
            r => r.GetFieldValue<DateOnly>(0).Month(), cancellation, ClosedAccounts.Grounds, plan.Submissions.ToArray());
        foreach (YearMonth month in months.Where(m => policy.For(m).PaysInterestWithClosing).Order())
        {
            string before = month.PlusMonths(-1).Text();
            throw new DataFaultException(
                "MONTH_BEFORE_OPEN", $"{month.Text()} 有账户由支付结清，利息须计至该月；请先结清 {before}。",
                $"A pay-out closes an account in {month.Text()}, with interest up to that month; close {before} first.");
        }
    }

    /// <summary>Adds the interest that is due or taken back in the month, and what is paid out of it, to what the run's movements change.</summary>
    public async Task AddAsync(Chunk chunk, int[] unseen, List<MovementDifferences.Difference> moved, CancellationToken cancellation)
    {
        MonthPolicy slice = policy.For(chunk.Month);
        List<ClosedAccount> closed = !slice.PaysInterestWithClosing
            ? []
            : await new ClosedAccounts(area).ReadAsync(chunk.Month, chunk.Month, (chunk.FirstPerson, chunk.LastPerson), unseen, cancellation);
        Dictionary<int, long> posted = await PostedAsync(chunk, cancellation);
        foreach (ClosedAccount account in closed)
        {
            YearAccounts year = new(area, InsuranceYear.Of(slice), policy);
            await year.ReadAsync(account.Account, account.Account, cancellation);
            Add(moved, account.Account, year.UpTo(0, account.Month).Total.Fen - year.Posted(0).Fen, account.ToPool);
            posted.Remove(account.Account);
        }

        // Not closed by a pay-out any more.
        foreach ((int account, long fen) in posted)
        {
            Add(moved, account, -fen, toPool: false);
        }
    }

    private static void Add(List<MovementDifferences.Difference> moved, int account, long fen, bool toPool)
    {
        if (fen == 0)
        {
            return;
        }

        int person = AccountNumbers.PersonOf(account), place = moved.FindIndex(m => m.Person == person && m.Component == Component.PayOut);
        Legs principal = place < 0 ? default : moved[place].Legs;
        bool pool = toPool || principal.Pool != 0;
        MovementDifferences.Difference paid = new(person, Component.PayOut, principal - new Legs(fen, pool ? -fen : 0, 0, 0, 0, pool ? 0 : -fen));
        moved.Add(new MovementDifferences.Difference(person, Component.Interest, new Legs(fen, 0, -fen, 0, 0, 0)));
        if (place < 0)
        {
            moved.Add(paid);
        }
        else
        {
            moved[place] = paid;
        }
    }

    /// <summary>By account, the interest that allocation runs have posted for closings in the month.</summary>
    private async Task<Dictionary<int, long>> PostedAsync(Chunk chunk, CancellationToken cancellation)
    {
        List<(int Run, DateOnly Month)> runs = await area.ReadAsync(
            $"""
            SELECT r.run_id, r.posting_month FROM :area.run_total t JOIN :area.posted_run r USING (run_id) LEFT JOIN :area.run v ON v.run_id = r.reverses
            WHERE t.contribution_month = $1 AND t.component = {Component.Interest:D} AND coalesce(v.kind, r.kind) = 'allocation'
            """,
            r => (r.GetInt32(0), r.GetFieldValue<DateOnly>(1)), cancellation, chunk.Month.FirstDay());
        if (runs.Count == 0)
        {
            return [];
        }

        string months = string.Join(", ", runs.Select(r => r.Month).Distinct().Select(m => $"'{m.Month().Text()}-01'"));
        return (await area.ReadAsync(
            $"""
            SELECT account_id, sum(account_fen)::bigint FROM :area.entry WHERE posting_month IN ({months}) AND run_id = ANY($1) AND contribution_month = $2 AND component = {Component.Interest:D}
                AND (account_id BETWEEN $3 AND $4 OR account_id >= 100000000) AND account_id % 100000000 BETWEEN $3 AND $4
            GROUP BY account_id HAVING sum(account_fen) <> 0
            """,
            r => (r.GetInt32(0), r.GetInt64(1)), cancellation, runs.Select(r => r.Run).ToArray(), chunk.Month.FirstDay(), chunk.FirstPerson, chunk.LastPerson)).ToDictionary();
    }
}

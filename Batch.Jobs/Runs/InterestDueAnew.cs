using Batch.Jobs.Ledger;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Runs;

/// <summary>
/// Years whose interest is posted and is another one since facts moved between persons. Each is computed again like any year's interest, the earliest first, because
/// what a year bears is carried over into the next.
/// </summary>
public static class InterestDueAnew
{
    public static async Task<List<int>> YearsAsync(AreaSession area, PolicyInForce policy, CancellationToken cancellation)
    {
        List<(int Year, YearMonth Through, int[] Persons)> touched = await area.ReadAsync(
            """
            SELECT y.year, y.through, array_agg(DISTINCT p.person_id)
            FROM :area.statement_year y
            JOIN (SELECT person_id, moved_in, seq, min(posting_month) AS first FROM :area.posted_move GROUP BY 1, 2, 3) p ON p.first <= y.through AND y.through < p.moved_in
            WHERE p.seq > (SELECT max(r.seq) FROM :area.standing_interest r JOIN :area.run_month m USING (run_id) WHERE m.contribution_month = y.through)
            GROUP BY 1, 2 ORDER BY 1
            """, r => (r.GetInt32(0), r.GetFieldValue<DateOnly>(1).Month(), r.GetFieldValue<int[]>(2)), cancellation);
        List<int> years = [];
        foreach ((int year, YearMonth through, int[] persons) in touched)
        {
            if (policy.TryFor(through) is { Interest: not null } settlement && await DiffersAsync(area, policy, (year, settlement), persons, cancellation))
            {
                years.Add(year);
            }
        }

        return years;
    }

    /// <exception cref="DataFaultException">INTEREST_DUE_ANEW: an earlier year comes first.</exception>
    internal static async Task RefuseLaterAsync(AreaSession area, PolicyInForce policy, int year, CancellationToken cancellation)
    {
        if ((await YearsAsync(area, policy, cancellation)).FirstOrDefault(y => y < year) is > 0 and int first)
        {
            throw new DataFaultException(
                "INTEREST_DUE_ANEW", $"有记录改归另一人，{first} 年度的利息须先重新计算并入账。", $"Months or movements have become another person's: compute and post the interest of {first} again first.");
        }
    }

    private static async Task<bool> DiffersAsync(
        AreaSession area, PolicyInForce policy, (int Year, MonthPolicy Settlement) year, int[] persons, CancellationToken cancellation)
    {
        YearMonth through = year.Settlement.Month;
        YearAccounts accounts = new(area, new InsuranceYear(year.Year, through.PlusMonths(1 - YearAccounts.MonthsAYear), through), policy);
        foreach (int person in persons)
        {
            await accounts.ReadAsync(person, person, cancellation);
            if (accounts.AccountAt(0) is not null && !accounts.IsClosed(0) && accounts.Interest(0, year.Settlement).Total != accounts.Posted(0))
            {
                return true;
            }
        }

        return false;
    }
}

using Batch.Jobs.Ledger;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>The interest of an account in a month, explained: that of the year in its last month, that up to a closing in the month of the closing.</summary>
internal sealed class ExplainedInterest(NpgsqlConnection connection, Area area)
{
    /// <param name="policy">The policy that the month was computed with.</param>
    /// <returns>What the ledger has.</returns>
    public async Task<Money> ReadAsync(int account, YearMonth month, PolicyInForce policy, (Explanation Chinese, Explanation English) told, CancellationToken cancellation)
    {
        if (policy.TryFor(month) is { PaysInterestWithClosing: true } slice
            && (await new ClosedAccounts(area.On(connection)).ReadAsync(InsuranceYear.Of(slice), account, account, cancellation)).Any(c => c.Month == month))
        {
            YearAccounts accounts = new(area.On(connection), InsuranceYear.Of(slice), policy);
            await accounts.ReadAsync(account, account, cancellation);
            accounts.UpTo(0, month, told.Chinese);
            accounts.UpTo(0, month, told.English);
            return accounts.Posted(0);
        }

        return await OfYearAsync(account, month, told, cancellation);
    }

    // Once it is posted: with the rates of its latest run.
    private async Task<Money> OfYearAsync(int account, YearMonth month, (Explanation Chinese, Explanation English) told, CancellationToken cancellation)
    {
        List<(int Year, int Seq)> stated = await connection.ReadAsync(
            area.Schema.Sql(
                """
                SELECT y.year, r.policy_seq FROM :area.statement_year y JOIN :area.run_month m ON m.contribution_month = y.through
                JOIN :area.standing_interest r USING (run_id) WHERE y.through = $1 ORDER BY r.seq DESC LIMIT 1
                """),
            r => (r.GetInt32(0), r.GetInt32(1)), cancellation, month.FirstDay());
        if (stated is not [(int year, int seq)])
        {
            return Money.Zero;
        }

        PolicyInForce policy = await new PolicyStore(area.Program).ReadAsync(area.Schema.Code, seq, cancellation);
        YearAccounts accounts = new(area.On(connection), new InsuranceYear(year, month.PlusMonths(1 - YearAccounts.MonthsAYear), month), policy);
        await accounts.ReadAsync(account, account, cancellation);
        if (accounts.AccountAt(0) is not null && !accounts.IsClosed(0))
        {
            accounts.Interest(0, policy.For(month), told.Chinese);
            accounts.Interest(0, policy.For(month), told.English);
        }

        return accounts.IsClosed(0) ? Money.Zero : accounts.Posted(0);
    }
}

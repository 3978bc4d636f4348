using Batch.Jobs.Facts;
using Batch.Jobs.Ledger;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Runs;

/// <summary>An account that a pay-out closed.</summary>
/// <param name="ToPool">There was no heir: what it held fell to the pooled fund.</param>
public sealed record ClosedAccount(int Account, YearMonth Month, bool ToPool);

/// <summary>
/// Which accounts pay-outs have closed: of each account the last word counts, and a closing that came in a persons file paid nothing out. What a pay-out brings with
/// it has a row number of zero or below.
/// </summary>
internal sealed class ClosedAccounts(AreaSession area)
{
    internal static readonly string[] Grounds = [nameof(Ground.Emigration), nameof(Ground.Death), nameof(Ground.NoHeir), nameof(Ground.GivingUp)];

    /// <param name="from">The first month of the closings.</param>
    /// <param name="to">The last.</param>
    /// <param name="persons">First and last person.</param>
    /// <param name="unseen">Submissions that are not to be seen.</param>
    public Task<List<ClosedAccount>> ReadAsync(YearMonth from, YearMonth to, (int First, int Last) persons, int[] unseen, CancellationToken cancellation) => area.ReadAsync(
        $"""
        SELECT account_id, on_date, value FROM (
            SELECT DISTINCT ON (account_id) * FROM (
                SELECT e.*, coalesce((SELECT max(a.account_id) FROM :area.account a WHERE a.person_id = e.person_id AND a.opened <= e.on_date), e.person_id) AS account_id
                FROM :area.person_event e WHERE e.event = {PersonEvent.AccountClosed:D} AND e.person_id BETWEEN $1 AND $2 AND e.submission_id <> ALL($3)) said
            ORDER BY account_id, submission_id DESC, row_no DESC) l
        WHERE row_no <= 0 AND value = ANY($4) AND on_date BETWEEN $5 AND $6
        """,
        r => new ClosedAccount(r.GetInt32(0), r.GetFieldValue<DateOnly>(1).Month(), r.GetString(2) == nameof(Ground.NoHeir)), cancellation,
        persons.First, persons.Last, unseen, Grounds, from.FirstDay(), to.PlusMonths(1).FirstDay().AddDays(-1));

    /// <summary>As the ledger sees them: without what waits.</summary>
    public async Task<List<ClosedAccount>> ReadAsync(InsuranceYear year, int firstAccount, int lastAccount, CancellationToken cancellation)
    {
        int[] waiting = [.. await area.ReadAsync("SELECT submission_id FROM :area.waiting_submission", r => r.GetInt32(0), cancellation)];
        (int, int) persons = AccountNumbers.OrdinalOf(firstAccount) == AccountNumbers.OrdinalOf(lastAccount)
            ? (AccountNumbers.PersonOf(firstAccount), AccountNumbers.PersonOf(lastAccount))
            : (0, AccountNumbers.Step);
        return [.. (await ReadAsync(year.First, year.Last, persons, waiting, cancellation)).Where(c => c.Account >= firstAccount && c.Account <= lastAccount)];
    }
}

using Batch.Jobs.Ledger;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Runs;

/// <summary>Accounts that became one within a year: joined in it or before its end, and moved in it or after.</summary>
internal static class JoinedAccounts
{
    public static Task<List<(int From, int To)>> ReadAsync(AreaSession area, InsuranceYear year, CancellationToken cancellation) => area.ReadAsync(
        "SELECT from_person, to_person FROM :area.posted_join WHERE filed <= $2 AND posted >= $1", r => (r.GetInt32(0), r.GetInt32(1)), cancellation,
        year.First.FirstDay(), year.Last.FirstDay());

    /// <summary>A join that waits decides whose account the interest is for.</summary>
    /// <exception cref="DataFaultException">JOIN_WAITS.</exception>
    public static async Task RefuseWaitingAsync(AreaSession area, CancellationToken cancellation)
    {
        if (await area.OneAsync<bool>(
            """
            SELECT EXISTS (SELECT FROM :area.identity_submission i JOIN :area.waiting_submission w USING (submission_id) JOIN :area.identity_change c ON c.identity_id = i.changed
                           WHERE c.kind <> 'rename')
            """, cancellation))
        {
            throw new DataFaultException(
                "JOIN_WAITS", "有人员合并、分出或其撤销尚未入账，请先计算并入账，再计息。", "A join or part of two persons, or its undoing, is not posted yet; post it before the interest is computed.");
        }
    }
}

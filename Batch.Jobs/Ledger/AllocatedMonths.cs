using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Ledger;

/// <summary>
/// Months for which an area has allocated contributions. A month after the last of them is no break of anybody yet: whatever else was posted in it (interest,
/// spending, opening balances), nobody's contribution for it has come.
/// </summary>
public static class AllocatedMonths
{
    /// <param name="postedThrough">Postings of later months are not seen; null: all are.</param>
    /// <returns>Null: no contribution was ever allocated.</returns>
    public static async Task<YearMonth?> LastAsync(AreaSession area, YearMonth? postedThrough, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(
            $"""
            SELECT max(contribution_month) FROM (
                SELECT t.contribution_month FROM :area.run_total t JOIN :area.ledger l USING (run_id)
                WHERE l.act = 'post' AND t.component = {Component.Contribution:D} AND l.month <= $1
                GROUP BY 1 HAVING sum(t.person_paid_fen + t.employer_paid_fen) > 0) allocated
            """);
        command.Parameters.AddWithValue((postedThrough ?? new YearMonth(9999, 12)).FirstDay());
        return await command.ExecuteScalarAsync(cancellation) is DateOnly last ? last.Month() : null;
    }
}

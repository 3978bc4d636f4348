using System.Globalization;
using Batch.Jobs.Accounts;
using Batch.Jobs.Areas;
using Batch.Jobs.Intake;
using Batch.Jobs.Policies;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Ledger;

/// <summary>What a person's coverage is folded from: months paid, months accumulated before the system's start, retirement and death.</summary>
public sealed record CoverageFacts(IReadOnlyList<YearMonth> Paid, int EarlierMonths, YearMonth? RetiredIn, YearMonth? DiedIn)
{
    public YearMonth? LastPaid => Paid.Count == 0 ? null : Paid.Max();

    /// <summary>The months that the ledger has money for, up to a posting month.</summary>
    public static async Task<CoverageFacts> ReadPostedAsync(
        NpgsqlConnection connection, AreaSchema area, int account, YearMonth through, CancellationToken cancellation)
    {
        // Coverage is the person's, whichever of his accounts the months were credited to.
        int[] accounts = [.. Enumerable.Range(0, (account / AccountNumbers.Step) + 1).Select(i => AccountNumbers.Of(AccountNumbers.PersonOf(account), i))];
        List<YearMonth> paid = [];
        await using (NpgsqlCommand command = new(area.Sql(
            """
            SELECT contribution_month FROM :area.entry WHERE account_id = ANY($1) AND component = 1 AND posting_month <= $2
            GROUP BY contribution_month HAVING sum(person_paid_fen + employer_paid_fen) > 0 ORDER BY 1
            """), connection))
        {
            command.Parameters.AddWithValue(accounts);
            command.Parameters.AddWithValue(through.FirstDay());
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                paid.Add(reader.GetFieldValue<DateOnly>(0).Month());
            }
        }

        CoverageFacts facts = new(paid, 0, await FirstRetiredAsync(connection, area, accounts, through, cancellation), null);
        await using NpgsqlCommand events = new(area.Sql(
            """
            SELECT DISTINCT ON (e.event) e.event, e.on_date, e.value FROM :area.person_event e JOIN :area.account a USING (person_id)
            WHERE a.account_id = $1 AND e.event IN (4, 5, 8) ORDER BY e.event, e.submission_id DESC, e.row_no DESC
            """), connection);
        events.Parameters.AddWithValue(account);
        await using NpgsqlDataReader rows = await events.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
        {
            YearMonth month = rows.GetFieldValue<DateOnly>(1).Month();
            facts = (PersonEvent)rows.GetInt16(0) switch
            {
                PersonEvent.Retired => facts with { RetiredIn = month },
                PersonEvent.Died => facts with { DiedIn = month },
                _ => facts with { EarlierMonths = int.Parse(rows.GetString(2), CultureInfo.InvariantCulture) },
            };
        }

        return facts;
    }

    // Without a retirement on record the first month credited as a retiree tells it.
    private static async Task<YearMonth?> FirstRetiredAsync(NpgsqlConnection connection, AreaSchema area, int[] accounts, YearMonth through, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(area.Sql(
            "SELECT min(contribution_month) FROM :area.entry WHERE account_id = ANY($1) AND component = 2 AND account_fen > 0 AND posting_month <= $2"), connection);
        command.Parameters.AddWithValue(accounts);
        command.Parameters.AddWithValue(through.FirstDay());
        return await command.ExecuteScalarAsync(cancellation) is DateOnly month ? month.Month().PlusMonths(-1) : null;
    }

    public Coverage Fold(YearMonth asOf, PolicyInForce policy)
    {
        MonthPolicy slice = policy.For(asOf);
        CoverageOpening opening = CoverageOpening.None with { Accumulated = EarlierMonths };
        return Coverage.Fold(opening, Paid, RetiredIn?.PlusMonths(slice.RetirementOffset), DiedIn, asOf, slice);
    }
}

using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>What a month brought to the pooled fund and took from it.</summary>
public sealed record PoolFlow(YearMonth Month, Money In, Money Out, Money Net);

/// <summary>Accounts of people of one age band, by sex.</summary>
/// <param name="Age">First age of the band of five years.</param>
public sealed record AgeBand(int Age, long Men, long Women)
{
    public const int Years = 5;
}

/// <summary>What the accounts of a standing and age tier were credited in a month, as the age-tier report has it.</summary>
public sealed record TierCredit(YearMonth Month, string Standing, string Ages, long People, Money Credited);

/// <summary>Figures behind the charts.</summary>
public sealed class ChartData(Area area)
{
    /// <summary>The last months posted, oldest first.</summary>
    public async Task<IReadOnlyList<PoolFlow>> PoolAsync(int months, CancellationToken cancellation) => (await area.ReadAsync(
        $"""
        SELECT r.posting_month, coalesce(sum(t.pool_fen) FILTER (WHERE t.component = {Component.Contribution:D}), 0)::bigint, coalesce(-sum(t.pool_fen) FILTER (WHERE t.component <> {Component.Contribution:D}), 0)::bigint,
               sum(t.pool_fen)::bigint
        FROM :area.posted_run r JOIN :area.run_total t USING (run_id) GROUP BY 1 ORDER BY 1 DESC LIMIT {months}
        """,
        r => new PoolFlow(r.GetFieldValue<DateOnly>(0).Month(), new Money(r.GetInt64(1)), new Money(r.GetInt64(2)), new Money(r.GetInt64(3))), cancellation)).AsEnumerable().Reverse().ToList();

    /// <summary>Ages in completed years on a date, in bands of five years; who is 90 or older is in the last.</summary>
    public async Task<IReadOnlyList<AgeBand>> AgesAsync(LocalDate on, CancellationToken cancellation) => await area.ReadAsync(
        """
        SELECT least(extract(year FROM age($1::date, birth))::int / 5 * 5, 90) AS band, count(*) FILTER (WHERE citizen < 100000000000000000 AND citizen % 2 = 1), count(*) FILTER (WHERE citizen < 100000000000000000 AND citizen % 2 = 0)
        FROM :area.insured p JOIN :area.account a USING (person_id) WHERE birth <= $1 GROUP BY 1 ORDER BY 1
        """, r => new AgeBand(r.GetInt32(0), r.GetInt64(1), r.GetInt64(2)), cancellation, on.ToDateOnly());

    /// <summary>The tiers of one posting month. A whole month is read for it: keep what it says.</summary>
    public async Task<IReadOnlyList<TierCredit>> TiersAsync(YearMonth month, CancellationToken cancellation)
    {
        AgeTierReport report = new();
        List<TierCredit> credits = [];
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        await foreach (Cell[] row in report.RowsAsync(new ReportSource(connection, area, month), cancellation))
        {
            credits.Add(new TierCredit(month, row[0].Text!, row[1].Text!, row[2].Number!.Value, new Money(row[4].Number!.Value)));
        }

        return credits;
    }
}

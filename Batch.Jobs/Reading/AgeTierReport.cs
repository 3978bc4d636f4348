using System.Runtime.CompilerServices;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>年龄段汇总: the month's postings by standing and by the age tiers of the policies that they were computed with.</summary>
public sealed class AgeTierReport : Report
{
    private sealed record TierSpan(YearMonth Month, Standing Standing, string Category, AgeTier Tier, LocalDate BornAfter, LocalDate BornUntil);

    public override string Kind => "age-tier";

    public override string Title => "年龄段汇总";

    public override IReadOnlyList<ReportColumn> Columns { get; } =
    [
        new("参保身份", "standing", ColumnContent.Text), new("年龄段", "age", ColumnContent.Text), new("人数", "people", ColumnContent.Count, ColumnTotal.People),
        new("人月数", "person-months", ColumnContent.Count, ColumnTotal.Sum), new("划入个人账户", "credited", ColumnContent.Yuan, ColumnTotal.Sum),
        new("统筹基金净额", "pool, net", ColumnContent.Yuan, ColumnTotal.Sum),
    ];

    public override async IAsyncEnumerable<Cell[]> RowsAsync(ReportSource source, [EnumeratorCancellation] CancellationToken cancellation)
    {
        List<TierSpan> spans = await SpansAsync(source, cancellation);
        await using NpgsqlCommand command = new(source.Sql(
            $"""
            WITH moved AS (
                SELECT a.person_id, p.birth, e.contribution_month, e.component, sum(e.account_fen) AS credited, sum(e.pool_fen) AS pool,
                       CASE WHEN a.person_id IN (SELECT person_id FROM :area.person_event WHERE event = {PersonEvent.Category:D}) THEN coalesce((
                           SELECT c.value FROM :area.person_event c
                           WHERE c.person_id = a.person_id AND c.event = {PersonEvent.Category:D} AND c.on_date < e.contribution_month + interval '1 month'
                           ORDER BY c.submission_id DESC, c.row_no DESC LIMIT 1), 'unit') ELSE 'unit' END AS category
                FROM :area.entry e JOIN :area.account a USING (account_id) JOIN :area.insured p USING (person_id)
                WHERE e.posting_month = :month AND e.component < {Component.Opening:D} GROUP BY a.person_id, p.birth, e.contribution_month, e.component)
            SELECT m.component, t.first_age, t.last_age, count(DISTINCT m.person_id), count(*), sum(m.credited)::bigint, sum(m.pool)::bigint
            FROM moved m LEFT JOIN unnest($1, $2, $3, $4, $5, $6, $7) AS t (contribution_month, component, category, first_age, last_age, born_after, born_until)
                ON (t.contribution_month, t.component, t.category) = (m.contribution_month, m.component, m.category) AND m.birth > t.born_after AND m.birth <= t.born_until
            GROUP BY m.component, t.first_age, t.last_age ORDER BY m.component, t.first_age NULLS FIRST, t.last_age
            """), source.Connection);
        command.Parameters.AddWithValue(spans.Select(s => s.Month.FirstDay()).ToArray());
        command.Parameters.AddWithValue(spans.Select(s => (short)ComponentOf(s.Standing)).ToArray());
        command.Parameters.AddWithValue(spans.Select(s => s.Category).ToArray());
        command.Parameters.AddWithValue(spans.Select(s => s.Tier.From).ToArray());
        command.Parameters.AddWithValue(spans.Select(s => s.Tier.To).ToArray());
        command.Parameters.AddWithValue(spans.Select(s => s.BornAfter.ToDateOnly()).ToArray());
        command.Parameters.AddWithValue(spans.Select(s => s.BornUntil.ToDateOnly()).ToArray());
        Cell[] row = new Cell[Columns.Count];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            row[0] = NameOf((Component)reader.GetInt16(0));
            row[1] = reader.IsDBNull(1) ? "不分年龄 all ages" : AgesOf(new AgeTier(reader.GetInt32(1), reader.GetInt32(2)));
            for (int i = 2; i < row.Length; i++)
            {
                row[i] = reader.GetInt64(i + 1);
            }

            yield return row;
        }
    }

    public override Task<long> PeopleAsync(ReportSource source, CancellationToken cancellation) => PostedPeopleAsync(source, $"e.component < {Component.Opening:D}", cancellation);

    /// <summary>The tiers of each contribution month as spans of birth dates, from the policy that the runs up to this month used last.</summary>
    private static async Task<List<TierSpan>> SpansAsync(ReportSource source, CancellationToken cancellation)
    {
        List<(YearMonth Month, int Policy)> months = await MonthsAsync(source, cancellation);
        Dictionary<int, PolicyInForce> policies = [];
        PolicyStore store = new(source.Area.Program);
        List<TierSpan> spans = [];
        foreach ((YearMonth month, int seq) in months)
        {
            if (!policies.TryGetValue(seq, out PolicyInForce? policy))
            {
                policy = await store.ReadAsync(source.Area.Schema.Code, seq, cancellation);
                policies.Add(seq, policy);
            }

            MonthPolicy slice = policy.For(month);
            foreach (string category in slice.Categories)
            {
                spans.AddRange(new[] { Standing.Active, Standing.Retired }.SelectMany(standing => slice.TiersOf(category, standing).Select(tier => new TierSpan(
                    month, standing, category, tier,
                    tier.To == Ages.Oldest ? new LocalDate(1, 1, 1) : slice.AgeReferenceDate.PlusYears(-tier.To - 1),
                    tier.From == 0 ? new LocalDate(9999, 1, 1) : slice.AgeReferenceDate.PlusYears(-tier.From)))));
            }
        }

        return spans;
    }

    private static Task<List<(YearMonth Month, int Policy)>> MonthsAsync(ReportSource source, CancellationToken cancellation) =>
        source.Connection.ReadAsync(source.Sql(
            """
            SELECT DISTINCT ON (m.contribution_month) m.contribution_month, r.policy_seq FROM :area.run_month m JOIN :area.posted_run r USING (run_id)
            WHERE r.kind = 'allocation' AND r.posting_month <= :month AND m.contribution_month IN (SELECT contribution_month FROM :area.entry WHERE posting_month = :month)
            ORDER BY m.contribution_month, r.seq DESC
            """), r => (r.GetFieldValue<DateOnly>(0).Month(), r.GetInt32(1)), cancellation);

    private static string NameOf(Component component) => component switch
    {
        Component.Contribution => "在职 active",
        Component.Retiree => "退休 retired",
        _ => "利息 interest",
    };

    private static Component ComponentOf(Standing standing) => standing == Standing.Active ? Component.Contribution : Component.Retiree;

    private static string AgesOf(AgeTier tier) => tier switch
    {
        { From: 0, To: Ages.Oldest } => "不分年龄 all ages",
        { From: 0 } => FormattableString.Invariant($"{tier.To} 岁及以下 up to {tier.To}"),
        { To: Ages.Oldest } => FormattableString.Invariant($"{tier.From} 岁及以上 {tier.From} and over"),
        _ => FormattableString.Invariant($"{tier.From} 至 {tier.To} 岁 {tier.From} to {tier.To}"),
    };
}

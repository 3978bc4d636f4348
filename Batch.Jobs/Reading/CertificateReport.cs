using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;

namespace Batch.Jobs.Reading;

/// <summary>
/// 结账证明: the closed month from opening to closing, its runs in the order of the ledger with who made and approved each, the figures that they were
/// computed without, and the seal that chains it to the months before.
/// </summary>
public sealed class CertificateReport : QueryReport
{
    public override string Kind => "certificate";

    public override string Title => "月度结账证明";

    public override IReadOnlyList<ReportColumn> Columns { get; } =
    [
        new("项目", "item", ColumnContent.Text), new("经办", "made by", ColumnContent.Text), new("复核", "approved by", ColumnContent.Text),
        new("入账或结账", "posted or closed by", ColumnContent.Text), new("人数或账户数", "people or accounts", ColumnContent.Count),
        new("分录", "entries", ColumnContent.Count), new("个人缴费", "person paid", ColumnContent.Yuan), new("单位缴费", "employer paid", ColumnContent.Yuan),
        new("个人账户", "accounts", ColumnContent.Yuan), new("统筹净额", "pool, net", ColumnContent.Yuan), new("其他资金", "other funds", ColumnContent.Yuan),
        new("摘要或封签", "digest or seal", ColumnContent.Text),
    ];

    // The totals row is the closing itself, which the ledger asserted when the month was closed.
    protected override string Sql =>
        """
        WITH totals AS (
            SELECT r.seq, r.kind, r.made_by, r.approved_by, r.ended_by, r.people::bigint AS people, r.digest, sum(t.entries)::bigint AS entries,
                   sum(t.person_paid_fen)::bigint AS person_paid, sum(t.employer_paid_fen)::bigint AS employer_paid, sum(t.account_fen)::bigint AS account,
                   sum(t.pool_fen)::bigint AS pool, sum(t.other_fen)::bigint AS other
            FROM :area.posted_run r JOIN :area.run_total t USING (run_id) WHERE r.posting_month = :month
            GROUP BY r.seq, r.kind, r.made_by, r.approved_by, r.ended_by, r.people, r.digest),
        lines AS (
            SELECT 1 AS part, 0::bigint AS place, '期初 opening' AS item, NULL::text AS made_by, NULL::text AS approved_by, NULL::text AS ended_by,
                   NULL::bigint AS people, NULL::bigint AS entries, NULL::bigint AS person_paid, NULL::bigint AS employer_paid, opening_fen AS account,
                   NULL::bigint AS pool, NULL::bigint AS other, NULL::text AS seal
            FROM :area.closing_in_force WHERE month = :month
            UNION ALL
            SELECT 2, seq, CASE kind WHEN 'allocation' THEN '划账 allocation ' WHEN 'interest' THEN '计息 interest ' ELSE '冲正 reversal ' END || row_number() OVER (ORDER BY seq), made_by, approved_by,
                   ended_by, people, entries, person_paid, employer_paid, account, pool, other, digest
            FROM totals
            UNION ALL
            SELECT 3, 0, '本期合计 movements', NULL, NULL, NULL, NULL, coalesce(sum(t.entries), 0)::bigint, coalesce(sum(t.person_paid), 0)::bigint,
                   coalesce(sum(t.employer_paid), 0)::bigint, min(c.movements_fen), min(c.pool_fen), min(c.other_fen), NULL
            FROM :area.closing_in_force c LEFT JOIN totals t ON true WHERE c.month = :month HAVING count(*) > 0
            UNION ALL
            SELECT 4, 0, '期末合计 closing', NULL, NULL, l.by, c.accounts, NULL, NULL, NULL, c.closing_fen, NULL, NULL, c.seal
            FROM :area.closing_in_force c JOIN :area.ledger l USING (seq) WHERE c.month = :month)
        SELECT item, made_by, approved_by, ended_by, people, entries, person_paid, employer_paid, account, pool, other, seal FROM lines ORDER BY part, place
        """;

    private const string Movements = "本期合计";

    private async Task<IReadOnlyList<Cell[]>> FiguresAsync(ReportSource source, CancellationToken cancellation)
    {
        List<Cell[]> rows = [];
        foreach (FigureGap gap in await new FigureWarnings(source.Area).OfMonthAsync(source.Month, cancellation))
        {
            Cell[] row = new Cell[Columns.Count];
            row[0] = $"注意 {gap.Chinese} {gap.English}";
            rows.Add(row);
        }

        return rows;
    }

    public override async IAsyncEnumerable<Cell[]> RowsAsync(
        ReportSource source, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        IReadOnlyList<Cell[]> figures = await FiguresAsync(source, cancellation);
        bool closed = false;
        await foreach (Cell[] row in base.RowsAsync(source, cancellation))
        {
            closed = true;
            if (row[0].Text!.StartsWith(Movements, StringComparison.Ordinal))
            {
                foreach (Cell[] figure in figures)
                {
                    yield return figure;
                }
            }

            yield return row;
        }

        if (!closed)
        {
            string month = source.Month.Text();
            throw new DataFaultException("MONTH_OPEN", $"{month} 尚未结账，没有结账证明。", $"{month} is not closed; there is no certificate of it yet.");
        }
    }
}

using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Reading;

/// <summary>
/// 结账证明: the closed month from opening to closing, its runs in the order of the ledger with who made, approved and posted each, the figures that they were computed
/// without, who posted last, the closings that were opened again, and the seal that chains it to the months before. Numbers of runs and times are those that the ledger
/// recorded, since it is the acts that are certified.
/// </summary>
public sealed class CertificateReport : QueryReport
{
    /// <summary>The column of the first figure, of the time at which it was done, and of why a month was opened again.</summary>
    public const int People = 4, Time = 12, Remark = 13;

    private const int Persons = 3;

    public override string Kind => "certificate";

    public override string Title => "月度结账证明";

    public const string PlacesToSign = "经办：__________    复核：__________    负责人：__________    经办机构（盖章）";

    public override string Signatures => PlacesToSign;

    public override IReadOnlyList<Report> Parts { get; } = [new CertificateMoneyReport(), new CertificateEmployersReport(), new CertificateDifferencesReport()];

    public override IReadOnlyList<ReportColumn> Columns { get; } =
    [
        new("项目", "item", ColumnContent.Text, Width: 36), new("经办", "made by", ColumnContent.Text, Width: 11), new("复核", "approved by", ColumnContent.Text, Width: 12),
        new("入账或结账", "posted or closed by", ColumnContent.Text, Width: 14), new("人数或账户数", "people or accounts", ColumnContent.Count, Width: 13),
        new("分录", "entries", ColumnContent.Count, Width: 9), new("个人缴费", "person paid", ColumnContent.Yuan, Width: 15), new("单位缴费", "employer paid", ColumnContent.Yuan, Width: 15),
        new("个人账户", "accounts", ColumnContent.Yuan, Width: 16), new("统筹净额", "pool, net", ColumnContent.Yuan, Width: 16), new("其他资金", "other funds", ColumnContent.Yuan, Width: 14),
        new("摘要或封签", "digest or seal", ColumnContent.Text, Width: 24),
        new("时间", "time", ColumnContent.Text, Width: 12), new("说明", "remark", ColumnContent.Text, Width: 18),
    ];

    // The totals row is the closing itself, which the ledger asserted when the month was closed.
    protected override string Sql =>
        """
        WITH totals AS (
            SELECT r.seq, r.run_id, r.kind, r.made_by, r.approved_by, r.ended_by, r.ended_at, r.people::bigint AS people, r.digest, sum(t.entries)::bigint AS entries,
                   sum(t.person_paid_fen)::bigint AS person_paid, sum(t.employer_paid_fen)::bigint AS employer_paid, sum(t.account_fen)::bigint AS account,
                   sum(t.pool_fen)::bigint AS pool, sum(t.other_fen)::bigint AS other
            FROM :area.posted_run r JOIN :area.run_total t USING (run_id) WHERE r.posting_month = :month
            GROUP BY r.seq, r.run_id, r.kind, r.made_by, r.approved_by, r.ended_by, r.ended_at, r.people, r.digest),
        current AS (SELECT c.*, l.by, l.at FROM :area.closing_in_force c JOIN :area.ledger l USING (seq) WHERE c.month = :month),
        earlier AS (
            SELECT c.accounts, c.closing_fen, c.seal, l.by, l.at, o.seq, o.proposed_by, o.reason, p.by AS opened_by, p.at AS opened_at, row_number() OVER (ORDER BY o.seq) AS no
            FROM :area.reopening o JOIN :area.closing c ON c.seq = o.closing_seq JOIN :area.ledger l ON l.seq = c.seq JOIN :area.ledger p ON p.seq = o.seq
            WHERE o.month = :month AND EXISTS (SELECT FROM current)),
        lines AS (
            SELECT 1 AS part, 0::bigint AS place, '期初 opening' AS item, NULL::text AS made_by, NULL::text AS approved_by, NULL::text AS ended_by,
                   NULL::bigint AS people, NULL::bigint AS entries, NULL::bigint AS person_paid, NULL::bigint AS employer_paid, opening_fen AS account,
                   NULL::bigint AS pool, NULL::bigint AS other, NULL::text AS seal, NULL::timestamptz AS at, NULL::text AS remark
            FROM current
            UNION ALL
            SELECT 2, seq, format(CASE kind WHEN 'allocation' THEN '本月第 %1$s 次划账（批次 %2$s） allocation %1$s of the month (run %2$s)'
                       WHEN 'interest' THEN '本月第 %1$s 次计息（批次 %2$s） interest %1$s of the month (run %2$s)'
                       ELSE '本月第 %1$s 次冲正（批次 %2$s） reversal %1$s of the month (run %2$s)' END, row_number() OVER (PARTITION BY kind ORDER BY seq), run_id),
                   made_by, approved_by, ended_by, people, entries, person_paid, employer_paid, account, pool, other, digest, ended_at, NULL
            FROM totals
            UNION ALL
            SELECT 3, 0, format('最后入账（批次 %1$s） last posting (run %1$s)', run_id), NULL, NULL, ended_by, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, ended_at, NULL
            FROM totals WHERE seq = (SELECT max(seq) FROM totals)
            UNION ALL
            SELECT 4, 0, '本期合计 movements', NULL, NULL, NULL, NULL, coalesce(sum(t.entries), 0)::bigint, coalesce(sum(t.person_paid), 0)::bigint,
                   coalesce(sum(t.employer_paid), 0)::bigint, min(c.movements_fen), min(c.pool_fen), min(c.other_fen), NULL, NULL, NULL
            FROM current c LEFT JOIN totals t ON true HAVING count(*) > 0
            UNION ALL
            SELECT 5, no * 2, format('第 %1$s 次结账 closing %1$s of the month', no), NULL, NULL, by, accounts, NULL, NULL, NULL, closing_fen, NULL, NULL, seal, at, NULL FROM earlier
            UNION ALL
            SELECT 5, no * 2 + 1, format('第 %1$s 次重新打开 reopening %1$s of the month', no), proposed_by, opened_by, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                   opened_at, reason
            FROM earlier
            UNION ALL
            SELECT 6, 0, CASE WHEN e.times = 0 THEN '期末合计 closing' ELSE format('期末合计（第 %1$s 次结账） closing (closing %1$s of the month)', e.times + 1) END, NULL, NULL, c.by,
                   c.accounts, NULL, NULL, NULL, c.closing_fen, NULL, NULL, c.seal, c.at, NULL
            FROM current c CROSS JOIN (SELECT count(*) AS times FROM earlier) e)
        SELECT item, made_by, approved_by, ended_by, people, entries, person_paid, employer_paid, account, pool, other, seal,
               to_char(at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'), remark
        FROM lines ORDER BY part, place
        """;

    private const string Movements = "本期合计", Attention = "注意 ";

    /// <summary>Whether a row is a note on a figure, without figures of its own.</summary>
    public static bool IsNote(Cell[] row) => row[0].Text!.StartsWith(Attention, StringComparison.Ordinal);

    /// <summary>The column of the person whose act has the row's time: the last one named.</summary>
    public static int ActorOf(Cell[] row) => Array.FindLastIndex(row, People - 1, Persons, cell => cell.Text is not null);

    private async Task<IReadOnlyList<Cell[]>> FiguresAsync(ReportSource source, CancellationToken cancellation)
    {
        List<Cell[]> rows = [];
        foreach (FigureGap gap in await new FigureWarnings(source.Area).OfMonthAsync(source.Month, cancellation))
        {
            Cell[] row = new Cell[Columns.Count];
            row[0] = $"{Attention}{gap.Chinese} {gap.English}";
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
            throw Open(source.Month);
        }
    }

    internal static DataFaultException Open(YearMonth month) =>
        new("MONTH_OPEN", $"{month.Text()} 尚未结账，没有结账证明。", $"{month.Text()} is not closed; there is no certificate of it yet.");
}

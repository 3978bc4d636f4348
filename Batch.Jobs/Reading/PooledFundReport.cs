using Batch.Jobs.Facts;
using Batch.Jobs.Files;

namespace Batch.Jobs.Reading;

/// <summary>统筹基金收支: what the month's postings brought to the pooled fund and took from it, by kind and contribution month.</summary>
public sealed class PooledFundReport : QueryReport
{
    public override string Kind => "pooled-fund";

    public override string Title => "统筹基金收支";

    public override IReadOnlyList<ReportColumn> Columns { get; } =
    [
        new("项目", "kind", ColumnContent.Text), new("费款所属期", "contribution month", ColumnContent.Month),
        new("笔数", "entries", ColumnContent.Count, ColumnTotal.Sum), new("收入", "in", ColumnContent.Yuan, ColumnTotal.Sum),
        new("支出", "out", ColumnContent.Yuan, ColumnTotal.Sum), new("净额", "net", ColumnContent.Yuan, ColumnTotal.Sum),
    ];

    protected override string Sql =>
        $"""
        SELECT CASE kind WHEN 1 THEN '在职缴费划入统筹 from contributions' WHEN 2 THEN '收回在职缴费 contributions taken back'
                         WHEN 3 THEN '划给退休人员 credited to retirees' WHEN 4 THEN '收回退休划账 retirees'' credits taken back'
                         WHEN 5 THEN '无继承人余额 balances without heir' ELSE '退回无继承人余额 balances without heir given back' END,
               contribution_month, count(*), coalesce(sum(pool_fen) FILTER (WHERE pool_fen > 0), 0)::bigint,
               coalesce(-sum(pool_fen) FILTER (WHERE pool_fen < 0), 0)::bigint, sum(pool_fen)::bigint
        FROM (SELECT contribution_month, pool_fen, CASE WHEN component = {Component.Contribution:D} THEN CASE WHEN pool_fen > 0 THEN 1 ELSE 2 END
                                                       WHEN component >= {Component.Opening:D} THEN CASE WHEN pool_fen > 0 THEN 5 ELSE 6 END
                                                       ELSE CASE WHEN pool_fen < 0 THEN 3 ELSE 4 END END AS kind
              FROM :area.entry WHERE posting_month = :month AND pool_fen <> 0) flows
        GROUP BY kind, contribution_month ORDER BY kind, contribution_month
        """;
}

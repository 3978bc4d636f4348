using Batch.Jobs.Facts;
using Batch.Jobs.Files;

namespace Batch.Jobs.Reading;

/// <summary>划账明细: what the month's runs posted, one line a person and contribution month.</summary>
public sealed class AllocationReport : QueryReport
{
    public override string Kind => "allocation";

    public override string Title => "个人账户划账明细";

    public override IReadOnlyList<ReportColumn> Columns { get; } =
    [
        new("公民身份号码", "citizen number", ColumnContent.CitizenNumber), new("姓名", "name", ColumnContent.PersonName),
        new("费款所属期", "contribution month", ColumnContent.Month), new("参保身份", "standing", ColumnContent.Text),
        new("个人缴费", "person paid", ColumnContent.Yuan, ColumnTotal.Sum), new("单位缴费", "employer paid", ColumnContent.Yuan, ColumnTotal.Sum),
        new("划入个人账户", "credited", ColumnContent.Yuan, ColumnTotal.Sum), new("统筹基金净额", "pool, net", ColumnContent.Yuan, ColumnTotal.Sum),
        new("其他资金", "other funds", ColumnContent.Yuan, ColumnTotal.Sum),
    ];

    // The whole number orders the lines; only its mask is shown.
    protected override string Sql =>
        $"""
        SELECT p.citizen, min(p.name), e.contribution_month, CASE e.component
                   WHEN {Component.Contribution:D} THEN '在职 active' WHEN {Component.Retiree:D} THEN '退休 retired'
                   WHEN {Component.Interest:D} THEN '利息 interest' WHEN {Component.Opening:D} THEN '期初余额 opening'
                   WHEN {Component.Spending:D} THEN '消费 spending' WHEN {Component.PayOut:D} THEN '支付 pay-out'
                   WHEN {Component.TransferIn:D} THEN '转入 transfer in' WHEN {Component.TransferOut:D} THEN '转出 transfer out'
                   WHEN {Component.WalletOut:D} THEN '钱包转出 wallet out' WHEN {Component.WalletIn:D} THEN '钱包转入 wallet in'
                   WHEN {Component.WalletReturn:D} THEN '钱包退回 wallet returned' WHEN {Component.EmergencyReturn:D} THEN '急诊返还 emergency paid back' ELSE '更正 correction' END,
               sum(e.person_paid_fen)::bigint, sum(e.employer_paid_fen)::bigint, sum(e.account_fen)::bigint, sum(e.pool_fen)::bigint, sum(e.other_fen)::bigint
        FROM :area.entry e JOIN :area.account a USING (account_id) JOIN :area.insured p USING (person_id)
        WHERE e.posting_month = :month
        GROUP BY p.citizen, e.contribution_month, e.component ORDER BY p.citizen, e.contribution_month, e.component
        """;
}

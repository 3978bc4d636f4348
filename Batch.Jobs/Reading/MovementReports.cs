using Batch.Jobs.Facts;
using Batch.Jobs.Files;

namespace Batch.Jobs.Reading;

/// <summary>账户变动汇总: the accepted movements of a month that runs have taken, by kind and by channel or ground, and the interest paid out with them.</summary>
public sealed class MovementReport : QueryReport
{
    // No ground of a file: the line of interest stands after those of the grounds.
    private const int ClosingInterest = 99;

    public override string Kind => "movement";

    public override string Title => "账户变动汇总";

    public override IReadOnlyList<ReportColumn> Columns { get; } =
    [
        new("变动类型", "kind", ColumnContent.Text), new("渠道或事由", "channel or ground", ColumnContent.Text), new("人数", "people", ColumnContent.Count),
        new("笔数", "movements", ColumnContent.Count, ColumnTotal.Sum), new("收入", "in", ColumnContent.Yuan, ColumnTotal.Sum),
        new("支出", "out", ColumnContent.Yuan, ColumnTotal.Sum), new("净额", "net", ColumnContent.Yuan, ColumnTotal.Sum),
    ];

    protected override string Sql =>
        $"""
        SELECT {MovementWords.Kind("kind")}, CASE WHEN kind = {MovementKind.Spending:D} THEN CASE channel
                       WHEN {SpendingChannel.Pharmacy:D} THEN '药店 pharmacy' WHEN {SpendingChannel.Clinic:D} THEN '门诊 clinic' WHEN {SpendingChannel.Premium:D} THEN '居民医保缴费 residents'' premium' ELSE '住院 hospital' END
                   WHEN kind = {MovementKind.PayOut:D} THEN CASE ground WHEN {ClosingInterest} THEN '随支付结清的利息 interest paid out with a closing'
                       WHEN {Ground.Emigration:D} THEN '出国定居 emigration' WHEN {Ground.Death:D} THEN '死亡继承 death' WHEN {Ground.NoHeir:D} THEN '无继承人 no heir'
                       WHEN {Ground.GivingUp:D} THEN '放弃 giving up' WHEN {Ground.ResidenceElsewhere:D} THEN '异地安置 residence elsewhere' WHEN {Ground.SevereIllness:D} THEN '重大疾病 severe illness' ELSE '其他 other' END ELSE '' END,
               people, movements, came::bigint, went::bigint, net::bigint
        FROM (
        SELECT kind, channel, ground, count(DISTINCT person_id) AS people, count(*) AS movements, coalesce(sum(amount_fen) FILTER (WHERE amount_fen > 0), 0) AS came,
               coalesce(-sum(amount_fen) FILTER (WHERE amount_fen < 0), 0) AS went, sum(amount_fen) AS net
        FROM (SELECT DISTINCT ON (on_date, person_id, kind, channel, member, reference) * FROM :area.movement
              WHERE movement_month = :month AND submission_id NOT IN (SELECT submission_id FROM :area.waiting_submission)
              ORDER BY on_date, person_id, kind, channel, member, reference, submission_id DESC, (row_no <= 0) DESC, row_no DESC) m
        WHERE state = {FactState.Accepted:D} GROUP BY kind, channel, ground
        UNION ALL
        SELECT {MovementKind.PayOut:D}, {SpendingChannel.None:D}, {ClosingInterest}, sum(t.entries), sum(t.entries), 0, sum(t.account_fen), -sum(t.account_fen)
        FROM :area.run_total t JOIN :area.posted_run r USING (run_id) LEFT JOIN :area.run v ON v.run_id = r.reverses
        WHERE t.component = {Component.Interest:D} AND t.contribution_month = :month AND coalesce(v.kind, r.kind) = 'allocation' HAVING sum(t.account_fen) <> 0) lines
        ORDER BY kind, channel, ground
        """;
}

/// <summary>
/// 账户收支平衡表: what the accounts held before a month, what came in and went out by kind, what they hold; the same since the beginning; and
/// below it what the accounts hold one by one, summed.
/// </summary>
public sealed class FlowsReport : QueryReport
{
    public override string Kind => "flows";

    public override string Title => "个人账户收支平衡表";

    public override IReadOnlyList<ReportColumn> Columns { get; } =
    [
        new("项目", "item", ColumnContent.Text), new("笔数", "entries", ColumnContent.Count), new("本月收入", "in, this month", ColumnContent.Yuan),
        new("本月支出", "out, this month", ColumnContent.Yuan), new("本月净额", "net, this month", ColumnContent.Yuan),
        new("累计净额", "net, since the beginning", ColumnContent.Yuan),
    ];

    // The first three parts come from the totals of the runs, the last from the entries themselves.
    protected override string Sql =>
        $"""
        WITH totals AS (
            SELECT t.*, r.posting_month = :month AS now FROM :area.run_total t JOIN :area.posted_run r USING (run_id) WHERE r.posting_month <= :month),
        balances AS (SELECT account_id, sum(account_fen) AS fen FROM :area.entry WHERE posting_month <= :month GROUP BY account_id),
        lines AS (
            SELECT 1 AS part, 0 AS place, '期初余额合计 opening' AS item, NULL::bigint AS entries, NULL::bigint AS came, NULL::bigint AS went,
                   coalesce(sum(account_fen) FILTER (WHERE NOT now), 0)::bigint AS net, 0::bigint AS total
            FROM totals
            UNION ALL
            SELECT 2, component, {MovementWords.Kind("component")}, coalesce(sum(entries) FILTER (WHERE now), 0)::bigint, coalesce(sum(credited_fen) FILTER (WHERE now), 0)::bigint,
                   coalesce(sum(credited_fen - account_fen) FILTER (WHERE now), 0)::bigint, coalesce(sum(account_fen) FILTER (WHERE now), 0)::bigint, sum(account_fen)::bigint
            FROM totals GROUP BY component
            UNION ALL
            SELECT 3, 0, '期末余额合计 closing', NULL, NULL, NULL, coalesce(sum(account_fen), 0)::bigint, coalesce(sum(account_fen), 0)::bigint FROM totals
            UNION ALL
            SELECT 4, 0, '各账户余额之和 sum of balances', count(*), NULL, NULL, coalesce(sum(fen), 0)::bigint, coalesce(sum(fen), 0)::bigint FROM balances
            UNION ALL
            SELECT 5, 0, '其中透支账户 accounts below zero', count(*), NULL, NULL, coalesce(sum(fen), 0)::bigint, NULL FROM balances WHERE fen < 0)
        SELECT item, entries, came, went, net, total FROM lines ORDER BY part, place
        """;
}

/// <summary>待追回账户: who owes because money that was already spent was taken back, and the last thing that took it.</summary>
public sealed class RecoveryReport : QueryReport
{
    public override string Kind => "recovery";

    public override string Title => "待追回账户";

    public override IReadOnlyList<ReportColumn> Columns { get; } =
    [
        new("公民身份号码", "citizen number", ColumnContent.CitizenNumber), new("姓名", "name", ColumnContent.PersonName),
        new("应追回", "to be recovered", ColumnContent.Yuan, ColumnTotal.Sum), new("账户状态", "account", ColumnContent.Text), new("原因", "reason", ColumnContent.Text),
        new("所属期", "month", ColumnContent.Month), new("入账月", "posting month", ColumnContent.Month), new("金额", "amount", ColumnContent.Yuan),
    ];

    protected override string Sql =>
        $"""
        SELECT p.citizen, p.name, (-b.fen)::bigint, CASE WHEN z.closed THEN '已销户 closed' WHEN z.died THEN '已死亡 died' ELSE '正常 open' END,
               CASE e.component
                   WHEN {Component.Contribution:D} THEN '收回在职划入 contributions taken back' WHEN {Component.Retiree:D} THEN '收回退休划入 retirees'' credits taken back'
                   WHEN {Component.Interest:D} THEN '收回利息 interest taken back'
                   ELSE {MovementWords.Kind("e.component")} END, e.contribution_month, e.posting_month, e.account_fen
        FROM (SELECT account_id, sum(account_fen) AS fen FROM :area.entry WHERE posting_month <= :month GROUP BY account_id HAVING sum(account_fen) < 0) b
        JOIN :area.account a USING (account_id) JOIN :area.insured p USING (person_id)
        CROSS JOIN LATERAL (
            SELECT component, contribution_month, posting_month, account_fen FROM :area.entry x WHERE x.account_id = b.account_id AND x.account_fen < 0 AND x.posting_month <= :month
            ORDER BY posting_month DESC, run_id DESC, contribution_month DESC, component LIMIT 1) e
        CROSS JOIN LATERAL (
            SELECT coalesce(bool_or(event = {PersonEvent.AccountClosed:D} AND value <> 'withdrawn'), false) AS closed, coalesce(bool_or(event = {PersonEvent.Died:D}), false) AS died
            FROM :area.person_event v WHERE v.person_id = a.person_id AND v.event IN ({PersonEvent.Died:D}, {PersonEvent.AccountClosed:D})) z
        ORDER BY p.citizen, a.opened
        """;
}

/// <summary>What an entry is for, in words.</summary>
internal static class MovementWords
{
    public static string Kind(string component) =>
        $"""
        CASE {component}
            WHEN {Component.Contribution:D} THEN '在职划入 contributions' WHEN {Component.Retiree:D} THEN '退休划入 retirees'' credits'
            WHEN {Component.Interest:D} THEN '利息 interest' WHEN {Component.Opening:D} THEN '期初余额 opening balances'
            WHEN {Component.Spending:D} THEN '消费 spending' WHEN {Component.PayOut:D} THEN '支付 pay-outs'
            WHEN {Component.TransferIn:D} THEN '转入 transfers in' WHEN {Component.TransferOut:D} THEN '转出 transfers out'
            WHEN {Component.WalletOut:D} THEN '钱包转出 wallet transfers out' WHEN {Component.WalletIn:D} THEN '钱包转入 wallet transfers in'
            WHEN {Component.WalletReturn:D} THEN '钱包退回 wallet transfers returned' WHEN {Component.EmergencyReturn:D} THEN '急诊返还 emergencies paid back' ELSE '更正 corrections' END
        """;
}

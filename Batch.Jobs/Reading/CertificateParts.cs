using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>
/// A part of the certificate that a month with money files has. The figures are those that the closing kept: what comes later does not change them. Without rows where the
/// month had no money files.
/// </summary>
public abstract class CertificatePart : QueryReport
{
    public override string Signatures => CertificateReport.PlacesToSign;

    // In force: of a month that was opened again and closed once more, its last closing.
    protected const string Own =
        """
        own AS (
            SELECT seq, m.employers, m.submissions, m.came_fen, m.came_late_fen, m.came_interest_fen, m.bank_lines, m.bank_in_fen, m.bank_out_fen, m.bank_matched_fen,
                   c.movements_fen AS runs_account, c.pool_fen AS runs_pool
            FROM :area.closing_in_force c JOIN :area.closing_money m USING (seq) WHERE c.month = :month AND m.checked)
        """;

    public override async IAsyncEnumerable<Cell[]> RowsAsync(
        ReportSource source, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        bool closed = (await source.Connection.ReadAsync(
            source.Sql("SELECT EXISTS (SELECT FROM :area.closing_in_force WHERE month = :month)"), r => r.GetBoolean(0), cancellation))[0];
        if (!closed)
        {
            throw CertificateReport.Open(source.Month);
        }

        await foreach (Cell[] row in base.RowsAsync(source, cancellation))
        {
            yield return row;
        }
    }
}

/// <summary>
/// 结账证明的款项部分: where the month's contributions came from and went, with the line that adds them up, late fees and interest; what leads from the allocated contributions
/// to the totals of the runs; the bank's statement with the refunds, and what was paid out and taken in by kind.
/// </summary>
public sealed class CertificateMoneyReport : CertificatePart
{
    /// <summary>The columns of the part, the item, the amount and what is said of it.</summary>
    public const int Section = 0, Item = 1, Amount = 3, Remark = 4;

    /// <summary>The item that a check line begins with.</summary>
    public const string Check = "核对：";

    /// <summary>The item whose remark is the numbers of documents.</summary>
    public const string Refunded = "本月退还单位";

    private const int MostDocuments = 3;

    public override string Kind => "certificate-money";

    public override string Title => "结账证明（款项）";

    public override IReadOnlyList<ReportColumn> Columns { get; } =
    [
        new("部分", "section", ColumnContent.Text, Width: 20), new("项目", "item", ColumnContent.Text, Width: 50), new("笔数", "entries", ColumnContent.Count, Width: 10), new("金额", "amount", ColumnContent.Yuan, Width: 18),
        new("说明", "remark", ColumnContent.Text, Width: 24),
    ];

    // What is paid out and taken in is what the runs of the month moved, which a closed month cannot change.
    protected override string Sql =>
        $"""
        WITH {Own},
        e AS (
            SELECT coalesce(sum(before_fen), 0) AS before, coalesce(sum(received_fen), 0) AS received, coalesce(sum(account_fen), 0) AS account, coalesce(sum(pool_fen), 0) AS pool,
                   coalesce(sum(other_fen), 0) AS other, coalesce(sum(refunded_fen), 0) AS refunded, coalesce(sum(written_off_fen), 0) AS written_off,
                   coalesce(sum(carried_fen), 0) AS carried, coalesce(sum(after_fen), 0) AS after, coalesce(sum(after_fen) FILTER (WHERE after_fen < 0), 0) AS ahead,
                   coalesce(sum(late_fee_fen), 0) AS late_fee, coalesce(sum(interest_fen), 0) AS interest
            FROM :area.closing_employer JOIN own USING (seq)),
        run AS (
            SELECT t.component, sum(t.entries)::bigint AS entries, sum(t.paid_out_fen)::bigint AS paid_out, sum(t.account_fen) AS account, sum(t.pool_fen) AS pool
            FROM :area.posted_run r JOIN :area.run_total t USING (run_id) WHERE r.posting_month = :month AND EXISTS (SELECT FROM own) GROUP BY 1),
        moved AS (SELECT component, entries, paid_out AS fen FROM run WHERE paid_out <> 0),
        allocated AS (
            SELECT o.runs_account, o.runs_pool, coalesce(sum(r.pool) FILTER (WHERE r.component = {Component.Retiree:D}), 0) AS retirees, coalesce(sum(r.pool) FILTER (WHERE r.component > {Component.Retiree:D}), 0) AS others,
                   CASE WHEN o.employers IS NULL THEN coalesce(sum(r.account) FILTER (WHERE r.component = {Component.Contribution:D}), 0) ELSE min(e.account) END AS account,
                   CASE WHEN o.employers IS NULL THEN coalesce(sum(r.pool) FILTER (WHERE r.component = {Component.Contribution:D}), 0) ELSE min(e.pool) END AS pool,
                   coalesce(sum(r.account) FILTER (WHERE r.component > {Component.Contribution:D}), 0) AS account_others
            FROM own o CROSS JOIN e LEFT JOIN run r ON true GROUP BY o.runs_account, o.runs_pool, o.employers),
        bridge AS (
            SELECT v.* FROM allocated a CROSS JOIN LATERAL (VALUES
                (1, true, '划入个人账户 allocated to accounts', a.account),
                (90, true, '个人账户合计 accounts in all', a.account + a.account_others),
                (91, true, '{Check}个人账户合计 − 批次本期合计 check: accounts in all − those of the runs of the month', a.account + a.account_others - a.runs_account),
                (92, true, '划入统筹基金 allocated to the pool', a.pool),
                (93, a.retirees <> 0, '减：统筹基金划入退休人员个人账户 less: credits of retirees', -a.retirees),
                (94, a.others <> 0, '加：其他归入统筹基金 add: others to the pool', a.others),
                (95, true, '统筹净额合计 pool, net, in all', a.pool + a.retirees + a.others),
                (96, true, '{Check}统筹净额合计 − 批次本期合计 check: pool, net, in all − that of the runs of the month', a.pool + a.retirees + a.others - a.runs_pool))
                v (place, shown, item, fen)
            WHERE v.shown
            UNION ALL
            SELECT 1 + component, true, CASE component WHEN {Component.Retiree:D} THEN '加：统筹基金划入退休人员个人账户 add: credits of retirees, from the pool' ELSE {MovementWords.Kind("component")} END, account
            FROM run WHERE component > {Component.Contribution:D} AND account <> 0),
        refund AS (
            SELECT count(*) AS returns, sum(amount_fen)::bigint AS fen, array_agg(document ORDER BY on_date, return_id) AS documents FROM :area.return_state
            WHERE EXISTS (SELECT FROM own) AND state = 'confirmed' AND kind = 'refund' AND on_date < :month + interval '1 month'
              AND on_date >= coalesce((SELECT max(month) FROM :area.closing_in_force WHERE month < :month) + interval '1 month', '-infinity') HAVING count(*) > 0),
        kept AS (
            SELECT v.* FROM own CROSS JOIN e CROSS JOIN LATERAL (VALUES
                (1, true, '期初暂收款 in suspense before', e.before), (2, true, '加：本期收到缴费 add: contributions received', e.received),
                (3, true, '减：划入个人账户 less: allocated to accounts', e.account), (4, true, '减：划入统筹基金 less: allocated to the pool', e.pool),
                (5, e.other <> 0, '减：划入其他资金 less: allocated to other funds', e.other), (6, true, '减：退还单位 less: refunded to employers', e.refunded),
                (7, true, '减：核销 less: written off', e.written_off), (8, true, '期末暂收款 in suspense still', e.after),
                (9, e.ahead <> 0, '其中：已入账、款项未到 of it booked before the money came', e.ahead),
                (10, true, '{Check}期初 + 收到 − 划入 − 退还 − 核销 − 期末 check: before + received − allocated − refunded − written off − still',
                    e.before + e.received - e.account - e.pool - e.other - e.refunded - e.written_off - e.after),
                (11, e.carried <> 0, '本期结转到单位其他月份，仍在暂收 set against other months of the employers, in suspense still', e.carried),
                (13, true, '收到滞纳金 late fees received', e.late_fee), (14, true, '收到利息 interest received', e.interest),
                (15, true, '收到合计 received in all', e.received + e.late_fee + e.interest)) v (place, shown, item, fen)
            WHERE own.employers IS NOT NULL AND v.shown),
        lines AS (
            SELECT 1 AS part, place, '收缴 received' AS section, item, NULL::bigint AS entries, fen::bigint AS fen,
                   CASE WHEN place = 10 THEN CASE WHEN fen = 0 THEN '相符 agrees' ELSE '不符 differs' END ELSE '' END AS remark
            FROM kept
            UNION ALL
            SELECT 1, v.place, '收缴 received', v.item, NULL, v.fen, CASE v.place WHEN 2 THEN '本次结账没有留存分单位的款项 amounts by employer were not kept with this closing' ELSE '' END
            FROM own CROSS JOIN LATERAL (VALUES
                (2, '本期收到缴费 contributions received', came_fen), (13, '收到滞纳金 late fees received', came_late_fen), (14, '收到利息 interest received', came_interest_fen)) v (place, item, fen)
            WHERE employers IS NULL
            UNION ALL
            SELECT 2, place, '个人账户与统筹基金 accounts and pool', item, NULL, fen::bigint,
                   CASE WHEN place NOT IN (91, 96) THEN '' WHEN fen = 0 THEN '相符 agrees' ELSE '不符 differs' END
            FROM bridge
            UNION ALL
            SELECT 3, v.place, '银行对账单 bank statement', v.item, v.lines, v.fen,
                   CASE WHEN v.place = 4 AND v.fen > coalesce((SELECT fen FROM refund), 0)
                        THEN '退还以外的部分是转出款，如上解财政专户 what was not refunded was transferred, such as to the fiscal account' ELSE '' END
            FROM own CROSS JOIN LATERAL (VALUES
                (1, '本月收入 money in of the month', bank_lines, bank_in_fen), (2, '其中：已与到账核对 of it matched with receipts', NULL, bank_matched_fen),
                (3, '其中：未核对 of it not matched', NULL, bank_in_fen - bank_matched_fen), (4, '本月支出 money out of the month', NULL, bank_out_fen)) v (place, item, lines, fen)
            UNION ALL
            SELECT 3, 5, '银行对账单 bank statement', '{Refunded} refunded to employers in the month', returns, fen,
                   array_to_string(documents[1:{MostDocuments}], ' ') || CASE WHEN returns > {MostDocuments} THEN ' …' ELSE '' END
            FROM refund
            UNION ALL
            SELECT 4, component, '支付 paid out', {MovementWords.Kind("component")}, entries, fen, '' FROM moved WHERE component NOT IN {Components.TakenIn}
            UNION ALL
            SELECT 4, 99, '支付 paid out', '支付合计 paid out in all', NULL, coalesce(sum(fen) FILTER (WHERE component NOT IN {Components.TakenIn}), 0)::bigint, '' FROM own LEFT JOIN moved ON true HAVING count(own.seq) > 0
            UNION ALL
            SELECT 5, component, '转入 taken in', {MovementWords.Kind("component")}, entries, -fen, '' FROM moved WHERE component IN {Components.TakenIn}
            UNION ALL
            SELECT 5, 99, '转入 taken in', '转入合计 taken in in all', NULL, -sum(fen)::bigint, '' FROM moved WHERE component IN {Components.TakenIn} HAVING count(*) > 0)
        SELECT section, item, entries, fen, remark FROM lines ORDER BY part, place
        """;
}

/// <summary>结账证明的分单位款项: each employer that had money in the month or in suspense, as it was closed.</summary>
public sealed class CertificateEmployersReport : CertificatePart
{
    /// <summary>The first amount, and those that are not nought where something is out of the ordinary.</summary>
    public const int Before = 2;

    private static readonly int[] Uncommon = [2, 7, 8, 9, 10, 11, 12];

    public override string Kind => "certificate-employers";

    public override string Title => "结账证明（分单位款项）";

    public override IReadOnlyList<ReportColumn> Columns { get; } =
    [
        new("单位编号", "employer", ColumnContent.Text, Width: 22), new("单位名称", "name", ColumnContent.Text, Width: 24), Sum("期初暂收", "in suspense before"), Sum("收到缴费", "received"),
        Sum("划入个人账户", "to accounts"), Sum("划入统筹", "to the pool"), Sum("其他资金", "other funds"), Sum("退还", "refunded"), Sum("核销", "written off"),
        Sum("结转", "carried over"), Sum("期末暂收", "in suspense still"), Sum("滞纳金", "late fees"), Sum("利息", "interest"),
    ];

    /// <summary>Something is left or was given back, late fees were paid, or money of before was allocated: not only received and allocated whole.</summary>
    public static bool IsUncommon(Cell[] row) => Array.Exists(Uncommon, i => row[i].Number is not 0);

    protected override string Sql =>
        $"""
        WITH {Own}
        SELECT coalesce(w.number, ''), coalesce(w.name, '未归到单位 no employer known'), before_fen, received_fen, account_fen, pool_fen, other_fen, refunded_fen, written_off_fen,
               carried_fen, after_fen, late_fee_fen, interest_fen
        FROM :area.closing_employer e JOIN own USING (seq) LEFT JOIN :area.employer w USING (employer_id) ORDER BY w.number COLLATE "C" NULLS LAST
        """;

    private static ReportColumn Sum(string chinese, string english) => new(chinese, english, ColumnContent.Yuan, ColumnTotal.Sum, 14);
}

/// <summary>结账证明的差异: what the month was closed with that did not agree, who accepted it, when and why.</summary>
public sealed class CertificateDifferencesReport : CertificatePart
{
    /// <summary>Of a line or receipt: its day, who paid as the bank has it, masked where it is a person, and its money.</summary>
    public const int Day = 11, Payer = 12, Money = 13;

    /// <summary>The columns of the employer's name, of the document, of what was booked and of the reason.</summary>
    public const int Name = 2, Document = 4, Booked = 7, Why = 10;

    public override string Kind => "certificate-differences";

    public override string Title => "结账证明（已接受的差异）";

    public override IReadOnlyList<ReportColumn> Columns { get; } =
    [
        new("种类", "kind", ColumnContent.Text, Width: 20), new("单位编号", "employer", ColumnContent.Text, Width: 22), new("单位名称", "name", ColumnContent.Text, Width: 24),
        new("费款所属期", "month", ColumnContent.Month, Width: 12), new("凭证号或流水号", "document", ColumnContent.Text, Width: 18), new("申报金额", "declared", ColumnContent.Yuan, Width: 14),
        new("到账金额", "received", ColumnContent.Yuan, Width: 14), new("已入账", "booked", ColumnContent.Yuan, Width: 14), new("接受人", "accepted by", ColumnContent.Text, Width: 13),
        new("时间", "time", ColumnContent.Text, Width: 12), new("理由", "why", ColumnContent.Text, Width: 28),
        new("日期", "day", ColumnContent.Text, Width: 12), new("付款人", "payer", ColumnContent.Text, Width: 24), new("金额", "amount", ColumnContent.Yuan, Width: 14),
    ];

    protected override string Sql =>
        $"""
        WITH {Own}
        SELECT CASE d.kind WHEN 'employer' THEN '单位月份不符 an employer''s month' WHEN 'line' THEN '银行流水没有到账 line without a receipt' ELSE '到账没有银行流水 receipt without a line' END,
               w.number, w.name, d.contribution_month, nullif(d.document, ''), d.declared_fen, CASE d.kind WHEN 'employer' THEN d.received_fen END, d.booked_fen, d.accepted_by,
               to_char(d.accepted_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'), d.reason, to_char(d.since, 'YYYY-MM-DD'), nullif(l.payer, ''),
               CASE WHEN d.kind <> 'employer' THEN d.received_fen END
        FROM :area.closing_difference d JOIN own USING (seq) LEFT JOIN :area.employer w USING (employer_id)
        LEFT JOIN LATERAL (
            SELECT b.payer FROM :area.bank_line b WHERE d.kind = 'line' AND b.serial = d.document AND b.submission_id <= own.submissions
            ORDER BY b.submission_id DESC, b.row_no LIMIT 1) l ON true
        ORDER BY d.item_no
        """;

    public override async IAsyncEnumerable<Cell[]> RowsAsync(
        ReportSource source, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (Cell[] row in base.RowsAsync(source, cancellation))
        {
            if (row[Payer].Text is { } payer)
            {
                row[Payer] = PayerNames.Shown(payer);
            }

            yield return row;
        }
    }
}

using Batch.Jobs.Files;

namespace Batch.Jobs.Reading;

/// <summary>科目余额及试算平衡表: each account of the books with its opening balance, what the month debited and credited, and its closing balance. Both sides of each pair are equal.</summary>
public sealed class BooksReport : QueryReport
{
    public override string Kind => "books";

    public override string Title => "试算平衡表";

    public override string Signatures => BookPaper.Signatures;

    public override IReadOnlyList<ReportColumn> Columns { get; } =
    [
        new("科目编号", "account", ColumnContent.Text), new("科目名称", "name", ColumnContent.Text), new("英文名称", "English name", ColumnContent.Text),
        BookPaper.Sum("期初借方", "opening debit"), BookPaper.Sum("期初贷方", "opening credit"), BookPaper.Sum("本期借方", "debit"), BookPaper.Sum("本期贷方", "credit"),
        BookPaper.Sum("期末借方", "closing debit"), BookPaper.Sum("期末贷方", "closing credit"),
    ];

    protected override string Sql =>
        """
        SELECT a.account, a.name, a.english, greatest(o, 0)::bigint, greatest(-o, 0)::bigint, d::bigint, c::bigint, greatest(o + d - c, 0)::bigint, greatest(c - d - o, 0)::bigint
        FROM :area.book_account a
        JOIN (SELECT account, coalesce(sum(debit_fen - credit_fen) FILTER (WHERE month < :month), 0) AS o, coalesce(sum(debit_fen) FILTER (WHERE month = :month), 0) AS d,
                     coalesce(sum(credit_fen) FILTER (WHERE month = :month), 0) AS c
              FROM :area.book_line WHERE month <= :month GROUP BY account) l USING (account)
        WHERE o <> 0 OR d <> 0 OR c <> 0 ORDER BY a.account COLLATE "C"
        """;
}

/// <summary>记账凭证: the lines of the month's vouchers, as a finance system takes them: one a day of money in and out, one a day of returns, one a run, and the transfer at the end of the month.</summary>
public sealed class VouchersReport : QueryReport
{
    public override string Kind => "vouchers";

    public override string Title => "记账凭证";

    public override string Signatures => BookPaper.Signatures;

    public override IReadOnlyList<ReportColumn> Columns { get; } =
    [
        new("凭证号", "voucher", ColumnContent.Text), new("日期", "date", ColumnContent.Text), new("行", "line", ColumnContent.Count), new("摘要", "summary", ColumnContent.Text),
        new("科目编号", "account", ColumnContent.Text), new("科目名称", "name", ColumnContent.Text), BookPaper.Sum("借方", "debit"), BookPaper.Sum("贷方", "credit"),
        new("制单", "made by", ColumnContent.Text), new("复核", "checked by", ColumnContent.Text), new("来源", "source", ColumnContent.Text),
    ];

    protected override string Sql =>
        $"""
        SELECT {VoucherNames.Number}, to_char(l.day, 'YYYY-MM-DD'),
               row_number() OVER (PARTITION BY l.day, l.part, l.key ORDER BY l.line), l.summary, l.account, a.name, l.debit_fen, l.credit_fen, l.maker, l.checker, l.source
        FROM :area.book_line l JOIN :area.book_account a USING (account) WHERE l.month = :month ORDER BY l.day, l.part, l.key, l.line
        """;
}

/// <summary>What the two have in common on paper.</summary>
internal static class BookPaper
{
    public const string Signatures = "制单：__________    复核：__________    记账：__________";

    public static ReportColumn Sum(string chinese, string english) => new(chinese, english, ColumnContent.Yuan, ColumnTotal.Sum);
}

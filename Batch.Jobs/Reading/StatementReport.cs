using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Ledger;

namespace Batch.Jobs.Reading;

/// <summary>个人账户对账单: the statement of one account as a table, its opening and closing with their two parts above and below the lines.</summary>
public sealed class StatementReport(AccountStatementDocument statement) : Report
{
    public override string Kind => "statement";

    public override string Title => "个人账户对账单";

    public override string Heading(NodaTime.YearMonth month) => $"{Title} {Store.Months.Text(statement.From)} 至 {Store.Months.Text(statement.To)}";

    public override IReadOnlyList<ReportColumn> Columns { get; } =
    [
        new("项目", "item", ColumnContent.Text), new("入账月", "posted", ColumnContent.Month), new("所属期", "month", ColumnContent.Month), new("缴费基数", "base", ColumnContent.Yuan),
        new("个人缴费", "person paid", ColumnContent.Yuan), new("单位缴费", "employer paid", ColumnContent.Yuan), new("金额", "amount", ColumnContent.Yuan), new("余额", "balance", ColumnContent.Yuan),
    ];

    public override async IAsyncEnumerable<Cell[]> RowsAsync(
        ReportSource source, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        foreach (Cell[] row in Balance("期初 opening", statement.Opening, statement.OpeningParts))
        {
            yield return row;
        }

        foreach (StatementLine line in statement.Lines)
        {
            cancellation.ThrowIfCancellationRequested();
            PaidContribution? record = line.Component == "contribution" ? statement.Contributions.FirstOrDefault(c => c.Month == line.Month) : null;
            yield return
            [
                line.Words().Both(), Store.Months.Text(line.PostingMonth), Store.Months.Text(line.Month), record is null ? Cell.Empty : record.Base.Fen,
                line.PersonPaid.Fen, line.EmployerPaid.Fen, line.Amount.Fen, line.Balance.Fen,
            ];
        }

        foreach (Cell[] row in Balance("期末 closing", statement.Closing, statement.ClosingParts))
        {
            yield return row;
        }
    }

    private static IEnumerable<Cell[]> Balance(string what, Rules.Money balance, AccountParts parts) =>
    [
        [what, Cell.Empty, Cell.Empty, Cell.Empty, Cell.Empty, Cell.Empty, Cell.Empty, balance.Fen],
        ["  其中上年结转 carried over", Cell.Empty, Cell.Empty, Cell.Empty, Cell.Empty, Cell.Empty, Cell.Empty, parts.CarriedOver.Fen],
        ["  其中本年划入 this year", Cell.Empty, Cell.Empty, Cell.Empty, Cell.Empty, Cell.Empty, Cell.Empty, parts.ThisYear.Fen],
    ];
}

using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;

namespace Batch.Jobs.Files;

/// <summary>A row of the bank's statement to a line.</summary>
internal static class BankRow
{
    public static BankLine Read(RowFields row, RunningBalance balance)
    {
        Money? credit = row.BankAmount(Column.Credit), debit = row.BankAmount(Column.Debit), after = row.BalanceAfter();
        balance.Add(row.Row, credit - debit, after);
        if (credit is { } into && debit is { } from && into.IsZero == from.IsZero)
        {
            row.Reject(Column.Credit, Codes.BankSides, "");
        }

        return new(
            row.Row, row.Document(Column.Serial), row.Date(Column.TradedOn), credit ?? Money.Zero, debit ?? Money.Zero, row.Text(Column.Payer) ?? "",
            row.Text(Column.PayerAccount) ?? "", row.IsBlank(Column.Document) ? "" : row.Document(), row.Text(Column.Note) ?? "", after);
    }
}

using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Files;

/// <summary>A row of money received from an employer to a line.</summary>
internal static class ReceiptRow
{
    public static ReceiptLine Read(RowFields row) =>
        new(row.Row, row.Employer(), row.Text(Column.EmployerName), row.Month(), row.EmployersAmount(Column.ReceiptAmount, required: true), row.Date(Column.ReceivedOn),
            row.Document(), row.EmployersAmount(Column.LateFee, required: false), row.EmployersAmount(Column.LateInterest, required: false));
}

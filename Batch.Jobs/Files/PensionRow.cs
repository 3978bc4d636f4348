using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Files;

/// <summary>A pension agency's row to a line.</summary>
internal static class PensionRow
{
    public static PensionLine Read(RowFields row, CitizenId id) =>
        new(row.Row, id, row.Text(Column.Name), row.Month(), row.OptionalPension(Column.PensionPriorYear), row.OptionalPension(Column.PensionThisYear),
            row.OptionalPension(Column.PensionMonth), row.OptionalDate(Column.RetiredOn))
        {
            BirthTold = row.BirthTold(id, required: true),
        };
}

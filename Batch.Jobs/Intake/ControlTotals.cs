using Batch.Rules;

namespace Batch.Jobs.Intake;

/// <summary>
/// The file's own sums beside the sums of its rows. Rows that are rejected count too: the sender has added them up. A column in which a row's
/// amount cannot be read is not compared.
/// </summary>
internal sealed class ControlTotals
{
    private readonly long[] fen = new long[Enum.GetValues<Column>().Length];
    private readonly bool[] unknown = new bool[Enum.GetValues<Column>().Length];
    private readonly bool[] read = new bool[Enum.GetValues<Column>().Length];

    public void Add(Column column, Money? amount)
    {
        fen[(int)column] += amount?.Fen ?? 0;
        unknown[(int)column] |= amount is null;
        read[(int)column] = true;
    }

    /// <summary>A row whose fields cannot be told apart: no column's sum is known any more.</summary>
    public void AddUnknownRow() => Array.Fill(unknown, true);

    /// <exception cref="FileRefusedException">A total or the count disagrees with the rows above.</exception>
    public void Check(RowSource totals, Header header, int rows)
    {
        foreach (Column column in Enum.GetValues<Column>())
        {
            if (!ColumnNames.IsAmount(column) || !header.Has(column) || unknown[(int)column] || !read[(int)column])
            {
                continue;
            }

            ReadOnlySpan<byte> cell = totals.Field(header.Position(column));
            string? fault = AmountText.Parse(cell, out Money? total);
            // A total may well be larger than any one person's amount.
            if (fault == Codes.AmountBlank || total?.Fen == fen[(int)column])
            {
                continue;
            }

            throw Refuse.File(Codes.TotalMismatch, totals.Row, FieldText.Shown(cell, personal: false), new Money(fen[(int)column]).ToString(), header.Text(column));
        }

        if (TryCount(totals, header, out int count) && count != rows)
        {
            throw Refuse.File(Codes.CountMismatch, totals.Row, $"{count}", $"{rows}");
        }
    }

    /// <summary>The number of people, if the row says it: as 12人, 共12人, 12 people, or alone in the name's or the number's column.</summary>
    private static bool TryCount(RowSource totals, Header header, out int count)
    {
        count = 0;
        Span<char> buffer = stackalloc char[FieldText.MaxChars];
        for (int i = 0; i < Math.Min(totals.FieldCount, header.FirstAmountPosition()); i++)
        {
            ReadOnlySpan<char> text = FieldText.Normalise(totals.Field(i), buffer);
            int from = text.IndexOfAnyInRange('0', '9');
            int length = from < 0 ? 0 : text[from..].IndexOfAnyExceptInRange('0', '9') is >= 0 and int end ? end : text.Length - from;
            if (length is 0 or > 9)
            {
                continue;
            }

            ReadOnlySpan<char> unit = text[(from + length)..].TrimStart();
            bool alone = length == text.Length && (i == header.Position(header.Subject) || i == header.Position(Column.Name));
            if (alone || unit.StartsWith("人") || unit.StartsWith("行") || unit.StartsWith("条") || unit.StartsWith("people") || unit.StartsWith("rows"))
            {
                count = int.Parse(text.Slice(from, length), System.Globalization.CultureInfo.InvariantCulture);
                return true;
            }
        }

        return false;
    }
}

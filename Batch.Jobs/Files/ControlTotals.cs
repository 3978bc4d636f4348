using Batch.Rules;

namespace Batch.Jobs.Files;

/// <summary>
/// The file's own sums beside the sums of its rows. Rows that are rejected count too: the sender has added them up. A column in which a row's
/// amount cannot be read is not compared.
/// </summary>
internal sealed class ControlTotals
{
    private readonly long[] fen = new long[Enum.GetValues<Column>().Length];
    private readonly bool[] unknown = new bool[Enum.GetValues<Column>().Length];
    private readonly bool[] read = new bool[Enum.GetValues<Column>().Length];
    private readonly long[] fenBefore = new long[Enum.GetValues<Column>().Length];
    private readonly bool[] unknownSince = new bool[Enum.GetValues<Column>().Length];
    private int rowsBefore;

    public void Add(Column column, Money? amount)
    {
        fen[(int)column] += amount?.Fen ?? 0;
        unknown[(int)column] |= amount is null;
        read[(int)column] = true;
        unknownSince[(int)column] |= amount is null;
    }

    /// <summary>A row whose fields cannot be told apart: no column's sum is known any more.</summary>
    public void AddUnknownRow()
    {
        Array.Fill(unknown, true);
        Array.Fill(unknownSince, true);
    }

    /// <exception cref="FileRefusedException">A total or the count disagrees with the rows above.</exception>
    public void Check(RowSource totals, Header header, int rows)
    {
        foreach (Column column in Compared(header, unknown))
        {
            ReadOnlySpan<byte> cell = totals.Field(header.Position(column));
            string? fault = AmountText.Parse(cell, out Money? total);
            // A total may well be larger than any one person's amount.
            if (fault == Codes.AmountBlank || total?.Fen == fen[(int)column])
            {
                continue;
            }

            throw Mismatch(totals, header, column, fen[(int)column]);
        }

        if (TryCount(totals, header, out int count) && count != rows)
        {
            throw Refuse.File(Codes.CountMismatch, totals.Row, $"{count}", $"{rows}");
        }
    }

    /// <summary>A sub-total 小计: of the rows since the one before it, or, as some programs carry it on, of all rows so far.</summary>
    /// <exception cref="FileRefusedException">It is neither.</exception>
    public void CheckSubtotal(RowSource totals, Header header, int rows)
    {
        foreach (Column column in Compared(header, unknownSince))
        {
            long since = fen[(int)column] - fenBefore[(int)column];
            string? fault = AmountText.Parse(totals.Field(header.Position(column)), out Money? total);
            bool soFar = unknown[(int)column] || total?.Fen == fen[(int)column];
            if (fault != Codes.AmountBlank && total?.Fen != since && !soFar)
            {
                throw Mismatch(totals, header, column, since);
            }
        }

        if (TryCount(totals, header, out int count) && count != rows - rowsBefore && count != rows)
        {
            throw Refuse.File(Codes.CountMismatch, totals.Row, $"{count}", $"{rows - rowsBefore}");
        }

        fen.CopyTo(fenBefore, 0);
        Array.Clear(unknownSince);
        rowsBefore = rows;
    }

    private IEnumerable<Column> Compared(Header header, bool[] unknown) =>
        Enum.GetValues<Column>().Where(c => ColumnNames.IsAmount(c) && header.Has(c) && !unknown[(int)c] && read[(int)c]);

    private static FileRefusedException Mismatch(RowSource totals, Header header, Column column, long expected) => Refuse.File(
        Codes.TotalMismatch, totals.Row, FieldText.Shown(totals.Field(header.Position(column)), personal: false), new Money(expected).ToString(), header.Text(column));

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

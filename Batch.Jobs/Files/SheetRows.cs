using System.Globalization;
using System.Text;

namespace Batch.Jobs.Files;

/// <summary>
/// The rows of a workbook's sheets, each cell as the text that a CSV of it would have: so that the same people give the same lines. One sheet is
/// read at a time, row after row.
/// </summary>
internal abstract class SheetRows(IntakeLimits limits) : RowSource
{
    /// <summary>Rows and columns that a sheet can have; a file that says more was not made by a spreadsheet.</summary>
    protected const int MostRows = 1_048_576;
    protected const int MostColumns = 16_384;

    /// <summary>From here on a spreadsheet has lost digits, and shows the number with an exponent.</summary>
    private const double FirstInexact = 1e15;

    private byte[] buffer = new byte[4096];
    private int[] ends = new int[32];
    private CellFault[] faults = new CellFault[32];
    private bool[] numbers = new bool[32];
    private int count;
    private int filled;
    private MergedCells? merged;

    public sealed override bool IsSpreadsheet => true;

    public sealed override int FieldCount => count;

    public abstract int SheetCount { get; }

    /// <summary>The open one, counted from 0.</summary>
    public int Sheet { get; private set; }

    public abstract string SheetName(int sheet);

    public abstract bool IsSheetHidden(int sheet);

    /// <summary>Goes to the beginning of a sheet.</summary>
    public void Open(int sheet)
    {
        merged = null;
        count = 0;
        Sheet = sheet;
        OpenSheet(sheet);
    }

    public sealed override bool Read()
    {
        count = 0;
        filled = 0;
        if (!ReadRow())
        {
            return false;
        }

        if (filled > limits.MaxLineChars && Encoding.UTF8.GetCharCount(buffer.AsSpan(0, filled)) > limits.MaxLineChars)
        {
            throw TooLong();
        }

        merged?.MoveTo(Row - 1, this);
        return true;
    }

    public sealed override ReadOnlySpan<byte> Field(int index)
    {
        ReadOnlySpan<byte> cell = Cell(index);
        return cell.IsEmpty && merged is not null ? merged.Filled(index) : cell;
    }

    public sealed override CellFault Fault(int index)
    {
        CellFault own = index < count ? faults[index] : CellFault.None;
        return own == CellFault.None && merged is not null && merged.IsUncertain(index, Cell(index).IsEmpty) ? CellFault.Merged : own;
    }

    public sealed override bool IsNumber(int index) => index < count && numbers[index];

    /// <summary>From here on, cells that are merged downwards hold in each of their rows where the header's column means the same for several people; elsewhere they are uncertain.</summary>
    public void HeedMerged(Header header)
    {
        CellRange[] ranges = [.. MergedRanges().Where(r => r.FromRow < r.ToRow || r.FromColumn < r.ToColumn).OrderBy(r => r.FromRow)];
        merged = ranges.Length == 0 ? null : new MergedCells(ranges, header);
    }

    /// <summary>Cells of several rows of the open sheet are merged, so that it is not certain whose value it is.</summary>
    public bool MergesRows => MergedRanges().Any(r => r.FromRow < r.ToRow);

    /// <summary>The cell's own value, without what a merged cell above gives it.</summary>
    internal ReadOnlySpan<byte> Cell(int index) => index >= count ? default : buffer.AsSpan((index == 0 ? 0 : ends[index - 1])..ends[index]);

    protected abstract void OpenSheet(int sheet);

    /// <summary>Reads the next row and adds its cells from left to right.</summary>
    protected abstract bool ReadRow();

    /// <summary>Merged cells of the open sheet, counted from 0; none where there are none.</summary>
    protected abstract IEnumerable<CellRange> MergedRanges();

    protected void AddText(int column, ReadOnlySpan<char> text, CellFault fault = CellFault.None)
    {
        if (Begin(column))
        {
            Append(text);
            End(number: false, fault);
        }
    }

    protected void AddText(int column, ReadOnlySpan<byte> utf8)
    {
        if (Begin(column))
        {
            Make(utf8.Length);
            utf8.CopyTo(buffer.AsSpan(filled));
            filled += utf8.Length;
            End(number: false, CellFault.None);
        }
    }

    /// <summary>A number in the 15 digits that a spreadsheet keeps; beyond them with an exponent, as the spreadsheet shows it.</summary>
    protected void AddNumber(int column, double number, CellFault fault)
    {
        if (!Begin(column))
        {
            return;
        }

        Span<char> text = stackalloc char[64];
        int length;
        bool written = !double.IsFinite(number) || Math.Abs(number) >= FirstInexact
            ? number.TryFormat(text, out length, "0.#####E+0", CultureInfo.InvariantCulture)
            : ((decimal)number).TryFormat(text, out length, "0.####################", CultureInfo.InvariantCulture);
        Append(written ? text[..length] : "?");
        End(number: true, fault);
    }

    /// <summary>A number whose digits are those that <see cref="AddNumber(int, double, CellFault)"/> would write.</summary>
    protected void AddNumber(int column, ReadOnlySpan<char> digits, CellFault fault)
    {
        if (Begin(column))
        {
            Append(digits);
            End(number: true, fault);
        }
    }

    protected void AddMoment(int column, DateTime moment) =>
        AddText(column, moment.ToString(moment.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));

    protected FileRefusedException TooLong() => Refuse.File(Codes.LineTooLong, Row, $"> {limits.MaxLineChars}", $"{limits.MaxLineChars}");

    /// <summary>
    /// Sheets are often formatted to their last column. What lies beyond the limit is not looked at: a header there is one that is missing.
    /// </summary>
    private bool Begin(int column)
    {
        if (column >= MostColumns)
        {
            throw Refuse.File(Codes.TooManyColumns, Row, $"{column + 1}", $"{limits.MaxColumns}");
        }

        if (column >= limits.MaxColumns)
        {
            return false;
        }

        if (column >= ends.Length)
        {
            int room = Math.Max(column + 1, ends.Length * 2);
            Array.Resize(ref ends, room);
            Array.Resize(ref faults, room);
            Array.Resize(ref numbers, room);
        }

        for (; count < column; count++)
        {
            (ends[count], faults[count], numbers[count]) = (filled, CellFault.None, false);
        }

        return true;
    }

    private void End(bool number, CellFault fault)
    {
        (ends[count], faults[count], numbers[count]) = (filled, fault, number);
        count++;
    }

    private void Append(ReadOnlySpan<char> words)
    {
        Make(Encoding.UTF8.GetMaxByteCount(words.Length));
        filled += Encoding.UTF8.GetBytes(words, buffer.AsSpan(filled));
    }

    private void Make(int room)
    {
        if (buffer.Length - filled < room)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, filled + room));
        }
    }
}

/// <summary>Cells merged into one, counted from 0, both ends included.</summary>
internal readonly record struct CellRange(int FromRow, int FromColumn, int ToRow, int ToColumn);

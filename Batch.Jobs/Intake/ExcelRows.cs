using System.Globalization;
using System.Text;
using ExcelDataReader;
using ExcelDataReader.Exceptions;

namespace Batch.Jobs.Intake;

/// <summary>
/// The rows of a workbook's sheets, each cell as the text that a CSV of it would have: so that the same people give the same lines. The reader
/// streams the rows; shared strings alone are held in memory, within a limit.
/// </summary>
internal sealed class ExcelRows : RowSource
{
    /// <summary>Rows and columns that a sheet can have; a file that says more was not made by a spreadsheet.</summary>
    private const int MostRows = 1_048_576;
    private const int MostColumns = 16_384;

    /// <summary>From here on a spreadsheet has lost digits, and shows the number with an exponent.</summary>
    private const double FirstInexact = 1e15;

    private readonly Stream file;
    private readonly IExcelDataReader reader;
    private readonly IntakeLimits limits;
    private readonly StringBuilder text = new();
    private readonly Func<bool> readRow;
    private byte[] buffer = new byte[4096];
    private int[] ends = [];
    private int filled;
    private MergedColumn[] merged = [];

    /// <summary>The reader asks for a code page as soon as it is configured.</summary>
    static ExcelRows() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    public ExcelRows(Stream file, IntakeLimits limits)
    {
        this.limits = limits;
        this.file = file;
        readRow = ReadRow;
        reader = Guarded(() => ExcelReaderFactory.CreateReader(file, new ExcelReaderConfiguration { LeaveOpen = true, FallbackEncoding = TextEncoding.Gbk }));
        CheckSheet();
    }

    public override bool IsSpreadsheet => true;

    public override int Row => reader.Depth + 1;

    public override int FieldCount => ends.Length;

    public string SheetName => reader.Name ?? "";

    public override bool Read()
    {
        if (!Guarded(readRow))
        {
            return false;
        }

        foreach (MergedColumn column in merged)
        {
            column.Keep(reader.Depth, Cell(column.Index));
        }

        return true;
    }

    public override ReadOnlySpan<byte> Field(int index)
    {
        ReadOnlySpan<byte> cell = Cell(index);
        if (cell.IsEmpty)
        {
            foreach (MergedColumn column in merged)
            {
                if (column.Index == index)
                {
                    return column.Kept;
                }
            }
        }

        return cell;
    }

    /// <summary>Goes on to the next sheet.</summary>
    public bool NextSheet()
    {
        merged = [];
        if (!Guarded(reader.NextResult))
        {
            return false;
        }

        CheckSheet();
        return true;
    }

    /// <summary>In these columns a cell merged over several rows has its value in each of them.</summary>
    public void FillMerged(IEnumerable<int> columns)
    {
        CellRange[] ranges = [.. (reader.MergeCells ?? []).Where(m => m.ToRow > m.FromRow).OrderBy(m => m.FromRow)];
        merged = [.. columns.Select(c => new MergedColumn(c, [.. ranges.Where(m => m.FromColumn <= c && c <= m.ToColumn)])).Where(c => c.Ranges.Length > 0)];
    }

    public override void Dispose()
    {
        reader.Dispose();
        file.Dispose();
    }

    private ReadOnlySpan<byte> Cell(int index) => index >= ends.Length ? default : buffer.AsSpan((index == 0 ? 0 : ends[index - 1])..ends[index]);

    private bool ReadRow()
    {
        if (!reader.Read())
        {
            return false;
        }

        filled = 0;
        for (int i = 0; i < ends.Length; i++)
        {
            Append(reader.GetValue(i));
            ends[i] = filled;
        }

        if (filled > limits.MaxLineChars && Encoding.UTF8.GetCharCount(buffer.AsSpan(0, filled)) > limits.MaxLineChars)
        {
            throw Refuse.File(Codes.LineTooLong, Row, $"> {limits.MaxLineChars}", $"{limits.MaxLineChars}");
        }

        return true;
    }

    private void CheckSheet()
    {
        // Told by the sheet itself: a damaged one may claim any number, and the reader would walk through them all.
        if (reader.RowCount > MostRows)
        {
            throw Refuse.File(Codes.TooManyRows, 1, $"{reader.RowCount}", $"{MostRows}");
        }

        if (reader.FieldCount > MostColumns)
        {
            throw Refuse.File(Codes.TooManyColumns, 1, $"{reader.FieldCount}", $"{limits.MaxColumns}");
        }

        // Sheets are often formatted to their last column. What lies beyond the limit is not looked at: a header there is one that is missing.
        ends = new int[Math.Min(reader.FieldCount, limits.MaxColumns)];
    }

    private void Append(object? value)
    {
        switch (value)
        {
            case null:
                return;
            case string words:
                AppendUtf8(words);
                return;
            case double number:
                text.Clear();
                text.Append(CultureInfo.InvariantCulture, $"{Written(number)}");
                break;
            case DateTime moment:
                text.Clear();
                text.Append(moment.ToString(moment.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
                break;
            default:
                text.Clear();
                text.Append(CultureInfo.InvariantCulture, $"{value}");
                break;
        }

        foreach (ReadOnlyMemory<char> chunk in text.GetChunks())
        {
            AppendUtf8(chunk.Span);
        }
    }

    private void AppendUtf8(ReadOnlySpan<char> words)
    {
        int room = Encoding.UTF8.GetMaxByteCount(words.Length);
        if (buffer.Length - filled < room)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, filled + room));
        }

        filled += Encoding.UTF8.GetBytes(words, buffer.AsSpan(filled));
    }

    /// <summary>A cell's number in the 15 digits that a spreadsheet keeps; beyond them with an exponent, as the spreadsheet shows it.</summary>
    private static string Written(double number) =>
        !double.IsFinite(number) || Math.Abs(number) >= FirstInexact ? number.ToString("0.#####E+0", CultureInfo.InvariantCulture)
        : ((decimal)number).ToString("0.####################", CultureInfo.InvariantCulture);

    /// <summary>What the reader throws at a damaged workbook is of many kinds, and its texts may hold cells: none of them gets out.</summary>
    private static T Guarded<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (InvalidPasswordException)
        {
            throw Refuse.File(Codes.FileProtected, 1, "", "");
        }
        catch (Exception fault) when (fault is EndOfStreamException or not (IOException or OutOfMemoryException or FileRefusedException))
        {
            throw Refuse.File(Codes.FileUnreadable, 1, fault.GetType().Name, ".xlsx | .xls | .csv");
        }
    }

    /// <summary>One column's merged ranges, and the value of the range that the row is in.</summary>
    private sealed class MergedColumn(int index, CellRange[] ranges)
    {
        private int next;
        private int lastRow = -1;
        private byte[] value = [];

        public int Index => index;

        public CellRange[] Ranges => ranges;

        public ReadOnlySpan<byte> Kept => value;

        public void Keep(int row, ReadOnlySpan<byte> cell)
        {
            if (row > lastRow)
            {
                value = [];
            }

            while (next < ranges.Length && ranges[next].FromRow <= row)
            {
                (lastRow, value) = (ranges[next].ToRow, cell.ToArray());
                next++;
            }
        }
    }
}

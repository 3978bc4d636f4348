using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Files;

/// <summary>Reads the fields of the current row by column. Each fault goes to the block's rejections; the value is then only a filler.</summary>
internal sealed partial class RowFields(RowSource rows, Header header, YearMonth? defaultMonth, LocalDate today, ControlTotals totals, long fileLength)
{
    private const int LongestEmployerCode = 32;
    private const int LongestName = 128;
    private const int LongestDocument = 64;

    private readonly TextCache employers = TextCache.ForFile(fileLength, most: 4096);
    private readonly TextCache names = TextCache.ForFile(fileLength, most: 8192);
    private readonly byte[] lastMonthText = new byte[FieldText.MaxChars];
    private int lastMonthLength = -1;
    private YearMonth lastMonth;
    private List<Rejection> rejections = [];

    public int Row => rows.Row;

    public LocalDate Today => today;

    /// <summary>What the row says was paid by person and employer, in fen; null when one of them cannot be read.</summary>
    public long? Paid { get; private set; }

    public void BeginRow() => Paid = 0;

    /// <summary>The row of an earlier file that this one mends; 0: the cell holds no number; <see cref="LineBlock.BlankParentRow"/>: it is empty.</summary>
    public int ParentRow() => IsBlank(Column.ParentRow) ? LineBlock.BlankParentRow
        : int.TryParse(Normalised(Column.ParentRow), NumberStyles.None, CultureInfo.InvariantCulture, out int row) ? row : 0;

    public void RejectInto(List<Rejection> into) => rejections = into;

    public void Reject(string code, string found, string expected) => rejections.Add(new Rejection(code, rows.Row, "", found, expected));

    public bool Has(Column column) => header.Has(column);

    /// <summary>How many cells of the row have characters that are not seen.</summary>
    public int InvisibleCells()
    {
        int cells = 0;
        for (int i = 0; i < header.FieldCount; i++)
        {
            cells += FieldText.HasInvisible(rows.Field(i)) ? 1 : 0;
        }

        return cells;
    }

    /// <summary>Nothing is said; an error or a formula without its value says something that is not known.</summary>
    public bool IsBlank(Column column) => !header.Has(column) || (FieldText.IsBlank(rows.Field(header.Position(column))) && !IsFaulty(column));

    public string Employer()
    {
        ReadOnlySpan<byte> field = rows.Field(header.Position(Column.EmployerCode));
        if (IsFaulty(Column.EmployerCode))
        {
            Reject(Column.EmployerCode, Codes.EmployerUnknownFormat, $"{LongestEmployerCode}");
            return "";
        }

        if (employers.TryGet(field, out string? known))
        {
            return known;
        }

        Span<char> buffer = stackalloc char[FieldText.MaxChars];
        ReadOnlySpan<char> text = FieldText.Normalise(field, buffer);
        if (text.IsEmpty)
        {
            Reject(Column.EmployerCode, Codes.EmployerBlank, "");
            return "";
        }

        foreach (char c in text)
        {
            if (text.Length > LongestEmployerCode || !(char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or '/'))
            {
                Reject(Column.EmployerCode, Codes.EmployerUnknownFormat, $"{LongestEmployerCode}");
                return "";
            }
        }

        return employers.Add(field, text.ToString().ToUpperInvariant());
    }

    /// <summary>A name as it is written, without the blanks around it; null where there is none.</summary>
    public string? Text(Column column)
    {
        if (!header.Has(column))
        {
            return null;
        }

        ReadOnlySpan<byte> field = rows.Field(header.Position(column));
        if (IsFaulty(column))
        {
            Reject(column, Codes.TextCharacters, "");
            return null;
        }

        if (field.IsEmpty)
        {
            return null;
        }

        TextCache cache = column == Column.EmployerName ? employers : names;
        return cache.TryGet(field, out string? known) ? known : NewText(column, field, cache);
    }

    /// <summary>Months that the month column names, in rejected rows too; none where the file has no such column.</summary>
    public HashSet<YearMonth> Months { get; } = [];

    public YearMonth Month()
    {
        if (!header.Has(Column.Month))
        {
            return defaultMonth!.Value;
        }

        int position = header.Position(Column.Month);
        ReadOnlySpan<byte> field = rows.Field(position);
        bool number = rows.IsNumber(position);
        if (!number && !IsFaulty(Column.Month) && field.Length == lastMonthLength && field.SequenceEqual(lastMonthText.AsSpan(0, lastMonthLength)))
        {
            return lastMonth;
        }

        Span<char> buffer = stackalloc char[FieldText.MaxChars];
        ReadOnlySpan<char> text = FieldText.Normalise(field, buffer);
        if (CalendarText.IsUncertainMonth(text, number))
        {
            Reject(Column.Month, Codes.MonthUncertain, $"{text[..4]}-01 | {text[..4]}-10");
            return default;
        }

        if (!CalendarText.TryMonth(text, number ? rows.DayZero : null, out YearMonth month) || IsFaulty(Column.Month))
        {
            Reject(Column.Month, text.IsEmpty ? Codes.MonthBlank : Codes.MonthInvalid, "YYYY-MM");
            return default;
        }

        lastMonthLength = field.Length <= lastMonthText.Length && !number ? field.Length : -1;
        field[..Math.Max(lastMonthLength, 0)].CopyTo(lastMonthText);
        lastMonth = month;
        Months.Add(month);
        return month;
    }

    public LocalDate? OptionalDate(Column column) => IsBlank(column) ? null : Date(column);

    public LocalDate Date(Column column)
    {
        Span<char> buffer = stackalloc char[FieldText.MaxChars];
        ReadOnlySpan<char> text = FieldText.Normalise(rows.Field(header.Position(column)), buffer);
        int position = header.Position(column);
        if (!CalendarText.TryDate(text, rows.IsNumber(position) ? rows.DayZero : null, out LocalDate date) || IsFaulty(column))
        {
            Reject(column, text.IsEmpty ? Codes.DateBlank : Codes.DateInvalid, "YYYY-MM-DD");
        }
        else if (date > today)
        {
            Reject(column, Codes.DateFuture, today.Text());
        }

        return date;
    }

    /// <summary>The number of a document: letters, digits and a few marks.</summary>
    public string Document(Column column = Column.Document)
    {
        string text = Normalised(column).ToUpperInvariant();
        if (text.Length == 0 || IsFaulty(column))
        {
            Reject(column, Codes.DocumentBlank, "");
        }
        else if (text.Length > LongestDocument || !text.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or '(' or ')' or '[' or ']' or '〔' or '〕'))
        {
            Reject(column, Codes.DocumentInvalid, $"{LongestDocument}");
        }

        return text;
    }

    /// <summary>One of a few words; false, with a rejection, for any other.</summary>
    public bool TryChoice<T>(Column column, Dictionary<string, T> words, string code, string expected, [MaybeNullWhen(false)] out T choice)
    {
        Span<char> buffer = stackalloc char[FieldText.MaxChars];
        ReadOnlySpan<char> text = header.Has(column) ? FieldText.Normalise(rows.Field(header.Position(column)), buffer) : default;
        if (words.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out choice) && !IsFaulty(column))
        {
            return true;
        }

        Reject(column, code, expected);
        return false;
    }

    public string Normalised(Column column)
    {
        Span<char> buffer = stackalloc char[FieldText.MaxChars];
        return header.Has(column) ? FieldText.Normalise(rows.Field(header.Position(column)), buffer).ToString() : "";
    }

    public void Reject(Column column, string code, string expected)
    {
        ReadOnlySpan<byte> field = header.Has(column) ? rows.Field(header.Position(column)) : default;
        string? uncertain = !header.Has(column) ? null : rows.Fault(header.Position(column)) switch
        {
            CellFault.Error => Codes.CellError,
            CellFault.NotComputed => Codes.CellNotComputed,
            CellFault.Merged => Codes.CellMerged,
            CellFault.ShowsOther when ColumnNames.IsAmount(column) || column == Column.EventValue => Codes.CellShowsOther,
            _ => FieldText.IsError(field) ? Codes.CellError : null,
        };
        bool error = uncertain == Codes.CellError;
        rejections.Add(new Rejection(uncertain ?? code, rows.Row, header.Text(column), FieldText.Shown(field, ColumnNames.IsPersonal(column) && !error), uncertain is null ? expected : ""));
    }

    /// <summary>The cell is one that cannot be believed, whatever it holds. That a number is shown as another one matters only to amounts.</summary>
    private bool IsFaulty(Column column)
    {
        if (!header.Has(column))
        {
            return false;
        }

        CellFault fault = rows.Fault(header.Position(column));
        return fault is not (CellFault.None or CellFault.ShowsOther) || FieldText.IsError(rows.Field(header.Position(column)));
    }

    private string? NewText(Column column, ReadOnlySpan<byte> field, TextCache cache)
    {
        string text = FieldText.Trimmed(field);
        if (text.Length == 0)
        {
            return null;
        }

        if (text.Length > LongestName)
        {
            Reject(column, Codes.TextTooLong, $"{LongestName}");
        }
        else if (HasControls(text))
        {
            Reject(column, Codes.TextCharacters, "");
        }
        else
        {
            cache.Add(field, text);
        }

        return text;
    }

    private static bool HasControls(string text)
    {
        foreach (char c in text)
        {
            if (char.IsControl(c))
            {
                return true;
            }
        }

        return false;
    }
}

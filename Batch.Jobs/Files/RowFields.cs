using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Files;

/// <summary>Reads the fields of the current row by column. Each fault goes to the block's rejections; the value is then only a filler.</summary>
internal sealed class RowFields(RowSource rows, Header header, YearMonth? defaultMonth, LocalDate today, ControlTotals totals, long fileLength)
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

    /// <summary>The citizen number alone, without judging it: to tell a person's row from other rows.</summary>
    public CitizenIdFault ReadId(out CitizenId id)
    {
        ReadOnlySpan<byte> field = rows.Field(header.Position(Column.Id));
        if (field.Length == 18)
        {
            CitizenIdFault fault = CitizenId.TryParse(field, today, out id);
            if (fault == CitizenIdFault.None && field[17] != 'x')
            {
                return fault;
            }
        }

        Span<char> buffer = stackalloc char[FieldText.MaxChars];
        Span<char> kept = stackalloc char[FieldText.MaxChars];
        int length = 0;
        foreach (char c in FieldText.Normalise(field, buffer))
        {
            if (!char.IsWhiteSpace(c))
            {
                kept[length++] = c == 'x' ? 'X' : c;
            }
        }

        return CitizenId.TryParse(kept[..length], today, out id);
    }

    public void RejectId(CitizenIdFault fault) => RejectId(Column.Id, fault);

    private void RejectId(Column column, CitizenIdFault fault) => Reject(column, fault switch
    {
        CitizenIdFault.Blank => Codes.IdBlank,
        CitizenIdFault.Length => Codes.IdLength,
        CitizenIdFault.Characters => Codes.IdCharacters,
        CitizenIdFault.RuinedBySpreadsheet => Codes.IdRuinedBySpreadsheet,
        CitizenIdFault.BirthDate => Codes.IdBirthDate,
        CitizenIdFault.BirthDateInFuture => Codes.IdBirthDateInFuture,
        CitizenIdFault.CheckDigit => Codes.IdCheckDigit,
        CitizenIdFault.FifteenDigits => Codes.IdFifteenDigits,
        _ => throw new ArgumentOutOfRangeException(nameof(fault)),
    }, fault == CitizenIdFault.Characters ? "0-9, X" : "18");

    /// <summary>The birth date by its column, where the number of the document holds none; null where it does.</summary>
    /// <param name="required">The row may be the first of its person: without the date it is rejected.</param>
    public LocalDate? BirthTold(CitizenId id, bool required)
    {
        if (id.TellsBirth)
        {
            return null;
        }

        if (!IsBlank(Column.Birth))
        {
            return Date(Column.Birth);
        }

        if (required)
        {
            rejections.Add(new Rejection(Codes.BirthDateMissing, rows.Row, header.Text(Column.Birth), id.ToString(), "1985-07-01"));
        }

        return null;
    }

    /// <summary>Another person's citizen number: a family member's, an heir's.</summary>
    public CitizenId OtherId(Column column)
    {
        Span<char> buffer = stackalloc char[FieldText.MaxChars];
        string text = string.Concat(FieldText.Normalise(rows.Field(header.Position(column)), buffer).ToString().Where(c => !char.IsWhiteSpace(c))).ToUpperInvariant();
        CitizenIdFault fault = CitizenId.TryParse(text, today, out CitizenId id);
        if (fault != CitizenIdFault.None)
        {
            RejectId(column, fault);
        }

        return id;
    }

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

    /// <summary>An amount that must be there; zero is one.</summary>
    public Money Amount(Column column)
    {
        string? fault = ParseAmount(column, out Money? amount);
        totals.Add(column, fault == Codes.AmountBlank ? Money.Zero : amount);
        if (column is Column.PersonPaid or Column.EmployerPaid)
        {
            Paid += fault == Codes.AmountBlank ? 0 : amount?.Fen;
        }

        if (fault is not null)
        {
            RejectAmount(column, fault);
        }

        return amount ?? Money.Zero;
    }

    /// <summary>An employer's amount, which may well be larger than any one person's; nothing where it is blank and need not be there.</summary>
    public Money EmployersAmount(Column column, bool required)
    {
        if (!required && IsBlank(column))
        {
            return Money.Zero;
        }

        string? fault = ParseAmount(column, out Money? amount);
        bool absurd = fault == Codes.AmountAbsurd && (amount is null || amount > AmountText.LargestOfEmployer);
        totals.Add(column, fault == Codes.AmountBlank ? Money.Zero : absurd ? null : amount);
        if (absurd)
        {
            Reject(column, Codes.AmountAbsurd, AmountText.LargestOfEmployer.ToString());
        }
        else if (fault is not null and not Codes.AmountAbsurd)
        {
            RejectAmount(column, fault);
        }

        return amount ?? Money.Zero;
    }

    /// <summary>An amount that may be negative.</summary>
    public Money SignedAmount(Column column)
    {
        string? fault = ParseAmount(column, out Money? amount);
        totals.Add(column, fault == Codes.AmountBlank ? Money.Zero : amount);
        if (fault is not null and not Codes.AmountNegative)
        {
            RejectAmount(column, fault);
        }

        return amount ?? Money.Zero;
    }

    /// <summary>The number of a document: letters, digits and a few marks.</summary>
    public string Document()
    {
        string text = Normalised(Column.Document).ToUpperInvariant();
        if (text.Length == 0)
        {
            Reject(Column.Document, Codes.DocumentBlank, "");
        }
        else if (text.Length > LongestDocument || !text.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or '(' or ')' or '[' or ']' or '〔' or '〕'))
        {
            Reject(Column.Document, Codes.DocumentInvalid, $"{LongestDocument}");
        }

        return text;
    }

    /// <summary>A pension: none where blank, and never zero (edge 12).</summary>
    public Money? OptionalPension(Column column)
    {
        if (IsBlank(column))
        {
            return null;
        }

        int faults = rejections.Count;
        Money amount = Amount(column);
        if (amount.IsZero && rejections.Count == faults)
        {
            RejectAmount(column, Codes.AmountZero);
        }

        return amount;
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

    /// <summary>The amount in the column could be told, whatever else is wrong with it.</summary>
    public bool CanBeRead(Column column) => ParseAmount(column, out Money? amount) is null && amount is not null;

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

    /// <summary>As <see cref="AmountText.Parse"/>; a cell that cannot be believed has no amount.</summary>
    private string? ParseAmount(Column column, out Money? amount)
    {
        if (rows.Fault(header.Position(column)) != CellFault.None)
        {
            amount = null;
            return Codes.AmountUnreadable;
        }

        return AmountText.Parse(rows.Field(header.Position(column)), out amount);
    }

    private void RejectAmount(Column column, string fault) => Reject(column, fault, fault switch
    {
        Codes.AmountAbsurd => AmountText.LargestMonthly.ToString(),
        Codes.AmountPrecision => "0.01",
        Codes.AmountUnreadable or Codes.AmountBlank => "1234.56",
        Codes.AmountZero => "> 0",
        _ => ">= 0",
    });

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

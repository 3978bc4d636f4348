using Batch.Jobs.Facts;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Files;

/// <summary>Sees to it that nobody is lost on a sheet that is not read: another one with rows of people refuses the file, one with notes, lists or sums does not.</summary>
internal sealed class OtherSheets(SheetRows workbook, Header header, LocalDate today)
{
    /// <exception cref="FileRefusedException">A sheet, seen or hidden, has such a row.</exception>
    public void Refuse(int sheetRead)
    {
        for (int sheet = 0; sheet < workbook.SheetCount; sheet++)
        {
            if (sheet == sheetRead)
            {
                continue;
            }

            workbook.Open(sheet);
            bool headed = false;
            while (workbook.Read())
            {
                bool blank = workbook.IsBlank();
                if (!blank && (headed || LooksLikeAPerson()))
                {
                    throw Files.Refuse.File(Codes.SheetsSeveral, workbook.Row, FieldText.Shown(workbook.SheetName(sheet), personal: false), "1");
                }

                headed |= !blank && Header.Recognise(workbook, hasDefaultMonth: true, out _, out _) is not null;
            }
        }
    }

    /// <summary>Where the header of the sheet that is read would put them, or anywhere in the row: whose it is, and what is said of them.</summary>
    private bool LooksLikeAPerson()
    {
        if (header.Subject == Column.Id ? IsNumber(workbook.Field(header.Position(Column.Id))) : !FieldText.IsBlank(workbook.Field(header.Position(header.Subject))))
        {
            if (Said(header.Subject == Column.Id ? 1 : 2))
            {
                return true;
            }
        }

        int numbers = 0;
        int values = 0;
        for (int i = 0; i < workbook.FieldCount; i++)
        {
            if (IsNumber(workbook.Field(i)))
            {
                numbers++;
            }
            else if (IsAmount(i) || IsDay(i))
            {
                values++;
            }
        }

        return (numbers > 0 && values > 1) || (!FieldText.IsBlank(At(Column.Name)) && Amounts() > 1 && !Has(Column.Id));
    }

    /// <summary>So many columns besides the number hold what the header says.</summary>
    private bool Said(int least) => Amounts() + (Has(Column.Month) && IsDay(header.Position(Column.Month)) ? 1 : 0) + (Has(Column.Event) || Has(Column.MovementKind) ? 1 : 0) >= least;

    private int Amounts() => Enum.GetValues<Column>().Count(c => ColumnNames.IsAmount(c) && header.Has(c) && IsAmount(header.Position(c)));

    private bool Has(Column column) => !FieldText.IsBlank(At(column));

    private ReadOnlySpan<byte> At(Column column) => header.Has(column) ? workbook.Field(header.Position(column)) : default;

    private bool IsAmount(int index) => AmountText.Parse(workbook.Field(index), out Money? amount) is null && amount is not null;

    private bool IsDay(int index)
    {
        Span<char> buffer = stackalloc char[FieldText.MaxChars];
        ReadOnlySpan<char> text = FieldText.Normalise(workbook.Field(index), buffer);
        return CalendarText.TryMonth(text, null, out _) || CalendarText.TryDate(text, null, out _);
    }

    /// <summary>A citizen number, well or ill written: 18 or 15 digits with a birth date in them, or the number that a spreadsheet made of it.</summary>
    private bool IsNumber(ReadOnlySpan<byte> cell)
    {
        if (cell.Length < 15)
        {
            return cell.Length > 5 && cell.IndexOf("E+1"u8) > 0;
        }

        Span<char> buffer = stackalloc char[FieldText.MaxChars];
        ReadOnlySpan<char> text = FieldText.Normalise(cell, buffer);
        if (CitizenId.TryParse(text, today, out _) == CitizenIdFault.None)
        {
            return true;
        }

        if (text.Length is not (15 or 18) || text[..^1].ContainsAnyExceptInRange('0', '9'))
        {
            return text.IndexOf("E+1") > 0;
        }

        ReadOnlySpan<char> birth = text.Length == 18 ? text[10..14] : text[8..12];
        return int.Parse(birth[..2], System.Globalization.CultureInfo.InvariantCulture) is >= 1 and <= 12 && int.Parse(birth[2..], System.Globalization.CultureInfo.InvariantCulture) is >= 1 and <= 31;
    }
}

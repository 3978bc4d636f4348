using System.Globalization;
using System.Xml;
using NodaTime;

namespace Batch.Jobs.Files;

/// <content>Cells.</content>
internal sealed partial class XlsxRows
{
    private void ReadCells(XmlReader reader)
    {
        int number = reader.GetAttribute("r") is { } said ? int.Parse(said, NumberStyles.None, CultureInfo.InvariantCulture) : row + 1;
        if (number > MostRows)
        {
            throw Refuse.File(Codes.TooManyRows, 1, $"{number}", $"{MostRows}");
        }

        row = number > row ? number : throw new XmlException();
        hidden = XlsxPackage.IsTrue(reader.GetAttribute("hidden")) || reader.GetAttribute("ht") is "0" or "0.0";
        column = -1;
        if (reader.IsEmptyElement)
        {
            return;
        }

        while (reader.Read() && !(reader.NodeType == XmlNodeType.EndElement && reader.LocalName == "row"))
        {
            if (reader.NodeType == XmlNodeType.Element)
            {
                if (reader.LocalName == "c")
                {
                    ReadCell(reader);
                }
                else if (!reader.IsEmptyElement)
                {
                    SkipInside(reader);
                }
            }
        }
    }

    private void ReadCell(XmlReader reader)
    {
        int at = reader.GetAttribute("r") is { } place ? ColumnOf(place) : column + 1;
        column = at > column ? at : throw new XmlException();
        string? type = reader.GetAttribute("t");
        string? style = reader.GetAttribute("s");
        bool computed = false;
        bool written = false;
        if (reader.IsEmptyElement)
        {
            return;
        }

        while (reader.Read() && !(reader.NodeType == XmlNodeType.EndElement && reader.LocalName == "c"))
        {
            if (reader.NodeType != XmlNodeType.Element)
            {
                continue;
            }

            switch (reader.LocalName)
            {
                case "v":
                    written = AddValue(text.Read(reader), type, style, computed);
                    break;
                case "is":
                    AddText(column, text.ReadRich(reader));
                    written = true;
                    break;
                case "f":
                    computed = true;
                    formula.Read(reader);
                    break;
                default:
                    SkipInside(reader);
                    break;
            }
        }

        if (computed && !written)
        {
            AddText(column, $"={formula.Last}", CellFault.NotComputed);
        }
    }

    /// <summary>Adds a cell; false where there is no value at all.</summary>
    private bool AddValue(ReadOnlySpan<char> value, string? type, string? style, bool computed)
    {
        switch (type)
        {
            case "s":
                shared ??= package.SharedStrings is { } part ? SharedStrings.Read(part, limits.MaxLineChars) : throw new XmlException();
                AddText(column, shared[int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture)]);
                return true;
            case "e":
                AddText(column, value, CellFault.Error);
                return true;
            case "b":
                AddText(column, value is "1" or "true" ? "TRUE" : "FALSE");
                return true;
            case "str" or "inlineStr" or "d":
                AddText(column, value);
                return true;
            default:
                value = value.Trim();
                if (value.IsEmpty)
                {
                    return !computed;
                }

                AddNumber(value, style);
                return true;
        }
    }

    private void AddNumber(ReadOnlySpan<char> digits, string? style)
    {
        if (!double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
        {
            AddText(column, digits);
            return;
        }

        int index = style is null ? 0 : int.Parse(style, NumberStyles.None, CultureInfo.InvariantCulture);
        NumberFormat format = index < formats.Length ? formats[index] : NumberFormat.General;
        if (format.IsDate && number >= 0 && number < LastSerial)
        {
            AddMoment(column, Moment(number));
            return;
        }

        CellFault fault = format.ShowsOther(number) ? CellFault.ShowsOther : CellFault.None;
        if (IsPlain(digits))
        {
            AddNumber(column, digits, fault);
        }
        else
        {
            AddNumber(column, number, fault);
        }
    }

    /// <summary>To the second: a time of day has more digits than it was typed with.</summary>
    private DateTime Moment(double serial)
    {
        // In the other system, spreadsheets believe in 29 February 1900.
        double days = package.Is1904 ? serial + 1462 : serial < 60 ? serial + 1 : serial;
        return new DateTime(1899, 12, 30).AddSeconds(Math.Round(days * 86_400));
    }

    /// <summary>Written as a number of up to 15 digits is: no exponent, no zeros that say nothing.</summary>
    private static bool IsPlain(ReadOnlySpan<char> digits)
    {
        int point = digits.IndexOf('.');
        ReadOnlySpan<char> whole = point < 0 ? digits : digits[..point];
        return digits.Length <= 15 && whole.Length > 0 && (whole.Length == 1 || whole[0] != '0') && !whole.ContainsAnyExceptInRange('0', '9')
            && (point < 0 || (digits.Length > point + 1 && digits[^1] != '0' && !digits[(point + 1)..].ContainsAnyExceptInRange('0', '9')));
    }

    /// <summary>The column, counted from 0, of a place such as AB12.</summary>
    private static int ColumnOf(ReadOnlySpan<char> place)
    {
        int number = 0;
        int i = 0;
        for (; i < place.Length && char.IsAsciiLetter(place[i]); i++)
        {
            number = Math.Min((number * 26) + char.ToUpperInvariant(place[i]) - 'A' + 1, MostColumns + 1);
        }

        return i > 0 ? number - 1 : throw new XmlException();
    }
}

using System.Globalization;
using System.Xml;
using NodaTime;

namespace Batch.Jobs.Files;

/// <summary>The rows of an .xlsx, streamed from its sheets. Texts that sheets share are held in memory, within a limit, and no other part of it.</summary>
internal sealed class XlsxRows : SheetRows
{
    private const double LastSerial = 2_958_466;

    /// <summary>A formula is shown no longer than this.</summary>
    private const int FormulaShown = 40;

    private readonly Stream file;
    private readonly IntakeLimits limits;
    private readonly XlsxPackage package;
    private readonly NumberFormat[] formats;
    private readonly XmlText text;
    private readonly XmlText formula;
    private readonly Func<bool> next;
    private SharedStrings? shared;
    private XmlReader? xml;
    private int row;
    private int column;
    private bool hidden;
    private bool[] hiddenColumns = [];

    public XlsxRows(Stream file, IntakeLimits limits)
        : base(limits)
    {
        this.file = file;
        this.limits = limits;
        text = new XmlText(limits.MaxLineChars);
        formula = new XmlText(FormulaShown);
        next = ReadNext;
        package = Workbook.Guarded(() => new XlsxPackage(file, limits));
        formats = Workbook.Guarded(ReadFormats);
    }

    public override int SheetCount => package.Sheets.Count;

    public override int Row => row;

    public override bool RowIsHidden => hidden;

    public override LocalDate? DayZero => package.Is1904 ? new LocalDate(1904, 1, 1) : new LocalDate(1899, 12, 30);

    public override string SheetName(int of) => package.Sheets[of].Name;

    public override bool IsSheetHidden(int of) => package.Sheets[of].Hidden;

    public override bool IsColumnHidden(int index) => index < hiddenColumns.Length && hiddenColumns[index];

    public override void Dispose()
    {
        xml?.Dispose();
        package.Dispose();
        file.Dispose();
    }

    protected override void OpenSheet(int of) => Workbook.Guarded(() =>
    {
        xml?.Dispose();
        (row, hidden, hiddenColumns) = (0, false, []);
        xml = XlsxPackage.Read(package.Sheets[of].Part);
        while (xml.Read() && !(xml.NodeType == XmlNodeType.Element && xml.LocalName == "sheetData"))
        {
            if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "col")
            {
                HideColumns(xml);
            }
        }

        if (xml.EOF || xml.IsEmptyElement)
        {
            xml.Dispose();
            xml = null;
        }

        return true;
    });

    protected override bool ReadRow() => Workbook.Guarded(next);

    private bool ReadNext()
    {
        while (xml is not null && xml.Read())
        {
            if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "row")
            {
                ReadCells(xml);
                return true;
            }

            if (xml.NodeType == XmlNodeType.EndElement && xml.LocalName == "sheetData")
            {
                // Read to its end, so that a sheet that breaks off is not taken for a whole one.
                while (xml.Read())
                {
                }

                break;
            }
        }

        xml?.Dispose();
        xml = null;
        return false;
    }

    /// <summary>They come behind the rows, so the sheet is gone through once for them.</summary>
    protected override IEnumerable<CellRange> MergedRanges() => Workbook.Guarded(() =>
    {
        List<CellRange> ranges = [];
        using XmlReader reader = XlsxPackage.Read(package.Sheets[Sheet].Part);
        for (bool more = reader.Read(); more;)
        {
            if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "sheetData")
            {
                reader.Skip();
                more = !reader.EOF;
                continue;
            }

            if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "mergeCell" && TryRange(reader.GetAttribute("ref"), out CellRange range))
            {
                ranges.Add(range);
                if (ranges.Count > MostRows)
                {
                    throw Workbook.Unreadable("mergeCell");
                }
            }

            more = reader.Read();
        }

        return ranges;
    });

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

    private void HideColumns(XmlReader reader)
    {
        // A width of its own is not required.
        if (!XlsxPackage.IsTrue(reader.GetAttribute("hidden")) && reader.GetAttribute("width") is not ("0" or "0.0"))
        {
            return;
        }

        int from = Number(reader.GetAttribute("min"));
        int to = Math.Min(Number(reader.GetAttribute("max")), limits.MaxColumns);
        if (hiddenColumns.Length < to)
        {
            Array.Resize(ref hiddenColumns, to);
        }

        for (int i = Math.Max(from, 1); i <= to; i++)
        {
            hiddenColumns[i - 1] = true;
        }

        static int Number(string? said) => int.TryParse(said, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;
    }

    private NumberFormat[] ReadFormats()
    {
        List<NumberFormat> found = [];
        if (package.Styles is null)
        {
            return [];
        }

        Dictionary<int, NumberFormat> known = [];
        bool cells = false;
        using XmlReader reader = XlsxPackage.Read(package.Styles);
        while (reader.Read())
        {
            if (reader.LocalName == "cellXfs")
            {
                cells = reader.NodeType == XmlNodeType.Element && !reader.IsEmptyElement;
            }
            else if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "numFmt" && int.TryParse(reader.GetAttribute("numFmtId"), out int id))
            {
                known[id] = NumberFormat.Of(id, reader.GetAttribute("formatCode") ?? "General");
            }
            else if (cells && reader.NodeType == XmlNodeType.Element && reader.LocalName == "xf")
            {
                int of = int.TryParse(reader.GetAttribute("numFmtId"), out int named) ? named : 0;
                found.Add(known.TryGetValue(of, out NumberFormat? format) ? format : known[of] = NumberFormat.Of(of, null));
            }
        }

        return [.. found];
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

    private static bool TryRange(string? said, out CellRange range)
    {
        string[] ends = (said ?? "").Replace("$", "", StringComparison.Ordinal).Split(':');
        range = default;
        if (ends.Length != 2 || !TryRow(ends[0], out int from) || !TryRow(ends[1], out int to))
        {
            return false;
        }

        range = new CellRange(from - 1, ColumnOf(ends[0]), to - 1, ColumnOf(ends[1]));
        return true;

        static bool TryRow(string place, out int number) =>
            int.TryParse(place.AsSpan().TrimStart("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Goes to the end of an element that means nothing here.</summary>
    private static void SkipInside(XmlReader reader)
    {
        if (reader.IsEmptyElement)
        {
            return;
        }

        int depth = reader.Depth;
        while (reader.Read() && reader.Depth > depth)
        {
        }
    }
}

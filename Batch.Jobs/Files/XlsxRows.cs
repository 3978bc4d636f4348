using System.Globalization;
using System.Xml;
using NodaTime;

namespace Batch.Jobs.Files;

/// <summary>The rows of an .xlsx, streamed from its sheets. Texts that sheets share are held in memory, within a limit, and no other part of it.</summary>
internal sealed partial class XlsxRows : SheetRows
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

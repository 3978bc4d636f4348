using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Xml;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Files;

/// <summary>
/// A workbook, row by row into the archive. Texts are inline strings, which no spreadsheet computes; a sheet that is full goes on in the next. The
/// entries carry a fixed date, so that equal facts give equal bytes.
/// </summary>
public sealed partial class XlsxReport(Stream file) : IReportWriter
{
    private const int RowsOfASheet = 1_048_576;
    private const int LongestText = 32_767;
    private const string Spreadsheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string Packaging = "http://schemas.openxmlformats.org/package/2006";
    // In points, and three lines.
    private const int LineHeight = 15;
    private const string HeaderHeight = "45";
    private const string Declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

    private static readonly DateTimeOffset Written = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ZipArchive _archive = new(file, ZipArchiveMode.Create, leaveOpen: true);
    private string _title = "", _heading = "", _signatures = "";
    private IReadOnlyList<ReportColumn> _columns = [];
    private XmlWriter? _sheet;
    private readonly List<string> _names = [];
    private int _rows;

    public bool HasSheets => true;

    public void Begin(Report report, YearMonth month)
    {
        _signatures = report.Signatures;
        Begin(report.Title, report.Heading(month), report.Columns);
    }

    /// <param name="title">Name of the sheet.</param>
    /// <param name="heading">The line at the top of each printed sheet.</param>
    public void Begin(string title, string heading, IReadOnlyList<ReportColumn> columns)
    {
        if (_sheet is not null)
        {
            EndSheet();
        }

        (_title, _heading) = (title, heading);
        _columns = columns;
        BeginSheet();
    }

    public void Row(IReadOnlyList<ReportColumn> columns, ReadOnlySpan<Cell> cells)
    {
        if (_rows == RowsOfASheet)
        {
            EndSheet();
            BeginSheet();
        }

        _rows++;
        _sheet!.WriteStartElement("row", Spreadsheet);
        // A row that is one sentence goes across the empty cells behind it.
        bool sentence = cells[1..].IndexOfAnyExcept(Cell.Empty) < 0;
        int lines = sentence ? 1 : LinesOf(columns, cells);
        if (lines > 1)
        {
            _sheet.WriteAttributeString("ht", (lines * LineHeight).ToString(CultureInfo.InvariantCulture));
            _sheet.WriteAttributeString("customHeight", "1");
        }

        for (int i = 0; i < cells.Length; i++)
        {
            WriteCell(cells[i], columns[i], sentence);
        }

        _sheet.WriteEndElement();
    }

    public void Dispose()
    {
        _sheet?.Dispose();
        _archive.Dispose();
    }

    private void BeginSheet()
    {
        // A table that fills its sheet goes on in the next, numbered from 2.
        int before = _names.Count(n => n == _title || n.StartsWith(_title + " ", StringComparison.Ordinal));
        _names.Add(before == 0 ? _title : string.Create(CultureInfo.InvariantCulture, $"{_title} {before + 1}"));
        _rows = 1;
        _sheet = XmlWriter.Create(Open($"xl/worksheets/sheet{_names.Count}.xml"), new XmlWriterSettings { CloseOutput = true, Encoding = new UTF8Encoding(false), CheckCharacters = false });
        _sheet.WriteStartDocument(standalone: true);
        _sheet.WriteStartElement("worksheet", Spreadsheet);
        WriteFitToWidth();
        WriteFrozenHeader();
        WriteWidths();
        _sheet.WriteStartElement("sheetData", Spreadsheet);
        _sheet.WriteStartElement("row", Spreadsheet);
        _sheet.WriteAttributeString("ht", HeaderHeight);
        _sheet.WriteAttributeString("customHeight", "1");
        foreach (ReportColumn column in _columns)
        {
            WriteText(column.Header, column.IsNumber ? "3" : "2");
        }

        _sheet.WriteEndElement();
    }

    // The header is wrapped, so that a column is as wide as what is in it, and as its Chinese name: two places a character.
    private void WriteWidths()
    {
        _sheet!.WriteStartElement("cols", Spreadsheet);
        for (int i = 0; i < _columns.Count; i++)
        {
            int content = _columns[i].Width > 0 ? _columns[i].Width : _columns[i].Content switch
            {
                ColumnContent.CitizenNumber => 22,
                ColumnContent.Yuan => 17,
                ColumnContent.Text => 24,
                _ => 11,
            };
            string number = (i + 1).ToString(CultureInfo.InvariantCulture);
            _sheet.WriteStartElement("col", Spreadsheet);
            _sheet.WriteAttributeString("min", number);
            _sheet.WriteAttributeString("max", number);
            _sheet.WriteAttributeString("width", (_columns[i].Width > 0 ? content : Math.Max(content, (2 * _columns[i].Chinese.Length) + 2)).ToString(CultureInfo.InvariantCulture));
            _sheet.WriteAttributeString("customWidth", "1");
            if (_columns[i].IsTyped)
            {
                _sheet.WriteAttributeString("style", _columns[i].IsNumber ? "1" : "6");
            }

            _sheet.WriteEndElement();
        }

        _sheet.WriteEndElement();
    }

    private void WriteFitToWidth()
    {
        _sheet!.WriteStartElement("sheetPr", Spreadsheet);
        _sheet.WriteStartElement("pageSetUpPr", Spreadsheet);
        _sheet.WriteAttributeString("fitToPage", "1");
        _sheet.WriteEndElement();
        _sheet.WriteEndElement();
    }

    // A4 across, as many sheets as it takes, each with the heading and its number.
    private void WritePaper()
    {
        _sheet!.WriteStartElement("pageSetup", Spreadsheet);
        _sheet.WriteAttributeString("paperSize", "9");
        _sheet.WriteAttributeString("orientation", "landscape");
        _sheet.WriteAttributeString("fitToHeight", "0");
        _sheet.WriteEndElement();
        _sheet.WriteStartElement("headerFooter", Spreadsheet);
        _sheet.WriteElementString("oddHeader", Spreadsheet, "&C" + _heading.Replace("&", "&&", StringComparison.Ordinal));
        _sheet.WriteElementString("oddFooter", Spreadsheet, $"&L金额单位：元 yuan{(_signatures.Length > 0 ? "&C" + _signatures : "")}&R&P / &N");
        _sheet.WriteEndElement();
    }

    /// <summary>The header stays in sight.</summary>
    private void WriteFrozenHeader()
    {
        _sheet!.WriteStartElement("sheetViews", Spreadsheet);
        _sheet.WriteStartElement("sheetView", Spreadsheet);
        _sheet.WriteAttributeString("workbookViewId", "0");
        _sheet.WriteStartElement("pane", Spreadsheet);
        _sheet.WriteAttributeString("ySplit", "1");
        _sheet.WriteAttributeString("topLeftCell", "A2");
        _sheet.WriteAttributeString("activePane", "bottomLeft");
        _sheet.WriteAttributeString("state", "frozen");
        _sheet.WriteEndElement();
        _sheet.WriteEndElement();
        _sheet.WriteEndElement();
    }

    private void EndSheet()
    {
        _sheet!.WriteEndElement();
        WriteChoices();
        WritePaper();
        _sheet.WriteEndDocument();
        _sheet.Dispose();
        _sheet = null;
    }

    // Not every program works out the height of a row with wrapped texts. A Chinese character takes two places.
    private static int LinesOf(IReadOnlyList<ReportColumn> columns, ReadOnlySpan<Cell> cells)
    {
        int most = 1;
        for (int i = 0; i < cells.Length; i++)
        {
            if (columns[i].Width > 0 && cells[i].Text is { Length: > 0 } text)
            {
                int places = text.Sum(c => c < '\u2E80' ? 1 : 2);
                int across = columns[i].Width - 2;
                most = Math.Max(most, (places + across - 1) / across);
            }
        }

        return most;
    }

    private void WriteCell(Cell cell, ReportColumn column, bool sentence)
    {
        ColumnContent content = column.Content;
        if (cell.Number is not { } number)
        {
            WriteText(cell.Text ?? "", column.Width > 0 && !sentence ? "4" : null);
            return;
        }

        _sheet!.WriteStartElement("c", Spreadsheet);
        if (content == ColumnContent.Yuan)
        {
            _sheet.WriteAttributeString("s", "1");
        }
        else if (column.Width > 0)
        {
            _sheet.WriteAttributeString("s", "5");
        }

        _sheet.WriteElementString("v", Spreadsheet, content == ColumnContent.Yuan ? new Money(number).ToString() : number.ToString(CultureInfo.InvariantCulture));
        _sheet.WriteEndElement();
    }

    private void WriteText(string text, string? style)
    {
        _sheet!.WriteStartElement("c", Spreadsheet);
        if (style is not null)
        {
            _sheet.WriteAttributeString("s", style);
        }

        if (text.Length > 0)
        {
            _sheet.WriteAttributeString("t", "inlineStr");
            _sheet.WriteStartElement("is", Spreadsheet);
            _sheet.WriteElementString("t", Spreadsheet, Kept(text));
            _sheet.WriteEndElement();
        }

        _sheet.WriteEndElement();
    }

    /// <summary>What a cell may hold: no control characters, and no more than a spreadsheet takes.</summary>
    private static string Kept(string text)
    {
        string kept = string.Concat(text.Where(c => (c >= ' ' && c < '\uFFFE') || c is '\n' or '\t'));
        return kept.Length <= LongestText ? kept : kept[..LongestText];
    }
}

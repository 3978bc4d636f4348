using System.Text;
using ExcelDataReader;
using NodaTime;

namespace Batch.Jobs.Files;

/// <summary>The rows of an .xls, by ExcelDataReader.</summary>
internal sealed class XlsRows : SheetRows
{
    private readonly Stream file;
    private readonly IExcelDataReader reader;
    private readonly Func<bool> next;
    private readonly XlsRecords records;
    private readonly List<(string Name, bool Hidden)> sheets = [];
    private readonly Dictionary<int, NumberFormat> formats = [];
    private int sheet;

    /// <summary>The reader asks for a code page as soon as it is configured.</summary>
    static XlsRows() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    public XlsRows(Stream file, IntakeLimits limits)
        : base(limits)
    {
        this.file = file;
        next = ReadNext;
        records = Workbook.Guarded(() => XlsRecords.Read(file));
        file.Position = 0;
        reader = Workbook.Guarded(() => ExcelReaderFactory.CreateBinaryReader(file, new ExcelReaderConfiguration { LeaveOpen = true, FallbackEncoding = TextEncoding.Gbk }));
        Workbook.Guarded(() =>
        {
            do
            {
                sheets.Add((reader.Name ?? "", reader.VisibleState != "visible"));
            }
            while (reader.NextResult());
            reader.Reset();
            return true;
        });
    }

    public override int SheetCount => sheets.Count;

    public override int Row => reader.Depth + 1;

    public override bool RowIsHidden => reader.RowHeight == 0;

    public override LocalDate? DayZero => records.Is1904 ? new LocalDate(1904, 1, 1) : new LocalDate(1899, 12, 30);

    public override string SheetName(int of) => sheets[of].Name;

    public override bool IsSheetHidden(int of) => sheets[of].Hidden;

    public override bool IsColumnHidden(int index) => index < reader.FieldCount && reader.GetColumnWidth(index) == 0;

    public override void Dispose()
    {
        reader.Dispose();
        file.Dispose();
    }

    protected override void OpenSheet(int of) => Workbook.Guarded(() =>
    {
        if (of <= sheet)
        {
            reader.Reset();
            sheet = 0;
        }

        for (; sheet < of; sheet++)
        {
            reader.NextResult();
        }

        // Told by the sheet itself: a damaged one may claim any number, and the reader would walk through them all.
        return reader.RowCount > MostRows ? throw Refuse.File(Codes.TooManyRows, 1, $"{reader.RowCount}", $"{MostRows}")
            : reader.FieldCount > MostColumns ? throw Refuse.File(Codes.TooManyColumns, 1, $"{reader.FieldCount}", $"{MostColumns}")
            : true;
    });

    protected override bool ReadRow() => Workbook.Guarded(next);

    protected override IEnumerable<CellRange> MergedRanges() =>
        (reader.MergeCells ?? []).Select(m => new CellRange(m.FromRow, m.FromColumn, m.ToRow, m.ToColumn));

    private bool ReadNext()
    {
        if (!reader.Read())
        {
            return false;
        }

        for (int i = 0; i < reader.FieldCount; i++)
        {
            Add(i, reader.GetValue(i));
        }

        return true;
    }

    private void Add(int column, object? value)
    {
        switch (value)
        {
            case null:
                if (records.Error(Sheet, reader.Depth, column) is { } error)
                {
                    AddText(column, error, CellFault.Error);
                }

                break;
            case string words:
                AddText(column, words);
                break;
            case double number:
                AddNumber(column, number, Format(column).ShowsOther(number) ? CellFault.ShowsOther : CellFault.None);
                break;
            case DateTime moment:
                AddMoment(column, moment);
                break;
            case bool truth:
                AddText(column, truth ? "TRUE" : "FALSE");
                break;
            default:
                AddText(column, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{value}"));
                break;
        }
    }

    private NumberFormat Format(int column)
    {
        int index = reader.GetNumberFormatIndex(column);
        if (!formats.TryGetValue(index, out NumberFormat? format))
        {
            formats[index] = format = NumberFormat.Of(index, reader.GetNumberFormatString(column));
        }

        return format;
    }
}

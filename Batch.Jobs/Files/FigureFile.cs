using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Files;

/// <summary>
/// A table of the figures that an area publishes for a new year, one to a row: figure, first month, yuan a month, document. CSV or workbook. A row without
/// an amount is left out: the template lists figures that may not have been published yet.
/// </summary>
public sealed class FigureFile
{
    private const int LastRowSearched = 10;
    private const int LongestDocument = 200;
    private const int MostFigures = 500;

    private enum Field
    {
        Figure,
        From,
        Yuan,
        Document,
    }

    private static readonly string[][] Headers =
    [
        ["数值", "figure", "名称", "name"],
        ["起始月份", "from", "起始月"],
        ["元/月", "yuan", "金额", "value"],
        ["文号", "document", "文件号"],
    ];

    private readonly string name;
    private readonly string? document;
    private readonly RowSource rows;
    private readonly List<PolicyFault> faults = [];
    private readonly List<(int Row, DatedFigure Figure)> figures = [];
    private int[] positions = [];

    private FigureFile(string name, string? document, RowSource rows)
    {
        this.name = name;
        this.document = document;
        this.rows = rows;
    }

    /// <summary>The columns of a file, as the template has them.</summary>
    public static IReadOnlyList<string> Columns { get; } = [.. Headers.Select(h => h[0])];

    /// <summary>The figures of a file, in its order.</summary>
    /// <param name="name">What the sender knows the file by.</param>
    /// <param name="document">The number of the document for rows that name none; null: each names its own.</param>
    /// <exception cref="PolicyFaultException">What cannot be read, each fault with its row; nothing is taken then.</exception>
    public static IReadOnlyList<DatedFigure> Read(string path, string name, string? document)
    {
        IntakeLimits limits = IntakeLimits.Configured;
        try
        {
            using FileStream file = RowSources.OpenFile(path, limits);
            using RowSource rows = RowSources.OpenTable(file, limits);
            return new FigureFile(name, document, rows).Read();
        }
        catch (FileRefusedException refused)
        {
            Facts.Rejection of = refused.Rejection;
            throw new PolicyFaultException([new PolicyFault(name, of.Row, of.Code, RejectionCodes.Describe(of, "zh"), RejectionCodes.Describe(of, "en"))]);
        }
    }

    private IReadOnlyList<DatedFigure> Read()
    {
        bool headed = FindHeader();
        while (headed && rows.Read())
        {
            if (!rows.IsBlank())
            {
                ReadRow();
            }
        }

        if (headed && figures.Count == 0 && faults.Count == 0)
        {
            Add("FIGURES_MISSING", "没有一行填写了金额。", "No row has an amount.");
        }

        return faults.Count == 0 ? [.. figures.Select(f => f.Figure)] : throw new PolicyFaultException(faults);
    }

    private bool FindHeader()
    {
        for (int searched = 0; searched < LastRowSearched && rows.Read(); searched++)
        {
            if (Enumerable.Range(0, rows.FieldCount).Select(i => Units.Stated(rows.Field(i))).FirstOrDefault(u => u is not null) is { } unit)
            {
                Add("UNIT_NOT_YUAN", $"金额单位是“{unit}”，应为元。", $"The amounts are in {unit}; they have to be in yuan.");
                return false;
            }

            int[] found = [.. Headers.Select(PositionOf)];
            if (found[(int)Field.Figure] >= 0 && found[(int)Field.From] >= 0 && found[(int)Field.Yuan] >= 0)
            {
                positions = found;
                return IsSeenWhole();
            }
        }

        Add("HEADER_UNKNOWN", $"没有找到表头。需要的列：{string.Join("、", Columns)}。", "There is no header. The columns are figure, from, yuan and document.");
        return false;
    }

    /// <summary>What is read is what is seen: no hidden column, and no cell that is several rows'.</summary>
    private bool IsSeenWhole()
    {
        if (positions.Any(p => p >= 0 && rows.IsColumnHidden(p)))
        {
            Add("COLUMN_HIDDEN", "有列被隐藏。请取消隐藏后重新报送。", "A column is hidden. Unhide it and send the file again.");
            return false;
        }

        if (rows is SheetRows { MergesRows: true })
        {
            Add("CELL_MERGED", "有跨行合并的单元格，不能确定是哪一行的数值。请取消合并，逐行填写。", "Cells of several rows are merged, so that it is not certain whose value it is. Unmerge them and fill in each row.");
            return false;
        }

        return true;
    }

    private int PositionOf(string[] names)
    {
        for (int i = 0; i < rows.FieldCount; i++)
        {
            // The template writes both languages: 数值 (figure).
            string header = Text(i);
            if (names.Any(n => header.Equals(n, StringComparison.OrdinalIgnoreCase) || header.StartsWith(n + " (", StringComparison.OrdinalIgnoreCase)))
            {
                return i;
            }
        }

        return -1;
    }

    private void ReadRow()
    {
        if (rows.RowIsHidden || rows.QuotesBroken || Enum.GetValues<Field>().Any(f => Position(f) >= 0 && rows.Fault(Position(f)) != CellFault.None))
        {
            Add("ROW_UNREADABLE", "该行被隐藏，引号不成对，或有错误值、没有结果的公式、显示为另一数值的单元格。", "The row is hidden, has a quote out of place, or a cell with an error, a formula without a result or a number that is shown as another.");
            return;
        }

        if (Text(Field.Yuan).Length == 0)
        {
            return;
        }

        int before = faults.Count;
        string figure = NameOf();
        YearMonth from = Month();
        Money yuan = Yuan();
        string number = DocumentOf();
        if (faults.Count > before)
        {
            return;
        }

        if (figures.Find(f => f.Figure.Name == figure && f.Figure.From == from) is { Row: > 0 } twice)
        {
            Add("FIGURE_TWICE", $"与第 {twice.Row} 行是同一月份的同一数值。", $"Row {twice.Row} has the same figure for the same month.");
        }
        else if (figures.Count == MostFigures)
        {
            Add("TOO_MANY_ROWS", $"一个提案最多 {MostFigures} 个数值。", $"A proposal has at most {MostFigures} figures.");
        }
        else
        {
            figures.Add((rows.Row, new DatedFigure(figure, from, yuan.Yuan, number)));
        }
    }

    private string NameOf()
    {
        string written = Text(Field.Figure);
        int note = written.IndexOfAny(['(', '（', ' ']);
        if (FigureNames.Of(written) is { } known)
        {
            return known;
        }

        if (note > 0 && FigureNames.Of(written[..note]) is { } before)
        {
            return before;
        }

        Add("FIGURE_UNKNOWN", $"没有“{Shown(written)}”这个数值。可写：{string.Join("、", FigureNames.All.Select(FigureNames.Chinese))}。", $"There is no figure {Shown(written)}; there are {string.Join(", ", FigureNames.All)}.");
        return "";
    }

    private YearMonth Month()
    {
        string written = Text(Field.From);
        bool number = rows.IsNumber(Position(Field.From));
        if (!CalendarText.IsUncertainMonth(written, number) && CalendarText.TryMonth(written, number ? rows.DayZero : null, out YearMonth month))
        {
            return month;
        }

        Add("MONTH_INVALID", $"起始月份“{Shown(written)}”不能确定是哪一月，请写成“年-月”，例如 2026-07。", $"The first month {Shown(written)} is not certain; write year and month, such as 2026-07.");
        return default;
    }

    private Money Yuan()
    {
        string? fault = AmountText.Parse(rows.Field(Position(Field.Yuan)), out Money? amount);
        if (fault is null && amount is { } yuan && yuan > Money.Zero)
        {
            return yuan;
        }

        Add("FIGURE_UNUSABLE", $"金额“{Shown(Text(Field.Yuan))}”不能使用，应为大于零的元，最多两位小数。", $"The amount {Shown(Text(Field.Yuan))} cannot be used; write yuan above zero with at most two decimals.");
        return Money.Zero;
    }

    private string DocumentOf()
    {
        string written = Text(Field.Document);
        if (written.Length == 0)
        {
            written = document?.Trim() ?? "";
        }

        if (written.Length is 0 or > LongestDocument || written.Any(char.IsControl))
        {
            Add("DOCUMENT_MISSING", $"没有文号，或超过 {LongestDocument} 个字。", $"There is no document number, or it is longer than {LongestDocument} characters.");
        }

        return written;
    }

    private int Position(Field field) => positions[(int)field];

    private string Text(Field field) => Position(field) < 0 ? "" : Text(Position(field));

    private string Text(int position)
    {
        Span<char> buffer = stackalloc char[FieldText.MaxChars];
        return FieldText.Normalise(rows.Field(position), buffer).Trim().ToString();
    }

    private static string Shown(string text) => FieldText.Shown(text, personal: false);

    private void Add(string code, string chinese, string english) => faults.Add(new PolicyFault(name, rows.Row, code, chinese, english));
}

namespace Batch.Jobs.Files;

/// <summary>The merged cells of a sheet, as they touch the row that is read. Ranges come in the order of their first rows.</summary>
internal sealed class MergedCells
{
    private readonly CellRange[] ranges;
    private readonly bool[] known;
    private readonly bool[] fills;
    private readonly bool[] amounts;
    private readonly List<Touched> touched = [];
    private int next;
    private int row;

    public MergedCells(CellRange[] ranges, Header header)
    {
        this.ranges = ranges;
        (known, fills, amounts) = (new bool[header.FieldCount], new bool[header.FieldCount], new bool[header.FieldCount]);
        foreach (Column column in Enum.GetValues<Column>().Where(header.Has))
        {
            known[header.Position(column)] = true;
            amounts[header.Position(column)] = ColumnNames.IsAmount(column);
        }

        foreach (int position in header.PositionsOfTexts())
        {
            fills[position] = true;
        }
    }

    public void MoveTo(int rowRead, SheetRows sheet)
    {
        row = rowRead;
        touched.RemoveAll(t => t.Range.ToRow < row);
        for (; next < ranges.Length && ranges[next].FromRow <= row; next++)
        {
            if (ranges[next].ToRow >= row)
            {
                touched.Add(new Touched(ranges[next], Values(ranges[next], sheet)));
            }
        }
    }

    /// <summary>What a merged cell above says in this column; nothing where it may not be carried down.</summary>
    public ReadOnlySpan<byte> Filled(int index)
    {
        Touched? of = Find(index);
        return of is not null && index < fills.Length && fills[index] ? of.Values[index - of.Range.FromColumn] : default;
    }

    /// <summary>Several people or several columns have this value in common, and it is one that each has alone.</summary>
    public bool IsUncertain(int index, bool blank)
    {
        if (Find(index) is not { } of || index >= known.Length || !of.Values.Any(v => v.Length > 0))
        {
            return false;
        }

        int columns = 0;
        for (int i = of.Range.FromColumn; i <= Math.Min(of.Range.ToColumn, known.Length - 1); i++)
        {
            columns += known[i] ? 1 : 0;
        }

        bool isFirst = row == of.Range.FromRow && index == of.Range.FromColumn;
        return amounts[index] ? of.Range.ToRow > of.Range.FromRow || columns > 1
            : fills[index] ? blank && columns > 1 && of.Values[index - of.Range.FromColumn].Length == 0
            : blank && !isFirst;
    }

    private Touched? Find(int index) => touched.Find(t => t.Range.FromColumn <= index && index <= t.Range.ToColumn);

    /// <summary>A program may keep a value in each column of a merged cell; a spreadsheet keeps the first.</summary>
    private byte[][] Values(CellRange range, SheetRows sheet)
    {
        byte[][] values = new byte[Math.Max(0, Math.Min(range.ToColumn, known.Length - 1) - range.FromColumn + 1)][];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = range.FromRow == row ? sheet.Cell(range.FromColumn + i).ToArray() : [];
        }

        return values;
    }

    private sealed record Touched(CellRange Range, byte[][] Values);
}

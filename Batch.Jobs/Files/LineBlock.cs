using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Files;

/// <summary>Rows of one file in their order: the lines that passed and the rejections of those that did not. Reused from block to block.</summary>
public sealed class LineBlock
{
    public const int Capacity = 8_192;

    private readonly Lines[] kinds;

    public LineBlock()
    {
        // What is done to lines of every kind goes through this list, so that no kind is left out of it.
        kinds =
        [
            new Lines<PayrollLine>(FileContent.Payroll, Payroll, l => l.Row, b => b.Payroll), new Lines<PensionLine>(FileContent.Pension, Pension, l => l.Row, b => b.Pension),
            new Lines<PersonsLine>(FileContent.Persons, Persons, l => l.Row, b => b.Persons), new Lines<ReceiptLine>(FileContent.Receipts, Receipts, l => l.Row, b => b.Receipts),
            new Lines<MovementLine>(FileContent.Movements, Movements, l => l.Row, b => b.Movements),
        ];
    }

    /// <summary>Rows read into this block: lines + distinct rejected rows.</summary>
    public int Rows { get; set; }

    /// <summary>Cells of these rows that had characters which are not seen.</summary>
    public int InvisibleCells { get; set; }
    public List<PayrollLine> Payroll { get; } = [];
    public List<PensionLine> Pension { get; } = [];
    public List<PersonsLine> Persons { get; } = [];
    public List<ReceiptLine> Receipts { get; } = [];
    public List<MovementLine> Movements { get; } = [];

    /// <summary>Row of the earlier file that each row mends, in a file that has the column; 0: none that can be read.</summary>
    public List<(int Row, int ParentRow)> ParentRows { get; } = [];

    /// <summary>In place of the parent's row where the cell is empty.</summary>
    public const int BlankParentRow = -1;

    /// <summary>What the rejected rows of a payroll file say was paid in all, in fen; null where it cannot be read.</summary>
    public List<(int Row, long? Fen)> RejectedPaid { get; } = [];

    /// <summary>All faults of all rejected rows, by row; a row may have several.</summary>
    public List<Rejection> Rejections { get; } = [];

    /// <summary>Takes the lines of rows away that are rejected after all.</summary>
    public void RemoveLines(HashSet<int> rows) => Array.ForEach(kinds, k => k.Remove(rows));

    /// <summary>Adds the rows of a block that follows in the same file.</summary>
    public void Append(LineBlock next)
    {
        Rows += next.Rows;
        InvisibleCells += next.InvisibleCells;
        Array.ForEach(kinds, k => k.Append(next));
        Rejections.AddRange(next.Rejections);
        ParentRows.AddRange(next.ParentRows);
        RejectedPaid.AddRange(next.RejectedPaid);
    }

    /// <summary>Rejects the rows whose month is after the one that the file is sent for; null: it is sent for none.</summary>
    public void RejectAfter(YearMonth? sentFor)
    {
        if (sentFor is not { } last)
        {
            return;
        }

        IEnumerable<(int Row, string Column, YearMonth Month, string Found)> of =
        [
            .. Payroll.Select(l => (l.Row, "费款所属期", l.Month, l.Month.Text())), .. Pension.Select(l => (l.Row, "费款所属期", l.Month, l.Month.Text())),
            .. Receipts.Select(l => (l.Row, "费款所属期", l.Month, l.Month.Text())), .. Movements.Select(l => (l.Row, "发生日期", l.On.ToYearMonth(), l.On.Text())),
        ];
        Rejections.AddRange(of.Where(l => l.Month > last).Select(l => new Rejection(Codes.MonthAfterSubmission, l.Row, l.Column, l.Found, last.Text())));
    }

    /// <summary>Room for as many lines as a block holds, in one step: what growing would leave behind is large.</summary>
    public void MakeRoom(FileContent content) => Array.Find(kinds, k => k.Content == content)!.MakeRoom();

    public void Clear()
    {
        Rows = 0;
        InvisibleCells = 0;
        Array.ForEach(kinds, k => k.Clear());
        Rejections.Clear();
        ParentRows.Clear();
        RejectedPaid.Clear();
    }

    private abstract class Lines(FileContent content)
    {
        public FileContent Content { get; } = content;

        public abstract void Remove(HashSet<int> rows);

        public abstract void Append(LineBlock next);

        public abstract void MakeRoom();

        public abstract void Clear();
    }

    private sealed class Lines<T>(FileContent content, List<T> lines, Func<T, int> rowOf, Func<LineBlock, List<T>> of) : Lines(content)
    {
        public override void Remove(HashSet<int> rows) => lines.RemoveAll(l => rows.Contains(rowOf(l)));

        public override void Append(LineBlock next) => lines.AddRange(of(next));

        public override void MakeRoom() => lines.EnsureCapacity(Capacity);

        public override void Clear() => lines.Clear();
    }
}

using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Files;

/// <summary>Rows of one file in their order: the lines that passed and the rejections of those that did not. Reused from block to block.</summary>
public sealed class LineBlock
{
    public const int Capacity = 8_192;

    // What is done to lines of every kind goes through this list, so that no kind is left out of it.
    private static readonly Lines[] kinds =
    [
        new Lines<PayrollLine>(FileContent.Payroll, b => b.Payroll, l => l.Row, l => l.Month), new Lines<PensionLine>(FileContent.Pension, b => b.Pension, l => l.Row, l => l.Month),
        new Lines<PersonsLine>(FileContent.Persons, b => b.Persons, l => l.Row, l => l.On.ToYearMonth()),
        new Lines<ReceiptLine>(FileContent.Receipts, b => b.Receipts, l => l.Row, l => l.Month),
        new Lines<BankLine>(FileContent.Bank, b => b.Bank, l => l.Row, l => l.On.ToYearMonth()),
        new Lines<MovementLine>(FileContent.Movements, b => b.Movements, l => l.Row, l => l.On.ToYearMonth()),
    ];

    /// <summary>Rows read into this block: lines + distinct rejected rows.</summary>
    public int Rows { get; set; }

    /// <summary>Cells of these rows that had characters which are not seen.</summary>
    public int InvisibleCells { get; set; }
    public List<PayrollLine> Payroll { get; } = [];
    public List<PensionLine> Pension { get; } = [];
    public List<PersonsLine> Persons { get; } = [];
    public List<ReceiptLine> Receipts { get; } = [];
    public List<BankLine> Bank { get; } = [];
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
    public void RemoveLines(HashSet<int> rows) => Array.ForEach(kinds, k => k.Remove(this, rows));

    /// <summary>Adds the rows of a block that follows in the same file.</summary>
    public void Append(LineBlock next)
    {
        Rows += next.Rows;
        InvisibleCells += next.InvisibleCells;
        Array.ForEach(kinds, k => k.Append(this, next));
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
            .. Bank.Select(l => (l.Row, "交易日期", l.On.ToYearMonth(), l.On.Text())),
        ];
        Rejections.AddRange(of.Where(l => l.Month > last).Select(l => new Rejection(Codes.MonthAfterSubmission, l.Row, l.Column, l.Found, last.Text())));
    }

    /// <summary>Room for as many lines as a block holds, in one step: what growing would leave behind is large.</summary>
    public void MakeRoom(FileContent content) => Of(content).MakeRoom(this);

    /// <summary>The latest month that lines of the content are for; null: there are none.</summary>
    public YearMonth? LatestMonth(FileContent content) => Of(content).LatestMonth(this);

    private static Lines Of(FileContent content) => Array.Find(kinds, k => k.Content == content)!;

    public void Clear()
    {
        Rows = 0;
        InvisibleCells = 0;
        Array.ForEach(kinds, k => k.Clear(this));
        Rejections.Clear();
        ParentRows.Clear();
        RejectedPaid.Clear();
    }

    private abstract class Lines(FileContent content)
    {
        public FileContent Content { get; } = content;

        public abstract void Remove(LineBlock from, HashSet<int> rows);

        public abstract void Append(LineBlock to, LineBlock next);

        public abstract void MakeRoom(LineBlock of);

        public abstract void Clear(LineBlock of);

        public abstract YearMonth? LatestMonth(LineBlock of);
    }

    private sealed class Lines<T>(FileContent content, Func<LineBlock, List<T>> lines, Func<T, int> row, Func<T, YearMonth> month) : Lines(content)
    {
        public override void Remove(LineBlock from, HashSet<int> rows) => lines(from).RemoveAll(l => rows.Contains(row(l)));

        public override void Append(LineBlock to, LineBlock next) => lines(to).AddRange(lines(next));

        public override void MakeRoom(LineBlock of) => lines(of).EnsureCapacity(Capacity);

        public override void Clear(LineBlock of) => lines(of).Clear();

        public override YearMonth? LatestMonth(LineBlock of) => lines(of) is { Count: > 0 } some ? some.Max(month) : null;
    }
}

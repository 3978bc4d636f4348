using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;

namespace Batch.Jobs.Intake;

/// <summary>What can become of a row when its file is taken in.</summary>
public enum RowOutcome : short
{
    Accepted = 1,
    Unchanged = 2,
    Held = 3,
    Rejected = 4,
}

/// <summary>A row of a file that mends an earlier one, with the row that it mends.</summary>
/// <param name="PaidFen">What it says was paid; null where it cannot be read.</param>
public readonly record struct ChildRow(int Submission, int Row, int ParentRow, RowOutcome Outcome, long? PaidFen);

/// <summary>Keeps how the rows of a child relate to the rejected rows of its parent.</summary>
internal static class ChildRows
{
    /// <summary>Of a file that declares something for a person and month.</summary>
    public static IEnumerable<ChildRow> Of<TFact>(int submission, LineBlock block, Staging<TFact> staging)
        where TFact : struct, IDeclaredFact<TFact>
    {
        Dictionary<int, RowOutcome> outcomes = [];
        foreach (TFact fact in staging.Facts)
        {
            // A consequence of a row holds it again.
            if (fact.Row != 0)
            {
                outcomes[Math.Abs(fact.Row)] = fact.State == FactState.Held ? RowOutcome.Held : RowOutcome.Accepted;
            }
        }

        foreach (Rejection rejection in staging.Rejections.Where(r => !outcomes.ContainsKey(r.Row)))
        {
            outcomes[rejection.Row] = RowOutcome.Rejected;
        }

        Dictionary<int, long?> paid = block.Payroll.ToDictionary(l => l.Row, l => (long?)(l.PersonPaid.Fen + l.EmployerPaid.Fen));
        foreach ((int row, long? fen) in block.RejectedPaid)
        {
            paid[row] = fen;
        }

        return block.ParentRows.Select(r => new ChildRow(submission, r.Row, r.ParentRow, outcomes.GetValueOrDefault(r.Row, RowOutcome.Unchanged), paid.GetValueOrDefault(r.Row)));
    }

    /// <summary>Of a file of movements.</summary>
    public static IEnumerable<ChildRow> Of(int submission, IEnumerable<(int Row, int ParentRow)> rows, MovementStaging staging)
    {
        Dictionary<int, RowOutcome> outcomes = staging.Rejections.DistinctBy(r => r.Row).ToDictionary(r => r.Row, _ => RowOutcome.Rejected);
        foreach (MovementFact fact in staging.Facts)
        {
            outcomes[fact.Row] = fact.State == FactState.Held ? RowOutcome.Held : RowOutcome.Accepted;
        }

        return rows.Select(r => new ChildRow(submission, r.Row, r.ParentRow, outcomes.GetValueOrDefault(r.Row, RowOutcome.Unchanged), null));
    }

    /// <summary>Of a file of changes of status.</summary>
    public static IEnumerable<ChildRow> Of(int submission, LineBlock block, HashSet<int> unchanged, HashSet<int>? held = null)
    {
        HashSet<int> rejected = [.. block.Rejections.Select(r => r.Row)];
        return block.ParentRows.Select(r => new ChildRow(
            submission, r.Row, r.ParentRow, held?.Contains(r.Row) == true ? RowOutcome.Held : rejected.Contains(r.Row) ? RowOutcome.Rejected : unchanged.Contains(r.Row) ? RowOutcome.Unchanged : RowOutcome.Accepted, null));
    }

    public static async Task WriteAsync(AreaSession area, List<ChildRow> rows, CancellationToken cancellation)
    {
        if (rows.Count == 0)
        {
            return;
        }

        await using CopyRows copy = await area.CopyAsync(":area.child_row", "submission_id, row_no, parent_row, outcome, paid_fen", cancellation);
        foreach (ChildRow row in rows)
        {
            copy.StartRow();
            copy.Write(row.Submission);
            copy.Write(row.Row);
            copy.Write(row.ParentRow);
            copy.Write((short)row.Outcome);
            copy.Write(row.PaidFen);
        }

        await copy.CompleteAsync(cancellation);
        rows.Clear();
    }

    /// <summary>What the rejected rows say was paid.</summary>
    public static async Task WriteRejectedAsync(AreaSession area, List<(int Submission, int Row, long? Fen)> rows, CancellationToken cancellation)
    {
        if (rows.Count == 0)
        {
            return;
        }

        await using CopyRows copy = await area.CopyAsync(":area.rejected_row", "submission_id, row_no, paid_fen", cancellation);
        foreach ((int submission, int row, long? fen) in rows)
        {
            copy.StartRow();
            copy.Write(submission);
            copy.Write(row);
            copy.Write(fen);
        }

        await copy.CompleteAsync(cancellation);
        rows.Clear();
    }
}

using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;

namespace Batch.Jobs.Intake;

/// <summary>
/// The submission whose rows a file mends: each row of the file names one of them that was rejected, or that waits beside what is in force and is not decided, and each of
/// them once.
/// </summary>
public sealed class MendedParent
{
    private readonly Submission of;
    private readonly HashSet<int>? faulty;
    private readonly HashSet<int> named = [];

    private MendedParent(Submission of, HashSet<int>? faulty)
    {
        this.of = of;
        this.faulty = faulty;
    }

    /// <exception cref="DataFaultException">SUBMISSION_UNKNOWN.</exception>
    public static async Task<MendedParent> ReadAsync(AreaSession area, int number, CancellationToken cancellation)
    {
        Submission of = await new Submissions(area).ReadAsync(number, cancellation);
        if (of.Refused is not null)
        {
            // Every row of a refused file is to be sent again; only the first of their numbers are on record.
            return new MendedParent(of, null);
        }

        return new MendedParent(of, [.. await area.ReadAsync(
            $"""
            SELECT DISTINCT row_no FROM :area.rejection r WHERE submission_id = $1 AND (code NOT IN ({RejectionCodes.HeldList}) OR (code IN ({RejectionCodes.BesideList})
                AND NOT EXISTS (SELECT FROM :area.decision d WHERE d.held_in = r.submission_id AND d.held_row = r.row_no)))
            """, r => r.GetInt32(0), cancellation, number)]);
    }

    /// <summary>A replacement states everything anew: what it does not name would be withdrawn, so it mends no rows.</summary>
    public static void RefuseReplacement(ImportRequest request)
    {
        if (request.Parent is not null && request.Kind == SubmissionKind.Replacement)
        {
            throw new DataFaultException(
                "PARENT_REPLACEMENT",
                "替换文件须包含全部人员，不能只更正被拒绝的行。请不要指明所更正的报送，或把种类改为正常或补充。",
                "A replacement states everybody anew and cannot mend single rows. Name no parent, or send it as regular or supplementary.");
        }
    }

    /// <exception cref="FileRefusedException">The file holds something else, or does not name the rows that it mends.</exception>
    public void Check(SubmissionFile file)
    {
        if (of.Content is { } content && content != file.Content)
        {
            throw Refuse.File(Codes.ParentOtherContent, 1, file.Content.ToString().ToLowerInvariant(), content.ToString().ToLowerInvariant());
        }

        if (!file.NamesParentRows)
        {
            string column = ColumnNames.Ours(Column.ParentRow);
            throw Refuse.File(Codes.HeaderColumnMissing, 1, "", column, column);
        }
    }

    /// <summary>Rejects the rows that mend none.</summary>
    public void Check(LineBlock block, FileDraft draft)
    {
        HashSet<int> wrong = [];
        foreach ((int row, int parentRow) in block.ParentRows)
        {
            if (parentRow == LineBlock.BlankParentRow)
            {
                wrong.Add(row);
                block.Rejections.Add(draft.InItsWords(new Rejection(Codes.ParentRowBlank, row, ColumnNames.Ours(Column.ParentRow), "", "")));
            }
            else if (parentRow == 0 || faulty?.Contains(parentRow) == false || !named.Add(parentRow))
            {
                wrong.Add(row);
                block.Rejections.Add(draft.InItsWords(new Rejection(
                    Codes.ParentRowNotRejected, row, ColumnNames.Ours(Column.ParentRow), parentRow.ToString(CultureInfo.InvariantCulture), "")));
            }
        }

        if (wrong.Count > 0)
        {
            block.RejectedPaid.AddRange(block.Payroll.Where(l => wrong.Contains(l.Row)).Select(l => (l.Row, (long?)(l.PersonPaid.Fen + l.EmployerPaid.Fen))));
            block.RemoveLines(wrong);
            block.ParentRows.RemoveAll(r => wrong.Contains(r.Row));
        }
    }
}

using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>Rows of a submission as they were received, with the codes of those that were rejected or held.</summary>
/// <param name="Codes">By row number; a row without codes was taken in.</param>
public sealed record SubmissionRows(ReceivedPage Page, ILookup<int, string> Codes);

/// <summary>Reads the rows of a submission from its archived bytes: what an amount that is in question was declared by.</summary>
public sealed class ReceivedRows(Area area, IntakeLimits limits)
{
    public const int PageRows = 50;

    /// <param name="from">Number of the first row.</param>
    /// <exception cref="DataFaultException">SUBMISSION_UNKNOWN; FILE_NO_ROWS: no row of the file is a header that is known.</exception>
    public async Task<SubmissionRows> ReadAsync(int submission, int from, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        Submission of = await new Submissions(area.On(connection)).ReadAsync(submission, cancellation);
        using TemporaryFile file = await new Archive(area).RestoreAsync(of.Sha256, cancellation);
        ReceivedPage page;
        try
        {
            page = ReceivedFile.Read(file.Path, from, PageRows, limits);
        }
        catch (FileRefusedException refused)
        {
            throw new DataFaultException(
                "FILE_NO_ROWS",
                $"第 {submission} 号报送的文件没有可以逐行显示的内容（{refused.Rejection.Code}）。{RejectionCodes.Describe(refused.Rejection, "zh")}",
                $"The file of submission {submission} has no rows that could be shown ({refused.Rejection.Code}). {RejectionCodes.Describe(refused.Rejection, "en")}");
        }

        List<(int Row, string Code)> codes = await connection.ReadAsync(
            area.Schema.Sql("SELECT row_no, code FROM :area.rejection WHERE submission_id = $1 AND row_no = ANY($2) GROUP BY 1, 2 ORDER BY 1, 2"),
            r => (r.GetInt32(0), r.GetString(1)), cancellation, submission, page.Rows.Select(r => r.Row).ToArray());
        return new SubmissionRows(page, codes.ToLookup(c => c.Row, c => c.Code));
    }
}

using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>Makes the fix pack of a submission from its archived bytes: what is still rejected, and on request what is held.</summary>
public sealed class FixPacks(Area area, IntakeLimits limits)
{
    /// <param name="format">Null: as the sender's file is.</param>
    /// <returns>How many rows it has.</returns>
    /// <exception cref="DataFaultException">SUBMISSION_UNKNOWN; FIX_PACK_NO_ROWS: the file has no rows that could be told apart, so it is sent anew.</exception>
    public async Task<int> WriteAsync(int submission, bool held, ReportFormat? format, Stream output, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        Submission of = await new Submissions(area.On(connection)).ReadAsync(submission, cancellation);
        IReadOnlySet<int> mended = await MendedAsync(connection, submission, cancellation);
        using TemporaryFile file = await new Archive(area).RestoreAsync(of.Sha256, cancellation);
        try
        {
            // A pack of these would leave out what they were refused for: the unit, the other header, the other sheets.
            if (of.Refused is Codes.UnitNotYuan or Codes.HeaderChanges or Codes.SheetsSeveral)
            {
                throw new FileRefusedException(Rejections(connection, submission, held: false).First(r => r.Code == of.Refused));
            }

            return FixPack.Write(file.Path, new FixPackRows(Rejections(connection, submission, held), of.Refused is not null, mended), output, format, limits);
        }
        catch (FileRefusedException refused)
        {
            throw new DataFaultException(
                "FIX_PACK_NO_ROWS",
                $"第 {submission} 号报送没有可以单独更正的行（{refused.Rejection.Code}）。{RejectionCodes.Describe(refused.Rejection, "zh")}",
                $"Submission {submission} has no rows that could be mended one by one ({refused.Rejection.Code}). {RejectionCodes.Describe(refused.Rejection, "en")}");
        }
    }

    private async Task<IReadOnlySet<int>> MendedAsync(NpgsqlConnection connection, int submission, CancellationToken cancellation) =>
        (await connection.ReadAsync(area.Sql($"SELECT row_no FROM :area.mended($1) WHERE outcome <> {RowOutcome.Rejected:D}"),
            r => r.GetInt32(0), cancellation, submission)).ToHashSet();

    // Streamed beside the rows of the file: a large file has many.
    private IEnumerable<Rejection> Rejections(NpgsqlConnection connection, int submission, bool held)
    {
        string which = held ? "" : $" AND code NOT IN ({RejectionCodes.HeldList})";
        using NpgsqlCommand command = new(area.Sql(
            $"SELECT code, row_no, column_name, found, expected FROM :area.rejection WHERE submission_id = $1{which} ORDER BY row_no, fault_no"), connection);
        command.Parameters.AddWithValue(submission);
        using NpgsqlDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            yield return new Rejection(reader.GetString(0), reader.GetInt32(1), reader.GetString(2), Masking.Found(reader.GetString(3)), reader.GetString(4));
        }
    }
}

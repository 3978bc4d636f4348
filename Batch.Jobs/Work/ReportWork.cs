using Batch.Jobs.Files;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Work;

/// <summary>A report as work: written where the worker is, kept in pieces in the database, handed out by any host.</summary>
public sealed class ReportWork(Area area)
{
    private const int PieceBytes = 1 << 20;

    public static string Argument(string kind, YearMonth month, ReportFormat format) => $"{kind}:{month.Text()}:{format.ToString().ToLowerInvariant()}";

    internal async Task<WorkOutcome> WriteAsync(WorkItem item, CancellationToken cancellation)
    {
        string[] parts = item.Argument.Split(':');
        Report report = AllReports.Find(parts[0]) ?? throw new DataFaultException("REPORT_UNKNOWN", $"没有报表“{parts[0]}”。", $"There is no report {parts[0]}.");
        YearMonth month = KindsOfWork.Month(parts[1]);
        ReportFormat format = Enum.Parse<ReportFormat>(parts[2], ignoreCase: true);
        using TemporaryFile file = new();
        long rows = await ReportFile.WriteAsync(area, report, month, format, file.Path, cancellation);
        long bytes = await KeepAsync(item.Number, file.Path, cancellation);
        string name = $"{report.Kind}-{area.Schema.Code}-{month.Text()}.{parts[2]}";
        return new WorkOutcome(WorkState.Done, new { file = name, rows, bytes });
    }

    /// <summary>Files of reports are kept for a month; before an answer has begun it can still say that this one is gone.</summary>
    public static async Task<bool> IsKeptAsync(NpgsqlDataSource program, int job, CancellationToken cancellation) =>
        (await program.ReadAsync("SELECT EXISTS (SELECT FROM batch.job_file WHERE job_id = $1)", r => r.GetBoolean(0), cancellation, job))[0];

    /// <summary>Copies a report that was written to wherever it is asked for; false: it is not there (any more).</summary>
    public static async Task<bool> CopyAsync(NpgsqlDataSource program, int job, Stream to, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
        await using NpgsqlCommand command = new("SELECT bytes FROM batch.job_file WHERE job_id = $1 AND piece = $2", connection);
        command.Parameters.AddWithValue(job);
        command.Parameters.AddWithValue(0);
        for (int piece = 0; ; piece++)
        {
            command.Parameters[1].Value = piece;
            if (await command.ExecuteScalarAsync(cancellation) is not byte[] bytes)
            {
                return piece > 0;
            }

            await to.WriteAsync(bytes, cancellation);
        }
    }

    private async Task<long> KeepAsync(int job, string path, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        await using NpgsqlCommand clear = new("DELETE FROM batch.job_file WHERE job_id = $1", connection);
        clear.Parameters.AddWithValue(job);
        await clear.ExecuteNonQueryAsync(cancellation);
        await using FileStream file = File.OpenRead(path);
        byte[] buffer = new byte[PieceBytes];
        int piece = 0;
        for (int read; (read = await file.ReadAtLeastAsync(buffer, PieceBytes, throwOnEndOfStream: false, cancellation)) > 0; piece++)
        {
            await using NpgsqlCommand insert = new("INSERT INTO batch.job_file (job_id, piece, bytes) VALUES ($1, $2, $3)", connection);
            insert.Parameters.AddWithValue(job);
            insert.Parameters.AddWithValue(piece);
            insert.Parameters.AddWithValue(buffer.AsMemory(0, read).ToArray());
            await insert.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return file.Length;
    }
}

using Batch.Jobs.Areas;
using Batch.Jobs.Intake;
using Npgsql;
using NpgsqlTypes;

namespace Batch.Jobs.Import;

/// <summary>Appends rejections, so that they can be shown, counted and sent back.</summary>
public sealed class RejectionWriter(NpgsqlConnection connection, AreaSchema area)
{
    private readonly List<(int Submission, int Fault, Rejection Rejection)> _pending = [];

    public void Add(int submission, IEnumerable<Rejection> rejections)
    {
        foreach (IGrouping<int, Rejection> row in rejections.GroupBy(r => r.Row))
        {
            int fault = 0;
            foreach (Rejection rejection in row)
            {
                _pending.Add((submission, ++fault, rejection));
            }
        }
    }

    public async Task FlushAsync(CancellationToken cancellation)
    {
        if (_pending.Count == 0)
        {
            return;
        }

        await using NpgsqlBinaryImporter copy = await connection.BeginBinaryImportAsync(
            area.Sql("COPY :area.rejection (submission_id, row_no, fault_no, code, column_name, found, expected) FROM STDIN (FORMAT binary)"), cancellation);
        foreach ((int submission, int fault, Rejection rejection) in _pending)
        {
            copy.StartRow();
            copy.Write(submission, NpgsqlDbType.Integer);
            copy.Write(rejection.Row, NpgsqlDbType.Integer);
            copy.Write((short)fault, NpgsqlDbType.Smallint);
            copy.Write(rejection.Code, NpgsqlDbType.Text);
            copy.Write(Clean(rejection.Column), NpgsqlDbType.Text);
            copy.Write(Clean(rejection.Found), NpgsqlDbType.Text);
            copy.Write(Clean(rejection.Expected), NpgsqlDbType.Text);
        }

        await copy.CompleteAsync(cancellation);
        _pending.Clear();
    }

    // PostgreSQL text holds no NUL.
    private static string Clean(string text) => text.Replace('\0', '\uFFFD');
}

using Batch.Jobs.Areas;
using Batch.Jobs.Server;
using NodaTime;
using Npgsql;
using NpgsqlTypes;

namespace Batch.Jobs.Import;

/// <summary>Appends facts by binary COPY straight into their months; a new month's table is keyed and attached when the file is in.</summary>
public sealed class FactWriter(NpgsqlConnection connection, AreaSchema area, FactKind kind)
{
    private readonly Dictionary<YearMonth, List<(FactRow Row, int Submission)>> _pending = [];
    private readonly FactTables _tables = new(connection, area, kind == FactKind.Contribution ? "contribution" : "pension");
    private readonly string _table = kind == FactKind.Contribution ? "contribution" : "pension";

    public void Add(in FactRow row, int submission)
    {
        if (!_pending.TryGetValue(row.Month, out List<(FactRow, int)>? rows))
        {
            _pending.Add(row.Month, rows = []);
        }

        rows.Add((row, submission));
    }

    public async Task FlushAsync(CancellationToken cancellation)
    {
        foreach ((YearMonth month, List<(FactRow Row, int Submission)> rows) in _pending)
        {
            if (rows.Count == 0)
            {
                continue;
            }

            await _tables.OpenAsync(month, cancellation);
            await CopyAsync(month, rows, cancellation);
            rows.Clear();
        }
    }

    public async Task CompleteAsync(CancellationToken cancellation)
    {
        await FlushAsync(cancellation);
        await _tables.CloseAsync(cancellation);
    }

    private async Task CopyAsync(YearMonth month, List<(FactRow Row, int Submission)> rows, CancellationToken cancellation)
    {
        string columns = kind == FactKind.Contribution
            ? "contribution_month, person_id, employer_id, submission_id, row_no, state, base_fen, person_paid_fen, employer_paid_fen, received_on"
            : "pension_month, person_id, submission_id, row_no, state, prior_year_fen, this_year_fen, month_fen";
        await using NpgsqlBinaryImporter copy = await connection.BeginBinaryImportAsync(
            $"COPY {area.Part(_table, month)} ({columns}) FROM STDIN (FORMAT binary)", cancellation);
        DateOnly day = month.FirstDay();
        foreach ((FactRow row, int submission) in rows)
        {
            copy.StartRow();
            copy.Write(day, NpgsqlDbType.Date);
            copy.Write(row.Person, NpgsqlDbType.Integer);
            if (kind == FactKind.Contribution)
            {
                copy.Write(row.Employer, NpgsqlDbType.Integer);
            }

            copy.Write(submission, NpgsqlDbType.Integer);
            copy.Write(row.Row, NpgsqlDbType.Integer);
            copy.Write((short)row.State, NpgsqlDbType.Smallint);
            WriteFigure(copy, row.First);
            WriteFigure(copy, row.Second);
            WriteFigure(copy, row.Third);
            if (kind == FactKind.Contribution)
            {
                WriteDate(copy, row.ReceivedOn);
            }

            KillSwitch.Pass(KillPoint.FactsMidCopy);
        }

        await copy.CompleteAsync(cancellation);
    }

    private static void WriteFigure(NpgsqlBinaryImporter copy, long figure)
    {
        if (figure == FactRow.None)
        {
            copy.WriteNull();
        }
        else
        {
            copy.Write(figure, NpgsqlDbType.Bigint);
        }
    }

    private static void WriteDate(NpgsqlBinaryImporter copy, DateOnly? date)
    {
        if (date is { } day)
        {
            copy.Write(day, NpgsqlDbType.Date);
        }
        else
        {
            copy.WriteNull();
        }
    }
}

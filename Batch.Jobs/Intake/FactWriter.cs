using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>Appends facts by binary COPY straight into their months; a new month's table is keyed and attached when the file is in.</summary>
internal sealed class FactWriter(NpgsqlConnection connection, AreaSchema area, FactKind kind, FactTables tables)
{
    private readonly Dictionary<YearMonth, List<(FactRow Row, int Submission)>> _pending = [];
    private (YearMonth Month, List<(FactRow, int)>? Rows) _last;
    private readonly string _table = kind == FactKind.Contribution ? "contribution" : "pension";

    public void Add(in FactRow row, int submission)
    {
        // Rows of one month come together.
        if (_last.Rows is null || _last.Month != row.Month)
        {
            if (!_pending.TryGetValue(row.Month, out List<(FactRow, int)>? rows))
            {
                _pending.Add(row.Month, rows = []);
            }

            _last = (row.Month, rows);
        }

        _last.Rows.Add((row, submission));
    }

    public async Task FlushAsync(CancellationToken cancellation)
    {
        foreach ((YearMonth month, List<(FactRow Row, int Submission)> rows) in _pending)
        {
            if (rows.Count == 0)
            {
                continue;
            }

            await tables.OpenAsync(month, cancellation);
            await CopyAsync(month, rows, cancellation);
            rows.Clear();
        }
    }

    private async Task CopyAsync(YearMonth month, List<(FactRow Row, int Submission)> rows, CancellationToken cancellation)
    {
        string columns = kind == FactKind.Contribution
            ? "contribution_month, person_id, employer_id, submission_id, row_no, state, base_fen, person_paid_fen, employer_paid_fen, received_on"
            : "pension_month, person_id, submission_id, row_no, state, prior_year_fen, this_year_fen, month_fen";
        await using CopyRows copy = await CopyRows.BeginAsync(connection, area.Part(_table, month), columns, cancellation);
        DateOnly day = month.FirstDay();
        foreach ((FactRow row, int submission) in rows)
        {
            copy.StartRow();
            copy.Write(day);
            copy.Write(row.Person);
            if (kind == FactKind.Contribution)
            {
                copy.Write(row.Employer);
            }

            copy.Write(submission);
            copy.Write(row.Row);
            copy.Write((short)row.State);
            copy.Write(Figure(row.First));
            copy.Write(Figure(row.Second));
            copy.Write(Figure(row.Third));
            if (kind == FactKind.Contribution)
            {
                copy.Write(row.ReceivedOn);
            }

            KillSwitch.Pass(KillPoint.FactsMidCopy);
        }

        await copy.CompleteAsync(cancellation);
    }

    private static long? Figure(long figure) => figure == FactRow.None ? null : figure;
}

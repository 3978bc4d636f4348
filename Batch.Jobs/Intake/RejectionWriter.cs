using Batch.Jobs.Facts;
using Batch.Jobs.Store;

namespace Batch.Jobs.Intake;

/// <summary>Appends rejections, so that they can be shown, counted and sent back.</summary>
public sealed class RejectionWriter(AreaSession area)
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

        await using CopyRows copy = await area.CopyAsync(":area.rejection", "submission_id, row_no, fault_no, code, column_name, found, expected", cancellation);
        foreach ((int submission, int fault, Rejection rejection) in _pending)
        {
            copy.StartRow();
            copy.Write(submission);
            copy.Write(rejection.Row);
            copy.Write((short)fault);
            copy.Write(rejection.Code);
            copy.Write(Clean(rejection.Column));
            copy.Write(Clean(rejection.Found));
            copy.Write(Clean(rejection.Expected));
        }

        await copy.CompleteAsync(cancellation);
        _pending.Clear();
    }

    // PostgreSQL text holds no NUL.
    private static string Clean(string text) => text.Replace('\0', '\uFFFD');
}

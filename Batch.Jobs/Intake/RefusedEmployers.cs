using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>Whose months a refused file was about, so that it is settled when they come in by other files.</summary>
internal sealed class RefusedEmployers(AreaSession area, LocalDate today, IntakeLimits limits)
{
    /// <summary>Writes them for those of the drafts that were refused and whose rows can be read.</summary>
    public async Task WriteAsync(IReadOnlyList<FileDraft> drafts, YearMonth? month, CancellationToken cancellation)
    {
        foreach (FileDraft draft in drafts.Where(d => d is { Refused: not null, Parent: null, Content: FileContent.Payroll or FileContent.Receipts }))
        {
            (string Employer, YearMonth Month)[] about = [.. About(draft, month)];
            if (about.Length > 0)
            {
                await using NpgsqlCommand command = area.Command("INSERT INTO :area.refused_employer SELECT $1, e, m, $4 FROM unnest($2, $3) u (e, m)");
                command.Parameters.AddWithValue(draft.Submission);
                command.Parameters.AddWithValue(about.Select(a => a.Employer).ToArray());
                command.Parameters.AddWithValue(about.Select(a => a.Month.FirstDay()).ToArray());
                command.Parameters.AddWithValue(draft.Content == FileContent.Receipts);
                await command.ExecuteNonQueryAsync(cancellation);
            }
        }
    }

    // Read once more: what is kept of a file while it is taken does not grow with it.
    private HashSet<(string Employer, YearMonth Month)> About(FileDraft draft, YearMonth? month)
    {
        HashSet<(string Employer, YearMonth Month)> about = [];
        bool rejects = false;
        LineBlock block = new();
        void Add()
        {
            rejects |= block.Rejections.Count > 0;
            about.UnionWith(block.Payroll.Select(l => (l.Employer, l.Month)));
            about.UnionWith(block.Receipts.Select(l => (l.Employer, l.Month)));
        }

        try
        {
            using SubmissionFile file = SubmissionFile.Open(draft.Path, month, today, limits);
            while (file.Read(block))
            {
                Add();
            }
        }
        catch (FileRefusedException refused) when (refused.Rejection.Code is Codes.TotalMismatch or Codes.CountMismatch)
        {
            // All rows were read before the totals, the last ones into this block.
            Add();
        }
        catch (FileRefusedException)
        {
            return [];
        }

        // A row that cannot be read may be of an employer that no other row names.
        return rejects && about.Select(a => a.Employer).Distinct().Count() > 1 ? [] : about;
    }
}

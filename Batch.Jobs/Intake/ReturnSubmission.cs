using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>
/// The submission by which a run takes money that a month gets by a carry-over or a counter-entry: it may cover people whose credits wait for it. Money that leaves a month
/// covered nobody, and needs none.
/// </summary>
internal sealed class ReturnSubmission(Area area, NpgsqlConnection connection)
{
    /// <summary>Null: no month gets money, or none whose credits wait for it.</summary>
    public async Task<int?> WriteAsync(ReturnDocument of, string by, CancellationToken cancellation)
    {
        YearMonth? brought = of.Cancels is not null ? of.Month : of.ToMonth;
        if (brought is not { } month || !(area.Policy.TryFor(month)?.CreditsOnReceipt ?? false))
        {
            return null;
        }

        using TemporaryFile file = new();
        await File.WriteAllTextAsync(file.Path, Text(of, by), cancellation);
        byte[] sha256 = (await new Archive(area).KeepAsync([file.Path], cancellation))[0];
        SubmissionLog log = new(area.On(connection));
        YearMonth on = of.On.ToYearMonth();
        string name = string.Create(CultureInfo.InvariantCulture, $"{of.Kind} {of.Return}");
        FileDraft draft = new(new IncomingFile("", name), sha256, await log.NextNumberAsync(cancellation), SubmissionKind.Supplementary)
        {
            Month = month > on ? month : on,
            IsDecision = true,
        };
        draft.CountFact("receipt", month);
        await log.WriteAsync([draft], by, cancellation);
        return draft.Submission;
    }

    private string Text(ReturnDocument of, string by) => string.Create(
        CultureInfo.InvariantCulture,
        $"return\n{area.Schema.Code}\n{of.Return}\n{of.Kind}\n{of.Employer}\n{of.Month.Text()}\n{of.ToMonth?.Text()}\n{of.Amount}\n{of.On.Text()}\n{of.Document}\n{of.Cancels}\n{of.By}\n{by}\n{of.Reason}\n");
}

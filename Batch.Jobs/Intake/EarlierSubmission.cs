using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Intake;

/// <summary>What became of the same bytes when they were last sent.</summary>
/// <param name="Refused">Code of the reason for which the whole file was refused; null: it was taken in.</param>
public sealed record EarlierSubmission(int Submission, FileContent Content, int Rows, string? Refused, int Rejected, int Held)
{
    /// <summary>The month that it counts for, and whether no run has taken it yet.</summary>
    public YearMonth Month { get; init; }
    public bool Waits { get; init; }

    /// <summary>
    /// It is judged anew: what was refused or rejected may pass by now, with another policy, a figure given, a person enrolled. Held rows wait for
    /// an operator, and are not asked about twice.
    /// </summary>
    public bool MayPassNow => Refused is not null || (Rejected > 0 && Held == 0);

    /// <summary>In force: all rows unchanged.</summary>
    public FileOutcome Unchanged(string file, SubmissionKind kind) => new(file, Content, kind, Submission, Rows, 0, Rows, 0, 0, 0, [], null) { Same = new SameFile(Submission, Month, Waits) };

    /// <summary>What is to be told of a file that was judged anew; null: something came of it, so it is recorded.</summary>
    public FileOutcome? Repeated(FileDraft again)
    {
        if (Refused is null && Rejected < Rows)
        {
            return again.HasFacts ? null : Unchanged(again.Name, again.Kind);
        }

        // Nothing of it was taken in: refused for the same reason, or without a row that passes, it is on record once.
        return again.Refused == Refused && again.Rejected == again.Rows ? again.Outcome() with { Submission = Submission } : null;
    }

    /// <summary>Unchanged; sent with another month than it counts for, it is filed under that month where it can be.</summary>
    public async Task<FileOutcome> RefiledAsync(SubmissionLog log, string file, ImportRequest request, CancellationToken cancellation)
    {
        FileOutcome unchanged = Unchanged(file, request.Kind);
        return request is not { Month: { } asked, Parent: null } || asked == Month
            ? unchanged
            : unchanged with { Same = unchanged.Same! with { Asked = asked, Refiled = await log.RefileAsync(Submission, asked, request.By, cancellation) } };
    }
}

/// <summary>Whether a submission was filed under another month, or why not.</summary>
public enum Refiled
{
    Done,
    Taken,
    OpenRun,
    Closed,
    OtherMonth,
}

/// <summary>The submission that the same bytes were in force as already.</summary>
/// <param name="Month">The month that it counted for.</param>
public sealed record SameFile(int Submission, YearMonth Month, bool Waits)
{
    /// <summary>The month that the file was sent for now, and what became of that; null: it names none or the same.</summary>
    public YearMonth? Asked { get; init; }
    public Refiled? Refiled { get; init; }

    public string Chinese => $"与报送 {Submission} 相同，没有变化；" + Refiled switch
    {
        Intake.Refiled.Done => $"该报送原记在 {Month.Text()}，现改记到 {Asked?.Text()}。",
        Intake.Refiled.Taken => $"该报送记在 {Month.Text()}，已由批次取用，不能改记到 {Asked?.Text()}。",
        Intake.Refiled.OpenRun => $"该报送记在 {Month.Text()}，在未结束的批次中；作废该批次后再送一次，即可改记到 {Asked?.Text()}。",
        Intake.Refiled.Closed => $"该报送记在 {Month.Text()}；{Asked?.Text()} 已结账，不能改记到该月。",
        Intake.Refiled.OtherMonth => $"该报送记在 {Month.Text()}；文件的行不属于 {Asked?.Text()}，不能改记到该月。",
        _ when Asked is { } asked => $"该报送记在 {Month.Text()}，没有改记到 {asked.Text()}：已由批次取用、在未结束的批次中、该月已结账，或文件的行不属于该月。",
        _ when Waits => $"该报送记在 {Month.Text()}，尚未入账。月份有误的，填写正确的月份再送一次同一文件，即改记到该月。",
        _ => $"该报送记在 {Month.Text()}。",
    };

    public string English => $"The same as submission {Submission}, nothing has changed; " + Refiled switch
    {
        Intake.Refiled.Done => $"it was filed under {Month.Text()} and is now filed under {Asked?.Text()}.",
        Intake.Refiled.Taken => $"it is filed under {Month.Text()}, a run has taken it, and it cannot be filed under {Asked?.Text()}.",
        Intake.Refiled.OpenRun => $"it is filed under {Month.Text()} and in a run that is open; discard the run and send the file again to file it under {Asked?.Text()}.",
        Intake.Refiled.Closed => $"it is filed under {Month.Text()}; {Asked?.Text()} is closed, so it cannot be filed there.",
        Intake.Refiled.OtherMonth => $"it is filed under {Month.Text()}; its rows are not of {Asked?.Text()}, so it cannot be filed there.",
        _ when Asked is { } asked => $"it is filed under {Month.Text()} and was not filed under {asked.Text()}: a run has taken or holds it, that month is closed, or its rows are not of that month.",
        _ when Waits => $"it is filed under {Month.Text()} and not posted yet. If that is the wrong month, send the same file again with the right one.",
        _ => $"it is filed under {Month.Text()}.",
    };
}

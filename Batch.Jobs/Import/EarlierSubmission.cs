using Batch.Jobs.Intake;

namespace Batch.Jobs.Import;

/// <summary>What became of the same bytes when they were last sent.</summary>
/// <param name="Refused">Code of the reason for which the whole file was refused; null: it was taken in.</param>
public sealed record EarlierSubmission(int Submission, FileContent Content, int Rows, string? Refused, int Rejected, int Held)
{
    /// <summary>
    /// It is judged anew: what was refused or rejected may pass by now, with another policy, a figure given, a person enrolled. Held rows wait for
    /// an operator, and are not asked about twice.
    /// </summary>
    public bool MayPassNow => Refused is not null || (Rejected > 0 && Held == 0);

    /// <summary>In force: all rows unchanged.</summary>
    public FileOutcome Unchanged(string file, SubmissionKind kind) => new(file, Content, kind, Submission, Rows, 0, Rows, 0, 0, 0, [], null);

    /// <summary>What is to be told of a file that was judged anew; null: something came of it, so it is recorded.</summary>
    public FileOutcome? Repeated(FileDraft again)
    {
        if (Refused is null)
        {
            return again.HasFacts ? null : Unchanged(again.Name, again.Kind);
        }

        return again.Refused == Refused ? again.Outcome() with { Submission = Submission } : null;
    }
}

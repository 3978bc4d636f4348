using Batch.Jobs.Facts;

namespace Batch.Jobs.Intake;

/// <summary>The version in force of what one employer (or the agency) declared for a person and month, with the submission that it came with.</summary>
public sealed class FactInForce<TFact>(TFact fact, int submission)
    where TFact : struct, IDeclaredFact<TFact>
{
    public TFact Fact { get; set; } = fact;

    public int Submission { get; set; } = submission;

    /// <summary>The row of a file of this transaction that said the same again.</summary>
    public (int Submission, int Row) SaidAgain { get; set; }
}

using Batch.Jobs.Facts;
using Batch.Jobs.Files;

namespace Batch.Jobs.Intake;

/// <summary>One file's block of lines, to be judged together with those of other small files.</summary>
public readonly record struct DraftBlock(FileDraft Draft, LineBlock Block);

/// <summary>
/// Takes in files of one content within a transaction: every row ends as accepted, unchanged, held or rejected. A large file comes block by block, small
/// ones whole and several at a time.
/// </summary>
public interface IContentIntake
{
    /// <summary>Judges the lines and writes what they come to. Small files come whole, and are refused here when too many of their rows are rejected.</summary>
    Task TakeAsync(IReadOnlyList<DraftBlock> blocks, bool whole, CancellationToken cancellation);

    /// <summary>A large file has been read to its end: judges what only the whole file can tell.</summary>
    Task EndAsync(FileDraft draft, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Withdraws what a replacement no longer names.</summary>
    /// <returns>Why the file is refused instead; null: it is not.</returns>
    Task<Rejection?> WithdrawAsync(FileDraft draft, bool confirm, CancellationToken cancellation);

    /// <summary>The files of the transaction are in: what was begun is written, and new months are keyed.</summary>
    Task CompleteAsync(CancellationToken cancellation) => Task.CompletedTask;
}

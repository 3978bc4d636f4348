using Batch.Jobs.Facts;

namespace Batch.Jobs.Intake;

/// <summary>Takes in persons files. A replacement of one withdraws nothing: a change of status is undone by a later one.</summary>
public sealed class PersonsIntake(IntakeParts parts) : IContentIntake
{
    // Each block finds in the tables what the blocks before it wrote.
    public async Task TakeAsync(IReadOnlyList<DraftBlock> blocks, bool whole, CancellationToken cancellation) =>
        await new StatusChanges(parts.Persons, parts.Lives, await parts.Connection.IdleAsync(), parts.Policy).TakeAsync(blocks, whole, cancellation);

    public Task<Rejection?> WithdrawAsync(FileDraft draft, bool confirm, CancellationToken cancellation) => Task.FromResult<Rejection?>(null);
}

using System.Threading.Channels;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Intake;

/// <summary>Reads the files of one transaction into facts: one large file (or a replacement) block by block, or many small ones together.</summary>
public sealed class GroupIntake(
    IntakeConnection connection, PolicyInForce policy, ImportRequest request, YearMonth? lastClosed, MendedParent? parent, LocalDate today,
    IntakeLimits limits, KnownRegister known)
{
    private readonly IntakeParts _parts = new(
        policy, new PersonRegistry(connection, known.Persons, known.Records), new EmployerRegistry(connection, known.Employers),
        new AccountLives(connection.Itself), connection);

    private readonly Dictionary<FileContent, IContentIntake> _intakes = [];

    /// <summary>Small files are read whole; those that are refused leave nothing behind but the record of it.</summary>
    public async Task TakeSmallAsync(IReadOnlyList<FileDraft> drafts, CancellationToken cancellation)
    {
        try
        {
            await TakeTogetherAsync(drafts, cancellation);
            await CompleteAsync(cancellation);
        }
        finally
        {
            await connection.EndAsync();
        }
    }

    private async Task TakeTogetherAsync(IReadOnlyList<FileDraft> drafts, CancellationToken cancellation)
    {
        List<DraftBlock> pending = [];
        foreach (FileDraft draft in drafts)
        {
            List<LineBlock> blocks = ReadWhole(draft);
            if (draft.Refused is not null)
            {
                continue;
            }

            LineBlock whole = Merge(blocks);
            if (pending.Count > 0 && pending[0].Draft.Content != draft.Content)
            {
                await TakeAsync(pending, whole: true, cancellation);
                pending.Clear();
            }

            draft.Month ??= whole.LatestMonth(draft.Content!.Value);
            if ((draft.OfAnotherMonth(request.Month) ?? Closed(draft)) is { } closed)
            {
                draft.Rows = whole.Rows;
                draft.Refuse(closed);
                continue;
            }

            pending.Add(new DraftBlock(draft, whole));
        }

        await TakeAsync(pending, whole: true, cancellation);
    }

    /// <summary>A large file is read ahead while its blocks are written; when it is refused the caller rolls everything back.</summary>
    public async Task TakeLargeAsync(FileDraft draft, IProgress<IntakeProgress>? progress, CancellationToken cancellation)
    {
        Channel<LineBlock> full = Channel.CreateBounded<LineBlock>(2);
        Channel<LineBlock> empty = Channel.CreateUnbounded<LineBlock>();
        for (int i = 0; i < 4; i++)
        {
            empty.Writer.TryWrite(new LineBlock());
        }

        await _parts.Persons.PreloadAsync(cancellation);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task reading = Task.Run(() => ReadAheadAsync(draft, empty.Reader, full.Writer, ended.Token), cancellation);
        try
        {
            await foreach (LineBlock block in full.Reader.ReadAllAsync(cancellation))
            {
                await TakeAsync([new DraftBlock(draft, block)], whole: false, cancellation);
                empty.Writer.TryWrite(block);
                progress?.Report(new IntakeProgress(draft.Rows, draft.BytesRead));
            }

            await reading;
        }
        catch (FileRefusedException refused)
        {
            draft.Refuse(refused.Rejection);
            return;
        }
        finally
        {
            // When a block could not be written nobody takes the next one: the reader ends too and lets go of the file.
            await ended.CancelAsync();
            await connection.EndAsync();
        }

        draft.Month ??= draft.LatestMonth;
        await IntakeOf(draft).EndAsync(draft, cancellation);
        if ((draft.OfAnotherMonth(request.Month) ?? Closed(draft)) is { } closed)
        {
            draft.Refuse(closed);
        }
        else if (draft.HasTooManyRejections)
        {
            draft.Refuse(Importer.TooManyRejections(draft));
        }
        else if (draft.Kind == SubmissionKind.Replacement && await IntakeOf(draft).WithdrawAsync(draft, request.Confirm, cancellation) is { } refusal)
        {
            draft.Refuse(refusal);
        }
        else
        {
            await CompleteAsync(cancellation);
        }
    }

    private async Task ReadAheadAsync(FileDraft draft, ChannelReader<LineBlock> empty, ChannelWriter<LineBlock> full, CancellationToken cancellation)
    {
        try
        {
            using SubmissionFile file = SubmissionFile.Open(draft.Path, request.Month, today, limits);
            Opened(draft, file);
            LineBlock block = await empty.ReadAsync(cancellation);
            while (file.Read(block))
            {
                Heed(draft, file, block);
                await full.WriteAsync(block, cancellation);
                block = await empty.ReadAsync(cancellation);
            }

            full.Complete();
        }
        catch (Exception fault)
        {
            full.Complete(fault is FileRefusedException ? null : fault);
            throw;
        }
    }

    private void Opened(FileDraft draft, SubmissionFile file)
    {
        draft.Content = file.Content;
        draft.InItsWords = file.InItsWords;
        parent?.Check(file);
    }

    private void Heed(FileDraft draft, SubmissionFile file, LineBlock block)
    {
        draft.Heed(file, block);
        parent?.Check(block, draft);
    }

    private List<LineBlock> ReadWhole(FileDraft draft)
    {
        List<LineBlock> blocks = [];
        try
        {
            using SubmissionFile file = SubmissionFile.Open(draft.Path, request.Month, today, limits);
            Opened(draft, file);
            LineBlock block = new();
            while (file.Read(block))
            {
                Heed(draft, file, block);
                blocks.Add(block);
                block = new LineBlock();
            }
        }
        catch (FileRefusedException refused)
        {
            draft.Rows = blocks.Sum(b => b.Rows);
            draft.Refuse(refused.Rejection);
        }

        return blocks;
    }

    private async Task TakeAsync(IReadOnlyList<DraftBlock> blocks, bool whole, CancellationToken cancellation)
    {
        if (blocks.Count == 0)
        {
            return;
        }

        foreach ((FileDraft draft, LineBlock block) in blocks)
        {
            draft.InvisibleCells += block.InvisibleCells;
        }

        await IntakeOf(blocks[0].Draft).TakeAsync(blocks, whole, cancellation);
        foreach ((FileDraft draft, LineBlock block) in blocks)
        {
            draft.OldNumbers += _parts.Persons.CountOldNumbers(block);
        }
    }

    private IContentIntake IntakeOf(FileDraft draft)
    {
        FileContent content = draft.Content!.Value;
        if (!_intakes.TryGetValue(content, out IContentIntake? intake))
        {
            _intakes.Add(content, intake = content switch
            {
                FileContent.Payroll => new PayrollIntake(_parts),
                FileContent.Pension => new PensionIntake(_parts),
                FileContent.Persons => new PersonsIntake(_parts),
                FileContent.Movements => new MovementIntake(_parts),
                FileContent.Bank => new BankIntake(_parts, request.By),
                _ => new ReceiptsIntake(_parts, request.By),
            });
        }

        return intake;
    }

    private async Task CompleteAsync(CancellationToken cancellation)
    {
        foreach (IContentIntake intake in _intakes.Values)
        {
            await intake.CompleteAsync(cancellation);
        }
    }

    private Rejection? Closed(FileDraft draft) =>
        draft.Kind == SubmissionKind.Regular && draft.Content is FileContent.Payroll or FileContent.Pension or FileContent.Movements && draft.Month is { } month && month <= lastClosed
            ? new Rejection("MONTH_CLOSED", 0, "", month.Text(), "--kind supplementary")
            : null;

    private static LineBlock Merge(List<LineBlock> blocks)
    {
        LineBlock whole = blocks.Count > 0 ? blocks[0] : new LineBlock();
        foreach (LineBlock block in blocks.Skip(1))
        {
            whole.Append(block);
        }

        return whole;
    }
}

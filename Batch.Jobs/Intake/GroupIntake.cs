using System.Threading.Channels;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>Reads the files of one transaction into facts: one large file (or a replacement) block by block, or many small ones together.</summary>
public sealed class GroupIntake(
    IntakeConnection connection, AreaSchema area, PolicyInForce policy, ImportRequest request, YearMonth? lastClosed, MendedParent? parent, LocalDate today,
    IntakeLimits limits, KnownRegister known)
{
    private readonly PersonRegistry _persons = new(connection, area, known.Persons, known.Records);
    private readonly EmployerRegistry _employers = new(connection, area, known.Employers);
    private readonly AccountLives _lives = new(connection.Itself, area);
    private readonly Dictionary<FileContent, BlockIntake> _intakes = [];
    private ReceiptsIntake? _receipts;
    private MovementIntake? _movements;

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

            draft.Month ??= LatestMonth(whole, draft.Content);
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

        await _persons.PreloadAsync(cancellation);
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
        await (draft.Content == FileContent.Movements ? Movements.EndAsync(draft, cancellation) : Task.CompletedTask);
        if ((draft.OfAnotherMonth(request.Month) ?? Closed(draft)) is { } closed)
        {
            draft.Refuse(closed);
        }
        else if (draft.HasTooManyRejections)
        {
            draft.Refuse(Importer.TooManyRejections(draft));
        }
        else if (await WithdrawAsync(draft, cancellation) is { } refusal)
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

        FileContent content = blocks[0].Draft.Content!.Value;
        if (content is FileContent.Payroll or FileContent.Pension)
        {
            await IntakeFor(content).TakeAsync(blocks, whole, cancellation);
            return;
        }

        NpgsqlConnection idle = await connection.IdleAsync();
        if (content == FileContent.Persons)
        {
            await new PersonsIntake(area, _persons, _lives, idle).TakeAsync(blocks, whole, cancellation);
            return;
        }

        if (content == FileContent.Movements)
        {
            await Movements.TakeAsync(blocks, whole, cancellation);
            return;
        }

        if (content == FileContent.Receipts)
        {
            await Receipts().TakeAsync(blocks, whole, cancellation);
        }
    }

    private ReceiptsIntake Receipts() => _receipts ??= new ReceiptsIntake(area, _employers, connection.Itself);
    private MovementIntake Movements => _movements ??= new MovementIntake(area, policy, _persons, _lives, connection.Itself);

    private BlockIntake IntakeFor(FileContent content)
    {
        if (!_intakes.TryGetValue(content, out BlockIntake? intake))
        {
            FactKind kind = content == FileContent.Payroll ? FactKind.Contribution : FactKind.Pension;
            _intakes.Add(content, intake = new BlockIntake(area, policy, kind, _persons, _employers, _lives, connection));
        }

        return intake;
    }

    private async Task<Rejection?> WithdrawAsync(FileDraft draft, CancellationToken cancellation)
    {
        if (draft.Kind != SubmissionKind.Replacement || draft.Content == FileContent.Persons || draft.Month is not { } month)
        {
            return null;
        }

        if (draft.Content == FileContent.Receipts)
        {
            return await Receipts().WithdrawAsync(draft, request.Confirm, cancellation);
        }

        if (draft.Content == FileContent.Movements)
        {
            return await Movements.WithdrawAsync(draft, request.Confirm, cancellation);
        }

        FactKind kind = draft.Content == FileContent.Payroll ? FactKind.Contribution : FactKind.Pension;
        return await new Replacement(area, await connection.IdleAsync(), IntakeFor(draft.Content!.Value), kind).WithdrawAsync(draft, month, request.Confirm, cancellation);
    }

    private async Task CompleteAsync(CancellationToken cancellation)
    {
        foreach (BlockIntake intake in _intakes.Values)
        {
            await intake.CompleteAsync(cancellation);
        }

        await (_movements?.CompleteAsync(cancellation) ?? Task.CompletedTask);
    }

    private Rejection? Closed(FileDraft draft) =>
        draft.Kind == SubmissionKind.Regular && draft.Content is FileContent.Payroll or FileContent.Pension or FileContent.Movements && draft.Month is { } month && month <= lastClosed
            ? new Rejection("MONTH_CLOSED", 0, "", month.Text(), "--kind supplementary")
            : null;

    private static YearMonth? LatestMonth(LineBlock block, FileContent? content) => content switch
    {
        FileContent.Payroll => block.Payroll.Count == 0 ? null : block.Payroll.Max(l => l.Month),
        FileContent.Pension => block.Pension.Count == 0 ? null : block.Pension.Max(l => l.Month),
        FileContent.Receipts => block.Receipts.Count == 0 ? null : block.Receipts.Max(l => l.Month),
        FileContent.Movements => block.Movements.Count == 0 ? null : block.Movements.Max(l => l.On).ToYearMonth(),
        _ => block.Persons.Count == 0 ? null : block.Persons.Max(l => l.On).ToYearMonth(),
    };

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

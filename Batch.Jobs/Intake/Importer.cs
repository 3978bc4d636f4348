using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>
/// Takes files in: archives the bytes, reads and checks the rows, appends the facts. A file is in whole or not at all; many small files
/// share one transaction and its COPYs. Killed and run again, it ends the same: what is in force already is unchanged.
/// </summary>
public sealed class Importer(Area area, IClock clock, IntakeLimits limits)
{
    private const long SmallFileBytes = 512 * 1024;
    private const long GroupBytes = 2 * 1024 * 1024;

    // Groups of files that are archived before they are taken in.
    private const int MostAhead = 2;

    private readonly KnownRegister _known = new();
    private readonly Archive _archive = new(area);

    public async Task<IReadOnlyList<FileOutcome>> ImportAsync(
        IReadOnlyList<string> paths, ImportRequest request, IProgress<FileOutcome>? progress, CancellationToken cancellation)
    {
        MendedParent.RefuseReplacement(request);
        List<List<string>> groups = [.. Groups(paths, request.Kind)];
        List<FileOutcome> outcomes = [];
        List<Task<IReadOnlyList<byte[]>>> archived = [];
        try
        {
            for (int i = 0; i < groups.Count; i++)
            {
                while (archived.Count < Math.Min(groups.Count, i + 1 + MostAhead))
                {
                    archived.Add(ArchiveAsync(groups[archived.Count], archived.LastOrDefault() ?? Task.CompletedTask, cancellation));
                }

                foreach (FileOutcome outcome in await TakeEachAsync(groups[i], archived[i], request, paths.Count == 1, cancellation))
                {
                    outcomes.Add(outcome);
                    progress?.Report(outcome);
                }
            }
        }
        finally
        {
            await Task.WhenAny(archived.LastOrDefault() ?? Task.CompletedTask);
            await Task.Run(_known.GiveBack, CancellationToken.None);
        }

        return outcomes;
    }

    // While the files before them are taken in: one group after the other.
    private async Task<IReadOnlyList<byte[]>> ArchiveAsync(List<string> group, Task before, CancellationToken cancellation)
    {
        await Task.WhenAny(before);
        return await Task.Run(() => _archive.KeepAsync(group, cancellation), cancellation);
    }

    /// <summary>Takes the files of a group in; when the program fails on them, each by itself, so that one cannot keep the others out.</summary>
    private async Task<IReadOnlyList<FileOutcome>> TakeEachAsync(
        List<string> group, Task<IReadOnlyList<byte[]>> archived, ImportRequest request, bool alone, CancellationToken cancellation)
    {
        try
        {
            await Task.WhenAll(StandsAlone(group[0], request.Kind) ? ReadKnownAsync(cancellation) : Task.CompletedTask, archived);
            return await TakeGroupAsync([.. group.Select(IncomingFile.At)], await archived, request, null, cancellation);
        }
        catch (Exception fault) when (!alone && FaultCodes.IsOfOneFile(fault))
        {
            if (group.Count == 1)
            {
                return [FileOutcome.Of(IncomingFile.At(group[0]), request.Kind, fault)];
            }
        }

        List<FileOutcome> outcomes = [];
        foreach (string path in group)
        {
            outcomes.AddRange(await TakeEachAsync([path], Task.Run(() => _archive.KeepAsync([path], cancellation), cancellation), request, alone, cancellation));
        }

        return outcomes;
    }

    /// <summary>Takes in one file that was received and archived before; the upload's record ends in the same transaction.</summary>
    internal async Task<FileOutcome> TakeUploadAsync(IncomingFile file, ImportRequest request, UploadTaking upload, CancellationToken cancellation)
    {
        try
        {
            return (await TakeGroupAsync([file], [upload.Sha256], request, upload, cancellation)).Single();
        }
        finally
        {
            await Task.Run(_known.GiveBack, CancellationToken.None);
        }
    }

    public static Rejection TooManyRejections(FileDraft draft) => new(
        "FILE_REFUSED", 0, "", draft.Rejected.ToString(CultureInfo.InvariantCulture), (draft.Rows / 10).ToString(CultureInfo.InvariantCulture));

    // While the file is archived: most of the persons and employers are known by the time that it is read.
    private async Task ReadKnownAsync(CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        await _known.ReadAsync(area.On(connection), cancellation);
    }

    private async Task<IReadOnlyList<FileOutcome>> TakeGroupAsync(
        IReadOnlyList<IncomingFile> group, IReadOnlyList<byte[]> hashes, ImportRequest request, UploadTaking? upload, CancellationToken cancellation)
    {
        try
        {
            FileOutcome?[] outcomes = await TakeInOneAsync(group, hashes, request, upload, cancellation);
            for (int i = 0; i < group.Count; i++)
            {
                // Judged anew by itself: when nothing comes of it, nothing is recorded.
                outcomes[i] ??= (await TakeInOneAsync([group[i]], [hashes[i]], request, upload, cancellation))[0];
            }

            return outcomes!;
        }
        catch
        {
            _known.Forget();
            throw;
        }
    }

    /// <summary>Takes files in by one transaction; null for those of several that are to be judged anew, one by one.</summary>
    private async Task<FileOutcome?[]> TakeInOneAsync(
        IReadOnlyList<IncomingFile> group, IReadOnlyList<byte[]> hashes, ImportRequest request, UploadTaking? upload, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        SubmissionLog log = new(area.On(connection));
        await log.LockAsync(cancellation);
        if (upload is not null)
        {
            if (await upload.EndedAsync(connection, cancellation) is { } ended)
            {
                return [ended];
            }

            await upload.BeginAsync(connection, cancellation);
        }

        (FileOutcome?[] outcomes, List<(int Place, FileDraft Draft)> taken, EarlierSubmission? again) =
            await DraftAsync(log, group, hashes, request, cancellation);
        List<FileDraft> drafts = [.. taken.Select(t => t.Draft)];
        MendedParent? parent = request.Parent is { } mends ? await MendedParent.ReadAsync(area.On(connection), mends, cancellation) : null;
        GroupIntake intake = new(new IntakeConnection(area.On(connection)), area.Policy, request, await log.LastClosedAsync(cancellation), parent, clock.Today(), limits, _known);
        bool large = drafts.Count == 1 && StandsAlone(drafts[0].Path, request.Kind);
        await (large ? intake.TakeLargeAsync(drafts[0], upload?.Progress, cancellation) : intake.TakeSmallAsync(drafts, cancellation));
        FileOutcome? repeated = again?.Repeated(drafts[0]);
        if (repeated is not null || (large && drafts[0].Refused is not null))
        {
            await transaction.RollbackAsync(cancellation);
            _known.Forget();
            return [await RecordAsync(drafts[0], (repeated, again), request, upload, cancellation)];
        }

        KillSwitch.Pass(KillPoint.ImportBeforeLog);
        await log.WriteAsync(drafts, request.By, cancellation);
        await new RefusedEmployers(area.On(connection), clock.Today(), limits).WriteAsync(drafts, request.Month, cancellation);
        taken.ForEach(t => outcomes[t.Place] = t.Draft.Outcome());
        if (upload is not null)
        {
            await upload.EndAsync(connection, outcomes[0]!, already: drafts.Count == 0, cancellation);
        }

        KillSwitch.Pass(KillPoint.ImportBeforeCommit);
        await transaction.CommitAsync(cancellation);
        KillSwitch.Pass(KillPoint.ImportAfterCommit);
        return outcomes;
    }

    /// <summary>What stands as it was sent before has its outcome at once, the others become drafts. Again: what a lone file, judged anew, was before.</summary>
    private static async Task<(FileOutcome?[] Outcomes, List<(int Place, FileDraft Draft)> Taken, EarlierSubmission? Again)> DraftAsync(
        SubmissionLog log, IReadOnlyList<IncomingFile> group, IReadOnlyList<byte[]> hashes, ImportRequest request, CancellationToken cancellation)
    {
        Dictionary<string, EarlierSubmission> earlier = await log.EarlierAsync(hashes, cancellation);
        int number = await log.NextNumberAsync(cancellation);
        FileOutcome?[] outcomes = new FileOutcome?[group.Count];
        List<(int Place, FileDraft Draft)> taken = [];
        EarlierSubmission? again = null;
        for (int i = 0; i < group.Count; i++)
        {
            EarlierSubmission? before = earlier.GetValueOrDefault(Convert.ToHexString(hashes[i]));
            bool stands = before is not null && (before.Refused is not null || await log.SupersededAsync(before.Submission, cancellation) == 0);
            if (stands && !before!.MayPassNow)
            {
                outcomes[i] = await before.RefiledAsync(log, group[i].Name, request, cancellation);
            }
            else if (!stands || group.Count == 1)
            {
                again = stands ? before : null;
                taken.Add((i, new FileDraft(group[i], hashes[i], number++, request.Kind) { Month = request.Month, Parent = request.Parent }));
            }
        }

        return (outcomes, taken, again);
    }

    /// <summary>What is left of a file whose rows were taken back: the record that it was refused, or, when it is on record already, nothing.</summary>
    private async Task<FileOutcome> RecordAsync(
        FileDraft draft, (FileOutcome? Outcome, EarlierSubmission? Before) repeated, ImportRequest request, UploadTaking? upload, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        SubmissionLog log = new(area.On(connection));
        await log.LockAsync(cancellation);
        // The lock was let go of meanwhile: somebody else may have taken the same upload.
        if (upload is not null && await upload.EndedAsync(connection, cancellation) is { } ended)
        {
            return ended;
        }

        if (repeated.Outcome is null)
        {
            draft.Submission = await log.NextNumberAsync(cancellation);
            await log.WriteAsync([draft], request.By, cancellation);
            await new RefusedEmployers(area.On(connection), clock.Today(), limits).WriteAsync([draft], request.Month, cancellation);
        }

        FileOutcome outcome = repeated.Outcome ?? draft.Outcome();
        if (outcome.Same is not null)
        {
            outcome = await repeated.Before!.RefiledAsync(log, draft.Name, request, cancellation);
        }

        if (upload is not null)
        {
            await upload.EndAsync(connection, outcome, already: outcome is { Refused: null, NoneTaken: false }, cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return outcome;
    }

    // A large file fills a transaction; a replacement can be refused at its end, so it has one of its own.
    private static bool StandsAlone(string path, SubmissionKind kind) =>
        kind == SubmissionKind.Replacement || new FileInfo(path).Length > SmallFileBytes;

    private static IEnumerable<List<string>> Groups(IReadOnlyList<string> paths, SubmissionKind kind)
    {
        List<string> group = [];
        long bytes = 0;
        foreach (string path in paths)
        {
            long length = new FileInfo(path).Length;
            bool alone = StandsAlone(path, kind);
            if (group.Count > 0 && (alone || bytes + length > GroupBytes))
            {
                yield return group;
                group = [];
                bytes = 0;
            }

            if (alone)
            {
                yield return [path];
                continue;
            }

            group.Add(path);
            bytes += length;
        }

        if (group.Count > 0)
        {
            yield return group;
        }
    }
}

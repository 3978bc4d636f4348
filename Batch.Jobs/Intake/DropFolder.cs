using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Microsoft.Win32.SafeHandles;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>What was done with one file of a drop folder. Where: the file as it lies now.</summary>
/// <param name="Upload">Null: it did not come so far.</param>
/// <param name="Code">Why it was not taken; null: it was.</param>
public sealed record DroppedFile(string Name, Upload? Upload, string? Code, string Where)
{
    /// <summary>Every row of the file was rejected.</summary>
    public const string NoRowTaken = "NO_ROW_TAKEN";
}

/// <summary>
/// A folder that files are dropped into. One that rests in <c>incoming</c> is claimed by renaming it, received and taken like any upload, and ends in <c>done</c> or
/// <c>failed</c>, its outcome in words beside it. Any number of hosts may watch one folder; a host that is killed leaves a claimed file, which the next one ends.
/// A file that cannot be taken never holds up those behind it.
/// </summary>
/// <remarks>
/// Whole is a file that nobody has open for writing, that has not changed for some time, and that is the same at a second look. What is written from another machine, with
/// pauses, is whole only by a name: written as <c>NAME.part</c> and renamed. Totals in the file tell one that was cut off.
/// </remarks>
/// <param name="rest">A file that changed within this time is still being written.</param>
public sealed class DropFolder(Area area, IClock clock, IntakeLimits limits, Duration rest)
{
    public static readonly Duration UsualRest = Duration.FromSeconds(10);

    /// <summary>After so many failures of the machine the file is put aside with their code.</summary>
    private const int MostAttempts = 5;

    /// <summary>Longest part of a name kept, in bytes: a number goes before it and a word behind it.</summary>
    private const int LongestName = 180;

    private static readonly TimeSpan SecondLook = TimeSpan.FromSeconds(1);

    /// <summary>Takes every file that rests now, one after the other by name. Those directly in <c>incoming</c> are regular; its folders <c>supplementary</c> and <c>replacement</c> name the kind.</summary>
    public async Task<IReadOnlyList<DroppedFile>> TakeOnceAsync(string folder, string by, IProgress<DroppedFile>? progress, CancellationToken cancellation)
    {
        using DropPlace place = new(folder);
        await using NpgsqlConnection session = await area.Database.OpenSessionAsync(cancellation);
        List<(SubmissionKind Kind, string Name, PosixFile.Found? First)> seen = [.. Enum.GetValues<SubmissionKind>().SelectMany(kind =>
            place.Names(kind).Select(name => (kind, name, PosixFile.Look(Path.Combine(place.Incoming(kind), name)))))];
        if (seen.Exists(s => s.First is { } first && Rests(first)))
        {
            await Task.Delay(SecondLook, cancellation);
        }

        List<DroppedFile> taken = [];
        foreach ((SubmissionKind kind, string name, PosixFile.Found? first) in seen)
        {
            if (await LockAsync(session, kind, name, cancellation))
            {
                if (await TryAsync(place, kind, name, first, by, cancellation) is { } file)
                {
                    taken.Add(file);
                    progress?.Report(file);
                }

                await UnlockAsync(session, kind, name, cancellation);
            }
        }

        return taken;
    }

    /// <summary>One file, whatever it is. Null: it is not for us yet.</summary>
    private async Task<DroppedFile?> TryAsync(DropPlace place, SubmissionKind kind, string name, PosixFile.Found? first, string by, CancellationToken cancellation)
    {
        string claimed = Path.Combine(place.Claimed(kind), name);
        try
        {
            return Claim(place, kind, name, first) ? await TakeAsync(place, kind, claimed, by, cancellation) : null;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            bool again = fault is NpgsqlException or EnvironmentException || (fault is IOException and not FileNotFoundException && PosixFile.Look(claimed) is { IsRegular: true });
            return PutAside(place, claimed, again, FaultCodes.Of(fault));
        }
    }

    /// <summary>True: it lies among the claimed, left behind by a host that is gone or moved there from <c>incoming</c>, where it rested.</summary>
    private bool Claim(DropPlace place, SubmissionKind kind, string name, PosixFile.Found? first)
    {
        string claimed = Path.Combine(place.Claimed(kind), name), incoming = Path.Combine(place.Incoming(kind), name);
        if (PosixFile.Look(claimed) is not null)
        {
            return true;
        }

        if (first is not { } before || PosixFile.Look(incoming) != first || !Rests(before) || (before.IsRegular && IsBeingWritten(incoming)))
        {
            return false;
        }

        try
        {
            File.Move(incoming, claimed);
            return true;
        }
        catch (FileNotFoundException)
        {
            // Taken back by the sender.
            return false;
        }
    }

    private bool Rests(PosixFile.Found file) => clock.GetCurrentInstant() - Instant.FromUnixTimeSeconds(file.ModifiedSeconds) >= rest;

    private static bool IsBeingWritten(string path)
    {
        try
        {
            using SafeFileHandle file = PosixFile.Open(path);
            return PosixFile.IsBeingWritten(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // What keeps it from being read is said once it is claimed.
            return false;
        }
    }

    private async Task<DroppedFile?> TakeAsync(DropPlace place, SubmissionKind kind, string path, string by, CancellationToken cancellation)
    {
        string name = Path.GetFileName(path);
        if (PosixFile.Look(path) is not { IsRegular: true })
        {
            return PutAside(place, path, again: false, "NOT_A_FILE");
        }

        Uploads uploads = new(area, clock, limits);
        Upload upload;
        PosixFile.Found received;
        using (SafeFileHandle file = PosixFile.Open(path))
        {
            // Looked at once more: it may have been exchanged since.
            received = PosixFile.Look(file);
            if (!received.IsRegular)
            {
                return PutAside(place, path, again: false, "NOT_A_FILE");
            }

            await using FileStream content = new(file, FileAccess.Read);
            // The same file, claimed again after a kill, is the same upload; dropped anew it has another time.
            string key = string.Create(
                CultureInfo.InvariantCulture, $"drop {kind} {Convert.ToHexStringLower(SHA256.HashData(content))} {Ticks(received)} {name}");
            content.Position = 0;
            if (PosixFile.Look(file) != received)
            {
                return PutAside(place, path, again: true, "FILE_CHANGING");
            }

            upload = await uploads.ReceiveAsync(name, content, new ImportRequest(null, kind, false, by), key, cancellation);
        }

        try
        {
            upload = await uploads.TakeAsync(upload.Number, null, cancellation);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            upload = await uploads.ReadAsync(upload.Number, cancellation);
            if (upload.Attempts < MostAttempts)
            {
                // It stays claimed; the next look tries again.
                return PutAside(place, path, again: true, upload.Fault?.Code ?? FaultCodes.Of(fault)) with { Upload = upload };
            }
        }

        // Written to after it was received: what came later is not in; the next look takes the file as it is then.
        return PosixFile.Look(path) is { } now && now != received
            ? PutAside(place, path, again: true, "FILE_CHANGING") with { Upload = upload }
            : await EndAsync(place, path, upload, uploads, cancellation);
    }

    private static string? CodeOf(Upload upload, FileOutcome? outcome) =>
        upload.State != UploadState.Taken ? upload.Fault?.Code ?? "INTERNAL" : outcome is { NoneTaken: true } ? DroppedFile.NoRowTaken : null;

    // As File.GetLastWriteTimeUtc has it.
    private static long Ticks(PosixFile.Found file) => DateTime.UnixEpoch.Ticks + (file.ModifiedSeconds * TimeSpan.TicksPerSecond) + (file.ModifiedNanoseconds / 100);

    /// <summary>A file that could not be taken, with a word beside it: it stays claimed for the next look, or goes to <c>failed</c>.</summary>
    private static DroppedFile PutAside(DropPlace place, string path, bool again, string code)
    {
        string name = Path.GetFileName(path), end = path;
        if (!again)
        {
            end = Path.Combine(place.Failed, Shortened(name));
            for (int i = 2; PosixFile.Look(end) is not null; i++)
            {
                end = Path.Combine(place.Failed, FormattableString.Invariant($"{i} {Shortened(name)}"));
            }
        }

        try
        {
            WriteWord(again ? WordOf(path) : end + ".txt", DropText.Of(name, code, again));
            if (!again)
            {
                File.Move(path, end);
                File.Delete(WordOf(path));
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // No room for the word, or the file was taken away: the outcome that is returned says the code.
        }

        return new DroppedFile(name, null, code, place.Shown(PosixFile.Look(end) is null ? path : end));
    }

    private static string WordOf(string claimed) => Path.Combine(Path.GetDirectoryName(claimed)!, Shortened(Path.GetFileName(claimed)) + DropPlace.Word);

    // Never into what is there, which may be a link.
    private static void WriteWord(string path, string text)
    {
        using UnfinishedFile unfinished = new(path);
        using (StreamWriter words = new(unfinished.Open(), new UTF8Encoding(true)))
        {
            words.Write(text);
        }

        unfinished.Finish();
    }

    /// <summary>The words and the fix pack first, the file last: as long as it lies among the claimed, all of it can be done again.</summary>
    private async Task<DroppedFile> EndAsync(DropPlace place, string path, Upload upload, Uploads uploads, CancellationToken cancellation)
    {
        string name = Path.GetFileName(path);
        FileOutcome? outcome = await uploads.OutcomeAsync(upload.Number, cancellation);
        string? code = CodeOf(upload, outcome);
        string end = Path.Combine(code is null ? place.Done : place.Failed, string.Create(CultureInfo.InvariantCulture, $"{upload.Number:000000} {Shortened(name)}"));
        if (outcome is { Submission: { } submission, Rejected: > 0 } && !upload.Already)
        {
            await WritePackAsync(submission, end, cancellation);
        }

        WriteWord(end + ".txt", DropText.Of(upload, outcome));
        File.Move(path, end, overwrite: true);
        File.Delete(WordOf(path));
        return new DroppedFile(name, upload, code, place.Shown(end));
    }

    private async Task WritePackAsync(int submission, string end, CancellationToken cancellation)
    {
        bool workbook = Path.GetExtension(end).StartsWith(".xls", StringComparison.OrdinalIgnoreCase);
        string path = $"{end}.更正包{(workbook ? ".xlsx" : ".csv")}";
        using UnfinishedFile unfinished = new(path);
        try
        {
            await using (FileStream pack = unfinished.Open())
            {
                await new FixPacks(area, limits).WriteAsync(submission, held: false, workbook ? ReportFormat.Xlsx : ReportFormat.Csv, pack, cancellation);
            }

            unfinished.Finish();
        }
        catch (DataFaultException)
        {
            // A file without rows to mend: its outcome says so.
        }
    }

    private async Task<bool> LockAsync(NpgsqlConnection session, SubmissionKind kind, string name, CancellationToken cancellation) =>
        (bool)(await CallAsync(session, "pg_try_advisory_lock", kind, name, cancellation))!;

    private Task UnlockAsync(NpgsqlConnection session, SubmissionKind kind, string name, CancellationToken cancellation) =>
        CallAsync(session, "pg_advisory_unlock", kind, name, cancellation);

    // The file's lock lives as long as its host's session.
    private async Task<object?> CallAsync(NpgsqlConnection session, string function, SubmissionKind kind, string name, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new($"SELECT {function}(hashtext($1), hashtext($2))", session);
        command.Parameters.AddWithValue(area.Schema.Name + ".drop");
        command.Parameters.AddWithValue($"{kind}/{name}");
        return await command.ExecuteScalarAsync(cancellation);
    }

    private static string Shortened(string name)
    {
        string clean = string.Concat(name.Select(c => char.IsControl(c) ? '_' : c));
        while (Encoding.UTF8.GetByteCount(clean) > LongestName || (clean.Length > 0 && char.IsLowSurrogate(clean[0])))
        {
            clean = clean[1..];
        }

        return clean;
    }
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Batch.Jobs.Areas;
using Batch.Jobs.Intake;
using Batch.Jobs.Reports;
using Batch.Jobs.Server;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Import;

/// <summary>What was done with one file of a drop folder. Where: the file as it lies now.</summary>
public sealed record DroppedFile(string Name, Upload Upload, string Where);

/// <summary>
/// A folder that files are dropped into. One that rests in <c>incoming</c> is claimed by renaming it, received and taken like any upload, and ends in <c>done</c> or
/// <c>failed</c>, its outcome in words beside it. Any number of hosts may watch one folder; whoever is killed leaves a claimed file that the next one ends.
/// </summary>
/// <param name="rest">A file that changed within this time is still being written.</param>
public sealed class DropFolder(Area area, IClock clock, IntakeLimits limits, Duration rest)
{
    public static readonly Duration UsualRest = Duration.FromSeconds(3);

    /// <summary>After so many failures of the machine the file is put aside with their code.</summary>
    private const int MostAttempts = 5;

    /// <summary>Longest part of a name kept, in bytes: a number goes before it and a word behind it.</summary>
    private const int LongestName = 180;

    private static readonly string[] Unfinished = [".part", ".tmp", ".crdownload", ".filepart"];

    /// <summary>Takes every file that rests now, one after the other by name. Those directly in <c>incoming</c> are regular; its folders <c>supplementary</c> and <c>replacement</c> name the kind.</summary>
    public async Task<IReadOnlyList<DroppedFile>> TakeOnceAsync(string folder, string by, IProgress<DroppedFile>? progress, CancellationToken cancellation)
    {
        Place place = new(folder);
        await using NpgsqlConnection session = await area.Database.OpenSessionAsync(Roles.Program, cancellation);
        List<DroppedFile> taken = [];
        foreach (SubmissionKind kind in Enum.GetValues<SubmissionKind>())
        {
            foreach (string name in place.Names(kind))
            {
                if (await LockAsync(session, kind, name, cancellation))
                {
                    if (Claim(place, kind, name) is { } path && await TakeAsync(place, kind, path, by, cancellation) is { } file)
                    {
                        taken.Add(file);
                        progress?.Report(file);
                    }

                    await UnlockAsync(session, kind, name, cancellation);
                }
            }
        }

        return taken;
    }

    /// <summary>The claimed file: one that a host left behind which is gone, or one that rests in <c>incoming</c>. Null: neither.</summary>
    private string? Claim(Place place, SubmissionKind kind, string name)
    {
        string claimed = Path.Combine(place.Claimed(kind), name);
        if (File.Exists(claimed))
        {
            return claimed;
        }

        FileInfo incoming = new(Path.Combine(place.Incoming(kind), name));
        if (!incoming.Exists || incoming.Attributes.HasFlag(FileAttributes.ReparsePoint) || !Rests(incoming))
        {
            return null;
        }

        try
        {
            File.Move(incoming.FullName, claimed);
            return claimed;
        }
        catch (FileNotFoundException)
        {
            // Taken back by whoever put it there.
            return null;
        }
    }

    private bool Rests(FileInfo file) => clock.GetCurrentInstant() - Instant.FromDateTimeUtc(file.LastWriteTimeUtc) >= rest;

    private async Task<DroppedFile?> TakeAsync(Place place, SubmissionKind kind, string path, string by, CancellationToken cancellation)
    {
        string name = Path.GetFileName(path);
        Uploads uploads = new(area, clock, limits);
        Upload upload;
        await using (FileStream content = File.OpenRead(path))
        {
            // The same file, claimed again after a kill, is the same upload; dropped anew it has another time.
            string key = string.Create(
                CultureInfo.InvariantCulture, $"drop {kind} {Convert.ToHexStringLower(SHA256.HashData(content))} {File.GetLastWriteTimeUtc(path).Ticks} {name}");
            content.Position = 0;
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
                return null;
            }
        }

        return new DroppedFile(name, upload, await EndAsync(place, path, upload, uploads, cancellation));
    }

    /// <summary>The words and the fix pack first, the file last: as long as it lies among the claimed, all of it can be done again.</summary>
    private async Task<string> EndAsync(Place place, string path, Upload upload, Uploads uploads, CancellationToken cancellation)
    {
        string folder = upload.State == UploadState.Taken ? place.Done : place.Failed;
        string end = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{upload.Number:000000} {Shortened(Path.GetFileName(path))}"));
        FileOutcome? outcome = await uploads.OutcomeAsync(upload.Number, cancellation);
        if (outcome is { Submission: { } submission, Rejected: > 0 } && !upload.Already)
        {
            await WritePackAsync(submission, end, cancellation);
        }

        await File.WriteAllTextAsync(end + ".txt.part", DropText.Of(upload, outcome), new UTF8Encoding(true), cancellation);
        File.Move(end + ".txt.part", end + ".txt", overwrite: true);
        File.Move(path, end, overwrite: true);
        return end;
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
                await new FixPacks(area.Program, area.Schema, limits).WriteAsync(submission, held: false, workbook ? ReportFormat.Xlsx : ReportFormat.Csv, pack, cancellation);
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
        while (Encoding.UTF8.GetByteCount(name) > LongestName)
        {
            name = name[1..];
        }

        return name;
    }

    /// <summary>The folders of a drop folder, made when they are missing.</summary>
    private sealed class Place
    {
        private readonly string folder;

        public Place(string folder)
        {
            this.folder = folder;
            foreach (SubmissionKind kind in Enum.GetValues<SubmissionKind>())
            {
                Directory.CreateDirectory(Incoming(kind));
                Directory.CreateDirectory(Claimed(kind));
            }

            Directory.CreateDirectory(Done);
            Directory.CreateDirectory(Failed);
        }

        public string Done => Path.Combine(folder, "done");

        public string Failed => Path.Combine(folder, "failed");

        public string Incoming(SubmissionKind kind) => Path.Combine(folder, "incoming", OfKind(kind));

        public string Claimed(SubmissionKind kind) => Path.Combine(folder, "claimed", OfKind(kind));

        /// <summary>Those left claimed first, then the new ones.</summary>
        public IEnumerable<string> Names(SubmissionKind kind) =>
            NamesIn(Claimed(kind)).Concat(NamesIn(Incoming(kind)).Where(n => !n.StartsWith('.') && !Unfinished.Contains(Path.GetExtension(n), StringComparer.OrdinalIgnoreCase))).Distinct();

        private static string[] NamesIn(string folder) => [.. Directory.EnumerateFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

        private static string OfKind(SubmissionKind kind) => kind == SubmissionKind.Regular ? "" : kind.ToString().ToLowerInvariant();
    }
}

using System.IO.Compression;
using System.Security.Cryptography;
using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>Keeps the bytes of every file as received, by their SHA-256, before anything of them is read.</summary>
public sealed class Archive(Area area)
{
    private const int PartBytes = 1 << 20;

    private readonly Lane[] lanes = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Lane())];

    /// <summary>Archives files that are not there yet, many small ones in one COPY; returns the SHA-256 of each.</summary>
    public async Task<IReadOnlyList<byte[]>> KeepAsync(IReadOnlyList<string> paths, CancellationToken cancellation)
    {
        byte[][] hashes = [.. paths.Select(Hash)];
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        HashSet<string> wanted = await ReserveAsync(connection, paths, hashes, cancellation);
        if (wanted.Count > 0)
        {
            await using CopyRows copy = await CopyRows.BeginAsync(connection, area.Sql(":area.archive_part"), "sha256, part, content", cancellation);
            for (int i = 0; i < paths.Count; i++)
            {
                if (wanted.Remove(Convert.ToHexString(hashes[i])))
                {
                    await WritePartsAsync(copy, paths[i], hashes[i], cancellation);
                }
            }

            await copy.CompleteAsync(cancellation);
        }

        KillSwitch.Pass(KillPoint.ArchiveBeforeCommit);
        await transaction.CommitAsync(cancellation);
        KillSwitch.Pass(KillPoint.ArchiveAfterCommit);
        return hashes;
    }

    /// <summary>An archived file in a place of its own, for a reader that needs a file.</summary>
    internal async Task<TemporaryFile> RestoreAsync(byte[] sha256, CancellationToken cancellation)
    {
        TemporaryFile file = new();
        try
        {
            await using FileStream bytes = new(file.Path, FileMode.CreateNew);
            await RestoreAsync(sha256, bytes, cancellation);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The bytes of an archived file, from the beginning.</summary>
    public async Task RestoreAsync(byte[] sha256, Stream output, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        await using NpgsqlCommand command = new(area.Sql("SELECT content FROM :area.archive_part WHERE sha256 = $1 ORDER BY part"), connection);
        command.Parameters.AddWithValue(sha256);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            using MemoryStream part = new(reader.GetFieldValue<byte[]>(0));
            await using DeflateStream inflate = new(part, CompressionMode.Decompress);
            await inflate.CopyToAsync(output, cancellation);
        }
    }

    private async Task<HashSet<string>> ReserveAsync(NpgsqlConnection connection, IReadOnlyList<string> paths, byte[][] hashes, CancellationToken cancellation) =>
        [.. await connection.ReadAsync(area.Sql(
            """
            INSERT INTO :area.archive (sha256, bytes, parts)
            SELECT DISTINCT ON (h) h, b, (b + $3 - 1) / $3 FROM unnest($1, $2) t(h, b) ORDER BY h
            ON CONFLICT DO NOTHING RETURNING sha256
            """),
            r => Convert.ToHexString(r.GetFieldValue<byte[]>(0)), cancellation, hashes, paths.Select(p => new FileInfo(p).Length).ToArray(), PartBytes)];

    // Parts are packed side by side, and written in their order.
    private async Task WritePartsAsync(CopyRows copy, string path, byte[] hash, CancellationToken cancellation)
    {
        Queue<Task<ArraySegment<byte>>> packing = [];
        int written = 0;
        await using FileStream file = File.OpenRead(path);
        try
        {
            for (int part = 0; file.Position < file.Length; part++)
            {
                if (packing.Count == lanes.Length)
                {
                    WritePart(copy, hash, written++, await packing.Dequeue());
                }

                Lane lane = lanes[part % lanes.Length];
                int length = await lane.ReadAsync(file, cancellation);
                packing.Enqueue(Task.Run(() => lane.Pack(length), cancellation));
            }

            foreach (Task<ArraySegment<byte>> last in packing)
            {
                WritePart(copy, hash, written++, await last);
            }
        }
        finally
        {
            // Whatever became of it: nothing is packed any more when another file is read into the same room.
            await Task.WhenAny(Task.WhenAll(packing));
        }
    }

    private static void WritePart(CopyRows copy, byte[] hash, int part, ArraySegment<byte> packed)
    {
        copy.StartRow();
        copy.Write(hash);
        copy.Write(part);
        copy.Write(packed);
        KillSwitch.Pass(KillPoint.ArchiveMidCopy);
    }

    private static byte[] Hash(string path)
    {
        using FileStream file = File.OpenRead(path);
        return SHA256.HashData(file);
    }

    /// <summary>Room for one part and for what it is packed into, used again for part after part.</summary>
#pragma warning disable CA1001 // A memory stream holds nothing to release.
    private sealed class Lane
#pragma warning restore CA1001
    {
        private byte[] bytes = [];

        // Grows as needed: Deflate lengthens incompressible bytes by more than any fixed allowance (an .xlsx is compressed already).
        private readonly MemoryStream packed = new();

        /// <summary>Reads the next part; its length.</summary>
        public async Task<int> ReadAsync(FileStream file, CancellationToken cancellation)
        {
            int length = (int)Math.Min(PartBytes, file.Length - file.Position);
            if (bytes.Length < length)
            {
                bytes = new byte[length];
            }

            await file.ReadExactlyAsync(bytes.AsMemory(0, length), cancellation);
            return length;
        }

        public ArraySegment<byte> Pack(int length)
        {
            packed.SetLength(0);
            using (DeflateStream deflate = new(packed, CompressionLevel.Fastest, leaveOpen: true))
            {
                deflate.Write(bytes.AsSpan(0, length));
            }

            return new ArraySegment<byte>(packed.GetBuffer(), 0, (int)packed.Length);
        }
    }
}

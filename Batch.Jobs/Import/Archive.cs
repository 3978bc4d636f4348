using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using Batch.Jobs.Areas;
using Batch.Jobs.Server;
using Npgsql;

namespace Batch.Jobs.Import;

/// <summary>Keeps the bytes of every file as received, by their SHA-256, before anything of them is read.</summary>
public sealed class Archive(NpgsqlDataSource program, AreaSchema area)
{
    private const int PartBytes = 1 << 20;

    /// <summary>Archives files that are not there yet, many small ones in one COPY; returns the SHA-256 of each.</summary>
    public async Task<IReadOnlyList<byte[]>> KeepAsync(IReadOnlyList<string> paths, CancellationToken cancellation)
    {
        byte[][] hashes = [.. paths.Select(Hash)];
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
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

    /// <summary>The bytes of an archived file, from the beginning.</summary>
    public async Task RestoreAsync(byte[] sha256, Stream output, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
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
    private static async Task WritePartsAsync(CopyRows copy, string path, byte[] hash, CancellationToken cancellation)
    {
        Queue<Task<ArraySegment<byte>>> packing = [];
        int part = 0;
        await using FileStream file = File.OpenRead(path);
        while (await ReadPartAsync(file, cancellation) is { Count: > 0 } bytes)
        {
            if (packing.Count == Environment.ProcessorCount)
            {
                WritePart(copy, hash, part++, await packing.Dequeue());
            }

            packing.Enqueue(Task.Run(() => Pack(bytes), cancellation));
        }

        foreach (Task<ArraySegment<byte>> last in packing)
        {
            WritePart(copy, hash, part++, await last);
        }
    }

    /// <summary>The next part, in a rented array; empty: the file has ended.</summary>
    private static async Task<ArraySegment<byte>> ReadPartAsync(FileStream file, CancellationToken cancellation)
    {
        int length = (int)Math.Min(PartBytes, file.Length - file.Position);
        byte[] part = ArrayPool<byte>.Shared.Rent(length);
        await file.ReadExactlyAsync(part.AsMemory(0, length), cancellation);
        return new ArraySegment<byte>(part, 0, length);
    }

    // What cannot be packed becomes a little longer: five bytes for every block of it.
    private static ArraySegment<byte> Pack(ArraySegment<byte> part)
    {
        byte[] room = ArrayPool<byte>.Shared.Rent(part.Count + (part.Count / 64) + 256);
        using MemoryStream packed = new(room);
        using (DeflateStream deflate = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(part);
        }

        ArrayPool<byte>.Shared.Return(part.Array!);
        return new ArraySegment<byte>(room, 0, (int)packed.Position);
    }

    private static void WritePart(CopyRows copy, byte[] hash, int part, ArraySegment<byte> packed)
    {
        copy.StartRow();
        copy.Write(hash);
        copy.Write(part);
        copy.Write(packed);
        ArrayPool<byte>.Shared.Return(packed.Array!);
        KillSwitch.Pass(KillPoint.ArchiveMidCopy);
    }

    private static byte[] Hash(string path)
    {
        using FileStream file = File.OpenRead(path);
        return SHA256.HashData(file);
    }
}

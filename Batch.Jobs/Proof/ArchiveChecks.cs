using System.IO.Compression;
using System.Security.Cryptography;
using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Jobs.Proof;

/// <summary>V2 at its root: the archived bytes are those that were received, which their own SHA-256 proves, and every submission has its bytes.</summary>
internal sealed class ArchiveChecks(AreaSession area, VerificationScope scope, Findings findings)
{
    public async Task CheckAsync(CancellationToken cancellation)
    {
        // What was received and never taken in (uploads) is looked at from the beginning only.
        string join = scope.All ? "FULL JOIN" : "LEFT JOIN";
        await using NpgsqlCommand command = area.Command(
            $"""
            SELECT coalesce(a.sha256, s.sha256), min(s.submission_id), min(a.bytes), min(a.parts)
            FROM (SELECT * FROM :area.submission WHERE $1 OR submission_id = ANY($2)) s {join} :area.archive a USING (sha256)
            GROUP BY 1 ORDER BY min(s.submission_id), 1
            """);
        command.Parameters.AddWithValue(scope.All);
        command.Parameters.AddWithValue(scope.Submissions);
        foreach ((byte[] sha256, int? submission, long? bytes, int? parts) in await command.ListAsync(
            r => (r.GetFieldValue<byte[]>(0), r.IsDBNull(1) ? (int?)null : r.GetInt32(1), r.IsDBNull(2) ? (long?)null : r.GetInt64(2), r.IsDBNull(3) ? (int?)null : r.GetInt32(3)), cancellation))
        {
            string name = submission is { } number ? $"submission {number}" : $"file {Convert.ToHexStringLower(sha256)[..12]}";
            if (bytes is null || parts is null)
            {
                findings.Broken(Invariants.Rows, $"{name}: its bytes are not in the archive");
            }
            else if (await ReadAsync(sha256, cancellation) is var (found, length, count) && (!found.SequenceEqual(sha256) || length != bytes || count != parts))
            {
                findings.Broken(Invariants.Rows, $"{name}: the archived bytes are not those that were received");
            }
        }
    }

    private async Task<(byte[] Sha256, long Bytes, int Parts)> ReadAsync(byte[] sha256, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command("SELECT content, part FROM :area.archive_part WHERE sha256 = $1 ORDER BY part");
        command.Parameters.AddWithValue(sha256);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 16];
        (long bytes, int parts) = (0, 0);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (reader.GetInt32(1) != parts++)
            {
                return ([], 0, 0);
            }

            using MemoryStream part = new(reader.GetFieldValue<byte[]>(0));
            await using DeflateStream inflate = new(part, CompressionMode.Decompress);
            try
            {
                for (int read; (read = inflate.Read(buffer)) > 0; bytes += read)
                {
                    hash.AppendData(buffer, 0, read);
                }
            }
            catch (InvalidDataException)
            {
                // What cannot be inflated is not what was deflated.
                return ([], 0, 0);
            }
        }

        return (hash.GetHashAndReset(), bytes, parts);
    }
}

using System.Text.Json;
using Batch.Jobs.Store;

namespace Batch.Jobs.Intake;

/// <summary>A scan that is kept.</summary>
/// <param name="Sha256">Of its bytes, in hexadecimal.</param>
public sealed record ScanDocument(int Scan, string Name, string MediaType, int Bytes, string Sha256, string By, DateTime At)
{
    /// <summary>The row n of <c>:area.scan</c> as JSON, without its content.</summary>
    internal const string Told =
        """
        jsonb_build_object('Scan', n.scan_id, 'Name', n.file_name, 'MediaType', n.media_type, 'Bytes', length(n.content), 'Sha256', encode(n.sha256, 'hex'), 'By', n.added_by,
                           'At', to_char(n.added_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
        """;

    internal static ScanDocument Read(string json) => JsonSerializer.Deserialize<ScanDocument>(json)!;

    internal static IReadOnlyList<ScanDocument> ReadAll(string json) => JsonSerializer.Deserialize<List<ScanDocument>>(json)!;
}

/// <summary>Keeps scans with the decision or proposal that they belong to, in its transaction, under the area's intake lock.</summary>
internal sealed class Scans(AreaSession area, ScanLimits limits)
{
    /// <summary>Of a decision, by its number among the submissions.</summary>
    public Task AddToDecisionAsync(int decision, IReadOnlyList<ScanFile> files, string by, CancellationToken cancellation) =>
        AddAsync(("decision", decision), files, by, cancellation);

    public Task AddToProposalAsync(int proposal, IReadOnlyList<ScanFile> files, string by, CancellationToken cancellation) =>
        AddAsync(("changed", proposal), files, by, cancellation);

    // What is sent once more is kept once.
    private async Task AddAsync((string Column, int Number) owner, IReadOnlyList<ScanFile> files, string by, CancellationToken cancellation)
    {
        if (files.Count == 0)
        {
            return;
        }

        HashSet<string> known = [.. await area.ReadAsync(
            $"SELECT encode(sha256, 'hex') FROM :area.scan WHERE {owner.Column} = $1", r => r.GetString(0), cancellation, owner.Number)];
        foreach (ScanFile file in files)
        {
            string hash = Convert.ToHexStringLower(file.Sha256);
            if (!known.Add(hash))
            {
                continue;
            }

            if (known.Count > limits.MaxCount)
            {
                throw ScanFile.TooMany(limits);
            }

            await area.DoAsync(
                $"""
                INSERT INTO :area.scan (scan_id, {owner.Column}, media_type, file_name, sha256, content, added_by)
                SELECT coalesce(max(scan_id), 0) + 1, $1, $2, $3, $4, $5, $6 FROM :area.scan
                """, cancellation, owner.Number, file.MediaType, file.Name, file.Sha256, file.Content, by);
            // The name may be personal.
            await area.DoAsync(
                "INSERT INTO batch.audit (who, area, act, subject) VALUES ($1, $2, 'scan.added', $3)", cancellation, by, area.Code,
                $"{(owner.Column == "decision" ? "decision" : "proposal")} {owner.Number} {hash[..12]}");
        }
    }
}

using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>
/// The policies in force: the shipped file or the latest adopted one, and the dated figures set since; every change is approved by
/// somebody else than who proposed it. Files on disk are proposals and change nothing.
/// </summary>
public sealed class PolicyStore(NpgsqlDataSource program)
{
    internal const string File = "file";
    internal const string Figure = "figure";
    internal const string Figures = "figures";

    /// <summary>Of <c>batch.policy_change c</c>, as they are read at the beginning of a row.</summary>
    internal const string ChangeColumns = "c.kind, c.content, c.figure, c.from_month, c.value, c.document";

    // The text in force of each area, read into rules once: every inquiry opens its area.
    private static readonly ConcurrentDictionary<string, (string Text, AreaPolicy Policy)> Read = new(StringComparer.Ordinal);

    /// <summary>The policy in force now, or as it was after change number <paramref name="throughSeq"/>.</summary>
    /// <exception cref="DataFaultException">AREA_UNKNOWN: none has been adopted for the area.</exception>
    public async Task<PolicyInForce> ReadAsync(string area, int? throughSeq, CancellationToken cancellation) =>
        await FindAsync(area, cancellation, throughSeq) ?? throw Unknown(area);

    /// <summary>The policy in force now; a new area adopts the shipped one first.</summary>
    /// <exception cref="DataFaultException">AREA_UNKNOWN: none is shipped or adopted for the area.</exception>
    public async Task<PolicyInForce> ReadOrAdoptAsync(string area, CancellationToken cancellation)
    {
        if (await FindAsync(area, cancellation) is { } policy)
        {
            return policy;
        }

        await AdoptShippedAsync(area, cancellation);
        return await ReadAsync(area, null, cancellation);
    }

    /// <summary>The policy in force; null when none has been adopted for the area.</summary>
    public async Task<PolicyInForce?> FindAsync(string area, CancellationToken cancellation, int? throughSeq = null)
    {
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
        await using NpgsqlCommand command = new(
            $"SELECT {ChangeColumns}, a.seq FROM batch.policy_approval a JOIN batch.policy_change c USING (hash) WHERE c.area = $1 AND a.seq <= $2 ORDER BY a.seq", connection);
        command.Parameters.AddWithValue(area);
        command.Parameters.AddWithValue(throughSeq ?? int.MaxValue);
        string? file = null;
        int seq = 0;
        List<DatedFigure> figures = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            seq = reader.GetInt32(reader.FieldCount - 1);
            if (reader.GetString(0) == File)
            {
                file = reader.GetString(1);
            }
            else
            {
                figures.AddRange(FiguresOf(reader));
            }
        }

        return file is null ? null : new PolicyInForce(Rules(area, file), figures, seq);
    }

    /// <summary>The figures of a change, read with <see cref="ChangeColumns"/>.</summary>
    internal static IReadOnlyList<DatedFigure> FiguresOf(NpgsqlDataReader reader) => reader.GetString(0) == Figures
        ? ProposedFigures.Of(reader.GetString(1))
        : [new DatedFigure(reader.GetString(2), reader.GetFieldValue<DateOnly>(3).Month(), reader.GetDecimal(4), reader.GetString(5))];

    private static AreaPolicy Rules(string area, string text)
    {
        if (!Read.TryGetValue(area, out (string Text, AreaPolicy Policy) read) || read.Text != text)
        {
            Read[area] = read = (text, AreaPolicy.Parse(text, area + ".yaml"));
        }

        return read.Policy;
    }

    /// <summary>Adopts the shipped policy of a new area; does nothing when the area has one, or when none is shipped for it.</summary>
    public async Task AdoptShippedAsync(string area, CancellationToken cancellation)
    {
        if (!ShippedPolicies.Areas.Contains(area))
        {
            return;
        }

        string text = ShippedPolicies.Text(area);
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        await using NpgsqlCommand command = new(
            """
            WITH proposed AS (
                INSERT INTO batch.policy_change (hash, area, kind, content, document, proposed_by)
                SELECT $1, $2, 'file', $3, 'shipped', 'shipped'
                WHERE NOT EXISTS (SELECT FROM batch.policy_change WHERE area = $2 AND kind = 'file')
                ON CONFLICT DO NOTHING RETURNING hash)
            SELECT hash FROM proposed
            """, connection, transaction);
        command.Parameters.AddWithValue(Hash("file", area, text));
        command.Parameters.AddWithValue(area);
        command.Parameters.AddWithValue(text);
        if (await command.ExecuteScalarAsync(cancellation) is string hash)
        {
            await using NpgsqlCommand approve = new("INSERT INTO batch.policy_approval (hash, approved_by) VALUES ($1, 'shipped')", connection, transaction);
            approve.Parameters.AddWithValue(hash);
            await approve.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    /// <summary>The figures that were approved, in that order.</summary>
    public async Task<IReadOnlyList<ApprovedFigure>> FiguresAsync(string area, CancellationToken cancellation) => [.. (await program.ReadAsync(
        $"""
        SELECT {ChangeColumns}, p.proposed_by, a.approved_by, a.approved_at
        FROM batch.policy_approval a JOIN batch.policy_change c USING (hash) JOIN batch.proposal p ON p.kind = 'policy' AND p.subject = c.hash
        WHERE c.area = $1 AND c.kind <> '{File}' ORDER BY a.seq
        """,
        r => FiguresOf(r).Select(f => new ApprovedFigure(f, r.GetString(6), r.GetString(7), r.Moment(8)!.Value)).ToList(), cancellation, area)).SelectMany(f => f)];

    internal static string Hash(string kind, string area, string content) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}\n{area}\n{content}")));

    private static DataFaultException Unknown(string area) => new(
        "AREA_UNKNOWN", $"没有统筹区 {area} 的政策；可用：{string.Join("、", ShippedPolicies.Areas)}。",
        $"There is no policy for area {area}; there are: {string.Join(", ", ShippedPolicies.Areas)}.");
}

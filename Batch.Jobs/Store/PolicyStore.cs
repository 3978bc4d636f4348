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
    private const int ShortestHash = 8;

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
            """
            SELECT a.seq, c.kind, c.content, c.figure, c.from_month, c.value, c.document
            FROM batch.policy_approval a JOIN batch.policy_change c USING (hash)
            WHERE c.area = $1 AND a.seq <= $2 ORDER BY a.seq
            """, connection);
        command.Parameters.AddWithValue(area);
        command.Parameters.AddWithValue(throughSeq ?? int.MaxValue);
        string? file = null;
        int seq = 0;
        List<DatedFigure> figures = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            seq = reader.GetInt32(0);
            if (reader.GetString(1) == "file")
            {
                file = reader.GetString(2);
            }
            else
            {
                figures.Add(new DatedFigure(reader.GetString(3), reader.GetFieldValue<DateOnly>(4).Month(), reader.GetDecimal(5), reader.GetString(6)));
            }
        }

        return file is null ? null : new PolicyInForce(Rules(area, file), figures, seq);
    }

    private static AreaPolicy Rules(string area, string text)
    {
        if (!Read.TryGetValue(area, out (string Text, AreaPolicy Policy) read) || read.Text != text)
        {
            Read[area] = read = (text, AreaPolicy.Parse(text, area + ".yaml"));
        }

        return read.Policy;
    }

    /// <summary>The policy as it would be with a proposal approved.</summary>
    /// <exception cref="DataFaultException">PROPOSAL_UNKNOWN.</exception>
    public async Task<PolicyInForce> ProposedAsync(string area, string hash, CancellationToken cancellation)
    {
        PolicyInForce now = await ReadAsync(area, null, cancellation);
        await using NpgsqlCommand command = program.CreateCommand("SELECT kind, content, figure, from_month, value, document FROM batch.policy_change WHERE area = $1 AND hash = $2");
        command.Parameters.AddWithValue(area);
        command.Parameters.AddWithValue(hash);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
        {
            throw new DataFaultException("PROPOSAL_UNKNOWN", "没有这个提案。", "There is no such proposal.");
        }

        return reader.GetString(0) == "file"
            ? new PolicyInForce(AreaPolicy.Parse(reader.GetString(1), area + ".yaml"), now.Figures, now.Seq)
            : new PolicyInForce(
                now.Policy, [.. now.Figures, new DatedFigure(reader.GetString(2), reader.GetFieldValue<DateOnly>(3).Month(), reader.GetDecimal(4), reader.GetString(5))], now.Seq);
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

    /// <summary>Proposes a policy file after proving it; a second person approves the proposal by its hash.</summary>
    /// <exception cref="PolicyFaultException">The file has faults, or its examples do not come out.</exception>
    public async Task<PolicyProposal> ProposeFileAsync(string text, string fileName, string document, string by, CancellationToken cancellation)
    {
        if (PolicyCheck.Check(text, fileName) is { Count: > 0 } faults)
        {
            throw new PolicyFaultException(faults);
        }

        string area = AreaPolicy.Parse(text, fileName).Area;
        // The shipped policy comes first, or this one would stand alone while it waits.
        await AdoptShippedAsync(area, cancellation);
        return await ProposeAsync(Hash("file", area, text), area, "file", text, null, document, by, cancellation);
    }

    /// <summary>Proposes a dated figure; a second person approves the proposal by its hash.</summary>
    public async Task<PolicyProposal> ProposeFigureAsync(string area, DatedFigure figure, string by, CancellationToken cancellation)
    {
        PolicyInForce now = await ReadOrAdoptAsync(area, cancellation);
        try
        {
            now.Policy.For(figure.From, now.Figures.Append(figure));
        }
        catch (PolicyGapException gap)
        {
            throw new DataFaultException("POLICY_GAP", $"统筹区 {area} 在 {figure.From.Text()} 没有有效政策。", gap.Message);
        }
        catch (ArgumentException fault)
        {
            string reason = fault.Message.Split(" (Parameter")[0];
            throw new DataFaultException("FIGURE_UNUSABLE", "该数值不能使用：数值须大于零，且缴费基数下限不得高于上限。", reason);
        }

        string content = FormattableString.Invariant($"{figure.Name}={figure.Value:0.00} from {figure.From.Text()} by {figure.Document}");
        return await ProposeAsync(Hash("figure", area, content), area, "figure", content, figure, figure.Document, by, cancellation);
    }

    /// <summary>Brings a proposal into force. Approving again what the same person approved changes nothing.</summary>
    /// <param name="hash">The proposal's hash, or its first eight characters or more.</param>
    public async Task<PolicyProposal> ApproveAsync(string hash, string by, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        PolicyProposal proposal = await FindAsync(connection, hash, cancellation);
        if (proposal.ApprovedBy == by)
        {
            return proposal;
        }

        if (proposal.ApprovedBy is { } other)
        {
            throw new DataFaultException("PROPOSAL_APPROVED", $"该提案已由 {other} 复核。", $"{other} has approved this proposal already.");
        }

        if (proposal.ProposedBy == by)
        {
            throw new DataFaultException("SAME_PERSON", "提案须由另一人复核。", "A proposal is approved by another person than the one who made it.");
        }

        await using NpgsqlCommand approve = new(
            """
            WITH approved AS (INSERT INTO batch.policy_approval (hash, approved_by) VALUES ($1, $2) RETURNING hash)
            INSERT INTO batch.audit (who, area, act, subject) SELECT $2, $3, 'policy.approve', hash FROM approved
            """, connection, transaction);
        approve.Parameters.AddWithValue(proposal.Hash);
        approve.Parameters.AddWithValue(by);
        approve.Parameters.AddWithValue(proposal.Area);
        try
        {
            await approve.ExecuteNonQueryAsync(cancellation);
            KillSwitch.Pass(KillPoint.PolicyBeforeCommit);
            await transaction.CommitAsync(cancellation);
            KillSwitch.Pass(KillPoint.PolicyAfterCommit);
        }
        catch (PostgresException race) when (race.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw new DataFaultException("PROPOSAL_APPROVED", "该提案刚刚已由他人复核。", "Somebody else has just approved this proposal.");
        }
        catch (PostgresException refused) when (ProposalEnding.Refusal(refused) is { } sentence)
        {
            throw sentence;
        }

        return await FindAsync(connection, proposal.Hash, cancellation);
    }

    /// <summary>Ends a proposal that waits: withdrawn by the person who made it, or refused by another with a reason.</summary>
    /// <param name="hash">The proposal's hash, or its first eight characters or more.</param>
    /// <exception cref="DataFaultException">Those of <see cref="ProposalEnding.EndAsync"/>.</exception>
    public async Task<PolicyProposal> EndAsync(string hash, ProposalEnd end, string? reason, string by, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
        PolicyProposal proposal = await FindAsync(connection, hash, cancellation);
        await ProposalEnding.EndAsync(program, (ProposalKind.Policy, proposal.Hash, proposal.Area), (end, reason), by, cancellation);
        return await FindAsync(connection, proposal.Hash, cancellation);
    }

    /// <summary>What was withdrawn or refused last, the latest first.</summary>
    public async Task<IReadOnlyList<PolicyProposal>> EndedAsync(string area, CancellationToken cancellation) => await program.ReadAsync(
        PolicyProposal.Select + " WHERE c.area = $1 AND p.state IN ('withdrawn', 'refused') ORDER BY p.ended_at DESC LIMIT 20", PolicyProposal.Of, cancellation, area);

    /// <summary>The figures that were approved, in that order.</summary>
    public async Task<IReadOnlyList<ApprovedFigure>> FiguresAsync(string area, CancellationToken cancellation) => await program.ReadAsync(
        """
        SELECT c.figure, c.from_month, c.value, c.document, p.proposed_by, a.approved_by, a.approved_at
        FROM batch.policy_approval a JOIN batch.policy_change c USING (hash) JOIN batch.proposal p ON p.kind = 'policy' AND p.subject = c.hash
        WHERE c.area = $1 AND c.kind = 'figure' ORDER BY a.seq
        """,
        r => new ApprovedFigure(
            new DatedFigure(r.GetString(0), r.GetFieldValue<DateOnly>(1).Month(), r.GetDecimal(2), r.GetString(3)), r.GetString(4), r.GetString(5), r.Moment(6)!.Value),
        cancellation, area);

    /// <summary>What waits for a second person, oldest first.</summary>
    public async Task<IReadOnlyList<PolicyProposal>> PendingAsync(string area, CancellationToken cancellation) => await program.ReadAsync(
        PolicyProposal.Select + " WHERE c.area = $1 AND p.state = 'proposed' ORDER BY c.proposed_at, c.hash", PolicyProposal.Of, cancellation, area);

    private static async Task<PolicyProposal> FindAsync(NpgsqlConnection connection, string hash, CancellationToken cancellation)
    {
        List<PolicyProposal> found = hash.Length < ShortestHash ? [] : await connection.ReadAsync(
            PolicyProposal.Select + " WHERE starts_with(c.hash, $1) LIMIT 2", PolicyProposal.Of, cancellation, hash);
        return found.Count switch
        {
            1 => found[0],
            0 => throw new DataFaultException("PROPOSAL_UNKNOWN", "没有这个政策提案；请给出摘要的至少前 8 位。", "There is no such policy proposal; give at least the first 8 characters of its hash."),
            _ => throw new DataFaultException("PROPOSAL_AMBIGUOUS", "这几位摘要对应多个提案，请多写几位。", "Several proposals begin like this; give more of the hash."),
        };
    }

    private async Task<PolicyProposal> ProposeAsync(
        string hash, string area, string kind, string content, DatedFigure? figure, string document, string by, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        await using (NpgsqlCommand command = new(
            """
            WITH proposed AS (
                INSERT INTO batch.policy_change (hash, area, kind, content, figure, from_month, value, document, proposed_by)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (hash) DO NOTHING RETURNING hash),
            again AS (
                INSERT INTO batch.proposal_act (kind, subject, area, act, who)
                SELECT 'policy', $1, $2, 'propose', $9 FROM batch.proposal WHERE kind = 'policy' AND subject = $1 AND state IN ('withdrawn', 'refused') RETURNING subject)
            INSERT INTO batch.audit (who, area, act, subject) SELECT $9, $2, 'policy.propose', hash FROM proposed UNION ALL SELECT $9, $2, 'policy.propose', subject FROM again
            """, connection, transaction))
        {
            command.Parameters.AddWithValue(hash);
            command.Parameters.AddWithValue(area);
            command.Parameters.AddWithValue(kind);
            command.Parameters.AddWithValue(content);
            command.Parameters.AddWithValue(NpgsqlTypes.NpgsqlDbType.Text, (object?)figure?.Name ?? DBNull.Value);
            command.Parameters.AddWithValue(NpgsqlTypes.NpgsqlDbType.Date, (object?)figure?.From.FirstDay() ?? DBNull.Value);
            command.Parameters.AddWithValue(NpgsqlTypes.NpgsqlDbType.Numeric, (object?)figure?.Value ?? DBNull.Value);
            command.Parameters.AddWithValue(document);
            command.Parameters.AddWithValue(by);
            await command.ExecuteNonQueryAsync(cancellation);
        }

        KillSwitch.Pass(KillPoint.PolicyBeforeCommit);
        await transaction.CommitAsync(cancellation);
        KillSwitch.Pass(KillPoint.PolicyAfterCommit);
        return await FindAsync(connection, hash, cancellation);
    }

    private static string Hash(string kind, string area, string content) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}\n{area}\n{content}")));

    private static DataFaultException Unknown(string area) => new(
        "AREA_UNKNOWN", $"没有统筹区 {area} 的政策；可用：{string.Join("、", ShippedPolicies.Areas)}。",
        $"There is no policy for area {area}; there are: {string.Join(", ", ShippedPolicies.Areas)}.");
}

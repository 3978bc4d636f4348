using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>
/// Proposals to change an area's policy: a whole file, one dated figure, or several in one proposal. Made by one person, approved or refused by another, or withdrawn.
/// </summary>
public sealed class PolicyProposals(NpgsqlDataSource program)
{
    private const int ShortestHash = 8;

    private PolicyStore Policies => new(program);

    /// <summary>The policy as it would be with a proposal approved.</summary>
    /// <param name="hash">The proposal's hash, or its first eight characters or more.</param>
    /// <exception cref="DataFaultException">PROPOSAL_UNKNOWN: there is none, or it is another area's; PROPOSAL_AMBIGUOUS.</exception>
    public async Task<PolicyInForce> ProposedAsync(string area, string hash, CancellationToken cancellation)
    {
        PolicyInForce now = await Policies.ReadAsync(area, null, cancellation);
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
        PolicyProposal proposal = await FindAsync(connection, hash, cancellation);
        if (proposal.Area != area)
        {
            throw Unknown();
        }

        if (proposal.Kind != PolicyStore.File)
        {
            return new PolicyInForce(now.Policy, [.. now.Figures, .. proposal.Figures], now.Seq);
        }

        await using NpgsqlCommand command = new("SELECT content FROM batch.policy_change WHERE hash = $1", connection);
        command.Parameters.AddWithValue(proposal.Hash);
        return new PolicyInForce(AreaPolicy.Parse((string)(await command.ExecuteScalarAsync(cancellation))!, area + ".yaml"), now.Figures, now.Seq);
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
        await Policies.AdoptShippedAsync(area, cancellation);
        return await ProposeAsync(area, new Change(PolicyStore.File, text, document), by, cancellation);
    }

    /// <summary>Proposes a dated figure; a second person approves the proposal by its hash.</summary>
    /// <exception cref="DataFaultException">POLICY_GAP, FIGURE_UNUSABLE.</exception>
    public async Task<PolicyProposal> ProposeFigureAsync(string area, DatedFigure figure, string by, CancellationToken cancellation)
    {
        await ProveAsync(area, [figure], cancellation);
        return await ProposeAsync(area, new Change(PolicyStore.Figure, ProposedFigures.LineOf(figure), figure.Document) { Figure = figure }, by, cancellation);
    }

    /// <summary>Proposes several dated figures, such as all those of a new year, that are approved or refused together.</summary>
    /// <exception cref="DataFaultException">POLICY_GAP, FIGURE_UNUSABLE; FIGURES_MISSING: there is none.</exception>
    public async Task<PolicyProposal> ProposeFiguresAsync(string area, IReadOnlyList<DatedFigure> figures, string by, CancellationToken cancellation)
    {
        if (figures.Count < 2)
        {
            return figures.Count == 1
                ? await ProposeFigureAsync(area, figures[0], by, cancellation)
                : throw new DataFaultException("FIGURES_MISSING", "没有可提出的数值。", "There is no figure to propose.");
        }

        await ProveAsync(area, figures, cancellation);
        string documents = string.Join("、", figures.Select(f => f.Document).Distinct());
        return await ProposeAsync(area, new Change(PolicyStore.Figures, ProposedFigures.TextOf(figures), documents), by, cancellation);
    }

    /// <summary>Every month that one of them begins in can be computed with all of them.</summary>
    private async Task ProveAsync(string area, IReadOnlyList<DatedFigure> figures, CancellationToken cancellation)
    {
        PolicyInForce now = await Policies.ReadOrAdoptAsync(area, cancellation);
        foreach (YearMonth from in figures.Select(f => f.From).Distinct().Order())
        {
            try
            {
                now.Policy.For(from, now.Figures.Concat(figures));
            }
            catch (PolicyGapException gap)
            {
                throw new DataFaultException("POLICY_GAP", $"统筹区 {area} 在 {from.Text()} 没有有效政策。", gap.Message);
            }
            catch (ArgumentException fault)
            {
                string reason = fault.Message.Split(" (Parameter")[0];
                throw new DataFaultException("FIGURE_UNUSABLE", $"{from.Text()} 的数值不能使用：数值须大于零，且缴费基数下限不得高于上限。", $"{from.Text()}: {reason}");
            }
        }
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
            0 => throw Unknown(),
            _ => throw new DataFaultException("PROPOSAL_AMBIGUOUS", "这几位摘要对应多个提案，请多写几位。", "Several proposals begin like this; give more of the hash."),
        };
    }

    /// <param name="Kind">A kind of <c>batch.policy_change</c>.</param>
    private sealed record Change(string Kind, string Content, string Document)
    {
        /// <summary>Of a change of one figure.</summary>
        public DatedFigure? Figure { get; init; }
    }

    private async Task<PolicyProposal> ProposeAsync(string area, Change change, string by, CancellationToken cancellation)
    {
        string hash = PolicyStore.Hash(change.Kind, area, change.Content);
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
            command.Parameters.AddWithValue(change.Kind);
            command.Parameters.AddWithValue(change.Content);
            command.Parameters.AddWithValue(NpgsqlTypes.NpgsqlDbType.Text, (object?)change.Figure?.Name ?? DBNull.Value);
            command.Parameters.AddWithValue(NpgsqlTypes.NpgsqlDbType.Date, (object?)change.Figure?.From.FirstDay() ?? DBNull.Value);
            command.Parameters.AddWithValue(NpgsqlTypes.NpgsqlDbType.Numeric, (object?)change.Figure?.Value ?? DBNull.Value);
            command.Parameters.AddWithValue(change.Document);
            command.Parameters.AddWithValue(by);
            await command.ExecuteNonQueryAsync(cancellation);
        }

        KillSwitch.Pass(KillPoint.PolicyBeforeCommit);
        await transaction.CommitAsync(cancellation);
        KillSwitch.Pass(KillPoint.PolicyAfterCommit);
        return await FindAsync(connection, hash, cancellation);
    }

    private static DataFaultException Unknown() => new(
        "PROPOSAL_UNKNOWN", "没有这个政策提案；请给出摘要的至少前 8 位。", "There is no such policy proposal; give at least the first 8 characters of its hash.");
}

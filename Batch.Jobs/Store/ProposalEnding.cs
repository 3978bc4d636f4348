using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>What two people change together.</summary>
public enum ProposalKind
{
    Policy,
    Schedule,
}

/// <summary>How a proposal ends without being approved.</summary>
public enum ProposalEnd
{
    /// <summary>By the person who made it.</summary>
    Withdraw,

    /// <summary>By another person, who gives a reason.</summary>
    Refuse,
}

/// <summary>Ends proposals that wait for a second person. They stay on record, and the same change can be proposed again.</summary>
public static class ProposalEnding
{
    /// <param name="subject">The hash of a policy proposal, the number of a schedule's.</param>
    /// <exception cref="DataFaultException">REASON_MISSING, PROPOSAL_UNKNOWN, PROPOSAL_APPROVED, PROPOSAL_ENDED, NOT_PROPOSER, SAME_PERSON.</exception>
    public static async Task EndAsync(
        NpgsqlDataSource program, (ProposalKind Kind, string Subject, string Area) proposal, (ProposalEnd End, string? Reason) how, string by, CancellationToken cancellation)
    {
        string reason = how.Reason?.Trim() ?? "";
        if (how.End == ProposalEnd.Refuse && reason.Length == 0)
        {
            throw new DataFaultException("REASON_MISSING", "请写明不同意的理由。", "Give the reason for refusing the proposal.");
        }

        await using NpgsqlCommand command = program.CreateCommand(
            """
            WITH ended AS (INSERT INTO batch.proposal_act (kind, subject, area, act, who, reason) VALUES ($1, $2, $3, $4, $5, $6) RETURNING subject)
            INSERT INTO batch.audit (who, area, act, subject, reason)
            SELECT $5, $3, $7, subject, nullif($6, '') FROM ended
            """);
        command.Parameters.AddWithValue(proposal.Kind.ToString().ToLowerInvariant());
        command.Parameters.AddWithValue(proposal.Subject);
        command.Parameters.AddWithValue(proposal.Area);
        command.Parameters.AddWithValue(how.End.ToString().ToLowerInvariant());
        command.Parameters.AddWithValue(by);
        command.Parameters.AddWithValue(reason);
        command.Parameters.AddWithValue((proposal.Kind, how.End) switch
        {
            (ProposalKind.Policy, ProposalEnd.Withdraw) => "policy.withdraw",
            (ProposalKind.Policy, _) => "policy.refuse",
            (_, ProposalEnd.Withdraw) => "schedule withdraw",
            _ => "schedule refuse",
        });
        try
        {
            await command.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException refused) when (Refusal(refused) is { } sentence)
        {
            throw sentence;
        }
    }

    /// <summary>What the tables of proposals refuse, in sentences; null: it is none of that.</summary>
    public static DataFaultException? Refusal(PostgresException refused) => refused.SqlState switch
    {
        "BA001" => new DataFaultException("SAME_PERSON", "提出与复核须是两个人。", "A proposal is approved or refused by another person than the one who made it."),
        "BA080" => new DataFaultException("PROPOSAL_UNKNOWN", "没有这个提案。", "There is no such proposal."),
        "BA081" when refused.MessageText.Contains("approved", StringComparison.Ordinal) => new DataFaultException("PROPOSAL_APPROVED", "该提案已经复核通过。", "The proposal is approved already."),
        "BA081" => new DataFaultException("PROPOSAL_ENDED", "该提案已撤回或未获同意；需要时请重新提出。", "The proposal was withdrawn or refused; propose it again if it is needed."),
        "BA082" => new DataFaultException("NOT_PROPOSER", "提案只能由提出人撤回；其他人可以不同意并写明理由。", "A proposal is withdrawn by the person who made it; another person can refuse it with a reason."),
        _ => null,
    };
}

using Batch.Host.Access;
using Microsoft.AspNetCore.Authorization;

namespace Batch.Host.Api;

/// <summary>What an API key may do. Every route of the API names one; a key has those it was given, and a channel is a scope of its own.</summary>
internal static class Scopes
{
    /// <summary>Send files and look at what became of them.</summary>
    public const string Files = "files";

    /// <summary>Compute, discard and reverse runs; see them.</summary>
    public const string Runs = "runs";

    /// <summary>Approve and post runs, close months and open the last one again; see them.</summary>
    public const string Review = "review";

    /// <summary>Ask for reports and fetch them.</summary>
    public const string Reports = "reports";

    /// <summary>Balances, statements, explanations and coverage of anybody: for systems of the agency itself.</summary>
    public const string Accounts = "accounts";

    /// <summary>See runs, submissions, jobs and differences, follow money, draw credits, read scans, and change nothing: for the programs of auditors.</summary>
    public const string Audit = "audit";

    /// <summary>Decide held rows, add scans to those decisions and read scans.</summary>
    public const string Decisions = "decisions";

    /// <summary>Propose refunds, carry-overs and write-offs, confirm those of others; see them.</summary>
    public const string Refunds = "refunds";

    /// <summary>See runs, submissions and jobs: any of the scopes that work on them.</summary>
    public const string See = "see";

    /// <summary>Read scans: any of the scopes that decide or check.</summary>
    public const string Scans = "scans";

    /// <summary>Before the name of a channel: <c>inquiry:hotline</c>.</summary>
    public const string InquiryPrefix = "inquiry:";

    public const string Claim = "scope";

    private const string PolicyPrefix = "scope ";

    public static IReadOnlyList<string> All { get; } = [Files, Runs, Review, Reports, Accounts, Audit, Decisions, Refunds, .. Channel.All.Select(c => InquiryPrefix + c.Name)];

    /// <summary>What stands for any of several scopes.</summary>
    public static IReadOnlyDictionary<string, string[]> AnyOf { get; } = new Dictionary<string, string[]>
    {
        [See] = [Files, Runs, Review, Reports, Audit, Decisions, Refunds],
        [Scans] = [Decisions, Audit],
    };

    public static void AddTo(AuthorizationBuilder authorization)
    {
        foreach (string scope in All)
        {
            authorization.AddPolicy(PolicyOf(scope), policy => Keyed(policy).RequireClaim(Claim, scope));
        }

        foreach ((string any, string[] scopes) in AnyOf)
        {
            authorization.AddPolicy(PolicyOf(any), policy => Keyed(policy).RequireClaim(Claim, scopes));
        }
    }

    public static string PolicyOf(string scope) => PolicyPrefix + scope;

    public static string OfPolicy(string policy) => policy[PolicyPrefix.Length..];

    private static AuthorizationPolicyBuilder Keyed(AuthorizationPolicyBuilder policy) => policy.AddAuthenticationSchemes(ApiKeyHandler.Scheme).RequireAuthenticatedUser();
}

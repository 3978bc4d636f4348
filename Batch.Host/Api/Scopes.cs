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

    /// <summary>See runs, submissions, jobs and differences, and change nothing: for the programs of auditors.</summary>
    public const string Audit = "audit";

    /// <summary>See runs, submissions and jobs: any of the scopes that work on them.</summary>
    public const string See = "see";

    /// <summary>Before the name of a channel: <c>inquiry:hotline</c>.</summary>
    public const string InquiryPrefix = "inquiry:";

    public const string Claim = "scope";

    public static IReadOnlyList<string> All { get; } = [Files, Runs, Review, Reports, Accounts, Audit, .. Channel.All.Select(c => InquiryPrefix + c.Name)];

    public static void AddTo(AuthorizationBuilder authorization)
    {
        foreach (string scope in All)
        {
            authorization.AddPolicy(PolicyOf(scope), policy => Keyed(policy).RequireClaim(Claim, scope));
        }

        authorization.AddPolicy(PolicyOf(See), policy => Keyed(policy).RequireClaim(Claim, Files, Runs, Review, Reports, Audit));
    }

    public static string PolicyOf(string scope) => "scope " + scope;

    private static AuthorizationPolicyBuilder Keyed(AuthorizationPolicyBuilder policy) => policy.AddAuthenticationSchemes(ApiKeyHandler.Scheme).RequireAuthenticatedUser();
}

using Microsoft.AspNetCore.Authorization;
using static Batch.Host.Access.UserRoles;

namespace Batch.Host.Access;

/// <summary>
/// What may be done in the pages and by whom: the names of the authorisation policies. Every page and route names one, or says that it is
/// open to all; a test fails for one that does neither.
/// </summary>
internal static class Permissions
{
    /// <summary>Anybody who is signed in.</summary>
    public const string Anyone = "anyone";

    /// <summary>Take files in, mend rejects, decide on held rows.</summary>
    public const string SendFiles = "send-files";

    /// <summary>Compute runs and reversals.</summary>
    public const string ComputeRuns = "compute-runs";

    /// <summary>Discard runs that are not posted.</summary>
    public const string DiscardRuns = "discard-runs";

    /// <summary>Approve and post runs.</summary>
    public const string ReviewRuns = "review-runs";

    /// <summary>Close months, open the last closed one again: each act by another person than the one before it.</summary>
    public const string CloseMonths = "close-months";

    /// <summary>Match receipts with the bank's statement by hand: proposed by one person, confirmed by another.</summary>
    public const string MatchMoney = "match-money";

    /// <summary>Change who a person is: proposed by one person, approved by another.</summary>
    public const string ChangePersons = "change-persons";

    /// <summary>See the changes of who a person is.</summary>
    public const string SeePersonChanges = "see-person-changes";

    /// <summary>Follow money from the bank's statement to people's credits and back, draw credits to check: people are masked.</summary>
    public const string TraceMoney = "trace-money";

    /// <summary>Refund, carry over or write off surplus contributions: proposed by one person, confirmed by another.</summary>
    public const string ReturnMoney = "return-money";

    /// <summary>Accept differences of a month's money with a reason, so that it can be closed; take such an acceptance back.</summary>
    public const string AcceptDifferences = "accept-differences";

    /// <summary>See submissions, runs and months.</summary>
    public const string SeeWork = "see-work";

    /// <summary>Export reports.</summary>
    public const string ExportReports = "export-reports";

    /// <summary>Look up a person's account, masked.</summary>
    public const string LookUpAccounts = "look-up-accounts";

    /// <summary>See whole numbers, with a reason that is logged.</summary>
    public const string Unmask = "unmask";

    /// <summary>Put an area to use: makes its ledger and adopts its shipped policy.</summary>
    public const string OpenAreas = "open-areas";

    /// <summary>Propose policies and figures.</summary>
    public const string ProposePolicies = "propose-policies";

    /// <summary>Approve what somebody else proposed.</summary>
    public const string ApprovePolicies = "approve-policies";

    /// <summary>See the jobs.</summary>
    public const string SeeJobs = "see-jobs";

    /// <summary>Pause, resume, cancel and retry jobs.</summary>
    public const string SteerJobs = "steer-jobs";

    /// <summary>Schedules, the engine's own dashboard with its buttons.</summary>
    public const string ManageJobs = "manage-jobs";

    /// <summary>See what was uploaded, and which columns files need.</summary>
    public const string SeeUploads = "see-uploads";

    /// <summary>See the users and their roles.</summary>
    public const string SeeUsers = "see-users";

    /// <summary>Users, their roles and passwords; API keys.</summary>
    public const string ManageUsers = "manage-users";

    public const string ReadAudit = "read-audit";

    /// <summary>The whole table: permission and the roles that have it.</summary>
    public static IReadOnlyDictionary<string, string[]> Table { get; } = new Dictionary<string, string[]>
    {
        [Anyone] = [Operator, Reviewer, Analyst, Inquiry, Administrator, Auditor],
        [SendFiles] = [Operator],
        [ComputeRuns] = [Operator],
        [DiscardRuns] = [Operator, Reviewer],
        [ReviewRuns] = [Reviewer],
        [CloseMonths] = [Operator, Reviewer],
        [MatchMoney] = [Operator, Reviewer],
        [ChangePersons] = [Operator, Reviewer],
        [SeePersonChanges] = [Operator, Reviewer, Auditor],
        [TraceMoney] = [Operator, Reviewer, Auditor],
        [ReturnMoney] = [Operator, Reviewer],
        [AcceptDifferences] = [Reviewer],
        [SeeWork] = [Operator, Reviewer, Analyst, Administrator, Auditor],
        [ExportReports] = [Operator, Reviewer, Analyst, Auditor],
        [LookUpAccounts] = [Operator, Reviewer, Analyst, Inquiry, Auditor],
        [Unmask] = [Operator, Reviewer, Inquiry, Auditor],
        [OpenAreas] = [Administrator],
        [ProposePolicies] = [Operator, Administrator],
        [ApprovePolicies] = [Reviewer, Administrator],
        [SeeJobs] = [Operator, Reviewer, Analyst, Administrator, Auditor],
        [SteerJobs] = [Operator, Reviewer, Administrator],
        [ManageJobs] = [Administrator],
        [ManageUsers] = [Administrator],
        [SeeUploads] = [Operator, Auditor],
        [SeeUsers] = [Administrator, Auditor],
        [ReadAudit] = [Reviewer, Administrator, Auditor],
    };

    public static void AddTo(AuthorizationBuilder authorization)
    {
        foreach ((string permission, string[] roles) in Table)
        {
            authorization.AddPolicy(permission, policy => policy.RequireAuthenticatedUser().RequireRole(roles));
        }

        // What names no permission is closed to strangers all the same.
        authorization.SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
    }
}

namespace Batch.Host.Access;

/// <summary>The roles of people 角色; a user may have several. That maker is never checker is held by the database, whatever roles one has.</summary>
internal static class UserRoles
{
    /// <summary>经办: takes files in, mends rejects, computes runs.</summary>
    public const string Operator = "operator";

    /// <summary>复核: approves, posts, closes.</summary>
    public const string Reviewer = "reviewer";

    /// <summary>分析: exports reports.</summary>
    public const string Analyst = "analyst";

    /// <summary>查询: reads balances for people who are entitled to ask.</summary>
    public const string Inquiry = "inquiry";

    /// <summary>管理: users, policies, jobs.</summary>
    public const string Administrator = "administrator";

    /// <summary>审计: sees every page, list and report, and changes nothing.</summary>
    public const string Auditor = "auditor";

    public static IReadOnlyList<string> All { get; } = [Operator, Reviewer, Analyst, Inquiry, Administrator, Auditor];

    public static (string Chinese, string English) NameOf(string role) => role switch
    {
        Operator => ("经办", "operator"),
        Reviewer => ("复核", "reviewer"),
        Analyst => ("分析", "analyst"),
        Inquiry => ("查询", "inquiry"),
        Administrator => ("管理", "administrator"),
        Auditor => ("审计", "auditor"),
        _ => (role, role),
    };
}

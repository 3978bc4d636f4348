namespace Batch.Host.Web;

/// <summary>What the audit log can be narrowed down to. Every act of <see cref="ActTable"/> belongs to exactly one group, however it was done: by a page, the API or a verb.</summary>
internal static class ActGroups
{
    public const string Post = "POST ";

    private const string Api = "/api/v1";

    /// <summary>The name of the group in the address of the page, its words, and how the acts of the table begin: those done, verbs, requests.</summary>
    private sealed record Group(string Code, (string Chinese, string English) Name, string[] Done, string[] Verbs, string[] Requests);

    private static readonly Group[] Table =
    [
        new("sign", ("登录与退出", "Signing in and out"), ["sign-"], [], ["/sign-"]),
        new("user", ("用户与角色", "Users and roles"), ["user "], ["user "], ["/users", "/password"]),
        new("key", ("接口密钥", "API keys"), ["key "], ["key "], []),
        new("refused", ("越权访问", "Pages refused"), ["refused"], [], []),
        new("account", ("账户查询与显示号码", "Accounts and whole numbers"), ["account."], [], ["/{code}/accounts"]),
        new("report", ("报表下载", "Reports downloaded"), ["report.", "audit."], [], [Api + "/areas/{area}/reports"]),
        new("fix-pack", ("更正包下载", "Fix packs downloaded"), ["fix-pack."], [], []),
        new("journal", ("日记账导出", "Journals exported"), ["journal."], [], []),
        new("benefits", ("待遇变更文件导出", "Files of benefit changes written"), ["benefits."], [], []),
        new("file", ("上传与报送", "Uploads and submissions"), ["rejects.", "submission."], ["import", "drop"], ["/{code}/uploads", "/{code}/submissions/", Api + "/areas/{area}/uploads"]),
        new("held", ("待定行的决定", "Decisions on held rows"), ["held."], ["decide"], ["/{code}/held", Api + "/areas/{area}/held/"]),
        new("scan", ("扫描件", "Scans"), ["scan."], [], [Api + "/areas/{area}/decisions/"]),
        new("run", ("批次", "Runs"), ["run."], ["allocate", "interest", "approve", "post", "discard", "reverse"], ["/{code}/runs", Api + "/areas/{area}/runs", Api + "/runs/"]),
        new("month", ("结账", "Closings"), ["month."], ["close", "reopen"], ["/{code}/months/", Api + "/areas/{area}/months/"]),
        new("person", ("人员身份变更", "Changes of identity"), ["person."], ["person "], ["/{code}/identity"]),
        new("money", ("核对到账", "Matching money"), ["money.", "difference.", "refund."], ["match ", "reconcile ", "refund "], ["/{code}/reconcile", Api + "/areas/{area}/refunds"]),
        new("policy", ("政策", "Policies"), ["policy."], ["policy "], ["/{code}/policies", "/{code}/simulation"]),
        new("calculator", ("测算", "Calculator"), [], [], ["/{code}/calculator", Api + "/areas/{area}/calc"]),
        new("threshold", ("异常阈值", "Thresholds"), ["threshold."], ["threshold"], ["/{code}/thresholds"]),
        new("schedule", ("定时作业", "Schedules"), ["schedule "], ["schedule "], ["/schedules"]),
        new("job", ("作业", "Jobs"), [], [], ["/jobs", Api + "/jobs/"]),
        new("area", ("统筹区", "Areas"), ["area."], [], ["/areas"]),
        new("db", ("数据库", "Database"), ["db."], [], []),
    ];

    public static IReadOnlyList<(string Code, (string Chinese, string English) Name)> All { get; } = [.. Table.Select(g => (g.Code, g.Name))];

    /// <summary>How the acts of a group begin in the log; empty: all of them. A code that is no group is the beginning of an act itself.</summary>
    public static string[] BeginningsOf(string code) => Table.FirstOrDefault(g => g.Code == code) is { } group
        ? [.. group.Done, .. group.Verbs.Select(v => VerbActs.Prefix + v), .. group.Requests.Select(r => Post + r)]
        : code.Length == 0 ? [] : [code];
}

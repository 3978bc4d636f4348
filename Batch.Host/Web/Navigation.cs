using Batch.Host.Access;

namespace Batch.Host.Web;

/// <summary>One entry of the navigation; who lacks the permission does not see it.</summary>
/// <param name="Path">Behind the area's code; from the root when it begins with a slash.</param>
internal sealed record NavigationEntry(string Path, string Chinese, string English, string Permission)
{
    /// <summary>From the root of the host.</summary>
    public string Href(string? area) => Path.StartsWith('/') ? Path : $"/{area}/{Path}".TrimEnd('/');

    /// <summary>Whether it leads somewhere: most are an area's, and none may be in use.</summary>
    public bool Leads(string? area) => area is not null || Path.StartsWith('/');
}

internal static class Navigation
{
    /// <summary>The entry of a path.</summary>
    public static NavigationEntry At(string path) => Groups.SelectMany(g => g.Entries).Single(e => e.Path == path);

    public static IReadOnlyList<(string Chinese, string English, IReadOnlyList<NavigationEntry> Entries)> Groups { get; } =
    [
        ("月度工作", "The month",
        [
            new("", "今日待办", "To do", Permissions.Anyone), new("uploads", "上传文件", "Upload", Permissions.SeeUploads),
            new("submissions", "报送", "Submissions", Permissions.SeeWork), new("held", "待定行", "Held rows", Permissions.SeeWork),
            new("runs", "批次", "Runs", Permissions.SeeWork), new("reconcile", "对账", "Reconciliation", Permissions.SeeWork), new("months", "月份与结账", "Months", Permissions.SeeWork),
        ]),
        ("查询与报表", "Inquiry and reports",
        [
            new("accounts", "个人账户查询", "Accounts", Permissions.LookUpAccounts), new("employers", "单位查询", "Employers", Permissions.SeeWork), new("trace", "追溯", "Trace", Permissions.TraceMoney), new("identity", "人员身份变更", "Changes of identity", Permissions.SeePersonChanges),
            new("calculator", "测算", "Calculator", Permissions.Anyone), new("reports", "报表", "Reports", Permissions.ExportReports),
            new("charts", "图表", "Charts", Permissions.ExportReports), new("dictionary", "数据字典", "Data dictionary", Permissions.SeeWork),
        ]),
        ("管理", "Administration",
        [
            new("policies", "政策", "Policies", Permissions.SeeWork), new("simulation", "政策试算", "Simulation", Permissions.SeeWork), new("thresholds", "异常阈值", "Thresholds", Permissions.SeeWork),
            new("/jobs", "作业", "Jobs", Permissions.SeeJobs), new("/schedules", "定时作业", "Schedules", Permissions.SeeJobs), new("/areas", "统筹区", "Areas", Permissions.Anyone),
            new("/users", "用户与角色", "Users", Permissions.SeeUsers), new("/audit", "审计日志", "Audit log", Permissions.ReadAudit),
        ]),
    ];
}

namespace Batch.Host.Web;

/// <summary>The acts of the audit log in words; the log itself keeps their codes.</summary>
internal static class ActWords
{
    private const string Post = "POST ";

    /// <summary>What the log can be narrowed down to: the beginning of the codes, and the words.</summary>
    public static IReadOnlyList<(string Begins, (string Chinese, string English) Name)> Groups { get; } =
    [
        ("sign-", ("登录与退出", "Signing in and out")), ("user ", ("用户与角色", "Users and roles")), ("key ", ("接口密钥", "API keys")), ("refused", ("越权访问", "Pages refused")),
        ("account.", ("账户查询与显示号码", "Accounts and whole numbers")), ("report.", ("报表下载", "Reports downloaded")), ("fix-pack.", ("更正包下载", "Fix packs downloaded")),
        ("journal.", ("日记账导出", "Journals exported")), (VerbActs.Prefix, ("命令行操作", "Acts by command line")),
        ("held.", ("待定行的决定", "Decisions on held rows")), ("run.", ("批次", "Runs")), ("month.", ("结账", "Closings")), ("policy.", ("政策", "Policies")),
        ("threshold.", ("异常阈值", "Thresholds")), ("schedule ", ("定时作业", "Schedules")), ("area.", ("统筹区", "Areas")), ("db.", ("数据库", "Database")), (Post, ("提交的请求", "Requests sent")),
    ];

    public static (string Chinese, string English) Of(string act) =>
        ActTable.Done.TryGetValue(act, out (string Chinese, string English) done) ? done
        : act.StartsWith(VerbActs.Prefix, StringComparison.Ordinal) ? OfVerb(act[VerbActs.Prefix.Length..])
        : act.Split(' ') is [var method, ['/', ..] route, .. var rest] ? OfRequest(method + " ", route, rest)
        : (act, act);

    private static (string Chinese, string English) OfVerb(string verb)
    {
        (string chinese, string english) = ActTable.Verbs.GetValueOrDefault(verb, (verb, verb));
        return ($"{chinese}（命令行，已收到）", $"{english} (command line, received)");
    }

    // As it came: method, route, what a page was asked to do, how it ended. What no form of ours sends has no words, and nothing is done for it.
    private static (string Chinese, string English) OfRequest(string method, string route, string[] rest)
    {
        string asked = string.Join(' ', rest.SkipLast(1).Prepend(route)), ended = rest.LastOrDefault("");
        (string chinese, string english) = method == Post && ActTable.Requests.TryGetValue(asked, out (string Chinese, string English) known) ? known : ("无效的请求", "request that is none of ours");
        (string by, string byEnglish) = route.StartsWith(Api.ApiFaults.Path, StringComparison.Ordinal) ? ("接口", "API") : ("网页", "page");
        (string how, string howEnglish) = ended == EveryAct.Begun ? ("已收到", "received") : ended is ['4' or '5', ..] ? ("未成功", "refused") : ("已答复", "answered");
        return ($"{chinese}（{by}，{how}）", $"{english} ({byEnglish}, {howEnglish})");
    }
}

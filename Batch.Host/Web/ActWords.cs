namespace Batch.Host.Web;

/// <summary>The acts of the audit log in words; the log itself keeps their codes.</summary>
internal static class ActWords
{
    private const string Request = "POST ";

    /// <summary>What the log can be narrowed down to: the beginning of the codes, and the words.</summary>
    public static IReadOnlyList<(string Begins, (string Chinese, string English) Name)> Groups { get; } =
    [
        ("sign-", ("登录与退出", "Signing in and out")), ("user ", ("用户与角色", "Users and roles")), ("key ", ("接口密钥", "API keys")), ("refused", ("越权访问", "Pages refused")),
        ("account.", ("账户查询与显示号码", "Accounts and whole numbers")), ("report.", ("报表下载", "Reports downloaded")), ("fix-pack.", ("更正包下载", "Fix packs downloaded")),
        ("journal.", ("日记账导出", "Journals exported")), (VerbActs.Prefix, ("命令行操作", "Acts by command line")),
        ("held.", ("待定行的决定", "Decisions on held rows")), ("run.", ("批次", "Runs")), ("month.", ("结账", "Closings")), ("policy.", ("政策", "Policies")),
        ("threshold.", ("异常阈值", "Thresholds")), ("schedule ", ("定时作业", "Schedules")), ("area.", ("统筹区", "Areas")), (Request, ("提交的请求", "Requests sent")),
    ];

    public static (string Chinese, string English) Of(string act) => act switch
    {
        "sign-in good" => ("登录", "signed in"),
        "sign-in wrong" => ("密码不对", "wrong password"),
        "sign-in locking" => ("密码不对，锁定", "wrong password, name locked"),
        "sign-in locked" => ("锁定期间尝试登录", "tried while locked"),
        "sign-in unknown" => ("用户名不存在", "unknown name"),
        "sign-out" => ("退出", "signed out"),
        "user added" => ("新增用户", "user added"),
        "user roles" => ("改变角色", "roles changed"),
        "user reset" => ("重置密码", "password reset"),
        "user password" => ("修改密码", "password changed"),
        "user disabled" => ("停用用户", "user disabled"),
        "user enabled" => ("启用用户", "user enabled"),
        "user recover" => ("凭属主登录重置管理员密码", "administrator's password reset by the database's owner"),
        "user unlocked" => ("解除用户锁定", "user unlocked"),
        "user sessions" => ("结束用户的会话", "sessions ended"),
        "key added" => ("新增接口密钥", "API key added"),
        "key revoked" => ("吊销接口密钥", "API key revoked"),
        "refused" => ("越权访问被拒", "page refused"),
        "account.look-up" => ("查询账户", "account looked up"),
        "account.unmask" => ("显示完整号码", "whole number shown"),
        "report.export" => ("下载报表", "report downloaded"),
        "benefits.export" => ("导出待遇变更文件", "file of benefit changes written"),
        "journal.export" => ("导出日记账", "journal exported"),
        "fix-pack.download" => ("下载更正包", "fix pack downloaded"),
        "held.decide" => ("决定待定行", "held row decided"),
        "rejects.dismiss" => ("标为不再需要改正", "rejected rows marked as not needed"),
        "submission.refile" => ("改记报送的月份", "submission filed under another month"),
        "run.reverse" => ("冲正批次", "run reversed"),
        "run.override" => ("异常仍予复核", "approved in spite of anomalies"),
        "month.close" => ("结账", "month closed"),
        "month.reopen.propose" => ("提出重新打开月份", "reopening proposed"),
        "month.reopen.withdraw" => ("撤回重新打开的请求", "request to open a month again withdrawn"),
        "month.reopen" => ("重新打开月份", "month opened again"),
        "policy.propose" => ("提出政策", "policy proposed"),
        "policy.approve" => ("复核政策", "policy approved"),
        "threshold.set" => ("设定阈值", "threshold set"),
        "schedule propose" => ("提出定时作业", "schedule proposed"),
        "schedule approve" => ("复核定时作业", "schedule approved"),
        "area.open" => ("启用统筹区", "area put to use"),
        _ when act.StartsWith(VerbActs.Prefix, StringComparison.Ordinal) => OfVerb(act[VerbActs.Prefix.Length..]),
        _ when act.StartsWith(Request, StringComparison.Ordinal) => OfRequest(act.Split(' ')),
        _ => ("其他", "other"),
    };

    private static (string Chinese, string English) OfVerb(string verb)
    {
        (string chinese, string english) = verb switch
        {
            "import" or "drop" => ("导入文件", "files taken in"),
            "allocate" => ("开始计算", "run started"),
            "interest" => ("开始计息", "interest started"),
            "approve" or "post" or "discard" or "reverse" => OfRun(verb),
            "close" => ("结账", "month closed"),
            "reopen" => ("重新打开月份", "month opened again"),
            "decide" => ("决定待定行", "held row decided"),
            "threshold" => ("设定阈值", "threshold set"),
            "policy adopt" or "policy set" => ("提出政策", "policy proposed"),
            "policy approve" => ("复核政策", "policy approved"),
            "schedule set" => ("提出定时作业", "schedule proposed"),
            "schedule approve" => ("复核定时作业", "schedule approved"),
            "key add" => ("新增接口密钥", "API key added"),
            "key revoke" => ("吊销接口密钥", "API key revoked"),
            _ when verb.StartsWith("user ", StringComparison.Ordinal) => ("改变用户", "user changed"),
            _ => (verb, verb),
        };
        return ($"{chinese}（命令行，已收到）", $"{english} (command line, received)");
    }

    // The request as it came: method, route, what the page was asked to do, how it ended.
    private static (string Chinese, string English) OfRequest(string[] request)
    {
        (string chinese, string english) = request switch
        {
            [_, "/{code}/runs", _] => ("开始计算", "run started"),
            [_, "/{code}/runs", "Interest", _] => ("开始计息", "interest started"),
            [_, "/{code}/runs/{run}", var asked, _] => OfRun(asked),
            [_, "/{code}/uploads", ..] => ("上传文件", "files uploaded"),
            [_, "/{code}/months/{month}", "Close", _] => ("结账", "month closed"),
            [_, "/{code}/months/{month}", "Propose", _] => ("提出重新打开月份", "reopening proposed"),
            [_, "/{code}/months/{month}", "Withdraw", _] => ("撤回重新打开的请求", "request to open a month again withdrawn"),
            [_, "/{code}/months/{month}", "Reopen", _] => ("重新打开月份", "month opened again"),
            [_, "/{code}/policies", var asked, _] => asked == "Approve" ? ("复核政策", "policy approved") : ("提出政策", "policy proposed"),
            [_, "/{code}/submissions/{number}", "Dismiss", _] => ("标为不再需要改正", "rejected rows marked as not needed"),
            [_, "/{code}/held", _] => ("决定待定行", "held row decided"),
            [_, "/{code}/thresholds", _] => ("设定阈值", "threshold set"),
            [_, "/{code}/simulation", _] => ("试算", "simulation"),
            [_, "/{code}/accounts", _] => ("查询账户", "account looked up"),
            [_, "/{code}/accounts/{token}", "Unmask", _] => ("显示完整号码", "whole number shown"),
            [_, "/users", var asked, _] => OfUser(asked),
            [_, "/schedules", var asked, _] => asked == "Approve" ? ("复核定时作业", "schedule approved") : ("提出定时作业", "schedule proposed"),
            [_, "/jobs", "Seen", _] => ("处理报警", "alarm seen to"),
            [_, "/jobs", _] => ("处理作业", "job steered"),
            [_, "/areas", _] => ("启用统筹区", "area put to use"),
            [_, "/password", _] => ("提交新密码", "new password sent"),
            _ => ("提交请求", "request sent"),
        };
        return request[^1] == EveryAct.Begun ? ($"{chinese}（已收到）", $"{english} (received)") : request[^1] is ['4' or '5', _, _] ? ($"{chinese}（未成功）", $"{english} (refused)") : (chinese, english);
    }

    private static (string Chinese, string English) OfUser(string asked) => asked switch
    {
        "Add" => ("新增用户", "user added"),
        "Roles" => ("改变角色", "roles changed"),
        "Reset" => ("重置密码", "password reset"),
        "EndSessions" => ("结束用户的会话", "sessions ended"),
        "Unlock" => ("解除用户锁定", "user unlocked"),
        "Disable" => ("停用或启用用户", "user disabled or enabled"),
        _ => ("提交请求", "request sent"),
    };

    private static (string Chinese, string English) OfRun(string asked) => asked.ToUpperInvariant() switch
    {
        "APPROVE" => ("复核批次", "run approved"),
        "POST" => ("批次入账", "run posted"),
        "DISCARD" => ("作废批次", "run discarded"),
        "REVERSE" => ("冲正批次", "run reversed"),
        _ => ("提交请求", "request sent"),
    };
}

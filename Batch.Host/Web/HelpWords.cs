using Batch.Host.Access;

namespace Batch.Host.Web;

using Words = (string Chinese, string English);

/// <summary>Of the help: where each role begins, the work beside the month, and the words.</summary>
internal static class HelpWords
{
    public static IReadOnlyDictionary<string, Words> FirstSteps { get; } = new Dictionary<string, Words>
    {
        [UserRoles.Operator] = ("从“今日待办”自上而下做：上传本月文件，改正拒绝的行，决定待定行，计算批次，再请复核。", "Work through “To do” from the top: upload the month's files, correct rejected rows, decide held ones, compute the run, and ask for its approval."),
        [UserRoles.Reviewer] = ("从“今日待办”打开待复核的批次，核对合计、变化和异常，复核并入账；确认他人提出的核对、退款、身份变更和政策；接受对账差异。", "Open the run that waits under “To do”, look at its totals, changes and anomalies, approve and post it; confirm what others proposed (matches, refunds, changes of identity, policies); accept differences of the money."),
        [UserRoles.Analyst] = ("从“报表”和“图表”开始；“数据字典”说明可用自己的工具读取的视图。", "Begin with “Reports” and “Charts”; “Data dictionary” names the views that tools of your own may read."),
        [UserRoles.Inquiry] = ("在“个人账户查询”按公民身份号码或卡号查余额、对账单和划入的缘由；“测算”算一个人应划多少。", "Look accounts up by citizen or card number for balance, statement and why an amount was credited; “Calculator” works out what one person gets."),
        [UserRoles.Administrator] = ("先在“统筹区”启用统筹区，在“用户与角色”添加人员；以后管理政策、异常阈值、作业与定时作业。", "Put an area to use (“Areas”) and add people (“Users”); later keep policies, thresholds, jobs and schedules."),
        [UserRoles.Auditor] = ("可打开除更正包以外的所有页面，不作改动。从“追溯”抽样，从“审计日志”看谁做了什么。", "Open every page except the fix pack, and change nothing. Draw samples under “Trace”, read who did what in the “Audit log”."),
    };

    /// <summary>Work beside the month: id, title, pages, sentence.</summary>
    public static IReadOnlyList<(string Id, Words Title, NavigationEntry[] Pages, Words Text)> Beside { get; } =
    [
        ("accounts", ("个人账户查询与测算", "Accounts and the calculator"), Entries("accounts", "calculator"),
            ("号码和姓名只显示一部分；有权限的人写明理由可看完整号码，每次查看都有记录。“为什么”逐条说明一个金额；“测算”对一个人试算，不改变任何东西。",
                "Numbers and names are masked; who may see whole ones writes a reason, and each look is recorded. “Why” explains an amount clause by clause; the calculator tries one person and changes nothing.")),
        ("employers", ("单位查询", "Employers"), Entries("employers"),
            ("按单位编号或名称查找单位：每月申报多少、到账多少、差多少，多少人、划入多少，哪些文件报过它。上月申报过、本月没有申报的，可打印催报通知。",
                "Find an employer by number or name: what it declared each month, what was received and what differs, how many people and how much was credited, and which files named it. Where it declared last month and not this one, a reminder can be printed.")),
        ("identity", ("人员身份变更", "Changes of identity"), Entries("identity"),
            ("证件号码或姓名变更、合并、拆分，在本人的账户页提出，由另一人同意，随后由批次补记差额。", "Another number or name, a join or a parting is proposed on the person's account page and approved by another person; a run then posts the difference.")),
        ("trace", ("追溯", "Trace"), Entries("trace"),
            ("从一笔银行流水查到单位、人员、分录和凭证，也可从一笔划入查回银行流水；可抽样。查看人员有记录。", "Follow a bank line to employers, people, entries and vouchers, or a credit back to the bank line; draw samples. A look at a person is recorded.")),
        ("policies", ("政策与试算", "Policies and simulation"), Entries("policies", "simulation"),
            ("政策文件和数值由经办或管理员提出，由另一位复核或管理员复核后生效；生效前可以试算。", "An operator or administrator proposes a policy file or a figure, another reviewer or administrator approves it; it can be tried before.")),
        ("jobs", ("作业与定时作业", "Jobs and schedules"), Entries("/jobs", "/schedules"),
            ("上传、计算、入账等都是作业，可暂停、继续、取消、重试。定时作业的改动由管理员提出，由另一位管理员或复核同意。", "Uploads, runs, postings and so on are jobs: pause, resume, cancel, retry. An administrator proposes a change of a schedule, another one or a reviewer approves it.")),
        ("users", ("用户与统筹区", "Users and areas"), Entries("/users", "/areas"),
            ("管理员添加用户、改角色、登记姓名和单位、重置密码、停用；停用前再问一次，最后一位管理员不能停用。密码连错五次锁定 15 分钟，用户页写明到几点。一人可有几个角色，但自己做的事不能由自己复核。每项操作都在审计日志中。", "An administrator adds users, changes roles, says who a user is (name and unit), resets passwords, disables; the page asks once more before it disables, and the last administrator stays. Five wrong passwords lock a user for 15 minutes; the page says until when. A person may have several roles, but never approves what they made. Every act is in the audit log.")),
        ("audit", ("审计日志", "The audit log"), Entries("/audit"),
            ("按操作人、操作、统筹区、批次号、报送或上传的编号、账户编号和日期筛选，几个条件同时满足才列出。导出的文件只有筛选出的记录，导出本身也有记录。作废批次都写明理由。",
                "Filter by who, act, area, run, submission or upload, account and day; a record meets all that is filled in. An export has the records that were found, and is recorded itself. Each discarded run shows its reason.")),
        ("display", ("显示", "Display"), [],
            ("页眉的“显示”改用深色或浅色、紧凑或宽松排列，只对这个浏览器有效，打印总是浅色。",
                "“Display” in the head of each page changes between dark and light, less and more space, for this browser alone; paper is always light.")),
        ("api", ("其他程序的接口", "The API for other programs"), [new NavigationEntry("/api/v1/docs/", "接口说明", "Description of the API", Permissions.Anyone)],
            ("供其他系统的编程人员：接口收什么、答什么，可用密钥试着调用。", "For programmers of other systems: what the API takes and what it answers. It can be tried with a key.")),
    ];

    public static IReadOnlyList<(Words Word, Words Meaning)> Glossary { get; } =
    [
        (("报送", "submission"), ("上传的一份文件，或一项决定。类型：正常、补充（添加或更正）、替换（单位该月的全部）。", "An uploaded file, or a decision. Kinds: regular, supplementary (adds or corrects), replacement (all of an employer's month).")),
        (("接受、未变、待定、拒绝", "accepted, unchanged, held, rejected"), ("一行的结果：采用；以前已有；等人决定；有错。", "What became of a row: taken in; said before; waits for a decision; faulty.")),
        (("更正包", "fix pack"), ("被拒绝的行，列与原文件相同，旁边写明错处。", "The rejected rows in the columns of their file, with the fault beside each.")),
        (("费款所属期、入账月", "contribution month, posting month"), ("钱是哪个月的；在哪个月入账。", "The month that money is for; the month whose run posts it.")),
        (("应划、划入", "entitlement, credit"), ("按政策应进入账户的；实际进入账户的。", "What should reach the account by the policy; what reaches it.")),
        (("批次", "run"), ("一次计算的全部分录：经复核、入账，或作废。", "The entries of one computation: approved, posted, or discarded.")),
        (("冲正", "reversal"), ("与已入账批次相反的批次。", "The opposite of a posted run, as a run of its own.")),
        (("个人账户、统筹基金", "account, pooled fund"), ("个人自己的钱；大家共有的钱。", "The person's own money; everybody's money.")),
        (("到账、暂收款", "receipt, suspense"), ("单位某月到的钱；已到、没有入账也没有退回的钱。", "An employer's money for a month; money received that is neither booked nor returned.")),
        (("差异", "difference"), ("申报、到账、入账之间，或流水与到账之间对不上的。", "Where declared, received and booked sums, or bank lines and receipts, do not agree.")),
        (("结账证明、封签", "certificate, seal"), ("结清一个月的合计；把它与以前各月连在一起的校验值。", "The totals of a closed month; the hash that chains it to the months before.")),
        (("对账单", "statement"), ("一个账户一年的收支与余额。", "A year of an account, with its balance.")),
    ];

    private static NavigationEntry[] Entries(params string[] paths) => [.. paths.Select(Navigation.At)];
}

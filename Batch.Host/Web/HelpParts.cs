namespace Batch.Host.Web;

using Words = (string Chinese, string English);

/// <summary>One part of the help: a step of the month, or work beside it.</summary>
/// <param name="Id">Of the part on the page: <c>/help#upload</c>. Stable, other pages link to it.</param>
/// <param name="Page">Where it is done.</param>
/// <param name="Wrong">What may go wrong, each with what to do then.</param>
internal sealed record HelpPart(string Id, Words Title, NavigationEntry Page, Words Who, Words Needs, IReadOnlyList<Words> Steps, IReadOnlyList<(Words Case, Words Answer)> Wrong);

/// <summary>The help in the order of the work. Each sentence is what the program does: who changes a page looks here too.</summary>
internal static partial class HelpParts
{
    public const string First = "first";

    public static IReadOnlyList<HelpPart> Month { get; } = [Upload, Rejected, Held, Money, Run, Approve, Post, Close, Reports];

    /// <summary>The part that belongs to a page, by the name of the page.</summary>
    private static readonly Dictionary<string, string> OfPages = new()
    {
        ["/Uploads"] = "upload",
        ["/Notices"] = "upload",
        ["/FileColumns"] = "upload",
        ["/Submissions"] = "rejected",
        ["/Submission"] = "rejected",
        ["/SubmissionRows"] = "rejected",
        ["/Held"] = "held",
        ["/Reconcile"] = "money",
        ["/Runs"] = "run",
        ["/RunNow"] = "run",
        ["/Run"] = "approve",
        ["/Months"] = "close",
        ["/Month"] = "close",
        ["/Reports"] = "reports",
        ["/Charts"] = "reports",
        ["/Dictionary"] = "reports",
        ["/Accounts"] = "accounts",
        ["/Account"] = "accounts",
        ["/Calculator"] = "accounts",
        ["/Employers"] = "employers",
        ["/Employer"] = "employers",
        ["/Identity"] = "identity",
        ["/Trace"] = "trace",
        ["/TraceLine"] = "trace",
        ["/TraceEmployer"] = "trace",
        ["/TraceCredit"] = "trace",
        ["/TraceSample"] = "trace",
        ["/Policies"] = "policies",
        ["/Simulation"] = "policies",
        ["/Thresholds"] = "approve",
        ["/Jobs"] = "jobs",
        ["/Schedules"] = "jobs",
        ["/Users"] = "users",
        ["/Audit"] = "audit",
        ["/Areas"] = "users",
    };

    /// <summary>Where the help on a page begins.</summary>
    public static string AddressFor(string? page) => page is not null && OfPages.TryGetValue(page, out string? id) ? $"/help#{id}" : "/help";

    public static IEnumerable<string> Ids => OfPages.Values.Distinct();

    private static HelpPart Upload => new(
        "upload", ("上传文件", "Upload the files"), Navigation.At("uploads"), ("经办", "operator"),
        ("本月的缴费文件（单位）、养老金文件（社保经办机构）、到账文件、收入户对账单；有变动时还有人员变更文件和账户变动文件。CSV、xlsx 或 xls。",
            "The month's payroll files (employers), pension file (agency), receipts and bank statement; persons and movements files when there are any. CSV, xlsx or xls."),
        [
            ("选择文件（可一次选多个），上传。文件装的是什么，由表头识别。", "Choose files, several at once if you like, and upload them. The header tells what a file holds."),
            ("在“最近上传”看结果：每一行或接受，或未变，或待定，或拒绝。", "See under “Latest uploads” what became of them: each row is accepted, unchanged, held or rejected."),
            ("有拒绝或待定的行，接着做下面两步。其余的行不受影响。", "Go on with the next two steps for rejected and held rows. The other rows are not affected."),
        ],
        [
            (("整份文件被退回", "The file is refused whole"),
                ("没有任何一行入库。按所写原因改正后重新上传；不再报送的，在该报送的页面写明理由，标为不再需要。",
                    "No row of it was taken in. Correct what the sentence says and upload it again; or mark it as not needed on its page, with a reason.")),
            (("同一文件又传了一次", "The same file is uploaded twice"), ("各行记为“未变”，不会重复划入。", "Its rows are unchanged; nothing is credited twice.")),
            (("文件来晚了，该月已结账", "The file is late and its month is closed"),
                ("类型选“补充”再上传，差额记入未结账的月份。", "Upload it as supplementary; the difference is posted in an open month.")),
        ]);

    private static HelpPart Rejected => new(
        "rejected", ("改正被拒绝的行", "Correct the rejected rows"), Navigation.At("submissions"), ("经办，与报送单位一起", "operator, with the employer"),
        ("有被拒绝的行的报送。", "A submission with rejected rows."),
        [
            ("打开该报送，每行都写明哪一格、错在哪里、怎样改。", "Open the submission: each row names the cell, the fault and the cure."),
            ("下载更正包（只有被拒绝的行，列与原文件相同），由单位改正。", "Download the fix pack (the rejected rows alone, in the columns of the file) and have it corrected."),
            ("在同一页上传改正文件。两份文件合起来就是全部。", "Upload the corrected file on the same page. Both files together are the whole."),
        ],
        [
            (("单位不再报送这些行", "The employer will not send these rows again"), ("在该报送的页面写明理由，标为不再需要；理由留有记录。", "Mark them as not needed on the page of the submission; the reason stays on record.")),
            (("被退回的是替换文件", "It is a replacement that was refused"), ("替换文件须整份重报，不能只报被拒绝的行。", "A replacement is sent again whole, not its rejected rows alone.")),
        ]);

    private static HelpPart Held => new(
        "held", ("决定待定行", "Decide the held rows"), Navigation.At("held"), ("经办", "operator"),
        ("互相矛盾或与登记不符的行，例如两家单位申报同一人同一月、号码与登记的姓名不一致，以及核实用的依据。",
            "Rows that contradict each other or the register, such as two employers for a person and month, or a number with another name; and a document to decide by."),
        [
            ("每行写明待定的原因，以及采用与不采用各是什么结果。", "Each row says why it is held, and what taking or withdrawing it does."),
            ("写明依据（可附扫描件），按“采用”或“不采用”。", "Write the document or reason (scans may be added) and take or withdraw it."),
            ("决定本身不入账，由下一批次计入并经复核。", "A decision posts nothing by itself: the next run includes it and is approved."),
        ],
        [
            (("单位说文件写错了", "The employer says that the file is wrong"), ("请单位改正后再报；改正的行到了，待定行随之了结。", "Have it sent again right: the held row is then settled.")),
            (("决定错了", "A decision was wrong"), ("该人该月的正确数据用“补充”文件再报，差额由以后的批次补记。", "Send the person's month again as supplementary; a later run posts the difference.")),
        ]);

    private static HelpPart Money => new(
        "money", ("到账、银行流水与对账", "Receipts, the bank statement and reconciliation"), Navigation.At("reconcile"),
        ("经办上传；经办和复核核对；复核接受差异", "an operator uploads; operators and reviewers match; a reviewer accepts differences"),
        ("到账文件（每家单位到了多少钱）和收入户对账单，从“上传文件”页送入。", "The receipts file (how much came from each employer) and the bank statement, by the page “Upload”."),
        [
            ("确定是同一笔钱的，程序自动核对。", "The program matches what is certain."),
            ("其余由一人选中流水与到账、写明理由提出，由另一人确认。", "The rest is matched by hand: one person proposes with a reason, another confirms."),
            ("看差异：申报、到账、入账不一致的单位，没有对上的流水和到账。查明的改正，确属如此的由复核写明理由接受。",
                "Look at the differences: employers whose declared, received and booked sums differ, lines and receipts without a match. Correct them, or a reviewer accepts them with a reason."),
        ],
        [
            (("钱还没有到", "The money has not come"),
                ("政策规定到账才划入的，该单位先不划入；到账文件上传后，由以后的批次补记。批次、月份和报送的页面都列出这些单位。",
                    "Where credits wait for the money, the employer's people are not credited yet; a run after the receipts posts them. The pages of the run, the month and the submission name these employers.")),
            (("钱到多了", "Too much money came"), ("先在“暂收”中。一人提出退款、结转或核销，另一人确认。", "It is in suspense. One person proposes a refund, a carry-over or a write-off, another confirms.")),
            (("核对错了", "A match is wrong"), ("写明理由撤销；程序不再自动作同样的核对。", "Undo it with a reason; the program does not make it again by itself.")),
        ]);
}

namespace Batch.Host.Web;

/// <summary>From the run to the reports.</summary>
internal static partial class HelpParts
{
    private static HelpPart Run => new(
        "run", ("计算批次", "Compute the run"), Navigation.At("runs"), ("经办", "operator"),
        ("本月的文件，和政策需要的数值（月份的页面列出缺什么）。", "The month's files, and the figures that the policy needs (the page of the month names what is missing)."),
        [
            ("在“月份与结账”看准备情况，先处理“须先处理”的事项。", "Look at the readiness of the month first, and settle what has to come first."),
            ("填入账月份，开始计算。批次取用到该月为止尚未入账的报送和决定，只记应划与已划之差。", "Give the posting month and start. A run takes the submissions and decisions up to that month that are not posted, and holds only the difference between what is due and what was posted."),
            ("算完请另一人复核。", "Then somebody else approves it."),
        ],
        [
            (("缺少数值", "A figure is missing"), ("经办或管理员在“政策”页提出，由另一人复核后再计算。", "An operator or administrator proposes it on the page “Policies”; once another person has approved it, compute.")),
            (("算完后又来了文件或决定", "Files or decisions came after it was computed"), ("再计算一次，新批次代替尚未入账的旧批次；也可以留给下一批次。", "Compute again: the new run takes the place of the one that is not posted. Or leave them to the next run.")),
            (("批次已过时", "The run is out of date"), ("计算后账本有变动，须重新计算。", "The ledger has moved since it was computed: compute it again.")),
            (("计算停住了", "The computing has stopped"), ("在“作业”页查明出错的作业，重试或取消。", "Look at the parked job on the page “Jobs”, then retry or cancel it.")),
        ]);

    private static HelpPart Approve => new(
        "approve", ("复核批次", "Approve the run"), Navigation.At("runs"), ("复核，且不是计算批次的人", "a reviewer who did not compute it"),
        ("一个待复核的批次。", "A run that waits for approval."),
        [
            ("看合计与上月比较、本批内容（每项写明比上月增减多少、百分之几）、变化、人员和待定行的决定。", "Look at the totals beside last month, what the run holds (each with its change from last month and the per cent), what changed, its people and the decisions on held rows."),
            ("不超过五十人的批次，点号码可打开个人账户；每次查看都有记录。", "In a run of no more than fifty people a number opens the account; each look is recorded."),
            ("看异常和款项未到账的单位。", "Look at the anomalies and at the employers whose money has not come."),
            ("都对，按“复核通过”。通过的正是所看到的内容，一分不差。", "If all is right, approve. What is approved is exactly the content that was shown."),
        ],
        [
            (("有异常", "There are anomalies"), ("先查明；确实如此的写明理由再通过，理由一并保存。界限由管理员在“异常阈值”页设定。", "Find out why; if it is right, approve it with a written reason, which is kept. An administrator sets the limits on the page “Thresholds”.")),
            (("不对", "It is wrong"), ("写明理由作废。分录丢弃，报送仍待入账；改正后重新计算。", "Discard it with a reason. Its entries go, its submissions wait on; correct them and compute again.")),
        ]);

    private static HelpPart Post => new(
        "post", ("入账", "Post the run"), Navigation.At("runs"), ("复核", "reviewer"),
        ("已复核的批次。", "An approved run."),
        [
            ("打开批次，按“入账”。从这时起个人账户余额包括它；页面写明下一步。", "Open the run and post it. From then on balances include it; the page says what comes next."),
            ("本月最后入账的人不能结账，请另一人接着做。", "Who posted last in the month does not close it: another person goes on."),
        ],
        [
            (("入账后发现个别数据不对", "Something was wrong in the data"), ("用“补充”或“替换”文件报正确的数据，下一批次补记差额。", "Send the right data as supplementary or replacement; the next run posts the difference.")),
            (("整个批次都不该入账", "The whole run should not have been posted"), ("经办在该批次的页面冲正，写明理由；冲正批次经另一人复核并入账后生效。账本不删改。", "An operator reverses it on its page, with a reason; the reversal counts once somebody else has approved it and it is posted. Nothing in the ledger is deleted or changed.")),
        ]);

    private static HelpPart Close => new(
        "close", ("结账", "Close the month"), Navigation.At("months"), ("经办或复核，且不是本月最后入账的人", "an operator or reviewer who did not post last in the month"),
        ("月份已经结束，没有未结束的批次，对账没有未说明的差异。", "The month has ended, no run is open, and no difference of the money is left to accept."),
        [
            ("打开该月，看准备情况与提醒。", "Open the month; look at its readiness and the warnings."),
            ("按“结清本月”，再确认。生成结账证明和封签。", "Choose to close the month and confirm. That makes the certificate and the seal."),
            ("保险年度最后一月结账时，还为每个账户生成年度对账单；之后经办在“批次”页计算年度利息，同样要复核和入账。", "Closing the insurance year's last month makes every account's statement too. Then an operator computes the year's interest on the page “Runs”, which is approved and posted like any run."),
        ],
        [
            (("更早的月份未结账", "An earlier month is open"), ("按月份顺序结账，先结更早的。", "Months are closed in order: close the earlier one first.")),
            (("月份还没有结束", "The month has not ended"), ("等到月末之后；管理员可在“异常阈值”页允许提前几天。", "Wait for its end; an administrator may allow it some days earlier on the page “Thresholds”.")),
            (("还有未结束的批次", "A run is open"), ("先入账或作废。", "Post or discard it first.")),
            (("有未说明的差异", "Differences are not accepted"), ("在“对账”页查明；确需带差异结账的，由复核写明理由接受。", "Look at them on the page “Reconciliation”; to close all the same, a reviewer accepts them with a reason.")),
            (("最后入账的是自己", "You posted last"), ("请另一位经办或复核结账。", "Another operator or reviewer closes it.")),
            (("结错了", "It was closed by mistake"), ("其后没有入账、以后月份没有结账时，一人写明理由提出重新打开，另一人同意。之后须再次结账。", "While nothing was posted after it and no later month is closed, one person proposes to open it again with a reason and another approves. It is closed once more later.")),
        ]);

    private static HelpPart Reports => new(
        "reports", ("结账证明与报表", "Certificate and reports"), Navigation.At("reports"), ("经办、复核、分析、审计", "operator, reviewer, analyst, auditor"),
        ("入账或结账的月份。", "A month that was posted or closed."),
        [
            ("结账证明在该月的页面，可打印或下载 xlsx。", "The certificate is on the page of the month, to be printed or downloaded as xlsx."),
            ("“报表”按月列出并下载（xlsx、CSV）；“图表”看各月走势。", "“Reports” shows and downloads tables of a month (xlsx, CSV); “Charts” shows the months beside each other."),
        ],
        []);
}

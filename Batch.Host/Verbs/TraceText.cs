using System.Globalization;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;

namespace Batch.Host.Verbs;

/// <summary>Traces as tables on the command line.</summary>
internal static class TraceText
{
    public static void Write(VerbOutput output, TraceFound told)
    {
        output.Document(told);
        Lines(output, told.Lines);
        Receipts(output, told.Receipts);
        Refunds(output, told.Returns);
        if (told.IsEmpty)
        {
            output.Line("没有这个号码的流水、到账或退款 no line, no receipt and no refund has this number");
        }
    }

    public static void Write(VerbOutput output, LineTrace told)
    {
        output.Document(told);
        Lines(output, [told.Line, .. told.Siblings]);
        output.Line($"记账凭证 voucher {told.Line.Voucher ?? "-"} {told.Line.Booked.Text()}  封签 seal {told.Seal ?? "未结账 not closed"}");
        Receipts(output, told.Receipts);
        Refunds(output, told.Refunds);
        if (told.ByHand is { } hand)
        {
            output.Line($"人工核对 matched by hand: 提出 proposed {hand.By}, 确认 confirmed {hand.ConfirmedBy}, 理由 reason {hand.Reason}");
        }

        if (told.Accepted is { } accepted)
        {
            output.Line($"差异已接受 difference accepted: {accepted.By}, 理由 reason {accepted.Reason}");
        }

        output.Line(told.Difference is { } difference ? $"流水减到账 lines less receipts {difference}" : "还没有核对到到账 matched with no receipt yet");
        Employers(output, told.Employers);
    }

    public static void Write(VerbOutput output, EmployerTrace told)
    {
        output.Document(told);
        output.Line($"追溯 trace {told.Employer} {told.Name} {told.Month.Text()}");
        Receipts(output, told.Receipts);
        Returns(output, told.Returns);
        output.Table(["文件 file", "有效行数 rows", "缴费 contributions"], told.Files.Select(f => new[] { f.File, Count(f.Rows), f.Paid.ToString() }));
        output.Table(
            ["证件号码 number", "姓名 name", "基数 base", "申报 declared", "入账 booked", "划入账户 account", "统筹 pool", "文件行 row"],
            told.People.Rows.Select(p => new[] { p.Number, p.Name, p.Base?.ToString() ?? "", p.Paid.ToString(), p.Booked.ToString(), p.Credited.ToString(), p.Pool.ToString(), Row(p.From) }));
        output.Line($"第 {told.People.Page} / {told.People.Pages} 页 page; 共 {told.People.Count} 人 people in all");
        Employers(output, [new EmployerSummary(told.Employer, told.Name, told.Month, told.Sums)]);
        Runs(output, told.Runs);
    }

    public static void Write(VerbOutput output, CreditTrace told)
    {
        output.Document(told);
        output.Line($"追溯 trace {told.Number} {told.Name} {told.Month.Text()}  账户变动 change of the account {told.Amount}");
        output.Table(
            ["批次 run", "入账月 posted", "项目 item", "账户 account", "统筹 pool", "其他 other", "基数 base", "单位 employer", "文件行 row"],
            told.Entries.Select(e => new[]
            {
                Count(e.Run.Run), e.Run.Month.Text(), e.Component, e.Amount.ToString(), e.Pool.ToString(), e.Other.ToString(), e.Base?.ToString() ?? "", e.Employer ?? "",
                e.From is { } from ? Row(from) : "",
            }));
        Receipts(output, told.Receipts);
        Returns(output, told.Returns);
        Employers(output, told.Employers);
        Runs(output, [.. told.Entries.Select(e => e.Run).Distinct()]);
    }

    public static void Write(VerbOutput output, SampleDocument told)
    {
        output.Document(told);
        output.Line(string.Create(CultureInfo.InvariantCulture, $"抽样 sample {told.Area} {told.Month.Text()}：{told.Credits.Count} / {told.OutOf}  {told.Amount} / {told.OutOfAmount}"));
        output.Line(told.Said().Chinese);
        output.Line(told.Said().English);
        output.Table(
            ["记录号 credit", "证件号码 number", "所属期 for", "单位 employer", "划入账户 account", "文件行 row", "到账 receipts", "流水 lines", "凭证 voucher"],
            told.Credits.Select(c => new[]
            {
                c.Credit, c.Number, c.Month.Text(), c.Employer ?? "", c.Amount.ToString(), c.From is { } from ? Row(from) : "", c.OfPool ? "统筹 pool" : c.Receipts ?? "-", c.Lines ?? "-", c.Voucher ?? "-",
            }));
    }

    private static void Lines(VerbOutput output, IReadOnlyList<TracedLine> lines) => output.Table(
        ["流水号 serial", "日期 day", "凭证号 document", "对方 payer", "收入 in", "支出 out", "文件行 row"],
        lines.Select(l => new[] { l.Serial, l.On.Text(), l.Document, l.Payer, l.In.ToString(), l.Out.ToString(), Row(l.From) }));

    private static void Receipts(VerbOutput output, IReadOnlyList<TracedReceipt> receipts) => output.Table(
        ["到账凭证号 receipt", "日期 day", "单位 employer", "所属期 month", "金额 amount", "合计 total", "流水 lines", "文件行 row"],
        receipts.Select(r => new[]
        {
            r.Document, r.On.Text(), r.Employer, r.Month.Text(), r.Amount.ToString(), r.Total.ToString(), r.Lines.Count == 0 ? "-" : string.Join(' ', r.Lines.Select(l => l.Serial)), Row(r.From),
        }));

    private static void Returns(VerbOutput output, IReadOnlyList<TracedReturn> returns)
    {
        if (returns.Count > 0)
        {
            output.Table(
                ["退款、结转 return", "种类 kind", "日期 day", "金额 amount", "凭证号 document", "提出 proposed", "确认 confirmed", "理由 reason"],
                returns.Select(r => new[] { Count(r.Return), r.Kind, r.On.Text(), r.Amount.ToString(), r.Document, r.By, r.ConfirmedBy, r.Reason }));
        }
    }

    private static void Refunds(VerbOutput output, IReadOnlyList<ReturnDocument> returns)
    {
        if (returns.Count > 0)
        {
            output.Table(
                ["退款、结转 return", "种类 kind", "状态 state", "单位 employer", "所属期 month", "日期 day", "金额 amount", "凭证号 document", "提出 proposed", "确认 confirmed"],
                returns.Select(r => new[]
                {
                    Count(r.Return), r.Kind, r.State, r.Employer, r.Month.Text(), r.On.Text(), r.Amount.ToString(), r.Document, r.By, r.EndedBy ?? "-",
                }));
        }
    }

    private static void Employers(VerbOutput output, IReadOnlyList<EmployerSummary> employers) => output.Table(
        ["单位 employer", "所属期 month", "人数 people", "申报 declared", "到账减退还 received less returned", "入账 booked", "划入账户 accounts", "统筹 pool", "暂收 in suspense"],
        employers.Select(e => new[]
        {
            e.Employer, e.Month.Text(), Count(e.Sums.People), e.Sums.Paid.ToString(), e.Sums.Received.ToString(), e.Sums.Booked.ToString(), e.Sums.Credited.ToString(), e.Sums.Pool.ToString(),
            e.Sums.InSuspense.ToString(),
        }));

    private static void Runs(VerbOutput output, IReadOnlyList<TracedRun> runs) => output.Table(
        ["批次 run", "入账月 posted", "种类 kind", "经办 made", "复核 approved", "凭证 voucher", "封签 seal"],
        runs.Select(r => new[] { Count(r.Run), r.Month.Text(), r.Kind, r.MadeBy, r.ApprovedBy, r.Voucher ?? "-", r.Seal ?? "未结账 not closed" }));

    private static string Row(TracedRow from) => from.Row is { } row ? string.Create(CultureInfo.InvariantCulture, $"{from.File}:{row}") : from.File;

    private static string Count(long number) => number.ToString(CultureInfo.InvariantCulture);
}

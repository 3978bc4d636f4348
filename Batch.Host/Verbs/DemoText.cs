using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Proof;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Jobs.Tools;
using Batch.Rules;
using NodaTime;

namespace Batch.Host.Verbs;

/// <summary>What the demo prints: month by month what came in and where the money went, then rejects, questions, reports and proofs.</summary>
internal sealed class DemoText(VerbOutput output, string data)
{
    /// <summary>One posting month: the files that came in for it and what its run posted.</summary>
    private sealed record Month(YearMonth Posting, IReadOnlyList<FileOutcome> Files, IReadOnlyList<RunDocument> Runs)
    {
        public int Count(Func<FileOutcome, int> of) => Files.Sum(of);

        public Money Sum(Func<RunDocument, Money> of) => new(Runs.Sum(r => of(r).Fen));
    }

    public void Begin(Area area, string samples)
    {
        output.Line($"{area.Schema.Code} {area.Policy.Policy.Name} 样例 the cast: {samples}");
        output.Line("每月：导入 import → 计算 allocate → 另一人复核 approve → 入账 post → 结账 close");
    }

    public void Write(IReadOnlyList<SampleOutcome> outcomes, IReadOnlyList<ReceivedMonth> money)
    {
        List<Month> months = MonthsOf(outcomes);
        Heading("一、导入 what came in");
        output.Table(
            ["入账月 month", "文件 files", "行 rows", "接受 accepted", "未变 unchanged", "待定 held", "拒绝 rejected", "整份退回 files refused"],
            months.Select(m => RowsOf(m.Posting.Text(), m)).Append(RowsOf("合计 total", All(months))));
        Heading("二、入账 what was posted, in yuan");
        output.Table(
            ["入账月 month", "人数 people", "分录 entries", "个人缴费 person", "单位缴费 employer", "划入账户 credited", "其中统筹支付 by the pool", "统筹净额 pool, net", "其他资金 other"],
            months.Select(m => MoneyOf(m.Posting.Text(), m)).Append(MoneyOf("合计 total", All(months))));
        output.Line("  个人缴费 + 单位缴费 = 划入账户 + 统筹净额 + 其他资金 / what was paid = credited + pool, net + other");
        WriteMoney(money);
        WriteRejections(outcomes);
        WriteUnexpected(outcomes);
    }

    /// <summary>A question with the command that asks it.</summary>
    /// <param name="verb">With its options, but for the number.</param>
    public void Ask(string question, string number, string verb)
    {
        Heading(question);
        output.Line($"$ echo {number} | ./batch {verb} --data {data}");
    }

    public void Write(IReadOnlyList<string> reports, VerificationDocument verification)
    {
        Heading("报表 reports");
        foreach (string file in reports.Where(f => f.EndsWith(".csv", StringComparison.Ordinal)))
        {
            output.Line($"  {file}");
        }

        output.Line("  同名 .xlsx 亦已生成 / and as .xlsx beside them");
        Heading("核验 verify --all");
        VerifyVerb.Show(output, verification);
    }

    public void End(bool ok, TimeSpan elapsed)
    {
        output.Line("");
        output.Line(string.Create(CultureInfo.InvariantCulture, $"{(ok ? "全部如期 all as expected" : "有不符之处 NOT as expected")}  {elapsed.TotalSeconds:0.0} s"));
        output.Line($"接着可以 go on: echo ID | ./batch statement --id - --from 2021-01 --to 2022-02 --data {data}");
    }

    public static object Document(bool ok, IReadOnlyList<SampleOutcome> outcomes, IReadOnlyList<ReceivedMonth> money, IReadOnlyList<string> reports, VerificationDocument verification) => new
    {
        ok,
        steps = outcomes.Count,
        unexpected = outcomes.Where(o => !o.IsAsExpected).Select(o => new { o.Step.Number, o.Expected, o.Came }),
        months = MonthsOf(outcomes).Select(Document),
        total = Document(All(MonthsOf(outcomes))),
        money,
        rejectedByCode = Faults(outcomes).GroupBy(f => f.Rejection.Code).OrderBy(g => g.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count()),
        reports,
        verify = verification,
    };

    private static object Document(Month month) => new
    {
        month = month.Posting,
        files = month.Files.Count,
        rows = month.Count(f => f.Rows),
        accepted = month.Count(f => f.Accepted),
        unchanged = month.Count(f => f.Unchanged),
        held = month.Count(f => f.Held),
        rejected = month.Count(f => f.Rejected),
        personPaid = month.Sum(r => r.PersonPaid),
        employerPaid = month.Sum(r => r.EmployerPaid),
        credited = month.Sum(r => r.Credited),
        poolPaid = month.Sum(r => r.PoolPaid),
        pool = month.Sum(r => r.Pool),
        other = month.Sum(r => r.Other),
    };

    private void WriteMoney(IReadOnlyList<ReceivedMonth> money)
    {
        Heading("收到的钱 the money that arrived, in yuan");
        output.Table(
            ["月 month", "到账 received", "与银行流水核对 matched to the bank", "记入各账户与基金 allocated", "暂收 in suspense"],
            money.Select(m => new[] { m.Month.Text(), m.Received.ToString(), m.Matched.ToString(), m.Allocated.ToString(), m.Suspense.ToString() }).Append(
                ["合计 total", Sum(m => m.Received), Sum(m => m.Matched), Sum(m => m.Allocated), money[^1].Suspense.ToString()]));
        output.Line("  到账 = 记入 + 暂收增加 / received = allocated + what suspense grew by");

        string Sum(Func<ReceivedMonth, Money> of) => new Money(money.Sum(m => of(m).Fen)).ToString();
    }

    private void WriteRejections(IReadOnlyList<SampleOutcome> outcomes)
    {
        Heading("三、拒绝与待定 what was rejected or held, by code");
        output.Table(
            ["代码 code", "处 times", "例 example", ""],
            Faults(outcomes).GroupBy(f => f.Rejection.Code).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => new[]
            {
                g.Key, Text(g.Count()), Place(g.First().File, g.First().Rejection.Row), Shortened(RejectionCodes.Describe(g.First().Rejection, "zh")),
            }));
    }

    private void WriteUnexpected(IReadOnlyList<SampleOutcome> outcomes)
    {
        List<SampleOutcome> unexpected = [.. outcomes.Where(o => !o.IsAsExpected)];
        output.Line("");
        output.Line($"{outcomes.Count - unexpected.Count} / {outcomes.Count} 步与 steps.csv 相符 / steps came out as steps.csv expects");
        foreach (SampleOutcome outcome in unexpected)
        {
            output.Line($"  第 {outcome.Step.Number} 步 step {outcome.Step.Number} {string.Join(' ', outcome.Step.Files)}: 应为 expected {outcome.Expected}，实为 came {outcome.Came}");
        }
    }

    private void Heading(string text)
    {
        output.Line("");
        output.Line($"── {text}");
    }

    private static List<Month> MonthsOf(IReadOnlyList<SampleOutcome> outcomes) =>
    [
        .. outcomes.GroupBy(o => o.PostingMonth).OrderBy(g => g.Key).Select(g => new Month(g.Key, [.. g.SelectMany(o => o.Files).Where(f => !IsMoney(f))], [.. g.Select(o => o.Run).OfType<RunDocument>()])),
    ];

    /// <summary>Receipts and bank statements: they have their own table.</summary>
    private static bool IsMoney(FileOutcome file) => file.Content is FileContent.Receipts or FileContent.Bank;

    private static Month All(IReadOnlyList<Month> months) => new(months[^1].Posting, [.. months.SelectMany(m => m.Files)], [.. months.SelectMany(m => m.Runs)]);

    private static IEnumerable<(string File, Rejection Rejection)> Faults(IReadOnlyList<SampleOutcome> outcomes) =>
        outcomes.SelectMany(o => o.Files.Zip(o.Step.Files)).SelectMany(f => f.First.Rejections.Select(r => (f.Second, r)));

    private static string[] RowsOf(string name, Month month) =>
    [
        name, Text(month.Files.Count), Text(month.Count(f => f.Rows)), Text(month.Count(f => f.Accepted)), Text(month.Count(f => f.Unchanged)),
        Text(month.Count(f => f.Held)), Text(month.Count(f => f.Rejected)), Text(month.Files.Count(f => f.Refused is not null)),
    ];

    private static string[] MoneyOf(string name, Month month) =>
    [
        name, Text(month.Runs.Sum(r => r.People)), Text(month.Runs.Sum(r => r.Entries)), month.Sum(r => r.PersonPaid).ToString(), month.Sum(r => r.EmployerPaid).ToString(),
        month.Sum(r => r.Credited).ToString(), month.Sum(r => r.PoolPaid).ToString(), month.Sum(r => r.Pool).ToString(), month.Sum(r => r.Other).ToString(),
    ];

    private static string Place(string file, int row) => row == 0 ? file : FormattableString.Invariant($"{file}:{row}");

    private static string Shortened(string sentence) => sentence.Length <= 40 ? sentence : sentence[..39] + "…";

    private static string Text(long count) => count.ToString(CultureInfo.InvariantCulture);
}

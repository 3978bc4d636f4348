using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Batch.Host.Access;
using Batch.Jobs.Facts;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Host.Verbs;

/// <summary><c>allocate</c>, <c>interest</c>, and the run's life: <c>preview|approve|post|discard|reverse RUN</c>.</summary>
internal static class RunVerbs
{
    private static readonly Option<string?> Area = VerbOptions.Area();
    private static readonly Option<YearMonth?> Month = VerbOptions.Month();
    private static readonly Option<YearMonth?> OpenMonth = VerbOptions.Month(required: false);
    private static readonly Option<int?> Year = VerbOptions.Year();
    private static readonly Option<string?> By = VerbOptions.By();
    private static readonly Option<int> Workers = new("--workers") { Description = "并行数 / chunk workers", DefaultValueFactory = _ => Math.Max(2, Environment.ProcessorCount) };
    private static readonly Option<string?> Digest = new("--digest") { Description = "复核时所见内容的摘要 / digest of the content that was reviewed" };
    private static readonly Option<string?> Reason = new("--reason") { Description = "原因 / why" };
    private static readonly Option<string?> Override = new("--override") { Description = "有异常仍予复核的理由 / why a run with anomalies is approved", HelpName = "TEXT" };

    private static readonly Argument<int> Run = new("RUN") { Description = "批次号 / the run's number" };

    public static IEnumerable<Command> Create() =>
    [
        new Verb("allocate", "计算月度划账批次", "compute a month's run", AllocateAsync) { Area, Month, By, Workers }.Acts(Permissions.ComputeRuns),
        new Verb("interest", "计算某年度利息批次", "compute a year's interest as a run", InterestAsync) { Area, Year, By, OpenMonth }.Acts(Permissions.ComputeRuns),
        new Verb("preview", "查看批次", "show a run", call => OnRunAsync(call, (life, run) => life.PreviewAsync(run, call.Cancellation))) { Run },
        new Verb("approve", "复核批次（须为另一人）", "approve a run, by another person", call =>
            OnRunAsync(call, (life, run) => life.ApproveAsync(run, call.By, call.Get(Digest), call.Cancellation, call.Get(Override)))) { Run, By, Digest, Override }.Acts(Permissions.ReviewRuns),
        new Verb("post", "批次入账", "make an approved run part of the ledger", call =>
            OnRunAsync(call, (life, run) => life.PostAsync(run, call.By, call.Cancellation))) { Run, By }.Acts(Permissions.ReviewRuns),
        new Verb("discard", "作废批次", "discard a run that is not posted", call =>
            OnRunAsync(call, (life, run) => life.DiscardAsync(run, call.By, call.Get(Reason) ?? "", call.Cancellation))) { Run, By, Reason }.Acts(Permissions.DiscardRuns),
        new Verb("reverse", "冲正已入账批次（生成冲正批次）", "compute the reversal of a posted run", ReverseAsync) { Run, By, OpenMonth, Reason }.Acts(Permissions.ComputeRuns),
    ];

    private static async Task<int> AllocateAsync(VerbCall call)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        Allocation allocation = new(area);
        foreach (OpenMonth open in await new MonthsAround(area).OpenBeforeAsync(call.Need(Month)!.Value, call.Cancellation))
        {
            call.Output.Log($"{open.Chinese} / {open.English}");
        }

        RunDocument run = await allocation.RunAsync(call.Need(Month)!.Value, call.By, call.Get(Workers), new ChunkLog(call.Output), call.Cancellation);
        await WriteAsync(call, area, run);
        return ExitCode.Done;
    }

    private static async Task<int> InterestAsync(VerbCall call)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        InterestRun interest = new(area);
        RunDocument run = await interest.RunAsync(call.Need(Year)!.Value, call.Get(OpenMonth), call.By, call.Cancellation);
        RunText.Write(call.Output, run, run.Run is { } held ? await RunKind.ReadAsync(area, held, call.Cancellation) : [], null, [], []);
        return ExitCode.Done;
    }

    private static async Task<int> ReverseAsync(VerbCall call)
    {
        int run = call.Need(Run);
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OfRunAsync(database, run, call.Cancellation);
        RunLife life = new(area);
        YearMonth month = call.Get(OpenMonth) ?? await life.OpenMonthAsync(run, call.Cancellation);
        RunDocument reversal = await life.ReverseAsync(run, month, call.By, call.Cancellation);
        await call.RecordAsync(database, "run.reverse", reversal.Area, string.Create(CultureInfo.InvariantCulture, $"{run} {reversal.Run}"), call.Get(Reason)?.Trim());
        RunText.Write(call.Output, reversal, await RunKind.ReadAsync(area, reversal.Run!.Value, call.Cancellation), null, [], []);
        return ExitCode.Done;
    }

    private static async Task<int> OnRunAsync(VerbCall call, Func<RunLife, int, Task<RunDocument>> act)
    {
        int run = call.Need(Run);
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OfRunAsync(database, run, call.Cancellation);
        RunDocument document = await act(new RunLife(area), run);
        await WriteAsync(call, area, document);
        return ExitCode.Done;
    }

    private static async Task WriteAsync(VerbCall call, Area area, RunDocument run) => RunText.Write(
        call.Output, run, run.Run is { } held ? await RunKind.ReadAsync(area, held, call.Cancellation) : [], await RunComparison.ReadAsync(area, run, call.Cancellation),
        run.Run is { } number ? await Anomaly.ReadAsync(area, number, call.Cancellation) : [],
        run.Run is { } computed ? await new FigureWarnings(area).OfRunAsync(computed, call.Cancellation) : [],
        run.State is RunState.Posted or RunState.Discarded ? [] : await new MonthsAround(area).LaterAsync(run.Month, call.Cancellation),
        run.Kind == "allocation" && run.State != RunState.Discarded ? await new UnpaidEmployers(area).OfMonthAsync(run.Month, call.Cancellation) : null);

    // On a terminal only: how far it is, how fast, and how long it will take.
    private sealed class ChunkLog(VerbOutput output) : IProgress<RunProgress>
    {
        private readonly Stopwatch watch = Stopwatch.StartNew();

        public void Report(RunProgress value)
        {
            if (value.Chunks > 4 && !Console.IsErrorRedirected)
            {
                output.Log(RunText.Progress(value, watch.Elapsed));
            }
        }
    }
}

/// <summary>How a run is shown: where the money comes from, where it goes, and how that compares with the month before.</summary>
internal static class RunText
{
    /// <summary>Chunks done of all, a minute, and the seconds left at this rate.</summary>
    public static string Progress(RunProgress value, TimeSpan elapsed) => string.Create(CultureInfo.InvariantCulture,
        $"{value.Done}/{value.Chunks}  {value.Done / elapsed.TotalMinutes:0}/分 min  剩余 left {elapsed.TotalSeconds / value.Done * (value.Chunks - value.Done):0} s");

    public static void Write(VerbOutput output, RunDocument run, IReadOnlyList<RunKind> kinds, RunComparison? compared, IReadOnlyList<Anomaly> anomalies,
        IReadOnlyList<FigureGap> figures, IReadOnlyList<LaterSubmission>? later = null, UnpaidList? unpaid = null)
    {
        output.Document(new
        {
            run.Run,
            run.Area,
            run.Month,
            run.State,
            run.People,
            run.Entries,
            run.Credited,
            run.PersonPaid,
            run.EmployerPaid,
            run.PoolPaid,
            run.Pool,
            run.Other,
            run.Kind,
            run.Digest,
            run.MadeBy,
            run.ApprovedBy,
            run.Movements,
            kinds,
            lastMonth = compared?.Before,
            thisMonth = compared?.Now,
            notCompared = RunComparison.Documents(compared),
            anomalies = anomalies.Select(a => new { a.Code, message = a.English, messageZh = a.Chinese }),
            warnings = FigureText.Documents(figures),
            notTaken = later ?? [],
            moneyMissing = UnpaidText.Document(unpaid),
        });
        if (run.Run is null)
        {
            output.Line($"{run.Area} {run.Month.Text()}：没有需要入账的变动 / nothing to post");
            UnpaidText.Write(output, unpaid);
            WriteLater(output, later);
            return;
        }

        output.Line($"批次 run {run.Run}  {run.Area} {run.Month.Text()}  {run.Kind}  {run.State}  {run.MadeBy} / {run.ApprovedBy ?? "-"}");
        WriteTotals(output, run, compared);
        WriteKinds(output, run, kinds);
        foreach (ComparisonNote note in run.State is RunState.Computed or RunState.Approved ? compared?.Notes ?? [] : [])
        {
            output.Line($"未比较 not compared {note.Code}：{note.Chinese} {note.English}");
        }

        foreach (Anomaly anomaly in anomalies)
        {
            output.Line($"异常 anomaly {anomaly.Code}：{anomaly.Chinese} {anomaly.English}");
        }

        FigureText.Write(output, run.Area, figures);
        UnpaidText.Write(output, unpaid);
        WriteLater(output, later);
    }

    // Where the run is not all of its month, the month is what is compared with the month before.
    private static void WriteTotals(VerbOutput output, RunDocument run, RunComparison? compared)
    {
        CreditedMonth? before = compared?.Before;
        CreditedMonth? month = before is not null && (compared!.Now.Runs.Count > 1 || run.Movements is not null) ? compared.Now : null;
        string[] Row(string name, string own, Func<CreditedMonth, string> figure) =>
            month is null ? [name, own, before is null ? "" : figure(before)] : [name, own, figure(month), figure(before!)];
        output.Table(month is null ? ["", "本批 this run", "上月 last month"] : ["", "本批 this run", "本月（含本批） this month", "上月 last month"],
        [
            Row("人数 people", Count(run.People), m => Count(m.People)),
            Row("分录 entries", Count(run.Entries), m => Count(m.Entries)),
            Row("个人缴费 person paid", run.PersonPaid.ToString(), m => m.PersonPaid.ToString()),
            Row("单位缴费 employer paid", run.EmployerPaid.ToString(), m => m.EmployerPaid.ToString()),
            Row("其中统筹支付 pool paid", run.PoolPaid.ToString(), m => m.PoolPaid.ToString()),
            Row("划入账户 credited", run.Credited.ToString(), m => m.Credited.ToString()),
            Row("统筹净额 pool, net", run.Pool.ToString(), m => m.Pool.ToString()),
            Row("其他 other", run.Other.ToString(), m => m.Other.ToString()),
        ]);
    }

    // Of contributions and retirees' credits alone the totals say all.
    private static void WriteKinds(VerbOutput output, RunDocument run, IReadOnlyList<RunKind> kinds)
    {
        if (run.Movements is null)
        {
            return;
        }

        output.Table(["种类 kind", "分录 entries", "增加 in", "减少 out", "净额 net"],
        [
            .. kinds.Select(k => (string[])[$"{LedgerWords.Of(k.Kind).Chinese} {k.Kind}", Count(k.Entries), k.Increase.ToString(), k.Decrease.ToString(), k.Net.ToString()]),
            ["合计 total", Count(kinds.Sum(k => k.Entries)), Sum(kinds, k => k.Increase), Sum(kinds, k => k.Decrease), Sum(kinds, k => k.Net)],
        ]);
    }

    private static string Sum(IReadOnlyList<RunKind> kinds, Func<RunKind, Money> of) => new Money(kinds.Sum(k => of(k).Fen)).ToString();

    private static void WriteLater(VerbOutput output, IReadOnlyList<LaterSubmission>? later)
    {
        foreach (LaterSubmission left in later ?? [])
        {
            output.Line($"未取用 not taken：报送 submission {left.Submission} {left.File}，记在 filed under {left.Month.Text()}");
        }
    }

    private static string Count(long count) => count.ToString(CultureInfo.InvariantCulture);
}

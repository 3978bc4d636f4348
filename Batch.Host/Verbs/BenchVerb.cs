using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Jobs.Tools;
using Batch.Rules;
using NodaTime;

namespace Batch.Host.Verbs;

/// <summary><c>bench --people N [--months K]</c>: the floor, the script and the product on the same data and server, in one run.</summary>
internal static class BenchVerb
{
    private const string BenchArea = "420100";
    private const int Inquiries = 5_000;

    // A script over many months takes hours; the first months tell its speed.
    private const int ScriptMonths = 3;
    private static readonly string[] Contents = ["persons", "payroll", "receipts", "bank", "pension"];
    private static readonly YearMonth First = new(2021, 1);
    private static readonly Option<int> People = new("--people") { Description = "人数 / people", DefaultValueFactory = _ => 100_000 };
    private static readonly Option<int> Months = new("--months") { Description = "月数 / months", DefaultValueFactory = _ => 2 };
    private static readonly Option<bool> Inquiry = new("--inquiry") { Description = "另测查询余额的时间 / also how long a balance takes, idle and beside a run" };
    private static readonly Option<bool> Verify = new("--verify") { Description = "另测核验最后一月和全部的时间 / also how long verify takes, of the last month and of all" };

    private static readonly Option<bool> Receipts = new("--receipts") { Description = "另测划入须待到账的月份 / also the months with credits that wait for the money: receipts and bank statements" };

    private static readonly Option<bool> Intake = new("--intake") { Description = "只测接收文件的时间和内存 / measure how files are taken in instead" };

    public static Command Create() => new Verb("bench", "性能测量：下限、脚本与产品", "measure the floor, a script and the product side by side", RunAsync)
    {
        People, Months, Inquiry, Verify, Receipts, Intake,
    };

    private static async Task<int> RunAsync(VerbCall call)
    {
        int people = call.Get(People), months = call.Get(Months);
        if (call.Get(Intake))
        {
            return await IntakeBenchVerb.RunAsync(call, people);
        }

        string folder = Path.Combine(call.Database.DataDirectory, "bench"), files = Path.Combine(folder, "files");
        // One month more for the run beside which balances are asked.
        int written = call.Get(Inquiry) ? months + 1 : months;
        GenerateOutcome generated = Generator.Write(
            new GenerateOptions { Area = BenchArea, People = people, Month = First, Months = written, Seed = 7, Directory = files }, call.Cancellation);
        await using DatabaseConnection database = await DatabaseConnection.OpenAsync(call.Database with { DataDirectory = folder }, call.Cancellation);
        BenchResult result = await MeasureAsync(call, database, generated, files, months, onReceipt: false);
        Tell(call, result, call.Get(Receipts) ? await MeasureAsync(call, database, generated, files, months, onReceipt: true) : null);
        return ExitCode.Done;
    }

    /// <summary>All months in a new area. By the floor, the script and the product; with receipts by the product and its floor.</summary>
    private static async Task<BenchResult> MeasureAsync(VerbCall call, DatabaseConnection database, GenerateOutcome generated, string files, int months, bool onReceipt)
    {
        await DatabaseContents.ResetAsync(database, call.Cancellation);
        Area area = await OpenAsync(call, database, onReceipt);
        BenchCourse course = new(area, database, call.Clock);
        int people = generated.People;
        await course.EndAsync(call.Cancellation);
        BenchResult result = new(people, []);
        for (int i = 0; i < months; i++)
        {
            YearMonth month = First.PlusMonths(i);
            if (i == months - 1 && call.Get(Verify))
            {
                // Sealed up to here, so that the verification since the last seal proves one month.
                await course.VerifyAsync(all: false, call.Cancellation);
            }

            BenchMonth measured = await course.MeasureAsync(month, FilesOf(files, month, onReceipt), generated.Months[i].Credited, months <= ScriptMonths && !onReceipt, call.Cancellation);
            result.Months.Add(measured);
            call.Output.Log(string.Create(
                CultureInfo.InvariantCulture, $"{month.Text()}{(onReceipt ? " with receipts" : "")}: floor {measured.Floor.Total.TotalSeconds:0.00} s, script {measured.Script?.TotalSeconds:0.00} s, product {measured.Product:0.00} s"));
        }

        await course.EndAsync(call.Cancellation);
        result = result with { PeakMiB = PeakMiB() };
        if (call.Get(Verify))
        {
            result = result with { VerifySeconds = await course.VerifyAsync(all: false, call.Cancellation), VerifyAllSeconds = await course.VerifyAsync(all: true, call.Cancellation) };
        }

        return call.Get(Inquiry) && !onReceipt ? await AskAsync(call, area, result, FilesOf(files, First.PlusMonths(months), onReceipt)) : result;
    }

    /// <summary>Without receipts an accepted line has to be enough: the shipped policy with this one word changed.</summary>
    private static async Task<Area> OpenAsync(VerbCall call, DatabaseConnection database, bool onReceipt)
    {
        Area area = await Area.OpenOrCreateAsync(database, BenchArea, call.Cancellation);
        if (onReceipt)
        {
            return area;
        }

        PolicyProposals policies = new(database.Program);
        string shipped = ShippedPolicies.Text(BenchArea), text = shipped.Replace("credit-on: receipt", "credit-on: declaration", StringComparison.Ordinal);
        if (text == shipped)
        {
            throw new InvalidOperationException("The shipped policy no longer says that credits wait for the money.");
        }

        PolicyProposal proposal = await policies.ProposeFileAsync(text, "bench.yaml", "bench", "bench", call.Cancellation);
        await policies.ApproveAsync(proposal.Hash, "bench-reviewer", call.Cancellation);
        return await Area.OpenAsync(database, BenchArea, call.Cancellation);
    }

    private static async Task<BenchResult> AskAsync(VerbCall call, Area area, BenchResult result, IReadOnlyList<string> next)
    {
        InquiryBench bench = InquiryBench.InProcess(area, result.People);
        await using ApiInquiries api = await ApiInquiries.StartAsync(area.Database, area, call.Clock, call.Cancellation);
        InquiryBench throughApi = new(api.AskAsync, result.People);
        InquiryTimes idle = await bench.MeasureAsync(Inquiries, Task.CompletedTask, call.Cancellation);
        InquiryTimes idleApi = await throughApi.MeasureAsync(Inquiries, Task.CompletedTask, call.Cancellation);
        Task run = Task.Run(() => NextMonthAsync(call, area, result.Months[^1].Month.PlusMonths(1), next));
        InquiryTimes[] beside = await Task.WhenAll(bench.MeasureAsync(0, run, call.Cancellation), throughApi.MeasureAsync(0, run, call.Cancellation));
        return result with { Idle = idle, IdleApi = idleApi, BesideARun = beside[0], BesideARunApi = beside[1] };
    }

    private static async Task NextMonthAsync(VerbCall call, Area area, YearMonth month, IReadOnlyList<string> files)
    {
        await new Importer(area, call.Clock, IntakeLimits.Default)
            .ImportAsync(files, new ImportRequest(month, SubmissionKind.Regular, false, "bench"), null, call.Cancellation);
        RunDocument run = await new Allocation(area).RunAsync(month, "bench", Environment.ProcessorCount, null, call.Cancellation);
        RunLife life = new(area);
        await life.ApproveAsync(run.Run!.Value, "bench-reviewer", null, call.Cancellation, "measured");
        await life.PostAsync(run.Run!.Value, "bench-reviewer", call.Cancellation);
    }

    private sealed record BenchResult(int People, List<BenchMonth> Months)
    {
        public long PeakMiB { get; init; }
        public double? VerifySeconds { get; init; }
        public double? VerifyAllSeconds { get; init; }
        public InquiryTimes? Idle { get; init; }
        public InquiryTimes? IdleApi { get; init; }
        public InquiryTimes? BesideARun { get; init; }
        public InquiryTimes? BesideARunApi { get; init; }
    }

    private static void Tell(VerbCall call, BenchResult result, BenchResult? received)
    {
        // The first month also registers everybody; the last one is the month that comes every month.
        BenchMonth usual = result.Months[^1];
        double slope = Slope.AMonth([.. result.Months.Skip(1).Select(m => m.Product)]);
        // Beside the floor of the same months: what the machine itself became slower or faster by is not in it.
        double slopeToFloor = Slope.AMonth([.. result.Months.Skip(1).Select(m => m.RatioToFloor)]);
        call.Output.Document(new
        {
            result.People,
            floorSeconds = usual.Floor.Total.TotalSeconds,
            scriptSeconds = usual.Script?.TotalSeconds,
            productSeconds = usual.Product,
            usual.Stages,
            usual.RatioToFloor,
            usual.TimesFasterThanScript,
            peakRssMiB = result.PeakMiB,
            months = result.Months.Select(m => new
            {
                m.Month,
                floorSeconds = m.Floor.Total.TotalSeconds,
                scriptSeconds = m.Script?.TotalSeconds,
                productSeconds = m.Product,
                m.RatioToFloor,
                m.Stages,
                m.Floor.Rows,
                bytesAPersonMonth = m.Bytes / Math.Max(m.Floor.Rows, 1),
            }),
            slopeAMonth = slope,
            slopeToFloorAMonth = slopeToFloor,
            result.VerifySeconds,
            result.VerifyAllSeconds,
            inquiry = result.Idle,
            inquiryApi = result.IdleApi,
            inquiryBesideARun = result.BesideARun,
            inquiryApiBesideARun = result.BesideARunApi,
            receipts = received is null ? null : new
            {
                productSeconds = received.Months[^1].Product,
                received.Months[^1].Stages,
                received.Months[^1].RatioToFloor,
                timesWithout = received.Months[^1].Product / usual.Product,
                received.VerifySeconds,
                received.VerifyAllSeconds,
                months = received.Months.Select(m => new { m.Month, floorSeconds = m.Floor.Total.TotalSeconds, productSeconds = m.Product, m.RatioToFloor, m.Stages }),
            },
        });
        call.Output.Table(
            ["月 month", "下限 floor s", "脚本 script s", "产品 product s", "产品/下限", "脚本/产品", "行/秒 rows/s", "字节/人月", .. usual.Stages.Keys],
            result.Months.Select(m => new[]
            {
                m.Month.Text(), Number(m.Floor.Total.TotalSeconds), m.Script is { } script ? Number(script.TotalSeconds) : "", Number(m.Product), Number(m.RatioToFloor),
                m.TimesFasterThanScript is { } times ? Number(times) : "", (m.Floor.Rows / m.Product).ToString("0", CultureInfo.InvariantCulture),
                (m.Bytes / Math.Max(m.Floor.Rows, 1)).ToString(CultureInfo.InvariantCulture),
            }.Concat(m.Stages.Values.Select(Number)).ToArray()));
        call.Output.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"floor: read {usual.Floor.Reading.TotalSeconds:0.00}, facts {usual.Floor.Facts.TotalSeconds:0.00}, credits {usual.Floor.Credits.TotalSeconds:0.00}; peak {result.PeakMiB} MiB; slope {slope:P2} a month, {slopeToFloor:P2} beside the floor"));
        if (result.VerifySeconds is { } verify)
        {
            call.Output.Line(string.Create(CultureInfo.InvariantCulture, $"verify: the last month {verify:0.00} s, --all {result.VerifyAllSeconds:0.00} s"));
        }

        if (received is not null)
        {
            TellReceipts(call, result, received);
        }

        foreach ((string name, InquiryTimes? times) in new[]
            { ("idle", result.Idle), ("idle, API", result.IdleApi), ("beside a run", result.BesideARun), ("beside a run, API", result.BesideARunApi) })
        {
            if (times is not null)
            {
                call.Output.Line(string.Create(
                    CultureInfo.InvariantCulture, $"balance, {name}: median {times.Median:0.00} ms, p99 {times.P99:0.00} ms, longest {times.Longest:0.0} ms, {times.Inquiries} asked, {times.Errors} errors"));
            }
        }
    }

    private static void TellReceipts(VerbCall call, BenchResult without, BenchResult received)
    {
        call.Output.Table(
            ["月 month", "不待到账 without receipts s", "待到账 with receipts s", "倍 times", .. received.Months[^1].Stages.Keys],
            without.Months.Zip(received.Months, (a, b) => new[] { a.Month.Text(), Number(a.Product), Number(b.Product), Number(b.Product / a.Product) }
                .Concat(b.Stages.Select(s => $"{Number(s.Value)} ({Number(a.Stages[s.Key])})")).ToArray()));
        if (received.VerifySeconds is { } verify)
        {
            call.Output.Line(string.Create(CultureInfo.InvariantCulture, $"verify with receipts: the last month {verify:0.00} s, --all {received.VerifyAllSeconds:0.00} s"));
        }
    }

    private static string Number(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static IReadOnlyList<string> FilesOf(string folder, YearMonth month, bool onReceipt)
    {
        string stamp = string.Create(CultureInfo.InvariantCulture, $"-{month.Year:0000}{month.Month:00}.csv");
        return [.. Contents.Where(c => onReceipt || c is not ("receipts" or "bank")).Select(c => Path.Combine(folder, c + stamp)).Where(File.Exists)];
    }

    private static long PeakMiB()
    {
        string? line = File.Exists("/proc/self/status") ? File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal)) : null;
        return line is null ? Process.GetCurrentProcess().PeakWorkingSet64 >> 20 : long.Parse(line.AsSpan(6).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture) >> 10;
    }
}

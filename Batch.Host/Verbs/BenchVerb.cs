using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Batch.Jobs.Areas;
using Batch.Jobs.Bench;
using Batch.Jobs.Generate;
using Batch.Jobs.Server;
using NodaTime;

namespace Batch.Host.Verbs;

/// <summary><c>bench --people N [--months K]</c>: the floor and the product on the same data and server, in one run.</summary>
internal static class BenchVerb
{
    private const string BenchArea = "420100";
    private static readonly string[] Contents = ["persons", "payroll", "pension"];
    private static readonly Option<int> People = new("--people") { Description = "人数 / people", DefaultValueFactory = _ => 100_000 };
    private static readonly Option<int> Months = new("--months") { Description = "月数 / months", DefaultValueFactory = _ => 2 };

    public static Command Create() => new Verb("bench", "性能测量：下限与产品", "measure the floor and the product side by side", RunAsync) { People, Months };

    private static async Task<int> RunAsync(VerbCall call)
    {
        int people = call.Get(People), months = call.Get(Months);
        YearMonth first = new(2021, 1);
        string folder = Path.Combine(call.Database.DataDirectory, "bench");
        GenerateOutcome generated = Generator.Write(
            new GenerateOptions { Area = BenchArea, People = people, Month = first, Months = months, Seed = 7, Directory = Path.Combine(folder, "files") }, call.Cancellation);
        await using DatabaseConnection database = await DatabaseConnection.OpenAsync(call.Database with { DataDirectory = folder }, call.Cancellation);
        await DatabaseContents.ResetAsync(database, call.Cancellation);
        Area area = await Area.OpenAsync(database, BenchArea, call.Cancellation);
        ProductMonth product = new(area, call.Clock);
        List<MonthResult> results = [];
        for (int i = 0; i < months; i++)
        {
            YearMonth month = first.PlusMonths(i);
            IReadOnlyList<string> files = FilesOf(Path.Combine(folder, "files"), month);
            FloorTimes floor = await new Floor(database.Owner).MeasureAsync(
                files.First(f => Path.GetFileName(f).StartsWith("payroll", StringComparison.Ordinal)),
                files.FirstOrDefault(f => Path.GetFileName(f).StartsWith("pension", StringComparison.Ordinal)), call.Cancellation);
            IReadOnlyDictionary<string, double> stages = await product.RunAsync(month, files, generated.Months[i].Credited, 0, call.Cancellation);
            results.Add(new MonthResult(month, floor, stages));
            call.Output.Log(string.Create(CultureInfo.InvariantCulture, $"{month.Text()}: floor {floor.Total.TotalSeconds:0.00} s, product {stages.Values.Sum():0.00} s"));
        }

        Tell(call, people, results);
        return ExitCode.Done;
    }

    private sealed record MonthResult(YearMonth Month, FloorTimes Floor, IReadOnlyDictionary<string, double> Stages)
    {
        public double Product => Stages.Values.Sum();
        public double Ratio => Product / Floor.Total.TotalSeconds;
    }

    private static void Tell(VerbCall call, int people, List<MonthResult> results)
    {
        // The first month also registers everybody; the last one is the month that comes every month.
        MonthResult usual = results[^1];
        long peak = PeakMiB();
        call.Output.Document(new
        {
            people, floorSeconds = usual.Floor.Total.TotalSeconds, scriptSeconds = (double?)null, productSeconds = usual.Product, usual.Stages, ratioToFloor = usual.Ratio,
            timesFasterThanScript = (double?)null, peakRssMiB = peak,
            months = results.Select(r => new { r.Month, floorSeconds = r.Floor.Total.TotalSeconds, productSeconds = r.Product, ratioToFloor = r.Ratio, r.Stages }),
        });
        call.Output.Table(
            ["月 month", "下限 floor s", "产品 product s", "倍数 ratio", .. usual.Stages.Keys],
            results.Select(r => new[] { r.Month.Text(), Seconds(r.Floor.Total.TotalSeconds), Seconds(r.Product), Seconds(r.Ratio), }.Concat(r.Stages.Values.Select(Seconds)).ToArray()));
        call.Output.Line(string.Create(CultureInfo.InvariantCulture, $"floor: read {usual.Floor.Reading.TotalSeconds:0.00}, facts {usual.Floor.Facts.TotalSeconds:0.00}, credits {usual.Floor.Credits.TotalSeconds:0.00}; peak {peak} MiB"));
    }

    private static string Seconds(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static IReadOnlyList<string> FilesOf(string folder, YearMonth month)
    {
        string stamp = string.Create(CultureInfo.InvariantCulture, $"-{month.Year:0000}{month.Month:00}.csv");
        return [.. Contents.Select(c => Path.Combine(folder, c + stamp)).Where(File.Exists)];
    }

    private static long PeakMiB()
    {
        string? line = File.Exists("/proc/self/status") ? File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal)) : null;
        return line is null ? Process.GetCurrentProcess().PeakWorkingSet64 >> 20 : long.Parse(line.AsSpan(6).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture) >> 10;
    }
}

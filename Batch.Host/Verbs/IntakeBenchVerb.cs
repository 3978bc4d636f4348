using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Batch.Jobs.Store;
using Batch.Jobs.Tools;
using NodaTime;

namespace Batch.Host.Verbs;

/// <summary>
/// <c>bench --intake --people N</c>: N people as one CSV and as employers' files into facts, 0.3 N rows of a workbook, and the peak memory of a program that takes in
/// 5 N rows of CSV or checks the workbook. The targets are for N of a million.
/// </summary>
internal static class IntakeBenchVerb
{
    private const string BenchArea = "420100";
    private const int MemoryFactor = 5;

    /// <summary>Three of four people that are generated are on payroll.</summary>
    private const double PeoplePerRow = 4.0 / 3.0;
    private static readonly YearMonth First = new(2021, 1);

    private sealed record Peak(long Rows, long MiB, double Seconds);

    public static async Task<int> RunAsync(VerbCall call, int people)
    {
        string folder = Path.Combine(call.Database.DataDirectory, "bench-intake");
        DatabaseOptions options = call.Database with { DataDirectory = folder };
        Directory.CreateDirectory(folder);
        Dictionary<string, IntakeStage> stages = [];
        Peak csv, workbook;
        await using (DatabaseConnection database = await DatabaseConnection.OpenAsync(options, call.Cancellation))
        {
            string files = Path.Combine(folder, "files");
            (string[] one, long rows) = Generate(call, people, 2, FileLayout.One, files);
            stages["firstMonth"] = await TimeAsync(call, database, b => b.ImportAsync([one[0]], First, rows, call.Cancellation), reset: true);
            stages["csv"] = await TimeAsync(call, database, b => b.ImportAsync([one[1]], First.PlusMonths(1), Rows(one[1]), call.Cancellation), reset: false);
            string xlsx = Path.Combine(folder, "payroll.xlsx");
            int cells = IntakeBench.WriteWorkbook(one[0], xlsx, Math.Min(people * 3 / 10, (int)rows));
            stages["xlsx"] = await TimeAsync(call, database, b => Task.FromResult(b.ReadWorkbook(xlsx, cells)), reset: false);
            workbook = await ChildAsync(call, cells, "validate", xlsx);
            (string[] each, long rowsOfEach) = Generate(call, people, 1, FileLayout.Employer, Path.Combine(folder, "each"));
            stages["employerFiles"] = await TimeAsync(call, database, b => b.ImportAsync(each, First, rowsOfEach, call.Cancellation), reset: true);
            (string[] large, long rowsOfLarge) = Generate(call, people * MemoryFactor, 1, FileLayout.One, Path.Combine(folder, "large"));
            await DatabaseContents.ResetAsync(database, call.Cancellation);
            csv = await ChildAsync(call, rowsOfLarge, ["import", large[0], "--area", BenchArea, "--month", First.Text(), "--by", "bench", .. At(options)]);
        }

        Tell(call, people, stages, csv, workbook);
        return ExitCode.Done;
    }

    private static async Task<IntakeStage> TimeAsync(VerbCall call, DatabaseConnection database, Func<IntakeBench, Task<IntakeStage>> stage, bool reset)
    {
        if (reset)
        {
            await DatabaseContents.ResetAsync(database, call.Cancellation);
        }

        Area area = await Area.OpenOrCreateAsync(database, BenchArea, call.Cancellation);
        GC.Collect();
        IntakeStage measured = await stage(new IntakeBench(area, call.Clock));
        call.Output.Log(string.Create(CultureInfo.InvariantCulture, $"{measured.Rows} rows, {measured.Files} files: {measured.Seconds:0.00} s, bare {measured.BareSeconds:0.00} s"));
        return measured;
    }

    /// <summary>The payroll files, month by month, and the rows of the first month.</summary>
    private static (string[] Files, long Rows) Generate(VerbCall call, int rows, int months, FileLayout layout, string folder)
    {
        Generator.Write(
            new GenerateOptions { Area = BenchArea, People = (int)(rows * PeoplePerRow), Month = First, Months = months, Seed = 7, Directory = folder, Files = layout }, call.Cancellation);
        string[] files = [.. Directory.EnumerateFiles(folder, "*.csv", SearchOption.AllDirectories)
            .Where(f => layout == FileLayout.Employer ? Path.GetFileName(f).StartsWith('E') : Path.GetFileName(f).StartsWith("payroll", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        return (files, layout == FileLayout.One ? Rows(files[0]) : files.Sum(Rows));
    }

    private static long Rows(string file) => File.ReadLines(file).LongCount() - 1;

    private static string[] At(DatabaseOptions options) => options.Url is { } url ? ["--db", url] : ["--data", options.DataDirectory];

    /// <summary>Runs this program once more and watches its memory: its own peak, not that of what was measured before.</summary>
    private static async Task<Peak> ChildAsync(VerbCall call, long rows, params string[] arguments)
    {
        string program = typeof(IntakeBenchVerb).Assembly.Location;
        using Process child = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments, "--json"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = child.StandardOutput.ReadToEndAsync(call.Cancellation), errors = child.StandardError.ReadToEndAsync(call.Cancellation);
        long began = Stopwatch.GetTimestamp(), peak = 0;
        while (!child.HasExited)
        {
            peak = Math.Max(peak, PeakMiB(child.Id));
            await Task.Delay(20, call.Cancellation);
        }

        long accepted = child.ExitCode == 0 ? JsonDocument.Parse(await output).RootElement.GetProperty("files")[0].GetProperty("accepted").GetInt64() : -1;
        return accepted == rows
            ? new Peak(rows, peak, Stopwatch.GetElapsedTime(began).TotalSeconds)
            : throw new InvalidOperationException($"{arguments[0]} of {rows} rows accepted {accepted}: {await errors}");
    }

    private static long PeakMiB(int process)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.AsSpan(6).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture) >> 10;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static void Tell(VerbCall call, int people, Dictionary<string, IntakeStage> stages, Peak csv, Peak workbook)
    {
        call.Output.Document(new
        {
            people,
            stages = new
            {
                intake = new
                {
                    firstMonth = stages["firstMonth"],
                    csv = stages["csv"],
                    employerFiles = stages["employerFiles"],
                    xlsx = stages["xlsx"],
                    csvMemory = new { csv.Rows, peakRssMiB = csv.MiB, csv.Seconds },
                    xlsxMemory = new { workbook.Rows, peakRssMiB = workbook.MiB, workbook.Seconds },
                },
            },
        });
        call.Output.Table(
            ["intake", "行 rows", "文件 files", "秒 s", "下限 bare s", "倍数 ratio"],
            stages.Select(s => new[]
            {
                s.Key, s.Value.Rows.ToString(CultureInfo.InvariantCulture), s.Value.Files.ToString(CultureInfo.InvariantCulture), Text(s.Value.Seconds), Text(s.Value.BareSeconds), Text(s.Value.Ratio),
            }));
        call.Output.Line(string.Create(
            CultureInfo.InvariantCulture, $"peak: {csv.Rows} rows of CSV into facts {csv.MiB} MiB ({csv.Seconds:0.0} s), {workbook.Rows} rows of a workbook {workbook.MiB} MiB ({workbook.Seconds:0.0} s)"));
    }

    private static string Text(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}

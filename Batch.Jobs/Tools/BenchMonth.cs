using System.Diagnostics;
using Batch.Jobs.Proof;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Tools;

/// <summary>One month measured: the floor, the script (where it was run), and the product stage by stage, on the same files and server.</summary>
/// <param name="Bytes">What the area's tables grew by in this month, with their keys.</param>
public sealed record BenchMonth(YearMonth Month, FloorTimes Floor, TimeSpan? Script, IReadOnlyDictionary<string, double> Stages, long Bytes)
{
    public double Product => Stages.Values.Sum();
    public double RatioToFloor => Product / Floor.Total.TotalSeconds;
    public double? TimesFasterThanScript => Script?.TotalSeconds / Product;
}

/// <summary>Measures months one after the other in one area.</summary>
public sealed class BenchCourse(Area area, DatabaseConnection database, IClock clock)
{
    private readonly Script _script = new(database.Owner);

    public async Task<BenchMonth> MeasureAsync(YearMonth month, IReadOnlyList<string> files, long creditedFen, bool withScript, CancellationToken cancellation)
    {
        string payroll = files.First(f => Holds(f, "payroll"));
        string? pension = files.FirstOrDefault(f => Holds(f, "pension"));
        long before = await BytesAsync(cancellation);
        FloorTimes floor = await new Floor(database.Owner).MeasureAsync(payroll, pension, cancellation);
        TimeSpan? script = withScript ? await _script.MeasureAsync(payroll, pension, area.Policy.For(month), creditedFen, cancellation) : null;
        IReadOnlyDictionary<string, double> stages = await new ProductMonth(area, clock).RunAsync(month, files, creditedFen, 0, cancellation);
        return new BenchMonth(month, floor, script, stages, await BytesAsync(cancellation) - before);
    }

    /// <summary>Seconds that a verification takes; it has to find nothing.</summary>
    public async Task<double> VerifyAsync(bool all, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        VerificationDocument document = await new Verifier(database, area.Schema).VerifyAsync(all, cancellation);
        return document.Ok
            ? Stopwatch.GetElapsedTime(start).TotalSeconds
            : throw new InvalidOperationException("verify found: " + string.Join("; ", document.Checks.Select(c => c.First).OfType<string>()));
    }

    public Task EndAsync(CancellationToken cancellation) => _script.ForgetAsync(cancellation);

    private async Task<long> BytesAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = database.Owner.CreateCommand(
            "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class WHERE relnamespace = $1::text::regnamespace AND relkind = 'r'");
        command.Parameters.AddWithValue(area.Schema.Name);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static bool Holds(string file, string content) => Path.GetFileName(file).StartsWith(content, StringComparison.Ordinal);
}

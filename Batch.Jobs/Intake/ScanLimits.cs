using System.Globalization;
using Batch.Jobs.Store;

namespace Batch.Jobs.Intake;

/// <summary>How large scans may be, and how many belong to one decision or proposal.</summary>
public sealed record ScanLimits
{
    /// <summary>From <c>BATCH_SCAN_MAX_BYTES</c>: bytes of one scan.</summary>
    public int MaxBytes { get; init; } = 5 << 20;

    /// <summary>From <c>BATCH_SCAN_MAX_COUNT</c>: scans of one decision or proposal.</summary>
    public int MaxCount { get; init; } = 5;

    /// <summary>The limits of this program.</summary>
    /// <exception cref="EnvironmentException">SETTING: one of them cannot be read.</exception>
    public static ScanLimits Configured => new() { MaxBytes = Setting("BATCH_SCAN_MAX_BYTES", 5 << 20, 100 << 20), MaxCount = Setting("BATCH_SCAN_MAX_COUNT", 5, 100) };

    private static int Setting(string name, int otherwise, int most)
    {
        string? text = Environment.GetEnvironmentVariable(name);
        return string.IsNullOrEmpty(text) ? otherwise
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0 && value <= most ? value
            : throw new EnvironmentException("SETTING", $"{name} takes a whole number from 1 to {most}, not {text}.", $"{name} 须为 1 至 {most} 的整数，而不是 {text}。");
    }
}

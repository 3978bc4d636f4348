using NodaTime;

namespace Batch.Jobs.Store;

/// <summary>The days and hours of the product are those of Shanghai, wherever the machine is.</summary>
public static class ShanghaiTime
{
    public static DateTimeZone Zone { get; } = DateTimeZoneProviders.Tzdb["Asia/Shanghai"];

    public static LocalDate Today(this IClock clock) => clock.GetCurrentInstant().InZone(Zone).Date;
}

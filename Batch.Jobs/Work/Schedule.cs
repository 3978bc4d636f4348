using System.Globalization;
using NodaTime;

namespace Batch.Jobs.Work;

/// <summary>What becomes of recurring work whose time passed while no host was there.</summary>
public enum MissedPolicy
{
    /// <summary>It is not done; somebody is told and decides. For whatever moves money.</summary>
    Alarm,

    /// <summary>It is not done; the next time will do.</summary>
    Skip,

    /// <summary>It is done once, late.</summary>
    Once,
}

/// <summary>Recurring work 定时作业 of an area, as it is in force.</summary>
/// <param name="Work">drop-folder, allocate, close, verify, interest or retention.</param>
/// <param name="Cron">minute hour day month weekday, Asia/Shanghai.</param>
/// <param name="Argument">Of the drop folder: its name.</param>
/// <param name="Since">In force since; what was due before is nobody's.</param>
public sealed record Schedule(
    string Area, string Work, string Cron, MissedPolicy Missed, bool Enabled, string Argument, string ProposedBy, string? ApprovedBy, Instant Since, int Change);

/// <summary>What every area begins with: proofs and tidying are on, whatever computes or closes waits to be switched on by two people.</summary>
internal static class ShippedSchedules
{
    private const string DayAndHourOfInterest = "0 4 5";

    public static readonly (string Work, string Cron, MissedPolicy Missed, bool Enabled)[] List =
    [
        (WorkKinds.DropFolder, "*/5 * * * *", MissedPolicy.Skip, false),
        (WorkKinds.Allocate, "0 1 20 * *", MissedPolicy.Alarm, false),
        (WorkKinds.Close, "0 2 1 * *", MissedPolicy.Alarm, false),
        (WorkKinds.Verify, "0 3 * * *", MissedPolicy.Once, true),
        (WorkKinds.Interest, $"{DayAndHourOfInterest} 1 *", MissedPolicy.Alarm, false),
        (WorkKinds.Retention, "30 4 * * *", MissedPolicy.Skip, true),
    ];

    /// <summary>When an area's work is due: the year's interest in the first month after its insurance year, which begins in the month given.</summary>
    public static string CronOf(string work, string cron, int yearStart) =>
        work == WorkKinds.Interest ? string.Create(CultureInfo.InvariantCulture, $"{DayAndHourOfInterest} {yearStart} *") : cron;
}

using Batch.Jobs.Reading;
using Batch.Jobs.Tests.Runs;
using NodaTime;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Reading;

/// <summary>The number of people at the bottom of a report counts each person once, in however many rows.</summary>
public sealed class ReportTotalsTests
{
    private static readonly YearMonth June = new(2021, 6), July = new(2021, 7);

    // One person turned 36 on 15 June and moved from one employer to another: of June 200 + 110 are credited, of July 200 + 140. The other stays: 310 twice.
    [Test]
    public async Task A_person_in_two_rows_is_one_of_the_total()
    {
        await using Town town = await Town.FoundAsync();
        await town.PayrollAsync(June, "甲", [(Town.Person(1, 1985), 10_000m), (Town.Person(2), 10_000m)]);
        await town.PayrollAsync(July, "乙", [(Town.Person(1, 1985), 10_000m)]);
        await town.PayrollAsync(July, "甲", [(Town.Person(2), 10_000m)]);
        await town.PostMonthAsync(July);
        Assert.That(await town.ReportAsync(new AgeTierReport(), July), Is.EqualTo(new[]
        {
            "在职 active,35 岁及以下 up to 35,2,3,930.00,2070.00", "在职 active,36 至 45 岁 36 to 45,1,1,340.00,660.00", "合计 total,,2,4,1270.00,2730.00",
        }));
        Assert.That(await town.ReportAsync(new EmployerReport(), July), Is.EqualTo(new[]
        {
            "乙,单位乙,1,200.00,800.00,340.00,660.00,0.00", "甲,单位甲,2,600.00,2400.00,930.00,2070.00,0.00", "合计 total,,2,800.00,3200.00,1270.00,2730.00,0.00",
        }));
    }
}

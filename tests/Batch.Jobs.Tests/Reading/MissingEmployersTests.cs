using Batch.Jobs.Files;
using Batch.Jobs.Tests.Runs;
using NodaTime;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Reading;

public sealed class MissingEmployersTests
{
    private static readonly YearMonth June = new(2021, 6), July = new(2021, 7);

    // 乙 declared two people for June and corrected one of them to 6,000: 2 % and 8 % of 10,000 and of 6,000. 丙's only line of July is held and it is not missing; 丁 is new in July.
    [Test]
    public async Task Employers_that_have_not_declared_are_listed_with_what_they_declared_last_month()
    {
        await using Town town = await Town.FoundAsync();
        await town.PayrollAsync(June, "甲", [(Town.Person(1), 10_000m)]);
        await town.PayrollAsync(June, "乙", [(Town.Person(2), 10_000m), (Town.Person(3), 5_000m)]);
        await town.PayrollAsync(June, "乙", [(Town.Person(3), 6_000m)]);
        await town.PayrollAsync(June, "丙", [(Town.Person(4), 10_000m)]);
        await town.PayrollAsync(July, "丁", [(Town.Person(1), 10_000m)]);
        await town.PayrollAsync(July, "丙", [(Town.Person(1), 10_000m)]);
        await town.PayrollAsync(July, "甲", [(Town.Person(5), 10_000m)]);
        List<Cell[]> rows = await town.ReportAsync("missing-employers", July);
        Assert.That(rows.Select(c => $"{c[0].Text} {c[1].Text} {c[2].Number} {c[3].Number} {c[4].Number}"), Is.EqualTo(new[] { "乙 单位乙 2 32000 128000" }));
        Assert.That(await town.ReportAsync("missing-employers", new YearMonth(2021, 9)), Is.Empty);
    }
}

using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Ledger;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Runs;
using Batch.Rules;
using NodaTime;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Ledger;

/// <summary>Declared and booked by employer, where people have several lines in one month: corrected, withdrawn, and filed by another employer.</summary>
public sealed class ThreeWayTests
{
    private static readonly YearMonth June = new(2021, 6);
    private static readonly YearMonth July = new(2021, 7);
    private Town town = null!;

    [SetUp]
    public async Task SetUp()
    {
        town = await Town.FoundAsync();
        // A tenth of each base is paid: E1 declares 500.00 + 600.00 + 400.00, E2 700.00 + 800.00.
        await town.PayrollAsync(June, "E1", [(Town.Person(1), 5000), (Town.Person(2), 6000), (Town.Person(3), 4000)]);
        await town.PayrollAsync(June, "E2", [(Town.Person(4), 7000), (Town.Person(5), 8000)]);
        await town.PostMonthAsync(June);
    }

    [TearDown]
    public async Task TearDown() => await town.DisposeAsync();

    [Test]
    public async Task Each_person_counts_once_with_the_line_that_is_in_force_and_is_booked_where_it_was_taken_last()
    {
        Assert.That(await LinesAsync(June), Is.EqualTo(new[] { "E1 1500.00 1500.00", "E2 1500.00 1500.00" }));

        // Filed for June: person 1 is corrected to 550.00, person 2 is left out, and person 4 is declared by E3 with 720.00 instead of by E2. Filed for July: person 3 has 450.00.
        await FileAsync(June, "E1", [(Town.Person(1), 5500), (Town.Person(3), 4000)]);
        await FileAsync(June, "E2", [(Town.Person(5), 8000)]);
        await FileAsync(June, "E3", [(Town.Person(4), 7200)], SubmissionKind.Supplementary);
        await FileAsync(July, "E1", [(Town.Person(3), 4500)], SubmissionKind.Supplementary);
        // 550.00 + 400.00, and + 450.00; the books have June's credits still.
        Assert.That(await LinesAsync(June), Is.EqualTo(new[] { "E1 950.00 1500.00", "E2 800.00 1500.00", "E3 720.00 0.00" }));
        Assert.That(await LinesAsync(July), Is.EqualTo(new[] { "E1 1000.00 1500.00", "E2 800.00 1500.00", "E3 720.00 0.00" }));

        await town.PostMonthAsync(July);
        Assert.That(await LinesAsync(June), Is.EqualTo(new[] { "E1 950.00 1500.00", "E2 800.00 1500.00", "E3 720.00 0.00" }), "June's entries by June's lines");
        Assert.That(await LinesAsync(July), Is.EqualTo(new[] { "E1 1000.00 1000.00", "E2 800.00 800.00", "E3 720.00 720.00" }));
        await town.AssertCleanAsync();
    }

    private async Task FileAsync(YearMonth month, string employer, (CitizenId Who, decimal Base)[] people, SubmissionKind kind = SubmissionKind.Replacement)
    {
        FileOutcome outcome = await town.ImportAsync(
            "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额",
            people.Select(p => FormattableString.Invariant($"{employer},单位{employer},某人,{p.Who.Full()},2021-06,{p.Base:0.00},{p.Base * 0.02m:0.00},{p.Base * 0.08m:0.00}")), month, kind, confirm: true);
        Assert.That((outcome.Refused, outcome.Rejected, outcome.Held), Is.EqualTo(((string?)null, 0, 0)), string.Join(" ", outcome.Rejections));
    }

    /// <summary>Employer, declared and booked of June, as known at the end of a month.</summary>
    private async Task<string[]> LinesAsync(YearMonth known)
    {
        Area area = await town.AreaAsync();
        return [.. (await new ThreeWay(area).LinesAsync([June], known, int.MaxValue, default)).Select(l => $"{l.Employer} {l.Declared} {l.Booked}")];
    }
}

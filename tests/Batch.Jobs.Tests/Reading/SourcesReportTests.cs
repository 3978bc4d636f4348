using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Tests.Runs;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Reading;

/// <summary>Which row of which file a posting comes from. People of 30 with a base of 10,000 get 310 yuan a month, a retiree of 71 with a pension of 6,000 gets 5.1 %: 306.</summary>
public sealed class SourcesReportTests
{
    private static readonly YearMonth June = new(2021, 6);
    private static readonly YearMonth July = new(2021, 7);

    private Town town = null!;

    [SetUp]
    public async Task FoundAsync() => town = await Town.FoundAsync();

    [TearDown]
    public async Task LeaveAsync() => await town.DisposeAsync();

    [Test]
    public async Task Each_posting_names_its_employer_base_file_and_row()
    {
        CitizenId ann = Town.Person(1), bob = Town.Person(2), old = Town.Person(3, 1949);
        await town.PayrollAsync(June, "甲", [(ann, 10_000m), (bob, 10_000m)]);
        await town.PensionAsync(June, [(old, 6_000m)]);
        await town.MovementsAsync(June, $"{ann.Full()},期初余额,500.00,2021-06-01,,,,,,,,", Spent(ann, "30.50", "2021-06-02"), Spent(ann, "9.50", "2021-06-03"));
        await town.PostMonthAsync(June);
        Assert.That(await RowsAsync(June), Is.EquivalentTo(new[]
        {
            $"{Masked(ann)} 1 2021-06 在职划入 contributions 甲 单位甲 1000000 31000 file-1.csv 2 1", $"{Masked(bob)} 1 2021-06 在职划入 contributions 甲 单位甲 1000000 31000 file-1.csv 3 1",
            $"{Masked(old)} 1 2021-06 退休划入 retirees' credits    30600 file-2.csv 2 1", $"{Masked(ann)} 1 2021-06 期初余额 opening balances    50000 file-3.csv 2 1",
            $"{Masked(ann)} 1 2021-06 消费 spending    -4000 file-3.csv 4 2",
        }));
    }

    // July corrects Ann's June to 12,000: 372 instead of 310. June's report stays as it was, July's names the new row.
    [Test]
    public async Task A_later_correction_is_the_source_of_the_later_month_alone()
    {
        CitizenId ann = Town.Person(1);
        await town.PayrollAsync(June, "甲", [(ann, 10_000m)]);
        await town.PostMonthAsync(June);
        string[] june = await RowsAsync(June);
        await town.CloseAsync(June);
        await town.PayrollAsync(June, "甲", [(ann, 12_000m)], SubmissionKind.Supplementary);
        await town.PostMonthAsync(July);
        Assert.That(await RowsAsync(June), Is.EqualTo(june));
        Assert.That(await RowsAsync(July), Is.EqualTo(new[] { $"{Masked(ann)} 1 2021-06 在职划入 contributions 甲 单位甲 1200000 6200 file-2.csv 2 1" }));
    }

    private static string Masked(CitizenId person) => Masking.Number(person.Digits17);

    private static string Spent(CitizenId person, string yuan, string day) => $"{person.Full()},消费,{yuan},{day},药店,,,,,,,";

    private async Task<string[]> RowsAsync(YearMonth month) =>
        [.. (await town.ReportAsync("sources", month)).Select(row => string.Join(' ', row.Where((_, i) => i != 1).Select(c => c.Text ?? c.Number?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "")))];
}

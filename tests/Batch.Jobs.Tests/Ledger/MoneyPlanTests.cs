using System.Text.Json;
using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Tests.Runs;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Ledger;

/// <summary>
/// What is read of a month's money grows with its rows, not with their square. The planner has no statistics of a month that has just come in, and expects a handful of rows:
/// a plan that joins the month with itself is as good to it as one that looks each row up by its key.
/// </summary>
public sealed class MoneyPlanTests
{
    private const int Before = 1000;
    private const int Now = 2000;
    private Town town = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        town = await Town.FoundAsync();
        await town.WaitForReceiptsAsync();
        await town.Database.ExecuteAsync($"INSERT INTO area_420100.employer (number, name) SELECT 'E' || n, '' FROM generate_series(1, {Now}) n");
        await FillAsync("2021-01", Before);
        await town.Database.ExecuteAsync("ANALYZE area_420100.receipt");
        await FillAsync("2021-02", Now);
    }

    [OneTimeTearDown]
    public async Task TearDown() => await town.DisposeAsync();

    [Test]
    public async Task Money_in_force_is_probed_by_its_key() => Assert.That(
        await VisitedAsync("SELECT employer_id, sum(amount_fen) FROM area_420100.money_for_month WHERE month = '2021-02-01' GROUP BY 1"), Is.InRange(Now, 20 * (Before + Now)));

    // One receipt of each employer.
    private Task<FileOutcome> FillAsync(string month, int count) => town.ImportAsync(
        "单位编号,单位名称,费款所属期,到账金额,到账日期,凭证号,滞纳金,利息", Enumerable.Range(1, count).Select(n => $"E{n},,{month},1.00,{month}-20,{month}-{n},,"), null, SubmissionKind.Regular, false);

    private async Task<double> VisitedAsync(string sql)
    {
        using JsonDocument plan = JsonDocument.Parse(await town.Database.ScalarAsync<string>("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + sql));
        return Visited(plan.RootElement[0].GetProperty("Plan"));
    }

    /// <summary>Rows that a step and those below it gave or threw away.</summary>
    private static double Visited(JsonElement step)
    {
        double own = Number(step, "Actual Rows") + Number(step, "Rows Removed by Filter") + Number(step, "Rows Removed by Join Filter");
        double below = step.TryGetProperty("Plans", out JsonElement steps) ? steps.EnumerateArray().Sum(Visited) : 0;
        return (own * Number(step, "Actual Loops")) + below;
    }

    private static double Number(JsonElement step, string name) => step.TryGetProperty(name, out JsonElement number) ? number.GetDouble() : 0;
}

using System.CommandLine;
using System.Globalization;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Host.Verbs;

/// <summary><c>simulate</c>: what a changed policy would do to the real people of a month; posts nothing.</summary>
internal static class SimulateVerb
{
    private static readonly Option<string?> Area = VerbOptions.Area();
    private static readonly Option<YearMonth?> Month = VerbOptions.Month();
    private static readonly Option<FileInfo> Policy = new("--policy") { Description = "政策文件（.yaml）/ policy file", HelpName = "FILE", Required = true };

    public static Command Create() =>
        new Verb("simulate", "试算：改用某政策文件对当月实际人员的影响", "what a changed policy would do to the people of a month; posts nothing", SimulateAsync) { Area, Month, Policy };

    private static async Task<int> SimulateAsync(VerbCall call)
    {
        FileInfo file = call.Need(Policy);
        if (!file.Exists)
        {
            throw VerbFault.OfUsage($"There is no file {file.FullName}.", $"没有文件 {file.FullName}。");
        }

        string text = await File.ReadAllTextAsync(file.FullName, call.Cancellation);
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        SimulationDocument told = await new Simulation(area).RunAsync(call.Need(Month)!.Value, text, file.Name, call.Cancellation);
        call.Output.Document(told);
        Write(call.Output, told);
        return ExitCode.Done;
    }

    private static void Write(VerbOutput output, SimulationDocument told)
    {
        output.Line($"试算 simulation  {told.Area} {told.Month.Text()}  现行 in force {told.InForce}，改为 instead {told.Policy}；不入账 nothing is posted");
        if (told.SameRules)
        {
            output.Line($"注意：该文件不改变 {told.Month.Text()} 的规则，请选它起效的月份 / NOTE: the file changes no rule of {told.Month.Text()}; choose a month from which it applies");
        }

        output.Table(
            ["身份 standing", "年龄 ages", "人数 people", "增加 gain", "减少 lose", "现行 before", "改后 after", "差额 difference"],
            told.Tiers.Select(t => new[]
            {
                StandingOf(t.Standing), t.Tier, Count(t.People), Count(t.Gainers), Count(t.Losers), t.Before.ToString(), t.After.ToString(), t.Difference.ToString(),
            }).Append(
            [
                "合计 total", "", Count(told.People), Count(told.Gainers), Count(told.Losers), told.Before.ToString(), told.After.ToString(), told.Difference.ToString(),
            ]));
        output.Line($"不变 unchanged {Count(told.Unchanged)}；统筹基金差额 pool difference {told.PoolDifference}");
        if (told.Largest.Count > 0)
        {
            output.Table(
                ["差额最大 largest", "身份 standing", "年龄 ages", "现行 before", "改后 after", "差额 difference"],
                told.Largest.Select(p => new[] { p.Id, StandingOf(p.Standing), p.Tier, p.Before.ToString(), p.After.ToString(), p.Difference.ToString() }));
        }
    }

    private static string StandingOf(Standing standing) => standing == Standing.Active ? "在职 active" : "退休 retired";

    private static string Count(int count) => count.ToString(CultureInfo.InvariantCulture);
}

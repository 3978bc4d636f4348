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
    private static readonly Option<YearMonth?> Month = VerbOptions.Month(required: false);
    private static readonly Option<FileInfo?> Policy = new("--policy") { Description = "政策文件（.yaml）/ policy file", HelpName = "FILE" };
    private static readonly Option<string?> Proposal = new("--proposal") { Description = "或待复核的提案，摘要至少前 8 位 / or a proposal that waits, its hash's first 8 characters or more", HelpName = "HASH" };

    public static Command Create() =>
        new Verb("simulate", "试算：改用某政策文件或提案，对某月或所涉各月实际人员的影响", "what a changed policy would do to the people of a month, or of every month that it touches; posts nothing", SimulateAsync) { Area, Month, Policy, Proposal };

    private static async Task<int> SimulateAsync(VerbCall call)
    {
        FileInfo? file = call.Get(Policy);
        string? proposal = call.Get(Proposal);
        if (file is null == proposal is null)
        {
            throw VerbFault.OfUsage("Give either --policy FILE or --proposal HASH.", "请用 --policy 指定政策文件，或用 --proposal 指定提案，二者选一。");
        }

        if (file is { Exists: false })
        {
            throw VerbFault.OfUsage($"There is no file {file.FullName}.", $"没有文件 {file.FullName}。");
        }

        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        Simulation simulation = new(area);
        (PolicyInForce policy, string name) = file is null
            ? (await new PolicyProposals(database.Program).ProposedAsync(area.Schema.Code, proposal!, call.Cancellation), proposal!)
            : (simulation.Proposed(await File.ReadAllTextAsync(file.FullName, call.Cancellation), file.Name), file.Name);
        if (call.Get(Month) is { } month)
        {
            SimulationDocument told = await simulation.RunAsync(month, policy, name, call.Cancellation);
            call.Output.Document(told);
            Write(call.Output, told);
        }
        else
        {
            SimulatedMonths told = await simulation.RunAllAsync(policy, name, call.Cancellation);
            call.Output.Document(told);
            Write(call.Output, told);
        }

        return ExitCode.Done;
    }

    private static void Write(VerbOutput output, SimulatedMonths told)
    {
        output.Line($"试算 simulation  {told.Area}，改为 instead {told.Policy}；已入账且规则有变的各月 the posted months whose rules change；不入账 nothing is posted");
        if (told.Months.Count == 0)
        {
            output.Line("没有已入账的月份受影响 / no posted month is touched");
            return;
        }

        output.Table(
            ["月份 month", "人数 people", "增加 gain", "减少 lose", "现行 before", "改后 after", "差额 difference", "统筹基金差额 pool"],
            told.Months.Select(m => new[]
            {
                m.Month.Text(), Count(m.People), Count(m.Gainers), Count(m.Losers), m.Before.ToString(), m.After.ToString(), m.Difference.ToString(), m.PoolDifference.ToString(),
            }).Append(["合计 total", "", "", "", told.Before.ToString(), told.After.ToString(), told.Difference.ToString(), told.PoolDifference.ToString()]));
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

using System.CommandLine;
using Batch.Host.Access;
using Batch.Host.Engine;
using Batch.Jobs.Store;
using Batch.Jobs.Work;

namespace Batch.Host.Verbs;

/// <summary><c>schedule list|set|approve|withdraw|refuse</c>: recurring work of the areas, changed by two people.</summary>
internal static class ScheduleVerbs
{
    private static readonly Argument<string> Area = new("AREA") { Description = "统筹区代码 / pooling area" };
    private static readonly Argument<string> Work = new("WORK") { Description = "drop-folder, allocate, close, verify, interest, retention" };
    private static readonly Argument<int> Number = new("NUMBER") { Description = "提案号 / number of the proposal" };
    private static readonly Option<string?> Cron = new("--cron") { Description = "分 时 日 月 星期（北京时间）/ minute hour day month weekday, Asia/Shanghai", HelpName = "CRON" };
    private static readonly Option<MissedPolicy?> Missed = VerbOptions.Word<MissedPolicy?>("--missed", "错过时：alarm 报警、skip 略过、once 补做一次 / when missed");
    private static readonly Option<bool?> Enabled = new("--enabled") { Description = "true|false" };
    private static readonly Option<string?> Folder = new("--folder") { Description = "投递目录 / the drop folder" };
    private static readonly Option<string?> Reason = new("--reason") { Description = "理由，不同意时必填 / why; required to refuse", HelpName = "TEXT" };
    private static readonly Option<string?> By = VerbOptions.By();

    public static Command Create() => new("schedule", "定时作业 / recurring work")
    {
        new Verb("list", "列出定时作业与待复核提案", "list recurring work and proposals", ListAsync),
        new Verb("set", "提出更改，待另一人复核", "propose a change, for another person's approval", SetAsync) { Area, Work, Cron, Missed, Enabled, Folder, By }.Acts(Permissions.ManageJobs),
        new Verb("approve", "复核更改（须为另一人）", "approve a change, by another person", ApproveAsync) { Number, By }.Acts(Permissions.ApprovePolicies),
        new Verb("withdraw", "撤回自己的提案", "withdraw a proposal of one's own", call => EndAsync(call, ProposalEnd.Withdraw)) { Number, Reason, By }.Acts(Permissions.ManageJobs),
        new Verb("refuse", "不同意他人的提案，须写明理由", "refuse another person's proposal, with a reason", call => EndAsync(call, ProposalEnd.Refuse)) { Number, Reason, By }.Acts(Permissions.ApprovePolicies),
    };

    private static Task<int> ListAsync(VerbCall call) => OnSettingsAsync(call, _ => Task.CompletedTask);

    private static Task<int> SetAsync(VerbCall call) => OnSettingsAsync(call, async settings =>
    {
        string code = new AreaSchema(call.Need(Area)).Code;
        Schedule now = (await settings.ListAsync(code, call.Cancellation)).FirstOrDefault(s => s.Work == call.Need(Work))
            ?? throw new DataFaultException("SCHEDULE_UNKNOWN", $"统筹区 {code} 没有定时作业 {call.Need(Work)}。", $"Area {code} has no recurring work {call.Need(Work)}.");
        await settings.ProposeAsync(
            now with
            {
                Cron = call.Get(Cron) ?? now.Cron,
                Missed = call.Get(Missed) ?? now.Missed,
                Enabled = call.Get(Enabled) ?? now.Enabled,
                Argument = call.Get(Folder) ?? now.Argument,
            },
            call.By, call.Cancellation);
    });

    private static Task<int> ApproveAsync(VerbCall call) => OnSettingsAsync(call, settings => settings.ApproveAsync(call.Need(Number), call.By, call.Cancellation));

    private static Task<int> EndAsync(VerbCall call, ProposalEnd end) =>
        OnSettingsAsync(call, settings => settings.EndAsync(call.Need(Number), end, call.Get(Reason), call.By, call.Cancellation));

    private static async Task<int> OnSettingsAsync(VerbCall call, Func<ScheduleSettings, Task> act)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        await using IJobEngine engine = Engines.Alone(database);
        ScheduleSettings settings = new(database.Program, engine, call.Clock);
        await act(settings);
        IReadOnlyList<Schedule> schedules = await settings.ListAsync(null, call.Cancellation);
        IReadOnlyList<Schedule> pending = await settings.PendingAsync(null, call.Cancellation);
        call.Output.Document(new { engine = engine.Name, schedules = schedules.Select(Document), pending = pending.Select(Document) });
        call.Output.Table(["统筹区 area", "作业 work", "时间 cron", "错过 missed", "", "提出/复核 by"], schedules.Select(Row));
        if (pending.Count > 0)
        {
            call.Output.Line("待复核 pending:");
            call.Output.Table(["统筹区 area", "作业 work", "时间 cron", "错过 missed", "", "提案号/提出 number, by"], pending.Select(Row));
        }

        return ExitCode.Done;
    }

    private static object Document(Schedule of) => new { number = of.Change, of.Area, of.Work, of.Cron, of.Missed, of.Enabled, of.Argument, of.ProposedBy, of.ApprovedBy };

    private static string[] Row(Schedule of) =>
        [of.Area, of.Work, of.Cron, of.Missed.ToString().ToLowerInvariant(), of.Enabled ? "启用 on" : "停用 off", of.ApprovedBy is null ? $"{of.Change} {of.ProposedBy}" : $"{of.ProposedBy} / {of.ApprovedBy}"];
}

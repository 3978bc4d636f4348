using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Microsoft.AspNetCore.Authorization;
using NodaTime;
using Npgsql;

namespace Batch.Host.Pages;

/// <summary>One duty of today, with where it is done.</summary>
internal sealed record Duty(string Tag, string Chinese, string English, string Href);

/// <summary>What the signed-in user can do today in this area.</summary>
[Authorize(Permissions.Anyone)]
internal sealed partial class HomeModel : AreaPage
{
    public YearMonth Month { get; private set; }

    public IReadOnlyList<Duty> Todo { get; private set; } = [];

    public MonthLine? Current { get; private set; }

    public MonthLine? Last { get; private set; }

    public SubmissionTotals? Totals { get; private set; }

    public async Task OnGetAsync()
    {
        MonthList months = new(Area);
        Month = await months.CurrentAsync(Cancellation) ?? new YearMonth(Today.Year, Today.Month);
        IReadOnlyList<MonthLine> lines = await months.ReadAsync(Cancellation);
        Current = lines.FirstOrDefault(m => m.Month == Month);
        Last = lines.FirstOrDefault(m => m.IsClosed);
        Totals = (await new SubmissionList(Area).ReadAsync(new SubmissionFilter(Month, false), 1, Cancellation)).Totals;
        Todo = await TodoAsync(lines);
    }

    /// <summary>The states add up to the rows; the first three are always named.</summary>
    public static (string Chinese, string English) RowsText(SubmissionTotals totals)
    {
        (long Count, string Chinese, string English)[] states =
        [
            (totals.Accepted, "接受", "accepted"), (totals.Rejected, "拒绝", "rejected"), (totals.Held, "待定", "held"), (totals.Unchanged, "未变", "unchanged"), (totals.NotAdopted, "未采用", "not adopted"),
        ];
        IEnumerable<(long Count, string Chinese, string English)> named = states.Where((s, i) => i < 3 || s.Count > 0);
        return (string.Join("，", named.Select(s => $"{s.Chinese} {Show.Count(s.Count)}")), string.Join(", ", named.Select(s => $"{s.English} {Show.Count(s.Count)}")));
    }

    private async Task<IReadOnlyList<Duty>> TodoAsync(IReadOnlyList<MonthLine> lines)
    {
        List<Duty> todo = [];
        if (await MayAsync(Permissions.SeeWork))
        {
            Dictionary<YearMonth, long> unmended = await new SubmissionList(Area).UnmendedAsync(Cancellation);
            Dictionary<string, ReadinessPoint> points = (await new Readiness(Area).ReadAsync(Month, unmended, Cancellation)).ToDictionary(p => p.Code);
            RunLine? open = await new RunList(Area, Clock).OpenAsync(Cancellation);
            await ReadMonthsAsync(lines, points, open);
            await AddRunAsync(todo, points, open);
            await AddReopeningsAsync(todo);
            await AddReturnsAsync(todo);
            await AddIdentityAsync(todo);
            await AddInterestAsync(todo);
            await AddMoneyAsync(todo, points);
            AddFiles(todo, points, await MayAsync(Permissions.SendFiles));
            await AddLeftBehindAsync(todo, points, unmended);
            AddPolicies(todo, points, await MayAsync(Permissions.ApprovePolicies) ? await ToApproveAsync() : 0);
            await AddRefusedAsync(todo);
        }

        if (await MayAsync(Permissions.LookUpAccounts))
        {
            todo.Add(new Duty("", "按公民身份号码或卡号查询个人账户", "Look up an account by citizen number or card number", $"{Code}/accounts"));
        }

        return todo;
    }

    private async Task AddRunAsync(List<Duty> todo, Dictionary<string, ReadinessPoint> points, RunLine? open)
    {
        string month = Month.ToString("uuuu-MM", null);
        string href = $"{Code}/runs/{open?.Run}";
        if (open is { IsOutOfDate: true, State: not RunState.Computing })
        {
            todo.Add(await MayAsync(Permissions.ComputeRuns)
                ? new Duty("look", $"批次 {open.Run} 已过时，请重新计算", $"Run {open.Run} is out of date: compute it again", href)
                : new Duty("look", $"批次 {open.Run} 已过时，待经办重新计算", $"Run {open.Run} is out of date: an operator computes it again", href));
            return;
        }

        switch (open?.State)
        {
            case RunState.Computing:
                todo.Add(new Duty("look", $"批次 {open.Run} 正在计算", $"Run {open.Run} is being computed", href));
                break;
            case RunState.Computed:
                todo.Add(new Duty("look", $"批次 {open.Run} 待复核（经办：{open.MadeBy}）", $"Run {open.Run} waits to be approved (made by {open.MadeBy})", href));
                break;
            case RunState.Approved:
                todo.Add(new Duty("look", $"批次 {open.Run} 已复核，待入账", $"Run {open.Run} is approved and waits to be posted", href));
                break;
            default:
                (long files, long decisions) = (points["waiting-files"].Count, points["waiting-decisions"].Count);
                if (files + decisions > 0)
                {
                    string zh = files == 0 ? $"{decisions} 项处理决定" : decisions == 0 ? $"{files} 份报送" : $"{files} 份报送和 {decisions} 项处理决定";
                    string en = files == 0 ? Show.Count(decisions, "decision") : decisions == 0 ? Show.Count(files, "submission") : $"{Show.Count(files, "submission")} and {Show.Count(decisions, "decision")}";
                    todo.Add(new Duty("look", $"有 {zh}尚未入账，可计算 {month} 批次", $"{en} not posted yet: compute a run of {month}", $"{Code}/runs"));
                }
                else if (Current is { IsClosed: false })
                {
                    (string zh, string en) = !await MayAsync(Permissions.CloseMonths) ? ("由经办或复核人员结账", "an operator or a reviewer closes it when its files are complete")
                        : await ClosingBar.IsLastPosterAsync(Area, Month, Who, Cancellation) ? ("由另一人结账：最后一次入账的是您", "another person closes it when its files are complete, since you posted last")
                        : ("可结账", "close it when its files are complete");
                    todo.Add(new Duty("look", $"{month} 已入账，文件齐全后{zh}", $"{month} is posted: {en}", $"{Code}/months/{month}"));
                }

                break;
        }
    }

    // Facts have moved between persons since the year's interest was posted.
    private async Task AddInterestAsync(List<Duty> todo)
    {
        await using NpgsqlConnection connection = await Area.Program.OpenConnectionAsync(Cancellation);
        foreach (int year in await InterestDueAnew.YearsAsync(Area.On(connection), Area.Policy, Cancellation))
        {
            todo.Add(new Duty("bad", $"有记录改归另一人，{year} 年度的利息须重新计算并入账", $"Months or movements have become another person's: compute and post the interest of {year} again", $"{Code}/identity"));
        }
    }

    // What keeps the month from being closed, and matches that another person has proposed.
    private async Task AddMoneyAsync(List<Duty> todo, Dictionary<string, ReadinessPoint> points)
    {
        string href = $"{Code}/reconcile?month={Show.Month(Month)}";
        if (points["differences-open"].Count is > 0 and long open)
        {
            todo.Add(await MayAsync(Permissions.AcceptDifferences)
                ? new Duty("bad", $"{Show.Month(Month)} 的对账有 {open} 项差异没有说明：查明，或说明理由接受，才能结账", $"{Show.Count(open, "difference")} of the money of {Show.Month(Month)} not accepted: find out why, or accept them with a reason, before it is closed", href)
                : new Duty("bad", $"{Show.Month(Month)} 的对账有 {open} 项差异没有说明，由复核人员说明后才能结账", $"{Show.Count(open, "difference")} of the money of {Show.Month(Month)} not accepted: a reviewer accepts them before it is closed", href));
        }

        if (await MayAsync(Permissions.MatchMoney) && await new MoneyCheck(Area).ProposedByOthersAsync(Who, Cancellation) is > 0 and long proposed)
        {
            todo.Add(new Duty("look", $"有 {proposed} 项人工核对待您确认", $"{Show.Count(proposed)} {(proposed == 1 ? "match" : "matches")} by hand to be confirmed by you", $"{href}#proposed"));
        }
    }

    private void AddFiles(List<Duty> todo, Dictionary<string, ReadinessPoint> points, bool maySend)
    {
        string month = Month.ToString("uuuu-MM", null);
        if (points["files-none"].Count == 0)
        {
            todo.Add(maySend
                ? new Duty("look", $"{month} 还没有收下文件，请上传", $"No file of {month} has been taken in yet: upload them", $"{Code}/uploads")
                : new Duty("look", $"{month} 还没有收下文件，等待经办上传", $"No file of {month} has been taken in yet: an operator uploads them", $"{Code}/submissions"));
        }

        if (points["files-refused"].Count > 0)
        {
            todo.Add(new Duty("look", $"{month} 有 {points["files-refused"].Count} 份文件被整份拒收，请查明后重报", $"{Show.Count(points["files-refused"].Count, "file")} of {month} refused whole: find out why, and have it mended and sent again", $"{Code}/months/{month}"));
        }

        if (points["parked-work"].Count > 0)
        {
            todo.Add(new Duty(points["parked-work"].Ready == Ready.No ? "bad" : "look", $"有 {points["parked-work"].Count} 个作业出错搁置", $"{Show.Count(points["parked-work"].Count, "job")} parked with an error", "jobs"));
        }

        if (points["employers-missing"].Count > 0)
        {
            todo.Add(new Duty("look", $"{points["employers-missing"].Count} 家上月申报的单位本月尚未申报", $"{Show.Count(points["employers-missing"].Count, "employer")} of last month not filed yet", $"{Code}/months/{month}"));
        }

        if (points["money-missing"].Count > 0)
        {
            todo.Add(new Duty("look", $"{month} 有 {points["money-missing"].Count} 个单位已申报、款项未到齐，没有划入：请送入到账文件", $"{Show.Count(points["money-missing"].Count, "employer")} declared for {month}, money not received in full: not credited until the receipts file is in", $"{Code}/months/{month}"));
        }

        if (points["retirees-missing"].Count > 0)
        {
            todo.Add(new Duty("look", $"在册退休人员中有 {points["retirees-missing"].Count} 人不在 {month} 的养老金文件中", $"{Show.Count(points["retirees-missing"].Count, "retiree")} on the roster in no pension file of {month}", $"{Code}/months/{month}"));
        }

        long otherwise = points["left-declared"].Count + points["retired-declared"].Count;
        if (otherwise > 0)
        {
            todo.Add(new Duty("look", $"{month} 有 {otherwise} 名已登记停保或退休的人员仍由单位申报，请核对", $"On record as left or retired, and declared for {month}: {Show.Count(otherwise)}; find out which is right", $"{Code}/months/{month}"));
        }

        if (points["rejects-open"].Count > 0)
        {
            todo.Add(new Duty("look", $"{month} 有 {points["rejects-open"].Count} 行被拒绝，请下载更正包改正后再报", $"{Show.Count(points["rejects-open"].Count, "row")} of {month} rejected: download the fix packs, mend and send again", $"{Code}/submissions?open=true"));
        }

        if (points["rows-held"].Count > 0)
        {
            todo.Add(new Duty("look", $"{month} 有 {points["rows-held"].Count} 行待定，需要决定", $"{Show.Count(points["rows-held"].Count, "row")} of {month} held, to be decided on", $"{Code}/held"));
        }
    }

    // Of other months, closed ones too: they stay in sight until they are mended or marked as not needed, decided on.
    private async Task AddLeftBehindAsync(List<Duty> todo, Dictionary<string, ReadinessPoint> points, Dictionary<YearMonth, long> unmended)
    {
        foreach ((YearMonth of, long rows) in unmended.Where(u => u.Key != Month))
        {
            string month = Show.Month(of);
            todo.Add(new Duty("look", $"{month} 还有 {rows} 行被拒绝、没有改正：改正后再报，或在报送页标为不再需要", $"{Show.Count(rows, "row")} of {month} rejected and not mended yet: mend and send them again, or mark them as not needed", $"{Code}/submissions?month={month}&open=true"));
        }

        foreach ((YearMonth of, List<string> files) in (await new RefusedFiles(Area).OpenAsync(Cancellation)).Where(f => f.Key != Month))
        {
            string month = Show.Month(of);
            todo.Add(new Duty("look", $"{month} 有 {files.Count} 份文件被整份拒收、没有重报：查明后重报，或在报送页标为不再需要", $"{Show.Count(files.Count, "file")} of {month} refused whole and not sent again: send them right, or mark them as not needed", $"{Code}/submissions?month={month}&open=true"));
        }

        long elsewhere = (await new SubmissionList(Area).StillHeldAsync(null, Cancellation)).Values.Sum() - points["rows-held"].Count;
        if (elsewhere > 0)
        {
            todo.Add(new Duty("look", $"其他月份有 {elsewhere} 行待定，需要决定", $"{Show.Count(elsewhere, "row")} of other months held, to be decided on", $"{Code}/held"));
        }
    }
}

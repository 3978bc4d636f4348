using Batch.Host.Access;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using NodaTime;

namespace Batch.Host.Web;

using Words = (string Chinese, string English);

/// <summary>A step of the month: its state in words and a number, and where it is done.</summary>
/// <param name="Tag">good: done; look, bad: there is something to do; empty: its turn has not come.</param>
internal sealed record MonthStep(string Id, Words Name, string Tag, Words State, Words Count, string Href);

/// <summary>Something that the month needs next.</summary>
/// <param name="May">Whether who is signed in may do it.</param>
/// <param name="Act">On the button.</param>
/// <param name="Waits">What is told to somebody who may not do it.</param>
internal sealed record NextAct(bool May, Words Act, Words Waits, string Href);

/// <summary>Where a month stands, from the files to the closing, and what comes next.</summary>
/// <param name="Open">The area's open run; of another month, too.</param>
/// <param name="Line">What is posted in the month; null: nothing.</param>
/// <param name="Receipts">Receipts in force for the month.</param>
/// <param name="Bar">What keeps the person who is signed in from closing the month.</param>
internal sealed record MonthSteps(string Code, YearMonth Month, IReadOnlyDictionary<string, ReadinessPoint> Points, RunLine? Open, MonthLine? Line, long Receipts, ClosingBar? Bar)
{
    private static readonly Words NotYet = ("尚未", "not yet");

    /// <summary>Permissions of who is signed in.</summary>
    public required IReadOnlySet<string> May { get; init; }

    public required string Who { get; init; }

    private long Waiting => Points["waiting-files"].Count + Points["waiting-decisions"].Count;

    private long Files => Points["files-none"].Count;

    private long Rejected => Points["rejects-open"].Count;

    private long Held => Points["rows-held"].Count;

    private long Differences => Points["differences-open"].Count;

    private bool IsPosted => Line is { Runs: > 0 };

    private bool IsClosed => Line is { IsClosed: true };

    /// <summary>Something is not posted yet.</summary>
    private bool IsPending => Open is not null || Waiting > 0;

    private string Of => Show.Month(Month);

    private string RunHref => Open is { } open ? $"{Code}/runs/{open.Run}" : $"{Code}/runs";

    private bool IsOutOfDate => Open is { IsOutOfDate: true, State: not RunState.Computing };

    /// <summary>In the order of the work.</summary>
    public IReadOnlyList<MonthStep> Steps => [FilesIn, RowsSettled, Money, Computed, Approved, Posted, Closed];

    private MonthStep FilesIn
    {
        get
        {
            long refused = Points["files-refused"].Count, missing = Points["employers-missing"].Count;
            (string tag, Words state) = refused > 0 ? ("look", ($"{refused} 份被拒收", $"{Show.Count(refused)} refused"))
                : Files == 0 ? ("look", ("还没有文件", "none yet"))
                : missing > 0 ? ("look", ($"{missing} 个单位未申报", $"{Show.Count(missing, "employer")} missing"))
                : ("good", (Words)("已收", "in"));
            return new("files", ("收件", "Files in"), tag, state, ($"{Show.Count(Files)} 份", Show.Count(Files, "file")),
                Files == 0 && May.Contains(Permissions.SendFiles) ? $"{Code}/uploads" : $"{Code}/submissions?month={Of}");
        }
    }

    private MonthStep RowsSettled
    {
        get
        {
            (string tag, Words state) = Rejected > 0 ? ("look", ("待改正", "to be mended")) : Held > 0 ? ("look", ("待决定", "to be decided")) : Files == 0 ? ("", NotYet) : ("good", (Words)("已了结", "settled"));
            return new("rows", ("改正与决定", "Rows settled"), tag, state, ($"拒绝 {Show.Count(Rejected)} 行，待定 {Show.Count(Held)} 行", $"{Show.Count(Rejected)} rejected, {Show.Count(Held)} held"),
                Rejected == 0 && Held > 0 ? $"{Code}/held" : $"{Code}/submissions?month={Of}&open=true");
        }
    }

    // Before everything is posted the month's money differs by what is not posted: it is compared afterwards.
    private MonthStep Money
    {
        get
        {
            long missing = Points["money-missing"].Count;
            (string tag, Words state) = Differences > 0 ? ("bad", ($"{Differences} 项差异待说明", $"{Show.Count(Differences, "difference")} open"))
                : missing > 0 ? ("look", ($"{missing} 个单位款项未到齐", $"{Show.Count(missing, "employer")} not paid"))
                : Receipts == 0 ? ("", ("没有到账记录", "no receipts"))
                : IsPosted && !IsPending ? ("good", ("没有差异", "no difference"))
                : ("", (Words)("入账后核对", "compared once posted"));
            return new("money", ("对账", "Money reconciled"), tag, state, ($"到账 {Show.Count(Receipts)} 笔", Show.Count(Receipts, "receipt")), $"{Code}/reconcile?month={Of}");
        }
    }

    private MonthStep Computed
    {
        get
        {
            (string tag, Words state) = IsOutOfDate ? ("bad", ("已过时，须重新计算", "out of date: compute again"))
                : Open is { State: RunState.Computing } ? ("look", ("计算中", "being computed"))
                : Open is not null ? ("good", ("已计算", "computed"))
                : Waiting > 0 ? ("look", ("待计算", "to be computed"))
                : IsPosted ? ("good", ("已计算", "computed"))
                : ("", NotYet);
            Words count = Open is { } open ? ($"批次 {open.Run}，{Show.Count(open.People)} 人", $"run {open.Run}, {Show.Count(open.People)} people")
                : ($"未入账的报送和决定 {Show.Count(Waiting)} 项", $"{Show.Count(Waiting)} not posted");
            return new("computed", ("计算", "Computed"), tag, state, count, RunHref);
        }
    }

    private MonthStep Approved
    {
        get
        {
            (string tag, Words state) = Open is { State: RunState.Approved } && !IsOutOfDate ? ("good", ("已复核", "approved"))
                : Open is { State: RunState.Computed } && !IsOutOfDate ? ("look", ("待复核", "to be approved"))
                : IsPosted && !IsPending ? ("good", ("已复核", "approved"))
                : ("", NotYet);
            return new("approved", ("复核", "Approved"), tag, state, Open is { ApprovedBy: { } by } ? ($"复核：{by}", $"by {by}") : Open is { } open ? ($"经办：{open.MadeBy}", $"made by {open.MadeBy}") : ("", ""), RunHref);
        }
    }

    private MonthStep Posted
    {
        get
        {
            (string tag, Words state) = Open is { State: RunState.Approved } && !IsOutOfDate ? ("look", ("待入账", "to be posted"))
                : IsPosted && !IsPending ? ("good", ("已入账", "posted"))
                : IsPosted ? ("look", ("部分已入账", "posted in part"))
                : ("", NotYet);
            long runs = Line?.Runs ?? 0;
            return new("posted", ("入账", "Posted"), tag, state, ($"{runs} 个批次", Show.Count(runs, "run")), $"{Code}/runs");
        }
    }

    private MonthStep Closed
    {
        get
        {
            (string tag, Words state, Words count) = IsClosed ? ("good", ("已结账", "closed"), ($"{Line!.ClosedBy}", $"{Line.ClosedBy}"))
                : !IsPosted || IsPending ? ("", NotYet, ("", ""))
                : Bar is { } bar ? ("", ("尚不能结账", "not yet"), (bar.Chinese + Next(bar), $"{bar.English}{(bar.Next is null ? "" : " ")}{Next(bar)}"))
                : ("look", ("待结账", "to be closed"), ((string, string))("", ""));
            return new("closed", ("结账", "Closed"), tag, state, count, $"{Code}/months/{Of}");
        }
    }

    private static string Next(ClosingBar bar) => bar.Next is { } next ? Show.Month(next) : "";

    /// <summary>What comes next, the first first; who may do several does the first of them.</summary>
    public IEnumerable<NextAct> Acts => [.. OfRun(), .. OfFiles(), .. OfMonth()];

    /// <summary>The one main action of who is signed in; where all that is next is another's, the first that is told.</summary>
    public NextAct? Main => Acts.FirstOrDefault(a => a.May) ?? Acts.FirstOrDefault();

    private IEnumerable<NextAct> OfRun()
    {
        if (Open is not { } open)
        {
            yield break;
        }

        yield return (open.State, IsOutOfDate) switch
        {
            (_, true) => new(May.Contains(Permissions.ComputeRuns), ($"重新计算批次 {open.Run}", $"Compute run {open.Run} again"), ($"批次 {open.Run} 已过时，由经办重新计算", $"Run {open.Run} is out of date: an operator computes it again"), RunHref),
            (RunState.Computing, _) => new(true, ($"查看批次 {open.Run} 的计算进度", $"See how far run {open.Run} is"), ("", ""), RunHref),
            (RunState.Approved, _) => new(May.Contains(Permissions.ReviewRuns), ($"批次 {open.Run} 入账", $"Post run {open.Run}"), ($"批次 {open.Run} 已复核，由复核人员入账", $"Run {open.Run} is approved: a reviewer posts it"), RunHref),
            _ => new(May.Contains(Permissions.ReviewRuns) && open.MadeBy != Who, ($"复核批次 {open.Run}", $"Approve run {open.Run}"), ($"批次 {open.Run} 由经办以外的复核人员复核", $"A reviewer who did not compute run {open.Run} approves it"), RunHref),
        };
    }

    private IEnumerable<NextAct> OfFiles()
    {
        bool sends = May.Contains(Permissions.SendFiles);
        if (Open is null && Points.Values.Any(p => p is { Code: "policy-gap" or "missing-figures", Ready: Ready.No }))
        {
            yield return new(May.Contains(Permissions.ProposePolicies), ("补齐缺少的数值", "Give the missing figure"), ("缺少政策数值，由经办或管理员提出", "A figure of the policy is missing: an operator or administrator proposes it"), $"{Code}/policies?month={Of}");
        }

        if (Files == 0 && Waiting == 0 && !IsPosted)
        {
            yield return new(sends, ($"上传 {Of} 的文件", $"Upload the files of {Of}"), ($"由经办上传 {Of} 的文件", $"An operator uploads the files of {Of}"), sends ? $"{Code}/uploads" : $"{Code}/submissions");
        }

        if (Rejected > 0)
        {
            yield return new(sends, ($"改正被拒绝的 {Rejected} 行", $"Mend {Show.Count(Rejected, "rejected row")}"), ($"由经办改正被拒绝的 {Rejected} 行", $"An operator has {Show.Count(Rejected, "rejected row")} mended"), $"{Code}/submissions?month={Of}&open=true");
        }

        if (Held > 0)
        {
            yield return new(sends, ($"决定待定的 {Held} 行", $"Decide {Show.Count(Held, "held row")}"), ($"由经办决定待定的 {Held} 行", $"An operator decides {Show.Count(Held, "held row")}"), $"{Code}/held");
        }

        if (Open is null && Waiting > 0)
        {
            yield return new(May.Contains(Permissions.ComputeRuns), ($"计算 {Of} 的批次", $"Compute the run of {Of}"), ($"由经办计算 {Of} 的批次", $"An operator computes the run of {Of}"), $"{Code}/runs");
        }
    }

    private IEnumerable<NextAct> OfMonth()
    {
        if (Differences > 0)
        {
            yield return new(May.Contains(Permissions.MatchMoney) || May.Contains(Permissions.AcceptDifferences), ($"查明对账的 {Differences} 项差异", $"Settle {Show.Count(Differences, "difference")} of the money"), ($"由经办或复核查明对账的 {Differences} 项差异", $"An operator or reviewer settles {Show.Count(Differences, "difference")} of the money"), $"{Code}/reconcile?month={Of}");
        }
        else if (IsPosted && !IsPending && !IsClosed && Rejected == 0 && Held == 0)
        {
            bool closes = May.Contains(Permissions.CloseMonths);
            string href = $"{Code}/months/{Of}";
            yield return Bar is not { } bar || !closes ? new(closes, ($"结清 {Of}", $"Close {Of}"), ($"由经办或复核结清 {Of}", $"An operator or a reviewer closes {Of}"), href)
                : bar.Next is { } first ? new(true, ($"先结清 {Show.Month(first)}", $"Close {Show.Month(first)} first"), ("", ""), $"{Code}/months/{Show.Month(first)}")
                : new(false, ("", ""), (bar.Chinese, bar.English), href);
        }
    }
}

using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Intake;
using Batch.Jobs.Ledger;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Host.Pages;

/// <summary>The duties that one person makes for another: what was proposed and waits, and what was refused.</summary>
internal sealed partial class HomeModel
{
    /// <summary>How long the person who made a proposal is told that it was refused.</summary>
    private const int DaysOfRefused = 14;

    // A month that was opened again is closed again. Who proposed it does not approve it; what is too late is dismissed by anybody who may close.
    private async Task AddReopeningsAsync(List<Duty> todo)
    {
        if (!await MayAsync(Permissions.CloseMonths))
        {
            return;
        }

        foreach (YearMonth reopened in await new Reopening(Area).OpenAgainAsync(Cancellation))
        {
            string of = Show.Month(reopened);
            todo.Add(await ClosingBar.IsLastPosterAsync(Area, reopened, Who, Cancellation)
                ? new Duty("look", $"{of} 已重新打开，请由另一人核对后再次结账：最后一次入账的是您", $"{of} was opened again: another person checks it and closes it again, since you posted last", $"{Code}/months/{of}")
                : new Duty("look", $"{of} 已重新打开，请核对后再次结账", $"{of} was opened again: check it and close it again", $"{Code}/months/{of}"));
        }

        foreach (WaitingReopening waiting in await new Reopening(Area).WaitingAsync(Cancellation))
        {
            string of = Show.Month(waiting.Month);
            (string zh, string en) = waiting.TooLate ? ("已不能办理，请撤销", "can no longer be granted: dismiss it")
                : waiting.ProposedBy == Who ? ("待另一人同意，也可撤回", "waits for another person; you can withdraw it")
                : ("待您同意", "waits for your approval");
            todo.Add(new Duty("look", $"{waiting.ProposedBy} 请求重新打开 {of}：{zh}", $"The request of {waiting.ProposedBy} to open {of} again {en}", $"{Code}/months/{of}"));
        }
    }

    // Who proposed it is told that it waits, who may confirm it that it is theirs.
    private async Task AddReturnsAsync(List<Duty> todo)
    {
        if (!await MayAsync(Permissions.ReturnMoney))
        {
            return;
        }

        foreach (ReturnDocument waiting in await ReturnList.WaitingAsync(Area, Cancellation))
        {
            (string chinese, string english) = ReconcileModel.KindOf(waiting.Kind);
            string amount = Show.Yuan(waiting.Amount), href = $"{Code}/reconcile?month={Show.Month(waiting.On.ToYearMonth())}#returns";
            todo.Add(waiting.By == Who
                ? new Duty("look", $"您提出的{chinese} {waiting.Return}（单位 {waiting.Employer}，{amount} 元）待另一人确认", $"Your {english} {waiting.Return} (employer {waiting.Employer}, {amount} yuan) waits for another person", href)
                : new Duty("look", $"{chinese} {waiting.Return}（单位 {waiting.Employer}，{amount} 元，{waiting.By} 提出）待您确认", $"The {english} {waiting.Return} (employer {waiting.Employer}, {amount} yuan, by {waiting.By}) waits for you to confirm it", href));
        }
    }

    private async Task AddIdentityAsync(List<Duty> todo)
    {
        if (!await MayAsync(Permissions.ChangePersons))
        {
            return;
        }

        foreach (IdentityDocument waiting in await new IdentityProposals(Area, Clock).WaitingAsync(Cancellation))
        {
            (string chinese, string english) = IdentityText.KindOf(waiting.Kind);
            todo.Add(waiting.ProposedBy == Who
                ? new Duty("look", $"您提出的人员身份变更（提案 {waiting.Proposal}，{chinese}）待另一人复核", $"Your change of who a person is (proposal {waiting.Proposal}, {english}) waits for another person", $"{Code}/identity")
                : new Duty("look", $"人员身份变更（提案 {waiting.Proposal}，{chinese}，{waiting.ProposedBy} 提出）待您复核", $"The change of who a person is (proposal {waiting.Proposal}, {english}, by {waiting.ProposedBy}) waits for you to approve it", $"{Code}/identity"));
        }
    }

    // Nobody approves what they proposed themselves.
    private async Task<int> ToApproveAsync() => (await new PolicyProposals(Database.Program).PendingAsync(Code, Cancellation)).Count(p => p.ProposedBy != Who);

    // So that who proposed it learns of it, and why.
    private async Task AddRefusedAsync(List<Duty> todo)
    {
        Instant since = Clock.GetCurrentInstant() - Duration.FromDays(DaysOfRefused);
        foreach (PolicyProposal refused in (await new PolicyProposals(Database.Program).EndedAsync(Code, Cancellation)).Where(p => p.State == "refused" && p.ProposedBy == Who && p.Ended!.At > since))
        {
            todo.Add(new Duty("look", $"您的政策提案（{refused.Document}）未获同意：{refused.Ended!.Reason}", $"Your policy proposal ({refused.Document}) was refused: {refused.Ended.Reason}", $"{Code}/policies"));
        }
    }

    private void AddPolicies(List<Duty> todo, Dictionary<string, ReadinessPoint> points, int toApprove)
    {
        if (points.TryGetValue("missing-figures", out ReadinessPoint? missing) && missing.Count > 0)
        {
            string zh = string.Join("、", missing.Names.Select(n => Show.Word(n).Chinese)), en = string.Join(", ", missing.Names.Select(n => Show.Word(n).English));
            todo.Add(new Duty("bad", $"缺少数值：{zh}。没有它不能计算退休人员的月份", $"A figure is missing: {en}. The month cannot be computed without it", $"{Code}/policies"));
        }

        if (toApprove > 0)
        {
            todo.Add(new Duty("look", $"{toApprove} 项政策提案待复核", $"{Show.Count(toApprove, "policy proposal")} to be approved", $"{Code}/policies"));
        }
    }
}

using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Tests.Runs;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Tests.Intake;

/// <summary>Who joins and undoes, and what has to be settled first.</summary>
public sealed partial class JoinTests
{
    // The row of another name would become a credit of the account that nobody finds any more.
    [Test]
    public async Task A_row_of_the_other_number_that_waits_is_decided_first()
    {
        await PaidAsync(January, "E1", Wrong, Right);
        await Town.ImportAsync(Payroll, [$"E1,厂E1,吴用,{Wrong.Full()},2021-02,8000.00,160.00,640.00"], February, SubmissionKind.Supplementary, false);
        Assert.That(await CodeAsync(() => JoinAsync()), Is.EqualTo("JOIN_NOT_POSSIBLE"));
        await new Decisions(Town.Area).DecideAsync(new Decision(2, 2, false, "wang", "不是此人"), default);
        await JoinAsync();
        await Town.PostMonthAsync(February);
        Assert.That(await BalancesAsync(), Is.EqualTo((0m, 248m)));
    }

    [Test]
    public async Task A_join_takes_two_people_and_so_does_its_undoing()
    {
        await PaidAsync(January, "E1", Wrong);
        await PaidAsync(February, "E1", Right);
        IdentityDocument proposed = await ProposeAsync();
        Assert.That((proposed.Kind, proposed.OtherId, proposed.NewId), Is.EqualTo(("join", Masking.Number(Wrong.Digits17), (string?)null)));
        Assert.That(await CodeAsync(() => Proposals.ApproveAsync(proposed.Proposal, "wang", default)), Is.EqualTo("SAME_PERSON"));
        await Proposals.ApproveAsync(proposed.Proposal, "li", default);
        IdentityDocument undo = await Proposals.ProposeUndoAsync(proposed.Proposal, (new LocalDate(2021, 3, 1), "公安函2号", "认错了"), "wang", default);
        Assert.That(await CodeAsync(() => Proposals.ApproveAsync(undo.Proposal, "wang", default)), Is.EqualTo("SAME_PERSON"));
        await Proposals.ApproveAsync(undo.Proposal, "li", default);
        Assert.That(await CodeAsync(() => UndoAsync(proposed.Proposal)), Is.EqualTo("PROPOSAL_STATE"));
        await Town.PostMonthAsync(February);
        Assert.That(await BalancesAsync(), Is.EqualTo((248m, 248m)));
    }

    // Waits for the ledger alone: the run that posted the join is reversed, so that its submissions wait again.
    [Test]
    public async Task The_run_that_posted_a_join_can_be_reversed()
    {
        await PaidAsync(January, "E1", Wrong);
        await PaidAsync(February, "E1", Right);
        await Town.PostMonthAsync(February);
        await JoinAsync();
        RunDocument run = await Town.PostMonthAsync(February);
        RunDocument reversal = await Town.Life.ReverseAsync(run.Run!.Value, February, "operator", default);
        await Town.PostAsync(reversal.Run!.Value);
        Assert.That(await BalancesAsync(), Is.EqualTo((248m, 248m)));
        await Town.AssertCleanAsync();
        await Town.PostMonthAsync(February);
        Assert.That(await BalancesAsync(), Is.EqualTo((0m, 496m)));
    }
}

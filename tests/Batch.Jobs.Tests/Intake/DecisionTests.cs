using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Proof;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Runs;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Tests.Intake;

/// <summary>Rows that are held wait for an operator; what he decides is a submission of its own, which a run takes and another person approves.</summary>
public sealed class DecisionTests
{
    private static readonly YearMonth June = new(2021, 6);
    private static readonly CitizenId Ann = Town.Person(1), Bob = Town.Person(2);
    private Town town = null!;

    [SetUp]
    public async Task SetUp() => town = await Town.FoundAsync();

    [TearDown]
    public async Task TearDown() => await town.DisposeAsync();

    [Test]
    public async Task Both_sides_of_two_employers_are_listed_with_what_each_declared()
    {
        await TwoEmployersAsync();
        IReadOnlyList<HeldRow> held = await HeldAsync();
        Assert.Multiple(() =>
        {
            Assert.That(held.Select(h => (h.Submission, h.Row, h.Code, h.Employer, h.Month)), Is.EqualTo(new[]
            {
                (1, 2, Codes.TwoEmployers, "E1", June), (2, 2, Codes.TwoEmployers, "E2", June),
            }));
            Assert.That(held.Select(h => h.Figures[0].Fen), Is.EqualTo(new long?[] { 5000_00, 6000_00 }));
            Assert.That(held.Select(h => (h.Citizen, h.Name)).Distinct(), Is.EqualTo(new[] { (Ann.ToString(), "某*") }));
            Assert.That(held[0].Citizen, Does.Contain("********"));
        });
        Assert.That(await new HeldRows(Town.Schema).ListAsync(await OpenAsync(), new YearMonth(2021, 5), default), Is.Empty);
    }

    // Person paid is 2 % of the base: 100.00 on 5,000, 80.00 on 4,000, 120.00 on 6,000, 140.00 on 7,000.
    [Test]
    public async Task Each_row_is_counted_once_in_its_present_state_and_a_decision_is_neither_a_file_nor_a_row()
    {
        await TwoEmployersAsync();
        Assert.That(await CountsAsync(), Is.EqualTo((2L, 3L, "1: 2 rows, 1 accepted, 1 held, 0 not adopted, 80.00; 2: 1 rows, 0 accepted, 1 held, 0 not adopted, 0.00")), "contested");
        await DecideAsync(2, 2, take: true);
        Assert.That(await CountsAsync(), Is.EqualTo((2L, 3L, "1: 2 rows, 1 accepted, 0 held, 1 not adopted, 80.00; 2: 1 rows, 1 accepted, 0 held, 0 not adopted, 120.00")), "taken");
        await town.PayrollAsync(June, "E1", [(Ann, 7000m)], SubmissionKind.Supplementary);
        Assert.That(
            await CountsAsync(), Is.EqualTo((3L, 4L, "1: 2 rows, 1 accepted, 0 held, 1 not adopted, 80.00; 2: 1 rows, 0 accepted, 1 held, 0 not adopted, 0.00; 4: 1 rows, 0 accepted, 1 held, 0 not adopted, 0.00")),
            "the row that was taken is contested");
        await DecideAsync(4, 2, take: true);
        Assert.That(
            await CountsAsync(), Is.EqualTo((3L, 4L, "1: 2 rows, 1 accepted, 0 held, 1 not adopted, 80.00; 2: 1 rows, 0 accepted, 0 held, 1 not adopted, 0.00; 4: 1 rows, 1 accepted, 0 held, 0 not adopted, 140.00")),
            "the other one is taken");
        SubmissionLog log = new(Town.Schema.On(await OpenAsync()));
        Assert.That((await log.AcceptedSupersededAsync(1, default), await log.AcceptedSupersededAsync(2, default)), Is.EqualTo((0L, 0L)), "what a decision left out is not superseded by a file");
        await VerifyAsync();
    }

    // The totals of the list, and its files one by one; each adds up.
    private async Task<(long Files, long Rows, string Lines)> CountsAsync()
    {
        (Listing<SubmissionLine> listed, SubmissionTotals totals) = await new SubmissionList(await town.AreaAsync()).ReadAsync(new SubmissionFilter(June, false), 1, default);
        SubmissionLine[] files = [.. listed.Rows.Where(l => !l.IsDecision).OrderBy(l => l.Submission)];
        Assert.That(listed.Rows.Where(l => l.IsDecision).Sum(l => l.Rows + l.Accepted + l.PersonPaid.Fen), Is.Zero);
        Assert.That(files.Select(l => l.Rows), Is.EqualTo(files.Select(l => l.Accepted + l.Unchanged + l.Held + l.NotAdopted + l.Rejected)));
        Assert.That(
            (totals.Rows, totals.Accepted, totals.Unchanged, totals.Held, totals.NotAdopted, totals.Rejected, totals.PersonPaid.Fen),
            Is.EqualTo(((long)files.Sum(l => l.Rows), (long)files.Sum(l => l.Accepted), (long)files.Sum(l => l.Unchanged), (long)files.Sum(l => l.Held), (long)files.Sum(l => l.NotAdopted), (long)files.Sum(l => l.Rejected), files.Sum(l => l.PersonPaid.Fen))));
        return (totals.Files, totals.Rows, string.Join("; ", files.Select(l => $"{l.Submission}: {l.Rows} rows, {l.Accepted} accepted, {l.Held} held, {l.NotAdopted} not adopted, {l.PersonPaid}")));
    }

    // 6000 x 3.1 % = 186.00; Bob 4000 x 3.1 % = 124.00
    [Test]
    public async Task The_side_that_is_taken_is_posted_by_the_next_run_and_the_other_is_withdrawn()
    {
        await TwoEmployersAsync();
        await town.PostMonthAsync(June);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.Zero));
        DecisionDocument made = await DecideAsync(2, 2, take: true);
        Assert.That((made.Number, made.Fact, made.Month, made.Act), Is.EqualTo((3, "contribution", June, "take")));
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.Zero), "nothing is posted by a decision");

        RunDocument run = await town.PostMonthAsync(June);
        Assert.That(run.Credited, Is.EqualTo(Money.FromYuan(186m)));
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(186m)));
        Assert.That(await HeldAsync(), Is.Empty);
        await VerifyAsync();
    }

    [Test]
    public async Task A_decision_is_made_once_and_what_is_not_held_cannot_be_decided()
    {
        await TwoEmployersAsync();
        DecisionDocument made = await DecideAsync(2, 2, take: true);
        Assert.That(await DecideAsync(2, 2, take: true), Is.EqualTo(made));
        foreach ((int submission, int row, string code) in new[] { (1, 2, "ROW_NOT_HELD"), (1, 3, "ROW_NOT_HELD"), (1, 99, "ROW_NOT_HELD"), (3, 1, "ROW_NOT_HELD"), (77, 1, "SUBMISSION_UNKNOWN") })
        {
            DataFaultException? refused = await Assert.ThrowsAsync<DataFaultException>(() => DecideAsync(submission, row, take: true));
            Assert.That(refused!.Code, Is.EqualTo(code), $"{submission}:{row}");
        }

        DataFaultException? other = await Assert.ThrowsAsync<DataFaultException>(() => DecideAsync(2, 2, take: true, by: "zhao"));
        DataFaultException? why = await Assert.ThrowsAsync<DataFaultException>(() => DecideAsync(2, 2, take: true, reason: " "));
        Assert.That((other!.Code, why!.Code), Is.EqualTo(("ROW_NOT_HELD", "DECISION_REASON")));
        await VerifyAsync();
    }

    [Test]
    public async Task An_employer_who_sends_the_same_again_does_not_ask_again_and_one_who_sends_another_figure_does()
    {
        await TwoEmployersAsync();
        await DecideAsync(2, 2, take: true);
        FileOutcome same = await town.PayrollAsync(June, "E1", [(Ann, 5000m), (Bob, 4000m)]);
        FileOutcome inAnotherFile = await town.PayrollAsync(June, "E1", [(Bob, 4000m), (Ann, 5000m)], SubmissionKind.Supplementary);
        Assert.That((same.Unchanged, same.Held), Is.EqualTo((2, 0)));
        Assert.That((inAnotherFile.Unchanged, inAnotherFile.Held), Is.EqualTo((2, 0)));
        FileOutcome changed = await town.PayrollAsync(June, "E1", [(Ann, 5500m)], SubmissionKind.Supplementary);
        Assert.That((changed.Unchanged, changed.Held), Is.EqualTo((0, 1)));
        IReadOnlyList<HeldRow> held = await HeldAsync();
        // The decision itself is one side now.
        Assert.That(held.Select(h => (h.Submission, h.Row, h.Figures[0].Fen)), Is.EquivalentTo(new[] { (changed.Submission!.Value, 2, (long?)5500_00), (3, 1, 6000_00) }));
        await DecideAsync(3, 1, take: true);
        await town.PostMonthAsync(June);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(186m)));
        await VerifyAsync();
    }

    [Test]
    public async Task A_side_that_is_withdrawn_leaves_the_other_to_be_decided()
    {
        await TwoEmployersAsync();
        await DecideAsync(2, 2, take: false);
        Assert.That((await HeldAsync()).Select(h => h.Submission), Is.EqualTo(new[] { 1 }));
        await DecideAsync(1, 2, take: true);
        await town.PostMonthAsync(June);
        // 5000 x 3.1 %
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(155m)));
        await VerifyAsync();
    }

    [Test]
    public async Task Of_two_different_lines_of_one_file_the_one_that_is_taken_stands()
    {
        await town.PayrollAsync(June, "E1", [(Ann, 5000m), (Bob, 4000m), (Ann, 6000m)]);
        Assert.That((await HeldAsync()).Select(h => (h.Row, h.Code)), Is.EquivalentTo(new[] { (2, Codes.DuplicateLine), (4, Codes.DuplicateLine) }));
        await DecideAsync(1, 4, take: true);
        Assert.That(await HeldAsync(), Is.Empty);
        FileOutcome again = await town.PayrollAsync(June, "E1", [(Ann, 5000m), (Bob, 4000m), (Ann, 6000m)]);
        Assert.That((again.Unchanged, again.Submission), Is.EqualTo((3, 1)));
        await town.PostMonthAsync(June);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(186m)));
        await VerifyAsync();
    }

    [Test]
    public async Task Of_two_different_lines_of_one_file_both_are_withdrawn_with_one()
    {
        await town.PayrollAsync(June, "E1", [(Ann, 5000m), (Bob, 4000m), (Ann, 6000m)]);
        await DecideAsync(1, 4, take: false);
        Assert.That(await HeldAsync(), Is.Empty);
        await town.PostMonthAsync(June);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.Zero));
        await VerifyAsync();
    }

    [Test]
    public async Task A_decision_about_what_was_posted_takes_the_credit_back_when_it_is_withdrawn()
    {
        await town.PayrollAsync(June, "E1", [(Ann, 5000m)]);
        await town.PostMonthAsync(June);
        await town.PayrollAsync(June, "E2", [(Ann, 6000m)]);
        await DecideAsync(1, 2, take: false);
        await DecideAsync(2, 2, take: false);
        await town.PostMonthAsync(June);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.Zero));
        Assert.That(await HeldAsync(), Is.Empty);
        await VerifyAsync();
    }

    // Two lines of one file that contradict each other are held, whatever one of them repeats.
    [Test]
    public async Task A_line_that_repeats_what_stands_and_another_that_contradicts_it_in_the_same_file_are_both_held()
    {
        await town.PayrollAsync(June, "E1", [(Ann, 5000m)]);
        FileOutcome doubled = await town.PayrollAsync(June, "E1", [(Ann, 5000m), (Ann, 6000m)], SubmissionKind.Supplementary);
        Assert.That((doubled.Unchanged, doubled.Held, doubled.Accepted), Is.EqualTo((0, 2, 0)));
        Assert.That((await HeldAsync()).Select(h => (h.Submission, h.Row)), Is.EquivalentTo(new[] { (2, 2), (2, 3) }));
        await VerifyAsync();
    }

    private async Task TwoEmployersAsync()
    {
        await town.PayrollAsync(June, "E1", [(Ann, 5000m), (Bob, 4000m)]);
        await town.PayrollAsync(June, "E2", [(Ann, 6000m)]);
    }

    private Task<DecisionDocument> DecideAsync(int submission, int row, bool take, string by = "wang", string reason = "劳动合同核实") =>
        new Decisions(town.Area).DecideAsync(new Decision(submission, row, take, by, reason), default);

    private async Task<IReadOnlyList<HeldRow>> HeldAsync() => await new HeldRows(Town.Schema).ListAsync(await OpenAsync(), null, default);

    private async Task<NpgsqlConnection> OpenAsync() => await town.Database.Program.OpenConnectionAsync();

    private async Task VerifyAsync()
    {
        VerificationDocument proof = await new Verifier(town.Database.Connection, Town.Schema).VerifyAsync(all: true, default);
        Assert.That(proof.Checks.Where(c => !c.Ok).Select(c => $"{c.Id} {c.First}"), Is.Empty);
    }
}

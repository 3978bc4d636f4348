using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Ledger;
using Batch.Jobs.Proof;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Runs;

/// <summary>Two at once: one wins, the other is told clearly or finds it done, and nothing doubles.</summary>
public sealed class ConcurrencyTests
{
    private const int Many = 8;
    private static readonly YearMonth April = new(2021, 4);
    private static readonly (CitizenId Who, decimal Base)[] People = [.. Enumerable.Range(1, 40).Select(i => (Town.Person(i), 6000m + (100m * i)))];

    [Test]
    public async Task A_file_that_eight_operators_import_at_once_comes_in_once()
    {
        await using Town town = await Town.FoundAsync();
        IReadOnlyList<FileOutcome> outcomes = await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => Task.Run(() => town.PayrollAsync(April, "E1", People))));
        Assert.That(outcomes.Select(o => o.Accepted).Order(), Is.EqualTo(Enumerable.Repeat(0, Many - 1).Append(People.Length)));
        Assert.That(outcomes.Sum(o => o.Unchanged), Is.EqualTo((Many - 1) * People.Length));
        Assert.That(await town.Database.ScalarAsync<long>("SELECT count(*) FROM area_420100.contribution"), Is.EqualTo(People.Length));
        await CleanAsync(town);
    }

    [Test]
    public async Task A_month_that_eight_operators_compute_at_once_is_one_run()
    {
        await using Town town = await Town.FoundAsync();
        await town.PayrollAsync(April, "E1", People);
        object[] answers = await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => AttemptAsync(async () => await town.AllocateAsync(April))));
        Assert.That(answers.OfType<RunDocument>().Select(r => r.Run).Distinct().Count(), Is.EqualTo(1));
        Assert.That(answers.OfType<string>(), Is.All.EqualTo("RUN_IN_PROGRESS"));
        Assert.That(await town.Database.ScalarAsync<long>("SELECT count(*) FROM area_420100.run"), Is.EqualTo(1));
        Assert.That(await town.Database.ScalarAsync<long>($"SELECT count(*) FROM area_420100.run_entry_{answers.OfType<RunDocument>().First().Run}"), Is.EqualTo(People.Length));
        await CleanAsync(town);
    }

    [Test]
    public async Task A_run_that_eight_reviewers_post_at_once_is_posted_once()
    {
        await using Town town = await Town.FoundAsync();
        await town.PayrollAsync(April, "E1", People);
        int run = (await town.AllocateAsync(April)).Run!.Value;
        await town.Life.ApproveAsync(run, "reviewer", null, CancellationToken.None);
        object[] answers = await Task.WhenAll(Enumerable.Range(0, Many).Select(i => AttemptAsync(async () => await town.Life.PostAsync(run, $"reviewer {i}", CancellationToken.None))));
        Assert.That(answers.OfType<RunDocument>().Count(), Is.EqualTo(1));
        Assert.That(answers.OfType<string>(), Is.All.EqualTo("RUN_STATE"));
        Assert.That(await town.Database.ScalarAsync<long>("SELECT count(*) FROM area_420100.entry"), Is.EqualTo(People.Length));
        await CleanAsync(town);
    }

    [Test, Repeat(3)]
    public async Task Posting_against_closing_ends_with_the_run_in_the_month_or_the_month_open()
    {
        await using Town town = await Town.FoundAsync();
        await town.PayrollAsync(April, "E1", People);
        int run = (await town.AllocateAsync(April)).Run!.Value;
        await town.Life.ApproveAsync(run, "reviewer", null, CancellationToken.None);
        Task<object> posting = AttemptAsync(async () => await town.Life.PostAsync(run, "reviewer", CancellationToken.None));
        Task<object> closing = AttemptAsync(async () => await town.CloseAsync(April));
        Assert.That(await posting, Is.InstanceOf<RunDocument>());
        // The month cannot be closed beneath an open run: the closing saw it posted, or was refused.
        object closed = await closing;
        Assert.That(closed is ClosingDocument || closed is "RUN_OPEN", $"{closed}");
        await CleanAsync(town);
    }

    [Test]
    public async Task Reversing_against_posting_another_run_is_refused_or_comes_after()
    {
        await using Town town = await Town.FoundAsync();
        await town.PayrollAsync(April, "E1", People[..20]);
        int first = (await town.PostMonthAsync(April)).Run!.Value;
        await town.PayrollAsync(April, "E2", People[20..]);
        int second = (await town.AllocateAsync(April)).Run!.Value;
        await town.Life.ApproveAsync(second, "reviewer", null, CancellationToken.None);
        Task<object> posting = AttemptAsync(async () => await town.Life.PostAsync(second, "reviewer", CancellationToken.None));
        Task<object> reversing = AttemptAsync(async () => await town.Life.ReverseAsync(first, April, "operator", CancellationToken.None));
        Assert.That(await posting, Is.InstanceOf<RunDocument>());
        object reversed = await reversing;
        Assert.That(reversed is RunDocument || reversed is "RUN_OPEN", $"{reversed}");
        await CleanAsync(town);
    }

    [Test]
    public async Task A_replacement_during_a_run_is_the_next_runs_difference()
    {
        await using Town town = await Town.FoundAsync();
        await town.PayrollAsync(April, "E1", People);
        int run = (await town.AllocateAsync(April)).Run!.Value;
        (CitizenId Who, decimal Base)[] replaced = [(People[0].Who, 10000m), .. People[1..]];
        Task<FileOutcome> replacing = Task.Run(() => town.PayrollAsync(April, "E1", replaced, SubmissionKind.Replacement));
        Task<RunDocument> posting = Task.Run(() => town.PostAsync(run));
        Assert.That((await replacing).Accepted, Is.EqualTo(1));
        Assert.That((await posting).State, Is.EqualTo(RunState.Posted));
        // Of the old base 6100: 2 % own and 1.1 % of the employer's.
        Assert.That(await town.BalanceAsync(People[0].Who), Is.EqualTo(Money.FromYuan(189.10m)));
        await CleanAsync(town);
        await town.PostMonthAsync(April);
        Assert.That(await town.BalanceAsync(People[0].Who), Is.EqualTo(Money.FromYuan(310.00m)));
        await CleanAsync(town);
    }

    /// <summary>What came of it, or the code of the sentence that refused it.</summary>
    private static Task<object> AttemptAsync<T>(Func<Task<T>> act)
        where T : notnull => Task.Run(async () =>
    {
        try
        {
            return (object)await act();
        }
        catch (DataFaultException refused)
        {
            return refused.Code;
        }
    });

    private static async Task CleanAsync(Town town)
    {
        VerificationDocument document = await new Verifier(town.Database.Connection, Town.Schema).VerifyAsync(all: true, CancellationToken.None);
        Assert.That(document.Checks.Where(c => !c.Ok).Select(c => $"{c.Id} {c.First}"), Is.Empty);
    }
}

using Batch.Jobs.Ledger;
using Batch.Jobs.Proof;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Runs;
using Batch.Jobs.Work;
using NUnit.Framework;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Tests.Proof;

/// <summary>A record is sealed as soon as an act ends, whatever its age: what is changed or removed right afterwards is found by the next <c>verify</c>.</summary>
public sealed class SealsAtOnceTests
{
    private static readonly YearMonth January = new(2021, 1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private Town town = null!;

    [SetUp]
    public async Task SetUp()
    {
        town = await Town.FoundAsync();
        await town.PayrollAsync(January, "E1", [(Town.Person(1, 1990), 5000m)]);
    }

    [TearDown]
    public async Task TearDown() => await town.DisposeAsync();

    // The record is written as the program writes it, a second ago at most; the act seals it.
    [Test]
    public async Task A_record_changed_or_removed_right_after_an_act_is_found(
        [Values("approve", "post", "close")] string act, [Values("UPDATE batch.audit SET who = 'li' WHERE subject = 'first'", "DELETE FROM batch.audit WHERE subject = 'first'")] string tamper)
    {
        int run = (await town.AllocateAsync(January)).Run!.Value;
        await RecordAsync("first");
        await town.Life.ApproveAsync(run, "reviewer", null, default);
        await (act == "approve" ? Task.CompletedTask : town.Life.PostAsync(run, "reviewer", default));
        await (act == "close" ? town.CloseAsync(January) : Task.CompletedTask);
        await town.Database.ExecuteAsync(tamper);
        VerificationCheck chain = (await new Verifier(town.Database.Connection, Town.Schema).VerifyAsync(false, default)).Checks.Single(c => c.Id == Invariants.Chain);
        Assert.That((chain.Ok, chain.First), Is.EqualTo((false, $"420100 batch.audit row 1: {(tamper.StartsWith("DELETE", StringComparison.Ordinal) ? "sealed, and gone" : "not what was sealed")}")));
    }

    // 25 rows of 27 are changed and one is gone: 20 are named, 6 more counted.
    [TestCase(2, 0)]
    [TestCase(25, 6)]
    public async Task Each_broken_row_is_named_and_very_many_are_counted(int changed, int more)
    {
        for (int i = 0; i < 27; i++)
        {
            await RecordAsync("record");
        }

        await new AuditLog(town.Database.Program).SealAsync(Patience, default);
        await town.Database.ExecuteAsync($"UPDATE batch.audit SET who = 'li' WHERE audit_id <= {changed}; DELETE FROM batch.audit WHERE audit_id = 27");
        VerificationDocument document = await new Verifier(town.Database.Connection, Town.Schema).VerifyAsync(false, default);
        VerificationCheck chain = document.Checks.Single(c => c.Id == Invariants.Chain);
        string[] all = [.. Enumerable.Range(1, changed).Select(n => $"420100 batch.audit row {n}: not what was sealed"), "420100 batch.audit row 27: sealed, and gone"];
        Assert.Multiple(() =>
        {
            Assert.That((chain.Broken, chain.More, chain.First), Is.EqualTo((changed + 1, more, all[0])));
            Assert.That(chain.Named, Is.EqualTo(all.Take(20)));
            Assert.That(VerificationDocument.Sum([document, document]).Checks.Single(c => c.Id == Invariants.Chain), Has.Property("More").EqualTo((2 * (changed + 1)) - Math.Min(20, 2 * (changed + 1))));
        });
    }

    [Test]
    public async Task Each_act_alone_seals_what_was_written_before_it()
    {
        int run = (await town.AllocateAsync(January)).Run!.Value;
        foreach ((string name, Func<Task> act) in new (string, Func<Task>)[]
            {
                ("approve", () => town.Life.ApproveAsync(run, "reviewer", null, default)), ("post", () => town.Life.PostAsync(run, "reviewer", default)), ("close", () => town.CloseAsync(January)),
                ("propose", () => new Reopening(town.Area).ProposeAsync(January, "wang", "again", default)),
                ("sweep", () => new WorkSweep(town.Database.Program, null!).SealRecordsAsync(default)),
            })
        {
            await RecordAsync(name);
            await act();
            Assert.That(await UnsealedAsync(), Is.Zero, name);
        }
    }

    [Test]
    public async Task A_record_of_the_program_is_sealed_as_it_is_written()
    {
        await new AuditLog(town.Database.Program).WriteAsync(new Act("wang", "look"), default);
        Assert.That(await UnsealedAsync(), Is.Zero);
    }

    // A number is given before its row can be seen: nothing beyond it is sealed until its transaction has ended.
    [Test]
    public async Task A_record_with_a_lower_number_that_is_still_on_its_way_is_waited_for()
    {
        await using NpgsqlConnection slow = await town.Database.Program.OpenConnectionAsync();
        await using NpgsqlTransaction open = await slow.BeginTransactionAsync();
        await new NpgsqlCommand("INSERT INTO batch.audit (who, act, subject) VALUES ('wang', 'test', 'slow')", slow).ExecuteNonQueryAsync();
        await RecordAsync("quick");
        AuditLog log = new(town.Database.Program);
        Assert.That(await log.SealAsync(TimeSpan.Zero, default), Is.EqualTo(new[] { "audit" }), "it does not wait at the end of an act");
        Assert.That(await UnsealedAsync(), Is.EqualTo(1));

        Task<string[]> sealing = log.SealAsync(Patience, default);
        await Task.Delay(200);
        await open.CommitAsync();
        Assert.That(await sealing, Is.Empty);
        Assert.That(await town.Database.ScalarAsync<string>("SELECT array_to_string(keys, ',') FROM batch.log_seal WHERE log = 'audit'"), Is.EqualTo("1,2"));
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task Verification_says_what_it_cannot_cover_because_a_session_is_still_writing()
    {
        await using NpgsqlConnection slow = await town.Database.Program.OpenConnectionAsync();
        await using NpgsqlTransaction open = await slow.BeginTransactionAsync();
        await new NpgsqlCommand("INSERT INTO batch.sign_in (name, outcome, at) VALUES ('wang', 'good', now())", slow).ExecuteNonQueryAsync();
        await town.Database.ExecuteAsync("INSERT INTO batch.sign_in (name, outcome, at) VALUES ('li', 'good', now())");
        VerificationCheck chain = (await new Verifier(town.Database.Connection, Town.Schema).VerifyAsync(false, default)).Checks.Single(c => c.Id == Invariants.Chain);
        Assert.That((chain.Ok, chain.NotChecked), Is.EqualTo((true, 1)));
        Assert.That(chain.First, Does.StartWith("420100 batch.sign_in: its latest records are not sealed yet"));
    }

    [Test]
    public async Task What_was_verified_once_is_compared_again_only_from_the_beginning()
    {
        await RecordAsync("first");
        await town.AssertCleanAsync();
        await town.Database.ExecuteAsync("UPDATE batch.audit SET who = 'li' WHERE subject = 'first'");
        Verifier verifier = new(town.Database.Connection, Town.Schema);
        Assert.That((await verifier.VerifyAsync(false, default)).Ok, Is.True);
        Assert.That((await verifier.VerifyAsync(true, default)).Ok, Is.False);
    }

    [Test]
    public async Task The_program_makes_no_seals_by_itself()
    {
        PostgresException refused = await town.RefusedAsync("INSERT INTO batch.log_seal (log, ordinal, keys, hashes, hash) VALUES ('audit', 1, '{1}', '{x}', 'x')");
        Assert.That(refused.SqlState, Is.EqualTo(PostgresErrorCodes.InsufficientPrivilege));
    }

    private Task RecordAsync(string subject) => town.Database.ExecuteAsync($"INSERT INTO batch.audit (who, act, subject) VALUES ('wang', 'test', '{subject}')");

    private Task<long> UnsealedAsync() => town.Database.ScalarAsync<long>("SELECT count(*) FROM batch.audit WHERE audit_id > coalesce(batch.sealed_upto('audit'), 0)");
}

using Batch.Jobs.Proof;
using Batch.Jobs.Tests.Runs;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Reading;

/// <summary>What a closing kept of its employers' money and somebody changed since: verify works it out again and names it.</summary>
public sealed partial class CertificateTests
{
    // Each change leaves before + received - allocated - returned = in suspense, so that no constraint notices it. February: E1 received 505.00, E2 had 550.00 before, E3 30.00.
    [TestCase("UPDATE :area.closing_employer SET received_fen = received_fen + 100, after_fen = after_fen + 100 WHERE seq = {0} AND item_no = 1", "E1: received 506.00, by the facts 505.00; in suspense 6.00, by the facts 5.00")]
    [TestCase("UPDATE :area.closing_employer SET account_fen = account_fen + 100, pool_fen = pool_fen - 100 WHERE seq = {0} AND item_no = 2", "E2: to accounts 205.00, by the facts 204.00; to the pool 395.00, by the facts 396.00")]
    [TestCase("UPDATE :area.closing_employer SET before_fen = before_fen - 100, refunded_fen = refunded_fen - 100 WHERE seq = {0} AND item_no = 3", "E3: before 29.00, by the facts 30.00; refunded -1.00, by the facts 0.00")]
    [TestCase("UPDATE :area.closing_employer SET late_fee_fen = 1, interest_fen = 2, carried_fen = 3 WHERE seq = {0} AND item_no = 3", "E3: carried 0.03, by the facts 0.00; late fees 0.01, by the facts 0.00; interest 0.02, by the facts 0.00")]
    [TestCase("DELETE FROM :area.closing_employer WHERE seq = {0} AND item_no = 1", "E1: received 0.00, by the facts 505.00; to accounts 0.00, by the facts 155.00; to the pool 0.00, by the facts 345.00; in suspense 0.00, by the facts 5.00")]
    [TestCase("INSERT INTO :area.closing_employer VALUES ({0}, 9, NULL, 0, 100, 0, 100, 0, 0, 0, 0, 0, 0, 0)", "without an employer: received 1.00, by the facts 0.00; to the pool 1.00, by the facts 0.00")]
    public async Task A_tampered_row_of_a_closing_is_named_by_its_employer_from_the_facts(string tamper, string told)
    {
        await CloseJanuaryAsync();
        await FebruaryAsync();
        await town.CloseAsync(February, "li", "多缴待退");
        long seq = await town.Database.ScalarAsync<long>(Town.Schema.Sql("SELECT seq FROM :area.closing_in_force WHERE month = DATE '2021-02-01'"));
        await town.Database.ExecuteAsync(Town.Schema.Sql(string.Format(System.Globalization.CultureInfo.InvariantCulture, tamper, seq)));
        VerificationDocument proof = await new Verifier(town.Database.Connection, Town.Schema).VerifyAsync(all: false, default);
        Assert.That(proof.Checks.Single(c => c.Id == Invariants.Statements).Named, Has.Some.EqualTo($"420100 2021-02 closing_employer {told}"));
    }
}

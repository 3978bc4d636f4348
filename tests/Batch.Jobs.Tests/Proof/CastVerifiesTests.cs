using Batch.Jobs.Proof;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Proof;

/// <summary>The cast, month after month: what the product does with it holds by every invariant.</summary>
public sealed class CastVerifiesTests
{
    [Test]
    public async Task The_cast_verifies_clean_after_each_closing_and_from_the_beginning()
    {
        await using WholeLine line = await WholeLine.OfTheCastAsync((l, month) => l.AssertCleanAsync(all: false, month.ToString()));
        VerificationDocument all = await line.VerifyAsync(all: true);
        Assert.Multiple(() =>
        {
            Assert.That(all.Ok, string.Join('\n', all.Checks.Select(c => $"{c.Id} {c.Checked} {c.Broken} {c.First}")));
            Assert.That(all.Checks.Select(c => c.Id), Is.EqualTo(Invariants.All));
            Assert.That(all.Checks.Where(c => c.Checked == 0).Select(c => c.Id), Is.Empty, "a check that looks at nothing proves nothing");
            Assert.That(all.Checks.Where(c => c.NotChecked > 0).Select(c => c.Id), Is.Empty);
        });
        Assert.That(await line.Database.ScalarAsync<long>("SELECT count(*) FROM area_420100.ledger l JOIN area_420100.seal s USING (seq)"), Is.EqualTo(28));
    }

    [Test]
    public async Task An_empty_area_verifies_clean_and_seals_nothing()
    {
        await using WholeLine line = await WholeLine.CreateAsync();
        await line.AssertCleanAsync(all: true, "empty");
        await line.AssertCleanAsync(all: false, "empty");
    }
}

using NUnit.Framework;

namespace Batch.Rules.Tests;

public sealed class ShippedPolicyTests
{
    private static IEnumerable<string> Areas => ShippedPolicies.Areas;

    [TestCaseSource(nameof(Areas))]
    public void Every_shipped_policy_passes_its_proof_with_its_own_examples(string area)
    {
        Assert.That(PolicyCheck.Check(ShippedPolicies.Text(area), ShippedPolicies.FileName(area)), Is.Empty);
        Assert.That(ShippedPolicies.Load(area).Area, Is.EqualTo(area));
    }
}

using Batch.Rules;

namespace Batch.Testing;

/// <summary>
/// Wuhan's policy of most tests: the shipped text, but an accepted line is credited as it is declared, without waiting for the money. A test that is not about receipts
/// needs none then. <see cref="TestDatabase.CreateAsync"/> gives it to area 420100; <see cref="TestDatabase.CreateAsShippedAsync"/> leaves the shipped policy.
/// </summary>
public static class TestPolicy
{
    public const string Area = "420100";
    public const string OnReceipt = "credit-on: receipt";
    public const string OnDeclaration = "credit-on: declaration";

    /// <summary>The text of an area's policy as tests have it.</summary>
    public static string TextOf(string area)
    {
        string text = ShippedPolicies.Text(area);
        return area != Area ? text
            : text.Contains(OnReceipt, StringComparison.Ordinal) ? text.Replace(OnReceipt, OnDeclaration, StringComparison.Ordinal)
            : throw new InvalidOperationException("The shipped file no longer says that credits wait for the money.");
    }
}

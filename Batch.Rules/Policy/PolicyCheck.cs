namespace Batch.Rules;

/// <summary>Proves a policy file: <c>policy check</c>.</summary>
public static class PolicyCheck
{
    /// <summary>All faults of a file in the order of its lines; none means that the file may be adopted.</summary>
    public static IReadOnlyList<PolicyFault> Check(string yaml, string fileName) => Read(yaml, fileName).Faults;

    /// <summary>The policy where the file can be read at all, and its faults. A policy with faults computes nothing.</summary>
    internal static (AreaPolicy? Policy, IReadOnlyList<PolicyFault> Faults) Read(string yaml, string fileName)
    {
        var faults = new FaultList(fileName);
        AreaPolicy? policy = PolicyReader.Read(yaml, faults);
        bool legible = !faults.Any;
        if (policy is not null)
        {
            PolicyProof.ProveCategories(policy, faults);
        }

        // A month that could not be read would show as a gap or an overlap as well.
        if (policy is not null && legible)
        {
            PolicyProof.ProveVersions(policy, faults);
            PolicyProof.ProveFigures(policy, faults);
        }

        // Examples are computed only with rules that have passed: a fault would show twice otherwise.
        if (policy is not null && !faults.Any)
        {
            PolicyProof.ProveExamples(policy, faults);
        }

        return (policy, faults.InOrder);
    }
}

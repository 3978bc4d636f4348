using Batch.Jobs.Store;
using Batch.Rules;

namespace Batch.Host.Web;

/// <summary>A policy file that somebody chose on a page, with what is wrong with it.</summary>
internal sealed record PolicyUpload(string Text, string Name, IReadOnlyList<PolicyFault> Faults)
{
    private const int LargestFile = 512 * 1024;

    /// <summary>The text of a file that has no faults.</summary>
    /// <exception cref="DataFaultException">POLICY_FAULTY: the page shows the faults.</exception>
    public string Sound => Faults.Count == 0 ? Text : throw new DataFaultException("POLICY_FAULTY", "政策文件有错误，见下表。", "The policy file has faults; see below.");

    /// <exception cref="DataFaultException">NO_FILE; POLICY_OTHER_AREA.</exception>
    public static async Task<PolicyUpload> ReadAsync(IFormFile? file, string area, CancellationToken cancellation)
    {
        if (file is null || file.Length is 0 or > LargestFile)
        {
            throw new DataFaultException("NO_FILE", "请选择政策文件（YAML，不超过 512 KiB）。", "Choose a policy file (YAML, at most 512 KiB).");
        }

        using StreamReader reader = new(file.OpenReadStream());
        string text = await reader.ReadToEndAsync(cancellation), name = Path.GetFileName(file.FileName);
        IReadOnlyList<PolicyFault> faults = PolicyCheck.Check(text, name);
        return faults.Count > 0 || AreaPolicy.Parse(text, name).Area == area
            ? new PolicyUpload(text, name, faults)
            : throw new DataFaultException("POLICY_OTHER_AREA", "该文件是另一个统筹区的政策。", "This file is the policy of another area.");
    }
}

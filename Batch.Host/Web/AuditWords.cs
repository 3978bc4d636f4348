using Batch.Host.Access;
using Batch.Jobs.Reading;

namespace Batch.Host.Web;

/// <summary>A line of the audit log in words.</summary>
internal static class AuditWords
{
    /// <summary>Why it was done; of a change of a user the roles after it, or the name and the unit.</summary>
    public static (string Chinese, string English) ReasonOf(AuditLine line)
    {
        string reason = line.Reason ?? "";
        if (!line.Act.StartsWith("user ", StringComparison.Ordinal) || line.Act == "user named")
        {
            return line.Act == "run.replace" || line.Act.Contains("discard", StringComparison.OrdinalIgnoreCase) ? Show.Reason(reason) : (reason, reason);
        }

        (string Chinese, string English)[] roles = [.. reason.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(UserRoles.NameOf)];
        return (string.Join('、', roles.Select(r => r.Chinese)), string.Join(", ", roles.Select(r => r.English)));
    }

    /// <summary>Whether what it was done to is a name, which no page translates.</summary>
    public static bool IsOfName(AuditLine line) =>
        line.Act.Contains("user ", StringComparison.Ordinal) || line.Act.StartsWith("sign-", StringComparison.Ordinal) || line.Act.Contains("/uploads", StringComparison.Ordinal);
}

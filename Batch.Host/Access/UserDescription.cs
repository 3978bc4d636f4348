using Batch.Jobs.Files;
using Batch.Jobs.Store;

namespace Batch.Host.Access;

/// <summary>Who a user is, for those who read the login on a page: real name 姓名 and unit 单位; null: not given.</summary>
internal sealed record UserDescription(string? RealName, string? Unit)
{
    public const int LongestName = 32;
    public const int LongestUnit = 64;

    public static readonly UserDescription None = new(null, null);

    public bool IsEmpty => RealName is null && Unit is null;

    /// <summary>As it is typed; what is empty is not given.</summary>
    /// <exception cref="DataFaultException">USER_DESCRIPTION.</exception>
    public static UserDescription Read(string? name, string? unit) => new(Part(name, LongestName), Part(unit, LongestUnit));

    /// <summary>With a middle dot between name and unit; empty: neither is given.</summary>
    public override string ToString() => string.Join(" · ", new[] { RealName, Unit }.OfType<string>());

    // A number of a person typed into the wrong field goes no further.
    private static string? Part(string? typed, int longest)
    {
        string text = typed?.Trim() ?? "";
        return text.Length == 0 ? null
            : text.Length <= longest && !text.Any(c => char.IsControl(c) || char.IsSurrogate(c)) && VerbActs.Masked(HalfWidth.Of(text)) == HalfWidth.Of(text) ? text
            : throw new DataFaultException(
                "USER_DESCRIPTION", $"姓名最多 {LongestName} 个字，单位最多 {LongestUnit} 个字，不含证件号码。",
                $"A real name has at most {LongestName} characters and a unit {LongestUnit}, without a person's number.");
    }
}

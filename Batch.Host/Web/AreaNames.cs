using System.Collections.Concurrent;
using Batch.Rules;

namespace Batch.Host.Web;

/// <summary>What the areas that a policy is shipped for are called; an area of one's own goes by its code.</summary>
internal static class AreaNames
{
    private static readonly ConcurrentDictionary<string, (string Chinese, string English)> Known = new(StringComparer.Ordinal);

    public static (string Chinese, string English) Of(string code) => Known.GetOrAdd(code, static area =>
        ShippedPolicies.Areas.Contains(area) && ShippedPolicies.Load(area) is { } policy ? (policy.Name, policy.EnglishName) : (area, area));
}

using System.Globalization;
using System.Text.RegularExpressions;
using Batch.Jobs.Files;

namespace Batch.Host;

/// <summary>
/// An amount as people type it in a box: 7800.50, 7,800.50, 7,800.50元, ¥7800.50, with full-width digits and spaces too. A comma is read before three digits only: 7,80 may be 7.80.
/// </summary>
internal static partial class TypedAmount
{
    /// <summary>Null where it cannot be read, or is negative.</summary>
    public static decimal? Read(string? text)
    {
        string typed = string.Concat(HalfWidth.Of(text ?? "").Where(c => !char.IsWhiteSpace(c)));
        Match read = Form().Match(typed);
        return read.Success && decimal.TryParse(read.Groups["number"].Value.Replace(",", "", StringComparison.Ordinal), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal amount)
            ? amount
            : null;
    }

    [GeneratedRegex(@"^[¥￥]?(?<number>(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)元?$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}

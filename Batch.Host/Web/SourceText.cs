using Batch.Rules;

namespace Batch.Host.Web;

/// <summary>Where a value comes from, in words: the documents instead of their codes, and how good they are.</summary>
internal static class SourceText
{
    /// <summary>Of <c>BJ1, BJ7 (B)</c> the documents; a number of a document stays as it is.</summary>
    public static string Documents(AreaPolicy policy, string? source) => source is null ? "" : string.Join("；", CodesOf(source).Select(code => Of(policy, code)));

    /// <summary>The sentences quoted of its documents, word for word; a document without one is left out.</summary>
    public static string[] QuotesOf(AreaPolicy policy, string source) =>
        [.. CodesOf(source).Select(code => policy.SourceDetails.GetValueOrDefault(code)?.Quote).OfType<string>()];

    /// <summary>How good the source is; null: a document that somebody here approved.</summary>
    public static (string Chinese, string English)? GradeOf(string? source) => GradeLetter(source) switch
    {
        "A" => ("官方原文", "official text"),
        "A-" => ("官方原文的节录", "official text, in an excerpt"),
        "B" => ("当地资讯或新闻", "local site or news"),
        "C" => ("转述的网页，未经核实", "a page that retells it, not verified"),
        "GK" => ("一般了解，未经核实", "general knowledge, not verified"),
        "choice" => ("来源未载明，本项目确定", "no source says it; decided for this project"),
        "sample" => ("仅供样例", "for samples only"),
        _ => null,
    };

    private static string[] CodesOf(string source) => (GradeOf(source) is null ? source : source[..source.LastIndexOf(" (", StringComparison.Ordinal)]).Split(", ");

    private static string? GradeLetter(string? source) =>
        source is not null && source.EndsWith(')') && source.LastIndexOf(" (", StringComparison.Ordinal) is >= 0 and var at ? source[(at + 2)..^1] : null;

    private static string Of(AreaPolicy policy, string code)
    {
        if (!policy.SourceDetails.TryGetValue(code, out PolicySource? found))
        {
            return code;
        }

        string head = string.Join("，", new[] { found.Title, found.Number, found.Date }.OfType<string>());
        return head.Length > 0 ? head : found.Address ?? code;
    }
}

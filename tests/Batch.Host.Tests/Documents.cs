using System.Text.RegularExpressions;
using Batch.Testing;

namespace Batch.Host.Tests;

/// <summary>The documents of the repository, and what of its files they are compared with.</summary>
internal static partial class Documents
{
    // Made by a build, a package manager, git or the program.
    private static readonly string[] Made = ["bin", "obj", "node_modules", ".git", "data", "artifacts", ".vs", "TestResults"];

    /// <summary>Every .md, by its path from the root.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Files("*.md")];

    /// <summary>Files of the repository by their paths from the root, in order.</summary>
    public static IEnumerable<string> Files(string pattern) => Folders(BatchCli.Root).SelectMany(f => Directory.EnumerateFiles(f, pattern))
        .Select(f => Path.GetRelativePath(BatchCli.Root, f)).Order(StringComparer.Ordinal);

    /// <summary>A folder and those below it that are not made.</summary>
    public static IEnumerable<string> Folders(string folder) => Directory.EnumerateDirectories(folder)
        .Where(d => !Made.Contains(Path.GetFileName(d)) && !d.EndsWith("wwwroot/lib", StringComparison.Ordinal)).SelectMany(Folders).Prepend(folder);

    public static string Text(string path) => File.ReadAllText(Path.Combine(BatchCli.Root, path));

    /// <summary>The text below a heading, up to the next of the same or a higher rank.</summary>
    public static string Section(string path, string heading)
    {
        string text = Text(path);
        string marks = heading[..heading.IndexOf(' ', StringComparison.Ordinal)];
        int begin = text.IndexOf($"\n{heading}\n", StringComparison.Ordinal);
        int from = begin < 0 ? throw new InvalidOperationException($"{path} has no heading {heading}.") : begin + heading.Length + 2;
        Match next = Regex.Match(text[from..], $"^#{{1,{marks.Length}}} ", RegexOptions.Multiline);
        return next.Success ? text[from..(from + next.Index)] : text[from..];
    }

    /// <summary>What stands in code marks in the first cell of each row of the tables.</summary>
    public static IEnumerable<string> FirstCells(string section) => section.Split('\n').Where(l => l.StartsWith('|')).Select(l => l.Split('|')[1])
        .SelectMany(cell => Marked().Matches(cell)).Select(m => m.Groups[1].Value);

    /// <summary>The links to files of the repository: path and anchor, either of them perhaps empty.</summary>
    public static IEnumerable<(string Path, string Anchor)> Links(string path) =>
        Link().Matches(Fence().Replace(Text(path), "")).Select(m => (m.Groups[1].Value, m.Groups[2].Value));

    /// <summary>The anchors that a page of documents gives to its headings.</summary>
    public static IEnumerable<string> Anchors(string path) => Heading().Matches(Fence().Replace(Text(path), "")).Select(
        m => NotOfAnchor().Replace(m.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Marked();

    [GeneratedRegex(@"\]\((?!https?:|mailto:)([^)#\s]*)#?([^)\s]*)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^#+ (.+?)\s*$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex NotOfAnchor();
}

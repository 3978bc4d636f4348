using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Batch.Jobs.Store;

/// <summary>One numbered SQL script. Once applied anywhere it is never edited: a later one changes what it made.</summary>
/// <param name="Sha256">Of the text with line ends as LF, lower-case hex.</param>
public sealed partial record MigrationScript(int Number, string Name, string Text, string Sha256)
{
    public static MigrationScript Of(string fileName, string text)
    {
        Match match = FileName().Match(fileName);
        if (!match.Success)
        {
            throw new ArgumentException($"A script is named 001_what_it_does.sql, not {fileName}.", nameof(fileName));
        }

        text = text.ReplaceLineEndings("\n");
        int number = int.Parse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        return new MigrationScript(number, match.Groups[2].Value, text, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
    }

    /// <summary>The scripts of a series (<c>common</c> or <c>area</c>) embedded in an assembly, in their order.</summary>
    public static IReadOnlyList<MigrationScript> SeriesOf(Assembly assembly, string series)
    {
        string folder = series + "/";
        MigrationScript[] scripts =
        [
            .. assembly.GetManifestResourceNames().Where(n => n.StartsWith(folder, StringComparison.Ordinal))
                .Select(n => Of(n[folder.Length..], Read(assembly, n))).OrderBy(s => s.Number),
        ];
        for (int i = 1; i < scripts.Length; i++)
        {
            if (scripts[i].Number == scripts[i - 1].Number)
            {
                throw new InvalidOperationException($"Two scripts of {series} have the number {scripts[i].Number:000}.");
            }
        }

        return scripts;
    }

    private static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"^(\d{3})_(\w+)\.sql$")]
    private static partial Regex FileName();
}

using System.Text.RegularExpressions;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Browser.Tests;

/// <summary>People come to a page by what is written on the one before: the tests open the host's own address, and go on by clicks.</summary>
public sealed partial class ClicksOnlyTests
{
    [Test]
    public void No_test_in_the_browser_opens_an_address_but_the_host_s_own()
    {
        string[] opened = [.. Directory.EnumerateFiles(Path.Combine(BatchCli.Root, "tests", "Batch.Browser.Tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => Opening().Matches(File.ReadAllText(file)).Select(m => $"{Path.GetFileName(file)}: {m.Groups[1].Value}"))];
        Assert.That(opened, Has.Length.GreaterThan(3));
        Assert.That(opened.Where(o => !o.EndsWith(": site.Root", StringComparison.Ordinal) && !o.EndsWith(": Root", StringComparison.Ordinal)), Is.Empty);
    }

    [GeneratedRegex(@"\.GotoAsync\(([^;]*?)\);")]
    private static partial Regex Opening();
}

using Batch.Host.Access;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>What people do by the command line before a page is looked at: jia sends files and computes, everybody else reviews.</summary>
internal static class Clerks
{
    /// <param name="act">A verb with its options, <c>--by</c> among them.</param>
    public static async Task DoAsync(this TestHost host, params string[] act)
    {
        string by = act[Array.IndexOf(act, "--by") + 1];
        CliResult result = await (await host.CliOfAsync(by, by == "jia" ? UserRoles.Operator : UserRoles.Reviewer)).RunAsync(act);
        Assert.That(result.ExitCode, Is.Zero, $"{act[0]} {result}");
    }

    /// <summary>Jia imports the lines as a file.</summary>
    /// <param name="name">What the file is called, before a number of its own.</param>
    /// <param name="options">Of the import, without who imports.</param>
    public static async Task ImportAsync(this TestHost host, string name, IEnumerable<string> lines, params string[] options)
    {
        string file = Path.Combine(Path.GetTempPath(), $"{name}-{Guid.NewGuid():N}.csv");
        await File.WriteAllLinesAsync(file, lines);
        await host.DoAsync(["import", file, .. options, "--by", "jia"]);
        File.Delete(file);
    }
}

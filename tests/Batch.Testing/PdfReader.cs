using System.ComponentModel;
using System.Diagnostics;
using NUnit.Framework;

namespace Batch.Testing;

/// <summary>pdftotext and pdfinfo of poppler, programs that are not ours, asked about what was printed.</summary>
public static class PdfReader
{
    private const string Missing = "pdftotext is not installed: apt-get install -y poppler-utils";

    /// <summary>The text of each sheet.</summary>
    public static async Task<string[]> SheetsAsync(string pdf) =>
        (await AskAsync("pdftotext", "-layout", pdf, "-")).TrimEnd('\f').Split('\f');

    /// <summary>What pdfinfo says of the sheets.</summary>
    public static Task<string> InfoAsync(string pdf) => AskAsync("pdfinfo", "-l", "99", pdf);

    // Without the program the test is skipped on a laptop and fails in CI.
    private static async Task<string> AskAsync(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
            string output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return output;
        }
        catch (Win32Exception)
        {
            Assert.That(Environment.GetEnvironmentVariable("CI"), Is.Not.EqualTo("true"), Missing);
            Assert.Ignore(Missing);
            throw;
        }
    }
}

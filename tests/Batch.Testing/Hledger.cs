using System.Diagnostics;
using System.Globalization;
using NUnit.Framework;

namespace Batch.Testing;

/// <summary>hledger, a bookkeeping program that is not ours, asked about a journal.</summary>
public static class Hledger
{
    /// <summary>Runs it and returns what it says; a journal that it finds at fault fails the test. Without it the test is skipped on a laptop and fails in CI.</summary>
    public static async Task<string> AskAsync(string journal, params string[] arguments)
    {
        (int exitCode, string output, string errors) = await RunAsync(journal, arguments);
        Assert.That(exitCode, Is.Zero, $"hledger {string.Join(' ', arguments)}: {errors}");
        return output;
    }

    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string journal, params string[] arguments)
    {
        if (Find() is not { } program)
        {
            const string Missing = "hledger is not installed: apt-get install -y hledger";
            Assert.That(Environment.GetEnvironmentVariable("CI"), Is.Not.EqualTo("true"), Missing);
            Assert.Ignore(Missing);
            throw new InvalidOperationException(Missing);
        }

        ProcessStartInfo start = new(program, ["-f", journal, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "C.UTF-8";
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }

    /// <summary>The balance of every account beneath one, in fen, by its last name.</summary>
    public static async Task<Dictionary<string, long>> BalancesAsync(string journal, string account)
    {
        string csv = await AskAsync(journal, "balance", $"^{account}:", "--flat", "--empty", "--no-total", "-O", "csv");
        Dictionary<string, long> balances = [];
        foreach (string line in csv.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            string[] cells = line.Trim('"').Split("\",\"");
            balances.Add(cells[0][(cells[0].LastIndexOf(':') + 1)..], (long)(decimal.Parse(cells[1].Replace(" CNY", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 100m));
        }

        return balances;
    }

    private static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/bin")
        .Select(folder => Path.Combine(folder, "hledger")).FirstOrDefault(File.Exists);
}

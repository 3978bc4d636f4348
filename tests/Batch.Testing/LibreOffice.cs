using System.Diagnostics;
using System.Text;
using NUnit.Framework;

namespace Batch.Testing;

/// <summary>LibreOffice Calc, a spreadsheet program that is not ours, saving files as a clerk does. Without it a test is skipped on a laptop and fails in CI.</summary>
public static class LibreOffice
{
    private const string Missing = "LibreOffice Calc is not installed: apt-get install -y --no-install-recommends libreoffice-calc";

    /// <summary>Digits beyond which a spreadsheet ruins a number that is not formatted as text, with room for money.</summary>
    private const int DigitsOfText = 12;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>Two processes cannot share a profile.</summary>
    private static readonly SemaphoreSlim OneAtATime = new(1);

    private static readonly Lazy<string> Profile = new(() =>
    {
        string folder = Directory.CreateTempSubdirectory("batch-soffice-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return folder;
    });

    /// <summary>Opens a CSV file (UTF-8, commas) or a workbook and saves it in the folder under the same name in another format; returns the new file's path.</summary>
    /// <param name="file">Of a CSV file, columns with long numbers become text and all others what LibreOffice makes of them: numbers, dates.</param>
    /// <param name="format">As LibreOffice's <c>--convert-to</c> takes it: <c>xlsx</c>, <c>xls</c>, or with its filter, <c>xlsx:Calc Office Open XML</c>.</param>
    public static async Task<string> ConvertAsync(string file, string format, string folder)
    {
        List<string> arguments = ["--convert-to", format, "--outdir", folder, file];
        if (Path.GetExtension(file) == ".csv")
        {
            arguments.Insert(0, $"--infilter=CSV:44,34,76,1,{ColumnFormats(file)}");
        }

        string said = await RunAsync(arguments);
        string saved = Path.Combine(folder, Path.ChangeExtension(Path.GetFileName(file), format.Split(':')[0]));
        Assert.That(File.Exists(saved), $"LibreOffice saved no {saved}: {said}");
        return saved;
    }

    /// <summary>Opens workbooks and saves all of them in the folder in another format, in one go: the program takes seconds to start.</summary>
    public static Task ConvertAllAsync(IEnumerable<string> files, string format, string folder) => RunAsync(["--convert-to", format, "--outdir", folder, .. files]);

    private static async Task<string> RunAsync(List<string> arguments)
    {
        if (Find() is not { } program)
        {
            Assert.That(Environment.GetEnvironmentVariable("CI"), Is.Not.EqualTo("true"), Missing);
            Assert.Ignore(Missing);
            throw new InvalidOperationException(Missing);
        }

        return await RunAsync(program, [$"-env:UserInstallation=file://{Profile.Value}", "--headless", "--norestore", "--nolockcheck", .. arguments]);
    }

    private static async Task<string> RunAsync(string program, List<string> arguments)
    {
        await OneAtATime.WaitAsync();
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> errors = process.StandardError.ReadToEndAsync();
            using var limit = new CancellationTokenSource(Longest);
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw new TimeoutException($"LibreOffice ran longer than {Longest}.");
            }

            return await output + await errors;
        }
        finally
        {
            OneAtATime.Release();
        }
    }

    /// <summary>For the import dialogue: 2 is text, 1 is what LibreOffice makes of it.</summary>
    private static string ColumnFormats(string file)
    {
        var text = new SortedDictionary<int, bool>();
        foreach (string line in File.ReadLines(file, Encoding.UTF8).Take(1000))
        {
            string[] cells = line.Split(',');
            for (int i = 0; i < cells.Length; i++)
            {
                text[i] = text.GetValueOrDefault(i) || cells[i].Count(char.IsAsciiDigit) >= DigitsOfText;
            }
        }

        return string.Join('/', text.Select(c => $"{c.Key + 1}/{(c.Value ? 2 : 1)}"));
    }

    private static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/bin")
        .Select(folder => Path.Combine(folder, "soffice")).FirstOrDefault(File.Exists);
}

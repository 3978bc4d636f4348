using System.Runtime.InteropServices;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Host.Tests;

/// <summary>What the verbs write is for the eyes of the program's user alone, even where the umask lets everybody in.</summary>
[NonParallelizable]
public sealed class PrivateFilesTests
{
    private const UnixFileMode OthersMay = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private DirectoryInfo folder = null!;
    private BatchCli cli = null!;
    private int umaskBefore;

    [SetUp]
    public async Task SetUp()
    {
        await TestServer.RequireAsync();
        folder = Directory.CreateTempSubdirectory("batch-private-");
        if (!OperatingSystem.IsWindows())
        {
            // The server of a program that is root passes through.
            File.SetUnixFileMode(folder.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }

        cli = new BatchCli { Data = In("data") };
        umaskBefore = umask(0);
    }

    [TearDown]
    public async Task TearDown()
    {
        _ = umask(umaskBefore);
        await cli.RunAsync("db", "stop");
        folder.Delete(recursive: true);
    }

    [Test, CancelAfter(600_000)]
    public async Task Nobody_else_reads_what_the_verbs_write()
    {
        await DoAsync("generate", "--people", "60", "--month", "2021-06", "--area", "420100", "--seed", "7", "--faults", "0.1", "--out", In("files"));
        string[] files = Directory.GetFiles(In("files"), "*202106.csv");
        await DoAsync(["import", .. files, "--area", "420100", "--month", "2021-06", "--by", "wang"]);
        await DoAsync("fix-pack", "1", "--area", "420100", "--out", In("pack.csv"));
        await DoAsync("allocate", "--area", "420100", "--month", "2021-06", "--by", "wang");
        await DoAsync("approve", "1", "--by", "li");
        await DoAsync("post", "1", "--by", "li");
        await DoAsync("report", "allocation", "--area", "420100", "--month", "2021-06", "--format", "xlsx", "--out", In("report.xlsx"));
        await DoAsync("export-journal", "--area", "420100", "--from", "2021-06", "--to", "2021-06", "--out", In("journal"));
        await DoAsync("db", "backup", In("backup"));
        await DoAsync("db", "backup", In("area"), "--area", "420100");
        await DoAsync("db", "start");
        Directory.CreateDirectory(In("drop/incoming"));
        string dropped = In("drop/incoming/a.csv");
        File.Copy(files[0], dropped);
        File.SetLastWriteTimeUtc(dropped, DateTime.UnixEpoch);
        await cli.RunAsync("drop", "--area", "420100", "--dir", In("drop"), "--by", "wang");
        string[] open = [.. folder.EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Where(f => !OperatingSystem.IsWindows() && (f.UnixFileMode & OthersMay) != 0)
            .Select(f => Path.GetRelativePath(folder.FullName, f.FullName)).Order(StringComparer.Ordinal)];
        // The test's own folders and file; and of the cluster, in its private folder, what root writes for the server's user.
        Assert.That(open.Where(f => f is not ("drop" or "drop/incoming") && !f.EndsWith("a.csv", StringComparison.Ordinal) && !f.StartsWith("data/pg/", StringComparison.Ordinal)), Is.Empty);
        Assert.That(File.Exists(In("pack.csv")) && Directory.GetFiles(In("drop/done")).Length > 1, "there is something to look at");
        if (!OperatingSystem.IsWindows() && Directory.Exists(In("data/pg")))
        {
            Assert.That(File.GetUnixFileMode(In("data/pg")) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute), Is.EqualTo(UnixFileMode.None));
        }
    }

    [Test, CancelAfter(300_000)]
    public async Task A_backup_for_a_recipient_is_read_with_the_identity_and_not_without_it()
    {
        string key = await KeyAsync();
        string recipient = (await File.ReadAllLinesAsync(key)).Single(l => l.StartsWith("# public key: ", StringComparison.Ordinal))["# public key: ".Length..];
        await DoAsync("user", "add", "zhang", "--roles", "administrator", "--by", "setup");
        await DoAsync("db", "backup", In("backup.age"), "--recipient", recipient);
        Assert.That((await File.ReadAllBytesAsync(In("backup.age"))).AsSpan().StartsWith("age-encryption.org/v1"u8), Is.True);
        Assert.That(folder.EnumerateFiles().Select(f => f.Name).Order(StringComparer.Ordinal), Is.EqualTo(new[] { "backup.age", "key" }));
        await DoAsync("db", "reset", "--yes");
        CliResult without = await cli.RunAsync("db", "restore", In("backup.age"), "--yes", "--json");
        Assert.That((without.ExitCode, without.Json.GetProperty("error").GetProperty("code").GetString()), Is.EqualTo((1, "BACKUP_ENCRYPTED")));
        await DoAsync("db", "restore", In("backup.age"), "--identity", key, "--yes");
        CliResult again = await cli.RunAsync("user", "add", "zhang", "--roles", "operator", "--by", "another", "--json");
        Assert.That(again.ExitCode, Is.EqualTo(1), again.ToString());
        CliResult wrong = await cli.RunAsync("db", "backup", In("wrong.age"), "--recipient", "nobody", "--json");
        Assert.That((wrong.ExitCode, wrong.Json.GetProperty("error").GetProperty("code").GetString()), Is.EqualTo((3, "ENCRYPTION")));
        Assert.That(File.Exists(In("wrong.age")), Is.False);
    }

    [Test, CancelAfter(300_000)]
    public async Task A_backup_of_one_area_for_a_recipient_is_read_with_the_identity_and_not_without_it()
    {
        string key = await KeyAsync();
        string recipient = (await File.ReadAllLinesAsync(key)).Single(l => l.StartsWith("# public key: ", StringComparison.Ordinal))["# public key: ".Length..];
        await DoAsync("import", await PayrollAsync("first.csv", 1), "--area", "420100", "--month", "2021-06", "--by", "wang");
        await DoAsync("db", "backup", In("area.age"), "--area", "420100", "--recipient", recipient);
        Assert.That((await File.ReadAllBytesAsync(In("area.age"))).AsSpan().StartsWith("age-encryption.org/v1"u8), Is.True);
        Assert.That(folder.EnumerateFiles().Select(f => f.Name).Order(StringComparer.Ordinal), Is.EqualTo(new[] { "area.age", "first.csv", "key" }));
        await DoAsync("import", await PayrollAsync("second.csv", 2), "--area", "420100", "--month", "2021-06", "--kind", "supplementary", "--by", "wang");
        Assert.That(await CodeAsync("db", "restore", In("area.age"), "--area", "420100", "--yes"), Is.EqualTo((1, "BACKUP_ENCRYPTED")));
        Assert.That(await CodeAsync("db", "restore", In("area.age"), "--area", "420100", "--identity", await OtherKeyAsync(), "--yes"), Is.EqualTo((3, "ENCRYPTION")));
        await DoAsync("submission", "2", "--area", "420100");
        await DoAsync("db", "restore", In("area.age"), "--area", "420100", "--identity", key, "--yes");
        await DoAsync("submission", "1", "--area", "420100");
        Assert.That(await CodeAsync("submission", "2", "--area", "420100"), Is.EqualTo((1, "SUBMISSION_UNKNOWN")));
        await DoAsync("verify", "--all");
        Assert.That(await CodeAsync("db", "backup", In("wrong.age"), "--area", "420100", "--recipient", "nobody"), Is.EqualTo((3, "ENCRYPTION")));
        Assert.That(File.Exists(In("wrong.age")), Is.False);
    }

    private async Task<(int, string?)> CodeAsync(params string[] arguments)
    {
        CliResult result = await cli.RunAsync([.. arguments, "--json"]);
        return (result.ExitCode, result.Json.GetProperty("error").GetProperty("code").GetString());
    }

    private async Task<string> PayrollAsync(string name, int person)
    {
        string number = Batch.Rules.CitizenId.FromDigits17(42_017_219_900_615_000L + person).Full();
        await File.WriteAllLinesAsync(In(name), ["单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额", $"E1,厂,某人,{number},2021-06,5000.00,100.00,400.00"]);
        return In(name);
    }

    private async Task<string> OtherKeyAsync()
    {
        await RunKeygenAsync("other");
        return In("other");
    }

    private async Task<string> KeyAsync()
    {
        if (!File.Exists("/usr/bin/age-keygen"))
        {
            const string Missing = "age is not installed: apt-get install -y age";
            Assert.That(Environment.GetEnvironmentVariable("CI"), Is.Not.EqualTo("true"), Missing);
            Assert.Ignore(Missing);
        }

        await RunKeygenAsync("key");
        return In("key");
    }

    private async Task RunKeygenAsync(string name)
    {
        using System.Diagnostics.Process keygen = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("/usr/bin/age-keygen", ["-o", In(name)]) { RedirectStandardError = true })!;
        await keygen.WaitForExitAsync();
    }

    private string In(string name) => Path.Combine(folder.FullName, name);

    private async Task DoAsync(params string[] arguments)
    {
        CliResult result = await cli.RunAsync(arguments);
        Assert.That(result.ExitCode, Is.Zero, $"{string.Join(' ', arguments)}: {result}");
    }

#pragma warning disable SYSLIB1054, CA5392, IDE1006, SA1300
    [DllImport("libc")]
    private static extern int umask(int mask);
#pragma warning restore SYSLIB1054, CA5392, IDE1006, SA1300
}

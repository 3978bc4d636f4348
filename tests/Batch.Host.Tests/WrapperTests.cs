using System.Diagnostics;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Host.Tests;

/// <summary>What <c>./batch</c> says on a machine without the SDK: nothing is installed by a stranger, and the commands are there to be copied.</summary>
public sealed class WrapperTests
{
    private static readonly string[] Tools = ["bash", "dirname", "readlink", "grep", "mkdir", "touch", "find", "cat"];

    private string folder = "";

    [SetUp]
    public void Create()
    {
        folder = Directory.CreateTempSubdirectory("batch-wrapper-").FullName;
        File.Copy(Path.Combine(BatchCli.Root, "batch"), Path.Combine(folder, "batch"));
        foreach (string tool in Tools)
        {
            File.CreateSymbolicLink(Path.Combine(folder, tool), new[] { "/usr/bin", "/bin" }.Select(d => Path.Combine(d, tool)).First(File.Exists));
        }

        Fake("id", "echo 1000");
    }

    [TearDown]
    public void Delete() => Directory.Delete(folder, recursive: true);

    [Test]
    public async Task Where_no_package_source_has_the_SDK_it_says_how_to_add_one()
    {
        Fake("apt-cache", "exit 100");
        (int exit, string said) = await RunAsync();
        Assert.That(exit, Is.EqualTo(3), said);
        Assert.That(said, Does.Contain("缺少 .NET 10 SDK").And.Contain("The .NET 10 SDK is missing."));
        Assert.That(said, Does.Match("apt-get install -y dotnet-sdk-10\\.0|https://learn\\.microsoft\\.com/"));
    }

    [Test]
    public async Task Where_a_package_source_has_it_it_says_how_to_install_it()
    {
        Fake("apt-cache", "exit 0");
        (int exit, string said) = await RunAsync();
        Assert.That(exit, Is.EqualTo(3), said);
        Assert.That(said, Does.Contain(".NET 10 SDK is missing. Install it: sudo sh -c 'apt-get update && apt-get install -y dotnet-sdk-10.0'"));
    }

    [Test]
    public async Task A_later_SDK_alone_is_not_the_one_that_global_json_asks_for()
    {
        Fake("apt-cache", "exit 0");
        Fake("dotnet", "echo '11.0.100 [/usr/share/dotnet/sdk]'");
        Assert.That((await RunAsync()).Exit, Is.EqualTo(3));
    }

    private void Fake(string name, string does)
    {
        string path = Path.Combine(folder, name);
        File.WriteAllText(path, $"#!/bin/bash\n{does}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private async Task<(int Exit, string Said)> RunAsync()
    {
        var start = new ProcessStartInfo("/bin/bash", [Path.Combine(folder, "batch"), "--version"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = folder;
        using Process process = Process.Start(start)!;
        string said = await process.StandardError.ReadToEndAsync() + await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, said);
    }
}

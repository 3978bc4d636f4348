using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Batch.Jobs.Store;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Store;

/// <summary>Where the embedded cluster lies, when several programs ask for it the first time.</summary>
[NonParallelizable]
[SupportedOSPlatform("linux")]
[Platform("Linux")]
public sealed class ClusterPlaceTests
{
    private const int OwnerOnly = 0x3F;

    /// <summary>
    /// As root the folder has to let the server's user pass. A program that saw it before it does would go to another folder, and there would be two ledgers.
    /// </summary>
    [Test]
    public async Task A_data_folder_is_never_seen_without_its_permissions()
    {
        Assume.That(Environment.IsPrivilegedProcess, "only root runs the server as another user");
        string root = Path.Combine(Path.GetTempPath(), $"batch-place-{Guid.NewGuid():N}");
        // As the program itself does.
        int before = umask(OwnerOnly);
        try
        {
            for (int round = 0; round < 200; round++)
            {
                string parent = Path.Combine(root, round.ToString(CultureInfo.InvariantCulture)), data = Path.Combine(parent, "data");
                Task<UnixFileMode> seen = Task.Run(() => FirstModeOf(data));
                Assert.That(ClusterPlace.For(data).Home, Is.EqualTo(data));
                Assert.That(await seen, Is.EqualTo(PrivateFiles.Passable), $"round {round}");
                Assert.That(Directory.EnumerateDirectories(parent), Is.EqualTo([data]), "nothing else is left");
            }
        }
        finally
        {
            _ = umask(before);
            Directory.Delete(root, recursive: true);
        }
    }

    private static UnixFileMode FirstModeOf(string folder)
    {
        const UnixFileMode missing = (UnixFileMode)(-1);
        long began = Stopwatch.GetTimestamp();
        UnixFileMode mode;
        while ((mode = new DirectoryInfo(folder).UnixFileMode) == missing && Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(20))
        {
        }

        return mode;
    }

#pragma warning disable SYSLIB1054, CA5392, IDE1006, SA1300 // The C library's own name.
    [DllImport("libc")]
    private static extern int umask(int mask);
#pragma warning restore SYSLIB1054, CA5392, IDE1006, SA1300
}

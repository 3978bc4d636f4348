using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Batch.Jobs.Store;

/// <summary>What the class library does not offer of files on Linux: to look at one without following a link, to open one without waiting, names in any bytes.</summary>
internal static class PosixFile
{
    private const int AtCurrent = -100;
    private const int NoFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const uint BasicStats = 0x7FF;
    private const int ReadOnly = 0;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int SetLease = 1024;
    private const int ReadLease = 0;
    private const int NoLease = 2;
    private const int TryAgain = 11;
    private const int TypeMask = 0xF000;
    private const int Regular = 0x8000;
    private const int EntryNameAt = 19;

    // Of O_DIRECTORY and O_NOFOLLOW the values are those of the architecture.
    private static readonly int OpenNoFollow = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;
    private static readonly int OpenDirectory = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x4000 : 0x10000;

    /// <summary>A file as it is found, links not followed. Two that are equal have not changed meanwhile.</summary>
    internal readonly record struct Found(bool IsRegular, bool IsFolder, ulong Inode, long Bytes, long ModifiedSeconds, uint ModifiedNanoseconds);

    /// <summary>Null: there is no such file.</summary>
    internal static Found? Look(string path) => Stat(AtCurrent, Bytes(path), NoFollow);

    internal static Found Look(SafeFileHandle file) => Stat((int)file.DangerousGetHandle(), [0], EmptyPath) ?? throw Fault("statx");

    /// <summary>Opens a file to read it: neither a link nor anything that could keep the opener waiting is followed.</summary>
    /// <exception cref="IOException">It is a link, or cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">This program may not read it.</exception>
    internal static SafeFileHandle Open(string path) => OpenAt(path, ReadOnly | NonBlocking | CloseOnExec | OpenNoFollow);

    /// <summary>A folder held open, so that another put in its place meanwhile is not entered.</summary>
    internal static SafeFileHandle OpenFolder(string path, bool follow) => OpenAt(path, ReadOnly | CloseOnExec | OpenDirectory | (follow ? 0 : OpenNoFollow));

    /// <summary>Where the folder's files are found, whatever it is called by now.</summary>
    internal static string PathOf(SafeFileHandle folder) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/proc/self/fd/{folder.DangerousGetHandle()}");

    /// <summary>Whether somebody has the file open for writing. False also where the file system or another owner does not let us know.</summary>
    internal static bool IsBeingWritten(SafeFileHandle file)
    {
        int descriptor = (int)file.DangerousGetHandle();
        if (fcntl(descriptor, SetLease, ReadLease) == 0)
        {
            _ = fcntl(descriptor, SetLease, NoLease);
            return false;
        }

        return Marshal.GetLastPInvokeError() == TryAgain;
    }

    /// <summary>The names in a folder, as their bytes.</summary>
    internal static List<byte[]> Names(string folder)
    {
        nint stream = opendir(Bytes(folder));
        if (stream == 0)
        {
            throw Fault(folder);
        }

        try
        {
            List<byte[]> names = [];
            for (nint entry; (entry = readdir(stream)) != 0;)
            {
                List<byte> name = [];
                for (int at = EntryNameAt; Marshal.ReadByte(entry, at) is var next && next != 0; at++)
                {
                    name.Add(next);
                }

                if (name is not [(byte)'.'] and not [(byte)'.', (byte)'.'])
                {
                    names.Add([.. name]);
                }
            }

            return names;
        }
        finally
        {
            _ = closedir(stream);
        }
    }

    /// <summary>Gives a file whose name is not UTF-8 another one in the same folder.</summary>
    internal static void Rename(string folder, byte[] name, string to)
    {
        if (rename([.. Encoding.UTF8.GetBytes(folder), (byte)'/', .. name, 0], Bytes(Path.Combine(folder, to))) != 0)
        {
            throw Fault(folder);
        }
    }

    /// <summary>What the program makes from now on is its user's alone.</summary>
    internal static void KeepFilesPrivate()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = umask(0x3F);
        }
    }

    private static SafeFileHandle OpenAt(string path, int flags)
    {
        int descriptor = open(Bytes(path), flags);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Fault(path);
    }

    private static Found? Stat(int folder, byte[] path, int flags)
    {
        byte[] found = new byte[256];
        if (statx(folder, path, flags, BasicStats, found) != 0)
        {
            return null;
        }

        int type = BitConverter.ToUInt16(found, 28) & TypeMask;
        return new Found(
            type == Regular, type == 0x4000, BitConverter.ToUInt64(found, 32), BitConverter.ToInt64(found, 40), BitConverter.ToInt64(found, 112), BitConverter.ToUInt32(found, 120));
    }

    private static Exception Fault(string path)
    {
        const int NotPermitted = 1, NotAllowed = 13;
        int error = Marshal.GetLastPInvokeError();
        string text = $"{path}: {Marshal.GetPInvokeErrorMessage(error)}";
        return error is NotPermitted or NotAllowed ? new UnauthorizedAccessException(text) : new IOException(text, error);
    }

    private static byte[] Bytes(string path) => [.. Encoding.UTF8.GetBytes(path), 0];

#pragma warning disable SYSLIB1054, CA5392, IDE1006, SA1300 // The C library's own names; its calls take nothing that needs generated marshalling.
    [DllImport("libc", SetLastError = true)]
    private static extern int open(byte[] path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int fcntl(int descriptor, int command, nint argument);

    [DllImport("libc", SetLastError = true)]
    private static extern int statx(int folder, byte[] path, int flags, uint mask, byte[] found);

    [DllImport("libc", SetLastError = true)]
    private static extern int rename(byte[] from, byte[] to);

    [DllImport("libc", SetLastError = true)]
    private static extern nint opendir(byte[] path);

    [DllImport("libc", SetLastError = true)]
    private static extern nint readdir(nint stream);

    [DllImport("libc", SetLastError = true)]
    private static extern int closedir(nint stream);

    [DllImport("libc", SetLastError = true)]
    private static extern int umask(int mask);
#pragma warning restore SYSLIB1054, CA5392, IDE1006, SA1300
}

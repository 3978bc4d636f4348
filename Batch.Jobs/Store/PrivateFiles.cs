namespace Batch.Jobs.Store;

/// <summary>Everything that the program writes is its user's alone, whatever the umask that it was called with: files hold what people are paid.</summary>
public static class PrivateFiles
{
    /// <summary>Folders that another user must pass to reach what is its own.</summary>
    internal const UnixFileMode Passable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Files in a private folder that another user reads.</summary>
    internal const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>For this process and those that it starts. Called once, before anything is written.</summary>
    public static void Keep() => PosixFile.KeepFilesPrivate();
}

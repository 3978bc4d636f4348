namespace Batch.Jobs.Store;

/// <summary>
/// A file that appears under its name only when it is whole. Any number of programs may write the same one at once: each has a part of its own,
/// and the last to finish gives the name to its. What a killed program left is swept by the next that writes the file.
/// </summary>
public sealed class UnfinishedFile : IDisposable
{
    private const int BufferBytes = 128 * 1024;
    private const FileShare Others = FileShare.ReadWrite | FileShare.Delete;

    private readonly string _path;

    // Open files carry a shared lock, which a killed program's lose: a program that gets the exclusive lock of a part may delete it.
    private readonly FileStream _alive;

    public UnfinishedFile(string path)
    {
        _path = Path.GetFullPath(path);
        Sweep(_path);
        Part = $"{_path}.part-{Guid.NewGuid():N}";
        _alive = new FileStream(Part, FileMode.CreateNew, FileAccess.ReadWrite, Others);
    }

    /// <summary>Where it is written until it is whole; another program (<c>pg_dump</c>) may write it, too.</summary>
    public string Part { get; }

    public FileStream Open() => new(Part, FileMode.Open, FileAccess.Write, Others, BufferBytes);

    /// <summary>It is whole, and its writers have closed it.</summary>
    public void Finish()
    {
        KillSwitch.Pass(KillPoint.FileBeforeName);
        File.Move(Part, _path, overwrite: true);
        KillSwitch.Pass(KillPoint.FileAfterName);
    }

    public void Dispose()
    {
        File.Delete(Part);
        _alive.Dispose();
    }

    private static void Sweep(string path)
    {
        foreach (string part in Directory.EnumerateFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + ".part-*"))
        {
            try
            {
                using FileStream alone = new(part, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                File.Delete(part);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // Being written, or somebody else's.
            }
        }
    }
}

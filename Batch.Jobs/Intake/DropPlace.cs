using System.Text;
using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Microsoft.Win32.SafeHandles;

namespace Batch.Jobs.Intake;

/// <summary>
/// The folders of a drop folder, made when they are missing and held open while they are worked in: none of them may be a link, and none is exchanged for
/// one meanwhile.
/// </summary>
internal sealed class DropPlace : IDisposable
{
    /// <summary>Behind the name of a claimed file: why it is still there.</summary>
    public const string Word = ".batch.txt";

    private static readonly string[] Unfinished = [".part", ".tmp", ".crdownload", ".filepart"];

    private readonly string _folder;
    private readonly Dictionary<string, SafeFileHandle> _open = [];

    /// <exception cref="DataFaultException">DROP_FOLDER_LINK: one of them is a link.</exception>
    public DropPlace(string folder)
    {
        _folder = folder;
        try
        {
            _open[""] = PosixFile.OpenFolder(folder, follow: true);
            foreach (string name in new[] { "incoming", "claimed", "done", "failed" })
            {
                Hold(name);
            }

            foreach (SubmissionKind kind in Enum.GetValues<SubmissionKind>().Where(k => k != SubmissionKind.Regular))
            {
                Hold("incoming/" + OfKind(kind));
                Hold("claimed/" + OfKind(kind));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Done => At("done");

    public string Failed => At("failed");

    public string Incoming(SubmissionKind kind) => At(Of("incoming", kind));

    public string Claimed(SubmissionKind kind) => At(Of("claimed", kind));

    /// <summary>As people know a path in one of the folders.</summary>
    public string Shown(string path)
    {
        string inside = Path.GetDirectoryName(path)!;
        return Path.Combine(_folder, _open.First(o => PosixFile.PathOf(o.Value) == inside).Key, Path.GetFileName(path));
    }

    /// <summary>Those left claimed first, then the new ones.</summary>
    public IEnumerable<string> Names(SubmissionKind kind) =>
        NamesIn(Claimed(kind)).Where(n => !n.EndsWith(Word, StringComparison.Ordinal)).Concat(NamesIn(Incoming(kind))).Where(n => !IsUnfinished(n)).Distinct();

    private static bool IsUnfinished(string name) => name.StartsWith('.') || Unfinished.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);

    // A name in another encoding than UTF-8 could not be opened under what it is read as: the file gets the name that it means.
    private static IEnumerable<string> NamesIn(string folder)
    {
        List<string> names = [];
        foreach (byte[] bytes in PosixFile.Names(folder))
        {
            string name = Encoding.UTF8.GetString(bytes);
            if (!Encoding.UTF8.GetBytes(name).AsSpan().SequenceEqual(bytes))
            {
                name = Free(folder, Encoding.GetEncoding("GB18030").GetString(bytes).Replace('/', '_'));
                PosixFile.Rename(folder, bytes, name);
            }

            if (PosixFile.Look(Path.Combine(folder, name)) is { IsFolder: false })
            {
                names.Add(name);
            }
        }

        return names.Order(StringComparer.Ordinal);
    }

    private static string Free(string folder, string name)
    {
        string free = name;
        for (int i = 2; PosixFile.Look(Path.Combine(folder, free)) is not null; i++)
        {
            free = FormattableString.Invariant($"{i} {name}");
        }

        return free;
    }

    private void Hold(string name)
    {
        string path = Path.Combine(At(Path.GetDirectoryName(name)!), Path.GetFileName(name));
        if (PosixFile.Look(path) is null)
        {
            Directory.CreateDirectory(path);
        }

        if (PosixFile.Look(path) is not { IsFolder: true })
        {
            throw new DataFaultException(
                "DROP_FOLDER_LINK", $"投递目录中的 {name} 不是目录（可能是链接），不予使用。请改为真正的目录。", $"{name} in the drop folder is no folder (a link, perhaps) and is not used. Make it a folder.");
        }

        _open[name] = PosixFile.OpenFolder(path, follow: false);
    }

    private string At(string name) => PosixFile.PathOf(_open[name]);

    private static string Of(string folder, SubmissionKind kind) => kind == SubmissionKind.Regular ? folder : $"{folder}/{OfKind(kind)}";

    private static string OfKind(SubmissionKind kind) => kind.ToString().ToLowerInvariant();

    public void Dispose()
    {
        foreach (SafeFileHandle folder in _open.Values)
        {
            folder.Dispose();
        }
    }
}

using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;

namespace Batch.Jobs.Store;

/// <summary>Where one embedded cluster lies, and who runs its server.</summary>
/// <param name="Home">Folder of the cluster, of the lock and of the log: the data folder, or a state folder named after it.</param>
/// <param name="SocketDirectory">Private and short: a socket's path has at most 107 bytes.</param>
/// <param name="ServerUser">The unprivileged user when the program runs as root (PostgreSQL refuses to be root), else null.</param>
public sealed record ClusterPlace(string Home, string SocketDirectory, string? ServerUser)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string Cluster => Path.Combine(Home, "pg");
    public string Log => Path.Combine(Cluster, "server.log");

    /// <summary>What PostgreSQL's programs said when the server did not start.</summary>
    internal string FaultFile => Path.Combine(Home, "pg.fault.log");

    internal string LockFile => Path.Combine(Home, "pg.lock");

    /// <summary>Share-locked by every program that uses the server.</summary>
    internal string UsersFile => Path.Combine(Home, "pg.users");

    /// <summary>Written by <c>db start</c>: this start of the server is not stopped by the last verb.</summary>
    internal string KeptFile => Path.Combine(Home, "pg.kept");

    /// <exception cref="EnvironmentException">The data folder cannot be made, or its cluster cannot be reached any more.</exception>
    public static ClusterPlace For(string dataDirectory)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new EnvironmentException(
                "NO_POSTGRESQL",
                "The embedded database runs on Linux and macOS. Name a PostgreSQL server with BATCH_DB or --db.",
                "内置数据库仅支持 Linux 与 macOS。请用 BATCH_DB 或 --db 指定 PostgreSQL 服务器。");
        }

        string data = Path.GetFullPath(dataDirectory).TrimEnd('/');
        string key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(data)))[..8];
        MakeFolder(data);
        string? user = Environment.IsPrivilegedProcess ? OwnerOf(Path.Combine(data, "pg")) ?? UnprivilegedUser() : null;
        string home;
        try
        {
            home = HomeFor(data, key, user);
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            throw FolderFault(data, fault);
        }

        // Only root can make anything in /run, and nobody else can enter what we make in /tmp: no other user can pose as our server.
        string socket = user is null ? $"/tmp/batch-{key}" : $"/run/batch-{key}";
        return new ClusterPlace(home, socket, user);
    }

    [UnsupportedOSPlatform("windows")]
    private static string HomeFor(string data, string key, string? user)
    {
        bool reachable = user is null ? KeepsPermissions(data) : OthersReach(data);
        if (reachable)
        {
            return data;
        }

        if (Directory.Exists(Path.Combine(data, "pg")))
        {
            // An empty new ledger elsewhere would be the worst answer to a changed permission.
            throw new EnvironmentException(
                "DATA_FOLDER",
                $"The database in {data} cannot be reached any more by the user that runs it ({user ?? Environment.UserName}). Give back the permission to enter the folder.",
                $"运行数据库的用户（{user ?? Environment.UserName}）无法再进入 {data}。请恢复该目录的进入权限。");
        }

        string state = user is null
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local/state/batch", key)
            : Path.Combine("/var/lib/batch-embedded", key);
        MakeFolder(state);
        string note = Path.Combine(state, "data-folder");
        if (!File.Exists(note))
        {
            File.WriteAllText(note, data + "\n");
        }

        return state;
    }

    /// <summary>Every folder on the way lets strangers pass, so the unprivileged user gets to the cluster, which is its own.</summary>
    [UnsupportedOSPlatform("windows")]
    private static bool OthersReach(string folder)
    {
        for (string? at = folder; at is not null; at = Path.GetDirectoryName(at))
        {
            if (!File.GetUnixFileMode(at).HasFlag(UnixFileMode.OtherExecute))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>PostgreSQL refuses a data folder that others may read; some mounted file systems cannot say so.</summary>
    [UnsupportedOSPlatform("windows")]
    private static bool KeepsPermissions(string folder)
    {
        if (File.Exists(Path.Combine(folder, "pg", "PG_VERSION")))
        {
            return true;
        }

        string probe = Path.Combine(folder, $"pg.probe-{Environment.ProcessId}");
        Directory.CreateDirectory(probe, OwnerOnly);
        try
        {
            return File.GetUnixFileMode(probe) == OwnerOnly;
        }
        finally
        {
            Directory.Delete(probe);
        }
    }

    /// <summary>Who made the cluster that is there: root may look after another user's; null: there is none, or it is root's own.</summary>
    private static string? OwnerOf(string cluster)
    {
        if (!Directory.Exists(cluster))
        {
            return null;
        }

        string owner = ServerCommand.Read("/usr/bin/stat", "-c", "%U", "--", cluster).Trim();
        return owner is "" or "root" or "UNKNOWN" ? null : owner;
    }

    private static string UnprivilegedUser()
    {
        var names = File.ReadLines("/etc/passwd").Select(line => line.Split(':')[0]).ToHashSet();
        return names.Contains("postgres") ? "postgres" : "nobody";
    }

    private static void MakeFolder(string folder)
    {
        try
        {
            string? parent = Path.GetDirectoryName(folder);
            if (Directory.Exists(folder))
            {
                return;
            }

            if (parent is not null)
            {
                MakeFolder(parent);
            }

            if (!OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess)
            {
                MakePassable(folder);
                return;
            }

            Directory.CreateDirectory(folder);
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            throw FolderFault(folder, fault);
        }
    }

    /// <summary>
    /// The server runs as another user, who passes through to the cluster and can list nothing. The folder gets its name only with its permissions: a program
    /// that saw it without them would take it for one that cannot be reached, and make a second cluster elsewhere.
    /// </summary>
    [UnsupportedOSPlatform("windows")]
    private static void MakePassable(string folder)
    {
        string fresh = $"{folder}.new-{Guid.NewGuid():N}";
        Directory.CreateDirectory(fresh);
        File.SetUnixFileMode(fresh, PrivateFiles.Passable);
        try
        {
            Directory.Move(fresh, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            // Another program made it at the same moment.
            Directory.Delete(fresh);
        }
    }

    internal static EnvironmentException FolderFault(string folder, Exception fault) => new(
        "DATA_FOLDER",
        $"The folder {folder} cannot be made or written: {fault.Message} Name another with --data or BATCH_DATA.",
        $"目录 {folder} 无法建立或写入：{fault.Message} 请用 --data 或 BATCH_DATA 指定其他目录。",
        fault);

    /// <summary>Makes a folder that only the server's user may enter.</summary>
    internal async Task MakePrivateAsync(string folder, CancellationToken cancellation)
    {
        if (ServerUser is null)
        {
            if (!OperatingSystem.IsWindows() && !IsOurs(folder))
            {
                throw FolderFault(folder, new IOException("It exists and belongs to somebody else."));
            }

            return;
        }

        ServerCommand.Outcome outcome = await ServerCommand.RunAsync(
            "/usr/bin/install", ["-d", "-m", "0700", "-o", ServerUser, "--", folder], user: null, cancellation);
        if (outcome.ExitCode != 0)
        {
            throw FolderFault(folder, new IOException(outcome.Text));
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static bool IsOurs(string folder)
    {
        Directory.CreateDirectory(folder, OwnerOnly);
        try
        {
            // Only its owner can list a folder with these permissions.
            bool isLink = new DirectoryInfo(folder).LinkTarget is not null;
            return !isLink && File.GetUnixFileMode(folder) == OwnerOnly && Directory.EnumerateFileSystemEntries(folder).Count() >= 0;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}

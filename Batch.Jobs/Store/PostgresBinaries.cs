using System.Globalization;
using System.Text.RegularExpressions;

namespace Batch.Jobs.Store;

/// <summary>One installed set of PostgreSQL programs (postgres, initdb, pg_ctl, pg_dump, pg_restore).</summary>
public sealed partial record PostgresBinaries(string Directory, int Major)
{
    /// <summary>The SQL is written for this major version and later.</summary>
    public const int OldestMajor = 15;

    public const string InstallCommand = "apt-get update && apt-get install -y postgresql";

    /// <summary>Where the packages of the common distributions put them, with the version in the path.</summary>
    private static readonly string[] VersionedParents = ["/usr/lib/postgresql", "/usr"];

    public string PathOf(string program) => Path.Combine(Directory, program);

    /// <summary>
    /// The programs for a cluster of the given major version, or the newest for a new cluster. <c>BATCH_PG_BIN</c> names them; without it
    /// the usual folders are looked through.
    /// </summary>
    /// <exception cref="EnvironmentException">There are none, or none that can open the cluster.</exception>
    public static PostgresBinaries Find(int? clusterMajor)
    {
        string? named = Environment.GetEnvironmentVariable("BATCH_PG_BIN");
        List<PostgresBinaries> found = string.IsNullOrEmpty(named) ? Installed() : [Named(named)];
        found.RemoveAll(b => b.Major < OldestMajor);
        if (found.Count == 0)
        {
            throw Missing();
        }

        return clusterMajor is not { } major
            ? found.MaxBy(b => b.Major)!
            : found.Find(b => b.Major == major) ?? throw WrongVersion(major, found);
    }

    private static PostgresBinaries Named(string folder)
    {
        if (!File.Exists(Path.Combine(folder, "postgres")) || !File.Exists(Path.Combine(folder, "initdb")))
        {
            throw new EnvironmentException(
                "NO_POSTGRESQL",
                $"BATCH_PG_BIN is {folder}, but there are no PostgreSQL programs (postgres, initdb) in it. Correct it, or unset it and install: {InstallCommand}",
                $"BATCH_PG_BIN 指向 {folder}，其中没有 PostgreSQL 程序（postgres、initdb）。请改正，或取消该变量并安装：{InstallCommand}");
        }

        string version = ServerCommand.Read(Path.Combine(folder, "postgres"), "--version");
        Match match = VersionNumber().Match(version);
        return new PostgresBinaries(folder, match.Success ? int.Parse(match.ValueSpan, CultureInfo.InvariantCulture) : 0);
    }

    private static List<PostgresBinaries> Installed()
    {
        var found = new List<PostgresBinaries>();
        foreach (string parent in VersionedParents.Where(System.IO.Directory.Exists))
        {
            string pattern = parent == "/usr" ? "pgsql-*" : "*";
            foreach (string version in System.IO.Directory.EnumerateDirectories(parent, pattern))
            {
                string bin = Path.Combine(version, "bin");
                string digits = Path.GetFileName(version).Replace("pgsql-", "", StringComparison.Ordinal);
                if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int major)
                    && File.Exists(Path.Combine(bin, "postgres")) && File.Exists(Path.Combine(bin, "initdb")))
                {
                    found.Add(new PostgresBinaries(bin, major));
                }
            }
        }

        return found;
    }

    private static EnvironmentException Missing() => new(
        "NO_POSTGRESQL",
        $"PostgreSQL {OldestMajor} or later is not installed. Install it ({InstallCommand}), or name a server with BATCH_DB or --db.",
        $"未安装 PostgreSQL {OldestMajor} 或更高版本。请安装（{InstallCommand}），或用 BATCH_DB / --db 指定数据库服务器。");

    private static EnvironmentException WrongVersion(int major, List<PostgresBinaries> found)
    {
        string have = string.Join(", ", found.Select(b => b.Major).Order());
        return new EnvironmentException(
            "POSTGRESQL_VERSION",
            $"The data was made by PostgreSQL {major}, but only {have} is installed. Install postgresql-{major} (or back up there, then restore here).",
            $"数据由 PostgreSQL {major} 建立，但只安装了 {have}。请安装 postgresql-{major}（或在原环境备份后在此恢复）。");
    }

    [GeneratedRegex(@"\d+")]
    private static partial Regex VersionNumber();
}

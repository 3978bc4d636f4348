using System.Globalization;

namespace Batch.Jobs.Store;

/// <summary>Makes a cluster's files and writes the settings that it starts with.</summary>
internal static class ClusterFiles
{
    /// <summary>The cluster's superuser: the embedded server's administrator. Only the user that runs the program may log in as it.</summary>
    internal const string AdminRole = "batch_admin";

    /// <summary>Raised when the settings below change, so that existing clusters take them at their next start.</summary>
    private const int SettingsRevision = 2;

    /// <summary>Major version of an existing cluster; null: there is none yet.</summary>
    internal static int? MajorOf(ClusterPlace place)
    {
        string version = Path.Combine(place.Cluster, "PG_VERSION");
        try
        {
            return File.Exists(version) ? int.Parse(File.ReadAllText(version).Trim(), NumberStyles.None, CultureInfo.InvariantCulture) : null;
        }
        catch (UnauthorizedAccessException fault)
        {
            throw ClusterPlace.FolderFault(place.Cluster, fault);
        }
    }

    /// <summary>
    /// Makes the cluster under a name of its own and moves it into place when it is whole: a program killed midway leaves a folder that is
    /// thrown away, never a half-made cluster that looks like one.
    /// </summary>
    internal static async Task CreateAsync(ClusterPlace place, PostgresBinaries binaries, CancellationToken cancellation)
    {
        foreach (string abandoned in Directory.EnumerateDirectories(place.Home, "pg.new-*"))
        {
            Discard(abandoned);
        }

        string fresh = Path.Combine(place.Home, $"pg.new-{Guid.NewGuid():N}");
        await place.MakePrivateAsync(fresh, cancellation);
        string[] arguments = ["-D", fresh, "-U", AdminRole, "-A", "peer", "-E", "UTF8", "--locale=C", "--no-instructions"];
        ServerCommand.Outcome outcome = await ServerCommand.RunAsync(binaries.PathOf("initdb"), arguments, place.ServerUser, cancellation);
        if (outcome.ExitCode != 0)
        {
            Discard(fresh);
            throw ServerFault.From("initdb", outcome.Text, place);
        }

        await File.AppendAllTextAsync(Path.Combine(fresh, "postgresql.conf"), "\ninclude 'batch.conf'\n", cancellation);
        Directory.Move(fresh, place.Cluster);
    }

    /// <summary>The initdb of a killed program may still be at work in it or be clearing it away itself: what is left goes another time.</summary>
    private static void Discard(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            return;
        }
    }

    /// <summary>
    /// Writes who may log in: the administrator and the program, as the system's users that run the program; others by their password. True: it was not so yet.
    /// </summary>
    internal static async Task<bool> AdmitAsync(ClusterPlace place, CancellationToken cancellation)
    {
        string admit = $"local all {AdminRole} peer map=batch\nlocal all {ProgramLogin.Embedded} peer map=batch\nlocal all all scram-sha-256\n";
        IEnumerable<string> users = new[] { "root", place.ServerUser ?? Environment.UserName }.Distinct();
        string map = string.Concat(users.Select(user => $"batch \"{user}\" {AdminRole}\nbatch \"{user}\" {ProgramLogin.Embedded}\n"));
        return await WriteIfChangedAsync(Path.Combine(place.Cluster, "pg_hba.conf"), admit, cancellation)
            | await WriteIfChangedAsync(Path.Combine(place.Cluster, "pg_ident.conf"), map, cancellation);
    }

    /// <summary>Writes who may log in and the settings, unless they stand there already.</summary>
    internal static async Task ConfigureAsync(ClusterPlace place, PostgresBinaries binaries, CancellationToken cancellation)
    {
        await AdmitAsync(place, cancellation);
        string settings = Path.Combine(place.Cluster, "batch.conf");
        string heading = $"# Written by the program, revision {SettingsRevision} for PostgreSQL {binaries.Major}; your own go into postgresql.auto.conf (ALTER SYSTEM).";
        if (!File.Exists(settings) || File.ReadLines(settings).FirstOrDefault() != heading)
        {
            bool lz4 = await AcceptsAsync(place, binaries, "wal_compression=lz4", cancellation)
                && await AcceptsAsync(place, binaries, "default_toast_compression=lz4", cancellation);
            await WriteAsync(settings, heading + "\n" + Settings(lz4), cancellation);
        }
    }

    private static string Settings(bool lz4)
    {
        long memoryMiB = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20;
        long sharedMiB = Math.Clamp(memoryMiB / 8, 64, 512);
        // Parallel queries share memory through /dev/shm; containers often give it a few megabytes only.
        bool roomyShm = Directory.Exists("/dev/shm") && new DriveInfo("/dev/shm").TotalSize >= 512L << 20;
        int processors = Environment.ProcessorCount;
        return string.Create(CultureInfo.InvariantCulture, $"""
            listen_addresses = ''
            max_connections = 100
            unix_socket_permissions = 0777  # the folder around it is private
            shared_buffers = {sharedMiB}MB
            work_mem = {Math.Clamp(memoryMiB / 32, 16, 128)}MB
            maintenance_work_mem = {sharedMiB}MB
            dynamic_shared_memory_type = {(roomyShm ? "posix" : "mmap")}
            # A COPY into a table made in the same transaction skips the log; fsync and synchronous_commit stay on: this is money.
            wal_level = minimal
            max_wal_senders = 0
            fsync = on
            synchronous_commit = on
            wal_compression = {(lz4 ? "lz4" : "on")}
            default_toast_compression = {(lz4 ? "lz4" : "pglz")}
            min_wal_size = 256MB
            max_wal_size = 8GB
            checkpoint_timeout = 15min
            checkpoint_completion_target = 0.9
            random_page_cost = 1.1
            jit = off
            max_worker_processes = {processors + 6}
            max_parallel_workers = {processors}
            max_parallel_workers_per_gather = {Math.Clamp(processors / 2, 1, 4)}
            max_parallel_maintenance_workers = {Math.Clamp(processors / 2, 1, 4)}
            max_locks_per_transaction = 256  # one partition per month and table
            client_connection_check_interval = '2s'
            autovacuum = on
            logging_collector = off
            log_error_verbosity = terse  # DETAIL and CONTEXT may hold personal data
            log_line_prefix = '%m [%p] %a '
            log_timezone = 'Asia/Shanghai'
            timezone = 'Asia/Shanghai'
            lc_messages = 'C'

            """);
    }

    private static async Task<bool> AcceptsAsync(ClusterPlace place, PostgresBinaries binaries, string setting, CancellationToken cancellation)
    {
        string name = setting.Split('=')[0];
        // The settings file is included by the configuration that this reads, so it has to be there.
        string settings = Path.Combine(place.Cluster, "batch.conf");
        if (!File.Exists(settings))
        {
            await WriteAsync(settings, "", cancellation);
        }

        ServerCommand.Outcome outcome = await ServerCommand.RunAsync(
            binaries.PathOf("postgres"), ["-C", name, "-D", place.Cluster, "-c", setting], place.ServerUser, cancellation);
        return outcome.ExitCode == 0;
    }

    private static async Task<bool> WriteIfChangedAsync(string path, string text, CancellationToken cancellation)
    {
        if (File.Exists(path) && await File.ReadAllTextAsync(path, cancellation) == text)
        {
            return false;
        }

        await WriteAsync(path, text, cancellation);
        return true;
    }

    // Root writes it and the server's user reads it; the folder around it is private.
    private static async Task WriteAsync(string path, string text, CancellationToken cancellation)
    {
        await File.WriteAllTextAsync(path, text, cancellation);
        if (!OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess)
        {
            File.SetUnixFileMode(path, PrivateFiles.Readable);
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using Batch.Jobs.Store;
using Batch.Testing;
using Npgsql;

namespace Batch.Crash;

/// <summary>
/// The embedded server that a campaign torments, fsync on: in a folder of its own, on a disk of its own when this machine lets us mount one, so that it
/// can be filled.
/// </summary>
public sealed class CrashServer : IAsyncDisposable
{
    private const string Template = "crash_template";
    private readonly string _folder;
    private readonly string? _mounted;
    private NpgsqlConnectionStringBuilder _text = new();
    private string _cluster = "";

    private CrashServer(string folder, string? mounted) => (_folder, _mounted) = (folder, mounted);

    /// <summary>Why the disk cannot be filled; null: it can.</summary>
    public string? NoDisk { get; private init; }

    public string Data => Path.Combine(_folder, "data");

    public string Files => Path.Combine(_folder, "files");

    private string Filler => Path.Combine(Data, "filler");

    public static async Task<CrashServer> StartAsync()
    {
        string folder = Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"batch-crash-{Environment.ProcessId}"));
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        Directory.CreateDirectory(Path.Combine(folder, "files"));
        string? mounted = await MountAsync(folder);
        CrashServer server = new(folder, mounted) { NoDisk = mounted is null ? "no disk of its own can be mounted here" : null };
        await server.KeepAsync();
        await server.ExecuteAsync("ALTER SYSTEM SET max_wal_size = '128MB'");
        await server.ExecuteAsync("SELECT pg_reload_conf()");
        if (await server.ScalarAsync<string>("SHOW fsync") != "on")
        {
            throw new InvalidOperationException("The server does not write through to the disk.");
        }

        return server;
    }

    /// <summary>A program of its own, which compiles as little as it can before it dies.</summary>
    public BatchCli Cli(string? killAt = null) => new()
    {
        Data = Data,
        Environment = new() { ["BATCH_KILL_AT"] = killAt, ["DOTNET_TieredCompilation"] = "1", ["DOTNET_TieredPGO"] = "0" },
    };

    /// <summary>A verb that nothing is to happen to, in this process: another program than the one that died, and much sooner there.</summary>
    public Task<CliResult> DoAsync(params string[] arguments) => InProcess.RunAsync([.. arguments, "--data", Data]);

    /// <summary>Sees to it that the server runs and stays.</summary>
    public async Task KeepAsync()
    {
        await RequireAsync("db", "start");
        _text = ConnectionText.Parse((await RequireAsync("db", "url", "--json")).Json.GetProperty("url").GetString()!);
        _text.Pooling = false;
        _cluster = await ScalarAsync<string>("SHOW data_directory");
    }

    /// <summary>A new database for a life: empty, or as it is before the first file comes in.</summary>
    public async Task BeginAsync(bool fresh)
    {
        await ExecuteAsync("DROP DATABASE IF EXISTS batch_restore WITH (FORCE)");
        await ExecuteAsync("DROP DATABASE IF EXISTS batch_replaced WITH (FORCE)");
        if (!fresh && await ScalarAsync<long>($"SELECT count(*) FROM pg_database WHERE datname = '{Template}'") == 0)
        {
            await BeginAsync(fresh: true);
            await OpenAreaAsync();
            await ExecuteAsync($"CREATE DATABASE {Template} OWNER {Roles.Owner} TEMPLATE batch");
        }

        await ExecuteAsync("DROP DATABASE IF EXISTS batch WITH (FORCE)");
        await ExecuteAsync($"CREATE DATABASE batch OWNER {Roles.Owner} TEMPLATE {(fresh ? "template0" : Template)}");
    }

    /// <summary>Makes the area and seals nothing: seals made now would be numbered before those that an undisturbed life makes at its end.</summary>
    public Task OpenAreaAsync() => RequireAsync("db", "migrate", "--area", Life.Area);

    public async Task<NpgsqlConnection> OpenAsync(string database)
    {
        NpgsqlConnection connection = new(new NpgsqlConnectionStringBuilder(_text.ConnectionString) { Database = database, ApplicationName = "crash" }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using NpgsqlConnection connection = await OpenAsync("postgres");
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using NpgsqlConnection connection = await OpenAsync("postgres");
        await using NpgsqlCommand command = new(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public int Postmaster() => int.Parse(File.ReadLines(Path.Combine(_cluster, "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    /// <summary>Leaves so much of the disk.</summary>
    public async Task FillAsync(long leave)
    {
        long free = new DriveInfo(_mounted!).AvailableFreeSpace;
        await Shell.RunAsync("fallocate", "-l", Math.Max(4096, free - leave).ToString(CultureInfo.InvariantCulture), Filler);
    }

    public void Unfill() => File.Delete(Filler);

    public async ValueTask DisposeAsync()
    {
        await DoAsync("db", "stop");
        KeptLogs.KeepFile("server", Path.Combine(_cluster, "server.log"));
        if (_mounted is not null)
        {
            await UnmountAsync(_mounted);
        }

        Directory.Delete(_folder, recursive: true);
    }

    public async Task<CliResult> RequireAsync(params string[] arguments)
    {
        CliResult result = await DoAsync(arguments);
        return result.ExitCode == 0 ? result : throw new InvalidOperationException($"batch {string.Join(' ', arguments)}: {result}");
    }

    // What was killed last may still be leaving it.
    private static async Task UnmountAsync(string folder)
    {
        for (int attempt = 0; attempt < 50; attempt++)
        {
            if (await Shell.RunAsync("umount", folder) == 0)
            {
                return;
            }

            await Task.Delay(200);
        }

        await Shell.RunAsync("umount", "--lazy", folder);
    }

    // A file system in a file is as slow and as full as a real one; where that is not allowed, one in memory.
    private static async Task<string?> MountAsync(string folder)
    {
        string data = Path.Combine(folder, "data"), image = Path.Combine(folder, "disk");
        await using (FileStream disk = File.Create(image))
        {
            disk.SetLength(900L << 20);
        }

        if (await Shell.RunAsync("mkfs.ext4", "-q", "-F", image) == 0 && await Shell.RunAsync("mount", "-o", "loop", image, data) == 0)
        {
            return data;
        }

        File.Delete(image);
        return await Shell.RunAsync("mount", "-t", "tmpfs", "-o", "size=900m,mode=755", "tmpfs", data) == 0 ? data : null;
    }
}

/// <summary>Small programs of the system.</summary>
public static class Shell
{
    /// <summary>The exit code; 127 when there is no such program.</summary>
    public static async Task<int> RunAsync(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return 127;
        }
    }

    public static Task SignalAsync(string signal, int process) => RunAsync("kill", signal, process.ToString(CultureInfo.InvariantCulture));
}

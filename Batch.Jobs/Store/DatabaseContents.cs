using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>The contents of the database as a whole: thrown away, backed up, restored.</summary>
public static class DatabaseContents
{
    private const string Incoming = "batch_restore";
    private const string Outgoing = "batch_replaced";
    private const string PutAside = "replaced_";
    private const string NoSecrets = "--exclude-table-data=batch.program_login";
    private const string RestoreLock = "hashtext('batch.restore')";

    /// <summary>Begins anew with an empty database. Other sessions on it are ended.</summary>
    public static async Task ResetAsync(DatabaseConnection connection, CancellationToken cancellation)
    {
        if (connection.Server is null)
        {
            await DropSchemasAsync(connection, cancellation);
        }
        else
        {
            await using NpgsqlConnection admin = await connection.OpenAdminAsync(EmbeddedDatabases.Maintenance, cancellation);
            await EmbeddedDatabases.ExecuteAsync(admin, $"DROP DATABASE IF EXISTS {DatabaseConnection.EmbeddedDatabase} WITH (FORCE)", cancellation);
            await EmbeddedDatabases.EnsureAsync(connection, DatabaseConnection.EmbeddedDatabase, cancellation);
        }

        await connection.RenewAsync(cancellation);
    }

    /// <summary>
    /// On a server that is not ours the database stays; our schemas go, each in a transaction of its own (a lock per table is held). The one with the
    /// list of what is there goes last: killed before, the next one knows what is left.
    /// </summary>
    private static async Task DropSchemasAsync(DatabaseConnection connection, CancellationToken cancellation)
    {
        await DropAsync(connection, await SchemasAsync(connection, PutAside, cancellation), cancellation);
        await DropAsync(connection, await SchemasAsync(connection, "", cancellation), cancellation);
    }

    private static async Task DropAsync(DatabaseConnection connection, IEnumerable<string> schemas, CancellationToken cancellation)
    {
        foreach (string schema in schemas)
        {
            await using NpgsqlCommand drop = connection.Owner.CreateCommand($"DROP SCHEMA IF EXISTS {schema} CASCADE");
            await drop.ExecuteNonQueryAsync(cancellation);
        }
    }

    /// <summary>
    /// Our schemas that are there, or those that a restore has put aside; the one with the list comes last. Databases made before 063_one_job_engine.sql, and
    /// backups of them, also have a schema quartz.
    /// </summary>
    private static Task<List<string>> SchemasAsync(DatabaseConnection connection, string prefix, CancellationToken cancellation) => connection.Owner.ReadAsync(
        "SELECT nspname::text FROM pg_namespace WHERE nspname ~ ('^' || $1 || '(area_[0-9]{6}|quartz|hangfire|batch)$') ORDER BY nspname = $1 || 'batch', nspname",
        r => r.GetString(0), cancellation, prefix);

    /// <summary>Writes one consistent picture of the database; the file appears under its name only when it is whole.</summary>
    /// <param name="recipient">Encrypted for this key, on its way: nothing of it is written plain. Null: not encrypted.</param>
    public static async Task BackupAsync(DatabaseConnection connection, string file, string? recipient, CancellationToken cancellation)
    {
        // A killed program's pg_dump may still be writing: its file has lost its name.
        using UnfinishedFile unfinished = new(file);
        if (recipient is null)
        {
            await RunAsync(connection, "pg_dump", ["-Fc", NoSecrets, "--file", unfinished.Part], connection.Text.Database!, cancellation);
        }
        else
        {
            using Process encrypting = Age.Encrypting(recipient, unfinished.Part);
            await Age.EndAsync(encrypting, RunAsync(Start(connection, "pg_dump", ["-Fc", NoSecrets], connection.Text.Database!, output: true), dump => Age.PumpAsync(dump, encrypting, cancellation), cancellation), cancellation);
        }

        unfinished.Finish();
    }

    /// <summary>
    /// Replaces the contents by a backup's, or leaves them as they are. Embedded: restored beside the present database and swapped in when whole. On
    /// another server: the present schemas are put aside and the backup's made in one transaction.
    /// </summary>
    /// <param name="identity">The file with the key that an encrypted backup is read with; null: it is not encrypted.</param>
    public static async Task RestoreAsync(DatabaseConnection connection, string file, string? identity, CancellationToken cancellation)
    {
        if (connection.Server is null)
        {
            await ReplaceSchemasAsync(connection, file, identity, cancellation);
        }
        else
        {
            await using NpgsqlConnection admin = await connection.OpenAdminAsync(EmbeddedDatabases.Maintenance, cancellation);
            // Held by the session that swaps: a session that has lost it swaps nothing, above all not what another is in the middle of restoring.
            await EmbeddedDatabases.ExecuteAsync(admin, $"SELECT pg_advisory_lock({RestoreLock})", cancellation);
            await EmbeddedDatabases.ExecuteAsync(admin, $"DROP DATABASE IF EXISTS {Incoming} WITH (FORCE)", cancellation);
            await EmbeddedDatabases.EnsureAsync(connection, Incoming, cancellation);
            await UnpackAsync(connection, ["--exit-on-error"], (file, identity), Incoming, cancellation);
            await using (NpgsqlDataSource incoming = connection.OwnerOf(Incoming))
            {
                // A backup of a newer program, or one with changed scripts, is refused here: the present contents stay.
                await Migrator.MigrateAsync(incoming, cancellation);
            }

            KillSwitch.Pass(KillPoint.RestoreBeforeSwap);
            await SwapAsync(connection, admin, cancellation);
            KillSwitch.Pass(KillPoint.RestoreAfterSwap);
        }

        await connection.RenewAsync(cancellation);
    }

    private static async Task ReplaceSchemasAsync(DatabaseConnection connection, string file, string? identity, CancellationToken cancellation)
    {
        // Put aside by one that was killed before it could throw them away.
        await DropAsync(connection, await SchemasAsync(connection, PutAside, cancellation), cancellation);
        List<string> present = await SchemasAsync(connection, "", cancellation);
        string folder = Directory.CreateTempSubdirectory("batch-restore-").FullName;
        try
        {
            string before = Path.Combine(folder, "before.sql"), contents = Path.Combine(folder, "contents.sql");
            await UnpackAsync(connection, ["--file", contents], (file, identity), null, cancellation);
            await File.WriteAllLinesAsync(before, [$"SET ROLE {Roles.Owner};", .. present.Select(s => $"ALTER SCHEMA {s} RENAME TO {PutAside}{s};"), "RESET ROLE;"], cancellation);
            KillSwitch.Pass(KillPoint.RestoreBeforeSwap);
            await RunScriptsAsync(connection, cancellation, before, contents);
            KillSwitch.Pass(KillPoint.RestoreAfterSwap);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        await AcceptAsync(connection, cancellation);
        await DropAsync(connection, await SchemasAsync(connection, PutAside, cancellation), cancellation);
    }

    // A backup of a newer program, or one with changed scripts, is refused: what was there comes back.
    private static async Task AcceptAsync(DatabaseConnection connection, CancellationToken cancellation)
    {
        try
        {
            await Migrator.MigrateAsync(connection.Owner, cancellation);
        }
        catch (Exception fault) when (fault is not NpgsqlException and not OperationCanceledException)
        {
            IEnumerable<string> back = (await SchemasAsync(connection, "", cancellation)).Select(s => $"DROP SCHEMA {s} CASCADE")
                .Concat((await SchemasAsync(connection, PutAside, cancellation)).Select(s => $"ALTER SCHEMA {s} RENAME TO {s[PutAside.Length..]}"));
            await using NpgsqlCommand command = connection.Owner.CreateCommand(string.Join("; ", back));
            await command.ExecuteNonQueryAsync(cancellation);
            throw;
        }
    }

    /// <summary>All of them or nothing, in one transaction.</summary>
    internal static Task RunScriptsAsync(DatabaseConnection connection, CancellationToken cancellation, params string[] files) => RunAsync(
        connection, "psql",
        ["--no-psqlrc", "--quiet", "--output", "/dev/null", "--single-transaction", "--set", "ON_ERROR_STOP=1", .. files.SelectMany(f => new[] { "--file", f })],
        connection.Text.Database!, cancellation);

    private static async Task SwapAsync(DatabaseConnection connection, NpgsqlConnection admin, CancellationToken cancellation)
    {
        await connection.StopWatchingAsync();
        connection.Program.Clear();
        const string present = DatabaseConnection.EmbeddedDatabase;
        await EmbeddedDatabases.ExecuteAsync(admin, $"DROP DATABASE IF EXISTS {Outgoing} WITH (FORCE)", cancellation);
        await EmbeddedDatabases.ExecuteAsync(
            admin, $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ('{present}', '{Incoming}')", cancellation);
        // Both renames or neither: a program killed here leaves the old contents or the new.
        await EmbeddedDatabases.ExecuteAsync(
            admin, $"BEGIN; ALTER DATABASE {present} RENAME TO {Outgoing}; ALTER DATABASE {Incoming} RENAME TO {present}; COMMIT", cancellation);
        await EmbeddedDatabases.ExecuteAsync(admin, $"DROP DATABASE IF EXISTS {Outgoing} WITH (FORCE)", cancellation);
    }

    /// <summary>pg_restore over a backup, decrypted on its way where it is encrypted.</summary>
    private static async Task UnpackAsync(DatabaseConnection connection, string[] arguments, (string File, string? Identity) backup, string? database, CancellationToken cancellation)
    {
        if (backup.Identity is null)
        {
            Age.RefuseEncrypted(backup.File);
            await RunAsync(connection, "pg_restore", [.. arguments, .. database is null ? Array.Empty<string>() : ["--jobs", "2"], backup.File], database, cancellation);
            return;
        }

        using Process decrypting = Age.Decrypting(backup.Identity, backup.File);
        await Age.EndAsync(decrypting, RunAsync(Start(connection, "pg_restore", arguments, database, input: true), restore => Age.PumpAsync(decrypting, restore, cancellation), cancellation), cancellation);
    }

    /// <param name="database">Null: the tool needs none.</param>
    /// <summary>Runs one of PostgreSQL's tools as the user of this program; the server and the password go by environment, not by argument.</summary>
    internal static Task RunAsync(DatabaseConnection connection, string tool, string[] arguments, string? database, CancellationToken cancellation) =>
        RunAsync(Start(connection, tool, arguments, database), null, cancellation);

    /// <summary>Runs pg_dump over this database; what it writes goes into a stream.</summary>
    internal static Task DumpAsync(DatabaseConnection connection, string[] arguments, Stream output, CancellationToken cancellation) => RunAsync(
        Start(connection, "pg_dump", arguments, connection.Text.Database!, output: true), dump => dump.StandardOutput.BaseStream.CopyToAsync(output, cancellation), cancellation);

    private static ProcessStartInfo Start(DatabaseConnection connection, string tool, string[] arguments, string? database, bool input = false, bool output = false)
    {
        PostgresBinaries binaries = connection.Server?.Binaries ?? PostgresBinaries.Find(null);
        NpgsqlConnectionStringBuilder text = connection.Text;
        var start = new ProcessStartInfo(binaries.PathOf(tool), database is null ? arguments : ["--dbname", database, "--no-password", .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardInput = input,
            RedirectStandardOutput = output,
        };
        start.Environment["PGHOST"] = text.Host;
        start.Environment["PGPORT"] = text.Port.ToString(CultureInfo.InvariantCulture);
        start.Environment["PGUSER"] = text.Username;
        start.Environment["PGPASSWORD"] = text.Password;
        start.Environment["PGAPPNAME"] = connection.Server?.ApplicationName ?? $"batch {Environment.ProcessId}";
        start.Environment["PGOPTIONS"] = "";
        return start;
    }

    /// <param name="pass">Passes its output on, or its input to it; null: it has neither.</param>
    private static async Task RunAsync(ProcessStartInfo start, Func<Process, Task>? pass, CancellationToken cancellation)
    {
        string tool = Path.GetFileName(start.FileName);
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{tool} did not start.");
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellation);
        try
        {
            await (pass?.Invoke(process) ?? Task.CompletedTask);
            await process.WaitForExitAsync(cancellation);
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException)
        {
            process.Kill();
            throw;
        }

        if (process.ExitCode != 0)
        {
            // The tool's own words; those of the server, which may quote data, follow them.
            string first = (await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? "";
            string said = first.Split(["ERROR:", "FATAL:", "PANIC:"], StringSplitOptions.None)[0].TrimEnd(' ', ':');
            throw new EnvironmentException("DATABASE_TOOL", $"{tool} failed: {said}", $"{tool} 失败：{said}");
        }
    }
}

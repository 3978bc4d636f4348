using System.IO.Compression;
using System.Text.Json;
using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>
/// One area alone, backed up and put back: its schema, and of the common schema what is its own (policies with their approvals, numbers of its runs, its
/// thresholds and its part of the audit log). The file is a zip of the schema as pg_dump writes it and those rows as JSON, of one moment.
/// </summary>
public static class AreaContents
{
    private const string SchemaPart = "schema.dump";
    private const string CommonPart = "common.json";

    private sealed record CommonRows(string Table, string Where, string Conflict = "")
    {
        /// <summary>Of rows that are told apart by what was done, when and by whom: their numbers may be others' here, their order stays. Null: by their keys.</summary>
        public (string Number, string Columns)? Renumbered { get; init; }
    }

    // In the order in which they can be put back. The rows of the area, and how they find their place among those of others.
    private static readonly CommonRows[] Common =
    [
        new("area", "code = '{0}'", "ON CONFLICT DO NOTHING"),
        new("policy_change", "area = '{0}'", "ON CONFLICT DO NOTHING"),
        new("proposal_act", "area = '{0}' AND kind = 'policy'") { Renumbered = ("act_id", "kind, subject, area, act, who, reason, at") },
        new("policy_approval", "hash IN (SELECT hash FROM batch.policy_change WHERE area = '{0}')", "ON CONFLICT (hash) DO NOTHING"),
        new("policy_slice", "area = '{0}'", "ON CONFLICT DO NOTHING"),
        new("run_area", "area = '{0}'"),
        new("migration", "series = 'area_{0}'"),
        new("review_threshold", "area = '{0}'", "ON CONFLICT DO NOTHING"),
        new("audit", "area = '{0}'") { Renumbered = ("audit_id", "at, who, area, act, subject, reason, origin") },
    ];

    /// <summary>The file appears under its name only when it is whole.</summary>
    /// <param name="recipient">Encrypted for this key, on its way: nothing of it is written plain. Null: not encrypted.</param>
    public static async Task BackupAsync(DatabaseConnection connection, AreaSchema area, string file, string? recipient, CancellationToken cancellation)
    {
        using UnfinishedFile unfinished = new(file);
        await using NpgsqlConnection session = await connection.OpenAdminAsync(database: null, cancellation);
        await using NpgsqlTransaction moment = await session.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
        string snapshot = (string)(await ScalarAsync(session, "SELECT pg_export_snapshot()", cancellation))!;
        if (await ScalarAsync(session, $"SELECT 1 FROM batch.migration WHERE series = '{area.Name}' LIMIT 1", cancellation) is null)
        {
            throw new DataFaultException("AREA_UNKNOWN", $"数据库中没有统筹区 {area.Code}。", $"The database has no area {area.Code}.");
        }

        Dictionary<string, string> common = await CommonAsync(area.On(session), cancellation);
        if (recipient is null)
        {
            await using FileStream output = unfinished.Open();
            await PackAsync(output);
        }
        else
        {
            await Age.EncryptAsync(recipient, unfinished.Part, PackAsync, cancellation);
        }

        unfinished.Finish();

        async Task PackAsync(Stream output)
        {
            await using ZipArchive zip = new(output, ZipArchiveMode.Create, leaveOpen: true);
            await using (Stream schema = await zip.CreateEntry(SchemaPart, CompressionLevel.NoCompression).OpenAsync(cancellation))
            {
                await DatabaseContents.DumpAsync(connection, ["-Fc", "--schema", area.Name, "--snapshot", snapshot], schema, cancellation);
            }

            await using Stream rows = await zip.CreateEntry(CommonPart).OpenAsync(cancellation);
            await JsonSerializer.SerializeAsync(rows, common, cancellationToken: cancellation);
        }
    }

    /// <summary>Puts the area in the place of what is there of it, in one transaction; other areas are not touched.</summary>
    /// <param name="identity">The file with the key that an encrypted backup is read with; null: it is not encrypted.</param>
    public static async Task RestoreAsync(DatabaseConnection connection, AreaSchema area, string file, string? identity, CancellationToken cancellation)
    {
        string folder = Directory.CreateTempSubdirectory("batch-area-").FullName;
        try
        {
            Dictionary<string, string> common = await UnpackAsync((file, identity), area, folder, cancellation);
            Migrator.RefuseOthers(area.Code, common["migration"]);
            await RefuseTakenNumbersAsync(connection, area, common, cancellation);
            string before = Path.Combine(folder, "before.sql"), schema = Path.Combine(folder, "schema.sql"), after = Path.Combine(folder, "after.sql");
            await DatabaseContents.RunAsync(connection, "pg_restore", ["--file", schema, Path.Combine(folder, SchemaPart)], null, cancellation);
            await File.WriteAllTextAsync(
                before,
                $"DROP SCHEMA IF EXISTS {area.Name} CASCADE;\nDELETE FROM batch.run_area WHERE area = '{area.Code}';\nDELETE FROM batch.migration WHERE series = '{area.Name}';\n", cancellation);
            await File.WriteAllTextAsync(after, After(common), cancellation);
            await DatabaseContents.RunScriptsAsync(connection, cancellation, before, schema, after);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        connection.Program.Clear();
        await Migrator.EnsureAreaAsync(connection.Owner, area.Code, cancellation);
    }

    private static async Task<Dictionary<string, string>> CommonAsync(AreaSession area, CancellationToken cancellation)
    {
        Dictionary<string, string> common = new() { [""] = area.Code };
        foreach ((string table, string where, _) in Common)
        {
            string rows = string.Format(System.Globalization.CultureInfo.InvariantCulture, where, area.Code);
            common.Add(table, (string)(await ScalarAsync(area.Connection, $"SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]')::text FROM batch.{table} t WHERE {rows}", cancellation))!);
        }

        return common;
    }

    private static async Task<Dictionary<string, string>> UnpackAsync((string File, string? Identity) backup, AreaSchema area, string folder, CancellationToken cancellation)
    {
        try
        {
            await ZipFile.ExtractToDirectoryAsync(await PlainAsync(backup, folder, cancellation), folder, cancellation);
            await using FileStream common = File.OpenRead(Path.Combine(folder, CommonPart));
            Dictionary<string, string> rows = (await JsonSerializer.DeserializeAsync<Dictionary<string, string>>(common, cancellationToken: cancellation))!;
            return rows[""] == area.Code ? rows : throw new DataFaultException(
                "BACKUP_OF_ANOTHER_AREA", $"该备份属于统筹区 {rows[""]}。", $"This is a backup of area {rows[""]}.");
        }
        catch (Exception fault) when (fault is InvalidDataException or JsonException or KeyNotFoundException or FileNotFoundException)
        {
            throw new DataFaultException("BACKUP_UNREADABLE", $"{backup.File} 不是单个统筹区的备份。", $"{backup.File} is not a backup of one area.");
        }
    }

    // Its parts are read by name, so that it has to lie in a file.
    private static async Task<string> PlainAsync((string File, string? Identity) backup, string folder, CancellationToken cancellation)
    {
        if (backup.Identity is null)
        {
            Age.RefuseEncrypted(backup.File);
            return backup.File;
        }

        string plain = Path.Combine(folder, "backup.zip");
        await Age.DecryptAsync(backup.Identity, backup.File, plain, cancellation);
        return plain;
    }

    // Runs are numbered across areas: an area can move to a server where nobody else has its numbers.
    private static async Task RefuseTakenNumbersAsync(DatabaseConnection connection, AreaSchema area, Dictionary<string, string> common, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = connection.Owner.CreateCommand(
            """
            SELECT EXISTS (SELECT FROM batch.run_area r JOIN jsonb_to_recordset($1::jsonb) b (run_id int) USING (run_id) WHERE r.area <> $3)
                OR EXISTS (SELECT FROM batch.policy_approval a JOIN jsonb_to_recordset($2::jsonb) b (seq int, hash text) USING (seq) WHERE a.hash <> b.hash)
            """);
        command.Parameters.AddWithValue(common["run_area"]);
        command.Parameters.AddWithValue(common["policy_approval"]);
        command.Parameters.AddWithValue(area.Code);
        if ((bool)(await command.ExecuteScalarAsync(cancellation))!)
        {
            throw new DataFaultException(
                "NUMBERS_TAKEN", "备份中的批次号或政策序号在此数据库中已被其他统筹区占用；请恢复到空数据库。",
                "Numbers of runs or policies in the backup are taken by other areas of this database; restore it into an empty one.");
        }
    }

    private static string After(Dictionary<string, string> common)
    {
        System.Text.StringBuilder sql = new("SET ROLE batch_owner;\nSET search_path = batch;\n");
        foreach (CommonRows rows in Common)
        {
            string from = $"FROM jsonb_populate_recordset(NULL::batch.{rows.Table}, $batch${common.GetValueOrDefault(rows.Table, "[]")}$batch$) b";
            sql.Append(rows.Renumbered is var (number, columns)
                ? $"""
                INSERT INTO batch.{rows.Table} ({columns}) SELECT {columns} {from}
                WHERE NOT EXISTS (SELECT FROM batch.{rows.Table} a WHERE a.at = b.at AND a.who = b.who AND a.area = b.area AND a.act = b.act AND a.subject IS NOT DISTINCT FROM b.subject)
                ORDER BY {number};

                """
                : $"INSERT INTO batch.{rows.Table} OVERRIDING SYSTEM VALUE SELECT * {from} {rows.Conflict};\n");
        }

        foreach ((string table, string number) in new[] { ("policy_approval", "seq"), ("review_threshold", "threshold_id") })
        {
            sql.Append($"SELECT setval(pg_get_serial_sequence('batch.{table}', '{number}'), (SELECT greatest(coalesce(max({number}), 0), 1) FROM batch.{table}));\n");
        }

        return sql.Append("RESET ROLE;\n").ToString();
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection session, string sql, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(sql, session);
        return await command.ExecuteScalarAsync(cancellation);
    }
}

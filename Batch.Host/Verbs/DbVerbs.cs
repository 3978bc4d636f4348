using System.CommandLine;
using Batch.Host.Engine;
using Batch.Jobs.Store;

namespace Batch.Host.Verbs;

/// <summary><c>db start|stop|migrate|url|reset|backup|restore</c>: the database itself.</summary>
internal static class DbVerbs
{
    private static readonly Option<bool> Yes = new("--yes") { Description = "确认 / yes, throw the contents away" };
    private static readonly Option<string?> OneArea = VerbOptions.Area(required: false);
    private static readonly Option<string?> Recipient = new("--recipient")
    {
        Description = "用此公钥（或公钥文件）加密，需要 age / encrypt for this public key, or a file of them, by age",
        HelpName = "KEY",
    };

    private static readonly Option<FileInfo?> Identity = new("--identity") { Description = "解密用的私钥文件 / the file with the key that an encrypted backup is read with", HelpName = "FILE" };
    private static readonly Argument<FileInfo> Backup = new("FILE") { Description = "备份文件 / backup file" };

    public static Command Create() => new("db", "数据库 / the database")
    {
        new Verb("start", "启动内置数据库并保持运行", "start the embedded server and let it run on", StartAsync),
        new Verb("stop", "停止内置数据库", "stop the embedded server", StopAsync),
        new Verb("migrate", "更新公共模式与各统筹区模式", "bring the common schema and every area's up to date", MigrateAsync) { OneArea },
        new Verb("url", "打印连接地址（供 psql 使用）", "print the address, for psql", UrlAsync),
        new Verb("reset", "清空数据库", "throw the contents away and begin anew", ResetAsync) { Yes },
        new Verb("backup", "备份到文件", "back up to a file", BackupAsync) { Backup, OneArea, Recipient },
        new Verb("restore", "从文件恢复", "restore from a file", RestoreAsync) { Backup, OneArea, Identity, Yes },
    };

    private static async Task<int> StartAsync(VerbCall call)
    {
        RefuseConfigured(call, "start");
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        await database.Server!.KeepAsync(call.Cancellation);
        Tell(call, "running", database.Url, database.Server.Started ? "started" : "was running");
        return ExitCode.Done;
    }

    private static async Task<int> StopAsync(VerbCall call)
    {
        RefuseConfigured(call, "stop");
        bool stopped = await EmbeddedServer.StopAsync(call.Database.DataDirectory, call.Cancellation);
        Tell(call, "stopped", null, stopped ? "stopped" : "was not running");
        return ExitCode.Done;
    }

    private static async Task<int> MigrateAsync(VerbCall call)
    {
        // Opening brings the common schema up to date.
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        int applied = 0;
        if (call.Get(OneArea) is { } added)
        {
            // Refuses an area that no policy is known for.
            await Area.OpenOrCreateAsync(database, added, call.Cancellation);
        }

        IReadOnlyList<string> areas = await Migrator.AreasAsync(database.Program, call.Cancellation);
        foreach (string area in areas)
        {
            applied += await Migrator.EnsureAreaAsync(database.Owner, area, call.Cancellation);
        }

        Engines.Install(database);

        call.Output.Document(new { state = "current", areas, applied });
        call.Output.Line($"current: common, {string.Join(", ", areas.DefaultIfEmpty("no area yet"))}");
        return ExitCode.Done;
    }

    private static async Task<int> UrlAsync(VerbCall call)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        call.Output.Document(new { url = database.Url });
        call.Output.Line(database.Url);
        if (database.Server is { IsKept: false })
        {
            call.Output.Log("内置数据库在无人使用时停止；要用 psql 请先 db start / the embedded server stops when nobody uses it; run db start before psql");
        }

        return ExitCode.Done;
    }

    private static async Task<int> ResetAsync(VerbCall call)
    {
        RequireYes(call, "reset");
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        await DatabaseContents.ResetAsync(database, call.Cancellation);
        await call.RecordOfSystemAsync(database, "db.reset", null);
        Tell(call, "empty", database.Url, "reset");
        return ExitCode.Done;
    }

    private static async Task<int> BackupAsync(VerbCall call)
    {
        FileInfo file = call.Need(Backup);
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        await call.RecordOfSystemAsync(database, "db.backup", call.Get(OneArea), call.Get(Recipient) is null ? null : "encrypted");
        await (call.Get(OneArea) is { } area
            ? AreaContents.BackupAsync(database, new AreaSchema(area), file.FullName, call.Get(Recipient), call.Cancellation)
            : DatabaseContents.BackupAsync(database, file.FullName, call.Get(Recipient), call.Cancellation));
        file.Refresh();
        call.Output.Document(new { file = file.FullName, bytes = file.Length });
        call.Output.Line($"{file.FullName}  {file.Length:N0} bytes");
        return ExitCode.Done;
    }

    private static async Task<int> RestoreAsync(VerbCall call)
    {
        FileInfo file = call.Need(Backup);
        if (!file.Exists)
        {
            throw VerbFault.OfUsage($"There is no file {file.FullName}.", $"没有文件 {file.FullName}。");
        }

        if (call.Get(Identity) is { Exists: false } identity)
        {
            throw VerbFault.OfUsage($"There is no file {identity.FullName}.", $"没有文件 {identity.FullName}。");
        }

        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        string? area = call.Get(OneArea);
        if (!call.Get(Yes) && (await Migrator.AreasAsync(database.Program, call.Cancellation)).Any(a => area is null || a == area))
        {
            RequireYes(call, "restore");
        }

        await (area is null
            ? DatabaseContents.RestoreAsync(database, file.FullName, call.Get(Identity)?.FullName, call.Cancellation)
            : AreaContents.RestoreAsync(database, new AreaSchema(area), file.FullName, call.Get(Identity)?.FullName, call.Cancellation));
        await call.RecordOfSystemAsync(database, "db.restore", area);
        Tell(call, "restored", database.Url, "restored");
        return ExitCode.Done;
    }

    private static void Tell(VerbCall call, string state, string? url, string sentence)
    {
        call.Output.Document(new { state, url });
        call.Output.Line(url is null ? sentence : $"{sentence}: {url}");
    }

    private static void RequireYes(VerbCall call, string verb)
    {
        if (!call.Get(Yes))
        {
            throw VerbFault.OfUsage($"db {verb} throws away what is in the database. Say so with --yes.", $"db {verb} 会清除数据库中的现有内容。确认请加 --yes。");
        }
    }

    private static void RefuseConfigured(VerbCall call, string verb)
    {
        if (!string.IsNullOrWhiteSpace(call.Database.Url))
        {
            throw VerbFault.OfUsage(
                $"db {verb} is for the embedded server; BATCH_DB or --db names another one.",
                $"db {verb} 只用于内置数据库；当前由 BATCH_DB 或 --db 指定了其他服务器。");
        }
    }
}

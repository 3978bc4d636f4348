using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Reflection;
using System.Runtime.InteropServices;
using Batch.Host.Verbs;
using Batch.Jobs.Store;

namespace Batch.Host;

/// <summary>
/// The root of all verbs: what they share (global options, exit codes, how a fault is told). The exit codes are stable: 0 done,
/// 1 the data or a check is at fault, 2 usage, 3 environment; 130 and 143 when cancelled by a signal, as shells count.
/// </summary>
internal static class CommandLine
{
    internal static readonly Option<bool> Json = new("--json")
    {
        Description = "只在标准输出打印一个 JSON 文档 / print one JSON document on stdout",
        Recursive = true,
    };

    internal static readonly Option<string?> Db = new("--db")
    {
        Description = "数据库服务器地址（缺省：BATCH_DB，或内置数据库）/ database server (default: BATCH_DB, else embedded)",
        HelpName = "URL",
        Recursive = true,
    };

    internal static readonly Option<string?> OwnerDb = new("--owner-db")
    {
        Description = "属主登录的数据库地址，用于建库与升级（缺省：BATCH_DB_OWNER）/ database address of an owner's login, for set-up and migrations (default: BATCH_DB_OWNER)",
        HelpName = "URL",
        Recursive = true,
    };

    internal static readonly Option<string?> Data = new("--data")
    {
        Description = "数据目录（缺省：BATCH_DATA，或 ./data）/ data folder (default: BATCH_DATA, else ./data)",
        HelpName = "DIR",
        Recursive = true,
    };

    private static readonly Option<bool> Version = new("--version") { Description = "打印版本 / print the version" };

    public static async Task<int> RunAsync(string[] args)
    {
        Command root = CreateRoot();
        ParseResult parsed = root.Parse(args);
        // A wrong command line may not parse far enough to tell.
        var output = new VerbOutput(Console.Out, Console.Error, json: args.Contains("--json"));
        if (parsed.Action is HelpAction)
        {
            return await parsed.InvokeAsync();
        }

        if (parsed.GetValue(Version))
        {
            return TellVersion(output);
        }

        if (parsed.CommandResult.Command is not Verb verb)
        {
            return parsed.UnmatchedTokens.Count == 0 ? ListVerbs(parsed.CommandResult.Command, output) : TellUnknownVerb(parsed, output);
        }

        if (parsed.Errors.Count > 0)
        {
            return TellUsage(parsed, output);
        }

        using var cancel = new CancellationTokenSource();
        int signalled = 0;
        using PosixSignalRegistration interrupt = OnSignal(PosixSignal.SIGINT, 130);
        using PosixSignalRegistration terminate = OnSignal(PosixSignal.SIGTERM, 143);
        try
        {
            Exposed.WarnOfAddress(output, Db.Name, parsed.GetValue(Db), "BATCH_DB");
            Exposed.WarnOfAddress(output, OwnerDb.Name, parsed.GetValue(OwnerDb), "BATCH_DB_OWNER");
            return await verb.RunAsync(new VerbCall(parsed, output, Database(parsed), cancel.Token));
        }
        catch (Exception fault)
        {
            return signalled != 0 ? signalled : FaultText.Tell(fault, output);
        }

        PosixSignalRegistration OnSignal(PosixSignal signal, int exitCode) => PosixSignalRegistration.Create(signal, context =>
        {
            // The first asks the verb to end where it can; the second ends the program where it is, which every verb must survive anyway.
            context.Cancel = Interlocked.Exchange(ref signalled, exitCode) == 0;
            if (context.Cancel)
            {
                cancel.Cancel();
            }
        });
    }

    private static Command CreateRoot()
    {
        var root = new Command("batch", "职工医保个人账户划入 / medical insurance personal-account allocation") { Json, Db, OwnerDb, Data, Version, new HelpOption() };
        foreach (Command verb in AllVerbs.Create())
        {
            root.Add(verb);
        }

        return root;
    }

    private static DatabaseOptions Database(ParseResult parsed)
    {
        string? url = parsed.GetValue(Db) ?? Setting("BATCH_DB");
        // The wrapper says where the repository is; without it the working folder is used.
        string home = Setting("BATCH_HOME") ?? Directory.GetCurrentDirectory();
        string data = parsed.GetValue(Data) ?? Setting("BATCH_DATA") ?? Path.Combine(home, "data");
        return new DatabaseOptions(url, Path.GetFullPath(data)) { OwnerUrl = parsed.GetValue(OwnerDb) ?? Setting("BATCH_DB_OWNER") };
    }

    private static string? Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    /// <summary>The version that Directory.Build.props gives to every project.</summary>
    private static int TellVersion(VerbOutput output)
    {
        string version = typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        output.Document(new { version });
        output.Line($"batch {version}");
        return ExitCode.Done;
    }

    /// <summary>The program without a verb, or a verb that only groups others: what there is to choose from.</summary>
    private static int ListVerbs(Command group, VerbOutput output)
    {
        Command[] verbs = [.. group.Subcommands.Where(c => !c.Hidden)];
        output.Document(new { verbs = verbs.Select(v => new { v.Name, v.Description }) });
        string prefix = group.Parents.Any() ? $"batch {group.Name}" : "batch";
        output.Line(group.Description ?? "");
        output.Line("");
        output.Line($"  {prefix} VERB ...      {prefix} VERB --help");
        output.Line("");
        output.Table(["VERB", ""], verbs.Select(v => new[] { v.Name, v.Description ?? "" }));
        return ExitCode.Done;
    }

    private static int TellUnknownVerb(ParseResult parsed, VerbOutput output)
    {
        string name = string.Join(' ', NamesTo(parsed.CommandResult));
        string word = parsed.UnmatchedTokens[0];
        string known = string.Join(", ", parsed.CommandResult.Command.Subcommands.Select(c => c.Name));
        output.Fault(VerbFault.OfUsage($"{name} has no verb {word}. It has: {known}.", $"{name} 没有 {word} 这个命令。可用：{known}。"));
        return ExitCode.Usage;
    }

    private static int TellUsage(ParseResult parsed, VerbOutput output)
    {
        string[] messages = [.. parsed.Errors.Select(e => e.Message).Distinct()];
        string name = string.Join(' ', NamesTo(parsed.CommandResult));
        output.Fault(new VerbFault(
            ExitCode.Usage, "USAGE",
            $"{string.Join(' ', messages)} See: {name} --help",
            $"命令写法有误：{string.Join(' ', messages)} 用法见：{name} --help"));
        return ExitCode.Usage;
    }

    private static IEnumerable<string> NamesTo(CommandResult command) =>
        (command.Parent is CommandResult parent ? NamesTo(parent) : []).Append(command.Command.Name);
}

namespace Batch.Host.Verbs;

/// <summary>Numbers of people and passwords on the command line, which every user of the machine can read in the list of processes.</summary>
internal static class Exposed
{
    private static readonly string[] PersonalOptions = [PersonOptions.Id.Name, PersonOptions.Card.Name, PersonOptions.Asker.Name];

    /// <summary>One line on stderr; the verb goes on.</summary>
    public static void Warn(VerbCall call)
    {
        string[] given = [.. call.Arguments.CommandResult.Command.Options.Where(o => PersonalOptions.Contains(o.Name))
            .Where(o => call.Arguments.GetResult(o) is { Implicit: false, Tokens: [{ Value: not PersonOptions.FromInput }] }).Select(o => o.Name)];
        if (given.Length > 0)
        {
            string names = string.Join(' ', given), instead = string.Join(' ', given.Select(n => $"{n} {PersonOptions.FromInput}"));
            call.Output.Log($"警告：{names} 的号码会出现在进程列表中；用 {instead} 从标准输入读取 / warning: the number after {names} shows in the list of processes; {instead} reads it from the standard input");
        }
    }

    /// <summary>The same for a database address with a password in it.</summary>
    public static void WarnOfAddress(VerbOutput output, string option, string? url, string setting)
    {
        if (url is not null && HasPassword(url))
        {
            output.Log($"警告：{option} 中的密码会出现在进程列表中；请改用环境变量 {setting} / warning: the password in {option} shows in the list of processes; use the environment variable {setting}");
        }
    }

    private static bool HasPassword(string url) =>
        url.Contains("password=", StringComparison.OrdinalIgnoreCase)
        || (Uri.TryCreate(url, UriKind.Absolute, out Uri? address) && address.UserInfo.Split(':') is [_, { Length: > 0 }]);
}

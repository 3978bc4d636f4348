using System.CommandLine;
using Batch.Host.Access;
using Batch.Jobs.Server;

namespace Batch.Host.Verbs;

/// <summary>
/// <c>user add|roles|reset|disable|enable|sign-out|list</c>: who may sign in. A password comes from the standard input or <c>BATCH_PASSWORD</c>, else one is
/// made and printed; either way it opens one session, in which it has to be changed.
/// </summary>
internal static class UserVerbs
{
    private static readonly Argument<string> Name = new("NAME") { Description = "用户名 / name to sign in with" };
    private static readonly Option<string[]> Roles = new("--roles")
    {
        Description = $"角色，逗号分隔 / roles, by commas: {string.Join(", ", UserRoles.All)}",
        Required = true,
        CustomParser = result => result.Tokens.SelectMany(t => t.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToArray(),
    };

    private static readonly Option<bool> Stdin = new("--password-stdin") { Description = "从标准输入读取密码 / read the password from the standard input" };
    private static readonly Option<string?> By = VerbOptions.ByOrOsUser();

    public static Command Create() => new("user", "用户与角色 / users and their roles")
    {
        new Verb("add", "新增用户，给出一次性密码", "add a user with a one-time password", call => WithPasswordAsync(call, (users, password) =>
            users.AddAsync(call.Need(Name), call.Need(Roles), password, call.Get(By)!, call.Cancellation))) { Name, Roles, Stdin, By },
        new Verb("reset", "给出新的一次性密码并解除锁定", "give a new one-time password and end a lock-out", call => WithPasswordAsync(call, (users, password) =>
            users.ResetAsync(call.Need(Name), password, call.Get(By)!, call.Cancellation))) { Name, Stdin, By },
        new Verb("roles", "设置角色", "set a user's roles", call => OnUsersAsync(call, users =>
            users.SetRolesAsync(call.Need(Name), call.Need(Roles), call.Get(By)!, call.Cancellation))) { Name, Roles, By },
        new Verb("disable", "停用", "let a user in no more", call => OnUsersAsync(call, users =>
            users.SetDisabledAsync(call.Need(Name), disabled: true, call.Get(By)!, call.Cancellation))) { Name, By },
        new Verb("enable", "恢复", "let a user in again", call => OnUsersAsync(call, users =>
            users.SetDisabledAsync(call.Need(Name), disabled: false, call.Get(By)!, call.Cancellation))) { Name, By },
        new Verb("sign-out", "结束用户在所有主机上的会话", "end a user's sessions on every host", SignOutAsync) { Name, By },
        new Verb("list", "列出用户", "list the users", ListAsync),
    };

    private static Task<int> WithPasswordAsync(VerbCall call, Func<UserRegister, string, Task<User>> act)
    {
        string? given = call.Get(Stdin) ? Console.In.ReadLine() : Environment.GetEnvironmentVariable("BATCH_PASSWORD");
        string password = string.IsNullOrEmpty(given) ? Passwords.OneTime() : given;
        return OnUsersAsync(call, users => act(users, password), string.IsNullOrEmpty(given) ? password : null);
    }

    private static async Task<int> OnUsersAsync(VerbCall call, Func<UserRegister, Task<User>> act, string? password = null)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        User user = await act(new UserRegister(database.Program));
        call.Output.Document(new { user.Name, user.Roles, user.Disabled, oneTimePassword = password });
        call.Output.Line($"{user.Name}  {string.Join(", ", user.Roles)}{(user.Disabled ? "  停用 disabled" : "")}");
        if (password is not null)
        {
            call.Output.Line($"一次性密码 one-time password: {password}");
        }

        return ExitCode.Done;
    }

    private static async Task<int> SignOutAsync(VerbCall call)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        await new Sessions(database.Program, call.Clock).EndAllAsync(call.Need(Name), call.Get(By)!, call.Cancellation);
        call.Output.Document(new { name = call.Need(Name), signedOut = true });
        call.Output.Line($"{call.Need(Name)}  会话已结束 sessions ended");
        return ExitCode.Done;
    }

    private static async Task<int> ListAsync(VerbCall call)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        IReadOnlyList<User> users = await new UserRegister(database.Program).AllAsync(call.Cancellation);
        call.Output.Document(new { users = users.Select(u => new { u.Name, u.Roles, u.Disabled, u.OneTime, u.ChangedBy, u.ChangedAt }) });
        call.Output.Table(
            ["用户 user", "角色 roles", "", "更改 changed by"],
            users.Select(u => new[] { u.Name, string.Join(", ", u.Roles), u.Disabled ? "停用 disabled" : u.OneTime ? "一次性 one-time" : "", u.ChangedBy }));
        return ExitCode.Done;
    }
}

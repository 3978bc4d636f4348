using System.CommandLine;
using Batch.Host.Access;
using Batch.Jobs.Store;
using Npgsql;

namespace Batch.Host.Verbs;

/// <summary>
/// <c>user add|roles|describe|reset|disable|enable|sign-out|list</c>: who may sign in. A password comes from the standard input or <c>BATCH_PASSWORD</c>, else one is
/// made and printed; either way it opens one session, in which it has to be changed.
/// </summary>
internal static class UserVerbs
{
    private static readonly Argument<string> Name = new("NAME") { Description = "用户名 / name to sign in with" };
    private static readonly Option<string[]> Roles = new("--roles", "--role")
    {
        Description = $"角色，逗号分隔 / roles, by commas: {string.Join(", ", UserRoles.All)}",
        Required = true,
        CustomParser = result => result.Tokens.SelectMany(t => t.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToArray(),
    };

    private static readonly Option<string?> RealName = new("--name") { Description = "姓名，显示在用户名旁 / real name, shown beside the name to sign in with", HelpName = "TEXT" };
    private static readonly Option<string?> Unit = new("--unit") { Description = "单位或科室 / unit", HelpName = "TEXT" };
    private static readonly Option<bool> Stdin = new("--password-stdin") { Description = "从标准输入读取密码 / read the password from the standard input" };
    private static readonly Option<bool> Recover = new("--recover")
    {
        Description = "管理员忘记密码时：不登录，凭数据库属主登录重置管理员的密码，记入审计日志 / for an administrator whose password is lost: without a sign-in, by the login of the database's owner; recorded",
    };

    private static readonly Option<string?> By = VerbOptions.ByOrOsUser();

    public static Command Create() => new("user", "用户与角色 / users and their roles")
    {
        new Verb("add", "新增用户，给出一次性密码", "add a user with a one-time password", call => WithPasswordAsync(call, (users, password) => AddAsync(call, users, password)))
            { Name, Roles, RealName, Unit, Stdin, By }.Acts(Permissions.ManageUsers).AlsoToSetUp(),
        new Verb("reset", "给出新的一次性密码并解除锁定", "give a new one-time password and end a lock-out", ResetAsync) { Name, Stdin, By, Recover }
            .Acts(call => call.Get(Recover) ? [] : [Permissions.ManageUsers]).AlsoToSetUp(),
        new Verb("roles", "设置角色", "set a user's roles", call => OnUsersAsync(call, users =>
            users.SetRolesAsync(call.Need(Name), call.Need(Roles), call.By, call.Cancellation))) { Name, Roles, By }.Acts(Permissions.ManageUsers),
        new Verb("describe", "登记姓名和单位；不写的一项清空", "say who a user is; what is not given is emptied", call => OnUsersAsync(call, users =>
            users.DescribeAsync(call.Need(Name), UserDescription.Read(call.Get(RealName), call.Get(Unit)), call.By, call.Cancellation))) { Name, RealName, Unit, By }.Acts(Permissions.ManageUsers),
        new Verb("disable", "停用", "let a user in no more", call => OnUsersAsync(call, users =>
            users.SetDisabledAsync(call.Need(Name), disabled: true, call.By, call.Cancellation))) { Name, By }.Acts(Permissions.ManageUsers),
        new Verb("enable", "恢复", "let a user in again", call => OnUsersAsync(call, users =>
            users.SetDisabledAsync(call.Need(Name), disabled: false, call.By, call.Cancellation))) { Name, By }.Acts(Permissions.ManageUsers),
        new Verb("sign-out", "结束用户在所有主机上的会话", "end a user's sessions on every host", SignOutAsync) { Name, By }.Acts(Permissions.ManageUsers),
        new Verb("list", "列出用户", "list the users", ListAsync),
    };

    // What cannot be a name adds nobody.
    private static async Task<User> AddAsync(VerbCall call, UserRegister users, string password)
    {
        UserDescription description = UserDescription.Read(call.Get(RealName), call.Get(Unit));
        User added = await users.AddAsync(call.Need(Name), call.Need(Roles), password, call.By, call.Cancellation);
        return description.IsEmpty ? added : await users.DescribeAsync(added.Name, description, call.By, call.Cancellation);
    }

    private static async Task<int> ResetAsync(VerbCall call)
    {
        if (!call.Get(Recover))
        {
            return await WithPasswordAsync(call, (users, password) => users.ResetAsync(call.Need(Name), password, call.By, call.Cancellation));
        }

        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        // Whoever has this login could change every row: for them alone there is a way back in.
        await using NpgsqlConnection owner = await database.Owner.OpenConnectionAsync(call.Cancellation);
        UserRegister users = new(database.Program);
        if (await users.FindAsync(call.Need(Name), call.Cancellation) is not { } user || !user.Roles.Contains(UserRoles.Administrator))
        {
            throw new DataFaultException("NOT_AN_ADMINISTRATOR", "--recover 只用于管理员；其他用户由管理员重置密码。", "--recover is for administrators; an administrator resets the passwords of the others.");
        }

        Actor actor = new(Environment.UserName, ActorProof.Owner);
        await new AuditLog(database.Program).WriteAsync(new Act(actor.Name, "user recover", Subject: user.Name, Origin: actor.Origin), call.Cancellation);
        (string password, bool made) = Password(call);
        Tell(call, await users.ResetAsync(user.Name, password, actor.Name, call.Cancellation), made ? password : null);
        return ExitCode.Done;
    }

    private static async Task<int> WithPasswordAsync(VerbCall call, Func<UserRegister, string, Task<User>> act)
    {
        // Whose password proves who acts comes first on the standard input.
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        (string password, bool made) = Password(call);
        Tell(call, await act(new UserRegister(database.Program), password), made ? password : null);
        return ExitCode.Done;
    }

    private static async Task<int> OnUsersAsync(VerbCall call, Func<UserRegister, Task<User>> act)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Tell(call, await act(new UserRegister(database.Program)), null);
        return ExitCode.Done;
    }

    private static (string Password, bool Made) Password(VerbCall call)
    {
        string? given = call.Get(Stdin) ? SecretInput.Read("一次性密码 one-time password") : Environment.GetEnvironmentVariable("BATCH_PASSWORD");
        return string.IsNullOrEmpty(given) ? (Passwords.OneTime(), true) : (given, false);
    }

    private static void Tell(VerbCall call, User user, string? password)
    {
        call.Output.Document(new { user.Name, user.Roles, user.Disabled, oneTimePassword = password, user.Description.RealName, user.Description.Unit });
        call.Output.Line($"{user.Name}  {(user.Description.IsEmpty ? "" : $"{user.Description}  ")}{string.Join(", ", user.Roles)}{(user.Disabled ? "  停用 disabled" : "")}");
        if (password is not null)
        {
            call.Output.Line($"一次性密码 one-time password: {password}");
        }
    }

    private static async Task<int> SignOutAsync(VerbCall call)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        await new Sessions(database.Program, call.Clock).EndAllAsync(call.Need(Name), call.By, call.Cancellation);
        call.Output.Document(new { name = call.Need(Name), signedOut = true });
        call.Output.Line($"{call.Need(Name)}  会话已结束 sessions ended");
        return ExitCode.Done;
    }

    private static async Task<int> ListAsync(VerbCall call)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        IReadOnlyList<User> users = await new UserRegister(database.Program).AllAsync(call.Cancellation);
        call.Output.Document(new { users = users.Select(u => new { u.Name, u.Roles, u.Disabled, u.OneTime, u.ChangedBy, u.ChangedAt, u.Description.RealName, u.Description.Unit }) });
        call.Output.Table(
            ["用户 user", "姓名、单位 name, unit", "角色 roles", "", "更改 changed by"],
            users.Select(u => new[] { u.Name, u.Description.ToString(), string.Join(", ", u.Roles), u.Disabled ? "停用 disabled" : u.OneTime ? "一次性 one-time" : "", u.ChangedBy }));
        return ExitCode.Done;
    }
}

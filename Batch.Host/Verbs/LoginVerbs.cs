using System.CommandLine;
using Batch.Host.Access;
using Batch.Jobs.Store;

namespace Batch.Host.Verbs;

/// <summary><c>login NAME</c>: proves who acts in the verbs that follow; <c>logout</c> ends it.</summary>
internal static class LoginVerbs
{
    private static readonly Argument<string?> Name = new("NAME") { Description = "用户名，缺省为 BATCH_USER / name of the user, by default BATCH_USER", Arity = ArgumentArity.ZeroOrOne };

    public static IEnumerable<Command> Create() =>
    [
        new Verb(
            "login", "登录：此后的命令以该用户身份执行。密码从标准输入或终端读取，一次性密码须在下一行给出新密码；令牌存于 BATCH_TOKEN_FILE 或用户配置目录，30 分钟不用或满 12 小时失效",
            "sign in: the verbs that follow act as this user. The password comes from the standard input or the terminal, after a one-time password a new one on the next line; the token is kept in BATCH_TOKEN_FILE or the user's folder of settings and ends after 30 minutes without use, or 12 hours",
            LoginAsync) { Name },
        new Verb("logout", "退出登录", "end the sign-in of login", LogoutAsync),
    ];

    private static async Task<int> LoginAsync(VerbCall call)
    {
        string name = call.Get(Name) ?? Actors.NamedUser ?? throw VerbFault.OfUsage("Name the user: batch login NAME.", "请给出用户名：batch login 用户名。");
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        if (!await new UserRegister(database.Program).AnyAsync(call.Cancellation))
        {
            throw new DataFaultException(
                "NO_USERS", "数据库中还没有用户，无须登录；操作人由 --by 给出。", "The database has no users, and nobody signs in; --by says who acts.");
        }

        string? password = SecretInput.Read("密码 password");
        User user = await new Actors(database, call.Clock).SignInAsync(name, password, call.Cancellation);
        if (user.OneTime)
        {
            user = await new UserRegister(database.Program).ChangePasswordAsync(user.Name, password!, NewPassword(user.Name), call.Cancellation);
        }

        Sessions sessions = new(database.Program, call.Clock);
        if (TokenFile.Read() is { } before)
        {
            await sessions.EndAsync(before.Secret, user.Name, call.Cancellation);
        }

        string secret = await sessions.OpenAsync(user, Actor.CommandLine, call.Cancellation);
        try
        {
            TokenFile.Write(user.Name, secret);
        }
        catch
        {
            await sessions.EndAsync(secret, user.Name, CancellationToken.None);
            throw;
        }

        call.Output.Document(new { user.Name, user.Roles, file = TokenFile.Path, until = call.Clock.GetCurrentInstant() + Sessions.Longest });
        call.Output.Line($"{user.Name} 已登录 signed in  {string.Join(", ", user.Roles)}");
        call.Output.Line(TokenFile.Path);
        return ExitCode.Done;
    }

    private static async Task<int> LogoutAsync(VerbCall call)
    {
        bool ended = false;
        if (TokenFile.Read() is { } token)
        {
            await using DatabaseConnection database = await call.OpenDatabaseAsync();
            Sessions sessions = new(database.Program, call.Clock);
            // Also proves the name, which the record gives.
            ended = await sessions.CheckAsync(token.Secret, token.Name, call.Cancellation) == SessionEnd.None;
            if (ended)
            {
                await sessions.SignOutAsync(token.Secret, token.Name, Actor.CommandLine, call.Cancellation);
            }

            TokenFile.Delete();
        }

        call.Output.Document(new { signedOut = ended });
        call.Output.Line(ended ? "已退出 signed out" : "没有有效的登录 nobody was signed in");
        return ExitCode.Done;
    }

    private static string NewPassword(string name)
    {
        string? wanted = SecretInput.Read("新密码 new password");
        if (string.IsNullOrEmpty(wanted))
        {
            throw Actors.OneTime(name);
        }

        return !SecretInput.IsTyped || SecretInput.Read("再输入一次 once more") == wanted
            ? wanted
            : throw new DataFaultException("PASSWORD_DIFFERS", "两次输入的新密码不同。", "The new password is not the same both times.");
    }
}

using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Host.Access;

/// <summary>
/// Proves who acts on the command line where the database has users: by the token of <c>batch login</c>, or by <c>BATCH_USER</c> with the password on the standard
/// input. Without users <c>--by</c> alone says it.
/// </summary>
internal sealed class Actors(DatabaseConnection database, IClock clock)
{
    public static string? NamedUser => Environment.GetEnvironmentVariable("BATCH_USER") is { Length: > 0 } name ? name : null;

    /// <summary>A token or <c>BATCH_USER</c> says who it is.</summary>
    public static bool IsSignedIn => NamedUser is not null || TokenFile.Read() is not null;

    private readonly UserRegister users = new(database.Program);

    /// <param name="by">What <c>--by</c> says; null: nothing.</param>
    /// <param name="anyOf">Permissions of which one is needed.</param>
    /// <exception cref="DataFaultException">NOT_SIGNED_IN, SESSION_ENDED, SIGN_IN_WRONG, LOCKED, PASSWORD_ONE_TIME, NOT_THE_USER, NOT_PERMITTED.</exception>
    public async Task<Actor> ProveAsync(string? by, IReadOnlyList<string> anyOf, string verb, CancellationToken cancellation)
    {
        if (!await users.AnyAsync(cancellation))
        {
            return by is null ? new Actor(Environment.UserName, ActorProof.OsUser) : new Actor(by, ActorProof.Named);
        }

        Actor actor = NamedUser is { } name
            ? Of(await ByPasswordAsync(name, SecretInput.Read($"密码 password of {name}"), cancellation), ActorProof.Password)
            : Of(await ByTokenAsync(cancellation), ActorProof.Token);
        if (by is not null && UserNames.Folded(by) != actor.Name)
        {
            throw new DataFaultException(
                "NOT_THE_USER", $"--by {by} 不是已登录的用户 {actor.Name}；操作人须为本人。", $"--by {by} is not {actor.Name}, who is signed in; nobody acts in another person's name.");
        }

        if (!anyOf.Any(actor.May))
        {
            await new AuditLog(database.Program).WriteAsync(new Act(actor.Name, "refused", Subject: verb, Origin: actor.Origin), cancellation);
            throw NotPermitted(actor.Name, anyOf);
        }

        return actor;
    }

    /// <summary>Whether the user may still do it: a verb that goes on for hours asks again.</summary>
    /// <exception cref="DataFaultException">NOT_PERMITTED.</exception>
    public async Task RequireStillAsync(Actor actor, IReadOnlyList<string> anyOf, CancellationToken cancellation)
    {
        if (actor.Roles is not null && !(await users.FindAsync(actor.Name, cancellation) is { Disabled: false } now && anyOf.Any(Of(now, actor.Proof).May)))
        {
            throw NotPermitted(actor.Name, anyOf);
        }
    }

    /// <exception cref="DataFaultException">PASSWORD_MISSING, SIGN_IN_WRONG, LOCKED, SIGN_IN_BUSY, PASSWORD_ONE_TIME.</exception>
    public async Task<User> ByPasswordAsync(string name, string? password, CancellationToken cancellation)
    {
        User user = await SignInAsync(name, password, cancellation);
        return user.OneTime ? throw OneTime(user.Name) : user;
    }

    /// <summary>Signs in with one attempt of the name, which counts as on the page. The password may still be a one-time one.</summary>
    public async Task<User> SignInAsync(string name, string? password, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(password))
        {
            throw new DataFaultException("PASSWORD_MISSING", $"请在标准输入给出 {name} 的密码。", $"Give the password of {name} on the standard input.");
        }

        SignInAnswer answer = await new SignIns(database.Program, clock).TryAsync(name, password, new SignInPlace(Actor.CommandLine), cancellation);
        return answer.User ?? throw answer.Refusal;
    }

    public static DataFaultException OneTime(string name) => new(
        "PASSWORD_ONE_TIME", $"{name} 的密码是一次性的，请先修改：执行 batch login {name}，或在网页上登录。",
        $"The password of {name} is a one-time one. Change it first: batch login {name}, or sign in on the pages.");

    private async Task<User> ByTokenAsync(CancellationToken cancellation)
    {
        if (TokenFile.Read() is not { } token)
        {
            throw new DataFaultException(
                "NOT_SIGNED_IN", "数据库中有用户，须证明操作人：请先执行 batch login 用户名，或设置 BATCH_USER 并在标准输入给出密码。",
                "The database has users, so who acts must be proved: sign in with batch login NAME, or set BATCH_USER and give the password on the standard input.");
        }

        SessionEnd end = await new Sessions(database.Program, clock).CheckAsync(token.Secret, token.Name, cancellation);
        return end == SessionEnd.None && await users.FindAsync(token.Name, cancellation) is { } user ? user : throw Ended(end);
    }

    private static DataFaultException Ended(SessionEnd end)
    {
        (string chinese, string english) = end switch
        {
            SessionEnd.Idle => ("超过 30 分钟没有使用", "it was not used for 30 minutes"),
            SessionEnd.Over => ("登录已满 12 小时", "12 hours have passed since the sign-in"),
            SessionEnd.Changed => ("密码、角色或账号状态已变更", "the password, the roles or the state of the user changed"),
            _ => ("已退出、被管理员结束，或属于另一个数据库", "it was signed out, ended by an administrator, or is of another database"),
        };
        return new DataFaultException("SESSION_ENDED", $"登录已失效（{chinese}）。请重新执行 batch login 用户名。", $"The sign-in has ended: {english}. Sign in again with batch login NAME.");
    }

    private static DataFaultException NotPermitted(string name, IReadOnlyList<string> anyOf)
    {
        (string Chinese, string English)[] roles = [.. anyOf.SelectMany(p => Permissions.Table[p]).Distinct().Select(UserRoles.NameOf)];
        return new DataFaultException(
            "NOT_PERMITTED", $"用户 {name} 没有此操作的权限；需要的角色：{string.Join("、", roles.Select(r => r.Chinese))}。",
            $"The user {name} may not do this; it takes one of the roles {string.Join(", ", roles.Select(r => r.English))}.");
    }

    private static Actor Of(User user, ActorProof proof) => new(user.Name, proof, user.Roles);
}

using Batch.Jobs.Store;

namespace Batch.Host.Access;

/// <summary>The made-up users of a demonstration: one for each role, named after it. Nobody knows their passwords.</summary>
internal sealed class DemoUsers(UserRegister users, AuditLog log)
{
    private const string Maker = "demo";

    /// <summary>All of them are there: they are made last, so everything else is there too.</summary>
    public async Task<bool> AreMadeAsync(CancellationToken cancellation)
    {
        IReadOnlyList<User> all = await users.AllAsync(cancellation);
        return UserRoles.All.All(role => all.Any(u => u.Name == role && !u.OneTime));
    }

    public async Task MakeAsync(CancellationToken cancellation)
    {
        foreach (string role in UserRoles.All)
        {
            string first = Passwords.OneTime();
            await users.AddAsync(role, [role], first, Maker, cancellation);
            await users.ChangePasswordAsync(role, first, Passwords.OneTime(), cancellation);
        }
    }

    /// <summary>The user of a role, recorded as signed in without a password.</summary>
    /// <exception cref="DataFaultException">DEMO_CHANGED: somebody has disabled the user or changed the roles.</exception>
    public async Task<User> SignInAsync(string role, string? origin, CancellationToken cancellation)
    {
        if (await users.FindAsync(role, cancellation) is not { Disabled: false } user || !user.Roles.SequenceEqual([role]))
        {
            throw new DataFaultException(
                "DEMO_CHANGED", $"演示用户 {role} 已被停用，或角色已改变。请由管理员恢复，或重新准备演示数据。",
                $"The demonstration's user {role} was disabled or has other roles now. An administrator can undo that, or begin the demonstration anew.");
        }

        await log.WriteAsync(new Act(role, "sign-in demo", null, null, null, origin), cancellation);
        return user;
    }
}

using Batch.Host.Access;
using Batch.Host.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using NodaTime;

namespace Batch.Host.Pages;

/// <summary>Users, their roles, and new one-time passwords.</summary>
[Authorize(Permissions.SeeUsers)]
internal sealed class UsersModel : BatchPage
{
    public IReadOnlyList<User> Users { get; private set; } = [];

    /// <summary>Whose password was just made, and the password: shown once.</summary>
    public (string Name, string Password)? Made { get; private set; }

    /// <summary>Until when users are locked after wrong passwords, of those who are.</summary>
    public IReadOnlyDictionary<string, Instant> Locked { get; private set; } = new Dictionary<string, Instant>();

    /// <summary>What was just done.</summary>
    public (string Chinese, string English)? Done { get; private set; }

    public bool MayManage { get; private set; }

    /// <summary>Whom the page asks about once more before they are disabled.</summary>
    [BindProperty(SupportsGet = true, Name = "disable")]
    public string? AskedFor { get; set; }

    /// <summary>The user asked about, who can still sign in; null: nobody is.</summary>
    public User? ToDisable => MayManage && Fault is null && Done is null ? Users.FirstOrDefault(u => u.Name == AskedFor && !u.Disabled) : null;

    /// <summary>How many minutes a lock still lasts, begun ones counted.</summary>
    public int MinutesUntil(Instant until) => Math.Max(1, (int)Math.Ceiling((until - Service<IClock>().GetCurrentInstant()).TotalMinutes));

    private UserRegister Register => Service<UserRegister>();

    public async Task OnGetAsync()
    {
        MayManage = await MayAsync(Permissions.ManageUsers);
        Users = await Register.AllAsync(Cancellation);
        Locked = await Service<SignIns>().LockedAsync(Cancellation);
    }

    public Task<IActionResult> OnPostAddAsync(string? name, string[]? roles, string? realName, string? unit) => ActAsync(async () =>
    {
        // What cannot be a name adds nobody.
        UserDescription description = UserDescription.Read(realName, unit);
        string password = Passwords.OneTime();
        User added = await Register.AddAsync((name ?? "").Trim(), roles ?? [], password, Who, Cancellation);
        if (!description.IsEmpty)
        {
            await Register.DescribeAsync(added.Name, description, Who, Cancellation);
        }

        Made = (added.Name, password);
    });

    public Task<IActionResult> OnPostDescribeAsync(string? name, string? realName, string? unit) => ActAsync(async () =>
    {
        await Register.DescribeAsync(name ?? "", UserDescription.Read(realName, unit), Who, Cancellation);
        Done = ($"{name} 的姓名和单位已保存。", $"Name and unit of {name} are saved.");
    });

    public Task<IActionResult> OnPostRolesAsync(string? name, string[]? roles) => ActAsync(async () =>
    {
        await Register.SetRolesAsync(name ?? "", roles ?? [], Who, Cancellation);
        Done = ($"{name} 的角色已保存。", $"The roles of {name} are saved.");
    });

    public Task<IActionResult> OnPostUnlockAsync(string? name) => ActAsync(async () =>
    {
        await Service<SignIns>().UnlockAsync(name ?? "", Who, HttpContext.Connection.RemoteIpAddress?.ToString(), Cancellation);
        Done = ($"{name} 已解除锁定，可用原密码登录。", $"{name} is unlocked and can sign in with the same password.");
    });

    public Task<IActionResult> OnPostResetAsync(string? name) => ActAsync(async () =>
    {
        string password = Passwords.OneTime();
        await Register.ResetAsync(name ?? "", password, Who, Cancellation);
        Made = (name ?? "", password);
    });

    public Task<IActionResult> OnPostEndSessionsAsync(string? name) => ActAsync(async () =>
    {
        await Service<Sessions>().EndAllAsync(name ?? "", Who, Cancellation);
        Done = ($"{name} 的会话已结束。", $"The sessions of {name} have ended.");
    });

    public Task<IActionResult> OnPostDisableAsync(string? name, bool disabled) => ActAsync(async () =>
    {
        await Register.SetDisabledAsync(name ?? "", disabled, Who, Cancellation);
        Done = disabled ? ($"{name} 已停用。", $"{name} is disabled.") : ($"{name} 已启用。", $"{name} is enabled.");
    });

    // Shown, not redirected to: a password that was just made is seen this once.
    private Task<IActionResult> ActAsync(Func<Task> act) => TryAsync(
        Permissions.ManageUsers,
        async () =>
        {
            await act();
            await OnGetAsync();
            return Page();
        },
        OnGetAsync);
}

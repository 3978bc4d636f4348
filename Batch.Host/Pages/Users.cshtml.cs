using Batch.Host.Access;
using Batch.Host.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Batch.Host.Pages;

/// <summary>Users, their roles, and new one-time passwords.</summary>
[Authorize(Permissions.ManageUsers)]
internal sealed class UsersModel : BatchPage
{
    public IReadOnlyList<User> Users { get; private set; } = [];

    /// <summary>Whose password was just made, and the password: shown once.</summary>
    public (string Name, string Password)? Made { get; private set; }

    private UserRegister Register => Service<UserRegister>();

    public async Task OnGetAsync() => Users = await Register.AllAsync(Cancellation);

    public Task<IActionResult> OnPostAddAsync(string? name, string[]? roles) => ActAsync(async () =>
    {
        string password = Passwords.OneTime();
        await Register.AddAsync((name ?? "").Trim(), roles ?? [], password, Who, Cancellation);
        Made = ((name ?? "").Trim(), password);
    });

    public Task<IActionResult> OnPostRolesAsync(string? name, string[]? roles) => ActAsync(() => Register.SetRolesAsync(name ?? "", roles ?? [], Who, Cancellation));

    public Task<IActionResult> OnPostResetAsync(string? name) => ActAsync(async () =>
    {
        string password = Passwords.OneTime();
        await Register.ResetAsync(name ?? "", password, Who, Cancellation);
        Made = (name ?? "", password);
    });

    public Task<IActionResult> OnPostEndSessionsAsync(string? name) => ActAsync(() => Service<Sessions>().EndAllAsync(name ?? "", Who, Cancellation));

    public Task<IActionResult> OnPostDisableAsync(string? name, bool disabled) => ActAsync(() => Register.SetDisabledAsync(name ?? "", disabled, Who, Cancellation));

    // Shown, not redirected to: a password that was just made is seen this once.
    private Task<IActionResult> ActAsync(Func<Task> act) => TryAsync(
        async () =>
        {
            await act();
            await OnGetAsync();
            return Page();
        },
        OnGetAsync);
}

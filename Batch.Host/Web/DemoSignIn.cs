using System.Net;
using Batch.Host.Access;
using Microsoft.AspNetCore.Antiforgery;

namespace Batch.Host.Web;

/// <summary>
/// What only <c>serve --demo</c> has: a button for each role on the page of signing in, and the route behind it. Whoever reaches the host can be anybody there, so it answers
/// this machine alone.
/// </summary>
internal static class DemoSignIn
{
    public const string Path = SignedIn.SignInPath + "/demo";

    /// <summary>The buttons: what each role does, in a few words.</summary>
    public static IReadOnlyList<(string Role, string Chinese, string English)> Buttons { get; } =
    [
        (UserRoles.Operator, "上传文件，处理拒绝行与待定行，计算批次", "uploads files, settles rejected and held rows, computes runs"),
        (UserRoles.Reviewer, "复核批次并入账，确认核对，接受差异", "approves and posts runs, confirms matches, accepts differences"),
        (UserRoles.Analyst, "查看并导出报表和图表", "reads and exports reports and charts"),
        (UserRoles.Inquiry, "在窗口或热线查询个人账户", "looks up accounts at a counter or on a hotline"),
        (UserRoles.Administrator, "管理用户、统筹区和定时作业，复核政策", "keeps users, areas and schedules, approves policies"),
        (UserRoles.Auditor, "查看一切，不作任何改动", "sees everything and changes nothing"),
    ];

    public static void Map(WebApplication app) => app.MapPost(Path + "/{role}", SignInAsync).AllowAnonymous().ExcludeFromDescription();

    /// <summary>Neither from another machine, nor by a proxy, nor under a name that leads here from elsewhere.</summary>
    public static async Task RequireLoopbackAsync(HttpContext context, RequestDelegate next)
    {
        if (IsLoopback(context.Request.Host.Host) && context.Connection.RemoteIpAddress is { } from && IPAddress.IsLoopback(from))
        {
            await next(context);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync("演示只在本机使用，请用 127.0.0.1 或 localhost 打开。\nThe demonstration is for this machine alone: open it as 127.0.0.1 or localhost.\n", context.RequestAborted);
    }

    /// <summary>A host's name or address by which only this machine is meant.</summary>
    public static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));

    private static async Task<IResult> SignInAsync(string role, HttpContext context, IAntiforgery antiforgery, UserRegister users, Jobs.Store.AuditLog log)
    {
        if (!UserRoles.All.Contains(role))
        {
            return Results.NotFound();
        }

        if (!await antiforgery.IsRequestValidAsync(context))
        {
            return Results.BadRequest();
        }

        User user = await new DemoUsers(users, log).SignInAsync(role, context.Connection.RemoteIpAddress?.ToString(), context.RequestAborted);
        await SignedIn.OpenAsync(context, user);
        return Results.LocalRedirect("~/");
    }
}

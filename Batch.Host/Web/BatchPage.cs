using Batch.Jobs.Store;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using NodaTime;

namespace Batch.Host.Web;

/// <summary>
/// What every page has at hand. A page derives from it and names its permission: <c>[Authorize(Permissions.SeeWork)]</c>. A
/// <see cref="DataFaultException"/> that leaves a handler is shown with its code and its sentence.
/// </summary>
internal abstract class BatchPage : PageModel
{
    private const string ToldChinese = "zh";
    private const string ToldEnglish = "en";

    /// <summary>The signed-in user: the <c>by</c> of every act.</summary>
    public string Who => User.Identity?.Name ?? throw new InvalidOperationException("Nobody is signed in.");

    public Language L => Service<Language>();

    public DatabaseConnection Database => Service<DatabaseConnection>();

    public LocalDate Today => Service<IClock>().Today();

    /// <summary>An act that was refused: shown on the page that it was tried on.</summary>
    public DataFaultException? Fault { get; protected set; }

    /// <summary>An act that had been done before it was asked for here: by whom and when.</summary>
    public (string Chinese, string English)? Already { get; protected set; }

    /// <summary>What the act did that this page was redirected to after; told once.</summary>
    public (string Chinese, string English)? JustDone => TempData[ToldChinese] is string chinese && TempData[ToldEnglish] is string english ? (chinese, english) : null;

    protected CancellationToken Cancellation => HttpContext.RequestAborted;

    public async Task<bool> MayAsync(string permission) => (await Service<IAuthorizationService>().AuthorizeAsync(User, permission)).Succeeded;

    /// <summary>The form of this handler was sent and is shown again, because its act was refused: an act that is done redirects.</summary>
    public bool IsRefused(string handler) => Request.HasFormContentType && string.Equals(Request.Query["handler"].ToString(), handler, StringComparison.OrdinalIgnoreCase);

    /// <summary>What was typed into a field of a form that is shown again; null: the form was not sent.</summary>
    public string? Typed(string handler, string field) => IsRefused(handler) ? Request.Form[field].ToString() : null;

    /// <summary>Does an act; what the data refuses is shown on this page with its code and sentence.</summary>
    protected async Task<IActionResult> TryAsync(Func<Task<IActionResult>> act, Func<Task> show)
    {
        try
        {
            return await act();
        }
        catch (DataFaultException fault)
        {
            Refuse(fault);
            await show();
            return Page();
        }
    }

    /// <summary>Says on the next page what was done. It passes through the browser, sealed: no names or numbers of persons.</summary>
    protected void Tell(string chinese, string english) => (TempData[ToldChinese], TempData[ToldEnglish]) = (chinese, english);

    /// <summary>Shows the fault on this page, with its status.</summary>
    protected void Refuse(DataFaultException fault)
    {
        Fault = fault;
        Response.StatusCode = FaultPages.StatusOf(FaultText.Of(fault));
        FaultPages.SayWhen(Response, fault);
    }

    /// <summary>The same, for users with the permission.</summary>
    protected async Task<IActionResult> TryAsync(string permission, Func<Task<IActionResult>> act, Func<Task> show) =>
        await MayAsync(permission) ? await TryAsync(act, show) : Forbid();

    /// <exception cref="DataFaultException">REASON_MISSING.</exception>
    protected static string Needed(string? reason) => string.IsNullOrWhiteSpace(reason)
        ? throw new DataFaultException("REASON_MISSING", "请写明理由。", "Write the reason.")
        : reason.Trim();

    /// <summary>Records an act of the signed-in user.</summary>
    protected Task AuditAsync(string act, string? area = null, string? subject = null, string? reason = null) =>
        Service<AuditLog>().WriteAsync(new Act(Who, act, area, subject, reason, HttpContext.Connection.RemoteIpAddress?.ToString()), Cancellation);

    protected Task<Area> OpenAreaAsync(string code) => Area.OpenAsync(Database, code, Cancellation);

    protected T Service<T>()
        where T : notnull => HttpContext.RequestServices.GetRequiredService<T>();
}

using Batch.Jobs.Store;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using NodaTime;

namespace Batch.Host.Web;

/// <summary>A page of one area: its route begins with the area's code, so that two windows can look at two areas.</summary>
internal abstract class AreaPage : BatchPage
{
    private const string Remembered = "area";

    [BindProperty(SupportsGet = true)]
    public string Code { get; set; } = "";

    /// <summary>Page of a longer list, from 1. ("page" itself is the name of the Razor page.)</summary>
    [BindProperty(SupportsGet = true, Name = "p")]
    public int? AskedPage { get; set; }

    public Area Area { get; private set; } = null!;

    public IClock Clock => Service<IClock>();

    protected int PageNumber => Math.Clamp(AskedPage ?? 1, 1, 1_000_000);

    /// <summary>The area that the browser was last in.</summary>
    public static string? LastOf(HttpContext context) => context.Request.Cookies[Remembered];

    /// <summary>The area where it is in use, else the first that is; null: none is.</summary>
    public static string? Chosen(string? code, IReadOnlyList<string> areas) => code is not null && areas.Contains(code) ? code : areas is [string first, ..] ? first : null;

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        // Only looking at an address opens no new area: that is an act of its own.
        if (!(await Migrator.AreasAsync(Database.Program, Cancellation)).Contains(Code))
        {
            throw new DataFaultException("AREA_NOT_OPEN", $"统筹区 {Code} 尚未启用，请在“统筹区”页启用。", $"Area {Code} is not in use yet; open it on the page of areas.");
        }

        Area = await OpenAreaAsync(Code);
        ViewData["Code"] = Code;
        ViewData["AreaName"] = L[Area.Policy.Policy.Name, Area.Policy.Policy.EnglishName];
        Response.Cookies.Append(Remembered, Code, new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = Request.IsHttps,
            MaxAge = TimeSpan.FromDays(365),
            IsEssential = true,
        });
        await next();
    }
}

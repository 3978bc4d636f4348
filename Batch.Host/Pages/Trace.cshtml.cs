using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Reading;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using NodaTime;

namespace Batch.Host.Pages;

/// <summary>Where a trace begins: a search for a line of the bank's statement or a receipt, and the form of a draw.</summary>
[Authorize(Permissions.TraceMoney)]
internal sealed class TraceModel : AreaPage
{
    /// <summary>Serial or document number.</summary>
    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Number { get; set; }

    public TraceFound? Found { get; private set; }

    /// <summary>The month to draw from.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Month { get; set; }

    /// <summary>The one asked for, or the latest with a posted run.</summary>
    public YearMonth Of { get; private set; }

    public bool MayLookUp { get; private set; }

    public async Task OnGetAsync()
    {
        Of = Show.ReadMonth(Month) ?? (await new MonthList(Area).ReadAsync(Cancellation)).Where(m => m.Runs > 0).Select(m => (YearMonth?)m.Month).FirstOrDefault() ?? Today.ToYearMonth();
        MayLookUp = await MayAsync(Permissions.LookUpAccounts);
        Found = string.IsNullOrWhiteSpace(Number) ? null : await new Tracing(Area).FindAsync(Number.Trim(), Cancellation);
    }
}

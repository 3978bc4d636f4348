using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Reading;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using NodaTime;

namespace Batch.Host.Pages;

/// <summary>The months of the ledger.</summary>
[Authorize(Permissions.SeeWork)]
internal sealed class MonthsModel : AreaPage
{
    public YearMonth Current { get; private set; }

    public IReadOnlyList<MonthLine> Lines { get; private set; } = [];

    public async Task OnGetAsync()
    {
        MonthList months = new(Area);
        Current = await months.CurrentAsync(Cancellation) ?? new YearMonth(Today.Year, Today.Month);
        Lines = await months.ReadAsync(Cancellation);
    }

    public IActionResult OnGetGo(string? month) => Redirect(Show.ReadMonth(month) is { } m ? $"~/{Code}/months/{Show.Month(m)}" : $"~/{Code}/months");
}

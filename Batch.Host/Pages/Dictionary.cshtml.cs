using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Reading;
using Microsoft.AspNetCore.Authorization;

namespace Batch.Host.Pages;

/// <summary>The data dictionary: the views that analysts may read.</summary>
[Authorize(Permissions.SeeWork)]
internal sealed class DictionaryModel : AreaPage
{
    public IReadOnlyList<AnalystView> Views { get; private set; } = [];

    public async Task OnGetAsync() => Views = await new AnalystViews(Area).ReadAsync(Cancellation);
}

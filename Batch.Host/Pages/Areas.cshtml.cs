using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Store;
using Batch.Rules;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Batch.Host.Pages;

/// <summary>An area that has a policy, and whether it is in use here.</summary>
internal sealed record AreaLine(string Code, string Chinese, string English, bool InUse);

/// <summary>The areas in use, and those that can be.</summary>
[Authorize(Permissions.Anyone)]
internal sealed class AreasModel : BatchPage
{
    public IReadOnlyList<AreaLine> Lines { get; private set; } = [];

    public async Task OnGetAsync()
    {
        IReadOnlyList<string> inUse = await Migrator.AreasAsync(Database.Program, Cancellation);
        Lines = [.. inUse.Union(ShippedPolicies.Areas).Order(StringComparer.Ordinal).Select(code => Line(code, inUse.Contains(code))).OrderByDescending(l => l.InUse)];
    }

    public async Task<IActionResult> OnPostAsync(string? code)
    {
        if (!await MayAsync(Permissions.OpenAreas))
        {
            return Forbid();
        }

        Area area = await Area.OpenOrCreateAsync(Database, code ?? "", Cancellation);
        await AuditAsync("area.open", area.Schema.Code);
        return Redirect("~/" + area.Schema.Code);
    }

    private static AreaLine Line(string code, bool inUse)
    {
        (string chinese, string english) = AreaNames.Of(code);
        return new AreaLine(code, chinese, english, inUse);
    }
}

using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Reading;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Batch.Host.Pages;

/// <summary>Who did what.</summary>
[Authorize(Permissions.ReadAudit)]
internal sealed class AuditModel : BatchPage
{
    [BindProperty(SupportsGet = true, Name = "p")]
    public int? AskedPage { get; set; }

    [BindProperty(SupportsGet = true, Name = "who")]
    public string? By { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Act { get; set; }

    public Listing<AuditLine> Lines { get; private set; } = null!;

    public string Query => $"who={Uri.EscapeDataString(By ?? "")}&act={Uri.EscapeDataString(Act ?? "")}";

    public async Task OnGetAsync() => Lines = await new AuditList(Database.Program).ReadAsync(
        new AuditFilter(By?.Trim() ?? "", ActGroups.BeginningsOf(Act?.TrimStart() ?? ""), ""), Math.Clamp(AskedPage ?? 1, 1, 1_000_000), Cancellation);
}

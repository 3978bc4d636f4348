using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Batch.Host.Pages;

/// <summary>The rows of a file as they were received: a row that a trace or a reject names is found here.</summary>
[Authorize(Permissions.SeeWork)]
internal sealed class SubmissionRowsModel : AreaPage
{
    private const int LastRow = 9_999_999;

    [BindProperty(SupportsGet = true)]
    public int Number { get; set; }

    /// <summary>The first row that is shown.</summary>
    [BindProperty(SupportsGet = true)]
    public int Row { get; set; } = 1;

    public int Before => Math.Max(1, Row - ReceivedRows.PageRows);

    public SubmissionLine Line { get; private set; } = null!;

    public SubmissionRows Told { get; private set; } = null!;

    public async Task OnGetAsync()
    {
        Row = Math.Clamp(Row, 1, LastRow);
        Line = await new SubmissionList(Area).FindAsync(Number, Cancellation);
        Told = await new ReceivedRows(Area, IntakeLimits.Configured).ReadAsync(Number, Row, Cancellation);
    }

    /// <summary>What the intake made of a row.</summary>
    public (string Chinese, string English) ResultOf(ReceivedRow row) =>
        !row.IsLine ? ("不是明细行", "total, remark or header")
        : Line.Refused is not null ? ("整份拒收", "refused with the file")
        : !Told.Codes[row.Row].Any() ? ("受理", "taken in")
        : Told.Codes[row.Row].All(RejectionCodes.IsHeld) ? ("收到时待定", "held when it came in")
        : ("拒绝", "rejected");
}

using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Import;
using Batch.Jobs.Overview;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace Batch.Host.Pages;

/// <summary>Rows that wait for a decision; rows of one person and month stand together.</summary>
[Authorize(Permissions.SeeWork)]
internal sealed class HeldModel : AreaPage
{
    public Listing<HeldRow> Lines { get; private set; } = null!;

    public bool MayDecide { get; private set; }

    public async Task OnGetAsync()
    {
        await using NpgsqlConnection connection = await Area.Program.OpenConnectionAsync(Cancellation);
        IReadOnlyList<HeldRow> rows = await new HeldRows(Area.Schema).ListAsync(connection, null, Cancellation);
        Lines = new Listing<HeldRow>([.. rows.Skip((PageNumber - 1) * Listing<HeldRow>.PageRows).Take(Listing<HeldRow>.PageRows)], PageNumber, rows.Count);
        MayDecide = await MayAsync(Permissions.SendFiles);
    }

    public async Task<IActionResult> OnPostAsync(int submission, int row, string? act, string? reason)
    {
        if (!await MayAsync(Permissions.SendFiles))
        {
            return Forbid();
        }

        return await TryAsync(
            async () =>
            {
                DecisionDocument made = await new Decisions(Area.Program, Area.Schema).DecideAsync(new Decision(submission, row, act == "take", Who, reason ?? ""), Cancellation);
                await AuditAsync("held.decide", Code, $"{made.Submission}:{made.Row} {made.Act}", made.Reason);
                return Redirect($"~/{Code}/held");
            },
            OnGetAsync);
    }

    public static (string Chinese, string English) FigureOf(string name) => name switch
    {
        "base" => ("基数", "base"),
        "person" or "person-paid" or "personPaid" => ("个人缴费", "person paid"),
        "employer" or "employer-paid" or "employerPaid" => ("单位缴费", "employer paid"),
        "prior-year" or "priorYear" => ("上年度月均养老金", "pension of the prior year"),
        "this-year" or "thisYear" => ("本年月均养老金", "pension of this year"),
        "month" => ("当月养老金", "pension of the month"),
        _ => Show.Word(name),
    };
}

using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace Batch.Host.Pages;

/// <summary>Rows that wait for a decision; rows of one person and month stand together.</summary>
[Authorize(Permissions.SeeWork)]
[TakesScans]
internal sealed class HeldModel : AreaPage
{
    public Listing<HeldRow> Lines { get; private set; } = null!;

    public bool MayDecide { get; private set; }

    public async Task OnGetAsync()
    {
        await using NpgsqlConnection connection = await Area.Program.OpenConnectionAsync(Cancellation);
        IReadOnlyList<HeldRow> rows = await new HeldRows(Area.Schema).ListAsync(connection, null, Cancellation);
        int page = Listing.Within(PageNumber, rows.Count);
        Lines = new Listing<HeldRow>([.. rows.Skip((page - 1) * Listing<HeldRow>.PageRows).Take(Listing<HeldRow>.PageRows)], page, rows.Count);
        MayDecide = await MayAsync(Permissions.SendFiles);
    }

    public Task<IActionResult> OnPostAsync(int submission, int row, string? act, string? reason, List<IFormFile> scans) => TryAsync(
        Permissions.SendFiles,
        async () =>
        {
            Decision decision = new(submission, row, Takes(act), Who, reason ?? "") { Scans = await ScanForms.ReadAsync(scans, Cancellation) };
            DecisionDocument made = await new Decisions(Area).DecideAsync(decision, Cancellation);
            await AuditAsync("held.decide", Code, $"{made.Submission}:{made.Row} {made.Act}", made.Reason);
            bool take = Takes(act);
            Tell(
                $"已决定：报送 {submission} 第 {row} 行{HeldWords.DecisionOf(take).Chinese}。由下一批次计入。",
                $"Decided: row {row} of submission {submission} is {HeldWords.DecisionOf(take).English}. The next run includes the decision.");
            return Redirect($"~/{Code}/held");
        },
        OnGetAsync);

    // A form without its button decides nothing: to withdraw is a decision as well.
    private static bool Takes(string? act) => act switch
    {
        "take" => true,
        "withdraw" => false,
        _ => throw new DataFaultException("DECISION_MISSING", "请选择采用或不采用。", "Choose whether the row is taken or withdrawn."),
    };
}

using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Areas;
using Batch.Jobs.Import;
using Batch.Jobs.Intake;
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
        int page = Listing.Within(PageNumber, rows.Count);
        Lines = new Listing<HeldRow>([.. rows.Skip((page - 1) * Listing<HeldRow>.PageRows).Take(Listing<HeldRow>.PageRows)], page, rows.Count);
        MayDecide = await MayAsync(Permissions.SendFiles);
    }

    public Task<IActionResult> OnPostAsync(int submission, int row, string? act, string? reason) => TryAsync(
        Permissions.SendFiles,
        async () =>
        {
            DecisionDocument made = await new Decisions(Area.Program, Area.Schema).DecideAsync(new Decision(submission, row, Takes(act), Who, reason ?? ""), Cancellation);
            await AuditAsync("held.decide", Code, $"{made.Submission}:{made.Row} {made.Act}", made.Reason);
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

    /// <summary>Why a row is held, without the numbers that the row itself shows.</summary>
    public static (string Chinese, string English) WhyOf(HeldRow row) => row.Code switch
    {
        Codes.TwoEmployers => ("同一人同一所属期有两个单位申报", "two employers declare the person for the month"),
        Codes.DuplicateLine => ("同一文件中此人有两行，内容不同", "two lines of one file declare the person differently"),
        Codes.UnknownPerson => ("此人未登记参保", "the person is not registered"),
        Codes.BalanceExceeded => ("金额超过账户可用余额，须由报送人以外的人员决定", "more than the account holds; somebody else than who sent it decides"),
        Codes.NameDiffers => ($"文件中的姓名是{row.Found}，该号码登记的姓名是{row.Expected}", $"the file says {row.Found}, the name on record for the number is {row.Expected}"),
        Codes.BirthDateDiffers => ("出生日期与登记的不同", "the birth date is not the one on record"),
        Codes.ArrearsBelowPaid => ($"补缴的基数 {row.Found} 低于已缴的基数 {row.Expected}", $"arrears on a base of {row.Found} are less than what was paid, on {row.Expected}"),
        Codes.NumberInUse => ("新号码已属于另一位参保人；两个账户目前不能合并，只能不采用", "the new number is another person's; two accounts cannot be joined yet, so it can only be withdrawn"),
        _ => (RejectionCodes.Describe(new Rejection(row.Code, row.Row, "", "", ""), "zh"), RejectionCodes.Describe(new Rejection(row.Code, row.Row, "", "", ""), "en")),
    };
}

using System.Globalization;
using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Rules;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using NodaTime;

namespace Batch.Host.Pages;

/// <summary>The policy in force with its figures, sources and examples, and the proposals to change it.</summary>
[Authorize(Permissions.SeeWork)]
internal sealed class PoliciesModel : AreaPage
{
    public static IReadOnlyList<string> FigureNames { get; } = ["average-wage", "average-pension", "base-min", "base-max"];

    [BindProperty(SupportsGet = true)]
    public string? Month { get; set; }

    public YearMonth Of { get; private set; }

    public MonthPolicy? Policy { get; private set; }

    public IReadOnlyList<PolicyProposal> Pending { get; private set; } = [];

    /// <summary>Proposals that were withdrawn or refused, the latest first.</summary>
    public IReadOnlyList<PolicyProposal> Ended { get; private set; } = [];

    public IReadOnlyList<PolicyFault> Faults { get; private set; } = [];

    public bool MayPropose { get; private set; }

    public bool MayApprove { get; private set; }

    private PolicyStore Store => new(Database.Program);

    public async Task OnGetAsync()
    {
        Of = Show.ReadMonth(Month) ?? await new MonthList(Area).CurrentAsync(Cancellation) ?? new YearMonth(Today.Year, Today.Month);
        Policy = Area.Policy.TryFor(Of);
        Pending = await Store.PendingAsync(Code, Cancellation);
        Ended = await Store.EndedAsync(Code, Cancellation);
        MayPropose = await MayAsync(Permissions.ProposePolicies);
        MayApprove = await MayAsync(Permissions.ApprovePolicies);
    }

    public Task<IActionResult> OnPostFigureAsync(string? name, string? value, string? from, string? document) => ActAsync(Permissions.ProposePolicies, async () =>
    {
        YearMonth month = Show.ReadMonth(from) ?? throw new DataFaultException("MONTH_INVALID", "请填写起始月份，例如 2022-01。", "Give the first month, such as 2022-01.");
        decimal yuan = decimal.TryParse(value, NumberStyles.AllowDecimalPoint | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out decimal read)
            ? read
            : throw new DataFaultException("FIGURE_UNUSABLE", "请填写金额（元）。", "Give an amount in yuan.");
        if (string.IsNullOrWhiteSpace(document))
        {
            throw new DataFaultException("DOCUMENT_MISSING", "请填写文号。", "Give the number of the document.");
        }

        await Store.ProposeFigureAsync(Code, new DatedFigure(name ?? "", month, yuan, document.Trim()), Who, Cancellation);
    });

    public Task<IActionResult> OnPostFileAsync(IFormFile? file, string? document) => ActAsync(Permissions.ProposePolicies, async () =>
    {
        PolicyUpload sent = await PolicyUpload.ReadAsync(file, Code, Cancellation);
        Faults = sent.Faults;
        await Store.ProposeFileAsync(sent.Sound, sent.Name, string.IsNullOrWhiteSpace(document) ? sent.Name : document.Trim(), Who, Cancellation);
    });

    public Task<IActionResult> OnPostApproveAsync(string? hash) => ActAsync(Permissions.ApprovePolicies, () => Store.ApproveAsync(hash ?? "", Who, Cancellation));

    public Task<IActionResult> OnPostWithdrawAsync(string? hash) =>
        ActAsync(Permissions.ProposePolicies, () => Store.EndAsync(hash ?? "", ProposalEnd.Withdraw, null, Who, Cancellation));

    public Task<IActionResult> OnPostRefuseAsync(string? hash, string? reason) =>
        ActAsync(Permissions.ApprovePolicies, () => Store.EndAsync(hash ?? "", ProposalEnd.Refuse, reason, Who, Cancellation));

    private Task<IActionResult> ActAsync(string permission, Func<Task> act) => TryAsync(
        permission,
        async () =>
        {
            await act();
            return Redirect($"~/{Code}/policies");
        },
        OnGetAsync);
}

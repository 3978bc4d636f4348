using System.Globalization;
using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Areas;
using Batch.Jobs.Overview;
using Batch.Jobs.Policies;
using Batch.Rules;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using NodaTime;

namespace Batch.Host.Pages;

/// <summary>The policy in force with its figures, sources and examples, and the proposals to change it.</summary>
[Authorize(Permissions.SeeWork)]
internal sealed class PoliciesModel : AreaPage
{
    private const int LargestFile = 512 * 1024;

    public static IReadOnlyList<string> FigureNames { get; } = ["average-wage", "average-pension", "base-min", "base-max"];

    [BindProperty(SupportsGet = true)]
    public string? Month { get; set; }

    public YearMonth Of { get; private set; }

    public MonthPolicy? Policy { get; private set; }

    public IReadOnlyList<PolicyProposal> Pending { get; private set; } = [];

    public IReadOnlyList<PolicyFault> Faults { get; private set; } = [];

    public bool MayPropose { get; private set; }

    public bool MayApprove { get; private set; }

    private PolicyStore Store => new(Database.Program);

    public async Task OnGetAsync()
    {
        Of = Show.ReadMonth(Month) ?? await new MonthList(Area).CurrentAsync(Cancellation) ?? new YearMonth(Today.Year, Today.Month);
        Policy = Area.Policy.TryFor(Of);
        Pending = await Store.PendingAsync(Code, Cancellation);
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
        if (file is null || file.Length is 0 or > LargestFile)
        {
            throw new DataFaultException("NO_FILE", "请选择政策文件（YAML，不超过 512 KiB）。", "Choose a policy file (YAML, at most 512 KiB).");
        }

        using StreamReader reader = new(file.OpenReadStream());
        string text = await reader.ReadToEndAsync(Cancellation);
        try
        {
            if (AreaPolicy.Parse(text, file.FileName).Area != Code)
            {
                throw new DataFaultException("POLICY_OTHER_AREA", "该文件是另一个统筹区的政策。", "This file is the policy of another area.");
            }
        }
        catch (PolicyFaultException faulty)
        {
            Faults = faulty.Faults;
            throw new DataFaultException("POLICY_FAULTY", "政策文件有错误，见下表。", "The policy file has faults; see below.");
        }

        await Store.ProposeFileAsync(text, file.FileName, string.IsNullOrWhiteSpace(document) ? file.FileName : document.Trim(), Who, Cancellation);
    });

    public Task<IActionResult> OnPostApproveAsync(string? hash) => ActAsync(Permissions.ApprovePolicies, () => Store.ApproveAsync(hash ?? "", Who, Cancellation));

    private async Task<IActionResult> ActAsync(string permission, Func<Task> act)
    {
        if (!await MayAsync(permission))
        {
            return Forbid();
        }

        return await TryAsync(
            async () =>
            {
                await act();
                return Redirect($"~/{Code}/policies");
            },
            OnGetAsync);
    }
}

using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using NodaTime;

namespace Batch.Host.Pages;

/// <summary>What a proposal or a policy file would do to the people of a month, by tier and in total; nothing is posted.</summary>
[Authorize(Permissions.SeeWork)]
internal sealed class SimulationModel : AreaPage
{
    /// <summary>Of a proposal that waits.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Hash { get; set; }

    public YearMonth Of { get; private set; }

    public IReadOnlyList<PolicyProposal> Pending { get; private set; } = [];

    public IReadOnlyList<PolicyFault> Faults { get; private set; } = [];

    public SimulationDocument? Told { get; private set; }

    private PolicyStore Store => new(Database.Program);

    public async Task OnGetAsync()
    {
        IReadOnlyList<MonthLine> posted = await new MonthList(Area).ReadAsync(Cancellation);
        Of = posted.Count > 0 ? posted[0].Month : new YearMonth(Today.Year, Today.Month);
        Pending = await Store.PendingAsync(Code, Cancellation);
    }

    public async Task<IActionResult> OnPostAsync(IFormFile? file, string? month)
    {
        await OnGetAsync();
        return await TryAsync(
            async () =>
            {
                Of = Show.NeedMonth(month);
                Told = await SimulateAsync(file);
                return Page();
            },
            () => Task.CompletedTask);
    }

    /// <summary>A version of an area's policy, "420100 before 2023-02" or "420100 from 2023-02", without the area.</summary>
    public static (string Chinese, string English) VersionOf(string version) => version.Split(' ') switch
    {
        [_, "before", var month] => ($"{month} 以前的版本", $"version before {month}"),
        [_, "from", var month] => ($"{month} 起的版本", $"version from {month}"),
        _ => (version, version),
    };

    public static (string Chinese, string English) NameOf(PolicyProposal proposal) => proposal.Figure is { } figure
        ? ($"{Show.Word(figure).Chinese} {proposal.Value:#,##0.00}，自 {Show.Month(proposal.From!.Value)}", $"{Show.Word(figure).English} {proposal.Value:#,##0.00} from {Show.Month(proposal.From!.Value)}")
        : ($"政策文件 {proposal.Hash[..12]}", $"policy file {proposal.Hash[..12]}");

    /// <summary>Of a proposal of one figure: which, its value in the month now and then; null: the rules of a file.</summary>
    public (string Chinese, string English)? Changed
    {
        get
        {
            if (Pending.FirstOrDefault(p => p.Hash == Hash) is not { Figure: { } figure, Value: { } value })
            {
                return null;
            }

            (string chinese, string english) = Show.Word(figure);
            decimal? now = Area.Policy.TryFor(Of)?.FigureOf(figure);
            return ($"{chinese} {(now is { } old ? PoliciesModel.Yuan(old) : "（无）")} 改为 {PoliciesModel.Yuan(value)}", $"{english} from {(now is { } was ? PoliciesModel.Yuan(was) : "none")} to {PoliciesModel.Yuan(value)}");
        }
    }

    private async Task<SimulationDocument> SimulateAsync(IFormFile? file)
    {
        Simulation simulation = new(Area);
        try
        {
            if (!string.IsNullOrEmpty(Hash))
            {
                return await simulation.RunAsync(Of, await Store.ProposedAsync(Code, Hash, Cancellation), Hash[..Math.Min(12, Hash.Length)], Cancellation);
            }

            PolicyUpload sent = await PolicyUpload.ReadAsync(file, Code, Cancellation);
            Faults = sent.Faults;
            return await simulation.RunAsync(Of, sent.Sound, sent.Name, Cancellation);
        }
        catch (PolicyGapException gap)
        {
            throw new DataFaultException("POLICY_GAP", $"{gap.Month.Text()} 没有有效政策，不能试算。", gap.Message);
        }
    }
}

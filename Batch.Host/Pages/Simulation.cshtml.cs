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

    /// <summary>Every month that the change touches, where all were asked for.</summary>
    public SimulatedMonths? Months { get; private set; }

    /// <summary>What was asked for was all months touched.</summary>
    [BindProperty]
    public bool All { get; set; }

    private PolicyProposals Proposals => new(Database.Program);

    public async Task OnGetAsync()
    {
        IReadOnlyList<MonthLine> posted = await new MonthList(Area).ReadAsync(Cancellation);
        Of = posted.Count > 0 ? posted[0].Month : new YearMonth(Today.Year, Today.Month);
        Pending = await Proposals.PendingAsync(Code, Cancellation);
    }

    public async Task<IActionResult> OnPostAsync(IFormFile? file, string? month)
    {
        await OnGetAsync();
        return await TryAsync(
            async () =>
            {
                Of = All ? Of : Show.NeedMonth(month);
                await SimulateAsync(file);
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

    public static (string Chinese, string English) NameOf(PolicyProposal proposal) => proposal.Figures switch
    {
        [] => ($"政策文件 {proposal.Hash[..12]}", $"policy file {proposal.Hash[..12]}"),
        [var one] => ($"{Show.Word(one.Name).Chinese} {one.Value:#,##0.00}，自 {Show.Month(one.From)}", $"{Show.Word(one.Name).English} {one.Value:#,##0.00} from {Show.Month(one.From)}"),
        [var first, ..] all => ($"{all.Count} 个数值，自 {Show.Month(first.From)}（{proposal.Document}）", $"{all.Count} figures from {Show.Month(first.From)} ({proposal.Document})"),
    };

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

    private async Task SimulateAsync(IFormFile? file)
    {
        Simulation simulation = new(Area);
        try
        {
            (PolicyInForce policy, string name) = await ChosenAsync(simulation, file);
            if (All)
            {
                Months = await simulation.RunAllAsync(policy, name, Cancellation);
            }
            else
            {
                Told = await simulation.RunAsync(Of, policy, name, Cancellation);
            }
        }
        catch (PolicyGapException gap)
        {
            throw new DataFaultException("POLICY_GAP", $"{gap.Month.Text()} 没有有效政策，不能试算。", gap.Message);
        }
    }

    private async Task<(PolicyInForce Policy, string Name)> ChosenAsync(Simulation simulation, IFormFile? file)
    {
        if (!string.IsNullOrEmpty(Hash))
        {
            return (await Proposals.ProposedAsync(Code, Hash, Cancellation), Hash[..Math.Min(12, Hash.Length)]);
        }

        PolicyUpload sent = await PolicyUpload.ReadAsync(file, Code, Cancellation);
        Faults = sent.Faults;
        return (simulation.Proposed(sent.Sound, sent.Name), sent.Name);
    }
}

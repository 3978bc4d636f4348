using System.Globalization;
using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Files;
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
    [BindProperty(SupportsGet = true)]
    public string? Month { get; set; }

    public YearMonth Of { get; private set; }

    public MonthPolicy? Policy { get; private set; }

    public IReadOnlyList<PolicyProposal> Pending { get; private set; } = [];

    public IReadOnlyList<ApprovedFigure> Approved { get; private set; } = [];

    /// <summary>Proposals that were withdrawn or refused, the latest first.</summary>
    public IReadOnlyList<PolicyProposal> Ended { get; private set; } = [];

    public IReadOnlyList<PolicyFault> Faults { get; private set; } = [];

    /// <summary>The versions, the oldest first.</summary>
    public IReadOnlyList<TimelineVersion> Versions { get; private set; } = [];

    public IReadOnlyList<TimelineFigure> Figures { get; private set; } = [];

    public bool MayPropose { get; private set; }

    public bool MayApprove { get; private set; }

    private PolicyProposals Proposals => new(Database.Program);

    public async Task OnGetAsync()
    {
        Of = Show.ReadMonth(Month) ?? await new MonthList(Area).CurrentAsync(Cancellation) ?? new YearMonth(Today.Year, Today.Month);
        Policy = Area.Policy.TryFor(Of);
        Pending = await Proposals.PendingAsync(Code, Cancellation);
        Approved = await new PolicyStore(Database.Program).FiguresAsync(Code, Cancellation);
        Ended = await Proposals.EndedAsync(Code, Cancellation);
        Versions = PolicyTimeline.Versions(Area.Policy);
        Figures = PolicyTimeline.Figures(Area.Policy, Today.Year);
        MayPropose = await MayAsync(Permissions.ProposePolicies);
        MayApprove = await MayAsync(Permissions.ApprovePolicies);
    }

    public Task<IActionResult> OnPostFigureAsync(string? name, string? value, string? from, string? document) => ActAsync(Permissions.ProposePolicies, async () =>
    {
        YearMonth month = Show.ReadMonth(from) ?? throw new DataFaultException("MONTH_INVALID", "请填写起始月份，例如 2022-01。", "Give the first month, such as 2022-01.");
        decimal yuan = TypedAmount.Read(value) ?? throw new DataFaultException("FIGURE_UNUSABLE", "请填写金额（元），例如 7800.50。", "Give an amount in yuan, such as 7800.50.");
        if (string.IsNullOrWhiteSpace(document))
        {
            throw new DataFaultException("DOCUMENT_MISSING", "请填写文号。", "Give the number of the document.");
        }

        PolicyProposal made = await Proposals.ProposeFigureAsync(Code, new DatedFigure(name ?? "", month, yuan, document.Trim()), Who, Cancellation);
        Tell($"已提出：{WhatOf(made).Chinese}。须由另一位复核人员复核。", $"Proposed: {WhatOf(made).English}. Another person, a reviewer, approves it.");
    });

    public Task<IActionResult> OnPostFiguresAsync(IFormFile? file, string? document) => ActAsync(Permissions.ProposePolicies, async () =>
    {
        IReadOnlyList<DatedFigure> figures = await FigureUpload.ReadAsync(file, document, faults => Faults = faults, Cancellation);
        PolicyProposal made = await Proposals.ProposeFiguresAsync(Code, figures, Who, Cancellation);
        Tell($"已提出：{WhatOf(made).Chinese}。须由另一位复核人员复核。", $"Proposed: {WhatOf(made).English}. Another person, a reviewer, approves it.");
    });

    /// <summary>A file of the figures that have to be published until the end of the year, to be filled in.</summary>
    public IActionResult OnGetTemplate()
    {
        using MemoryStream file = new();
        FigureTemplate.Write(file, Area.Policy, new YearMonth(Today.Year, 12));
        return File(file.ToArray(), "text/csv", $"figures-{Code}-{Today.Year}.csv");
    }

    public Task<IActionResult> OnPostFileAsync(IFormFile? file, string? document) => ActAsync(Permissions.ProposePolicies, async () =>
    {
        PolicyUpload sent = await PolicyUpload.ReadAsync(file, Code, Cancellation);
        Faults = sent.Faults;
        PolicyProposal made = await Proposals.ProposeFileAsync(sent.Sound, sent.Name, string.IsNullOrWhiteSpace(document) ? sent.Name : document.Trim(), Who, Cancellation);
        Tell($"已提出：{WhatOf(made).Chinese}。须由另一位复核人员复核。", $"Proposed: {WhatOf(made).English}. Another person, a reviewer, approves it.");
    });

    public Task<IActionResult> OnPostApproveAsync(string? hash) => ActAsync(Permissions.ApprovePolicies, async () =>
    {
        PolicyProposal approved = await Proposals.ApproveAsync(hash ?? "", Who, Cancellation);
        Tell($"已复核通过：{WhatOf(approved).Chinese}，现已生效。", $"Approved: {WhatOf(approved).English}. It is in force.");
    });

    public Task<IActionResult> OnPostWithdrawAsync(string? hash) =>
        ActAsync(Permissions.ProposePolicies, async () =>
        {
            PolicyProposal withdrawn = await Proposals.EndAsync(hash ?? "", ProposalEnd.Withdraw, null, Who, Cancellation);
            Tell($"已撤回：{WhatOf(withdrawn).Chinese}。", $"Withdrawn: {WhatOf(withdrawn).English}.");
        });

    public Task<IActionResult> OnPostRefuseAsync(string? hash, string? reason) =>
        ActAsync(Permissions.ApprovePolicies, async () =>
        {
            PolicyProposal refused = await Proposals.EndAsync(hash ?? "", ProposalEnd.Refuse, reason, Who, Cancellation);
            Tell($"未同意：{WhatOf(refused).Chinese}。", $"Refused: {WhatOf(refused).English}.");
        });

    /// <summary>The value that is in force now in the month from which a proposed figure applies; null: none.</summary>
    public decimal? PresentOf(DatedFigure figure) => Area.Policy.TryFor(figure.From)?.FigureOf(figure.Name);

    /// <summary>Figures published for later months that a proposal would replace as well.</summary>
    public IReadOnlyList<TimelineFigure> ReplacedBy(PolicyProposal proposal) => PolicyTimeline.Replaced(Area.Policy, proposal.Figures, Today.Year);

    public static string Yuan(decimal? value) => value?.ToString("#,##0.00", CultureInfo.InvariantCulture) ?? "";

    /// <summary>What is left open, "flexible: ...", with the category in words.</summary>
    public static (string Chinese, string English) OpenOf(string text)
    {
        int end = text.IndexOf(": ", StringComparison.Ordinal);
        if (end <= 0 || !text[..end].All(c => char.IsAsciiLetterLower(c) || c == '-'))
        {
            return (text, text);
        }

        (string chinese, string english) = Show.Word(text[..end]);
        return ($"{chinese}：{text[(end + 2)..]}", $"{english}: {text[(end + 2)..]}");
    }

    private static (string Chinese, string English) WhatOf(PolicyProposal proposal)
    {
        if (proposal.Figures is not [var one])
        {
            return proposal.Figures.Count == 0
                ? ($"政策文件 {proposal.Document}", $"the policy file {proposal.Document}")
                : ($"{proposal.Figures.Count} 个数值，文号 {proposal.Document}", $"{proposal.Figures.Count} figures of {proposal.Document}");
        }

        string yuan = Yuan(one.Value);
        return ($"{Show.Word(one.Name).Chinese} {yuan} 元/月，自 {Show.Month(one.From)}", $"{Show.Word(one.Name).English} {yuan} yuan a month from {Show.Month(one.From)}");
    }

    private Task<IActionResult> ActAsync(string permission, Func<Task> act) => TryAsync(
        permission,
        async () =>
        {
            await act();
            return Redirect($"~/{Code}/policies");
        },
        OnGetAsync);
}

using System.Globalization;
using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Batch.Host.Pages;

/// <summary>Changes of who a person is: those that wait for another person, and those that were made.</summary>
[Authorize(Permissions.SeePersonChanges)]
[TakesScans]
internal sealed class IdentityModel : AreaPage
{
    public IReadOnlyList<IdentityDocument> Changes { get; private set; } = [];

    public IEnumerable<IdentityDocument> Waiting => Changes.Where(c => c.State == "proposed");

    public IEnumerable<IdentityDocument> Ended => Changes.Where(c => c.State != "proposed");

    public bool MayChange { get; private set; }

    private IdentityProposals Proposals => new(Area, Clock);

    /// <summary>The proposal whose change in money is shown.</summary>
    [BindProperty(SupportsGet = true)]
    public int? Preview { get; set; }

    public IdentityPreviewDocument? Told { get; private set; }

    public IdentityDocument? Previewed => Changes.FirstOrDefault(c => c.Proposal == Told?.Proposal);

    public async Task OnGetAsync()
    {
        MayChange = await MayAsync(Permissions.ChangePersons);
        Changes = await Proposals.ListAsync(null, Cancellation);
        if (Preview is { } proposal && Waiting.Any(c => c.Proposal == proposal) && Fault is null)
        {
            try
            {
                Told = await new IdentityPreview(Area, Clock).ReadAsync(proposal, Cancellation);
            }
            catch (DataFaultException fault)
            {
                Refuse(fault);
            }

            foreach ((int person, int account) in Told?.Accounts ?? [])
            {
                await Service<InquiryLog>().WriteAsync(new Inquired(Who, "page", Code, person, "identity", null, account), Service<WebOptions>().AccountsAnHour, Cancellation);
            }
        }
    }

    public Task<IActionResult> OnPostUndoAsync(UndoForm form, List<IFormFile> scans) => ActAsync(
        async () => await new IdentityProposals(Area, Clock) { Scans = await ScanForms.ReadAsync(scans, Cancellation) }.ProposeUndoAsync(
            form.Proposal, (TypedIdentity.Day(form.On) ?? throw TypedIdentity.DateMissing(), form.Document ?? "", Needed(form.Reason)), Who, Cancellation, form.Others),
        n => AuditAsync("person.proposed", Code, n), n => ($"已提出撤销（提案 {n}），由另一人复核后生效。", $"The undoing is proposed (proposal {n}); it takes effect once another person has approved it."));

    public Task<IActionResult> OnPostApproveAsync(int proposal) => ActAsync(
        () => Proposals.ApproveAsync(proposal, Who, Cancellation), n => AuditAsync("person.approved", Code, n),
        n => ($"提案 {n} 已生效；由此引起的差额由下一批次入账。", $"Proposal {n} is in effect; the next run posts what follows from it."));

    public Task<IActionResult> OnPostRefuseAsync(int proposal, string? reason) => ActAsync(
        () => Proposals.RefuseAsync(proposal, Needed(reason), Who, Cancellation), n => AuditAsync("person.refused", Code, n, reason), n => ($"提案 {n} 未同意。", $"Proposal {n} is refused."));

    public Task<IActionResult> OnPostWithdrawAsync(int proposal, string? reason) => ActAsync(
        () => Proposals.WithdrawAsync(proposal, Needed(reason), Who, Cancellation), n => AuditAsync("person.withdrawn", Code, n, reason), n => ($"提案 {n} 已撤回。", $"Proposal {n} is withdrawn."));

    private Task<IActionResult> ActAsync(Func<Task<IdentityDocument>> act, Func<string, Task> record, Func<string, (string Chinese, string English)> told) => TryAsync(
        Permissions.ChangePersons,
        async () =>
        {
            string number = (await act()).Proposal.ToString(CultureInfo.InvariantCulture);
            await record(number);
            (string chinese, string english) = told(number);
            Tell(chinese, english);
            return Redirect($"~/{Code}/identity");
        },
        OnGetAsync);
}

/// <summary>That a join or a part is to be taken back, as typed.</summary>
internal sealed record UndoForm(int Proposal, string? On, string? Document, string? Reason, string? Others);

using System.Globalization;
using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Intake;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Batch.Host.Pages;

/// <summary>Changes of who a person is: those that wait for another person, and those that were made.</summary>
[Authorize(Permissions.ChangePersons)]
internal sealed class IdentityModel : AreaPage
{
    public IReadOnlyList<IdentityDocument> Changes { get; private set; } = [];

    public IEnumerable<IdentityDocument> Waiting => Changes.Where(c => c.State == "proposed");

    public IEnumerable<IdentityDocument> Ended => Changes.Where(c => c.State != "proposed");

    private IdentityProposals Proposals => new(Area.Program, Area.Schema, Clock);

    public async Task OnGetAsync() => Changes = await Proposals.ListAsync(null, Cancellation);

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

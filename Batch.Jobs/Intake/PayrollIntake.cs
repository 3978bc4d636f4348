using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Rules;

namespace Batch.Jobs.Intake;

/// <summary>Takes in employers' payroll files: one contribution a person, employer and month.</summary>
public sealed class PayrollIntake(IntakeParts parts) : DeclarationIntake<PayrollLine, ContributionFact>(parts)
{
    protected override List<PayrollLine> LinesOf(LineBlock block) => block.Payroll;

    protected override ContributionFact FactOf(in PayrollLine line, int person) => new(
        line.Month, person, Parts.Employers.Find(line.Employer), line.Row, FactState.Accepted, line.Base, line.PersonPaid, line.EmployerPaid,
        line.ReceivedOn is { } day ? new DateOnly(day.Year, day.Month, day.Day) : null);

    protected override void Check(in PayrollLine line, MonthPolicy policy, string category, List<Rejection> faults) =>
        LineChecks.CheckPayroll(line, policy, category, faults);

    protected override Task LoadMoreAsync(IReadOnlyList<DraftBlock> blocks, CancellationToken cancellation) =>
        Parts.Employers.LoadAsync(blocks.SelectMany(b => b.Block.Payroll.Select(l => (l.Employer, l.EmployerName))), cancellation);

    protected override bool MayWait(in PayrollLine line, FileDraft draft) => IsArrears(line, draft);

    /// <summary>A late payment that says less than the same employer has paid for the month. Two lines of one file are another question.</summary>
    protected override Rejection? Doubt(in PayrollLine line, in ContributionFact fact, List<FactInForce<ContributionFact>>? inForce, FileDraft draft)
    {
        if (inForce is null || !IsArrears(line, draft))
        {
            return null;
        }

        int employer = fact.Employer;
        return inForce.Find(f => f.Fact.Employer == employer && f.Fact.State == FactState.Accepted && f.Submission != draft.Submission) is { Fact: var paid }
            && (fact.Base < paid.Base || fact.Paid < paid.Paid)
            ? new Rejection(Codes.ArrearsBelowPaid, fact.Row, "缴费基数", fact.Base.ToString(), paid.Base.ToString()) : null;
    }

    internal override void AddConsequences(BlockOutput<ContributionFact> output, FileDraft draft, LineBlock block, Staging<ContributionFact> staging) =>
        output.AddRejectedPaid(draft.Submission, staging.RejectedPaid);

    // A regular file pays its own month: what it says of an earlier one is paid late, whatever the row calls it.
    private static bool IsArrears(in PayrollLine line, FileDraft draft) => line.Arrears || (draft.Kind == SubmissionKind.Regular && draft.Month > line.Month);
}

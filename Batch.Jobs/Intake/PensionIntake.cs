using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Intake;

/// <summary>Takes in the pension agency's files: one report a person and month.</summary>
public sealed class PensionIntake(IntakeParts parts) : DeclarationIntake<PensionLine, PensionFact>(parts)
{
    protected override List<PensionLine> LinesOf(LineBlock block) => block.Pension;

    protected override PensionFact FactOf(in PensionLine line, int person) =>
        new(line.Month, person, line.Row, FactState.Accepted, line.PriorYear, line.ThisYear, line.MonthPension);

    protected override void Check(in PensionLine line, MonthPolicy policy, string category, List<Rejection> faults) =>
        LineChecks.CheckPension(line, policy, category, faults);

    /// <summary>A pension row may carry the date of the retirement 退休日期: a change of status that the agency vouches for (edge 20).</summary>
    internal override void AddConsequences(BlockOutput<PensionFact> output, FileDraft draft, LineBlock block, Staging<PensionFact> staging)
    {
        if (!block.Pension.Exists(l => l.RetiredOn is not null))
        {
            return;
        }

        HashSet<int> accepted = [.. staging.Facts.Where(f => f.State == FactState.Accepted).Select(f => f.Row)];
        foreach (PensionLine line in block.Pension.Where(l => l.RetiredOn is not null && accepted.Contains(l.Row)))
        {
            if (Persons.TryFind(line.Id, out int person) && Persons.RecordOf(person).RetiredOn != line.RetiredOn)
            {
                LocalDate on = line.RetiredOn!.Value;
                output.AddEvent(person, new PersonsLine(-line.Row, line.Id, line.Name, PersonEvent.Retired, on, null), draft.Submission);
                draft.CountFact("event", on.ToYearMonth());
            }
        }
    }
}

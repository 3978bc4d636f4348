using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Intake;

/// <summary>Checks a declared line against the month of its file and the record of its person. Used for line after line.</summary>
internal sealed class LineJudge(PolicyInForce policy)
{
    private (YearMonth Month, MonthPolicy? Policy) _slice;

    /// <summary>What is wrong with the line at hand; columns by our names.</summary>
    public List<Rejection> Faults { get; } = [];

    public void Begin<TLine>(in TLine line, PersonRecord record, FileDraft draft)
        where TLine : struct, IDeclaredLine
    {
        Faults.Clear();
        if (draft.Month is { } declared && line.Month > declared)
        {
            Add(Codes.MonthAfterSubmission, line, declared.Text());
        }

        if (record.DiedIn is { } died && line.Month > died)
        {
            Add(Codes.AfterDeath, line, died.Text());
        }

        // Where arrears are credited only after the enrolment, those for months before it are taken in: the pooled fund's.
        bool paidLate = draft.Month > line.Month && SliceOf(line.Month)?.ArrearsCredited == ArrearsCredited.OnlyAfterEnrolment;
        if (record.EnrolledIn is { } enrolled && line.Month < enrolled && !paidLate)
        {
            Add(Codes.BeforeEnrolment, line, enrolled.Text());
        }

        if (SliceOf(line.Month) is null)
        {
            Add(Codes.PolicyGap, line, "");
        }
    }

    /// <summary>The policy of a month; null: none is in force. Lines of one month come together.</summary>
    public MonthPolicy? SliceOf(YearMonth month)
    {
        if (_slice.Month != month || _slice.Policy is null)
        {
            _slice = (month, policy.TryFor(month));
        }

        return _slice.Policy;
    }

    private void Add<TLine>(string code, in TLine line, string expected)
        where TLine : struct, IDeclaredLine => Faults.Add(new Rejection(code, line.Row, "费款所属期", line.Month.Text(), expected));
}

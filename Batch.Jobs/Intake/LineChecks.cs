using Batch.Rules;

namespace Batch.Jobs.Intake;

/// <summary>What a line must satisfy under the policy of its month; the same for a check before sending and for the import.</summary>
public static class LineChecks
{
    /// <summary>Files round each person's amount as their systems do: a difference of one fen is none.</summary>
    private const long ToleratedFen = 1;

    /// <summary>The amounts paid against the rates on the base, clamped to the area's limits.</summary>
    public static void CheckPayroll(in PayrollLine line, MonthPolicy policy, string category, List<Rejection> into)
    {
        if (!policy.Covers(category, Standing.Active))
        {
            into.Add(new Rejection(Codes.CategoryOpen, line.Row, ColumnNames.Ours(Column.Standing), category, policy.Version));
            return;
        }

        ExpectedContribution expected;
        try
        {
            expected = Assessment.Expect(policy, category, line.Id.Birth, line.Base);
        }
        catch (MissingFigureException missing)
        {
            into.Add(new Rejection(Codes.FigureMissing, line.Row, ColumnNames.Ours(Column.Month), Text(line.Month), missing.Figure));
            return;
        }

        Compare(line.Row, Column.PersonPaid, line.PersonPaid, expected.Person, isMinimum: false, into);
        Compare(line.Row, Column.EmployerPaid, line.EmployerPaid, expected.Employer, expected.EmployerIsMinimum, into);
    }

    /// <summary>A retiree's line has the pension that the policy takes a rate of.</summary>
    public static void CheckPension(in PensionLine line, MonthPolicy policy, string category, List<Rejection> into)
    {
        if (!policy.Covers(category, Standing.Retired))
        {
            into.Add(new Rejection(Codes.CategoryOpen, line.Row, ColumnNames.Ours(Column.Standing), category, policy.Version));
        }
        else if (line is { PriorYear: null, ThisYear: null, MonthPension: null } && policy.NeedsPension(category))
        {
            into.Add(new Rejection(Codes.PensionMissing, line.Row, ColumnNames.Ours(Column.PensionPriorYear), "", "> 0"));
        }
        else if (MissingFigure(line, policy, category) is { } figure)
        {
            into.Add(new Rejection(Codes.FigureMissing, line.Row, ColumnNames.Ours(Column.Month), Text(line.Month), figure));
        }
    }

    // A figure that the month's credit needs and nobody has given: refused now, so that the run does not stop for it (edge 17).
    private static string? MissingFigure(in PensionLine line, MonthPolicy policy, string category)
    {
        try
        {
            Assessment.Assess(policy, new PersonMonth
            {
                Standing = Standing.Retired,
                Birth = line.Id.Birth,
                Category = category,
                PensionPriorYear = line.PriorYear,
                PensionThisYear = line.ThisYear,
                PensionMonth = line.MonthPension,
            });
            return null;
        }
        catch (MissingFigureException missing)
        {
            return missing.Figure;
        }
    }

    private static void Compare(int row, Column column, Money paid, Money? expected, bool isMinimum, List<Rejection> into)
    {
        if (expected is not { } due || (isMinimum ? paid.Fen >= due.Fen - ToleratedFen : Math.Abs(paid.Fen - due.Fen) <= ToleratedFen))
        {
            return;
        }

        into.Add(new Rejection(isMinimum ? Codes.AmountBelowShare : Codes.AmountMismatch, row, ColumnNames.Ours(column), paid.ToString(), due.ToString()));
    }

    private static string Text(NodaTime.YearMonth month) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{month.Year:0000}-{month.Month:00}");
}

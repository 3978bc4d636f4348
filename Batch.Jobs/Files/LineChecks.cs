using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Files;

/// <summary>What a line must satisfy under the policy of its month; the same for a check before sending and for the import.</summary>
public static class LineChecks
{
    /// <summary>Files round each person's amount as their systems do: a difference of one fen is none.</summary>
    private const long ToleratedFen = 1;

    private static readonly ConditionalWeakTable<MonthPolicy, ConcurrentDictionary<MissingKey, string>> Missing = [];

    [Flags]
    private enum Figures
    {
        PriorYear = 1,
        ThisYear = 2,
        Month = 4,
        Contribution = 8,
    }

    private readonly record struct MissingKey(string Category, LocalDate Birth, Figures Figures);

    /// <summary>The amounts paid against the rates on the base, clamped to the area's limits.</summary>
    public static void CheckPayroll(in PayrollLine line, MonthPolicy policy, string category, List<Rejection> into)
    {
        if (!policy.Covers(category, Standing.Active))
        {
            into.Add(new Rejection(Codes.CategoryOpen, line.Row, ColumnNames.Ours(Column.Standing), category, policy.Version));
            return;
        }

        MissingKey key = new(category, line.Birth, Figures.Contribution);
        if (KnownMissing(policy, key) is { } known)
        {
            into.Add(new Rejection(Codes.FigureMissing, line.Row, ColumnNames.Ours(Column.Month), line.Month.Text(), known));
            return;
        }

        ExpectedContribution expected;
        try
        {
            expected = Assessment.Expect(policy, category, line.Birth, line.Base);
        }
        catch (MissingFigureException missing)
        {
            Remember(policy, key, missing.Figure);
            into.Add(new Rejection(Codes.FigureMissing, line.Row, ColumnNames.Ours(Column.Month), line.Month.Text(), missing.Figure));
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
            into.Add(new Rejection(Codes.FigureMissing, line.Row, ColumnNames.Ours(Column.Month), line.Month.Text(), figure));
        }
    }

    // A figure that the month's credit needs and nobody has given: refused now, so that the run does not stop for it (edge 17). An amount frozen for the
    // person comes by a persons file, perhaps later: without it the run credits nothing, and the difference once it is there.
    private static string? MissingFigure(in PensionLine line, MonthPolicy policy, string category)
    {
        MissingKey key = new(
            category, line.Birth,
            (line.PriorYear is null ? 0 : Figures.PriorYear) | (line.ThisYear is null ? 0 : Figures.ThisYear) | (line.MonthPension is null ? 0 : Figures.Month));
        if (KnownMissing(policy, key) is { } known)
        {
            return known;
        }

        try
        {
            Assessment.Assess(policy, new PersonMonth
            {
                Standing = Standing.Retired,
                Birth = line.Birth,
                Category = category,
                PensionPriorYear = line.PriorYear,
                PensionThisYear = line.ThisYear,
                PensionMonth = line.MonthPension,
                FrozenAmount = policy.NeedsFrozenAmount(category) ? Money.Zero : null,
            });
            return null;
        }
        catch (MissingFigureException missing)
        {
            Remember(policy, key, missing.Figure);
            return missing.Figure;
        }
    }

    // Whether a figure is missing hangs on who it is for and on which figures the line has, never on how large they are. Thrown once and then
    // remembered: where a figure is missing it is missing for a million rows.
    private static string? KnownMissing(MonthPolicy policy, MissingKey key) =>
        Missing.TryGetValue(policy, out ConcurrentDictionary<MissingKey, string>? known) && known.TryGetValue(key, out string? figure) ? figure : null;

    private static void Remember(MonthPolicy policy, MissingKey key, string figure) => Missing.GetOrCreateValue(policy).TryAdd(key, figure);

    private static void Compare(int row, Column column, Money paid, Money? expected, bool isMinimum, List<Rejection> into)
    {
        if (expected is not { } due || (isMinimum ? paid.Fen >= due.Fen - ToleratedFen : Math.Abs(paid.Fen - due.Fen) <= ToleratedFen))
        {
            return;
        }

        into.Add(new Rejection(isMinimum ? Codes.AmountBelowShare : Codes.AmountMismatch, row, ColumnNames.Ours(column), paid.ToString(), due.ToString()));
    }
}

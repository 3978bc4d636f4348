using NodaTime;

namespace Batch.Rules;

/// <summary>All that is in force for one person in one month and decides the entitlement.</summary>
public struct MonthFacts
{
    public LocalDate Birth { get; set; }
    public YearMonth? DiedIn { get; set; }
    public YearMonth? RetiredIn { get; set; }

    /// <summary>Null: <see cref="Categories.Unit"/>.</summary>
    public string? Category { get; set; }
    public DeclaredContribution Contribution { get; set; }
    public DeclaredPension Pension { get; set; }

    /// <summary>The prior-year average that another month of the year brought, in fen; 0: none, or the month has its own.</summary>
    public long YearsPriorYearFen { get; set; }

    /// <summary>What other months of the year say, where retirees are credited a year in advance; null: not read.</summary>
    public AdvanceMonths? Advance { get; set; }

    /// <summary>What the month's policy gates on; null where it gates on nothing, or nothing is known.</summary>
    public GatedFacts? Gated { get; set; }
}

/// <summary>A declared contribution in force; <see cref="Employer"/> 0: none.</summary>
public record struct DeclaredContribution(
    int Employer, int Submission, int Row, bool IsAccepted, Money Base, Money PersonPaid, Money EmployerPaid, bool Received);

/// <summary>A reported pension in force; <see cref="Submission"/> 0: none.</summary>
public record struct DeclaredPension(int Submission, int Row, bool IsAccepted, Money? PriorYear, Money? ThisYear, Money? Month);

/// <summary>The months of a year in which a person was in a pension file, was in work, and left.</summary>
public sealed class AdvanceMonths
{
    public HashSet<YearMonth> Pensions { get; } = [];
    public HashSet<YearMonth> Contributions { get; } = [];
    public HashSet<YearMonth> Leaves { get; } = [];
}

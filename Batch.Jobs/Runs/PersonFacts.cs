using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Runs;

/// <summary>What a run reads of one person in one month: the facts in force, whether the run touches the person, and what the ledger has.</summary>
public struct PersonFacts
{
    public int Account;
    public MonthFacts InForce;

    /// <summary>A submission of this run names the person, or everybody is computed.</summary>
    public bool Touched;

    /// <summary>The earliest change of status on record, and whether this run brings one.</summary>
    public LocalDate? FirstEvent;
    public bool HasNewEvent;

    /// <summary>This run brings another number, and with it perhaps another birth date.</summary>
    public bool HasNewNumber;

    /// <summary>This run brings word of a retirement: it ends the credit of pensions for months before it, too.</summary>
    public bool HasNewRetirement;

    /// <summary>This run brings a fact that the month is gated on.</summary>
    public bool HasNewGate;

    public Legs PostedContribution;
    public Legs PostedRetiree;

    /// <summary>The contribution being read: the latest version of one employer.</summary>
    public DeclaredContribution Reading;
}

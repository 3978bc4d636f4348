using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Intake;

/// <summary>What changes an account besides credits and interest; the numbers are the ledger's components.</summary>
public enum MovementKind : short
{
    Opening = 4,
    Spending = 5,
    PayOut = 6,
    TransferIn = 7,
    TransferOut = 8,
    Correction = 9,
}

/// <summary>Where a day's spending was.</summary>
public enum SpendingChannel : short
{
    None = 0,
    Pharmacy = 1,
    Clinic = 2,
    Hospital = 3,
}

/// <summary>Why an account is paid out or closed.</summary>
public enum Ground : short
{
    None = 0,
    Emigration = 1,
    Death = 2,
    NoHeir = 3,
    GivingUp = 4,
    ResidenceElsewhere = 5,
    Other = 6,
    TransferOut = 7,
}

/// <summary>A movements row that passed.</summary>
/// <param name="Amount">As the file states it: without a sign, but for a correction.</param>
/// <param name="Member">The family member whose spending it is, or the heir who is paid.</param>
/// <param name="Counterpart">The other area of a transfer, or the heir's name.</param>
/// <param name="EarlierMonths">Of an opening balance: months accumulated before the take-over.</param>
public readonly record struct MovementLine(
    int Row, CitizenId Id, string? Name, MovementKind Kind, Money Amount, LocalDate On, SpendingChannel Channel, string? Document, Ground Ground,
    CitizenId? Member, string? Counterpart, string? EarlierMonths)
{
    /// <summary>Birth date by the column, for a document whose number holds none.</summary>
    public LocalDate? BirthTold { get; init; }

    /// <summary>As it changes the account.</summary>
    public Money Change => Kind is MovementKind.Spending or MovementKind.PayOut or MovementKind.TransferOut ? -Amount : Amount;
}

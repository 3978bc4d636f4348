using Batch.Jobs.Facts;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Files;

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
    public Money Change => Kind is MovementKind.Spending or MovementKind.PayOut or MovementKind.TransferOut or MovementKind.WalletOut ? -Amount : Amount;
}

using Batch.Jobs.Intake;
using Batch.Jobs.Ledger;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Reading;

/// <summary>The check of a month's money: the bank's statement, the receipts, what does not match by its age, and declared, received and booked side by side.</summary>
/// <param name="AsOf">The last day of the month, to which ages are counted.</param>
public sealed record ReconcileDocument(
    string Area, YearMonth Month, LocalDate AsOf, BankSums Bank, ReceiptSums Receipts, IReadOnlyList<UnmatchedLine> LinesWithoutReceipt,
    IReadOnlyList<UnmatchedReceipt> ReceiptsWithoutLine, IReadOnlyList<MoneyDifference> Differences, IReadOnlyList<ProposedMatch> Proposed, ThreeWayDocument ThreeWay, IReadOnlyList<ReturnDocument> Returns)
{
    /// <summary>The differences that the month is closed by, with who accepted them.</summary>
    public required MonthDifferences Check { get; init; }

    /// <summary>The closing of the month; null: it is open. The sums and the three-way check are then those that it was closed with, where they are on record.</summary>
    public ClosedMonth? Closed { get; init; }
}

/// <summary>A closed month's money, and what later files changed of it.</summary>
/// <param name="Recorded">False: it was closed before its money was kept with the closing, so that what is shown is as of now.</param>
/// <param name="Bank">The statement as it is now; null: as it was closed with.</param>
/// <param name="Receipts">The receipts as they are now; null: as they were.</param>
public sealed record ClosedMonth(string By, Instant At, bool Recorded, BankSums? Bank, ReceiptSums? Receipts, IReadOnlyList<ThreeWayChange> Changes);

/// <summary>An employer's month that differs from what the month was closed with. Null: it had no difference then, or has none now.</summary>
public sealed record ThreeWayChange(string Employer, string Name, YearMonth Month, ThreeWayLine? Then, ThreeWayLine? Now);

/// <summary>Receipts and lines among the unmatched that share a voucher number and do not agree, in amount or by more days than a match allows.</summary>
/// <param name="Difference">The statement less the receipts.</param>
public sealed record MoneyDifference(string Document, IReadOnlyList<string> Employers, Money Received, Money OnStatement, Money Difference, LocalDate On, int Days);

/// <summary>A match by hand that waits for another person.</summary>
public sealed record ProposedMatch(int Match, string By, Instant At, string Reason, Money Amount, IReadOnlyList<string> Lines, IReadOnlyList<string> Receipts);

/// <summary>A match that counts.</summary>
/// <param name="Way">document, day, sum, parts, or hand.</param>
/// <param name="By">Of a match by the program, who sent the file that made it certain.</param>
public sealed record MadeMatch(int Match, string Way, string By, string ConfirmedBy, string Reason, Money Amount, IReadOnlyList<string> Lines, IReadOnlyList<string> Receipts);

using Batch.Jobs.Intake;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Reading;

/// <summary>The check of a month's money: the bank's statement, the receipts, what does not match by its age, and declared, received and booked side by side.</summary>
/// <param name="AsOf">The last day of the month, to which ages are counted.</param>
public sealed record ReconcileDocument(
    string Area, YearMonth Month, LocalDate AsOf, BankSums Bank, ReceiptSums Receipts, IReadOnlyList<UnmatchedLine> LinesWithoutReceipt,
    IReadOnlyList<UnmatchedReceipt> ReceiptsWithoutLine, IReadOnlyList<MoneyDifference> Differences, IReadOnlyList<ProposedMatch> Proposed, ThreeWayDocument ThreeWay, IReadOnlyList<ReturnDocument> Returns);

/// <summary>The statement's lines of the month. Credit is money in, debit money out; matched and unmatched are of the money in.</summary>
public sealed record BankSums(long Lines, Money Credit, Money Debit, Money Matched, Money Unmatched);

/// <summary>The receipts of the month, by the day on which the money came. Amount covers contributions; total has late fee and interest too.</summary>
public sealed record ReceiptSums(long Count, Money Amount, Money LateFee, Money Interest, Money Total, Money Matched, Money Unmatched);

/// <param name="Payer">Masked where it is a person.</param>
/// <param name="Days">From the line to the end of the month.</param>
public sealed record UnmatchedLine(string Serial, LocalDate On, string Payer, Money Amount, string Document, int Days, string File, int Row);

public sealed record UnmatchedReceipt(string Employer, string Name, YearMonth Month, string Document, LocalDate On, Money Amount, int Days, string File, int Row);

/// <summary>Receipts and lines among the unmatched that share a voucher number and do not agree, in amount or by more days than a match allows.</summary>
/// <param name="Difference">The statement less the receipts.</param>
public sealed record MoneyDifference(string Document, IReadOnlyList<string> Employers, Money Received, Money OnStatement, Money Difference, LocalDate On, int Days);

/// <summary>A match by hand that waits for another person.</summary>
public sealed record ProposedMatch(int Match, string By, Instant At, string Reason, Money Amount, IReadOnlyList<string> Lines, IReadOnlyList<string> Receipts);

/// <summary>A match that counts.</summary>
/// <param name="Way">document, day, sum, parts, or hand.</param>
/// <param name="By">Of a match by the program, who sent the file that made it certain.</param>
public sealed record MadeMatch(int Match, string Way, string By, string ConfirmedBy, string Reason, Money Amount, IReadOnlyList<string> Lines, IReadOnlyList<string> Receipts);

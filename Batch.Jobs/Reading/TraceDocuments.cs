using System.Text.Json.Serialization;
using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Ledger;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Reading;

/// <summary>Where something was sent: the submission, its file and the row in it. Of a line that a decision or a join of two persons brought, the row that it was declared in.</summary>
/// <param name="Row">Null: a consequence of the file, such as a person left out of a replacement.</param>
public sealed record TracedRow(int Submission, string File, int? Row);

/// <summary>A line of the bank's statement in force.</summary>
/// <param name="Payer">Of a person, masked.</param>
/// <param name="Voucher">Of the books, 记-0001; null: the day has none.</param>
/// <param name="Booked">The day on which the books have it.</param>
public sealed record TracedLine(string Serial, LocalDate On, string Document, string Payer, Money In, Money Out, TracedRow From, LocalDate Booked, string? Voucher)
{
    /// <summary>The match that the line is part of; null: none.</summary>
    public int? Match { get; init; }

    /// <summary>document, day, sum, parts or hand.</summary>
    public string? Way { get; init; }
}

/// <summary>A receipt in force, with the lines of the statement that it is matched with.</summary>
/// <param name="Amount">The contributions, without late fee and interest.</param>
public sealed record TracedReceipt(
    string Employer, string Name, YearMonth Month, string Document, LocalDate On, Money Amount, Money LateFee, Money Interest, TracedRow From, LocalDate Booked, string? Voucher)
{
    public Money Total => Amount + LateFee + Interest;

    public IReadOnlyList<TracedLine> Lines { get; init; } = [];

    /// <summary>Who accepted that the receipt has no line; null: it has one, or nobody has.</summary>
    public Acceptance? Accepted { get; init; }
}

/// <summary>A match that two people made by hand.</summary>
public sealed record TracedMatch(int Match, string By, Instant At, string ConfirmedBy, Instant ConfirmedAt, string Reason);

/// <summary>What was refunded, carried over or written off of an employer's month; carried over to it is negative.</summary>
public sealed record TracedReturn(int Return, string Kind, Money Amount, LocalDate On, string Document, string By, string ConfirmedBy, string Reason);

/// <summary>A file with lines of the employer's month in force.</summary>
public sealed record TracedFile(int Submission, string File, long Rows, Money Paid);

/// <summary>A person of an employer's month: what the file declares, and what the ledger has.</summary>
/// <param name="Number">Masked, as is the name.</param>
/// <param name="Booked">What the runs booked of the contributions: account, pool and other funds together.</param>
public sealed record TracedPerson(string Number, string Name, Money? Base, Money Paid, Money Booked, Money Credited, Money Pool, Money Other, TracedRow From)
{
    /// <summary>The account that the ledger has entries of, by its internal number, for pages, which make an address of it; null: nothing is booked.</summary>
    [JsonIgnore]
    public int? AccountId { get; init; }
}

/// <summary>The sums of an employer's month.</summary>
/// <param name="Received">Less what was returned.</param>
public sealed record TracedSums(long People, Money Paid, Money Booked, Money Credited, Money Pool, Money Other, Money Received)
{
    /// <summary>Received and not booked; negative: booked before it was received.</summary>
    public Money InSuspense => Received - Booked;
}

/// <summary>A run that posted something, with its voucher and the certificate of its month.</summary>
/// <param name="Place">The n-th posted run of the month.</param>
/// <param name="Kind">allocation, reversal or interest.</param>
/// <param name="Seal">Of the closing in force; null: the month is open.</param>
public sealed record TracedRun(int Run, YearMonth Month, int Place, string Kind, int? Reverses, string MadeBy, string ApprovedBy, string? Voucher, string? Seal, string? ClosedBy, Instant? ClosedAt);

/// <summary>An employer's month: the money, the files, the people and the runs.</summary>
public sealed record EmployerTrace(
    string Employer, string Name, YearMonth Month, IReadOnlyList<TracedReceipt> Receipts, IReadOnlyList<TracedReturn> Returns, IReadOnlyList<TracedFile> Files,
    Listing<TracedPerson> People, TracedSums Sums, IReadOnlyList<TracedRun> Runs);

/// <summary>A line of the statement: its receipts, and the employers' months that they are for.</summary>
/// <param name="Siblings">The other lines of the same match.</param>
/// <param name="Seal">Of the month that has the line in its books; null: it is open.</param>
public sealed record LineTrace(TracedLine Line, IReadOnlyList<TracedLine> Siblings, IReadOnlyList<TracedReceipt> Receipts, IReadOnlyList<EmployerSummary> Employers, string? Seal)
{
    /// <summary>Null: the line is not matched, or the program matched it.</summary>
    public TracedMatch? ByHand { get; init; }

    /// <summary>Who accepted that the line has no receipt; null: it has one, or nobody has.</summary>
    public Acceptance? Accepted { get; init; }

    /// <summary>Refunds of the amount of a line of money out, under its document or serial number.</summary>
    public IReadOnlyList<ReturnDocument> Refunds { get; init; } = [];

    /// <summary>The line with its siblings less the receipts that they are matched with; null: nothing is matched.</summary>
    public Money? Difference => Receipts.Count == 0 ? null : new Money(Line.In.Fen + Siblings.Sum(s => s.In.Fen) - Receipts.Sum(r => r.Total.Fen));
}

public sealed record EmployerSummary(string Employer, string Name, YearMonth Month, TracedSums Sums);

/// <summary>A posted entry of a person and contribution month, and where it came from.</summary>
/// <param name="From">The row that the run took; null: the entry comes from no row of contributions or pensions.</param>
/// <param name="State">Of the row: accepted, held or withdrawn.</param>
public sealed record TracedEntry(
    TracedRun Run, string Component, Money PersonPaid, Money EmployerPaid, Money Amount, Money Pool, Money Other, Money? Base, string? Employer, string? EmployerName,
    TracedRow? From, string? State)
{
    /// <summary>The proposal by which the line was joined from another number; null: it was declared for this one.</summary>
    public int? Joined { get; init; }
}

/// <summary>All posted entries of an account for a contribution month, and the money of the employers that they are for.</summary>
/// <param name="Number">Masked, as is the name.</param>
/// <param name="Account">Which of the person's accounts, from 1.</param>
public sealed record CreditTrace(
    string Number, string Name, int Account, YearMonth Month, IReadOnlyList<TracedEntry> Entries, IReadOnlyList<EmployerSummary> Employers, IReadOnlyList<TracedReceipt> Receipts,
    IReadOnlyList<TracedReturn> Returns)
{
    public Money Amount => new(Entries.Sum(e => e.Amount.Fen));

    /// <summary>The entries are paid by the pooled fund: no receipt belongs to them.</summary>
    public bool OfPool => Entries.Any(e => e.Component == LedgerWords.NameOf(Component.Retiree));
}

/// <summary>What a search finds: lines of the statement by serial or document number, receipts and returns by document number.</summary>
/// <param name="Returns">Refunds, carry-overs and write-offs, confirmed or proposed.</param>
public sealed record TraceFound(IReadOnlyList<TracedLine> Lines, IReadOnlyList<TracedReceipt> Receipts, IReadOnlyList<ReturnDocument> Returns)
{
    [JsonIgnore]
    public bool IsEmpty => Lines.Count + Receipts.Count + Returns.Count == 0;
}

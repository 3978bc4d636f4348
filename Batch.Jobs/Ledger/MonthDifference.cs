using System.Text.Json.Serialization;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Ledger;

/// <summary>Who accepted a difference, when and why.</summary>
public sealed record Acceptance(string By, Instant At, string Reason);

/// <summary>
/// A difference of a month's money: an employer's month that does not agree ("employer"), a line of the statement without a receipt ("line"), a receipt without a line
/// ("receipt"). It is accepted as it is: with another amount it is another difference.
/// </summary>
/// <param name="Document">Of a line its serial number, of a receipt its voucher number.</param>
/// <param name="Received">Of a line or a receipt, its money.</param>
/// <param name="Days">From the end of the contribution month, or the day of the money, to the end of the month.</param>
public sealed record MonthDifference(
    string Kind, string Employer, string Name, YearMonth? Month, string Document, Money? Declared, Money? Received, Money? Booked, LocalDate? On, int Days)
{
    public const string OfEmployer = "employer", OfLine = "line", OfReceipt = "receipt";

    /// <summary>Null: nobody has.</summary>
    public Acceptance? Accepted { get; init; }

    /// <summary>As people name it: <c>E1,2021-06</c>, <c>A3</c>, <c>E1,2021-06,SK1</c>.</summary>
    [JsonIgnore]
    public string Called => Kind switch
    {
        OfEmployer => $"{Employer},{Month!.Value.Text()}",
        OfLine => Document,
        _ => $"{Employer},{Month!.Value.Text()},{Document}",
    };

    /// <summary>Kind and name.</summary>
    public string Key => $"{Kind}:{Called}";

    internal int? EmployerId { get; init; }

    internal DifferenceContent Content => new(Kind, EmployerId, Month, Document, Declared, Received, Booked);

    internal static MonthDifference Of(ThreeWayLine line) =>
        new(OfEmployer, line.Employer, line.Name, line.Month, "", line.Declared, line.Received, line.Booked, null, line.Days) { EmployerId = line.EmployerId };

    internal static MonthDifference Of(UnmatchedLine line) => new(OfLine, "", "", null, line.Serial, null, line.Amount, null, line.On, line.Days);

    internal static MonthDifference Of(UnmatchedReceipt receipt) =>
        new(OfReceipt, receipt.Employer, receipt.Name, receipt.Month, receipt.Document, null, receipt.Amount, null, receipt.On, receipt.Days) { EmployerId = receipt.EmployerId };
}

/// <summary>What makes two differences the same.</summary>
internal readonly record struct DifferenceContent(string Kind, int? Employer, YearMonth? Month, string Document, Money? Declared, Money? Received, Money? Booked);

/// <summary>The differences of a month's money and which of them are accepted.</summary>
/// <param name="Applies">The month has money files or its credits wait for them: it is not closed with a difference that nobody has accepted.</param>
public sealed record MonthDifferences(string Area, YearMonth Month, bool Applies, IReadOnlyList<MonthDifference> Differences)
{
    public long Open => Differences.LongCount(d => d.Accepted is null);
}

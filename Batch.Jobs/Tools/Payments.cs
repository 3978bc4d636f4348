using NodaTime;

namespace Batch.Jobs.Tools;

/// <summary>What is wrong with an employer's payment for a month.</summary>
internal enum PaymentFault : byte
{
    None,

    /// <summary>It comes in the next month, with a late fee.</summary>
    Late,

    /// <summary>A tenth is missing, and nothing follows.</summary>
    Short,

    /// <summary>100.00 yuan more than declared.</summary>
    Over,

    /// <summary>It comes twice, by two documents.</summary>
    Doubled,

    /// <summary>The receipt names a payer who has declared nothing.</summary>
    OtherPayer,

    /// <summary>It is on the bank's statement alone, without a voucher.</summary>
    Unnamed,
}

/// <summary>Money that came: a receipt, a line of the bank's statement, or both.</summary>
/// <param name="Month">The contribution month that it is for.</param>
internal readonly record struct Payment(int Employer, YearMonth Month, int Day, long Fen, long LateFeeFen, PaymentFault Fault)
{
    public bool HasReceipt => Fault != PaymentFault.Unnamed;
}

/// <summary>
/// What employers pay for a month and when, and so when it is credited. The payments of a month and the late ones of the month before are kept until they are written:
/// a few bytes an employer.
/// </summary>
internal sealed class Payments(GenerateOptions options, IReadOnlyList<GeneratedMonth> months)
{
    private const int EarliestDay = 8;
    private const int Days = 21;
    private const int EarliestLateDay = 2;
    private const int LateDays = 5;
    private const long Surplus = 100_00;

    private static readonly PaymentFault[] Kinds = [.. Enum.GetValues<PaymentFault>().Where(k => k != PaymentFault.None)];

    private readonly int perMillion = (int)(options.ReceiptFaults * 1_000_000m);
    private List<Payment> now = [];
    private List<Payment> next = [];

    /// <summary>The employer's payment for the month, and the credits that come of it in the month in which it comes.</summary>
    public void Pay(int employer, GeneratedMonth month, ContributionSum sum)
    {
        if (sum.Paid == 0)
        {
            return;
        }

        PaymentFault fault = FaultOf(employer, month.Number);
        Payment payment = new(employer, month.Month, EarliestDay + (employer % Days), sum.Paid, 0, fault);
        switch (fault)
        {
            case PaymentFault.Late:
                next.Add(payment with { Day = EarliestLateDay + (employer % LateDays), LateFeeFen = sum.Paid / 100 });
                CreditIn(month.Number + 1, sum);
                break;
            case PaymentFault.Short:
                now.Add(payment with { Fen = sum.Paid - Math.Max(1, sum.Paid / 10) });
                break;
            case PaymentFault.Over:
                now.Add(payment with { Fen = sum.Paid + Surplus });
                CreditIn(month.Number, sum);
                break;
            case PaymentFault.Doubled:
                now.Add(payment);
                now.Add(payment);
                CreditIn(month.Number, sum);
                break;
            case PaymentFault.OtherPayer or PaymentFault.Unnamed:
                now.Add(payment);
                break;
            default:
                now.Add(payment);
                CreditIn(month.Number, sum);
                break;
        }
    }

    /// <summary>What came in the month, by day and employer. Counts it, and what of it is not allocated at the month's end.</summary>
    public List<Payment> Take(GeneratedMonth month)
    {
        List<Payment> came = [.. now.OrderBy(p => p.Day).ThenBy(p => p.Month).ThenBy(p => p.Employer)];
        (now, next) = (next, []);
        MonthTotals totals = month.Totals;
        totals.Received = came.Where(p => p.HasReceipt).Sum(p => p.Fen);
        totals.LateFees = came.Sum(p => p.LateFeeFen);
        totals.Unnamed = came.Where(p => !p.HasReceipt).Sum(p => p.Fen);
        totals.Suspense = (month.Number > 0 ? months[month.Number - 1].Totals.Suspense : 0) + totals.Received - totals.PersonPaid - totals.EmployerPaid;
        return came;
    }

    private void CreditIn(int number, ContributionSum sum)
    {
        if (number < months.Count)
        {
            months[number].Totals.Add(sum);
        }
    }

    private PaymentFault FaultOf(int employer, int month)
    {
        if (perMillion == 0)
        {
            return PaymentFault.None;
        }

        var draw = new Draw(options.Seed, Purpose.PaymentFault, ((long)employer * GenerateOptions.MostMonths) + month);
        return draw.Below(1_000_000) < perMillion ? Kinds[draw.Below(Kinds.Length)] : PaymentFault.None;
    }
}

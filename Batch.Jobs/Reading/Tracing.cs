using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>
/// Follows money both ways: from a line of the bank's statement to its receipts, the employer's month, the file rows, the people and the runs with their vouchers and
/// certificates; and from one person's credit back to the line. It changes nothing.
/// </summary>
public sealed class Tracing(Area area)
{
    /// <summary>Lines and receipts that a search shows.</summary>
    public const int MostFound = 50;

    private readonly TracedMoney _money = new(area);
    private readonly TracedPeople _people = new(area);

    /// <summary>Lines of the statement, receipts and returns with the number, written exactly.</summary>
    public async Task<TraceFound> FindAsync(string number, CancellationToken cancellation)
    {
        number = Written(number);
        List<TracedLine> lines = await _money.LinesAsync("b.serial = $1 OR b.document = $1", MostFound, cancellation, number);
        List<TracedReceipt> receipts = await _money.ReceiptsAsync("r.document = $1", MostFound, cancellation, number);
        return new TraceFound(lines, receipts, await _money.ReturnDocumentsAsync($"r.return_id IN (SELECT x.return_id FROM :area.money_return x WHERE x.document = $1 LIMIT {MostFound})", cancellation, number));
    }

    /// <exception cref="DataFaultException">LINE_UNKNOWN.</exception>
    public async Task<LineTrace> LineAsync(string serial, CancellationToken cancellation)
    {
        serial = Written(serial);
        TracedLine line = (await _money.LinesAsync("b.serial = $1", 1, cancellation, serial)).SingleOrDefault()
            ?? throw new DataFaultException("LINE_UNKNOWN", $"银行流水中没有流水号 {serial}。", $"The bank statement has no line with the serial number {serial}.");
        List<TracedReceipt> receipts = line.Match is not { } match ? [] : await _money.ReceiptsAsync(
            "(r.receipt_month, r.employer_id, r.document) IN (SELECT x.receipt_month, x.receipt_employer, x.document FROM :area.money_match_receipt x WHERE x.match_id = $1) AND m.match_id = $1",
            int.MaxValue, cancellation, match);
        VoucherNames names = await VoucherNames.ReadAsync(area, TracedMoney.MonthsOf(receipts).Append(line.Booked.ToYearMonth()), cancellation);
        List<EmployerSummary> employers = [];
        foreach (TracedReceipt of in receipts.DistinctBy(r => (r.Employer, r.Month)))
        {
            employers.Add(await SummaryAsync(of.Employer, of.Month, cancellation));
        }

        receipts = TracedMoney.Named(receipts, names);
        return new LineTrace(
            line with { Voucher = names.OfDay(line.Booked) }, [.. receipts.SelectMany(r => r.Lines).DistinctBy(l => l.Serial).Where(l => l.Serial != serial)], receipts, employers,
            await SealAsync(line.Booked.ToYearMonth(), cancellation))
        {
            ByHand = line.Match is { } by ? await _money.ByHandAsync(by, cancellation) : null,
            Accepted = line.Match is null ? await _money.AcceptedAsync(line, cancellation) : null,
            Refunds = await _money.RefundsAsync(line, cancellation),
        };
    }

    /// <exception cref="DataFaultException">EMPLOYER_UNKNOWN.</exception>
    public async Task<EmployerTrace> EmployerAsync(string employer, YearMonth month, int page, CancellationToken cancellation)
    {
        (int id, employer, string name) = await EmployerAsync(employer, cancellation);
        List<TracedReceipt> receipts = await ReceiptsOfAsync(employer, month, cancellation);
        VoucherNames names = await VoucherNames.ReadAsync(area, TracedMoney.MonthsOf(receipts), cancellation);
        TracedSums sums = await _people.SumsAsync((id, month), cancellation);
        return new EmployerTrace(
            employer, name, month, TracedMoney.Named(receipts, names), await _money.ReturnsAsync(employer, month, cancellation), await _people.FilesAsync((id, month), cancellation),
            await _people.ReadAsync((id, month), sums, page, cancellation), sums,
            [.. (await new TracedRuns(area).ReadAsync([.. await _people.RunsAsync((id, month), cancellation)], cancellation)).Values]);
    }

    /// <summary>What the ledger has of an account for a contribution month, where it came from and who paid for it.</summary>
    /// <exception cref="DataFaultException">ENTRY_UNKNOWN: nothing was posted.</exception>
    public async Task<CreditTrace> CreditAsync(int account, YearMonth month, CancellationToken cancellation)
    {
        PersonSummary person = await new ContributionRecord(area).WhoAsync(account, cancellation);
        List<TracedEntry> entries = await new TracedEntries(area).ReadAsync(account, month, cancellation);
        if (entries.Count == 0)
        {
            throw new DataFaultException("ENTRY_UNKNOWN", $"此账户 {month.Text()} 没有入账。", $"Nothing was posted to this account for {month.Text()}.");
        }

        List<TracedReceipt> receipts = [];
        List<TracedReturn> returns = [];
        List<EmployerSummary> employers = [];
        foreach (string employer in entries.Select(e => e.Employer).OfType<string>().Distinct())
        {
            receipts.AddRange(await ReceiptsOfAsync(employer, month, cancellation));
            returns.AddRange(await _money.ReturnsAsync(employer, month, cancellation));
            employers.Add(await SummaryAsync(employer, month, cancellation));
        }

        VoucherNames names = await VoucherNames.ReadAsync(area, TracedMoney.MonthsOf(receipts), cancellation);
        return new CreditTrace(
            Masking.Number(person.Citizen), Masking.Name(person.Name), AccountNumbers.OrdinalOf(account) + 1, month, entries, employers, TracedMoney.Named(receipts, names), returns);
    }

    // As the files' numbers are kept.
    private static string Written(string number) => TypedNumber.Of(number).ToUpperInvariant();

    private Task<List<TracedReceipt>> ReceiptsOfAsync(string employer, YearMonth month, CancellationToken cancellation) =>
        _money.ReceiptsAsync("e.number = $1 AND r.receipt_month = $2", int.MaxValue, cancellation, employer, month.FirstDay());

    private async Task<EmployerSummary> SummaryAsync(string employer, YearMonth month, CancellationToken cancellation)
    {
        (int id, _, string name) = await EmployerAsync(employer, cancellation);
        return new EmployerSummary(employer, name, month, await _people.SumsAsync((id, month), cancellation));
    }

    /// <summary>The employer with its number as the files' numbers are kept.</summary>
    internal async Task<(int Id, string Number, string Name)> EmployerAsync(string employer, CancellationToken cancellation) =>
        await area.ReadAsync("SELECT employer_id, number, name FROM :area.employer WHERE number = $1", r => (r.GetInt32(0), r.GetString(1), r.GetString(2)), cancellation, Written(employer)) is [var found] ? found
        : throw new DataFaultException("EMPLOYER_UNKNOWN", $"没有单位 {employer}。", $"There is no employer {employer}.");

    private async Task<string?> SealAsync(YearMonth month, CancellationToken cancellation) =>
        (await area.ReadAsync("SELECT seal FROM :area.closing_in_force WHERE month = $1", r => r.GetString(0), cancellation, month.FirstDay())).SingleOrDefault();
}

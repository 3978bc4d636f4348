using System.Globalization;
using System.Text.Json.Serialization;
using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>A credit that was drawn, with its chain in short.</summary>
/// <param name="Credit">month/n-th run of the month/n-th entry of the run.</param>
/// <param name="Number">Masked, as is the name.</param>
/// <param name="Received">For the employer's month, less what was returned; null: no receipt.</param>
public sealed record DrawnCredit(
    string Credit, string Number, string Name, YearMonth Month, string? Employer, string? EmployerName, Money? Base, Money PersonPaid, Money EmployerPaid, Money Amount, Money Pool, Money Other,
    TracedRow? From, string? Receipts, Money? Received, string? Lines, int Run, string? Voucher, string? Seal)
{
    /// <summary>A retiree's, which the pooled fund pays: no receipt belongs to it, and its row is one of the pension agency's file.</summary>
    public bool OfPool { get; init; }

    /// <summary>The account by its internal number, for pages, which make an address of it.</summary>
    [JsonIgnore]
    public int AccountId { get; init; }
}

/// <summary>A draw of a month's credits.</summary>
/// <param name="OutOf">The population: credits from contributions and of retirees, that are at least <paramref name="Least"/>.</param>
public sealed record SampleDocument(string Area, YearMonth Month, string? Seed, int? Size, Money? Least, bool ByMoney, long OutOf, Money OutOfAmount, IReadOnlyList<DrawnCredit> Credits)
{
    public Money Amount => new(Credits.Sum(c => c.Amount.Fen));

    /// <summary>How many of the population are retirees' credits, which the pooled fund pays.</summary>
    public long OutOfPool { get; init; }

    public Money OutOfPoolAmount { get; init; }

    /// <summary>What was drawn, how, and out of how many: another person repeats the draw from it.</summary>
    public (string Chinese, string English) Said()
    {
        (string chinese, string english) = new Draw(Seed, Size, Least, ByMoney).Said();
        string of = Draw.Yuan(OutOfAmount), paid = Draw.Yuan(new Money(OutOfAmount.Fen - OutOfPoolAmount.Fen)), pool = Draw.Yuan(OutOfPoolAmount);
        return (
            string.Create(CultureInfo.InvariantCulture, $"{Month.Text()} 抽样：{chinese}；从 {OutOf:#,##0} 笔、{of} 元中抽取 {Credits.Count:#,##0} 笔")
                + string.Create(CultureInfo.InvariantCulture, $"（缴费划入 {OutOf - OutOfPool:#,##0} 笔、{paid} 元，统筹基金划入退休人员 {OutOfPool:#,##0} 笔、{pool} 元）。"),
            string.Create(CultureInfo.InvariantCulture, $"Sample of {Month.Text()}: {english}; {Credits.Count:#,##0} drawn out of {OutOf:#,##0} credits of {of} yuan")
                + string.Create(CultureInfo.InvariantCulture, $" ({OutOf - OutOfPool:#,##0} from contributions, {paid} yuan; {OutOfPool:#,##0} of retirees from the pooled fund, {pool} yuan)."));
    }
}

/// <summary>
/// Draws credits of a posted month, from contributions and of retirees. The same month, seed and size give the same credits: those with the smallest SHA-256 of "seed:number of the credit".
/// </summary>
public sealed class CreditSample(Area area)
{
    /// <exception cref="DataFaultException">SAMPLE_UNSAID, SAMPLE_SIZE or SAMPLE_SEED.</exception>
    public async Task<SampleDocument> DrawAsync(YearMonth month, Draw draw, CancellationToken cancellation)
    {
        object[] arguments = draw.Checked().Arguments;
        (long count, long fen, long ofPool, long poolFen) = (await area.ReadAsync(
            $"""
            SELECT count(*), coalesce(sum(abs(account_fen)), 0)::bigint, count(*) FILTER (WHERE component = {Component.Retiree:D}), coalesce(sum(abs(account_fen)) FILTER (WHERE component = {Component.Retiree:D}), 0)::bigint
            FROM :area.entry WHERE posting_month = $1 AND {TraceReport.IsCredit} AND abs(account_fen) >= $2
            """, r => (r.GetInt64(0), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3)), cancellation, month.FirstDay(), draw.Least?.Fen ?? 0L))[0];
        return new SampleDocument(
            area.Schema.Code, month, draw.Seed, draw.Size, draw.Least, draw.ByMoney, count, new Money(fen),
            await area.ReadAsync(OfMonth(TraceReport.SqlOf(draw), month), Read, cancellation, arguments))
        { OutOfPool = ofPool, OutOfPoolAmount = new Money(poolFen) };
    }

    /// <summary>Whose credit has a number, and for which month.</summary>
    /// <exception cref="DataFaultException">ENTRY_UNKNOWN.</exception>
    public async Task<(int Account, YearMonth Month)> FindAsync(string credit, CancellationToken cancellation)
    {
        if (credit.Split('/') is [var month, var place, var no] && NodaTime.Text.YearMonthPattern.Iso.Parse(month) is { Success: true, Value: var of }
            && int.TryParse(place, out int run) && int.TryParse(no, out int entry)
            && await area.ReadAsync(
                OfMonth($"WITH {TraceReport.Credits("")} SELECT account_id, contribution_month FROM numbered WHERE place = $1 AND no = $2", of),
                r => (r.GetInt32(0), r.GetFieldValue<DateOnly>(1).Month()), cancellation, run, entry) is [var found])
        {
            return found;
        }

        throw new DataFaultException("ENTRY_UNKNOWN", $"没有入账记录 {credit}；记录号形如 2021-06/1/17。", $"There is no credit {credit}; its number looks like 2021-06/1/17.");
    }

    private static string OfMonth(string sql, YearMonth month) => sql.Replace(":month", $"'{month.Text()}-01'::date", StringComparison.Ordinal);

    private static DrawnCredit Read(NpgsqlDataReader r) => new(
        r.GetString(0), Masking.Number(r.GetInt64(1)), Masking.Name(r.GetString(2)), r.GetFieldValue<DateOnly>(3).Month(), r.Text(4), r.Text(5), Fen(r, 6), Fen(r, 7)!.Value, Fen(r, 8)!.Value,
        Fen(r, 9)!.Value, Fen(r, 10)!.Value, Fen(r, 11)!.Value, r.IsDBNull(12) ? null : new TracedRow((int)r.GetInt64(12), r.GetString(13), r.IsDBNull(14) ? null : (int)r.GetInt64(14)),
        r.Text(15), Fen(r, 16), r.Text(17), (int)r.GetInt64(18), r.Text(19), r.Text(20))
    { AccountId = r.GetInt32(22), OfPool = r.GetBoolean(23) };

    private static Money? Fen(NpgsqlDataReader r, int column) => r.IsDBNull(column) ? null : new Money(r.GetInt64(column));
}

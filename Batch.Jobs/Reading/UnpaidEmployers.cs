using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Reading;

/// <summary>An employer that has declared a month whose credits wait for the money, and has not paid for it, or not in full.</summary>
public sealed record UnpaidEmployer(string Number, string Name, YearMonth Month, Money Declared, Money Received)
{
    public string Chinese => Received.IsZero
        ? $"已申报，款项未到账：单位 {Number} {Name}，{Month.Text()} 没有到账记录。"
        : $"已申报，款项未到齐：单位 {Number} {Name}，{Month.Text()} 申报 {Declared} 元，到账 {Received} 元。";

    public string English => Received.IsZero
        ? $"Declared, money not received yet: no receipt for employer {Number} {Name}, month {Month.Text()}."
        : $"Declared, money not received in full: employer {Number} {Name}, month {Month.Text()}, declared {Declared}, received {Received}.";
}

/// <summary>The employers that have not paid for what they declared, of which no more than <see cref="UnpaidEmployers.MostNamed"/> are named.</summary>
/// <param name="Count">Of employers and months.</param>
public sealed record UnpaidList(long Count, Money Declared, Money Received, IReadOnlyList<UnpaidEmployer> First)
{
    public static readonly UnpaidList None = new(0, Money.Zero, Money.Zero, []);

    public string Chinese => string.Create(
        CultureInfo.InvariantCulture, $"已申报、款项未到齐，没有划入：{Count} 个单位，申报 {Declared} 元，到账 {Received} 元。到账文件送入后，由下一批次划入。");

    public string English => string.Create(
        CultureInfo.InvariantCulture,
        $"Declared, money not received yet, so not credited: {Count} {(Count == 1 ? "employer" : "employers")}, declared {Declared}, received {Received}. Once the receipts file is in, the next run credits it.");
}

/// <summary>Says why declared contributions are not credited: the money has not come.</summary>
public sealed class UnpaidEmployers(Area area)
{
    public const int MostNamed = 20;

    /// <summary>Of the contribution months that the files filed under the month name.</summary>
    public async Task<UnpaidList> OfMonthAsync(YearMonth month, CancellationToken cancellation)
    {
        List<YearMonth> months = await area.ReadAsync(
            """
            SELECT DISTINCT m.month FROM :area.submission_month m JOIN :area.filed f USING (submission_id)
            WHERE f.month = $1 AND m.fact IN ('contribution', 'receipt') AND m.month <= $1 ORDER BY 1
            """, r => r.GetFieldValue<DateOnly>(0).Month(), cancellation, month.FirstDay());
        return await OfAsync(months, null, cancellation);
    }

    /// <summary>Of the employers and months that the submissions declare.</summary>
    public async Task<UnpaidList> OfSubmissionsAsync(int[] submissions, CancellationToken cancellation)
    {
        List<YearMonth> months = submissions.Length == 0 ? [] : await area.ReadAsync(
            "SELECT DISTINCT month FROM :area.submission_month WHERE fact = 'contribution' AND submission_id = ANY($1) ORDER BY 1",
            r => r.GetFieldValue<DateOnly>(0).Month(), cancellation, submissions);
        return await OfAsync(months, submissions, cancellation);
    }

    private async Task<UnpaidList> OfAsync(List<YearMonth> months, int[]? submissions, CancellationToken cancellation)
    {
        List<UnpaidList> found = [];
        foreach (YearMonth month in months.Where(m => area.Policy.TryFor(m)?.CreditsOnReceipt ?? false))
        {
            if (await area.OneAsync<bool>(MonthTables.ExistsSql, cancellation, area.Schema.Part("contribution", month)))
            {
                found.Add(await OfAsync(month, submissions, cancellation));
            }
        }

        return new UnpaidList(
            found.Sum(f => f.Count), new Money(found.Sum(f => f.Declared.Fen)), new Money(found.Sum(f => f.Received.Fen)), [.. found.SelectMany(f => f.First).Take(MostNamed)]);
    }

    // The versions are read in the order of their key.
    private async Task<UnpaidList> OfAsync(YearMonth month, int[]? submissions, CancellationToken cancellation)
    {
        string part = area.Schema.Part("contribution", month);
        string some = submissions is null ? "$2::int[] IS NULL" : $"employer_id IN (SELECT employer_id FROM {part} WHERE submission_id = ANY($2))";
        List<(UnpaidEmployer Employer, long Count, long Declared, long Received)> rows = await area.ReadAsync(
            $"""
            WITH declared AS (
                SELECT employer_id, sum(fen) AS fen FROM (
                    SELECT DISTINCT ON (person_id, employer_id) person_id, employer_id, submission_id, state, person_paid_fen + employer_paid_fen AS fen FROM {part} WHERE {some}
                    ORDER BY person_id DESC, employer_id DESC, submission_id DESC, row_no DESC) latest
                LEFT JOIN (SELECT person_id, employer_id, submission_id, min(state) AS consequence FROM {part} WHERE row_no <= 0 GROUP BY 1, 2, 3) c
                    USING (person_id, employer_id, submission_id)
                WHERE coalesce(consequence, state) = {FactState.Accepted:D} GROUP BY employer_id),
            received AS (SELECT employer_id, sum(amount_fen) AS fen FROM :area.money_for_month WHERE month = $1 GROUP BY 1)
            SELECT e.number, e.name, d.fen::bigint, coalesce(r.fen, 0)::bigint, count(*) OVER (), (sum(d.fen) OVER ())::bigint, (sum(coalesce(r.fen, 0)) OVER ())::bigint
            FROM declared d LEFT JOIN received r USING (employer_id) JOIN :area.employer e USING (employer_id)
            WHERE coalesce(r.fen, 0) < d.fen ORDER BY e.number COLLATE "C" LIMIT {MostNamed}
            """,
            r => (new UnpaidEmployer(r.GetString(0), r.GetString(1), month, new Money(r.GetInt64(2)), new Money(r.GetInt64(3))), r.GetInt64(4), r.GetInt64(5), r.GetInt64(6)),
            cancellation, month.FirstDay(), (object?)submissions ?? DBNull.Value);
        return rows is [var (_, count, declared, received), ..] ? new UnpaidList(count, new Money(declared), new Money(received), [.. rows.Select(r => r.Employer)]) : UnpaidList.None;
    }
}

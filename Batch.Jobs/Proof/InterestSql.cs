using System.Globalization;
using System.Text.Json;
using Batch.Jobs.Facts;

namespace Batch.Jobs.Proof;

/// <summary>
/// The interest of a year in SQL, from the rates of a stored policy slice: each entry weighs what the months after it bear. The rules sum up month by month what
/// lay in the account; this shares nothing with them but the slice.
/// </summary>
/// <param name="Moved">Sums over an account's entries of the year.</param>
/// <param name="Products">What the account's statement (s) and those sums (m) come to.</param>
internal sealed record InterestSql(string Moved, string Products, Func<PolicySlice, string> Due)
{
    private const int MonthsAYear = 12;
    private const int MostDecimals = 6;

    private static readonly InterestSql None = new("0 AS nothing", "0 AS due", _ => "0");

    /// <param name="interest">The slice's interest; null: no interest is in force.</param>
    /// <param name="first">The first month of the year.</param>
    /// <param name="months">How many months of the year bear.</param>
    public static InterestSql Of(string? interest, DateOnly first, int months = MonthsAYear)
    {
        if (interest is null)
        {
            return None;
        }

        using JsonDocument document = JsonDocument.Parse(interest);
        JsonElement terms = document.RootElement;
        return terms.TryGetProperty("rate", out JsonElement rate) ? OfBalance(rate.GetString()!) : OfProducts(terms, first, months);
    }

    private static InterestSql OfBalance(string rate) =>
        new("0 AS nothing", "closing_fen", slice => slice.Round($"greatest(closing_fen, 0) * {rate}"));

    // Rates are made whole numbers, so that millions of entries are weighed by whole numbers: the sums are divided at the end.
    private static InterestSql OfProducts(JsonElement terms, DateOnly first, int months)
    {
        decimal[] current = new decimal[months], carried = new decimal[months];
        bool changes = terms.TryGetProperty("rates", out JsonElement parts);
        for (int month = 0; month < months; month++)
        {
            string text = first.AddMonths(month).ToString("yyyy-MM", CultureInfo.InvariantCulture);
            JsonElement part = changes ? parts.EnumerateArray().Last(p => string.CompareOrdinal(p.GetProperty("from").GetString(), text) <= 0) : terms;
            current[month] = Rate(part, "currentYear");
            carried[month] = Rate(part, "carriedOver");
        }

        int decimals = current.Concat(carried).Max(r => (int)r.Scale);
        decimal scale = Enumerable.Repeat(10m, decimals).Aggregate(1m, (a, b) => a * b);
        Weights weights = new(first, months, decimals > MostDecimals ? "account_fen::numeric" : "account_fen");
        string counted = weights.Sum(month => months - 1 - month), atCurrent = weights.Sum(month => current.Skip(month + 1).Sum() * scale);
        string atCarried = weights.Sum(month => carried.Skip(month + 1).Sum() * scale), taken = weights.Sum(month => carried.Skip(month).Sum() * scale);
        string whole = Literal(carried.Sum() * scale), divisor = Literal(MonthsAYear * scale);
        // Interest of the year itself, paid out with a closing, is a flow like others.
        string earlier = $"component = {Component.Interest:D} AND contribution_month < {first.Literal()}", flow = $"component <> {Component.Opening:D} AND NOT ({earlier})";
        return new InterestSql(
            $"""
            coalesce({counted} FILTER (WHERE {flow}), 0) AS counted, coalesce({atCurrent} FILTER (WHERE {flow}), 0) AS at_current,
                       coalesce({atCarried} FILTER (WHERE {flow}), 0) AS at_carried,
                       coalesce(sum(account_fen) FILTER (WHERE {earlier}), 0) * {whole} + coalesce({taken} FILTER (WHERE component = {Component.Opening:D}), 0) AS earlier
            """,
            $"""
            CASE WHEN m.counted > 0 THEN m.at_current ELSE 0 END AS this_year,
                       s.opening_fen::numeric * {whole} + coalesce(m.earlier, 0) + CASE WHEN m.counted > 0 THEN 0 ELSE coalesce(m.at_carried, 0) END AS earlier
            """,
            slice => $"{slice.Round($"greatest(this_year, 0) / {divisor}")} + {slice.Round($"greatest(earlier, 0) / {divisor}")}");
    }

    private static decimal Rate(JsonElement part, string name) =>
        part.TryGetProperty(name, out JsonElement rate) ? decimal.Parse(rate.GetString()!, CultureInfo.InvariantCulture) : 0m;

    private static string Literal(decimal whole) => whole.ToString("0", CultureInfo.InvariantCulture);

    /// <summary>Sums of entries, each weighed by its place in the year.</summary>
    private sealed record Weights(DateOnly First, int Months, string Fen)
    {
        public string Sum(Func<int, decimal> weight) => $"sum({Fen} * (ARRAY[{string.Join(", ", Enumerable.Range(0, Months).Select(m => Literal(weight(m))))}]::bigint[])[{Place}])";

        private string Place => string.Create(
            CultureInfo.InvariantCulture, $"((extract(year FROM posting_month)::int - {First.Year}) * 12 + extract(month FROM posting_month)::int - {First.Month} + 1)");
    }
}

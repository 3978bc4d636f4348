using System.Globalization;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>Something of a run that is so far off that its approval needs a written reason; the database itself refuses without one.</summary>
/// <param name="Value">What the run brings: yuan or a count.</param>
/// <param name="Against">What it is compared with; null: nothing but the threshold.</param>
/// <param name="Allowed">The threshold: per cent, yuan or a count.</param>
public sealed record Anomaly(string Code, decimal Value, decimal? Against, decimal Allowed)
{
    public string Chinese => Code switch
    {
        "CREDITED_OFF" => $"本月划入合计 {Yuan(Value)} 元，上月 {Yuan(Against)} 元，相差超过 {Plain(Allowed)}%。",
        "CORRECTIONS_OFF" => $"本批只有更正和补缴，增减相加共 {Yuan(Value)} 元，上月划入合计 {Yuan(Against)} 元，超过其 {Plain(Allowed)}%。",
        "PEOPLE_OFF" => $"本月人数 {Whole(Value)}，上月 {Whole(Against)}，相差超过 {Plain(Allowed)}%。",
        "RETIREES_OFF" => $"本月划入的退休人员 {Whole(Value)} 人，上月 {Whole(Against)} 人，相差超过 {Plain(Allowed)}%。",
        "MONEY_OUT_LARGE" => $"本月从账户支出（消费、支付、转出）合计 {Yuan(Value)} 元，上次有支出的月份 {Yuan(Against)} 元，超过其 {Plain(Allowed)}%。",
        "CORRECTIONS_MANY" => $"本批余额更正 {Whole(Value)} 笔，超过账户数 {Whole(Against)} 的 {Plain(Allowed)}%。",
        "MOVEMENT_LARGE" => $"单笔变动（消费、支付、转移、更正等）最大 {Yuan(Value)} 元，超过 {Yuan(Allowed)} 元。",
        "CREDIT_LARGE" => $"单笔划入最大 {Yuan(Value)} 元，超过 {Yuan(Allowed)} 元。",
        _ => $"扣回（负数）分录 {Whole(Value)} 笔，超过 {Whole(Allowed)} 笔。",
    };

    public string English => Code switch
    {
        "CREDITED_OFF" => $"Credited in the month: {Yuan(Value)}; last month {Yuan(Against)}: more than {Plain(Allowed)} % apart.",
        "CORRECTIONS_OFF" => $"The run holds corrections and arrears only; additions and deductions together are {Yuan(Value)}: more than {Plain(Allowed)} % of last month's credits of {Yuan(Against)}.",
        "PEOPLE_OFF" => $"People in the month: {Whole(Value)}; last month {Whole(Against)}: more than {Plain(Allowed)} % apart.",
        "RETIREES_OFF" => $"Retirees credited in the month: {Whole(Value)}; last month {Whole(Against)}: more than {Plain(Allowed)} % apart.",
        "MONEY_OUT_LARGE" => $"Money out of the accounts in the month (spending, pay-outs, transfers): {Yuan(Value)}; in the last month with any {Yuan(Against)}: more than {Plain(Allowed)} % of it.",
        "CORRECTIONS_MANY" => $"{Whole(Value)} corrections of balances: more than {Plain(Allowed)} % of the {Whole(Against)} accounts.",
        "MOVEMENT_LARGE" => $"The largest single movement (spending, pay-out, transfer, correction ...) is {Yuan(Value)}: more than {Yuan(Allowed)}.",
        "CREDIT_LARGE" => $"The largest single credit is {Yuan(Value)}: more than {Yuan(Allowed)}.",
        _ => $"{Whole(Value)} entries take money back: more than {Whole(Allowed)}.",
    };

    public static async Task<IReadOnlyList<Anomaly>> ReadAsync(Area area, int run, CancellationToken cancellation) =>
        await area.ReadAsync(
            "SELECT code, value, against, allowed FROM :area.run_anomalies($1)",
            r => new Anomaly(r.GetString(0), r.GetDecimal(1), r.IsDBNull(2) ? null : r.GetDecimal(2), r.GetDecimal(3)), cancellation, run);

    private static string Yuan(decimal? value) => value?.ToString("#,##0.00", CultureInfo.InvariantCulture) ?? "";

    private static string Whole(decimal? value) => value?.ToString("#,##0", CultureInfo.InvariantCulture) ?? "";

    private static string Plain(decimal value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}

/// <summary>A threshold of the anomalies, and who set it.</summary>
public sealed record Threshold(string Name, decimal Value, string SetBy, DateTime SetAt);

/// <summary>The thresholds of an area: the latest word on each, the area's own before that for all areas.</summary>
public sealed class Thresholds(NpgsqlDataSource program, string area)
{
    public async Task<IReadOnlyList<Threshold>> ReadAsync(CancellationToken cancellation) => await program.ReadAsync(
        """
        SELECT DISTINCT ON (name) name, value, set_by, set_at FROM batch.review_threshold WHERE area = $1 OR area IS NULL
        ORDER BY name, area NULLS LAST, threshold_id DESC
        """, r => new Threshold(r.GetString(0), r.GetDecimal(1), r.GetString(2), r.GetDateTime(3)), cancellation, area);

    /// <summary>How many days before the end of a month it may be closed; not a threshold of anomalies, but set and recorded like one.</summary>
    public const string CloseEarlyDays = "close-early-days";

    private const int MostDaysEarly = 31;

    /// <exception cref="DataFaultException">THRESHOLD_INVALID.</exception>
    public async Task SetAsync(string name, decimal value, string by, CancellationToken cancellation)
    {
        if (name == CloseEarlyDays && (value > MostDaysEarly || value != decimal.Truncate(value)))
        {
            throw new DataFaultException("THRESHOLD_INVALID", "可提前结账的天数须是 0 到 31 的整数。", "The days of early closing are a whole number from 0 to 31.");
        }

        if (value < 0 || !(await ReadAsync(cancellation)).Any(t => t.Name == name))
        {
            throw new DataFaultException("THRESHOLD_INVALID", "没有这个阈值，或数值小于 0。", "There is no such threshold, or the value is below 0.");
        }

        await program.ReadAsync(
            """
            WITH given AS (INSERT INTO batch.review_threshold (area, name, value, set_by) VALUES ($1, $2, $3, $4) RETURNING name, value)
            INSERT INTO batch.audit (who, area, act, subject) SELECT $4, $1, 'threshold.set', name || '=' || value FROM given RETURNING 1
            """, r => r.GetInt32(0), cancellation, area, name, value, by);
    }
}

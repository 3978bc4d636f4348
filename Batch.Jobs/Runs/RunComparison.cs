using System.Globalization;
using System.Text.Json.Serialization;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Runs;

/// <summary>What a month's runs come to together, contributions and retirees' credits only.</summary>
/// <param name="People">Each once; also those who have amounts of earlier months alone.</param>
/// <param name="MonthPeople">Those credited for the month itself.</param>
public sealed record CreditedMonth(
    YearMonth Month, long People, long MonthPeople, long Entries, Money Credited, Money PersonPaid, Money EmployerPaid, Money PoolPaid, Money Pool, Money Other)
{
    /// <summary>The runs that are added up.</summary>
    [JsonIgnore]
    public IReadOnlyList<int> Runs { get; init; } = [];
}

/// <summary>Why something is not compared: a stable code and a sentence in both languages.</summary>
public sealed record ComparisonNote(string Code, string Chinese, string English);

/// <summary>
/// A run's month beside the last month before it in which people were credited: what the pages, the command line, the API and the anomalies compare. The database says
/// which runs each side holds and what they come to.
/// </summary>
/// <param name="Before">Null: nobody was credited before this month, or the run is not compared.</param>
/// <param name="Now">The run with what was posted in its month before it.</param>
/// <param name="Notes">What is not compared, and why.</param>
public sealed record RunComparison(CreditedMonth? Before, CreditedMonth Now, IReadOnlyList<ComparisonNote> Notes)
{
    /// <summary>The run credits nobody for its month for the first time: it is compared with no month.</summary>
    public const string CorrectionsOnly = "CORRECTIONS_ONLY";

    /// <summary>The month before had too few people for the comparison that anomalies are found by.</summary>
    public const string FewPeople = "FEW_PEOPLE";

    private const string FirstMonth = "FIRST_MONTH";

    /// <summary>What is not compared, as the API and the command line write it.</summary>
    public static IEnumerable<object> Documents(RunComparison? compared) =>
        compared is null ? [] : compared.Notes.Select(n => new { n.Code, message = n.English, messageZh = n.Chinese });

    public bool IsCorrectionsOnly => Notes.Any(n => n.Code == CorrectionsOnly);

    /// <returns>Null: only an allocation run that is computed is compared.</returns>
    public static async Task<RunComparison?> ReadAsync(Area area, RunDocument run, CancellationToken cancellation)
    {
        if (run.Run is not { } number)
        {
            return null;
        }

        List<(bool Earlier, long New, decimal Least, CreditedMonth Totals)> sides = await area.ReadAsync(
            """
            SELECT earlier, month, runs, people, month_people, new_people, entries, credited, person_paid, employer_paid, pool_paid, pool, other, batch.threshold($2, 'least-people')
            FROM :area.run_comparison($1)
            """, r => (r.GetBoolean(0), r.GetInt64(5), r.GetDecimal(13), Totals(r)), cancellation, number, area.Schema.Code);
        if (sides.Count == 0)
        {
            return null;
        }

        (_, long added, decimal least, CreditedMonth now) = sides.Single(s => !s.Earlier);
        CreditedMonth? before = sides.Find(s => s.Earlier).Totals;
        bool correctionsOnly = added == 0 && before is not null;
        return new RunComparison(correctionsOnly ? null : before, now, [.. NotesOf(before, correctionsOnly, least)]);
    }

    private static CreditedMonth Totals(NpgsqlDataReader r)
    {
        Money Amount(int column) => new(r.GetInt64(column));
        return new CreditedMonth(
            r.GetFieldValue<DateOnly>(1).Month(), r.GetInt64(3), r.GetInt64(4), r.GetInt64(6), Amount(7), Amount(8), Amount(9), Amount(10), Amount(11), Amount(12))
        {
            Runs = r.GetFieldValue<int[]>(2),
        };
    }

    private static IEnumerable<ComparisonNote> NotesOf(CreditedMonth? before, bool correctionsOnly, decimal least)
    {
        if (before is null)
        {
            yield return new(FirstMonth, "这是第一个入账月，没有上月可比。", "This is the first month posted; there is nothing to compare it with.");
            yield break;
        }

        if (correctionsOnly)
        {
            yield return new(
                CorrectionsOnly, "本批只有更正、补缴或账户变动，没有新划入本月的人员，不与上月比较。",
                "This run holds corrections, arrears or movements only and credits nobody new for the month: it is not compared with the month before.");
        }

        if (before.MonthPeople < least)
        {
            (string people, string fewest, string month) = (Whole(before.MonthPeople), Whole(least), before.Month.Text());
            yield return new(
                FewPeople, $"上月（{month}）划入 {people} 人，不足 {fewest} 人，未按上月检查合计与人数是否异常。",
                $"Last month ({month}) credited {people} {(before.MonthPeople == 1 ? "person" : "people")}, fewer than {fewest}: totals and people were not checked for anomalies against it.");
        }
    }

    private static string Whole(decimal count) => count.ToString("#,##0", CultureInfo.InvariantCulture);
}

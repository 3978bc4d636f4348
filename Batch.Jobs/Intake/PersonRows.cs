using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;
using NodaTime.Text;

namespace Batch.Jobs.Intake;

/// <summary>A row in force of a person: a contribution, pension or movement.</summary>
/// <param name="Employer">Its number; empty: the row is of none, or it was not asked for.</param>
internal sealed record PersonRow(string Fact, YearMonth Month, int Submission, int Row, string Employer = "")
{
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Submission}:{Row}");
}

/// <summary>The rows in force of a person, and those of them that somebody names.</summary>
internal sealed class PersonRows(AreaSession area)
{
    private const int MostNamed = 20;

    /// <summary>Where the rows are: the month of each, and what of a person has one row in force.</summary>
    public static readonly (string Fact, string Chinese, string Month, string Key, string Employer)[] Tables =
    [
        ("contribution", "缴费", "contribution_month", "contribution_month, employer_id", "(SELECT e.number FROM :area.employer e WHERE e.employer_id = l.employer_id)"),
        ("pension", "养老金", "pension_month", "pension_month", "''"),
        ("movement", "账户变动", "date_trunc('month', on_date)::date", "kind, channel, member, reference, on_date", "''"),
    ];

    /// <summary>The words of a list as people type it.</summary>
    public static string[] Words(string? typed) =>
        (typed ?? "").Split([',', '，', ' ', '、', ';', '；'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The first of the rows, for a sentence.</summary>
    public static string Listed(List<PersonRow> rows, Func<PersonRow, string> text) => string.Join(", ", rows.Take(MostNamed).Select(text)) + (rows.Count > MostNamed ? " ..." : "");

    public async Task<List<PersonRow>> ReadAsync(int person, CancellationToken cancellation)
    {
        List<PersonRow> rows = [];
        foreach ((string fact, string _, string month, string key, string employer) in Tables)
        {
            rows.AddRange(await area.ReadAsync(
                $"""
                SELECT {month}, submission_id, row_no, {employer} FROM (
                    SELECT DISTINCT ON ({key}) * FROM :area.{fact} WHERE person_id = $1 ORDER BY {key}, {FactVersions.LatestFirst}) l
                WHERE state <> {FactState.Withdrawn:D} AND row_no > 0 ORDER BY 2, 3
                """, r => new PersonRow(fact, r.GetFieldValue<DateOnly>(0).Month(), r.GetInt32(1), r.GetInt32(2), r.GetString(3)), cancellation, person));
        }

        return rows;
    }

    /// <summary>Those named: all; a row 5:2; a submission 5; months 2021-01 or 2021-01..2021-03, of one employer E1@2021-01..2021-03.</summary>
    /// <exception cref="DataFaultException">PART_ROWS_MISSING, PART_ROW_UNKNOWN.</exception>
    public static List<PersonRow> Choose(List<PersonRow> rows, string? named)
    {
        string[] words = Words(named);
        if (words.Length == 0)
        {
            string list = Listed(rows, r => $"{r.Name} ({r.Month.Text()} {r.Fact} {r.Employer}".TrimEnd() + ")");
            throw new DataFaultException(
                "PART_ROWS_MISSING", $"请指明哪些行属于另一人：“报送:行”、报送号、月份（2021-01..2021-03）或“单位@月份”。此人现有的行：{list}。",
                $"Say which rows are the other person's: SUBMISSION:ROW, a submission, months as 2021-01..2021-03, or EMPLOYER@MONTHS. The person's rows: {list}.");
        }

        HashSet<PersonRow> chosen = [];
        foreach (string word in words)
        {
            List<PersonRow> found = rows.FindAll(r => Matches(r, word));
            if (found.Count == 0)
            {
                throw new DataFaultException("PART_ROW_UNKNOWN", $"“{word}”不是此人的行。", $"\"{word}\" names no row of this person.");
            }

            chosen.UnionWith(found);
        }

        return [.. chosen];
    }

    private static bool Matches(PersonRow row, string word)
    {
        if (word == "all" || word == row.Name || word == row.Submission.ToString(CultureInfo.InvariantCulture))
        {
            return true;
        }

        int at = word.LastIndexOf('@');
        string[] span = word[(at + 1)..].Split("..");
        return row.Fact != "movement" && (at < 0 || word[..at] == row.Employer) && span.Length <= 2 && MonthOf(span[0]) is { } from && MonthOf(span[^1]) is { } to
            && row.Month >= from && row.Month <= to;
    }

    private static YearMonth? MonthOf(string text) => YearMonthPattern.Iso.Parse(text) is { Success: true, Value: var month } ? month : null;
}

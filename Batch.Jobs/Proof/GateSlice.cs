using System.Text.Json;

namespace Batch.Jobs.Proof;

/// <summary>What a policy slice gates on beside a month's own facts, read from its canonical JSON.</summary>
internal sealed record GateSlice(
    string ArrearsCredited, string? AgeReference, int? ArrearsMaxMonths, int FirstMonthOffset, int ResumptionOffset, int InsuranceYearFrom,
    bool ShortAreNotCredited, bool CountsYears, bool HasFrozenAmounts, int LongFromMonths, bool ShortZeroes, bool LongZeroes, string Rhythm,
    YearsAsked? Years, int? AdvanceMonth = null)
{
    public static readonly GateSlice None = new("yes", null, null, 0, 0, 1, false, false, false, 1, false, false, "monthly", null);

    public bool HasArrearsRule => ArrearsCredited != "yes" || AgeReference is not null || ArrearsMaxMonths is not null;

    public bool LooksAtEnrolments => FirstMonthOffset > 0 || ArrearsCredited == "only-after-enrolment";

    public bool LooksAtEarlierMonths => ResumptionOffset > 0 || CountsYears;

    public bool IsOpen => !HasArrearsRule && !LooksAtEnrolments && !LooksAtEarlierMonths && !HasFrozenAmounts && AdvanceMonth is null;

    /// <summary>The posting month that first credits the contribution month.</summary>
    public DateOnly CreditedIn(DateOnly month)
    {
        int period = Rhythm switch { "yearly" => 12, "half-yearly" => 6, _ => 1 };
        DateOnly last = month;
        while ((last.Month - InsuranceYearFrom + 13) % 12 % period != 0)
        {
            last = last.AddMonths(1);
        }

        return last;
    }

    public static GateSlice Of(JsonElement slice)
    {
        JsonElement arrears = slice.GetProperty("arrears"), breaks = slice.GetProperty("break");
        bool hasYears = slice.TryGetProperty("minimumYears", out JsonElement years);
        bool notCredited = hasYears && years.GetProperty("short").GetString() == "not-credited";
        string text = slice.GetRawText();
        return new GateSlice(
            arrears.GetProperty("credited").GetString()!,
            arrears.GetProperty("ageOn").GetString() == "payment" ? arrears.GetProperty("ageReference").GetString() : null,
            arrears.TryGetProperty("maxMonths", out JsonElement most) ? most.GetInt32() : null,
            slice.GetProperty("firstMonthOffset").GetInt32(), slice.GetProperty("resumptionOffset").GetInt32(), slice.GetProperty("insuranceYearFrom").GetInt32(),
            notCredited,
            (hasYears && (notCredited || text.Contains("lessPerMissingYear", StringComparison.Ordinal))) || text.Contains("\"proRata\"", StringComparison.Ordinal), text.Contains("\"frozen\"", StringComparison.Ordinal),
            breaks.GetProperty("longFromMonths").GetInt32(), Zeroes(breaks.GetProperty("short")), Zeroes(breaks.GetProperty("long")),
            slice.GetProperty("rhythm").GetString()!, hasYears ? YearsAsked.Of(years) : null,
            slice.TryGetProperty("advance", out JsonElement advance) ? advance.GetProperty("month").GetInt32() : null);
    }

    private static bool Zeroes(JsonElement rule) => rule.GetProperty("accumulated").GetString() != "keep";
}

/// <summary>The years of contribution that a slice asks of those who retired from a month to a month, either side open, and of everybody else.</summary>
internal sealed record YearsAsked(int Male, int Female, int ActualMale, int ActualFemale, string? From, string? To, IReadOnlyList<YearsAsked> Cohorts)
{
    public static YearsAsked Of(JsonElement years)
    {
        bool pays = years.TryGetProperty("actual", out JsonElement actual);
        return new YearsAsked(
            years.GetProperty("male").GetInt32(), years.GetProperty("female").GetInt32(), pays ? actual.GetProperty("male").GetInt32() : 0, pays ? actual.GetProperty("female").GetInt32() : 0,
            years.TryGetProperty("from", out JsonElement from) ? from.GetString() : null, years.TryGetProperty("to", out JsonElement to) ? to.GetString() : null,
            years.TryGetProperty("cohorts", out JsonElement cohorts) ? [.. cohorts.EnumerateArray().Select(Of)] : []);
    }

    /// <summary>The years as SQL, by whether the person is a man and the month of retirement.</summary>
    public string Sql(Func<YearsAsked, (int Male, int Female)> which, string isMale, string retiredIn)
    {
        string Asked(YearsAsked years) => which(years) is var (male, female) ? $"CASE WHEN {isMale} THEN {male} ELSE {female} END" : "";
        string cohorts = string.Concat(Cohorts.Select(c =>
            $"WHEN {retiredIn} IS NOT NULL{(c.From is null ? "" : $" AND {retiredIn} >= DATE '{c.From}-01'")}{(c.To is null ? "" : $" AND {retiredIn} <= DATE '{c.To}-01'")} THEN {Asked(c)} "));
        return cohorts.Length == 0 ? Asked(this) : $"CASE {cohorts}ELSE {Asked(this)} END";
    }
}

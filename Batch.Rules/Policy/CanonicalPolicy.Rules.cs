using System.Text.Json;
using NodaTime;

namespace Batch.Rules;

// The common rules: arrears, benefits, breaks, interest, years.
internal static partial class CanonicalPolicy
{
    private static void WriteArrears(Utf8JsonWriter json, RulesText rules)
    {
        json.WriteStartObject("arrears");
        json.WriteString("ageOn", Words.Of(rules.ArrearsAge));
        if (rules.ArrearsAge == ArrearsAge.Payment)
        {
            // The age is then taken in another month, by the same rule.
            json.WriteString("ageReference", Words.Of(rules.AgeOn));
        }

        json.WriteString("credited", Words.Of(rules.ArrearsCredited));
        if (rules.ArrearsMaxMonths is { } months)
        {
            json.WriteNumber("maxMonths", months);
        }

        json.WriteEndObject();
    }

    // What the defaults say already is left out, as a file without the key leaves it.
    private static void WriteBenefits(Utf8JsonWriter json, MonthPolicy policy)
    {
        if (policy is { WaitingAfterShortBreak: 0, WaitingAfterLongBreak: 0, BackPayment: BackPayment.NextMonth, MissedYears: null })
        {
            return;
        }

        json.WriteStartObject("benefits");
        json.WriteString("backPayment", Words.Of(policy.BackPayment));
        if (policy.MissedYears is { } missed)
        {
            json.WriteStartObject("missedYears");
            json.WriteNumber("adds", missed.Adds);
            if (missed.LongFromYears is { } years)
            {
                json.WriteNumber("least", missed.Least);
                json.WriteNumber("longFromYears", years);
            }

            json.WriteNumber("paidTakesOff", missed.PaidTakesOff);
            json.WriteEndObject();
        }

        json.WriteNumber("waitingAfterLongBreak", policy.WaitingAfterLongBreak);
        json.WriteNumber("waitingAfterShortBreak", policy.WaitingAfterShortBreak);
        json.WriteEndObject();
    }

    private static void WriteBreaks(Utf8JsonWriter json, RulesText rules)
    {
        json.WriteStartObject("break");
        WriteBreak(json, "long", rules.LongBreak);
        json.WriteNumber("longFromMonths", rules.LongBreakFromMonths);
        WriteBreak(json, "short", rules.ShortBreak);
        json.WriteEndObject();
    }

    private static void WriteBreak(Utf8JsonWriter json, string name, BreakRule rule)
    {
        json.WriteStartObject(name);
        json.WriteString("accumulated", Words.Of(rule.Accumulated));
        json.WriteString("continuous", Words.Of(rule.Continuous));
        json.WriteEndObject();
    }

    // Only what the months up to this one bear: a rate that begins later changes no slice before it. One pair for the whole of them is written as such.
    private static void WriteInterest(Utf8JsonWriter json, MonthPolicy policy)
    {
        if (policy.Interest is not { } terms)
        {
            WriteHalf(json, policy.Rules.Interest?.Rates);
            return;
        }

        json.WriteStartObject("interest");
        if (terms.On == InterestOn.YearEndBalance)
        {
            json.WriteString("on", Words.Of(terms.On));
            Optional(json, "rate", terms.Rate);
        }
        else if (terms.Parts.Count == 1)
        {
            Optional(json, "carriedOver", terms.Parts[0].CarriedOver);
            WriteClosed(json, policy);
            Optional(json, "currentYear", terms.Parts[0].CurrentYear);
        }
        else
        {
            WriteClosed(json, policy);
            WriteParts(json, terms.Parts);
        }

        json.WriteEndObject();
    }

    // One rate of the two: nothing can be computed with it.
    private static void WriteHalf(Utf8JsonWriter json, IReadOnlyList<InterestRatesText>? rates)
    {
        if (rates is [{ From: null } half] && (half.CurrentYear is not null || half.CarriedOver is not null))
        {
            json.WriteStartObject("interest");
            Optional(json, "carriedOver", half.CarriedOver);
            Optional(json, "currentYear", half.CurrentYear);
            json.WriteEndObject();
        }
    }

    private static void WriteClosed(Utf8JsonWriter json, MonthPolicy policy)
    {
        if (policy.PaysInterestWithClosing)
        {
            json.WriteString("closed", Words.Of(ClosedAccount.WithPayOut));
        }
    }

    private static void WriteParts(Utf8JsonWriter json, IReadOnlyList<InterestPart> parts)
    {
        json.WriteStartArray("rates");
        foreach (InterestPart part in parts)
        {
            json.WriteStartObject();
            Optional(json, "carriedOver", part.CarriedOver);
            Optional(json, "currentYear", part.CurrentYear);
            json.WriteString("from", $"{part.From.Year:0000}-{part.From.Month:00}");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteYears(Utf8JsonWriter json, RulesText rules)
    {
        if (rules.MinimumYearsMale is not { } male || rules.MinimumYearsFemale is not { } female)
        {
            return;
        }

        json.WriteStartObject("minimumYears");
        WriteActual(json, rules.ActualYearsMale, rules.ActualYearsFemale);
        WriteCohorts(json, rules.Cohorts);
        json.WriteNumber("female", female);
        json.WriteNumber("male", male);
        json.WriteString("short", Words.Of(rules.ShortOfYears));
        json.WriteEndObject();
    }

    private static void WriteActual(Utf8JsonWriter json, int? male, int? female)
    {
        if (male is null || female is null)
        {
            return;
        }

        json.WriteStartObject("actual");
        json.WriteNumber("female", female.Value);
        json.WriteNumber("male", male.Value);
        json.WriteEndObject();
    }

    private static void WriteCohorts(Utf8JsonWriter json, IReadOnlyList<Cohort> cohorts)
    {
        if (cohorts.Count == 0)
        {
            return;
        }

        json.WriteStartArray("cohorts");
        foreach (Cohort cohort in cohorts.OrderBy(c => c.From is not null).ThenBy(c => c.From))
        {
            json.WriteStartObject();
            WriteActual(json, cohort.ActualMale, cohort.ActualFemale);
            json.WriteNumber("female", cohort.Female);
            WriteMonth(json, "from", cohort.From);
            json.WriteNumber("male", cohort.Male);
            WriteMonth(json, "to", cohort.To);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteMonth(Utf8JsonWriter json, string name, YearMonth? month)
    {
        if (month is { } known)
        {
            json.WriteString(name, $"{known.Year:0000}-{known.Month:00}");
        }
    }
}

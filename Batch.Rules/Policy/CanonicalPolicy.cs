using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using NodaTime;

namespace Batch.Rules;

/// <summary>
/// A month's slice as canonical JSON: keys in ordinal order, no blanks, numbers as decimal strings without trailing zeros, absent values left out.
/// It holds what decides amounts and effects and nothing else, so files of the same meaning have the same hash and another month's figure does not
/// change it. Figures are already put in; amounts are yuan a month with their fraction, unrounded.
/// </summary>
internal static partial class CanonicalPolicy
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Hash(string json) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)));

    public static string Write(MonthPolicy policy)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            if (policy.Rules.Advance is { } advance)
            {
                json.WriteStartObject("advance");
                json.WriteNumber("month", advance.Month);
                json.WriteEndObject();
            }

            json.WriteString("ageOn", policy.AgeReferenceDate.ToString("uuuu-MM-dd", CultureInfo.InvariantCulture));
            json.WriteString("area", policy.Area);
            WriteArrears(json, policy.Rules);
            Optional(json, "baseMax", policy.BaseMaximum?.Yuan);
            Optional(json, "baseMin", policy.BaseMinimum?.Yuan);
            WriteBenefits(json, policy);
            WriteBreaks(json, policy.Rules);
            WriteCategories(json, policy.CategoryRules);
            json.WriteString("creditOn", Words.Of(policy.Rules.CreditOn));
            json.WriteBoolean("deathMonthCredited", policy.CreditsDeathMonth);
            json.WriteNumber("firstMonthOffset", policy.FirstMonthOffset);
            json.WriteNumber("insuranceYearFrom", policy.InsuranceYearStart);
            WriteInterest(json, policy);
            WriteYears(json, policy.Rules);
            json.WriteString("month", $"{policy.Month.Year:0000}-{policy.Month.Month:00}");
            if (policy.TruesUpPension)
            {
                json.WriteString("provisionalPension", Words.Of(policy.Rules.ProvisionalPension));
            }

            json.WriteNumber("resumptionOffset", policy.ResumptionOffset);
            json.WriteNumber("retirementOffset", policy.RetirementOffset);
            json.WriteString("rhythm", Words.Of(policy.Rhythm));
            json.WriteString("rounding", Words.Of(policy.Rounding));
            json.WriteNumber("suspendedAfterMonths", policy.SuspendedAfterMonths);
            json.WriteString("twoEmployers", Words.Of(policy.TwoEmployers));
            json.WriteString("unknownPeople", Words.Of(policy.Rules.UnknownPeople));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void WriteCategories(Utf8JsonWriter json, CategoryRules[] categories)
    {
        json.WriteStartObject("categories");
        // A category that the source leaves open says as little as one that is not there.
        foreach (CategoryRules category in categories.Where(c => c.Active is not null || c.Retired is not null).OrderBy(c => c.Name, StringComparer.Ordinal))
        {
            json.WriteStartObject(category.Name);
            if (category.Active is { } active)
            {
                WriteActive(json, active);
            }

            if (category.Retired is { } retired)
            {
                WriteRetired(json, "retired", retired);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteActive(Utf8JsonWriter json, ActiveRules active)
    {
        json.WriteStartObject("active");
        json.WriteBoolean("account", active.HasAccount);
        WriteDeductions(json, active.Deductions);
        Optional(json, "employerPays", active.EmployerRate);
        WriteTiers(json, "flat", active.Flat);
        json.WriteString("own", active.OwnCredited ? "whole" : "none");
        Optional(json, "personPays", active.PersonRate);
        WriteTiers(json, "share", active.Share);
        json.WriteEndObject();
    }

    private static void WriteRetired(Utf8JsonWriter json, string name, RetiredRules retired)
    {
        json.WriteStartObject(name);
        json.WriteString("credit", KindOf(retired.Credit));
        WriteDeductions(json, retired.Deductions);
        Optional(json, "floor", retired.FloorFen / 100m);
        if (retired.FloorIfMissing)
        {
            json.WriteBoolean("floorIfMissing", true);
        }

        if (retired.FloorMissing is not null)
        {
            json.WriteString("floorMissing", retired.FloorMissing);
        }

        Optional(json, "lessPerMissingYearAmount", retired.ReductionFen == 0m ? null : retired.ReductionFen / 100m);
        Optional(json, "lessPerMissingYearRate", retired.ReductionRate == 0m ? null : retired.ReductionRate);
        if (retired.Otherwise is not null)
        {
            WriteRetired(json, "otherwise", retired.Otherwise);
        }

        if (retired.Pension.Length > 0)
        {
            json.WriteStartArray("pension");
            foreach (string column in retired.Pension.Select(Assessment.ColumnOf).Distinct())
            {
                json.WriteStringValue(column);
            }

            json.WriteEndArray();
        }

        if (retired.ProRata is { } proRata)
        {
            json.WriteStartObject("proRata");
            if (proRata.OfActual)
            {
                json.WriteString("months", Words.Of(CountedMonths.Actual));
            }

            json.WriteNumber("ofMonths", proRata.OfMonths);
            json.WriteEndObject();
        }

        WriteTiers(json, "tiers", retired.Tiers);
        json.WriteEndObject();
    }

    /// <summary>Where the amount comes from does not matter once the figures are put in: a rate of a wage and a flat amount are both an amount.</summary>
    private static string KindOf(RetireeCredit credit) =>
        credit is RetireeCredit.WageRate or RetireeCredit.AveragePensionRate or RetireeCredit.Flat ? "amount" : Words.Of(credit);

    private static void WriteDeductions(Utf8JsonWriter json, Deduction[] deductions)
    {
        if (deductions.Length == 0)
        {
            return;
        }

        json.WriteStartArray("deductions");
        foreach (Deduction deduction in deductions)
        {
            json.WriteStartObject();
            Optional(json, "amount", deduction.Fen / 100m);
            json.WriteString("name", deduction.Name);
            Optional(json, "rate", deduction.Rate);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Tiers in order of age; neighbours that mean the same are one.</summary>
    private static void WriteTiers(Utf8JsonWriter json, string name, TierTable? table)
    {
        if (table is null)
        {
            return;
        }

        json.WriteStartArray(name);
        for (int i = 0; i < table.Tiers.Count; i++)
        {
            Tier tier = table.Tiers[i];
            int from = tier.From;
            while (i + 1 < table.Tiers.Count && Same(tier, table.Tiers[i + 1]))
            {
                i++;
            }

            WriteTier(json, tier, from, table.Tiers[i].To);
        }

        json.WriteEndArray();
    }

    private static bool Same(Tier a, Tier b) =>
        (a.Kind, a.Value, a.Missing, a.MinimumFen, a.MaximumFen) == (b.Kind, b.Value, b.Missing, b.MinimumFen, b.MaximumFen)
        && (a.Missing is null || a.ShownRate == b.ShownRate);

    private static void WriteTier(Utf8JsonWriter json, Tier tier, int from, int to)
    {
        json.WriteStartObject();
        Optional(json, "amount", tier.Kind == TierKind.Amount && tier.Missing is null ? tier.Value / 100m : null);
        json.WriteNumber("from", from);
        Optional(json, "maximum", tier.MaximumFen / 100m);
        Optional(json, "minimum", tier.MinimumFen / 100m);
        if (tier.Missing is not null)
        {
            json.WriteString("missing", tier.Missing);
        }

        Optional(json, "perYearOfAge", tier.Kind == TierKind.YearOfAge ? tier.Value / 100m : null);
        Optional(json, "rate", tier.Kind == TierKind.Rate || tier.Missing is not null ? tier.Missing is null ? tier.Value : tier.ShownRate : null);
        json.WriteNumber("to", to);
        json.WriteEndObject();
    }

    private static void Optional(Utf8JsonWriter json, string name, decimal? value)
    {
        if (value is { } number)
        {
            json.WriteString(name, number.ToString("0.############################", CultureInfo.InvariantCulture));
        }
    }
}

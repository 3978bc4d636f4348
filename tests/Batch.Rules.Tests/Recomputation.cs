using System.Globalization;
using System.Text.Json;

namespace Batch.Rules.Tests;

/// <summary>
/// A person's month computed a second time, from the canonical JSON alone and in the plainest way: proof that the JSON holds all that decides an amount,
/// and the model for the second path in SQL.
/// </summary>
public static class Recomputation
{
    public static (decimal Account, decimal Pool, decimal Other) Of(string json, PersonMonth person)
    {
        using var document = JsonDocument.Parse(json);
        JsonElement policy = document.RootElement;
        string[] on = policy.GetProperty("ageOn").GetString()!.Split('-');
        int age = int.Parse(on[0], CultureInfo.InvariantCulture) - person.Birth.Year;
        (int month, int day) = (int.Parse(on[1], CultureInfo.InvariantCulture), int.Parse(on[2], CultureInfo.InvariantCulture));
        if (month < person.Birth.Month || (month == person.Birth.Month && day < person.Birth.Day))
        {
            age--;
        }

        JsonElement category = policy.GetProperty("categories").GetProperty(person.Category);
        decimal paid = person.PersonPaid.Yuan + person.EmployerPaid.Yuan;
        (decimal gross, decimal ofBase, JsonElement rules) = person.Standing == Standing.Active
            ? Active(policy, category.GetProperty("active"), person, age)
            : Retired(policy, category.GetProperty("retired"), person, age);
        decimal taken = 0m;
        foreach (JsonElement deduction in rules.TryGetProperty("deductions", out JsonElement list) ? list.EnumerateArray() : default)
        {
            decimal premium = Number(deduction, "amount") ?? Round(policy, ofBase * Number(deduction, "rate")!.Value);
            taken += Math.Min(premium, gross - taken);
        }

        return (gross - taken, paid - gross, taken);
    }

    /// <summary>Years missing by the JSON alone.</summary>
    public static int MissingYears(string json, ContributionYears person)
    {
        using var document = JsonDocument.Parse(json);
        if (!document.RootElement.TryGetProperty("minimumYears", out JsonElement years))
        {
            return 0;
        }

        string sex = person.Sex == Sex.Male ? "male" : "female";
        string retired = person.RetiredIn is { } month ? $"{month.Year:0000}-{month.Month:00}" : "";
        foreach (JsonElement cohort in retired.Length > 0 && years.TryGetProperty("cohorts", out JsonElement cohorts) ? cohorts.EnumerateArray() : default)
        {
            bool after = !cohort.TryGetProperty("from", out JsonElement from) || string.CompareOrdinal(retired, from.GetString()) >= 0;
            bool before = !cohort.TryGetProperty("to", out JsonElement to) || string.CompareOrdinal(retired, to.GetString()) <= 0;
            years = after && before ? cohort : years;
        }

        int counted = person.CountedMonths is { } months ? years.GetProperty(sex).GetInt32() - (months / 12) : 0;
        int actual = years.TryGetProperty("actual", out JsonElement paid) && person.ActualMonths is { } known ? paid.GetProperty(sex).GetInt32() - (known / 12) : 0;
        return Math.Max(0, Math.Max(counted, actual));
    }

    private static (decimal Gross, decimal OfBase, JsonElement Rules) Active(JsonElement policy, JsonElement rules, PersonMonth person, int age)
    {
        decimal clamped = Math.Min(Math.Max(person.Base.Yuan, Number(policy, "baseMin") ?? 0m), Number(policy, "baseMax") ?? decimal.MaxValue);
        decimal paid = person.PersonPaid.Yuan + person.EmployerPaid.Yuan, gross = 0m;
        if (!rules.GetProperty("account").GetBoolean())
        {
            return (0m, clamped, rules);
        }

        if (rules.GetProperty("own").GetString() == "whole")
        {
            gross += person.PersonPaid.Yuan;
        }

        foreach (string part in new[] { "share", "flat" })
        {
            if (rules.TryGetProperty(part, out JsonElement tiers))
            {
                gross += Math.Min(Round(policy, Amount(Tier(tiers, age), clamped, age)), Math.Max(paid - gross, 0m));
            }
        }

        return (gross, clamped, rules);
    }

    private static (decimal Gross, decimal OfBase, JsonElement Rules) Retired(JsonElement policy, JsonElement rules, PersonMonth person, int age)
    {
        (decimal exact, decimal ofBase) = Exact(policy, rules, person, age);
        return (Round(policy, exact), ofBase, rules);
    }

    private static (decimal Exact, decimal OfBase) Exact(JsonElement policy, JsonElement rules, PersonMonth person, int age)
    {
        decimal exact, ofBase = 0m;
        switch (rules.GetProperty("credit").GetString())
        {
            case "none":
                return (0m, 0m);
            case "frozen":
                if (person.FrozenAmount is { } frozen)
                {
                    exact = frozen.Yuan;
                    break;
                }

                return Exact(policy, rules.GetProperty("otherwise"), person, age);
            case "pension-rate":
                Money? pension = null;
                foreach (JsonElement column in rules.GetProperty("pension").EnumerateArray())
                {
                    pension ??= column.GetString() switch { "prior-year" => person.PensionPriorYear, "this-year" => person.PensionThisYear, _ => person.PensionMonth };
                }

                ofBase = Math.Max(pension!.Value.Yuan, Number(rules, "floor") ?? 0m);
                exact = Amount(Tier(rules.GetProperty("tiers"), age), ofBase, age);
                break;
            default:
                exact = Amount(Tier(rules.GetProperty("tiers"), age), 0m, age);
                break;
        }

        int missing = Math.Max(0, person.MissingYears);
        bool refused = missing > 0 && policy.TryGetProperty("minimumYears", out JsonElement years) && years.GetProperty("short").GetString() == "not-credited";
        if (rules.TryGetProperty("proRata", out JsonElement proRata) && person.PaidMonths < proRata.GetProperty("ofMonths").GetInt32())
        {
            exact = exact * person.PaidMonths.Value / proRata.GetProperty("ofMonths").GetInt32();
        }

        exact = exact * (1m - missing * (Number(rules, "lessPerMissingYearRate") ?? 0m)) - missing * (Number(rules, "lessPerMissingYearAmount") ?? 0m);
        return (refused ? 0m : Math.Max(0m, exact), ofBase);
    }

    private static JsonElement Tier(JsonElement tiers, int age) =>
        tiers.EnumerateArray().Single(t => t.GetProperty("from").GetInt32() <= Math.Clamp(age, 0, 150) && Math.Clamp(age, 0, 150) <= t.GetProperty("to").GetInt32());

    private static decimal Amount(JsonElement tier, decimal ofBase, int age)
    {
        decimal amount = Number(tier, "amount") ?? (Number(tier, "perYearOfAge") is { } each ? each * Math.Max(age, 0) : ofBase * Number(tier, "rate")!.Value);
        return Math.Min(Math.Max(amount, Number(tier, "minimum") ?? decimal.MinValue), Number(tier, "maximum") ?? decimal.MaxValue);
    }

    private static decimal? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? decimal.Parse(value.GetString()!, CultureInfo.InvariantCulture) : null;

    private static decimal Round(JsonElement policy, decimal yuan) => decimal.Round(yuan, 2, policy.GetProperty("rounding").GetString() switch
    {
        "half-up" => MidpointRounding.AwayFromZero,
        "half-even" => MidpointRounding.ToEven,
        _ => MidpointRounding.ToZero,
    });
}

using System.Globalization;
using NodaTime;

namespace Batch.Rules;

/// <summary>One value in force, for people: what it is about, what it says, where it comes from and how well that is sourced.</summary>
/// <param name="Subject">Category and standing, or <c>rules</c>.</param>
/// <param name="Reference">Codes of the file's sources.</param>
public sealed record PolicyStatement(string Subject, string Statement, string Reference, string Grade);

public sealed partial class MonthPolicy
{
    /// <summary>Everything in force in the month with its unit, reference and grade: <c>policy show</c>.</summary>
    public IReadOnlyList<PolicyStatement> Statements =>
        [.. StateRules(), .. _version.Categories.SelectMany(c => StateCategory(c.Key, c.Value)), .. StateFigures()];

    /// <summary>What the sources leave open in this version.</summary>
    public IReadOnlyList<OpenQuestion> Open => _policy.Open;

    private IEnumerable<PolicyStatement> StateRules()
    {
        RulesText r = _rules;
        string years = r.MinimumYearsMale is null ? "none" : $"{r.MinimumYearsMale} (male), {r.MinimumYearsFemale} (female){Actual(r.ActualYearsMale, r.ActualYearsFemale)}, short: {Words.Of(r.ShortOfYears)}";
        string back = r.ArrearsMaxMonths?.ToString(CultureInfo.InvariantCulture) ?? "any";
        string[] statements =
        [
            $"age-on: {Words.Of(r.AgeOn)}", $"rounding: {Words.Of(r.Rounding)}", $"credit-on: {Words.Of(r.CreditOn)}", $"rhythm: {Words.Of(r.Rhythm)}",
            $"insurance-year-from: {r.InsuranceYearStart}", $"unknown-people: {Words.Of(r.UnknownPeople)}", $"two-employers: {Words.Of(r.TwoEmployers)}",
            $"first-month-offset: {r.FirstMonthOffset}", $"retirement-offset: {r.RetirementOffset}", $"resumption-offset: {r.ResumptionOffset}",
            $"death-month-credited: {(r.CreditsDeathMonth ? "yes" : "no")}", $"suspended-after-months: {r.SuspendedAfterMonths}",
            $"break: short up to {r.LongBreakFromMonths - 1} months ({State(r.ShortBreak)})",
            $"break: long from {r.LongBreakFromMonths} months ({State(r.LongBreak)})",
            $"arrears: credited {Words.Of(r.ArrearsCredited)}, age on {Words.Of(r.ArrearsAge)}, months back {back}",
            $"minimum-years: {years}",
        ];
        IEnumerable<PolicyStatement> all = statements.Select(s => State("rules", s, r.Clause));
        all = all.Concat(r.Cohorts.Select(c => State(
            "rules", $"minimum-years of who retired {Text(c.From, "from")}{Text(c.To, " to")}: {c.Male} (male), {c.Female} (female){Actual(c.ActualMale, c.ActualFemale)}", r.Clause)));
        if (r.ProvisionalPension == ProvisionalPension.TrueUp)
        {
            all = all.Append(State("rules", "provisional-pension: true-up", r.Clause));
        }

        all = all.Concat(StateMovements(r));
        if (r.Advance is { } advance)
        {
            all = all.Append(State("rules", $"advance: retirees are credited twelve months from month {advance.Month} on at once", advance.Clause));
        }

        if (r.Benefits is { } b)
        {
            all = all.Append(State(
                "rules", $"benefits: waiting {b.WaitingAfterShortBreak} months after a short break, {b.WaitingAfterLongBreak} after a long one; back-payment {Words.Of(b.BackPayment)}", b.Clause));
            all = all.Concat(StateWaits(b));
        }

        return r.Interest is { } i ? all.Concat(StateInterest(i).Select(s => State("rules", s, i.Clause))) : all;
    }

    private static IEnumerable<string> StateInterest(InterestText interest)
    {
        if (interest.On == InterestOn.YearEndBalance)
        {
            return [$"interest: {Percent(interest.Rate)} a year on the balance at the end of the year"];
        }

        IEnumerable<string> rates = interest.Rates.Select(r =>
            $"interest: this year {Percent(r.CurrentYear)}, carried over {Percent(r.CarriedOver)} a year{(r.From is { } from ? $" from {from.Year:0000}-{from.Month:00}" : "")}");
        return interest.Closed == ClosedAccount.WithPayOut ? rates.Append("interest: of an account that a pay-out closes, up to its month and paid out with it") : rates;
    }

    private static IEnumerable<PolicyStatement> StateCategory(string name, CategoryText category)
    {
        foreach ((string? open, string standing) in new[] { (category.OpenActive, "active"), (category.OpenRetired, "retired") })
        {
            if (open is not null)
            {
                yield return new PolicyStatement($"{name} {standing}", $"open: {open}", "", "");
            }
        }

        foreach (PolicyStatement statement in category.Active is { } active ? StateActive($"{name} active", active) : [])
        {
            yield return statement;
        }

        for (RetiredText? retired = category.Retired; retired is not null; retired = retired.Otherwise)
        {
            foreach (PolicyStatement statement in StateRetired($"{name} retired", retired))
            {
                yield return statement;
            }
        }
    }

    private static IEnumerable<PolicyStatement> StateActive(string subject, ActiveText active)
    {
        if (active.Pays.Person is { } person)
        {
            yield return State(subject, $"person pays {new Rate(person)} of the base", active.Pays.PersonClause);
        }

        if (active.Pays.Employer is { } employer)
        {
            yield return State(subject, $"employer pays {new Rate(employer)} of the base", active.Pays.EmployerClause);
        }

        yield return State(subject, active.HasAccount ? $"own contribution credited: {Words.Of(active.Own)}" : "no account", active.OwnClause);
        foreach (PolicyStatement tier in StateTiers(subject, "employer share", active.Share).Concat(StateTiers(subject, "flat", active.Flat)))
        {
            yield return tier;
        }

        foreach (DeductionText deduction in active.Deductions)
        {
            yield return StateDeduction(subject, deduction);
        }
    }

    private static IEnumerable<PolicyStatement> StateRetired(string subject, RetiredText retired)
    {
        string chain = retired.Pension.Count == 0 ? "" : $" of {string.Join(", else ", retired.Pension.Select(Words.Of))}";
        yield return State(subject, $"credit: {Words.Of(retired.Credit)}{chain}", retired.Clause);
        if (retired.Floor is { } floor)
        {
            yield return State(subject, $"base at least {new Rate(floor)} of {Words.Of(retired.FloorOf)}", retired.FloorClause);
        }

        foreach (PolicyStatement tier in StateTiers(subject, "tier", retired.Tiers))
        {
            yield return tier;
        }

        if (retired.ReductionRate is not null || retired.ReductionAmount is not null)
        {
            string each = retired.ReductionRate is { } rate ? new Rate(rate).ToString() : Yuan(retired.ReductionAmount);
            yield return State(subject, $"less per missing year: {each}", retired.Clause);
        }

        if (retired.ProRata is { } proRata)
        {
            yield return State(subject, $"pro rata: months {(proRata.Months == CountedMonths.Actual ? "actually paid" : "of contribution")} of {proRata.OfMonths}, at most whole", proRata.Clause);
        }

        foreach (DeductionText deduction in retired.Deductions)
        {
            yield return StateDeduction(subject, deduction);
        }
    }

    private static IEnumerable<PolicyStatement> StateTiers(string subject, string what, TiersText? tiers)
    {
        foreach (TierText tier in tiers?.Tiers ?? [])
        {
            string ages = tier.To == Ages.Oldest ? tier.From == 0 ? "all ages" : $"age {tier.From} and over" : $"age {tier.From} to {tier.To}";
            string of = tiers!.OfShare == 1m ? Words.Of(tiers.Of) : $"{new Rate(tiers.OfShare)} of {Words.Of(tiers.Of)}";
            string value = tier.IsRate ? $"{new Rate(tier.Value)} of {of}{(tiers.Year is { } year ? $" {year}" : "")}" : Yuan(tier.Value);
            string least = tier.Minimum is null ? "" : $", at least {Yuan(tier.Minimum)}", most = tier.Maximum is null ? "" : $", at most {Yuan(tier.Maximum)}";
            yield return State(subject, $"{what}, {ages}: {value}{least}{most}", tiers.Clause);
        }
    }

    private static PolicyStatement StateDeduction(string subject, DeductionText deduction) => State(
        subject, $"deduction {deduction.Name}: {(deduction.Rate is { } rate ? $"{new Rate(rate)} of the base" : Yuan(deduction.Amount))}", deduction.Clause);

    private IEnumerable<PolicyStatement> StateFigures() => FigureNames.All
        .Select(name => _figures[name])
        .OfType<FigureInForce>()
        .Select(f => new PolicyStatement("figures", $"{f.Name}: {Yuan(f.Value)}", f.Source, ""));

    private static IEnumerable<PolicyStatement> StateWaits(BenefitsText benefits)
    {
        if (benefits.MissedYears is { } missed)
        {
            string least = missed.LongFromYears is { } years ? $"; at least {missed.Least} in all from {years} years missed on" : "";
            yield return State("rules", $"benefits: {missed.Adds} months longer for each year missed, {missed.PaidTakesOff} shorter for each of them paid{least}", benefits.Clause);
        }

        if (benefits.Rewards is { } r)
        {
            string[] parts =
            [
                .. r.EachYear is { } each ? [$"{Number(each)} yuan for each year without a break after {r.AfterYears}"] : Array.Empty<string>(),
                .. r.NoClaimsYear is { } none ? [$"{Number(none)} yuan for a year without a claim"] : Array.Empty<string>(),
                .. r.AtMost is { } most ? [$"at most {new Rate(most)} of the limit in all"] : Array.Empty<string>(),
            ];
            yield return State("rules", $"benefits: the limit of the large-expense insurance rises by {string.Join("; ", parts)} (told; no effect on accounts)", benefits.Clause);
        }
    }

    private static string Number(decimal yuan) => yuan.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Actual(int? male, int? female) => male is null ? "" : $", actually paid {male} (male), {female} (female)";

    private static string Text(YearMonth? month, string word) => month is { } known ? $"{word} {known.Year:0000}-{known.Month:00}" : "";

    private static string State(BreakRule rule) => $"continuous {Words.Of(rule.Continuous)}, accumulated {Words.Of(rule.Accumulated)}";

    private static PolicyStatement State(string subject, string statement, Clause? clause) =>
        new(subject, statement, clause?.References ?? "", clause is null ? "" : Words.Of(clause.Grade));

    private static string Yuan(decimal? value) => string.Create(CultureInfo.InvariantCulture, $"{value:0.00####} yuan/month");

    private static string Percent(decimal? rate) => rate is { } value ? new Rate(value).ToString() : "-";
}

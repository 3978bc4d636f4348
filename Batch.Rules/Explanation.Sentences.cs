using System.Globalization;
using NodaTime;

namespace Batch.Rules;

/// <summary>The sentences of an explanation. They are made only when somebody asks why.</summary>
internal static class ExplanationSentences
{
    /// <param name="due">What the person owes on the clamped base; null: the policy gives no rate.</param>
    public static void Own(this Explanation explanation, ActiveRules rules, in PersonMonth person, Money clamped, Money? due)
    {
        explanation.Limits(person.Base, clamped);
        if (due is { } owed && Math.Abs(owed.Fen - person.PersonPaid.Fen) > 1)
        {
            explanation.Say($"按该基数应缴 {owed} 元，实缴 {person.PersonPaid} 元", $"{owed} is due on that base; {person.PersonPaid} was paid");
        }

        explanation.Say($"个人缴费 {person.PersonPaid} 元全部划入，实缴多少划多少", $"the own contribution of {person.PersonPaid} is credited whole, as paid");
        explanation.Add("own", person.PersonPaid, rules.PersonRate, clamped.Yuan, rules.OwnClause);
    }

    public static void Tier(
        this Explanation explanation, MonthPolicy policy, string component, Tier tier, in PersonMonth person, Money clamped, int age, Money entitled,
        Money amount)
    {
        explanation.Limits(person.Base, clamped);
        explanation.AgeAndTier(policy, tier, person, age);
        explanation.Product(policy, tier, clamped.Fen, entitled);
        if (amount != entitled)
        {
            explanation.Say($"应划 {entitled} 元，超过实缴余额，只划 {amount} 元", $"{entitled} is due, but a credit never exceeds what was paid: {amount}");
        }

        explanation.Add(component, amount, tier.ShownRate, BaseOf(tier, clamped.Fen), tier.Clause);
    }

    public static void Retiree(
        this Explanation explanation, MonthPolicy policy, in RetireeAmount whole, in PersonMonth person, int age, Money gross)
    {
        RetiredRules rules = whole.Rules;
        if (whole.Tier is not { } tier)
        {
            explanation.Lessened(policy, whole, person);
            (string zh, string en) = rules.Credit == RetireeCredit.None
                ? ("该类退休人员不划入", "nothing is credited to retirees of this category")
                : ("按本人冻结金额划入", "the amount frozen for this person is credited");
            explanation.Say(zh, en);
            explanation.Add(rules.Credit == RetireeCredit.None ? "retiree" : "frozen", gross, null, null, rules.Clause);
            return;
        }

        explanation.AgeAndTier(policy, tier, person, age);
        explanation.Product(policy, tier, whole.BaseFen, policy.Rounding.ToMoney(whole.Fen) == gross ? gross : null);
        explanation.Lessened(policy, whole, person);
        bool flat = tier.Kind == TierKind.Amount && tier.ShownRate is null;
        explanation.Add(flat ? "flat" : "retiree", gross, tier.ShownRate, BaseOf(tier, whole.BaseFen), tier.Clause);
    }

    public static void Deduction(this Explanation explanation, Deduction deduction, decimal baseFen, Money premium, Money amount)
    {
        if (amount != premium)
        {
            explanation.Say($"应扣 {premium} 元，不超过当月划入，只扣 {amount} 元", $"{premium} is due, but no more is taken than the month gave: {amount}");
        }

        explanation.Add($"deduction:{deduction.Name}", -amount, deduction.Rate, deduction.Rate is null ? null : baseFen / 100m, deduction.Clause);
    }

    public static void Pension(this Explanation explanation, PensionSource source, Money pension)
    {
        (string zh, string en) = source switch
        {
            PensionSource.PriorYearAverage => ("上年度月平均养老金", "average monthly pension of the prior year"),
            PensionSource.PriorYearLastMonth => ("上年度最后一个月养老金", "pension of the last month of the prior year"),
            PensionSource.ReferenceMonth => ("规定月份的养老金", "pension of the month that the area fixes"),
            PensionSource.ThisYearAverage => ("本年度月平均养老金", "average monthly pension of this year"),
            PensionSource.FirstPension => ("首次养老金", "first pension"),
            _ => ("当月养老金", "pension of the month"),
        };
        explanation.Say($"基数取{zh} {pension} 元", $"the base is the {en}: {pension}");
    }

    public static void Provisional(this Explanation explanation, MonthPolicy policy, RetiredRules rules, PensionSource source, in PersonMonth person)
    {
        if (!policy.TruesUpPension)
        {
            return;
        }

        bool priorYear = Assessment.ColumnOf(source) == "prior-year";
        if (priorYear && person.PensionTrued)
        {
            explanation.Say("该平均数由本年其他月份的养老金文件提供，原临时划入按差额补记", "the average came with another month of the year; what was credited provisionally is trued up by the difference");
        }
        else if (!priorYear && rules.Pension.Any(s => Assessment.ColumnOf(s) == "prior-year"))
        {
            explanation.Say("上年度平均尚未提供，为临时划入，提供后按差额补记", "provisional: the prior-year average is not known yet; the difference is credited when it is");
        }
    }

    public static void Floor(this Explanation explanation, RetiredRules rules, decimal fen, decimal floor)
    {
        string yuan = Number(floor / 100m);
        if (fen < floor)
        {
            explanation.Say($"低于保底，按保底 {yuan} 元为基数（{rules.FloorNote.Chinese}）", $"below the floor: the base is lifted to {yuan} ({rules.FloorNote.English})");
        }
        else
        {
            explanation.Say($"不低于保底 {yuan} 元（{rules.FloorNote.Chinese}）", $"not below the floor of {yuan} ({rules.FloorNote.English})");
        }
    }

    /// <summary>What the years of contribution take from a retiree's credit.</summary>
    private static void Lessened(this Explanation explanation, MonthPolicy policy, in RetireeAmount whole, in PersonMonth person)
    {
        int years = person.MissingYears;
        RetiredRules rules = whole.Rules;
        explanation.YearsAsked(policy, rules, person);
        if (Assessment.IsRefusedForYears(policy, person))
        {
            explanation.Say($"缴费年限缺 {years} 年，不划入", $"{years} years of contribution are missing; nothing is credited");
        }
        else if (rules.ProRata is { } proRata)
        {
            explanation.ProRata(policy, proRata, person.PaidMonths, whole.Fen);
        }
        else if (years > 0 && rules.IsReduced)
        {
            string each = rules.ReductionRate != 0m ? new Rate(rules.ReductionRate).ToString() : Number(rules.ReductionFen / 100m);
            explanation.Say($"缴费年限缺 {years} 年，每缺一年减 {each}", $"{years} years of contribution are missing, {each} less for each");
        }
    }

    // Told where they depend on more than the sex: who looks for the years missing needs to know which are meant.
    private static void YearsAsked(this Explanation explanation, MonthPolicy policy, RetiredRules rules, in PersonMonth person)
    {
        RulesText text = policy.Rules;
        bool asked = text.ShortOfYears == ShortOfYears.NotCredited || rules.IsReduced;
        if (!asked || (text.Cohorts.Count == 0 && text.ActualYearsMale is null))
        {
            return;
        }

        Cohort years = policy.AskedOf(person.RetiredIn);
        (string zh, string en) = text.Cohorts.Count == 0 ? ("", "")
            : person.RetiredIn is not { } retired ? ("没有退休月份记录，", "no month of retirement is on record; ")
            : ($"{retired.Year:0000}-{retired.Month:00} 退休，", $"retired in {retired.Year:0000}-{retired.Month:00}; ");
        string actual = years.ActualMale is null ? "" : $"，其中实际缴费男 {years.ActualMale} 年、女 {years.ActualFemale} 年";
        string paid = years.ActualMale is null ? "" : $", of them {years.ActualMale} and {years.ActualFemale} actually paid";
        explanation.Say($"{zh}缴费年限应满男 {years.Male} 年、女 {years.Female} 年{actual}（{text.Clause}）",
            $"{en}{years.Male} years of contribution are asked of men, {years.Female} of women{paid} ({text.Clause})");
    }

    private static void ProRata(this Explanation explanation, MonthPolicy policy, ProRata proRata, int? months, decimal wholeFen)
    {
        int of = proRata.OfMonths;
        (string zhPaid, string enMonths) = proRata.OfActual ? ("实际缴费", "actually paid") : ("缴费", "of contribution");
        if (months is not { } paid)
        {
            explanation.Say($"没有{zhPaid}月数记录，全额划入（{proRata.Clause}）", $"no months {enMonths} are on record: credited whole ({proRata.Clause})");
            return;
        }

        if (paid >= of)
        {
            explanation.Say($"{zhPaid} {paid} 个月，已满 {of} 个月，全额划入（{proRata.Clause}）", $"{paid} months {enMonths}, {of} or more: credited whole ({proRata.Clause})");
            return;
        }

        decimal exact = wholeFen * paid / of;
        Money result = policy.Rounding.ToMoney(exact);
        (string zh, string en) = Named(policy.Rounding);
        string product = $"{Number(wholeFen / 100m)} x {paid}/{of} = {Number(exact / 100m)}";
        explanation.Say($"{zhPaid} {paid} 个月，不满 {of} 个月，按月数比例：{product}，{zh} {result}（{proRata.Clause}）",
            $"{paid} months {enMonths}, fewer than {of}: {product}, rounded {en}: {result} ({proRata.Clause})");
    }

    /// <summary>The year's credit is paid in advance.</summary>
    public static void Advance(this Explanation explanation, MonthPolicy policy, int? advance, decimal monthFen)
    {
        if (advance is not { } months)
        {
            return;
        }

        YearMonth to = policy.AdvanceFrom.PlusMonths(11);
        string clause = policy.Rules.Advance!.Clause.ToString();
        explanation.Say(
            months == 0
                ? $"按年预划（{clause}）：本月已包含在本年度较早月份的一次划入中"
                : string.Create(CultureInfo.InvariantCulture, $"按年预划（{clause}）：自本月至 {to.Year:0000}-{to.Month:00} 应享 {months} 个月，每月 {Number(monthFen / 100m)} 元，一次划入"),
            months == 0
                ? $"a year is credited in advance ({clause}): an earlier month of the year has brought this one's credit"
                : string.Create(CultureInfo.InvariantCulture, $"a year is credited in advance ({clause}): {months} months from this one to {to.Year:0000}-{to.Month:00}, {Number(monthFen / 100m)} each, at once"));
    }

    /// <summary>What is credited by the half year or year is set aside in other funds until then.</summary>
    public static void SetAside(this Explanation explanation, MonthPolicy policy, Money amount)
    {
        string due = $"{policy.CreditedIn.Year:0000}-{policy.CreditedIn.Month:00}";
        explanation.Say($"本月应划 {amount} 元，按周期于 {due} 划入，此前记于其他基金", $"{amount} is due for the month; the area credits it in {due}, until then it is set aside in other funds");
        explanation.Add("set-aside", -amount, null, null, policy.Rules.Clause?.ToString() ?? "");
    }

    /// <summary>Interest by monthly products: one sentence for each part of the year that has its own rates.</summary>
    public static void Interest(
        this Explanation explanation, string component, Money amount, ReadOnlySpan<long> products, InterestTerms terms, Func<InterestPart, decimal> rateOf)
    {
        bool whole = terms.Parts.Count == 1;
        long total = 0;
        for (int i = 0; i < terms.Parts.Count; i++)
        {
            InterestPart part = terms.Parts[i];
            total += products[i];
            string yuan = Number((whole ? Math.Max(products[i], 0) : products[i]) / 100m), rate = new Rate(rateOf(part)).ToString();
            (string zh, string en, string result) = whole ? ("", "", $" = {amount}") : ($"{Months(part, "至")}：", $"{Months(part, "to")}: ", "");
            explanation.Say($"{zh}月积数 {yuan} 元 x 年利率 {rate} / 12{result}", $"{en}monthly products of {yuan} x {rate} a year / 12{result}");
        }

        if (!whole)
        {
            explanation.Say($"各段相加，不低于零，共 {amount} 元", $"the parts together, not below nought: {amount}");
        }

        explanation.Add(component, amount, whole ? rateOf(terms.Parts[0]) : null, Math.Max(total, 0) / 100m, terms.Clause);
    }

    /// <summary>The account was closed by a pay-out, which took the interest with it.</summary>
    public static void InterestUpToClosing(this Explanation explanation, YearMonth month) => explanation.Say(
        string.Create(CultureInfo.InvariantCulture, $"账户于 {month.Year:0000}-{month.Month:00} 由支付结清：利息计至该月，随本金一并支付"),
        string.Create(CultureInfo.InvariantCulture, $"a pay-out closed the account in {month.Year:0000}-{month.Month:00}: interest up to that month, paid out with the principal"));

    public static void InterestOnBalance(this Explanation explanation, Money amount, Money balance, InterestTerms terms)
    {
        string rate = new Rate(terms.Rate).ToString();
        explanation.Say($"年末余额 {balance} 元 x 年利率 {rate} = {amount}", $"the balance at the end of the year {balance} x {rate} a year = {amount}");
        explanation.Add("interest-year-end-balance", amount, terms.Rate, balance.Yuan, terms.Clause);
    }

    private static string Months(InterestPart part, string to) => string.Create(
        CultureInfo.InvariantCulture, $"{part.From.Year:0000}-{part.From.Month:00} {to} {part.To.Year:0000}-{part.To.Month:00}");

    private static void Limits(this Explanation explanation, Money declared, Money clamped)
    {
        if (declared != clamped)
        {
            explanation.Say($"申报基数 {declared} 元超出上下限，按 {clamped} 元计算", $"the declared base {declared} is outside the limits; {clamped} is used");
        }
    }

    private static void AgeAndTier(this Explanation explanation, MonthPolicy policy, Tier tier, in PersonMonth person, int age)
    {
        LocalDate on = person.AgedIn is { } month ? MonthPolicy.ReferenceDate(policy.Rules, month) : policy.AgeReferenceDate;
        string date = on.ToString("uuuu-MM-dd", CultureInfo.InvariantCulture);
        (string zh, string en) = (tier.From, tier.To) switch
        {
            (0, Ages.Oldest) => ("不分年龄", "all ages"),
            (0, _) => ($"{tier.To} 周岁及以下", $"up to and including {tier.To}"),
            (_, Ages.Oldest) => ($"{tier.From} 周岁及以上", $"{tier.From} and over"),
            _ => ($"{tier.From} 至 {tier.To} 周岁", $"{tier.From} to {tier.To}"),
        };
        explanation.SayAge($"{date} 时满 {age} 周岁，档次：{zh}", $"age {age} on {date}, tier: {en}");
        if (tier.Note is not null)
        {
            explanation.Say($"计算依据：{tier.Note.Chinese}", $"taken of {tier.Note.English}");
        }
    }

    /// <summary>The rate of the base; rounded where it is the amount of the credit, and not what the years of contribution lessen.</summary>
    private static void Product(this Explanation explanation, MonthPolicy policy, Tier tier, decimal baseFen, Money? result)
    {
        if (tier.Kind == TierKind.Rate)
        {
            string product = $"{Number(baseFen / 100m)} x {new Rate(tier.Value)} = {Number(baseFen * tier.Value / 100m)}";
            (string zh, string en) = Named(policy.Rounding);
            explanation.Say(result is null ? product : $"{product}，{zh} {result}", result is null ? product : $"{product}, rounded {en}: {result}");
        }

        if (tier.Kind == TierKind.Rate && (baseFen * tier.Value < tier.MinimumFen || baseFen * tier.Value > tier.MaximumFen))
        {
            string least = tier.MinimumFen is { } min ? Number(min / 100m) : "-", most = tier.MaximumFen is { } max ? Number(max / 100m) : "-";
            explanation.Say($"该档金额限于 {least} 至 {most} 元", $"the tier's amount is held between {least} and {most}");
        }
    }

    private static (string Chinese, string English) Named(Rounding rounding) => rounding switch
    {
        Rules.Rounding.HalfUp => ("四舍五入到分", "half up to the fen"),
        Rules.Rounding.HalfEven => ("四舍六入五成双到分", "half even to the fen"),
        _ => ("舍去分以下", "cut below the fen"),
    };

    private static decimal? BaseOf(Tier tier, decimal ownFen) => tier.Kind == TierKind.Rate ? ownFen / 100m : tier.ShownBase;

    private static string Number(decimal value) => value.ToString("0.00##########", CultureInfo.InvariantCulture);
}

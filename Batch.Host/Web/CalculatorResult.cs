using System.Globalization;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Host.Web;

/// <summary>A source that the amount rests on.</summary>
internal sealed record CitedSource(string Code, PolicySource Source);

/// <summary>What the calculator shows: the month, the changes after it, and what they rest on.</summary>
/// <param name="WithAge">The age on the reference date is certain, and the amount depends on it.</param>
/// <param name="DayDecides">A change after the months of the outlook comes a month earlier for who was born early in the month; the day was not given.</param>
internal sealed record CalculatorResult(CalculatorAsked Asked, Outlook Outlook, bool WithAge, bool DayDecides, IReadOnlyList<CitedSource> Sources, IReadOnlyList<string> Figures)
{
    public OutlookMonth Now => Outlook.Months[0];

    public bool IsBirthExact => Asked.Birth is { } birth && birth.Earliest == birth.Latest;

    /// <summary>What the policy leaves open, of all people and of the category asked for; what is open of other categories is of no concern here.</summary>
    public IReadOnlyList<string> Open =>
        [.. (Now.Policy?.Open ?? []).Select(o => o.Text).Where(o => CategoryOf(o) is not { } category || category == Asked.Person.Category).Select(o => o[((CategoryOf(o)?.Length + 2) ?? 0)..]).Distinct()];

    /// <summary>Whom it was worked out for, as what was typed was read.</summary>
    public (string Chinese, string English) Subject(CalculatorForm form)
    {
        (string zh, string en) = Show.Word(Asked.Person.Standing == Standing.Active ? "active" : "retired");
        (string category, string categoryEn) = Show.Word(Asked.Person.Category);
        List<(string, string)> parts = [(zh, en), (category, categoryEn), .. form.Fields.Where(f => ValueOf(f.Input).Length > 0).Select(f => ($"{f.Chinese} {ValueOf(f.Input)}", $"{f.English} {ValueOf(f.Input)}"))];
        if (Asked.RetiresIn is { } retires)
        {
            parts.Add(($"{Show.Month(retires)} 退休", $"retires in {Show.Month(retires)}"));
        }

        parts.AddRange(form.Tried.Select(t => (
            string.Create(CultureInfo.InvariantCulture, $"试用{Show.Word(t.Key).Chinese} {t.Value:#,##0.00} 元"), string.Create(CultureInfo.InvariantCulture, $"with {Show.Word(t.Key).English} {t.Value:#,##0.00}"))));
        return (string.Join('；', parts.Select(p => p.Item1)), string.Join("; ", parts.Select(p => p.Item2)));
    }

    private string ValueOf(PersonInputs input) => input switch
    {
        PersonInputs.Birth => IsBirthExact ? Asked.Person.Birth.Text() : Show.Month(Asked.Person.Birth.ToYearMonth()),
        PersonInputs.Base => Show.Yuan(Asked.Person.Base),
        PersonInputs.PensionPriorYear => Show.Yuan(Asked.Person.PensionPriorYear),
        PersonInputs.PensionThisYear => Show.Yuan(Asked.Person.PensionThisYear),
        PersonInputs.PensionMonth => Show.Yuan(Asked.Person.PensionMonth),
        PersonInputs.FrozenAmount => Show.Yuan(Asked.Person.FrozenAmount),
        PersonInputs.RetiredIn => Asked.Person.RetiredIn is { } retired ? Show.Month(retired) : "",
        PersonInputs.PaidMonths => Asked.Person.PaidMonths?.ToString(CultureInfo.InvariantCulture) ?? "",
        _ => Asked.Person.MissingYears.ToString(CultureInfo.InvariantCulture),
    };

    // "flexible: ..." is about that category alone.
    private string? CategoryOf(string open) => Now.Policy!.Categories.FirstOrDefault(c => open.StartsWith(c + ": ", StringComparison.Ordinal));

    /// <exception cref="ArgumentException">A figure that is tried crosses a limit in force.</exception>
    public static CalculatorResult Of(AreaPolicy area, CalculatorForm form, CalculatorAsked asked)
    {
        Outlook latest = OutlookOf(asked.Birth?.Latest ?? asked.Person.Birth);
        // Ages fall with the birth date: what is the same for the first and the last day of a month is the same for each.
        Outlook earliest = asked.Birth is { } born && born.Earliest != born.Latest ? OutlookOf(born.Earliest) : latest;
        if (latest.Months.Zip(earliest.Months).FirstOrDefault(pair => pair.First.Net != pair.Second.Net) is ({ } differs, _))
        {
            string month = Show.Month(differs.Month);
            form.Refuse(CalculatorFields.Birth, $"{month} 的金额取决于出生日，请写出完整的出生日期，例如 1985-06-02。", $"The amount of {month} depends on the day of birth; write the whole date, such as 1985-06-02.");
        }

        RequirePension(form, latest);
        bool withAge = asked.Birth is { } birth && AgeIn(latest, birth.Latest) == AgeIn(earliest, birth.Earliest);
        bool dayDecides = !latest.Later.Select(c => c.Now.Month).SequenceEqual(earliest.Later.Select(c => c.Now.Month));
        IReadOnlyList<string> figures = latest.Months[0] is { Policy: { } policy } now ? policy.FigureNamesOf(asked.Person.Category, now.Standing) : [];
        return new CalculatorResult(asked, latest, withAge, dayDecides, [.. Cited(area, latest.Months[0], figures)], figures);

        Outlook OutlookOf(LocalDate day) => Outlook.Of(area, form.PolicyOf, new OutlookPerson(asked.Person with { Birth = day }, asked.RetiresIn), asked.Month);
    }

    private static int? AgeIn(Outlook outlook, LocalDate birth) => outlook.Months[0].AgeOf(birth);

    // A pension that a later month needs is asked for as one that this month needs.
    private static void RequirePension(CalculatorForm form, Outlook outlook)
    {
        foreach (MissingFigureException missing in outlook.Months.Select(m => m.Refusal).OfType<MissingFigureException>())
        {
            if (missing.Figure == "frozen-amount")
            {
                form.Refuse(CalculatorFields.Frozen, "请填写本人冻结金额：政策按它划入。", "Give the amount frozen for the person: the policy credits it.");
            }
            else if (missing.Figure == "pension" && form.Fields.FirstOrDefault(f => (f.Input & PersonInputs.Pensions) != 0) is { } box)
            {
                string month = Show.Month(missing.Month);
                form.Refuse(box.Name, $"{month} 按养老金划入：养老金各栏请至少填写一项。", $"{month} is credited on the pension: fill in at least one of the pensions.");
            }
        }
    }

    private static IEnumerable<CitedSource> Cited(AreaPolicy area, OutlookMonth month, IEnumerable<string> figures)
    {
        IEnumerable<string> references = (month.Calculation?.Chinese.Lines.Select(l => l.Clause) ?? []).Concat(figures.Select(f => month.Policy?.SourceOf(f) ?? ""));
        // "INS, WX (B)": the codes, and how good they are.
        return references.SelectMany(r => r.Split(" (")[0].Split(", ")).Distinct(StringComparer.Ordinal)
            .Where(area.SourceDetails.ContainsKey).Select(code => new CitedSource(code, area.SourceDetails[code]));
    }
}

namespace Batch.Rules;

/// <summary>What has to be known of a person to work out a month's amount.</summary>
[Flags]
public enum PersonInputs
{
    None = 0,

    /// <summary>The birth date, because the amount depends on the age.</summary>
    Birth = 1,

    /// <summary>The contribution base.</summary>
    Base = 2,
    PensionPriorYear = 4,
    PensionThisYear = 8,
    PensionMonth = 16,

    /// <summary>The amount frozen for the person, where there is one.</summary>
    FrozenAmount = 32,

    /// <summary>Years of contribution missing to the minimum; none where nothing is said.</summary>
    MissingYears = 64,

    /// <summary>Months of contribution that the credit is taken in proportion to; the whole where nothing is said.</summary>
    PaidMonths = 128,

    /// <summary>The month of retirement, which the years asked for depend on.</summary>
    RetiredIn = 256,

    /// <summary>Any of the pensions.</summary>
    Pensions = PensionPriorYear | PensionThisYear | PensionMonth,
}

/// <summary>The most that is believed of a person.</summary>
public static class PersonInput
{
    public const int MostMissingYears = 60;

    /// <summary>Eighty years.</summary>
    public const int MostMonths = 960;
}

public sealed partial class MonthPolicy
{
    /// <summary>What the amount of a category and standing depends on; nothing where the month leaves them open.</summary>
    public PersonInputs InputsOf(string category, Standing standing)
    {
        CategoryRules? rules = Find(category);
        return standing == Standing.Active ? InputsOf(rules?.Active) : InputsOf(rules?.Retired);
    }

    /// <summary>The figures that decide the amount of a category and standing: <c>average-wage</c>, <c>average-pension</c>, <c>base-min</c>, <c>base-max</c>.</summary>
    public IReadOnlyList<string> FigureNamesOf(string category, Standing standing)
    {
        HashSet<string> names = _version.Categories.TryGetValue(category, out CategoryText? text)
            ? [.. standing == Standing.Active ? FiguresOf(text.Active) : FiguresOf(text.Retired)]
            : [];
        return [.. FigureNames.All.Where(names.Contains)];
    }

    /// <summary>Where a figure in force comes from: codes of the file's sources, the number of a document, or <c>set</c>; null where none is known.</summary>
    public string? SourceOf(string figure) => _figures[figure]?.Source;

    /// <summary>What the version says is open of a category and standing; null: it has a rule for them, or does not know the category.</summary>
    public string? OpenOf(string category, Standing standing) => !_version.Categories.TryGetValue(category, out CategoryText? text) ? null
        : standing == Standing.Active ? text.OpenActive : text.OpenRetired;

    /// <summary>The age tables that the amount of a category and standing is read from.</summary>
    internal IEnumerable<TierTable> TablesOf(string category, Standing standing)
    {
        CategoryRules? rules = Find(category);
        TierTable?[] tables = standing == Standing.Active
            ? [rules?.Active?.Share, rules?.Active?.Flat]
            : [rules?.Retired?.Tiers, rules?.Retired?.Otherwise?.Tiers];
        return tables.OfType<TierTable>();
    }

    private static PersonInputs InputsOf(ActiveRules? active)
    {
        if (active is not { HasAccount: true })
        {
            return PersonInputs.None;
        }

        TierTable?[] tables = [active.Share, active.Flat];
        bool onBase = active.PersonRate is not null || active.EmployerRate is not null || tables.Any(t => t?.Tiers.Any(x => x.Kind == TierKind.Rate) == true)
            || active.Deductions.Any(d => d.Rate is not null);
        return (onBase ? PersonInputs.Base : PersonInputs.None) | tables.Aggregate(PersonInputs.None, (all, table) => all | InputsOf(table));
    }

    private PersonInputs InputsOf(RetiredRules? retired)
    {
        if (retired is null or { Credit: RetireeCredit.None })
        {
            return PersonInputs.None;
        }

        PersonInputs inputs = InputsOf(retired.Tiers) | InputsOf(retired.Otherwise);
        if (retired.Credit == RetireeCredit.Frozen)
        {
            inputs |= PersonInputs.FrozenAmount;
        }

        if (retired.Credit == RetireeCredit.PensionRate)
        {
            inputs = retired.Pension.Aggregate(inputs, (all, source) => all | Assessment.ColumnOf(source) switch
            {
                "prior-year" => PersonInputs.PensionPriorYear,
                "this-year" => PersonInputs.PensionThisYear,
                _ => PersonInputs.PensionMonth,
            });
        }

        bool years = Reduces(retired) || (_rules.MinimumYearsMale is not null && _rules.ShortOfYears == ShortOfYears.NotCredited);
        inputs |= ProRates(retired) ? PersonInputs.PaidMonths : PersonInputs.None;
        inputs |= years && _rules.Cohorts.Count > 0 ? PersonInputs.RetiredIn : PersonInputs.None;
        return years ? inputs | PersonInputs.MissingYears : inputs;
    }

    private static PersonInputs InputsOf(TierTable? table) =>
        table is not null && (table.Tiers.Count > 1 || table.Tiers[0].Kind == TierKind.YearOfAge) ? PersonInputs.Birth : PersonInputs.None;
}

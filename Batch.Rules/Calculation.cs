namespace Batch.Rules;

/// <summary>One month of a person who has paid exactly what is due, explained in both languages: what <c>calc</c>, its page and its route of the API show.</summary>
/// <param name="Person">With what is due as paid.</param>
public sealed record Calculation(MonthPolicy Policy, PersonMonth Person, Explanation Chinese, Explanation English)
{
    /// <summary>What reaches the account.</summary>
    public Money Net => Chinese.Net;

    /// <exception cref="MissingFigureException">The policy needs a figure (an average wage, a pension) that is not there.</exception>
    /// <exception cref="UnusableFigureException">A pension is zero or negative.</exception>
    /// <exception cref="CategoryOpenException">The policy does not say what people of this category are credited.</exception>
    public static Calculation Of(MonthPolicy policy, in PersonMonth person)
    {
        PersonMonth due = Assessment.Due(policy, person);
        Explanation chinese = new(Language.Chinese), english = new(Language.English);
        Assessment.Assess(policy, due, chinese);
        Assessment.Assess(policy, due, english);
        return new Calculation(policy, due, chinese, english);
    }

    /// <summary>
    /// What was given and changes neither the amounts nor their explanation, by the names of the command line's options: a retiree's years where the policy has no rule about them.
    /// </summary>
    public IReadOnlyList<string> Unused()
    {
        List<string> unused = [];
        Note("base", Person.Standing == Standing.Retired && Person.Base != Money.Zero, Person with { Base = Money.Zero });
        Note("pension-prior-year", Person.PensionPriorYear is not null, Person with { PensionPriorYear = null });
        Note("pension-this-year", Person.PensionThisYear is not null, Person with { PensionThisYear = null });
        Note("pension-month", Person.PensionMonth is not null, Person with { PensionMonth = null });
        Note("frozen-amount", Person.FrozenAmount is not null, Person with { FrozenAmount = null });
        Note("missing-years", Person.MissingYears != 0, Person with { MissingYears = 0 });
        Note("paid-months", Person.PaidMonths is not null, Person with { PaidMonths = null });
        Note("retired-on", Person.RetiredIn is not null, Person with { RetiredIn = null });
        return unused;

        void Note(string name, bool given, in PersonMonth without)
        {
            if (given && SaysTheSame(without))
            {
                unused.Add(name);
            }
        }
    }

    private bool SaysTheSame(in PersonMonth without)
    {
        try
        {
            Explanation told = new(Language.English);
            Assessment.Assess(Policy, without, told);
            return told.Lines.Count == English.Lines.Count && told.Lines.Zip(English.Lines, (a, b) => a.Amount == b.Amount && a.Clause == b.Clause && a.Steps.SequenceEqual(b.Steps)).All(same => same);
        }
        catch (Exception fault) when (fault is MissingFigureException or UnusableFigureException or CategoryOpenException)
        {
            return false;
        }
    }
}

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
}

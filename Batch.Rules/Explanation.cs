namespace Batch.Rules;

public enum Language : byte
{
    Chinese,
    English,
}

/// <summary>
/// Collects why an amount is what it is. Components are stable lower-case names: <c>own</c>, <c>employer-share</c>, <c>flat</c>, <c>retiree</c>,
/// <c>frozen</c>, <c>not-credited</c>, <c>set-aside</c>, <c>deduction:NAME</c>. The amounts of the lines sum to what reaches the account.
/// </summary>
public sealed class Explanation(Language language = Language.Chinese)
{
    private List<string> _steps = [];
    private int? _age;

    public List<ExplanationLine> Lines { get; } = [];

    /// <summary>Credits before deductions.</summary>
    public Money Gross => Sum(l => !l.IsDeduction);

    /// <summary>What is taken off for other funds, as a positive amount.</summary>
    public Money Deductions => -Sum(l => l.IsDeduction);

    /// <summary>What reaches the account.</summary>
    public Money Net => Sum(_ => true);

    /// <summary>Tells that what the lines sum to is not credited before the policy's rhythm says so.</summary>
    public void SetAside(MonthPolicy policy) => ExplanationSentences.SetAside(this, policy, Net);

    /// <summary>A step on the way to the next component.</summary>
    internal void Say(string chinese, string english) => _steps.Add(language == Language.Chinese ? chinese : english);

    /// <summary>The step that tells the age.</summary>
    internal void SayAge(string chinese, string english)
    {
        _age = _steps.Count;
        Say(chinese, english);
    }

    /// <summary>The component that the steps since the last one led to.</summary>
    internal void Add(string component, Money amount, decimal? rate, decimal? baseYuan, string clause)
    {
        Lines.Add(new ExplanationLine(component, amount, rate, baseYuan, clause, _steps) { AgeStep = _age });
        (_steps, _age) = ([], null);
    }

    private Money Sum(Func<ExplanationLine, bool> which)
    {
        Money sum = Money.Zero;
        foreach (ExplanationLine line in Lines.Where(which))
        {
            sum += line.Amount;
        }

        return sum;
    }
}

/// <param name="Component">Stable name of the component.</param>
/// <param name="Amount">What it adds to the account (negative for a deduction).</param>
/// <param name="Rate">The rate applied, null for a flat amount.</param>
/// <param name="Base">The base in yuan after limits and floor, null for a flat amount.</param>
/// <param name="Clause">Reference of the clause or source in the policy file.</param>
/// <param name="Steps">The way there in sentences: the age and the date it was taken on, the tier, the fallback step, the clamp, the rounding.</param>
public sealed record ExplanationLine(string Component, Money Amount, decimal? Rate, decimal? Base, string Clause, IReadOnlyList<string> Steps)
{
    /// <summary>Place of the step that tells the age; null: none does.</summary>
    public int? AgeStep { get; init; }

    /// <summary>The steps for who may not see whole numbers: an age beside a masked number narrows it down.</summary>
    public IEnumerable<string> StepsWithoutAge => Steps.Where((_, place) => place != AgeStep);

    public bool IsDeduction => Component.StartsWith("deduction:", StringComparison.Ordinal);
}

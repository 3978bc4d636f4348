using Batch.Rules;

namespace Batch.Host;

/// <summary>The document of <c>calc</c> and of its route of the API.</summary>
internal static class CalcDocument
{
    /// <param name="withAge">False where no birth date was given: the amount does not depend on the age, and none is told.</param>
    public static object Of(Calculation calculation, bool withAge = true) => new
    {
        calculation.Policy.Area,
        calculation.Policy.Month,
        policy = calculation.Policy.Version,
        lines = calculation.Chinese.Lines.Zip(calculation.English.Lines, (zh, en) => withAge ? ExplanationText.Document(zh, en) : ExplanationText.Document(Ageless(zh), Ageless(en))),
        calculation.Chinese.Gross,
        calculation.Chinese.Deductions,
        calculation.Net,
        unused = calculation.Unused(),
        warnings = FigureText.Documents(GapsOf(calculation)),
    };

    private static ExplanationLine Ageless(ExplanationLine line) => line with { Steps = [.. line.StepsWithoutAge], AgeStep = null };

    /// <summary>The figures that the month needs for such a person and does not have, or has from a year ago or earlier.</summary>
    public static IReadOnlyList<FigureGap> GapsOf(Calculation calculation) => calculation.Policy.FigureGapsOf(calculation.Person.Category, calculation.Person.Standing);
}

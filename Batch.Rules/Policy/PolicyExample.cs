using NodaTime;

namespace Batch.Rules;

/// <summary>An example worked by hand that a policy file carries and its proof computes.</summary>
/// <param name="Person">What is known of the person; what is paid is what is due on the base.</param>
/// <param name="Net">Yuan that reach the account.</param>
/// <param name="Gross">Yuan before deductions, where the example says it.</param>
/// <param name="Deductions">Yuan taken off, where the example says it.</param>
/// <param name="Set">Figures that the example brings with it.</param>
public sealed record PolicyExample(
    string Name, YearMonth Month, PersonMonth Person, decimal Net, decimal? Gross, decimal? Deductions, IReadOnlyDictionary<string, decimal> Set, int Line);

using Batch.Rules;

namespace Batch.Host.Web;

/// <summary>The table of an explanation: what each part of an amount is, how it was worked out, and where that is written.</summary>
/// <param name="Policy">Names the sources of the lines; a source that it no longer has is shown by its code.</param>
/// <param name="WithAge">False for who may not see whole numbers: an age beside a masked number narrows it down.</param>
/// <param name="Foot">What the sum is called.</param>
internal sealed record ShownLines(Explanation Explanation, AreaPolicy Policy, bool WithAge, (string Chinese, string English) Foot, Money Net);

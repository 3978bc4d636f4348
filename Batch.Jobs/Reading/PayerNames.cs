using Batch.Jobs.Facts;

namespace Batch.Jobs.Reading;

/// <summary>Who paid, as lists show it: an employer's name whole, a person's masked.</summary>
internal static class PayerNames
{
    // No employer's registered name is shorter than its place, trade and form together.
    private const int LongestOfPerson = 4;

    public static string Shown(string payer) => payer.Length <= LongestOfPerson ? Masking.Name(payer) : payer;
}

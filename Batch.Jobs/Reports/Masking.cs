using System.Text;
using Batch.Rules;

namespace Batch.Jobs.Reports;

/// <summary>People in reports: enough to recognise one's own, not enough to learn a stranger's.</summary>
public static class Masking
{
    /// <param name="digits17">A citizen number as the register keeps it.</param>
    public static string Number(long digits17) => CitizenId.FromDigits17(digits17).ToString();

    /// <summary>What a rejection found, as an earlier version may have recorded it with more digits.</summary>
    public static string Found(string found) => NumberMask.Again(found);

    public static string Name(string name) => name.Length == 0 ? "" : Rune.GetRuneAt(name, 0) + "*";
}

using System.Text;
using Batch.Rules;

namespace Batch.Jobs.Facts;

/// <summary>People in reports: enough to recognise one's own, not enough to learn a stranger's.</summary>
public static class Masking
{
    /// <param name="digits17">A citizen number as the register keeps it.</param>
    public static string Number(long digits17) => CitizenId.FromDigits17(digits17).ToString();

    /// <summary>What a rejection found, as an earlier version may have recorded it with more digits.</summary>
    public static string Found(string found) => NumberMask.Again(found);

    /// <summary>
    /// Two names side by side, masked; where that makes them look alike, each also shows the first character in which they differ: 孙*博 and 孙*静. Of names of two
    /// characters it shows that one alone, and of names of which one begins with the other as many stars as they have characters left.
    /// </summary>
    public static (string Own, string Other) Apart(string own, string other)
    {
        if (Name(own) != Name(other))
        {
            return (Name(own), Name(other));
        }

        (Rune[] a, Rune[] b) = ([.. own.EnumerateRunes()], [.. other.EnumerateRunes()]);
        int at = a.Zip(b).TakeWhile(pair => pair.First == pair.Second).Count();
        bool begins = at >= Math.Min(a.Length, b.Length);
        return (Shown(a), Shown(b));

        string Shown(Rune[] name) => string.Concat(name.Select((rune, i) => (i == 0 && (begins || name.Length > 2)) || (i == at && !begins) ? rune.ToString() : "*"));
    }

    public static string Name(string name) => name.Length == 0 ? "" : Rune.GetRuneAt(name, 0) + "*";
}

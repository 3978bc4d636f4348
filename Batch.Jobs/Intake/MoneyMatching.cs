using System.Text;
using Batch.Jobs.Files;
using NodaTime;

namespace Batch.Jobs.Intake;

/// <summary>A receipt in force that no match has yet.</summary>
/// <param name="Fen">All of its money: for contributions, late fee and interest.</param>
public sealed record OpenReceipt(YearMonth Month, int Employer, string Document, int Submission, LocalDate On, long Fen);

/// <summary>Money into the account by a line of the statement that no match has yet.</summary>
/// <param name="Employer">The one employer that has the payer's name; null: none has, or several.</param>
public sealed record OpenLine(string Serial, string Document, int Submission, LocalDate On, long Fen, int? Employer);

/// <param name="Way">By what it is certain: document, day, sum or parts.</param>
public sealed record CertainMatch(string Way, IReadOnlyList<OpenReceipt> Receipts, IReadOnlyList<OpenLine> Lines);

/// <summary>Which receipts and lines are certainly the same money. What could be matched in two ways is left to people.</summary>
public static class MoneyMatching
{
    /// <summary>A receipt and its line are at most so many days apart.</summary>
    public const int Days = 3;

    public static IReadOnlyList<CertainMatch> Certain(IReadOnlyCollection<OpenReceipt> receipts, IReadOnlyCollection<OpenLine> lines)
    {
        HashSet<OpenReceipt> openReceipts = [.. receipts];
        HashSet<OpenLine> openLines = [.. lines];
        List<CertainMatch> found = [];
        foreach (CertainMatch candidate in ByDocument(receipts, lines))
        {
            // What shares a voucher number and does not agree is a difference: it is matched by nothing else either.
            candidate.Receipts.ToList().ForEach(r => openReceipts.Remove(r));
            candidate.Lines.ToList().ForEach(l => openLines.Remove(l));
            if (candidate.Way.Length > 0)
            {
                found.Add(candidate);
            }
        }

        foreach (CertainMatch match in ByDay(openReceipts, openLines).Concat(BySum(openReceipts, openLines)))
        {
            found.Add(match);
            openReceipts.ExceptWith(match.Receipts);
            openLines.ExceptWith(match.Lines);
        }

        return found;
    }

    /// <summary>A name as it is compared: without blanks, brackets and marks, full-width or not.</summary>
    public static string NameKey(string name)
    {
        StringBuilder key = new(name.Length);
        foreach (char c in HalfWidth.Of(name).Where(char.IsLetterOrDigit))
        {
            key.Append(char.ToUpperInvariant(c));
        }

        return key.ToString();
    }

    /// <summary>All that shares a voucher number, each receipt and line once; the way is empty where it does not agree.</summary>
    private static IEnumerable<CertainMatch> ByDocument(IReadOnlyCollection<OpenReceipt> receipts, IReadOnlyCollection<OpenLine> lines)
    {
        ILookup<string, OpenReceipt> byDocument = receipts.ToLookup(r => r.Document, StringComparer.Ordinal);
        Dictionary<string, List<OpenLine>> groups = new(StringComparer.Ordinal);
        foreach (OpenLine line in lines)
        {
            string[] named = [.. new[] { line.Document, line.Serial }.Where(d => d.Length > 0 && byDocument.Contains(d)).Distinct(StringComparer.Ordinal)];
            foreach (string document in named)
            {
                // A line that two vouchers claim is certain for neither.
                List<OpenLine> group = groups.TryGetValue(document, out List<OpenLine>? known) ? known : groups[document] = [];
                group.Add(named.Length == 1 ? line : line with { Fen = -1 });
            }
        }

        foreach ((string document, List<OpenLine> of) in groups)
        {
            OpenReceipt[] by = [.. byDocument[document]];
            OpenLine[] given = [.. of.Select(l => l.Fen >= 0 ? l : lines.First(o => o.Serial == l.Serial))];
            bool agrees = (by.Length == 1 || of.Count == 1) && of.TrueForAll(l => l.Fen >= 0) && by.Sum(r => r.Fen) == of.Sum(l => l.Fen)
                && by.All(r => of.TrueForAll(l => AreNear(r, l)));
            yield return new CertainMatch(!agrees ? "" : by.Length > 1 ? "sum" : of.Count > 1 ? "parts" : "document", by, given);
        }
    }

    private static List<CertainMatch> ByDay(IEnumerable<OpenReceipt> receipts, IEnumerable<OpenLine> lines)
    {
        ILookup<(int, long), OpenReceipt> candidates = receipts.ToLookup(r => (r.Employer, r.Fen));
        ILookup<(int, long), OpenLine> rivals = lines.Where(l => l.Employer is not null).ToLookup(l => (l.Employer!.Value, l.Fen));
        List<CertainMatch> found = [];
        foreach (OpenLine line in rivals.SelectMany(l => l))
        {
            OpenReceipt[] near = [.. candidates[(line.Employer!.Value, line.Fen)].Where(r => AreNear(r, line))];
            if (near is [var only] && rivals[(only.Employer, only.Fen)].Count(l => AreNear(only, l)) == 1)
            {
                found.Add(new CertainMatch("day", [only], [line]));
            }
        }

        return found;
    }

    // All of an employer's money of one day: a part of it would be a guess.
    private static IEnumerable<CertainMatch> BySum(HashSet<OpenReceipt> receipts, HashSet<OpenLine> lines)
    {
        ILookup<(int, LocalDate), OpenReceipt> byDay = receipts.ToLookup(r => (r.Employer, r.On));
        foreach (IGrouping<(int, LocalDate), OpenLine> of in lines.Where(l => l.Employer is not null).GroupBy(l => (l.Employer!.Value, l.On)))
        {
            OpenReceipt[] by = [.. byDay[of.Key]];
            OpenLine[] given = [.. of];
            if ((by.Length == 1) != (given.Length == 1) && by.Length > 0 && by.Sum(r => r.Fen) == given.Sum(l => l.Fen))
            {
                yield return new CertainMatch(by.Length > 1 ? "sum" : "parts", by, given);
            }
        }
    }

    internal static bool AreNear(LocalDate receipt, LocalDate line) => Math.Abs(Period.DaysBetween(receipt, line)) <= Days;

    private static bool AreNear(OpenReceipt receipt, OpenLine line) => AreNear(receipt.On, line.On);
}

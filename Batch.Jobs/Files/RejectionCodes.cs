using System.Text;
using Batch.Jobs.Facts;

namespace Batch.Jobs.Files;

/// <summary>Where a code arises: the file as a whole, a row by itself, a row under the policy, a row against the register; or a row that waits for an operator.</summary>
public enum CodeLevel
{
    File,
    Row,
    Policy,
    Register,
    Held,
}

/// <summary>What kind of column a code is about.</summary>
public enum ColumnKind
{
    None,
    Id,
    Text,
    Month,
    Date,
    Amount,
    Choice,
    Card,
}

/// <summary>A code with its sentences, which say what is wrong and what to do. They may name {row}, {column}, {found} and {expected}; {otherRow} and {otherName} are the two halves of what was expected, "21 尤*".</summary>
public sealed record RejectionCode(string Code, CodeLevel Level, ColumnKind Kind, string Chinese, string English);

/// <summary>The table of all codes.</summary>
public static partial class RejectionCodes
{
    public static IReadOnlyList<RejectionCode> All { get; } = [.. OfFiles, .. OfRows, .. OfRecords];

    private static readonly Dictionary<string, RejectionCode> ByCode = All.ToDictionary(c => c.Code);

    public static RejectionCode Find(string code) => ByCode[code];

    /// <summary>The codes of rows that are held, not rejected, as a list for SQL.</summary>
    public static string HeldList => string.Join(", ", All.Where(c => c.Level == CodeLevel.Held).Select(c => $"'{c.Code}'"));

    /// <summary>Those of rows that wait beside what is in force and touch nothing of it: a mended row can take their place.</summary>
    public static string BesideList => string.Join(", ", Beside.Select(c => $"'{c}'"));

    public static bool IsBeside(string code) => Beside.Contains(code);

    private static readonly string[] Beside = [Codes.NameDiffers, Codes.BirthDateDiffers, Codes.NumberShared, Codes.ArrearsBelowPaid, Codes.NumberInUse];

    public static bool IsHeld(string code) => ByCode.TryGetValue(code, out RejectionCode? found) && found.Level == CodeLevel.Held;

    // The month is the only column that can be given beside the file.
    private static readonly (string Chinese, string English) MonthMissing = (
        "第 {row} 行的表头缺少“{column}”列。请补上该列后重新报送；全部行同属一个月份的，也可以不补该列，而在报送时另行给出月份（上传页的“月份”栏，或参数 month）。",
        "The header in line {row} has no column “{column}”. Add the column and send the file again; or, where all rows are of one month, give the month with the file instead (in the box “Month” of the upload page, or as the parameter month).");

    private static bool IsMonthMissing(Rejection rejection) => rejection.Code == Codes.HeaderColumnMissing && rejection.Column == ColumnNames.Ours(Column.Month);

    /// <summary>The sentence that tells the sender what to do.</summary>
    /// <param name="language"><c>en</c> or anything beginning so for English; else Chinese.</param>
    public static string Describe(Rejection rejection, string language)
    {
        if (!ByCode.TryGetValue(rejection.Code, out RejectionCode? code))
        {
            return rejection.Code;
        }

        (string chinese, string english) = IsMonthMissing(rejection) ? MonthMissing : (code.Chinese, code.English);
        string template = language.StartsWith("en", StringComparison.OrdinalIgnoreCase) ? english : chinese;
        var sentence = new StringBuilder(template.Length + 40);
        // One pass: a value that itself looks like a place-holder stays as it is.
        for (int i = 0; i < template.Length; i++)
        {
            int end = template[i] == '{' ? template.IndexOf('}', i) : -1;
            if (end < 0)
            {
                sentence.Append(template[i]);
                continue;
            }

            sentence.Append(template[(i + 1)..end] switch
            {
                "row" => rejection.Row.ToString(System.Globalization.CultureInfo.InvariantCulture),
                "column" => rejection.Column,
                "found" => rejection.Found,
                "otherRow" => rejection.Expected.Split(' ', 2)[0],
                "otherName" => rejection.Expected.Split(' ', 2)[^1],
                _ => rejection.Expected,
            });
            i = end;
        }

        return sentence.ToString();
    }
}

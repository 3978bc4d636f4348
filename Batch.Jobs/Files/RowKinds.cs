using Batch.Rules;

namespace Batch.Jobs.Files;

internal enum RowKind
{
    Person,
    Blank,
    Totals,
    Subtotal,
    Remark,
    HeaderAgain,
}

/// <summary>Tells rows without a citizen number apart. A row is a person's unless it surely is not: nobody is lost to a guess.</summary>
internal static class RowKinds
{
    private static readonly string[] TotalsWords = ["合计", "总计", "共计", "total", "grandtotal"];

    private static readonly string[] SubtotalWords = ["小计", "本页合计", "本页小计", "本页总计", "分页合计", "subtotal", "sub-total", "pagetotal"];

    private static readonly string[] RemarkWords =
        ["制表", "填表", "填报", "审核", "复核", "经办", "负责人", "单位负责人", "单位盖章", "单位公章", "盖章", "公章", "备注", "说明", "注:", "联系人", "联系电话", "打印", "日期", "第", "期初余额", "期末余额", "上期余额", "上日余额", "承前页", "过次页"];

    public static RowKind Tell(RowSource row, Header header, CitizenIdFault idFault)
    {
        if (row.IsBlank())
        {
            return RowKind.Blank;
        }

        if (IsLabelled(row, header, TotalsWords) && IsNoNumber(row, header))
        {
            return RowKind.Totals;
        }

        if (IsLabelled(row, header, SubtotalWords) && IsNoNumber(row, header))
        {
            return RowKind.Subtotal;
        }

        if (ColumnNames.Recognise(row.Field(header.Position(header.Subject))) == header.Subject)
        {
            return RowKind.HeaderAgain;
        }

        bool remark = idFault == CitizenIdFault.Blank && IsLabelled(row, header, RemarkWords) && !SaysAnything(row, header);
        return remark ? RowKind.Remark : RowKind.Person;
    }

    /// <summary>Whether the row is one of those that a file is for, and not a total, a remark or a header again.</summary>
    public static bool IsLine(RowSource row, Header header) =>
        Tell(row, header, FieldText.IsBlank(row.Field(header.Position(header.Subject))) ? CitizenIdFault.Blank : CitizenIdFault.Length) == RowKind.Person;

    /// <summary>The first value before the amounts begins with one of the words, blanks within it not counted.</summary>
    private static bool IsLabelled(RowSource row, Header header, string[] words)
    {
        Span<char> buffer = stackalloc char[FieldText.MaxChars];
        int end = Math.Max(1, Math.Min(row.FieldCount, header.FirstAmountPosition()));
        for (int i = 0; i < end; i++)
        {
            ReadOnlySpan<char> text = FieldText.Normalise(row.Field(i), buffer);
            if (text.IsEmpty)
            {
                continue;
            }

            string label = new string(text).Replace(" ", "", StringComparison.Ordinal).Replace("\u3000", "", StringComparison.Ordinal);
            return words.Any(word => label.StartsWith(word, StringComparison.OrdinalIgnoreCase));
        }

        return false;
    }

    /// <summary>The number's field is blank, the label itself, or a count of people: nothing that could be meant as a citizen number.</summary>
    private static bool IsNoNumber(RowSource row, Header header)
    {
        Span<char> buffer = stackalloc char[FieldText.MaxChars];
        int digits = 0;
        foreach (char c in FieldText.Normalise(row.Field(header.Position(header.Subject)), buffer))
        {
            digits += char.IsAsciiDigit(c) ? 1 : 0;
        }

        return digits < 10;
    }

    /// <summary>The row has a month, an amount or a change: it is somebody's, whatever its label.</summary>
    private static bool SaysAnything(RowSource row, Header header) => Enum.GetValues<Column>()
        .Any(c => ((ColumnNames.IsAmount(c) && c != Column.Balance) || c is Column.Month or Column.Event or Column.EventOn) && header.Has(c) && !FieldText.IsBlank(row.Field(header.Position(c))));
}

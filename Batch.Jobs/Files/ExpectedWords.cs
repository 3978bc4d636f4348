using Batch.Jobs.Facts;

namespace Batch.Jobs.Files;

/// <summary>
/// What a rejected value should be, in words. The rejection holds the rule's parameter, 18 or 0.01, which by itself reads like the right value. Pages and
/// reports use the words; fix packs and the API keep the parameter.
/// </summary>
public static class ExpectedWords
{
    public static (string Chinese, string English) Of(Rejection rejection) => OfId(rejection.Code) ?? (rejection.Expected is { Length: > 0 } x ? Of(rejection.Code, x) : ("", ""));

    private static (string Chinese, string English)? OfId(string code) => code switch
    {
        Codes.BirthDateMissing => ("“出生日期”列，例如 1985-07-01", "the column “出生日期” (birth date), such as 1985-07-01"),
        Codes.IdBlank or Codes.IdLength or Codes.IdFifteenDigits => ("18 位", "18 characters"),
        Codes.IdRuinedBySpreadsheet => ("18 位，列为文本格式", "18 characters, in a column formatted as text"),
        Codes.IdCharacters => ("17 位数字，末位数字或 X", "17 digits, then a digit or X"),
        Codes.IdBirthDate => ("18 位，含有效的出生日期", "18 characters with a birth date that exists"),
        Codes.IdBirthDateInFuture => ("18 位，出生日期不晚于今天", "18 characters with a birth date up to today"),
        Codes.IdCheckDigit => ("18 位，校验码相符", "18 characters with the right check character"),
        _ => null,
    };

    private static (string Chinese, string English) Of(string code, string x) => code switch
    {
        Codes.MonthBlank or Codes.MonthInvalid => ("例如 2021-06", "for example 2021-06"),
        Codes.DateBlank or Codes.DateInvalid => ("例如 2021-06-30", "for example 2021-06-30"),
        Codes.AmountPrecision => ("最多两位小数", "at most two decimals"),
        Codes.AmountNegative => ("不小于 0", "0 or more"),
        Codes.AmountZero => ("大于 0，或留空", "more than 0, or blank"),
        Codes.MovementZero => ("不为 0", "other than 0"),
        Codes.PensionMissing => ("至少一项大于 0", "at least one of them more than 0"),
        Codes.AmountBlank or Codes.AmountUnreadable or Codes.EarlierMonthsInvalid or Codes.OtherAreaInvalid => ($"例如 {x}", $"for example {x}"),
        Codes.ValueBlank when char.IsAsciiDigit(x[0]) => ($"例如 {x}", $"for example {x}"),
        Codes.AmountAbsurd or Codes.BalanceExceeded => ($"不超过 {x} 元", $"at most {x} yuan"),
        Codes.AmountBelowShare => ($"不低于 {x} 元", $"at least {x} yuan"),
        Codes.EmployerUnknownFormat => ($"字母、数字和连接号，最多 {x} 位", $"at most {x} letters, digits and hyphens"),
        Codes.DocumentInvalid => ($"文字、数字、连接号和括号，最多 {x} 位", $"at most {x} letters, digits, hyphens and brackets"),
        Codes.TextTooLong => ($"最多 {x} 个字", $"at most {x} characters"),
        Codes.CardInvalid => ($"{x} 位字母和数字", $"{x} letters and digits"),
        Codes.FieldCount => ($"{x} 列", $"{x} fields"),
        Codes.DateFuture or Codes.MonthFuture or Codes.MonthAfterSubmission or Codes.AfterDeath or Codes.MovementAfterDeath => ($"不晚于 {x}", $"not after {x}"),
        Codes.BeforeEnrolment => ($"不早于 {x}", $"not before {x}"),
        Codes.AccountClosed => ($"{x} 已注销", $"closed on {x}"),
        Codes.AccountFrozen => ($"{x} 起已冻结", $"frozen since {x}"),
        Codes.MemberBound => ($"{x} 起已绑定", $"bound since {x}"),
        Codes.MemberNotBound => ($"{x} 已绑定", $"bound on {x}"),
        Codes.DuplicateLine or Codes.ReceiptTwice or Codes.BankLineTwice => ($"见第 {x} 行", $"see line {x}"),
        _ => OfFile(code, x),
    };

    private static (string Chinese, string English) OfFile(string code, string x) => code switch
    {
        Codes.LineTooLong => ($"最多 {x} 个字符", $"at most {x} characters"),
        Codes.TooManyRows => ($"最多 {x} 行", $"at most {x} rows"),
        Codes.TooManyColumns => ($"最多 {x} 列", $"at most {x} columns"),
        Codes.FileTooLarge or Codes.ZipEntryTooLarge => ($"最多 {x} 字节", $"at most {x} bytes"),
        Codes.ZipRatio => ($"最多 {x}", $"at most {x}"),
        Codes.CountMismatch => ($"{x} 行", $"{x} rows"),
        Codes.SheetsSeveral => ("一张工作表", "one sheet"),
        Codes.HeaderColumnTwice => ("只有一列", "one such column"),
        Codes.ReplacementLeavesOut => ($"最多减少 {x}", $"at most {x} fewer"),
        Codes.ReplacementUnreadableRows => ("没有不合格的行", "no rejected rows"),
        Codes.MonthClosed => ("补充文件", "a supplementary file"),
        _ => (x, x),
    };
}

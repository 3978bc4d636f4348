using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using NodaTime.Text;

namespace Batch.Host;

/// <summary>The kinds of values that verbs take, each with the sentence that a wrong one gets.</summary>
internal static partial class VerbOptions
{
    private static readonly YearMonthPattern MonthPattern = YearMonthPattern.CreateWithInvariantCulture("uuuu-MM");

    public static Option<string?> Area(bool required = true) => Parsed<string?>("--area", required, "CODE", "统筹区代码 / pooling area, six digits", text =>
        AreaCode().IsMatch(text) ? text : throw new FormatException("an area is a code of six digits, such as 420100"));

    public static Option<YearMonth?> Month(string name = "--month", bool required = true) =>
        Parsed<YearMonth?>(name, required, "YYYY-MM", "月份 / month", text => TypedAs(text));

    public static Option<int?> Year() => Parsed<int?>("--year", required: true, "YYYY", "保险年度 / insurance year, named by the year in which it begins", text =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int year) && year is >= TypedMonth.FirstYear and <= TypedMonth.LastYear
            ? year
            : throw new FormatException("it is not a year; write YYYY, such as 2021"));

    public static Option<LocalDate?> Date(string name, bool required, string description) =>
        Parsed<LocalDate?>(name, required, "YYYY-MM-DD", description, text => LocalDatePattern.Iso.Parse(text) is { Success: true } parsed
            ? parsed.Value
            : throw new FormatException("it is not a date; write YYYY-MM-DD, such as 2021-06-30"));

    public static Option<Money?> Yuan(string name, string description) => Parsed<Money?>(name, required: false, "YUAN", description, text => ParseYuan(text));

    public static Option<int?> Count(string name, int most, string description) => Parsed<int?>(name, required: false, "N", description, text =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count <= most
            ? count
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"it is not a whole number from 0 to {most}")));

    public static Option<string?> By() => Parsed<string?>("--by", required: true, "WHO", "操作人；数据库中有用户时须为已登录的本人 / who acts; where the database has users, the one who is signed in", text =>
        ParseWho(text));

    public static Option<string?> OptionalBy() => Parsed<string?>(
        "--by", required: false, "WHO", "查询人，记入查询记录，缺省为已登录的用户或系统用户 / who asks, for the record; by default who is signed in, or the user of the operating system", text => ParseWho(text));

    /// <summary>Who acts, where the user who is signed in or the user of the operating system does unless somebody is named.</summary>
    public static Option<string?> ByOrOsUser() => Parsed<string?>(
        "--by", required: false, "WHO", "操作人，缺省为已登录的用户或系统用户 / who acts, by default who is signed in, or the user of the operating system", text => ParseWho(text));

    private static string ParseWho(string text) => text.Trim() is not { Length: > 0 and <= 64 } who
        ? throw new FormatException("it is empty or longer than 64 characters")
        : Access.UserNames.MayAct(who) ? who : throw new FormatException("a person's name is written in letters a-z, digits, signs or Chinese characters, and is not one that the program uses itself");

    /// <summary>Limits on files: those of BATCH_LIMITS, over them those of <c>--limit</c>.</summary>
    public static Option<string[]> Limits { get; } = new("--limit")
    {
        Description = $"文件限制 / a limit on files: {string.Join(", ", IntakeLimits.Names)}",
        HelpName = "NAME=VALUE",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    /// <exception cref="VerbFault">A limit cannot be read.</exception>
    public static IntakeLimits LimitsOf(VerbCall call) => Limited(call.Get(Limits) ?? []);

    /// <summary>The limits of BATCH_LIMITS, or those with more settings over them.</summary>
    /// <exception cref="VerbFault">A limit cannot be read.</exception>
    public static IntakeLimits Limited(params string[] settings)
    {
        try
        {
            return settings.Aggregate(IntakeLimits.Configured, (limits, setting) => limits.With(setting));
        }
        catch (FormatException fault)
        {
            throw VerbFault.OfUsage($"A limit on files cannot be read: {fault.Message}.", $"文件限制写法有误：{fault.Message}。");
        }
    }

    public static Option<T> Word<T>(string name, string description) => Parsed(name, required: false, string.Join('|', EnumWords.Of(typeof(T))), description, text =>
        EnumWords.Of(typeof(T)).Contains(text, StringComparer.OrdinalIgnoreCase)
            ? (T)Enum.Parse(Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T), text, ignoreCase: true)
            : throw new FormatException($"it is not one of {string.Join(", ", EnumWords.Of(typeof(T)))}"));

    // The sentence is the one that a page shows; --month has its name before it.
    private static YearMonth TypedAs(string text)
    {
        try
        {
            return TypedMonth.Read(text);
        }
        catch (DataFaultException fault)
        {
            throw new FormatException(fault.English.TrimEnd('.'));
        }
    }

    /// <summary>A month of a program: YYYY-MM and nothing else.</summary>
    public static YearMonth ParseMonth(string text)
    {
        ParseResult<YearMonth> parsed = MonthPattern.Parse(text);
        return parsed.Success && parsed.Value.Year is >= TypedMonth.FirstYear and <= TypedMonth.LastYear
            ? parsed.Value
            : throw new FormatException("it is not a month; write YYYY-MM, such as 2021-06");
    }

    public static Money ParseYuan(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out decimal yuan)
            && yuan <= 1_000_000_000m && yuan * 100m == decimal.Truncate(yuan * 100m)
            ? Money.FromYuan(yuan)
            : throw new FormatException("it is not an amount in yuan; write digits with at most two places, such as 5000.00");

    /// <summary>An option whose text is read by a function; a <see cref="FormatException"/> becomes a usage error that names option and text.</summary>
    public static Option<T> Parsed<T>(string name, bool required, string helpName, string description, Func<string, T> parse) => new(name)
    {
        Description = description,
        HelpName = helpName,
        Required = required,
        CustomParser = result =>
        {
            string text = result.Tokens.Count == 0 ? "" : result.Tokens[^1].Value;
            try
            {
                return parse(text);
            }
            catch (FormatException fault)
            {
                result.AddError($"{name} {text}: {fault.Message}.");
                return default;
            }
        },
        Arity = ArgumentArity.ExactlyOne,
    };

    [GeneratedRegex("^[0-9]{6}$")]
    private static partial Regex AreaCode();
}

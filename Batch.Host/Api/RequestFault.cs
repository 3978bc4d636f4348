using System.Globalization;

namespace Batch.Host.Api;

/// <summary>What is wrong with one field of a request.</summary>
internal readonly record struct FieldFault(string Chinese, string English)
{
    public static FieldFault Missing { get; } = new("必填", "required");

    public static FieldFault Unreadable { get; } = new("写法不对，见 OpenAPI 文档", "not of the form that the OpenAPI document gives");

    public static FieldFault Twice { get; } = new("出现了两次", "given twice");

    public static FieldFault Month { get; } = new("应为 2021-06 形式的月份", "a month such as 2021-06");

    public static FieldFault Area { get; } = new("应为六位数字的统筹区代码", "an area code of six digits");

    public static FieldFault NotText { get; } = new("含有不能使用的字符", "has a character that cannot be used");

    public static FieldFault TooLong(int most) => new(
        string.Create(CultureInfo.InvariantCulture, $"最多 {most} 个字符"), string.Create(CultureInfo.InvariantCulture, $"at most {most} characters"));

    public static FieldFault OneOf(IEnumerable<string> words)
    {
        string all = string.Join(", ", words);
        return new($"须是其中之一：{all}", $"one of {all}");
    }
}

/// <summary>A request with missing or wrong fields: answered 400, each of them named.</summary>
internal sealed class RequestFault(IReadOnlyDictionary<string, FieldFault> fields) : Exception("A request has missing or wrong fields.")
{
    /// <summary>Stable.</summary>
    public string Code { get; init; } = "BAD_REQUEST";

    public IReadOnlyDictionary<string, FieldFault> Fields { get; } = fields;

    public RequestFault(string field, FieldFault fault)
        : this(new Dictionary<string, FieldFault> { [field] = fault })
    {
    }

    public string Chinese => "请求中的字段有误：" + string.Join("；", Fields.Select(f => $"{f.Key} {f.Value.Chinese}")) + "。";

    public string English => "Fields of the request are missing or wrong: " + string.Join("; ", Fields.Select(f => $"{f.Key}: {f.Value.English}")) + ".";
}

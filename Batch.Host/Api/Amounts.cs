using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Batch.Rules;

namespace Batch.Host.Api;

/// <summary>Amounts as a request has them: yuan with two places, such as <c>1234.50</c>.</summary>
internal static class Amounts
{
    public const string Form = @"^[0-9]{1,9}\.[0-9]{2}$";

    private static readonly RegularExpressionAttribute Checked = new(Form);

    /// <summary>Whether it is an amount, or was left out.</summary>
    public static bool IsOne(string? text) => Checked.IsValid(text);

    /// <summary>An amount that has the form; null: it was left out.</summary>
    public static Money? Read(string? text) => string.IsNullOrEmpty(text) ? null : Money.FromYuan(decimal.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture));
}

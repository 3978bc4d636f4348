using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Host.Api;

/// <summary>What one person would be credited for a month. Amounts and birth dates come in the body, so that they are part of no address and no log.</summary>
internal static class CalcRoutes
{
    public static void Map(RouteGroupBuilder api) => api.MapPost("/areas/{area}/calc", CalcAsync).Needs(Scopes.Accounts)
        .WithSummary("One month of somebody with what is due paid, explained, by the policy in force; it reads nobody's data.");

    private static async Task<object> CalcAsync(string area, Body<CalcRequest> body, DatabaseConnection database, CancellationToken cancellation)
    {
        CalcRequest asked = body.Value;
        MonthPolicy policy = (await Area.OpenAsync(database, area, cancellation)).Policy.For(asked.Month!.Value);
        string category = string.IsNullOrWhiteSpace(asked.Category) ? Categories.Unit : asked.Category;
        PersonInputs inputs = policy.InputsOf(category, asked.Status!.Value);
        if (inputs.HasFlag(PersonInputs.Birth) && asked.Birth is null)
        {
            throw new RequestFault("birth", FieldFault.Missing);
        }

        if (asked.Birth > policy.Month.ToDateInterval().End)
        {
            throw new RequestFault("birth", new FieldFault("晚于所算月份", "after the month"));
        }

        if (asked.RetiredOn > policy.Month.ToDateInterval().End)
        {
            throw new RequestFault("retiredOn", new FieldFault("晚于所算月份", "after the month"));
        }

        if (inputs.HasFlag(PersonInputs.Base) && Amounts.Read(asked.Base) is null)
        {
            throw new RequestFault("base", FieldFault.Missing);
        }

        return CalcDocument.Of(Calculation.Of(policy, new PersonMonth
        {
            Standing = asked.Status.Value,
            // Of nobody: the amount does not depend on it.
            Birth = asked.Birth ?? new LocalDate(1970, 1, 1),
            Category = category,
            Base = Amounts.Read(asked.Base) ?? Money.Zero,
            PensionPriorYear = Amounts.Read(asked.PensionPriorYear),
            PensionThisYear = Amounts.Read(asked.PensionThisYear),
            PensionMonth = Amounts.Read(asked.PensionMonth),
            FrozenAmount = Amounts.Read(asked.Frozen),
            MissingYears = Count("missingYears", asked.MissingYears, PersonInput.MostMissingYears) ?? 0,
            RetiredIn = asked.RetiredOn?.ToYearMonth(),
            PaidMonths = Count("paidMonths", asked.PaidMonths, PersonInput.MostMonths),
        }), withAge: asked.Birth is not null);
    }

    private static int? Count(string field, string? text, int most)
    {
        int? count = string.IsNullOrEmpty(text) ? null : int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
        return count > most ? throw new RequestFault(field, new FieldFault($"应为 0 至 {most} 的整数", $"not a whole number from 0 to {most}")) : count;
    }
}

/// <summary>Whose month is worked out: what the policy needs for the status, as behind the options of <c>calc</c>.</summary>
internal sealed record CalcRequest
{
    [Required, Description("The contribution month.")]
    public YearMonth? Month { get; init; }

    [Required, Description("Employed or retired.")]
    public Standing? Status { get; init; }

    [Description("Needed where the amount depends on the age.")]
    public LocalDate? Birth { get; init; }

    [StringLength(40), Description("The category of person; unit when left out.")]
    public string? Category { get; init; }

    [RegularExpression(Amounts.Form), Description("The contribution base; needed for the employed.")]
    public string? Base { get; init; }

    [RegularExpression(Amounts.Form), Description("The average monthly pension of the prior year.")]
    public string? PensionPriorYear { get; init; }

    [RegularExpression(Amounts.Form), Description("The average monthly pension of this year.")]
    public string? PensionThisYear { get; init; }

    [RegularExpression(Amounts.Form), Description("The pension of the month.")]
    public string? PensionMonth { get; init; }

    [RegularExpression(Amounts.Form), Description("The amount frozen for the person.")]
    public string? Frozen { get; init; }

    [RegularExpression("^[0-9]{1,2}$"), Description("Years of contribution missing to the minimum; none when left out.")]
    public string? MissingYears { get; init; }

    [RegularExpression("^[0-9]{1,3}$"), Description("Months of contribution, earlier ones too (only those actually paid where the policy counts only these), where the credit is in proportion to them; the whole credit when left out.")]
    public string? PaidMonths { get; init; }

    [Description("The day of retirement, where the years of contribution asked for depend on it.")]
    public LocalDate? RetiredOn { get; init; }
}

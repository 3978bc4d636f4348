using System.ComponentModel;
using System.Security.Claims;
using Batch.Jobs.Facts;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Rules;
using Microsoft.AspNetCore.Mvc;
using NodaTime;

namespace Batch.Host.Api;

/// <summary>
/// What an auditor's program asks: money followed from a line of the bank's statement to people's credits and back, and credits drawn. People are masked, and a look at one is on record.
/// </summary>
internal static class TraceRoutes
{
    private const int MostPages = 1_000_000;
    private const int LongestText = 100;

    private static readonly string[] Ways = ["find", "line", "employer", "credit"];

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/areas/{area}/trace", TraceAsync).Needs(Scopes.Audit).Example(new { line = "2021060003" })
            .WithSummary("Money followed: one of find, line, employer with month, and credit.");
        api.MapGet("/areas/{area}/sample", SampleAsync).Needs(Scopes.Audit).Example(new { month = "2021-06", seed = "audit-2021", size = 20 })
            .WithSummary("Credits of a posting month drawn by seed and size, by money, the largest, or all of at least an amount.");
        api.MapPost("/accounts/trace", CreditAsync).Needs(Scopes.Audit).Example(new { id = "420100196801300793", month = "2021-06" })
            .WithSummary("What was posted to somebody's account for a month, followed back to file rows, receipts and bank lines.");
    }

    /// <summary>What is followed, as the address says it.</summary>
    internal sealed record TraceAsked(
        [property: FromQuery(Name = "find"), Description("Serial or document number of a bank line, a receipt or a refund.")] string? Find,
        [property: FromQuery(Name = "line"), Description("Serial number of a bank line.")] string? Line,
        [property: FromQuery(Name = "employer"), Description("Number of an employer; needs month.")] string? Employer,
        [property: FromQuery(Name = "month"), Description("The contribution month; with employer.")] string? Month,
        [property: FromQuery(Name = "credit"), Description("Number of a credit as sample gives it.")] string? Credit,
        [property: FromQuery(Name = "page"), Description("Page of the employer's people; the first when left out.")] int? Page);

    /// <summary>What is drawn, as the address says it.</summary>
    internal sealed record SampleAsked(
        [property: FromQuery(Name = "month"), Description("The posting month.")] string? Month,
        [property: FromQuery(Name = "seed"), Description("Any text: the same seed draws the same credits. Needs size.")] string? Seed,
        [property: FromQuery(Name = "size"), Description("How many, at most 1000; without a seed the largest.")] int? Size,
        [property: FromQuery(Name = "least"), Description("Only credits of at least this amount in yuan, with two places.")] string? Least,
        [property: FromQuery(Name = "byMoney"), Description("Each fen is as likely as another, instead of each credit. Needs seed and size.")] bool? ByMoney);

    private static async Task<object> TraceAsync(string area, [AsParameters] TraceAsked asked, ClaimsPrincipal user, DatabaseConnection database, CancellationToken cancellation)
    {
        YearMonth? month = asked.Month is { } text ? ApiRoutes.Month("month", text) : null;
        Dictionary<string, string> given = new[] { ("find", asked.Find), ("line", asked.Line), ("employer", asked.Employer), ("credit", asked.Credit) }
            .Where(a => !string.IsNullOrWhiteSpace(a.Item2)).ToDictionary(a => a.Item1, a => Text(a.Item1, a.Item2!));
        if (given.Count != 1)
        {
            FieldFault one = new("须给出 find、line、employer、credit 之一", "give one of find, line, employer and credit");
            throw new RequestFault(Ways.ToDictionary(f => f, _ => one));
        }

        (string what, string value) = given.Single();
        Area open = await Area.OpenAsync(database, area, cancellation);
        Tracing tracing = new(open);
        return what switch
        {
            "find" => await tracing.FindAsync(value, cancellation),
            "line" => await tracing.LineAsync(value, cancellation),
            "employer" => await tracing.EmployerAsync(
                value, month ?? throw new RequestFault("month", FieldFault.Missing), Math.Clamp(asked.Page ?? 1, 1, MostPages), cancellation),
            _ => await OfNumberAsync(tracing, open, user.Who(), value, cancellation),
        };
    }

    // The look is recorded before it is answered.
    private static async Task<CreditTrace> OfNumberAsync(Tracing tracing, Area area, string by, string credit, CancellationToken cancellation)
    {
        (int account, YearMonth month) = await new CreditSample(area).FindAsync(credit, cancellation);
        await new InquiryLog(area.Program).WriteAsync(
            new Inquired(by, AccountRoutes.ChannelName, area.Schema.Code, AccountNumbers.PersonOf(account), "trace", credit, account), cancellation);
        return await tracing.CreditAsync(account, month, cancellation);
    }

    private static async Task<CreditTrace> CreditAsync(Body<ExplainRequest> body, Asker asker, CancellationToken cancellation)
    {
        AccountHolder holder = await asker.FindAsync(body.Value, AccountRoutes.ChannelName, "trace", cancellation);
        await asker.RecordedAsync();
        return await new Tracing(holder.Area).CreditAsync(holder.Account, body.Value.Month!.Value, cancellation);
    }

    private static async Task<SampleDocument> SampleAsync(string area, [AsParameters] SampleAsked asked, DatabaseConnection database, CancellationToken cancellation)
    {
        Money? least = Amounts.IsOne(asked.Least) ? Amounts.Read(asked.Least) : throw new RequestFault("least", FieldFault.Unreadable);
        YearMonth month = ApiRoutes.Month("month", asked.Month ?? "");
        Draw draw = new(string.IsNullOrWhiteSpace(asked.Seed) ? null : Text("seed", asked.Seed), asked.Size, least, asked.ByMoney ?? false);
        try
        {
            draw.Checked();
        }
        catch (DataFaultException wrong)
        {
            throw new RequestFault(wrong.Code == "SAMPLE_SEED" ? "seed" : "size", new FieldFault(wrong.Chinese.TrimEnd('。'), wrong.English.TrimEnd('.'))) { Code = wrong.Code };
        }

        return await new CreditSample(await Area.OpenAsync(database, area, cancellation)).DrawAsync(month, draw, cancellation);
    }

    private static string Text(string field, string text) =>
        text.Length > LongestText ? throw new RequestFault(field, FieldFault.TooLong(LongestText))
        : text.Any(c => char.IsControl(c) || char.IsSurrogate(c)) ? throw new RequestFault(field, FieldFault.NotText)
        : text.Trim();
}

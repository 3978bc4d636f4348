using System.Security.Claims;
using Batch.Host.Web;
using Batch.Jobs.Areas;
using Batch.Jobs.Inquiry;
using Batch.Jobs.Server;
using NodaTime;

namespace Batch.Host.Api;

/// <summary>
/// What the agency's own systems ask of an account. The number comes in the body, so that it stands in no address and no log; each inquiry is recorded with
/// the person's internal number.
/// </summary>
internal static class AccountRoutes
{
    private const string ChannelName = "api";

    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/accounts/balance", BalanceAsync).Needs(Scopes.Accounts).WithSummary("What an account holds and its last credit.");
        api.MapPost("/accounts/statement", StatementAsync).Needs(Scopes.Accounts).WithSummary("An account's movements over a span of months.");
        api.MapPost("/accounts/explain", ExplainAsync).Needs(Scopes.Accounts).WithSummary("Why a month's amount is what it is.");
        api.MapPost("/accounts/coverage", CoverageAsync).Needs(Scopes.Accounts).WithSummary("Months paid, and breaks.");
    }

    /// <summary>Whose account: by citizen number or by card number.</summary>
    internal sealed record HolderRequest(string? Id, string? Card, string? Area, YearMonth? At, YearMonth? From, YearMonth? To, YearMonth? Month);

    private static async Task<object> BalanceAsync(HolderRequest request, Asker asker, CancellationToken cancellation)
    {
        AccountHolder holder = await asker.FindAsync(request, ChannelName, "balance", cancellation);
        return await new Balances(holder.Area.Program, holder.Area.Schema).BalanceAsync(holder.Account, request.At, cancellation);
    }

    private static async Task<object> StatementAsync(HolderRequest request, Asker asker, CancellationToken cancellation)
    {
        AccountHolder holder = await asker.FindAsync(request, ChannelName, "statement", cancellation);
        YearMonth to = request.To ?? asker.Today.ToYearMonth();
        return await new Balances(holder.Area.Program, holder.Area.Schema).StatementAsync(holder.Account, request.From ?? new YearMonth(to.Year, 1), to, cancellation);
    }

    private static async Task<object> ExplainAsync(HolderRequest request, Asker asker, CancellationToken cancellation)
    {
        YearMonth month = request.Month ?? throw new FormatException("month is missing");
        AccountHolder holder = await asker.FindAsync(request, ChannelName, "explain", cancellation);
        ExplanationDocument told = await new Explanations(holder.Area).ExplainAsync(holder.Person, month, cancellation);
        return new { told.Month, told.Policy, lines = Lines(told), told.Net, told.Source, reason = told.ReasonChinese, reasonEn = told.ReasonEnglish };
    }

    private static async Task<object> CoverageAsync(HolderRequest request, Asker asker, CancellationToken cancellation)
    {
        AccountHolder holder = await asker.FindAsync(request, ChannelName, "coverage", cancellation);
        return await new CoverageInquiry(holder.Area).ReadAsync(holder.Account, request.At, asker.Today.ToYearMonth(), cancellation);
    }

    internal static IEnumerable<object> Lines(ExplanationDocument told) => told.Chinese.Lines.Zip(told.English.Lines, (zh, en) => ExplanationText.Document(zh, en));
}

/// <summary>Who asks: finds the account within what the key may see, and records the inquiry whether somebody was found or not.</summary>
internal sealed class Asker(IHttpContextAccessor http, DatabaseConnection database, InquiryLog log, IClock clock)
{
    private Task _recorded = Task.CompletedTask;

    public LocalDate Today => clock.Today();

    /// <summary>The inquiry is on record: it is written while its answer is looked up, and nothing is answered before.</summary>
    public Task RecordedAsync() => _recorded;

    public async Task<AccountHolder> FindAsync(AccountRoutes.HolderRequest request, string channel, string what, CancellationToken cancellation)
    {
        ClaimsPrincipal user = http.HttpContext!.User;
        if (string.IsNullOrWhiteSpace(request.Id) == string.IsNullOrWhiteSpace(request.Card))
        {
            throw new FormatException("give either id or card");
        }

        HostMetrics.Asked(channel, what);
        if (request.Area is { } asked)
        {
            ApiRoutes.Refuse(user, asked);
        }

        AccountHolder? holder = null;
        try
        {
            holder = await AccountHolder.FindAsync(database, request.Area, request.Id, request.Card, Today, cancellation);
            ApiRoutes.Refuse(user, holder.Area.Schema.Code);
            return holder;
        }
        catch (DataFaultException refused) when (refused.Code == "ACCESS_DENIED")
        {
            // That somebody is known in an area the key is not for is not told either.
            throw new DataFaultException("PERSON_UNKNOWN", "没有找到此人的账户，请核对号码。", "No account was found for this number; check it.");
        }
        finally
        {
            _recorded = log.WriteAsync(new Inquired(user.Who(), channel, holder?.Area.Schema.Code ?? request.Area, holder?.Person, what), CancellationToken.None);
        }
    }
}

using System.Security.Claims;
using Batch.Host.Web;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Host.Api;

/// <summary>
/// What the agency's own systems ask of an account. The number comes in the body, so that it is in no address and no log; each inquiry is recorded with
/// the person's internal number.
/// </summary>
internal static class AccountRoutes
{
    /// <summary>How inquiries of the API are recorded.</summary>
    public const string ChannelName = "api";

    public static void Map(RouteGroupBuilder api)
    {
        // The agency's own systems are told that a number has changed; channels only what is theirs.
        api.MapPost("/accounts/balance", BalanceAsync).AddEndpointFilter(NoticeAsync).Needs(Scopes.Accounts).WithSummary("What an account holds and its last credit.");
        api.MapPost("/accounts/statement", StatementAsync).AddEndpointFilter(NoticeAsync).Needs(Scopes.Accounts).WithSummary("An account's movements over a span of months.");
        api.MapPost("/accounts/explain", ExplainAsync).AddEndpointFilter(NoticeAsync).Needs(Scopes.Accounts).WithSummary("Why a month's amount is what it is.");
        api.MapPost("/accounts/coverage", CoverageAsync).AddEndpointFilter(NoticeAsync).Needs(Scopes.Accounts).WithSummary("Months paid, and breaks.");
    }

    private static async ValueTask<object?> NoticeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        object? told = await next(context);
        return told is not null and not IResult && context.HttpContext.RequestServices.GetRequiredService<Asker>().NumberChanged is { } changed ? VerbOutput.Noticed(told, [changed]) : told;
    }

    private static async Task<object> BalanceAsync(Body<HolderAtRequest> body, Asker asker, CancellationToken cancellation)
    {
        AccountHolder holder = await asker.FindAsync(body.Value, ChannelName, "balance", cancellation);
        return await new Balances(holder.Area).BalanceAsync(holder.Account, body.Value.At, cancellation);
    }

    private static async Task<object> StatementAsync(Body<StatementRequest> body, Asker asker, CancellationToken cancellation)
    {
        YearMonth to = body.Value.To ?? asker.Today.ToYearMonth();
        YearMonth from = body.Value.From ?? new YearMonth(to.Year, 1);
        if (from > to)
        {
            throw new RequestFault("from", new FieldFault("晚于 to", "after to"));
        }

        AccountHolder holder = await asker.FindAsync(body.Value, ChannelName, "statement", cancellation);
        return await new Balances(holder.Area).StatementAsync(holder.Account, from, to, cancellation);
    }

    private static async Task<object> ExplainAsync(Body<ExplainRequest> body, Asker asker, CancellationToken cancellation)
    {
        AccountHolder holder = await asker.FindAsync(body.Value, ChannelName, "explain", cancellation);
        ExplanationDocument told = await new Explanations(holder.Area).ExplainAsync(holder.Person, body.Value.Month!.Value, cancellation);
        return new { told.Month, told.Policy, lines = Lines(told), told.Net, told.Source, reason = told.ReasonChinese, reasonEn = told.ReasonEnglish };
    }

    private static async Task<object> CoverageAsync(Body<HolderAtRequest> body, Asker asker, CancellationToken cancellation)
    {
        AccountHolder holder = await asker.FindAsync(body.Value, ChannelName, "coverage", cancellation);
        return await new CoverageInquiry(holder.Area).ReadAsync(holder.Account, body.Value.At, asker.Today.ToYearMonth(), cancellation);
    }

    internal static IEnumerable<object> Lines(ExplanationDocument told) => told.Chinese.Lines.Zip(told.English.Lines, (zh, en) => ExplanationText.Document(zh, en));
}

/// <summary>Who asks: finds the account within what the key may see, and records the inquiry whether somebody was found or not.</summary>
internal sealed class Asker(IHttpContextAccessor http, DatabaseConnection database, InquiryLog log, IClock clock)
{
    private Task _recorded = Task.CompletedTask;

    public LocalDate Today => clock.Today();

    /// <summary>What is told of a number that has changed since; null: it has not.</summary>
    public (string Chinese, string English)? NumberChanged { get; private set; }

    /// <summary>The inquiry is on record: it is written while its answer is looked up, and nothing is answered before.</summary>
    public Task RecordedAsync() => _recorded;

    public async Task<AccountHolder> FindAsync(HolderRequest request, string channel, string what, CancellationToken cancellation)
    {
        ClaimsPrincipal user = http.HttpContext!.User;
        if (string.IsNullOrWhiteSpace(request.Id) == string.IsNullOrWhiteSpace(request.Card))
        {
            FieldFault either = new("须给出 id 或 card 之一", "give one of id and card");
            throw new RequestFault(new Dictionary<string, FieldFault> { ["id"] = either, ["card"] = either });
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
            NumberChanged = holder.NumberChanged;
            return holder;
        }
        catch (DataFaultException wrong) when (wrong.Code == "ID_INVALID")
        {
            throw new RequestFault("id", new FieldFault(wrong.Chinese.TrimEnd('。'), wrong.English.TrimEnd('.')));
        }
        catch (DataFaultException refused) when (refused.Code == "ACCESS_DENIED")
        {
            // That somebody is known in an area the key is not for is not told either.
            throw new DataFaultException("PERSON_UNKNOWN", "没有找到此人的账户，请核对号码。", "No account was found for this number; check it.");
        }
        finally
        {
            _recorded = log.WriteAsync(new Inquired(user.Who(), channel, holder?.Area.Schema.Code ?? request.Area, holder?.Person, what, Account: holder?.Account), CancellationToken.None);
        }
    }
}

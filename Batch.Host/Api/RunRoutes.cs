using System.Globalization;
using System.Security.Claims;
using Batch.Jobs.Ledger;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Jobs.Work;

namespace Batch.Host.Api;

/// <summary>Runs: computed, previewed, approved by another key, posted, discarded, reversed; months closed.</summary>
internal static class RunRoutes
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/areas/{area}/runs", AllocateAsync).Needs(Scopes.Runs).Produces(StatusCodes.Status202Accepted).WithSummary("Compute a month's run; answered with the job that does it.");
        api.MapGet("/runs/{run:int}", PreviewAsync).Needs(Scopes.See).WithSummary("A run in totals, with the month before, its anomalies, the figures that it was computed without, and its digest.");
        api.MapPost("/runs/{run:int}/approve", ApproveAsync).Needs(Scopes.Review)
            .WithSummary("Approve a run, by another key than computed it, for exactly the content of the digest; a run with anomalies needs a reason.");
        api.MapPost("/runs/{run:int}/post", PostAsync).Needs(Scopes.Review).Produces(StatusCodes.Status202Accepted).WithSummary("Make an approved run part of the ledger; answered with the job that does it.");
        api.MapPost("/runs/{run:int}/discard", DiscardAsync).Needs(Scopes.Runs).WithSummary("Discard a run that is not posted.");
        api.MapPost("/runs/{run:int}/reverse", ReverseAsync).Needs(Scopes.Runs).WithSummary("Compute the reversal of a posted run.");
        api.MapPost("/areas/{area}/months/{month}/close", CloseAsync).Needs(Scopes.Review).Produces(StatusCodes.Status202Accepted).WithSummary("Close a month; answered with the job that does it.");
        api.MapGet("/areas/{area}/months/{month}/differences", DifferencesAsync).Needs(Scopes.See)
            .WithSummary("The differences of a month's money, with who accepted them; a month that has open ones cannot be closed.");
        api.MapPost("/areas/{area}/months/{month}/differences/accept", AcceptAsync).Needs(Scopes.Review)
            .WithSummary("Accept differences of a month's money, named by their keys or all that are open, with a reason.");
        api.MapPost("/areas/{area}/months/{month}/reopen", ProposeReopeningAsync).Needs(Scopes.Review).WithSummary("Propose to open the last closed month again, with a reason.");
        api.MapPost("/areas/{area}/months/{month}/reopen/approve", ReopenAsync).Needs(Scopes.Review)
            .WithSummary("Open the last closed month again, by another key than proposed it.");
    }

    private static async Task<IResult> AllocateAsync(string area, Body<RunRequest> body, HttpContext http, QueuedWork queue)
    {
        string month = body.Value.Month!.Value.Text();
        Web.EveryAct.Tell(http, "month", month);
        return JobRoutes.Accepted(await queue.AskAsync(new WorkOrder(WorkKinds.Allocate, new AreaSchema(area), month, http.User.Who()), http.RequestAborted));
    }

    private static async Task<object> PreviewAsync(int run, DatabaseConnection database, CancellationToken cancellation)
    {
        Area area = await Area.OfRunAsync(database, run, cancellation);
        return await DocumentAsync(area, await new RunLife(area).PreviewAsync(run, cancellation), cancellation);
    }

    private static Task<object> ApproveAsync(int run, Body<ApproveRequest> body, ClaimsPrincipal user, HttpContext http) => ActAsync(
        run, http, life => life.ApproveAsync(run, user.Who(), body.Value.Digest!, http.RequestAborted, string.IsNullOrWhiteSpace(body.Value.Reason) ? body.Value.Override : body.Value.Reason));

    private static Task<object> DiscardAsync(int run, Body<ReasonRequest> body, ClaimsPrincipal user, HttpContext http) =>
        ActAsync(run, http, life => life.DiscardAsync(run, user.Who(), body.Value.Why!, http.RequestAborted));

    private static Task<object> ReverseAsync(int run, Body<ReasonRequest> body, ClaimsPrincipal user, HttpContext http) => ActAsync(run, http, async life =>
    {
        RunDocument reversal = await life.ReverseAsync(run, await life.OpenMonthAsync(run, http.RequestAborted), user.Who(), http.RequestAborted);
        Act act = new(
            user.Who(), "run.reverse", reversal.Area, string.Create(CultureInfo.InvariantCulture, $"{run} {reversal.Run}"), body.Value.Why, http.Connection.RemoteIpAddress?.ToString());
        await http.RequestServices.GetRequiredService<AuditLog>().WriteAsync(act, http.RequestAborted);
        return reversal;
    });

    private static async Task<IResult> PostAsync(int run, ClaimsPrincipal user, DatabaseConnection database, QueuedWork queue, CancellationToken cancellation)
    {
        Area area = await Area.OfRunAsync(database, run, cancellation);
        string number = run.ToString(CultureInfo.InvariantCulture);
        return JobRoutes.Accepted(await queue.AskAsync(new WorkOrder(WorkKinds.Post, area.Schema, number, user.Who()), cancellation));
    }

    private static async Task<object> DifferencesAsync(string area, string month, DatabaseConnection database, CancellationToken cancellation) =>
        await new MoneyDifferences(await Area.OpenAsync(database, area, cancellation)).ReadAsync(ApiRoutes.Month("month", month), cancellation);

    private static async Task<object> AcceptAsync(string area, string month, Body<AcceptRequest> body, ClaimsPrincipal user, DatabaseConnection database, CancellationToken cancellation)
    {
        MoneyDifferences money = new(await Area.OpenAsync(database, area, cancellation));
        try
        {
            return await money.AcceptAsync(ApiRoutes.Month("month", month), body.Value.Differences, body.Value.Why!, user.Who(), cancellation);
        }
        catch (DataFaultException fault) when (fault.Code is "DIFFERENCE_NONE" or "DIFFERENCE_UNKNOWN")
        {
            throw new RequestFault("differences", new FieldFault("须是本月现有的差异，至少一项", "differences that the month has, at least one"));
        }
    }

    private static async Task<IResult> CloseAsync(string area, string month, ClaimsPrincipal user, QueuedWork queue, CancellationToken cancellation) =>
        JobRoutes.Accepted(await queue.AskAsync(new WorkOrder(WorkKinds.Close, new AreaSchema(area), ApiRoutes.Month("month", month).Text(), user.Who()), cancellation));

    private static Task<ReopeningDocument> ProposeReopeningAsync(
        string area, string month, Body<ReasonRequest> body, ClaimsPrincipal user, DatabaseConnection database, CancellationToken cancellation) =>
        ActOnAsync(database, area, reopening => reopening.ProposeAsync(ApiRoutes.Month("month", month), user.Who(), body.Value.Why!, cancellation), cancellation);

    private static Task<ReopeningDocument> ReopenAsync(string area, string month, ClaimsPrincipal user, DatabaseConnection database, CancellationToken cancellation) =>
        ActOnAsync(database, area, reopening => reopening.ApproveAsync(ApiRoutes.Month("month", month), user.Who(), cancellation), cancellation);

    private static async Task<ReopeningDocument> ActOnAsync(
        DatabaseConnection database, string code, Func<Reopening, Task<ReopeningDocument>> act, CancellationToken cancellation)
    {
        Area area = await Area.OpenAsync(database, code, cancellation);
        return await act(new Reopening(area));
    }

    private static async Task<object> ActAsync(int run, HttpContext http, Func<RunLife, Task<RunDocument>> act)
    {
        Area area = await Area.OfRunAsync(http.RequestServices.GetRequiredService<DatabaseConnection>(), run, http.RequestAborted);
        return await DocumentAsync(area, await act(new RunLife(area)), http.RequestAborted);
    }

    private static async Task<object> DocumentAsync(Area area, RunDocument run, CancellationToken cancellation)
    {
        RunComparison? compared = await RunComparison.ReadAsync(area, run, cancellation);
        return new
        {
            run,
            kinds = run.Run is { } held ? await RunKind.ReadAsync(area, held, cancellation) : [],
            lastMonth = compared?.Before,
            thisMonth = compared?.Now,
            notCompared = RunComparison.Documents(compared),
            anomalies = run.Run is not { } number ? [] : (await Anomaly.ReadAsync(area, number, cancellation)).Select(a => new { a.Code, message = a.English, messageZh = a.Chinese }),
            notTaken = run.State is RunState.Posted or RunState.Discarded ? [] : await new MonthsAround(area).LaterAsync(run.Month, cancellation),
            warnings = run.Run is not { } computed ? [] : FigureText.Documents(await new FigureWarnings(area).OfRunAsync(computed, cancellation)),
        };
    }
}

using System.Globalization;
using System.Security.Claims;
using Batch.Jobs.Areas;
using Batch.Jobs.Ledger;
using Batch.Jobs.Runs;
using Batch.Jobs.Server;
using Batch.Jobs.Work;
using NodaTime;

namespace Batch.Host.Api;

/// <summary>Runs: computed, previewed, approved by another key, posted, discarded, reversed; months closed.</summary>
internal static class RunRoutes
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/areas/{area}/runs", AllocateAsync).Needs(Scopes.Runs).WithSummary("Compute a month's run; answered with the job that does it.");
        api.MapGet("/runs/{run:int}", PreviewAsync).Needs(Scopes.See).WithSummary("A run in totals, with the month before.");
        api.MapPost("/runs/{run:int}/approve", ApproveAsync).Needs(Scopes.Review).WithSummary("Approve a run, by another key than computed it, for exactly the content of the digest.");
        api.MapPost("/runs/{run:int}/post", PostAsync).Needs(Scopes.Review).WithSummary("Make an approved run part of the ledger; answered with the job that does it.");
        api.MapPost("/runs/{run:int}/discard", DiscardAsync).Needs(Scopes.Runs).WithSummary("Discard a run that is not posted.");
        api.MapPost("/runs/{run:int}/reverse", ReverseAsync).Needs(Scopes.Runs).WithSummary("Compute the reversal of a posted run.");
        api.MapPost("/areas/{area}/months/{month}/close", CloseAsync).Needs(Scopes.Review).WithSummary("Close a month; answered with the job that does it.");
        api.MapPost("/areas/{area}/months/{month}/reopen", ProposeReopeningAsync).Needs(Scopes.Review).WithSummary("Propose to open the last closed month again, with a reason.");
        api.MapPost("/areas/{area}/months/{month}/reopen/approve", ReopenAsync).Needs(Scopes.Review)
            .WithSummary("Open the last closed month again, by another key than proposed it.");
    }

    private sealed record RunRequest(YearMonth Month);

    private sealed record ApproveRequest(string Digest);

    private sealed record ReasonRequest(string Why);

    private static async Task<IResult> AllocateAsync(string area, RunRequest request, ClaimsPrincipal user, QueuedWork queue, CancellationToken cancellation) =>
        JobRoutes.Accepted(await queue.AskAsync(new WorkOrder(WorkKinds.Allocate, new AreaSchema(area), request.Month.Text(), user.Who()), cancellation));

    private static async Task<object> PreviewAsync(int run, DatabaseConnection database, CancellationToken cancellation)
    {
        Area area = await Area.OfRunAsync(database, run, cancellation);
        return await DocumentAsync(area, await new RunLife(area.Program, area.Schema).PreviewAsync(run, cancellation), cancellation);
    }

    private static Task<object> ApproveAsync(int run, ApproveRequest request, ClaimsPrincipal user, HttpContext http) =>
        ActAsync(run, http, life => life.ApproveAsync(run, user.Who(), request.Digest, http.RequestAborted));

    private static Task<object> DiscardAsync(int run, ReasonRequest request, ClaimsPrincipal user, HttpContext http) =>
        ActAsync(run, http, life => life.DiscardAsync(run, user.Who(), request.Why, http.RequestAborted));

    private static Task<object> ReverseAsync(int run, ClaimsPrincipal user, HttpContext http) =>
        ActAsync(run, http, async life => await life.ReverseAsync(run, await life.OpenMonthAsync(run, http.RequestAborted), user.Who(), http.RequestAborted));

    private static async Task<IResult> PostAsync(int run, ClaimsPrincipal user, DatabaseConnection database, QueuedWork queue, CancellationToken cancellation)
    {
        Area area = await Area.OfRunAsync(database, run, cancellation);
        string number = run.ToString(CultureInfo.InvariantCulture);
        return JobRoutes.Accepted(await queue.AskAsync(new WorkOrder(WorkKinds.Post, area.Schema, number, user.Who()), cancellation));
    }

    private static async Task<IResult> CloseAsync(string area, string month, ClaimsPrincipal user, QueuedWork queue, CancellationToken cancellation) =>
        JobRoutes.Accepted(await queue.AskAsync(new WorkOrder(WorkKinds.Close, new AreaSchema(area), VerbOptions.ParseMonth(month).Text(), user.Who()), cancellation));

    private static Task<ReopeningDocument> ProposeReopeningAsync(
        string area, string month, ReasonRequest request, ClaimsPrincipal user, DatabaseConnection database, CancellationToken cancellation) =>
        ActOnAsync(database, area, reopening => reopening.ProposeAsync(VerbOptions.ParseMonth(month), user.Who(), request.Why, cancellation), cancellation);

    private static Task<ReopeningDocument> ReopenAsync(string area, string month, ClaimsPrincipal user, DatabaseConnection database, CancellationToken cancellation) =>
        ActOnAsync(database, area, reopening => reopening.ApproveAsync(VerbOptions.ParseMonth(month), user.Who(), cancellation), cancellation);

    private static async Task<ReopeningDocument> ActOnAsync(
        DatabaseConnection database, string code, Func<Reopening, Task<ReopeningDocument>> act, CancellationToken cancellation)
    {
        Area area = await Area.OpenAsync(database, code, cancellation);
        return await act(new Reopening(area.Program, area.Schema));
    }

    private static async Task<object> ActAsync(int run, HttpContext http, Func<RunLife, Task<RunDocument>> act)
    {
        Area area = await Area.OfRunAsync(http.RequestServices.GetRequiredService<DatabaseConnection>(), run, http.RequestAborted);
        return await DocumentAsync(area, await act(new RunLife(area.Program, area.Schema)), http.RequestAborted);
    }

    private static async Task<object> DocumentAsync(Area area, RunDocument run, CancellationToken cancellation) =>
        new { run, lastMonth = run.Run is null ? null : await RunComparison.ReadAsync(area, run, cancellation) };
}

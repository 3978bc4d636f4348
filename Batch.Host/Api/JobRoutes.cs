using System.Security.Claims;
using Batch.Jobs.Files;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Jobs.Work;
using Npgsql;

namespace Batch.Host.Api;

/// <summary>Queued work: looked at and steered; reports, which are work whose result is a file.</summary>
internal static class JobRoutes
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/areas/{area}/reports", ReportAsync).Needs(Scopes.Reports).Produces(StatusCodes.Status202Accepted).WithSummary("Write a report; answered with the job whose file it will be.");
        api.MapGet("/areas/{area}/jobs", ListAsync).Needs(Scopes.See).WithSummary("Queued work, the latest first.");
        api.MapGet("/jobs/{job:int}", ReadAsync).Needs(Scopes.See).WithSummary("A piece of work: how far it is, its outcome, what happened to it.");
        api.MapGet("/jobs/{job:int}/file", FileAsync).Needs(Scopes.Reports).Produces(StatusCodes.Status200OK, contentType: "application/octet-stream").WithSummary("The report that a job wrote.");
        foreach (string act in (string[])["pause", "resume", "cancel", "retry"])
        {
            api.MapPost($"/jobs/{{job:int}}/{act}", (int job, Body<ReasonRequest> body, ClaimsPrincipal user, QueuedWork queue, CancellationToken cancellation) =>
                SteerAsync(act, job, body.Value.Why!, user, queue, cancellation)).Needs(Scopes.Runs).WithSummary($"{act}, with the reason.");
        }
    }

    public static IResult Accepted(int job) => Results.Accepted($"{ApiFaults.Path}/v1/jobs/{job}", new { job });

    private static async Task<IResult> ReportAsync(string area, Body<ReportRequest> body, ClaimsPrincipal user, QueuedWork queue, CancellationToken cancellation)
    {
        Report report = AllReports.Find(body.Value.Kind!) ?? throw new RequestFault("kind", FieldFault.OneOf(AllReports.List.Select(r => r.Kind)));
        string argument = ReportWork.Argument(report.Kind, body.Value.Month!.Value, body.Value.Format ?? ReportFormat.Csv);
        return Accepted(await queue.AskAsync(new WorkOrder(WorkKinds.Report, new AreaSchema(area), argument, user.Who()), cancellation));
    }

    private static async Task<object> ListAsync(string area, int? before, int? limit, QueuedWork queue, CancellationToken cancellation) =>
        ApiRoutes.Page(await queue.ListAsync(area, before, ApiRoutes.Rows(limit), cancellation), ApiRoutes.Rows(limit), j => j.Number);

    private static async Task<object> ReadAsync(int job, ClaimsPrincipal user, QueuedWork queue, CancellationToken cancellation)
    {
        WorkItem item = await OfKeyAsync(job, user, queue, cancellation);
        return new { job = item, pieces = await queue.PiecesAsync(job, cancellation), events = await queue.EventsAsync(job, cancellation) };
    }

    private static async Task<IResult> FileAsync(int job, HttpContext http, QueuedWork queue, NpgsqlDataSource program, CancellationToken cancellation)
    {
        WorkItem item = await OfKeyAsync(job, http.User, queue, cancellation);
        if (item is not { Kind: WorkKinds.Report, State: WorkState.Done, Result: { } result })
        {
            throw new DataFaultException("REPORT_NOT_READY", "报表尚未生成。", "The report is not written yet.");
        }

        if (!await ReportWork.IsKeptAsync(program, job, cancellation))
        {
            throw new DataFaultException("REPORT_FILE_UNKNOWN", "报表文件已过保存期，请重新生成。", "The report's file is no longer kept; write it again.");
        }

        return Results.Stream(to => ReportWork.CopyAsync(program, job, to, cancellation), "application/octet-stream", result.GetProperty("file").GetString());
    }

    private static async Task<object> SteerAsync(string act, int job, string why, ClaimsPrincipal user, QueuedWork queue, CancellationToken cancellation)
    {
        await OfKeyAsync(job, user, queue, cancellation);
        await (act switch
        {
            "pause" => queue.PauseAsync(job, user.Who(), why, cancellation),
            "resume" => queue.ResumeAsync(job, user.Who(), why, cancellation),
            "cancel" => queue.CancelAsync(job, user.Who(), why, cancellation),
            _ => queue.RetryAsync(job, user.Who(), why, cancellation),
        });
        return new { job = await queue.ReadAsync(job, cancellation) };
    }

    private static async Task<WorkItem> OfKeyAsync(int job, ClaimsPrincipal user, QueuedWork queue, CancellationToken cancellation)
    {
        WorkItem item = await queue.ReadAsync(job, cancellation);
        ApiRoutes.Refuse(user, item.Area);
        return item;
    }
}

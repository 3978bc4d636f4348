using System.Net;
using Npgsql;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Batch.Host.Web;

/// <summary>
/// What the host measures, by OpenTelemetry: at <c>/metrics</c> for a collector on this machine, and, when the standard setting
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names a collector, sent there together with traces. Nothing personal: addresses are told as routes.
/// </summary>
internal static class Telemetry
{
    private const string CollectorSetting = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static void Add(IServiceCollection services)
    {
        bool sent = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(CollectorSetting));
        services.AddSingleton<WorkGauges>();
        OpenTelemetryBuilder telemetry = services.AddOpenTelemetry().ConfigureResource(static resource => resource.AddService("batch"));
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddMeter(HostMetrics.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.RateLimiting", "Npgsql").AddRuntimeInstrumentation();
            metrics.AddPrometheusExporter(static exporter => exporter.ScopeInfoEnabled = exporter.TargetInfoEnabled = false);
            if (sent)
            {
                metrics.AddOtlpExporter();
            }
        });
        if (sent)
        {
            // What was asked for, as a route and not as it was typed; statements, without the values.
            telemetry.WithTracing(static traces => traces.AddAspNetCoreInstrumentation(static requests =>
                requests.EnrichWithHttpRequest = static (activity, _) => activity.SetTag("url.path", null).SetTag("url.query", null)).AddNpgsql().AddOtlpExporter());
        }
    }

    public static void Map(WebApplication app)
    {
        // Counts from the beginning, not from the first look.
        app.Services.GetRequiredService<WorkGauges>();
        app.MapPrometheusScrapingEndpoint("/metrics", app.Services.GetRequiredService<MeterProvider>(), static branch => branch.Use(OnlyThisMachineAsync), optionsName: null).AllowAnonymous();
    }

    private static Task OnlyThisMachineAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Connection.RemoteIpAddress is { } from && !IPAddress.IsLoopback(from))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        return next(http);
    }
}

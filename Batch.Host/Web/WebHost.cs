using System.Text.Encodings.Web;
using System.Text.Unicode;
using System.Threading.RateLimiting;
using Batch.Host.Access;
using Batch.Host.Api;
using Batch.Host.Engine;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Jobs.Work;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;
using NodaTime;

namespace Batch.Host.Web;

/// <summary>A host, put together: its parts, then its pipeline in the order in which a request passes it.</summary>
internal static class WebHost
{
    /// <summary>Built, not started. The database stays the caller's.</summary>
    public static WebApplication Build(DatabaseConnection database, WebOptions options, IClock clock)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(WebHost).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = Environments.Production,
        });
        builder.WebHost.UseUrls([.. options.Urls]);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false).UseKestrelHttpsConfiguration();
        AddLogs(builder);
        AddParts(builder.Services, database, options, clock);
        AddAccess(builder.Services);
        AddPages(builder.Services);
        AddWork(builder.Services);
        AddApi(builder.Services, options);
        WebApplication app = builder.Build();
        UsePipeline(app);
        return app;
    }

    private static void UsePipeline(WebApplication app)
    {
        app.UseForwardedHeaders();
        app.Use(SecureHeaders.AddAsync);
        bool demo = app.Services.GetRequiredService<WebOptions>().Demo;
        if (demo)
        {
            app.Use(DemoSignIn.RequireLoopbackAsync);
        }

        app.UseExceptionHandler("/fault");
        app.UseWhen(ApiRoutes.IsAsked, static api => api.UseStatusCodePages(static status => ApiFaults.TellStatusAsync(status.HttpContext)));
        app.UseWhen(static context => !ApiRoutes.IsAsked(context), static pages => pages.UseStatusCodePagesWithReExecute("/fault", "?status={0}"));
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "wwwroot")).FullName),
            OnPrepareResponse = static file => file.Context.Response.Headers.CacheControl = "public, max-age=3600",
        });
        app.Use(Language.RememberAsync);
        app.Use(Looks.RememberAsync);
        app.UseRouting();
        app.UseAuthentication();
        app.Use(SignedIn.RequireOwnPasswordAsync);
        app.UseAuthorization();
        app.UseWhen(ApiRoutes.IsAsked, static api => api.Use(ApiRoutes.RequireMediaTypeAsync));
        app.UseRateLimiter();
        app.UseAntiforgery();
        app.Use(EveryAct.RecordAsync);
        HealthChecks.Map(app);
        Telemetry.Map(app);
        app.MapRazorPages();
        ApiRoutes.Map(app);
        Engines.MapDashboard(app);
        if (demo)
        {
            DemoSignIn.Map(app);
        }
    }

    private static void AddLogs(WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddJsonConsole(json => json.IncludeScopes = true);
        // stdout is for the verb's one document.
        builder.Logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
            // Faults are logged where they are told.
            .AddFilter("Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware", LogLevel.None)
            .AddFilter("Hangfire", LogLevel.Warning)
            // Each request without a valid key would be a line.
            .AddFilter(typeof(ApiKeyHandler).FullName, LogLevel.Warning)
            // The keys lie in the database, which is guarded as the money in it is.
            .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
    }

    private static void AddParts(IServiceCollection services, DatabaseConnection database, WebOptions options, IClock clock)
    {
        // The verb handles the signals.
        services.AddSingleton<IHostLifetime, VerbLifetime>();
        services.AddSingleton(database);
        services.AddSingleton(database.Program);
        services.AddSingleton(options);
        services.AddSingleton(clock);
        services.AddSingleton<AuditLog>();
        services.AddSingleton<UserRegister>();
        services.AddSingleton<SignIns>();
        services.AddSingleton<Sessions>();
        services.AddHttpContextAccessor();
        services.AddScoped<Language>();
        services.AddScoped<Looks>();
        services.AddHealthChecks().AddCheck<DatabaseHealth>("database");
        // Proxies on this machine and those that the setting names may say how the client came; nobody else. One word for each proxy on the way.
        services.Configure<ForwardedHeadersOptions>(forwarded =>
        {
            forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            forwarded.ForwardLimit = null;
            foreach (System.Net.IPNetwork proxy in options.Proxies)
            {
                forwarded.KnownIPNetworks.Add(proxy);
            }
        });
    }

    private static void AddAccess(IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("batch");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider =>
            new ConfigureOptions<KeyManagementOptions>(keys => keys.XmlRepository = new ProtectionKeys(provider.GetRequiredService<DatabaseConnection>().Program)));
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(static cookie =>
            {
                SignedIn.Configure(cookie);
                // What the API answers before a route is found, a wrong method say, is told to a caller with a key; a browser's session is none there.
                cookie.ForwardDefaultSelector = static context => ApiRoutes.IsAsked(context) ? ApiKeyHandler.Scheme : null;
            })
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHandler.Scheme, null);
        AuthorizationBuilder authorization = services.AddAuthorizationBuilder();
        Permissions.AddTo(authorization);
        Scopes.AddTo(authorization);
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = "batch-form";
            antiforgery.Cookie.HttpOnly = true;
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
            antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
    }

    private static void AddPages(IServiceCollection services)
    {
        services.AddExceptionHandler<ApiFaults>();
        services.AddExceptionHandler<FaultPages>();
        // Pages check the antiforgery token of every post by themselves.
        services.AddRazorPages().AddMvcOptions(static mvc => mvc.Filters.Add(new UnreadableForms()));
        services.Configure<CookieTempDataProviderOptions>(static told =>
        {
            told.Cookie.Name = "told";
            told.Cookie.SameSite = SameSiteMode.Strict;
            told.Cookie.IsEssential = true;
        });
        services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All));
        services.Configure<RouteOptions>(routes => routes.LowercaseUrls = true);
    }

    private static void AddWork(IServiceCollection services)
    {
        Engines.AddTo(services);
        services.AddSingleton<QueuedWork>();
        services.AddSingleton<KindsOfWork>();
        services.AddSingleton<WorkRunner>();
        services.AddSingleton<WorkSweep>();
        services.AddSingleton<ScheduleSettings>();
        services.AddSingleton<Schedules>();
        services.AddSingleton<ScheduleList>();
        services.AddSingleton<EngineCalls>();
        services.AddSingleton<WorkParts>();
        services.AddHostedService<WorkHost>();
    }

    private static void AddApi(IServiceCollection services, WebOptions options)
    {
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<WrongKeys>();
        services.AddSingleton<InquiryLog>();
        Telemetry.Add(services);
        services.AddScoped<Asker>();
        services.ConfigureHttpJsonOptions(json => JsonConventions.CopyTo(json.SerializerOptions));
        // As an exception, which ApiFaults answers with the names of the fields.
        services.Configure<RouteHandlerOptions>(static routes => routes.ThrowOnBadRequest = true);
        services.AddOpenApi("v1", OpenApiTexts.Configure);
        services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = static (rejected, _) =>
            {
                rejected.HttpContext.Response.Headers.RetryAfter = "60";
                return ValueTask.CompletedTask;
            };
            limiter.AddPolicy(ApiRoutes.RateLimit, http => AMinute(http.User.Identity?.Name ?? "", options.CallsAMinute));
        });
    }

    private static RateLimitPartition<string> AMinute(string who, int calls) => RateLimitPartition.GetFixedWindowLimiter(
        who, _ => new FixedWindowRateLimiterOptions { PermitLimit = calls, Window = TimeSpan.FromMinutes(1), QueueLimit = 0 });

    private sealed class VerbLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

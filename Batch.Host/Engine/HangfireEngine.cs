using Batch.Jobs.Store;
using Batch.Jobs.Work;
using Cronos;
using Hangfire;
using Hangfire.Common;
using Hangfire.Logging;
using Hangfire.PostgreSql;
using Hangfire.States;
using Hangfire.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using Npgsql;

namespace Batch.Host.Engine;

/// <summary>Hangfire with its PostgreSQL storage. Its retries are off: our own tables decide what is done again.</summary>
internal sealed class HangfireEngine : IJobEngine
{
    private const string Schema = "hangfire";
    private const string Queue = "batch";
    private const int Workers = 4;
    private const long InstallLock = 0x6261_7463_6802;

    private static readonly TimeZoneInfo Shanghai = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai");

    private readonly IServiceProvider services;
    private readonly DatabaseConnection database;
    private readonly NpgsqlDataSource pool;
    private readonly JobFilterProviderCollection filters;
    private PostgreSqlStorage? storage;
    private BackgroundJobServer? server;

    public HangfireEngine(IServiceProvider services, DatabaseConnection database)
    {
        (this.services, this.database) = (services, database);
        LogProvider.SetCurrentLogProvider(new HangfireLog(services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance));
        pool = database.OpenEnginePool();
        filters = [new JobFilterCollection { new AutomaticRetryAttribute { Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete } }];
    }

    public string Name => "Hangfire";

    /// <summary>Its tables are made first, by the owner where they are missing; what runs has the program's rights.</summary>
    public PostgreSqlStorage Storage => storage ??= OpenStorage();

    /// <summary>The newest of the scripts that Hangfire makes its tables with.</summary>
    private static int Newest { get; } = typeof(PostgreSqlStorage).Assembly.GetManifestResourceNames()
        .Select(n => System.Text.RegularExpressions.Regex.Match(n, @"\.v(\d+)\.sql$")).Where(m => m.Success)
        .Max(m => int.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Makes Hangfire's tables or brings them up to date.</summary>
    public static void Install(DatabaseConnection database)
    {
        using NpgsqlConnection owner = database.Owner.OpenConnection();
        Execute(owner, $"SELECT pg_advisory_lock({InstallLock})");
        PostgreSqlObjectsInstaller.Install(owner, Schema);
        Execute(owner, $"GRANT USAGE ON SCHEMA {Schema} TO {Roles.Program}; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {Schema} TO {Roles.Program};"
            + $"GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA {Schema} TO {Roles.Program}");
    }

    public Task StartAsync(CancellationToken cancellation)
    {
        server ??= new BackgroundJobServer(
            new BackgroundJobServerOptions
            {
                ServerName = $"{Environment.MachineName}:{Environment.ProcessId}",
                WorkerCount = Workers,
                Queues = [Queue],
                SchedulePollingInterval = TimeSpan.FromSeconds(5),
                StopTimeout = TimeSpan.FromSeconds(10),
                ShutdownTimeout = TimeSpan.FromSeconds(20),
                CancellationCheckInterval = TimeSpan.FromSeconds(2),
                FilterProvider = filters,
                Activator = new CallActivator(services),
            },
            Storage);
        return Task.CompletedTask;
    }

    public async Task StopAsync()
    {
        if (server is { } running)
        {
            running.SendStop();
            await running.WaitForShutdownAsync(CancellationToken.None);
            running.Dispose();
        }
    }

    public Task WakeAsync(int job, CancellationToken cancellation)
    {
        Client().Create(Job.FromExpression<EngineCalls>(calls => calls.RunAsync(job, CancellationToken.None)), new EnqueuedState(Queue));
        return Task.CompletedTask;
    }

    public Task ScheduleAsync(IReadOnlyList<Schedule> schedules, CancellationToken cancellation)
    {
        RecurringJobManager recurring = new(Storage, filters);
        using IStorageConnection connection = Storage.GetConnection();
        Dictionary<string, RecurringJobDto> standing = connection.GetRecurringJobs().ToDictionary(r => r.Id);
        foreach (Schedule schedule in schedules.Where(s => s.Enabled))
        {
            string id = $"{schedule.Area} {schedule.Work}";
            if (!standing.Remove(id, out RecurringJobDto? same) || same.Cron != schedule.Cron)
            {
                (string area, string work) = (schedule.Area, schedule.Work);
                // What was missed is settled by our own tables: the engine forgets it.
                RecurringJobOptions options = new() { TimeZone = Shanghai, MisfireHandling = MisfireHandlingMode.Ignorable };
                recurring.AddOrUpdate(id, Job.FromExpression<EngineCalls>(calls => calls.FireAsync(area, work, CancellationToken.None), Queue), schedule.Cron, options);
            }
        }

        foreach (string gone in standing.Keys)
        {
            recurring.RemoveIfExists(gone);
        }

        return Task.CompletedTask;
    }

    public Instant? NextAfter(string cron, Instant after) =>
        CronExpression.Parse(cron).GetNextOccurrence(after.ToDateTimeOffset(), Shanghai) is { } next ? Instant.FromDateTimeOffset(next) : null;

    public async ValueTask DisposeAsync()
    {
        server?.Dispose();
        await pool.DisposeAsync();
    }

    private BackgroundJobClient Client() => new(Storage, filters);

    private PostgreSqlStorage OpenStorage()
    {
        if (!IsInstalled())
        {
            Install(database);
        }

        return new PostgreSqlStorage(new PoolFactory(pool), new PostgreSqlStorageOptions
        {
            SchemaName = Schema,
            PrepareSchemaIfNecessary = false,
            EnableTransactionScopeEnlistment = false,
            QueuePollInterval = TimeSpan.FromSeconds(1),
            UseSlidingInvisibilityTimeout = true,
            InvisibilityTimeout = TimeSpan.FromMinutes(5),
            AllowDegradedModeWithoutStorage = false,
        });
    }

    private bool IsInstalled()
    {
        try
        {
            using NpgsqlCommand command = pool.CreateCommand($"SELECT version FROM {Schema}.schema");
            return command.ExecuteScalar() is int version && version >= Newest;
        }
        catch (PostgresException missing) when (missing.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.InsufficientPrivilege)
        {
            return false;
        }
    }

    private static void Execute(NpgsqlConnection connection, string sql)
    {
        using NpgsqlCommand command = new(sql, connection);
        command.ExecuteNonQuery();
    }

    private sealed class PoolFactory(NpgsqlDataSource pool) : IConnectionFactory
    {
        public NpgsqlConnection GetOrCreateConnection() => pool.CreateConnection();
    }

    private sealed class CallActivator(IServiceProvider services) : JobActivator
    {
        public override object ActivateJob(Type jobType) => services.GetRequiredService(jobType);
    }
}

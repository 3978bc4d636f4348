using System.Globalization;
using Batch.Jobs.Server;
using Batch.Jobs.Work;
using NodaTime;
using Quartz;
using Quartz.Extensibility;

namespace Batch.Host.Engine;

/// <summary>Quartz.NET with its PostgreSQL store, clustered: a trigger is fired by one of the hosts.</summary>
internal sealed class QuartzEngine(IServiceProvider services, DatabaseConnection database) : IJobEngine
{
    private const int Threads = 4;
    private const string WorkGroup = "work";
    private const string ScheduleGroup = "schedule";

    private static readonly TimeZoneInfo Shanghai = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai");

    private readonly Npgsql.NpgsqlDataSource pool = database.OpenEnginePool();
    private readonly SemaphoreSlim gate = new(1, 1);
    private StandaloneSchedulerFactory? factory;
    private IScheduler? scheduler;

    public string Name => "Quartz";

    public async Task StartAsync(CancellationToken cancellation)
    {
        try
        {
            await (await SchedulerAsync(cancellation)).Start(cancellation);
        }
        catch
        {
            // A scheduler that could not begin is of no more use: the next attempt makes another.
            await ForgetAsync();
            throw;
        }
    }

    public async Task StopAsync()
    {
        if (scheduler is { } running)
        {
            await running.Shutdown(waitForJobsToComplete: true, CancellationToken.None);
        }
    }

    public async Task WakeAsync(int job, CancellationToken cancellation)
    {
        IScheduler store = await SchedulerAsync(cancellation);
        string number = job.ToString(CultureInfo.InvariantCulture);
        IJobDetail detail = JobBuilder.Create<WorkCall>().WithIdentity(number, WorkGroup).UsingJobData(WorkCall.Job, number).Build();
        ITrigger trigger = TriggerBuilder.Create(TimeProvider.System).WithIdentity(number, WorkGroup).StartNow().Build();
        await store.ScheduleJob(detail, [trigger], ScheduleJobOptions.Replacing, cancellation);
    }

    public async Task ScheduleAsync(IReadOnlyList<Schedule> schedules, CancellationToken cancellation)
    {
        IScheduler store = await SchedulerAsync(cancellation);
        HashSet<string> wanted = [];
        foreach (Schedule schedule in schedules.Where(s => s.Enabled))
        {
            // The name holds the cron: an entry that stands is left alone, so that no time is lost or fired twice by replacing it.
            string name = $"{schedule.Area} {schedule.Work} {schedule.Cron}";
            wanted.Add(name);
            if (await store.Exists(new TriggerKey(name, ScheduleGroup), cancellation))
            {
                continue;
            }

            IJobDetail detail = JobBuilder.Create<ScheduleCall>().WithIdentity(name, ScheduleGroup)
                .UsingJobData(ScheduleCall.Area, schedule.Area).UsingJobData(ScheduleCall.Work, schedule.Work).Build();
            // What was missed is settled by our own tables: the engine forgets it.
            CronScheduleBuilder cron = CronScheduleBuilder.Create(schedule.Cron, CronFormat.Unix).InTimeZone(Shanghai)
                .WithMisfireInstruction(CronTriggerMisfireInstruction.DoNothing);
            ITrigger trigger = TriggerBuilder.Create(TimeProvider.System).WithIdentity(name, ScheduleGroup).WithSchedule(cron).Build();
            await store.ScheduleJob(detail, [trigger], ScheduleJobOptions.Replacing, cancellation);
        }

        PagedResult<TriggerHeader> standing = await store.QueryTriggers(new TriggerQuery { Group = GroupMatcher<TriggerKey>.GroupEquals(ScheduleGroup) }, cancellation);
        foreach (TriggerHeader old in standing.Items.Where(t => !wanted.Contains(t.Key.Name)))
        {
            await store.UnscheduleJob(old.Key, cancellation);
        }
    }

    public Instant? NextAfter(string cron, Instant after) =>
        CronExpression.Parse(cron, CronFormat.Unix).WithTimeZone(Shanghai).GetNextValidTimeAfter(after.ToDateTimeOffset()) is { } next ? Instant.FromDateTimeOffset(next) : null;

    public async ValueTask DisposeAsync()
    {
        await ForgetAsync();
        await pool.DisposeAsync();
        gate.Dispose();
    }

    private async Task ForgetAsync()
    {
        scheduler = null;
        if (Interlocked.Exchange(ref factory, null) is { } made)
        {
            await made.DisposeAsync();
        }
    }

    private async Task<IScheduler> SchedulerAsync(CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            factory ??= QuartzSchedulerBuilder.Create(Configure).Build();
            return scheduler ??= await factory.GetScheduler(cancellation);
        }
        finally
        {
            gate.Release();
        }
    }

    private void Configure(IQuartzBuilder quartz)
    {
        quartz.ConfigureScheduler(options =>
        {
            options.InstanceName = "batch";
            options.GenerateInstanceId = true;
            options.IdleWaitTime = TimeSpan.FromSeconds(2);
            options.ShutdownJobInterruption = ShutdownJobInterruption.Always;
            options.DefaultTimeZone = Shanghai;
        });
        quartz.UseDefaultThreadPool(Threads);
        quartz.UseJobFactory(new CallFactory(services));
        quartz.UsePersistentStore(store =>
        {
            store.UsePostgres(source => source.DataSourceFactory = _ => pool);
            store.UseSystemTextJsonSerializer();
            store.ConfigureStore(options =>
            {
                options.TablePrefix = "quartz.qrtz_";
                options.StoreJobDataAsStrings = true;
                options.MisfireThreshold = TimeSpan.FromSeconds(60);
            });
            store.UseClustering(cluster =>
            {
                cluster.CheckinInterval = TimeSpan.FromSeconds(5);
                cluster.CheckinMisfireThreshold = TimeSpan.FromSeconds(15);
            });
        });
    }

    private sealed class CallFactory(IServiceProvider services) : IJobFactory
    {
        public ValueTask<JobScope> CreateJob(TriggerFiredBundle bundle, IScheduler scheduler, CancellationToken cancellationToken)
        {
            EngineCalls calls = services.GetRequiredService<EngineCalls>();
            return ValueTask.FromResult(new JobScope(bundle.JobDetail.Key.Group == WorkGroup ? new WorkCall(calls) : new ScheduleCall(calls), null));
        }

        public ValueTask ReturnJob(JobScope scope, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}

/// <summary>Quartz's call for queued work.</summary>
internal sealed class WorkCall(EngineCalls calls) : IJob
{
    public const string Job = "job";

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) =>
        await calls.RunAsync(int.Parse((string)context.MergedJobDataMap[Job]!, CultureInfo.InvariantCulture), cancellationToken);
}

/// <summary>Quartz's call for recurring work.</summary>
internal sealed class ScheduleCall(EngineCalls calls) : IJob
{
    public const string Area = "area";
    public const string Work = "work";

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) =>
        await calls.FireAsync((string)context.MergedJobDataMap[Area]!, (string)context.MergedJobDataMap[Work]!, cancellationToken);
}

using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Work;

/// <summary>The settings of recurring work: proposed by one person, in force after the approval of another. Nothing is edited; the last approval counts.</summary>
public sealed class ScheduleSettings(NpgsqlDataSource program, IJobEngine engine, IClock clock)
{
    private const int LongestFolder = 100;

    /// <summary>What is in force, of one area or of all. An area seen for the first time gets the shipped schedules.</summary>
    public async Task<IReadOnlyList<Schedule>> ListAsync(string? area, CancellationToken cancellation)
    {
        await AdoptShippedAsync(cancellation);
        return await ReadAsync(
            "SELECT area, work, cron, missed, enabled, argument, proposed_by, approved_by, approved_at, change_id FROM batch.schedule_now WHERE $1 = '' OR area = $1 ORDER BY 1, 2",
            area ?? "", cancellation);
    }

    /// <summary>What was proposed and waits for somebody else.</summary>
    public async Task<IReadOnlyList<Schedule>> PendingAsync(string? area, CancellationToken cancellation) => await ReadAsync(
        """
        SELECT area, work, cron, missed, enabled, argument, proposed_by, NULL, proposed_at, change_id FROM batch.schedule_change c
        WHERE ($1 = '' OR area = $1) AND NOT EXISTS (SELECT FROM batch.schedule_approval a WHERE a.change_id >= c.change_id AND a.change_id IN (
            SELECT d.change_id FROM batch.schedule_change d WHERE d.area = c.area AND d.work = c.work))
            AND (SELECT p.state FROM batch.proposal p WHERE p.kind = 'schedule' AND p.subject = c.change_id::text) = 'proposed' ORDER BY change_id
        """, area ?? "", cancellation);

    /// <summary>Number of the proposal. The same proposal by the same person while it waits is the same one.</summary>
    /// <exception cref="DataFaultException">CRON: the expression is none. SCHEDULE: there is no such work.</exception>
    public async Task<int> ProposeAsync(Schedule wanted, string by, CancellationToken cancellation)
    {
        if (ShippedSchedules.List.All(s => s.Work != wanted.Work))
        {
            throw new DataFaultException("SCHEDULE", $"没有定时作业“{wanted.Work}”。", $"There is no recurring work called {wanted.Work}.");
        }

        if (wanted.Argument.Length > LongestFolder || (wanted is { Work: WorkKinds.DropFolder, Enabled: true } && !Path.IsPathFullyQualified(wanted.Argument)))
        {
            throw new DataFaultException("FOLDER", $"投递目录须为绝对路径，最长 {LongestFolder} 个字符。", $"A drop folder is an absolute path of at most {LongestFolder} characters.");
        }

        try
        {
            _ = engine.NextAfter(wanted.Cron, clock.GetCurrentInstant()) ?? throw new FormatException("it is never due");
        }
        catch (FormatException fault)
        {
            throw new DataFaultException(
                "CRON", $"“{wanted.Cron}”不是有效的时间表达式（分 时 日 月 星期）。", $"\"{wanted.Cron}\" is not a cron expression (minute hour day month weekday): {fault.Message}");
        }

        Schedule? same = (await PendingAsync(wanted.Area, cancellation)).FirstOrDefault(s => s with { Since = wanted.Since, Change = wanted.Change } == wanted with { ProposedBy = by, ApprovedBy = null });
        return same?.Change ?? await InsertAsync(wanted, by, cancellation);
    }

    /// <exception cref="DataFaultException">SAME_PERSON; SCHEDULE_UNKNOWN.</exception>
    public async Task ApproveAsync(int change, string by, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = program.CreateCommand(
            """
            WITH approved AS (INSERT INTO batch.schedule_approval (change_id, approved_by) VALUES ($1, $2) ON CONFLICT (change_id) DO NOTHING RETURNING change_id)
            INSERT INTO batch.audit (who, act, area, subject) SELECT $2, 'schedule approve', c.area, c.work || ' ' || $1 FROM batch.schedule_change c JOIN approved USING (change_id)
            """);
        command.Parameters.AddWithValue(change);
        command.Parameters.AddWithValue(by);
        try
        {
            await command.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException refused) when (ProposalEnding.Refusal(refused) is { } sentence)
        {
            throw sentence;
        }
        catch (PostgresException unknown) when (unknown.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            throw Unknown(change);
        }
    }

    /// <summary>Ends a proposal that waits: withdrawn by the person who made it, or refused by another with a reason.</summary>
    /// <exception cref="DataFaultException">SCHEDULE_UNKNOWN, and those of <see cref="ProposalEnding.EndAsync"/>.</exception>
    public async Task EndAsync(int change, ProposalEnd end, string? reason, string by, CancellationToken cancellation)
    {
        string area = (await program.ReadAsync("SELECT area FROM batch.schedule_change WHERE change_id = $1", r => r.GetString(0), cancellation, change)) is [var of]
            ? of : throw Unknown(change);
        await ProposalEnding.EndAsync(program, (ProposalKind.Schedule, change.ToString(System.Globalization.CultureInfo.InvariantCulture), area), (end, reason), by, cancellation);
    }

    private static DataFaultException Unknown(int change) => new("SCHEDULE_UNKNOWN", $"没有提案 {change}。", $"There is no proposal {change}.");

    private async Task<int> InsertAsync(Schedule wanted, string by, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = program.CreateCommand(
            """
            WITH proposed AS (
                INSERT INTO batch.schedule_change (area, work, cron, missed, enabled, argument, proposed_by) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING change_id),
            noted AS (INSERT INTO batch.audit (who, act, area, subject) SELECT $7, 'schedule propose', $1, $2 || ' ' || change_id FROM proposed)
            SELECT change_id FROM proposed
            """);
        command.Parameters.AddWithValue(wanted.Area);
        command.Parameters.AddWithValue(wanted.Work);
        command.Parameters.AddWithValue(wanted.Cron);
        command.Parameters.AddWithValue(wanted.Missed.ToString().ToLowerInvariant());
        command.Parameters.AddWithValue(wanted.Enabled);
        command.Parameters.AddWithValue(wanted.Argument);
        command.Parameters.AddWithValue(by);
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private async Task AdoptShippedAsync(CancellationToken cancellation)
    {
        List<string> fresh = await program.ReadAsync(
            """
            SELECT area FROM (SELECT DISTINCT substr(series, 6) AS area FROM batch.migration WHERE series LIKE 'area\_%') a
            WHERE EXISTS (SELECT FROM unnest($1::text[]) work WHERE NOT EXISTS (SELECT FROM batch.schedule_change c WHERE c.area = a.area AND c.work = work)) ORDER BY area
            """, r => r.GetString(0), cancellation, (object)ShippedSchedules.List.Select(s => s.Work).ToArray());
        foreach (string area in fresh)
        {
            await AdoptShippedAsync(area, cancellation);
        }
    }

    private async Task AdoptShippedAsync(string area, CancellationToken cancellation)
    {
        YearMonth now = clock.GetCurrentInstant().InUtc().Date.ToYearMonth();
        PolicyStore policies = new(program);
        await policies.AdoptShippedAsync(area, cancellation);
        int yearStart = (await policies.FindAsync(area, cancellation))?.TryFor(now)?.InsuranceYearStart ?? 1;
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        await using NpgsqlCommand command = new(
            """
            SELECT pg_advisory_xact_lock(hashtext('batch.schedule'));
            WITH shipped AS (
                INSERT INTO batch.schedule_change (area, work, cron, missed, enabled, proposed_by)
                SELECT @area, s.work, s.cron, s.missed, s.enabled, 'shipped' FROM unnest(@works, @crons, @missed, @enabled) s(work, cron, missed, enabled)
                WHERE NOT EXISTS (SELECT FROM batch.schedule_change c WHERE c.area = @area AND c.work = s.work) RETURNING change_id)
            INSERT INTO batch.schedule_approval (change_id, approved_by) SELECT change_id, 'shipped' FROM shipped
            """, connection);
        command.Parameters.AddWithValue("area", area);
        command.Parameters.AddWithValue("works", ShippedSchedules.List.Select(s => s.Work).ToArray());
        command.Parameters.AddWithValue("crons", ShippedSchedules.List.Select(s => ShippedSchedules.CronOf(s.Work, s.Cron, yearStart)).ToArray());
        command.Parameters.AddWithValue("missed", ShippedSchedules.List.Select(s => s.Missed.ToString().ToLowerInvariant()).ToArray());
        command.Parameters.AddWithValue("enabled", ShippedSchedules.List.Select(s => s.Enabled).ToArray());
        await command.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private Task<List<Schedule>> ReadAsync(string sql, string area, CancellationToken cancellation) => program.ReadAsync(
        sql,
        r => new Schedule(
            r.GetString(0), r.GetString(1), r.GetString(2), r.Word<MissedPolicy>(3), r.GetBoolean(4), r.GetString(5), r.GetString(6), r.Text(7), r.Moment(8)!.Value, r.GetInt32(9)),
        cancellation, area);
}

using Batch.Jobs.Ledger;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Runs;

/// <summary>How far a run has come, in chunks.</summary>
public readonly record struct RunProgress(int Done, int Chunks);

/// <summary>
/// A month's run beside the ledger: the difference between what each touched person should have and what the ledger has. In stages: open the run, compute
/// its chunks in any order, seal it when all are done. The command line goes through them in one call, and jobs call each by itself, in different programs.
/// Each may be done twice; the marks of the chunks and the functions of the database make it once.
/// </summary>
public sealed class Allocation(Area area)
{
    internal const string FigureMissing = "FIGURE_MISSING";
    private const int LockTries = 25;

    // As many chunks of jobs at once as there are processors: more would only take more memory.
    private static readonly SemaphoreSlim Seats = new(Math.Max(2, Environment.ProcessorCount));

    public async Task<RunDocument> RunAsync(YearMonth postingMonth, string by, int workers, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        try
        {
            return await AllocateAsync(postingMonth, by, workers, progress, cancellation);
        }
        catch (PostgresException refused) when (LedgerRefusal.Of(refused) is { } sentence)
        {
            throw sentence;
        }
    }

    private async Task<RunDocument> AllocateAsync(YearMonth postingMonth, string by, int workers, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        // Held while computing: a second worker is refused, and a dead one's lock goes with its session.
        await using NpgsqlConnection session = await LockedSessionAsync(cancellation);
        if (await OpenAsync(session, postingMonth, by, cancellation) is not { } open)
        {
            return RunDocument.Nothing(area.Schema.Code, postingMonth);
        }

        if (open.State != RunState.Computing)
        {
            return await RunDocument.ReadAsync(area, open.Run, cancellation);
        }

        await ComputeAsync(open.Run, by, workers, progress, cancellation);
        return await PatientAct.DoAsync(session, token => SealAsync(session, open.Run, postingMonth, token), cancellation);
    }

    /// <summary>The current run of the month, opened if need be; null: there is nothing to post.</summary>
    public async Task<int?> OpenAsync(YearMonth postingMonth, string by, CancellationToken cancellation)
    {
        await using NpgsqlConnection session = await LockedSessionAsync(cancellation);
        return (await OpenAsync(session, postingMonth, by, cancellation))?.Run;
    }

    private Task<OpenRun?> OpenAsync(NpgsqlConnection session, YearMonth postingMonth, string by, CancellationToken cancellation) =>
        PatientAct.DoAsync(session, token => new RunOpening(area).FindOrOpenAsync(session, postingMonth, by, token), cancellation);

    /// <summary>The chunks that are still to be computed; none when the run is no longer being computed.</summary>
    public async Task<IReadOnlyList<Chunk>> LeftAsync(int run, CancellationToken cancellation) => await area.ReadAsync(
        """
        SELECT c.contribution_month, c.first_person, c.last_person FROM :area.run_chunk c JOIN :area.run r USING (run_id)
        WHERE run_id = $1 AND NOT c.done AND r.state = 'computing' ORDER BY 1, 2
        """, r => new Chunk(r.GetFieldValue<DateOnly>(0).Month(), r.GetInt32(1), r.GetInt32(2)), cancellation, run);

    private async Task ComputeAsync(int run, string by, int workers, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        ChunkWork work = new(area, await RunContents.ReadAsync(area, run, cancellation));
        IReadOnlyList<Chunk> left = await LeftAsync(run, cancellation);
        int chunks = await area.OneAsync<int>("SELECT count(*)::int FROM :area.run_chunk WHERE run_id = $1", cancellation, run), finished = chunks - left.Count;
        await RefusingAsync(run, by, () => Parallel.ForEachAsync(
            left, new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellation },
            async (chunk, token) =>
            {
                await work.DoAsync(chunk, token);
                progress?.Report(new RunProgress(Interlocked.Increment(ref finished), chunks));
            }), cancellation);
    }

    /// <summary>Computes one chunk with the policies that the run was opened with. Done already, or no longer wanted: nothing.</summary>
    public async Task ComputeAsync(int run, YearMonth month, int firstPerson, string by, CancellationToken cancellation)
    {
        await Seats.WaitAsync(cancellation);
        try
        {
            if ((await LeftAsync(run, cancellation)).FirstOrDefault(c => c.Month == month && c.FirstPerson == firstPerson) is { } chunk)
            {
                ChunkWork work = new(area, await RunContents.ReadAsync(area, run, cancellation));
                await RefusingAsync(run, by, () => work.DoAsync(chunk, cancellation), cancellation);
            }
        }
        finally
        {
            Seats.Release();
        }
    }

    /// <summary>Ends the computation when every chunk is done. If it has ended already, nothing changes.</summary>
    public async Task<RunDocument> SealAsync(int run, YearMonth postingMonth, CancellationToken cancellation)
    {
        await using NpgsqlConnection session = await LockedSessionAsync(cancellation);
        RunDocument? document = await FindAsync(run, cancellation);
        return document is null ? RunDocument.Nothing(area.Schema.Code, postingMonth)
            : document.State == RunState.Computing ? await PatientAct.DoAsync(session, token => SealAsync(session, run, postingMonth, token), cancellation)
            : document;
    }

    /// <summary>A run that changed nothing is not kept.</summary>
    private async Task<RunDocument?> FindAsync(int run, CancellationToken cancellation)
    {
        try
        {
            return await RunDocument.ReadAsync(area, run, cancellation);
        }
        catch (DataFaultException unknown) when (unknown.Code == "RUN_UNKNOWN")
        {
            return null;
        }
    }

    internal async Task<RunDocument> SealAsync(NpgsqlConnection session, int run, YearMonth postingMonth, CancellationToken cancellation)
    {
        await using NpgsqlCommand empty = new(area.Schema.Sql($"SELECT NOT EXISTS (SELECT FROM :area.run_entry_{run})"), session);
        if ((bool)(await empty.ExecuteScalarAsync(cancellation))!)
        {
            await using NpgsqlCommand forget = new(area.Schema.Sql("SELECT :area.forget_run($1)"), session);
            forget.Parameters.AddWithValue(run);
            await forget.ExecuteNonQueryAsync(cancellation);
            return RunDocument.Nothing(area.Schema.Code, postingMonth);
        }

        await using NpgsqlCommand seal = new(area.Schema.Sql("SELECT :area.seal_run($1)"), session);
        seal.Parameters.AddWithValue(run);
        KillSwitch.Pass(KillPoint.SealBefore);
        await seal.ExecuteNonQueryAsync(cancellation);
        KillSwitch.Pass(KillPoint.SealAfter);
        return await RunDocument.ReadAsync(area, run, cancellation);
    }

    /// <summary>The month is refused, never guessed (edge 17): the run goes, the submissions wait on.</summary>
    private async Task RefusingAsync(int run, string by, Func<Task> compute, CancellationToken cancellation)
    {
        try
        {
            await compute();
        }
        catch (MissingFigureException missing)
        {
            await new RunLife(area).DiscardAsync(run, by, $"missing {missing.Figure}", cancellation);
            throw new DataFaultException(
                FigureMissing, $"{missing.Month.Text()} 缺少“{missing.Figure}”，请先用 policy set 给出并复核。",
                $"{missing.Month.Text()} has no {missing.Figure}; give it with policy set and have it approved.");
        }
    }

    private async Task<NpgsqlConnection> LockedSessionAsync(CancellationToken cancellation)
    {
        NpgsqlConnection session = await area.Database.OpenSessionAsync(cancellation);
        try
        {
            await LockAsync(area.On(session), cancellation);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    // The server takes a moment to notice that a killed worker is gone; a living one works longer than that.
    internal static async Task LockAsync(AreaSession area, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command("SELECT pg_try_advisory_lock(hashtext($1))");
        command.Parameters.AddWithValue(area.Schema.Name + ".allocation");
        for (int tries = 0; !(bool)(await command.ExecuteScalarAsync(cancellation))!; tries++)
        {
            if (tries == LockTries)
            {
                throw new DataFaultException("RUN_IN_PROGRESS", "另一个程序正在计算本统筹区的批次，请稍后再试。", "Another program is computing a run of this area; try again later.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellation);
        }
    }
}

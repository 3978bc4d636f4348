using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Runs;

/// <summary>
/// The same computation in steps that different programs may do: open the run, compute its chunks in any order, seal it when all are done. Each step
/// may be done twice; the marks of the chunks and the functions of the database make it once.
/// </summary>
public sealed class RunStages(DatabaseConnection database, Area area)
{
    // As many chunks at once as there are processors: more would only take more memory.
    private static readonly SemaphoreSlim Seats = new(Math.Max(2, Environment.ProcessorCount));

    private readonly Allocation allocation = new(database, area.Schema, area.Policy);

    /// <summary>The current run of the month, opened if need be; null: there is nothing to post.</summary>
    public async Task<int?> OpenAsync(YearMonth postingMonth, string by, CancellationToken cancellation)
    {
        await using NpgsqlConnection session = await database.OpenSessionAsync(cancellation);
        await allocation.LockAsync(session, cancellation);
        return (await PatientAct.DoAsync(session, token => allocation.FindOrOpenAsync(session, postingMonth, by, token), cancellation)).Open?.Run;
    }

    /// <summary>The chunks that are still to be computed; none when the run is no longer being computed.</summary>
    public async Task<IReadOnlyList<Chunk>> LeftAsync(int run, CancellationToken cancellation) => await area.ReadAsync(
        """
        SELECT c.contribution_month, c.first_person, c.last_person FROM :area.run_chunk c JOIN :area.run r USING (run_id)
        WHERE run_id = $1 AND NOT c.done AND r.state = 'computing' ORDER BY 1, 2
        """, r => new Chunk(r.GetFieldValue<DateOnly>(0).Month(), r.GetInt32(1), r.GetInt32(2)), cancellation, run);

    /// <summary>Computes one chunk with the policies that the run was opened with. Done already, or no longer wanted: nothing.</summary>
    public async Task ComputeAsync(int run, YearMonth month, int firstPerson, string by, CancellationToken cancellation)
    {
        await Seats.WaitAsync(cancellation);
        try
        {
            await ComputeSeatedAsync(run, month, firstPerson, by, cancellation);
        }
        finally
        {
            Seats.Release();
        }
    }

    private async Task ComputeSeatedAsync(int run, YearMonth month, int firstPerson, string by, CancellationToken cancellation)
    {
        if ((await LeftAsync(run, cancellation)).FirstOrDefault(c => c.Month == month && c.FirstPerson == firstPerson) is not { } chunk)
        {
            return;
        }

        await using NpgsqlCommand command = area.Program.CreateCommand(area.Schema.Sql(
            """
            SELECT r.posting_month, r.policy_seq, m.whole, (SELECT coalesce(array_agg(submission_id), '{}') FROM :area.run_submission s WHERE s.run_id = r.run_id)
            FROM :area.run r JOIN :area.run_month m USING (run_id) WHERE run_id = $1 AND m.contribution_month = $2
            """));
        command.Parameters.AddWithValue(run);
        command.Parameters.AddWithValue(month.FirstDay());
        YearMonth postingMonth;
        int policySeq;
        bool whole;
        HashSet<int> taken;
        await using (NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation))
        {
            await reader.ReadAsync(cancellation);
            (postingMonth, policySeq, whole, taken) = (reader.GetFieldValue<DateOnly>(0).Month(), reader.GetInt32(1), reader.GetBoolean(2), [.. reader.GetFieldValue<int[]>(3)]);
        }

        PlannedMonth planned = await MovedInAsync(new PlannedMonth(month, "", whole), postingMonth, [.. taken], cancellation);
        PolicyInForce policy = await new PolicyStore(area.Program).ReadAsync(area.Schema.Code, policySeq, cancellation);
        try
        {
            await new ChunkWork(area.Program, area.Schema, policy).DoAsync(run, postingMonth, chunk, planned, taken, cancellation);
        }
        catch (MissingFigureException missing)
        {
            throw await allocation.RefuseAsync(run, missing, by, cancellation);
        }
    }

    // The movements that the run takes are those of its submissions, as its plan had them.
    private async Task<PlannedMonth> MovedInAsync(PlannedMonth planned, YearMonth postingMonth, int[] taken, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        List<(DateOnly Day, int Submission)> moved = [.. (await new PlanReader(connection, area.Schema, postingMonth).MovementsAsync(taken, cancellation)).Where(m => m.Day.Month() == planned.Month)];
        return planned with { MovementDays = [.. moved.Select(m => m.Day).Distinct()], MovementSubmissions = [.. moved.Select(m => m.Submission).Distinct()] };
    }

    /// <summary>Ends the computation when every chunk is done. If it has ended already, nothing changes.</summary>
    public async Task<RunDocument> SealAsync(int run, YearMonth postingMonth, CancellationToken cancellation)
    {
        await using NpgsqlConnection session = await database.OpenSessionAsync(cancellation);
        await allocation.LockAsync(session, cancellation);
        RunDocument? document = await FindAsync(run, cancellation);
        return document is null ? RunDocument.Nothing(area.Schema.Code, postingMonth)
            : document.State == RunState.Computing ? await PatientAct.DoAsync(session, token => allocation.SealAsync(session, run, postingMonth, token), cancellation)
            : document;
    }

    /// <summary>A run that changed nothing is not kept.</summary>
    private async Task<RunDocument?> FindAsync(int run, CancellationToken cancellation)
    {
        try
        {
            return await RunDocument.ReadAsync(area.Program, area.Schema, run, cancellation);
        }
        catch (DataFaultException unknown) when (unknown.Code == "RUN_UNKNOWN")
        {
            return null;
        }
    }
}

using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Runs;

/// <summary>One month that a run computes, with its policy slice; whole: everybody of the month, else only whom the submissions touch.</summary>
public sealed record PlannedMonth(YearMonth Month, string PolicyHash, bool Whole)
{
    /// <summary>Days of the month whose movements the run takes, and the submissions that bring them.</summary>
    public IReadOnlyCollection<DateOnly> MovementDays { get; init; } = [];
    public IReadOnlyCollection<int> MovementSubmissions { get; init; } = [];

    public PlannedMonth With(IEnumerable<(DateOnly Day, int Submission)> moved) =>
        this with { MovementDays = [.. moved.Select(m => m.Day).Distinct()], MovementSubmissions = [.. moved.Select(m => m.Submission).Distinct()] };
}

/// <summary>A piece of a run: a range of person numbers in one contribution month.</summary>
public sealed record Chunk(YearMonth Month, int FirstPerson, int LastPerson);

/// <summary>
/// What a run would take and compute: the submissions that wait, the months they touch, the months whose policy has changed since they
/// were posted, and those that the area's rhythm credits now.
/// </summary>
public sealed record RunPlan(IReadOnlyList<int> Submissions, IReadOnlyList<PlannedMonth> Months, IReadOnlyList<Chunk> Chunks)
{
    public const int ChunkPersons = 32_768;

    public static async Task<RunPlan> MakeAsync(
        AreaSession area, PolicyInForce policy, YearMonth postingMonth, CancellationToken cancellation)
    {
        PlanReader reader = new(area, postingMonth);
        int[] submissions = await reader.WaitingAsync(cancellation);
        Dictionary<YearMonth, string> posted = await reader.PostedPoliciesAsync(cancellation);
        HashSet<(YearMonth Month, int Chunk)> touched = await reader.TouchedAsync(submissions, policy, cancellation);
        await new GatedMonths(area, policy, postingMonth).AddAsync(submissions, touched, cancellation);
        HashSet<YearMonth> due = await new RhythmMonths(area, policy, postingMonth).DueAsync(posted.Keys, cancellation);
        ILookup<YearMonth, (DateOnly Day, int Submission)> moved = (await reader.MovementsAsync(submissions, cancellation)).ToLookup(m => m.Day.Month());
        touched.UnionWith(await reader.MovedAsync(moved, cancellation));
        // Of lines that wait beside somebody's months nothing is computed.
        touched.RemoveWhere(t => t.Chunk < 0);
        int lastPerson = await reader.LastPersonAsync(cancellation);
        List<PlannedMonth> months = [];
        List<Chunk> chunks = [];
        foreach (YearMonth month in posted.Keys.Union(touched.Select(t => t.Month)).Order())
        {
            string hash = policy.For(month).Hash;
            bool changed = (posted.TryGetValue(month, out string? before) && before != hash) || due.Contains(month);
            int[] pieces = changed ? [.. Enumerable.Range(0, (lastPerson / ChunkPersons) + 1)] : [.. touched.Where(t => t.Month == month).Select(t => t.Chunk).Order()];
            if (pieces.Length == 0)
            {
                continue;
            }

            months.Add(new PlannedMonth(month, hash, changed).With(moved[month]));
            chunks.AddRange(pieces.Select(p => new Chunk(month, p * ChunkPersons, ((p + 1) * ChunkPersons) - 1)));
        }

        return new RunPlan(submissions, months, chunks);
    }
}

/// <summary>The reads behind a plan.</summary>
internal sealed class PlanReader(AreaSession area, YearMonth postingMonth)
{
    public async Task<int[]> WaitingAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command("SELECT coalesce(array_agg(submission_id ORDER BY submission_id), '{}') FROM :area.waiting_submission WHERE month <= $1");
        command.Parameters.AddWithValue(postingMonth.FirstDay());
        return (int[])(await command.ExecuteScalarAsync(cancellation))!;
    }

    public async Task<Dictionary<YearMonth, string>> PostedPoliciesAsync(CancellationToken cancellation) =>
        (await area.ReadAsync(
            "SELECT contribution_month, policy_hash FROM :area.posted_policy WHERE contribution_month <= $1",
            r => (r.GetFieldValue<DateOnly>(0).Month(), r.GetString(1)), cancellation, postingMonth.FirstDay())).ToDictionary();

    public async Task<int> LastPersonAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command("SELECT coalesce(max(person_id), 0) FROM :area.person");
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>
    /// Months and chunks with a person that the submissions touch, by what was declared, by a change of status, or by what was received from an employer
    /// where credits wait for it.
    /// </summary>
    public async Task<HashSet<(YearMonth Month, int Chunk)>> TouchedAsync(int[] submissions, PolicyInForce policy, CancellationToken cancellation)
    {
        HashSet<(YearMonth, int)> touched = [];
        if (submissions.Length == 0)
        {
            return touched;
        }

        List<YearMonth> withFacts = [];
        foreach ((string fact, YearMonth month, bool named) in await FactMonthsAsync(submissions, cancellation))
        {
            withFacts.Add(month);
            if (named)
            {
                await foreach (int chunk in ChunksAsync(NamedChunks(area.Part(fact, month)), submissions, cancellation))
                {
                    touched.Add((month, chunk));
                }
            }
        }

        await AddReceiptsAsync(submissions, month => policy.TryFor(month)?.CreditsOnReceipt ?? false, touched, cancellation);
        await AddTrueUpsAsync(submissions, policy, touched, cancellation);
        await AddEventsAsync(submissions, withFacts, touched, cancellation);
        await AddRetirementsAsync(submissions, touched, cancellation);
        return touched;
    }

    // Chunk by chunk, each only as far as its first person: most chunks of a month that is posted for the first time are named by their first row.
    private static string NamedChunks(string part) =>
        $"""
        SELECT c FROM generate_series(0, (SELECT max(person_id) FROM {part}) / $2) c
        WHERE (SELECT true FROM {part} WHERE person_id BETWEEN c * $2 AND (c * $2) + $2 - 1 AND submission_id = ANY($1) LIMIT 1)
        """;

    // A receipt, and among receipts a line, may change what is covered of all people of its employer.
    private async Task AddReceiptsAsync(int[] submissions, Func<YearMonth, bool> onReceipt, HashSet<(YearMonth, int)> touched, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command("SELECT DISTINCT month FROM :area.submission_month WHERE submission_id = ANY($1) AND fact IN ('contribution', 'receipt') AND month <= $2 ORDER BY 1");
        command.Parameters.AddWithValue(submissions);
        command.Parameters.AddWithValue(postingMonth.FirstDay());
        List<YearMonth> months = [];
        await using (NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                months.Add(reader.GetFieldValue<DateOnly>(0).Month());
            }
        }

        foreach (YearMonth month in months.Where(onReceipt))
        {
            if (await new MonthTables(area).ExistsAsync("contribution", month, cancellation))
            {
                await foreach (int chunk in ChunksAsync($"SELECT DISTINCT person_id / $2 FROM ({ReceiptPersons(area.Schema, month)}) p", submissions, cancellation))
                {
                    touched.Add((month, chunk));
                }
            }
        }
    }

    /// <summary>The people of the employers whose receipts, or whose lines beside receipts, are in the submissions $1.</summary>
    internal static string ReceiptPersons(AreaSchema area, YearMonth month) => area.Sql(
        $"""
        SELECT person_id FROM {area.Part("contribution", month)} WHERE employer_id IN (
            SELECT employer_id FROM (
                SELECT employer_id, submission_id FROM :area.receipt WHERE receipt_month = '{month.Text()}-01'
                UNION ALL
                SELECT employer_id, taken_with FROM :area.money_returned WHERE month = '{month.Text()}-01') r
            WHERE submission_id = ANY($1) OR employer_id IN (SELECT employer_id FROM {area.Part("contribution", month)} WHERE submission_id = ANY($1)))
        """);

    /// <summary>The days of movements that the submissions name.</summary>
    public Task<List<(DateOnly Day, int Submission)>> MovementsAsync(int[] submissions, CancellationToken cancellation) =>
        area.ReadAsync(
            "SELECT month, submission_id FROM :area.submission_month WHERE fact = 'movement' AND submission_id = ANY($1)",
            r => (r.GetFieldValue<DateOnly>(0), r.GetInt32(1)), cancellation, submissions);

    /// <summary>Chunks with a person whose movements the submissions name.</summary>
    public async Task<HashSet<(YearMonth, int)>> MovedAsync(ILookup<YearMonth, (DateOnly Day, int Submission)> moved, CancellationToken cancellation)
    {
        HashSet<(YearMonth, int)> touched = [];
        foreach (IGrouping<YearMonth, (DateOnly Day, int Submission)> month in moved)
        {
            await using NpgsqlCommand command = area.Command(
                $"SELECT DISTINCT person_id / $3 FROM {area.Part("movement", month.Key)} WHERE on_date = ANY($1) AND submission_id = ANY($2)");
            command.Parameters.AddWithValue(month.Select(m => m.Day).Distinct().ToArray());
            command.Parameters.AddWithValue(month.Select(m => m.Submission).Distinct().ToArray());
            command.Parameters.AddWithValue(RunPlan.ChunkPersons);
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                touched.Add((month.Key, reader.GetInt32(0)));
            }
        }

        return touched;
    }

    // A pension may bring the prior-year average that other months of its insurance year were credited without.
    private async Task AddTrueUpsAsync(int[] submissions, PolicyInForce policy, HashSet<(YearMonth, int)> touched, CancellationToken cancellation)
    {
        List<(string Fact, YearMonth Month, bool Named)> pensions = [.. (await FactMonthsAsync(submissions, cancellation)).Where(f => f.Fact == "pension")];
        foreach ((_, YearMonth brings, _) in pensions.Where(f => f.Named))
        {
            foreach (YearMonth month in pensions.Select(f => f.Month).Where(m => m != brings && policy.TryFor(m) is { TruesUpPension: true } slice
                && brings >= slice.InsuranceYearFrom && brings < slice.InsuranceYearFrom.PlusMonths(12)))
            {
                string sql = $"SELECT DISTINCT person_id / $2 FROM {area.Part("pension", month)} WHERE prior_year_fen IS NULL AND person_id IN (SELECT person_id FROM {area.Part("pension", brings)} WHERE submission_id = ANY($1))";
                await foreach (int chunk in ChunksAsync(sql, submissions, cancellation))
                {
                    touched.Add((month, chunk));
                }
            }
        }
    }

    // Without a retirement on record every pension is credited; word of one also ends the credit of pensions for months before it.
    private async Task AddRetirementsAsync(int[] submissions, HashSet<(YearMonth, int)> touched, CancellationToken cancellation)
    {
        List<int> retired = await area.ReadAsync(
            $"SELECT DISTINCT person_id FROM :area.person_event WHERE submission_id = ANY($1) AND event = {PersonEvent.Retired:D}", r => r.GetInt32(0), cancellation, submissions);
        if (retired.Count == 0)
        {
            return;
        }

        foreach ((string fact, YearMonth month, _) in (await FactMonthsAsync(submissions, cancellation)).Where(f => f.Fact == "pension"))
        {
            await foreach (int chunk in ChunksAsync($"SELECT DISTINCT person_id / $2 FROM {area.Part(fact, month)} WHERE person_id = ANY($1)", [.. retired], cancellation))
            {
                touched.Add((month, chunk));
            }
        }
    }

    // Months with facts at all, and whether the submissions name them.
    private async Task<List<(string Fact, YearMonth Month, bool Named)>> FactMonthsAsync(int[] submissions, CancellationToken cancellation)
    {
        HashSet<(string, YearMonth)> named =
        [
            .. await area.ReadAsync(
                "SELECT DISTINCT fact, month FROM :area.submission_month WHERE submission_id = ANY($1)",
                r => (r.GetString(0), r.GetFieldValue<DateOnly>(1).Month()), cancellation, submissions),
        ];
        List<(string Table, YearMonth Month)> months = await new MonthTables(area).ListAsync(["contribution", "pension"], cancellation);
        return [.. months.Where(m => m.Month <= postingMonth).Select(m => (m.Table, m.Month, named.Contains(m)))];
    }

    // A retirement, a death or another category changes every month since; a later word on it also the months since the earlier one. Another number may
    // bring another birth date: it changes every month.
    private async Task AddEventsAsync(int[] submissions, List<YearMonth> withFacts, HashSet<(YearMonth, int)> touched, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(
            $"""
            SELECT e.person_id / $2, min(CASE WHEN e.event = {PersonEvent.NumberChanged:D} THEN date '0001-01-01' ELSE a.on_date END)
            FROM :area.person_event e JOIN :area.person_event a USING (person_id)
            WHERE e.submission_id = ANY($1) AND e.event IN {PersonEvents.Assessed} AND a.event IN {PersonEvents.Assessed} GROUP BY 1
            """);
        command.Parameters.AddWithValue(submissions);
        command.Parameters.AddWithValue(RunPlan.ChunkPersons);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            YearMonth from = reader.GetFieldValue<DateOnly>(1).Month();
            foreach (YearMonth month in withFacts.Where(m => m >= from))
            {
                touched.Add((month, reader.GetInt32(0)));
            }
        }
    }

    private async IAsyncEnumerable<int> ChunksAsync(
        string sql, int[] keys, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(sql);
        command.Parameters.AddWithValue(keys);
        command.Parameters.AddWithValue(RunPlan.ChunkPersons);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            yield return reader.GetInt32(0);
        }
    }
}

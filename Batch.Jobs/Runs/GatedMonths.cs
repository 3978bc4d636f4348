using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Runs;

/// <summary>
/// Months that a run computes because their policy gates on what its submissions bring for others: a month paid late ends a break or completes a
/// year, an enrolment, earlier years or a frozen amount concern every month. An area whose policies gate on nothing asks nothing of the database.
/// </summary>
internal sealed class GatedMonths(AreaSession area, PolicyInForce policy, YearMonth postingMonth)
{
    private const int MonthsAYear = 12;

    public async Task AddAsync(int[] submissions, HashSet<(YearMonth Month, int Chunk)> touched, CancellationToken cancellation)
    {
        if (submissions.Length == 0 || !policy.EverGates(postingMonth))
        {
            return;
        }

        List<YearMonth> months = await FactMonthsAsync(cancellation);
        List<(short Event, int Chunk)> events = await EventsAsync(submissions, cancellation);
        List<(YearMonth Month, int Chunk)> paid = [];
        foreach (YearMonth month in touched.Select(t => t.Month).Distinct().Order().ToList())
        {
            paid.AddRange(await PaidAsync(month, submissions, cancellation));
        }

        foreach (YearMonth month in months)
        {
            Gates gates = policy.TryFor(month)?.Gates ?? Gates.None;
            short[] telling = GateReader.EventsOf(gates);
            touched.UnionWith(events.Where(e => telling.Contains(e.Event)).Select(e => (month, e.Chunk)));
            if ((gates & (Gates.Resumption | Gates.Years)) != 0)
            {
                touched.UnionWith(paid.Where(p => p.Month < month).Select(p => (month, p.Chunk)));
            }
        }

        List<YearMonth> advances = [.. months.Where(m => policy.TryFor(m)?.PaysInAdvance ?? false)];
        await (advances.Count > 0 ? AddAdvancesAsync(advances, submissions, touched, cancellation) : Task.CompletedTask);
    }

    // A year paid in advance: a month of the pension file decides the later ones; a month in work, a leave, a retirement or a death those before it too.
    private async Task AddAdvancesAsync(List<YearMonth> advances, int[] submissions, HashSet<(YearMonth Month, int Chunk)> touched, CancellationToken cancellation)
    {
        List<(YearMonth From, int Chunk)> events = await area.ReadAsync(
            $"""
            SELECT min(a.on_date), e.person_id / $2 FROM :area.person_event e JOIN :area.person_event a USING (person_id)
            WHERE e.submission_id = ANY($1) AND e.event IN {PersonEvents.EndsOfWork} AND a.event IN {PersonEvents.EndsOfWork} GROUP BY 2
            """,
            r => (r.GetFieldValue<DateOnly>(0).Month(), r.GetInt32(1)), cancellation, submissions, RunPlan.ChunkPersons);
        List<(YearMonth Month, int Chunk)> before = [.. touched];
        foreach (YearMonth month in advances)
        {
            YearMonth from = policy.For(month).AdvanceFrom, end = from.PlusMonths(MonthsAYear);
            touched.UnionWith(events.Where(e => e.From < end).Select(e => (month, e.Chunk)));
            touched.UnionWith(before.Where(t => t.Month >= from && t.Month < month).Select(t => (month, t.Chunk)));
            foreach (YearMonth later in before.Select(t => t.Month).Where(m => m > month && m < end).Distinct())
            {
                touched.UnionWith((await InWorkAsync(month, later, submissions, cancellation)).Select(chunk => (month, chunk)));
            }
        }
    }

    // Retirees of a month who are in work in a later one, by what the submissions bring.
    private async Task<IReadOnlyList<int>> InWorkAsync(YearMonth month, YearMonth later, int[] submissions, CancellationToken cancellation)
    {
        MonthTables tables = new(area);
        if (!await tables.ExistsAsync("contribution", later, cancellation) || !await tables.ExistsAsync("pension", month, cancellation))
        {
            return [];
        }

        string received = policy.TryFor(later)?.CreditsOnReceipt == true ? $" UNION ALL {PlanReader.ReceiptPersons(area.Schema, later)}" : "";
        return await area.ReadAsync(
            $"""
            SELECT DISTINCT person_id / $2 FROM (SELECT person_id FROM {area.Part("contribution", later)} WHERE submission_id = ANY($1){received}) p
            JOIN (SELECT DISTINCT person_id FROM {area.Part("pension", month)}) r USING (person_id)
            """,
            r => r.GetInt32(0), cancellation, submissions, RunPlan.ChunkPersons);
    }

    private async Task<List<YearMonth>> FactMonthsAsync(CancellationToken cancellation) =>
        [.. (await new MonthTables(area).ListAsync(["contribution", "pension"], cancellation)).Select(t => t.Month).Where(m => m <= postingMonth).Distinct().Order()];

    private Task<List<(short, int)>> EventsAsync(int[] submissions, CancellationToken cancellation) =>
        area.ReadAsync(
            $"SELECT DISTINCT event, person_id / $2 FROM :area.person_event WHERE submission_id = ANY($1) AND event IN ({PersonEvent.New:D}, {PersonEvent.EarlierMonths:D}, {PersonEvent.FrozenAmount:D}, {PersonEvent.EarlierActualMonths:D})",
            r => (r.GetInt16(0), r.GetInt32(1)), cancellation, submissions, RunPlan.ChunkPersons);

    private async Task<IReadOnlyList<(YearMonth, int)>> PaidAsync(YearMonth month, int[] submissions, CancellationToken cancellation)
    {
        if (!await new MonthTables(area).ExistsAsync("contribution", month, cancellation))
        {
            return [];
        }

        string received = policy.TryFor(month)?.CreditsOnReceipt == true ? $" UNION ALL {PlanReader.ReceiptPersons(area.Schema, month)}" : "";
        return await area.ReadAsync(
            $"SELECT DISTINCT person_id / $2 FROM (SELECT person_id FROM {area.Part("contribution", month)} WHERE submission_id = ANY($1){received}) p",
            r => (month, r.GetInt32(0)), cancellation, submissions, RunPlan.ChunkPersons);
    }
}

/// <summary>Months posted before the area's rhythm credited them, and credited now: by the half year or by the year.</summary>
internal sealed class RhythmMonths(AreaSession area, PolicyInForce policy, YearMonth postingMonth)
{
    public async Task<HashSet<YearMonth>> DueAsync(IEnumerable<YearMonth> posted, CancellationToken cancellation)
    {
        HashSet<YearMonth> due = [];
        foreach (YearMonth month in posted)
        {
            YearMonth creditedIn = policy.TryFor(month)?.CreditedIn ?? month;
            if (creditedIn != month && creditedIn <= postingMonth && await IsSetAsideAsync(month, creditedIn, cancellation))
            {
                due.Add(month);
            }
        }

        return due;
    }

    private async Task<bool> IsSetAsideAsync(YearMonth month, YearMonth creditedIn, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(
            """
            SELECT coalesce(bool_or(r.posting_month < $2) AND NOT bool_or(r.posting_month >= $2 AND m.whole), false)
            FROM :area.run_month m JOIN :area.standing_run r USING (run_id) WHERE m.contribution_month = $1
            """);
        command.Parameters.AddWithValue(month.FirstDay());
        command.Parameters.AddWithValue(creditedIn.FirstDay());
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }
}

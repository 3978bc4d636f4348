using System.Text.Json;
using Batch.Jobs.Facts;
using Batch.Jobs.Ledger;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>The state of a point of the readiness list.</summary>
public enum Ready
{
    /// <summary>Nothing to do.</summary>
    Yes,

    /// <summary>For people to know; the month can be computed.</summary>
    Look,

    /// <summary>The month cannot be computed or closed like this.</summary>
    No,
}

/// <summary>One point of the list.</summary>
/// <param name="Code">missing-figures, figures-unlimited, policy-gap, earlier-month-open, open-run, files-none, files-refused, employers-missing, money-missing, retirees-missing, retirees-unknown, left-declared, retired-declared, rejects-open, rows-held, waiting-files, waiting-decisions,
/// differences-open, parked-work, age-bounds, retiring.</param>
/// <param name="Names">What it is about where that can be named: figures, employers, files, numbers of runs and jobs.</param>
public sealed record ReadinessPoint(string Code, Ready Ready, long Count, IReadOnlyList<string> Names);

/// <summary>What an area still lacks for a month's run: figures, files, rejects, decisions, other runs; and who changes tier or retires in it.</summary>
public sealed class Readiness(Area area)
{
    private const int MostNames = 20;

    public async Task<IReadOnlyList<ReadinessPoint>> ReadAsync(YearMonth month, CancellationToken cancellation) =>
        await ReadAsync(month, await new SubmissionList(area).UnmendedAsync(cancellation), cancellation);

    /// <param name="unmended">Rejected rows that wait for their correction, by month: who shows those of other months too has asked for them already.</param>
    public async Task<IReadOnlyList<ReadinessPoint>> ReadAsync(YearMonth month, IReadOnlyDictionary<YearMonth, long> unmended, CancellationToken cancellation)
    {
        long files = await area.OneAsync<long>("SELECT count(*) FROM :area.submission JOIN :area.filed f USING (submission_id) WHERE f.month = $1 AND content <> 'decision' AND refused IS NULL AND (rows = 0 OR rejected < rows)", cancellation, month.FirstDay());
        return
        [
            Figures(month),
            .. Unlimited(month),
            .. await LedgerAsync(month, cancellation),
            new("files-none", files > 0 ? Ready.Yes : Ready.Look, files, []),
            await RefusedAsync(month, cancellation),
            await EmployersAsync(month, cancellation),
            await MoneyAsync(month, cancellation),
            .. await RetireesAsync(month, cancellation),
            .. await StatusAsync(month, cancellation),
            .. await RowsAsync(month, unmended.GetValueOrDefault(month), cancellation),
            await DifferencesAsync(month, cancellation),
            await ParkedAsync(cancellation),
            new("age-bounds", Ready.Yes, await new BirthBounds(area).CrossingAsync(month.PlusMonths(-1), month, cancellation), []),
            new("retiring", Ready.Yes, await area.OneAsync<long>(
                $"SELECT count(DISTINCT person_id) FROM :area.person_event WHERE event = {PersonEvent.Retired:D} AND on_date >= $1 AND on_date < $2", cancellation,
                month.FirstDay(), month.Next().FirstDay()), []),
        ];
    }

    // The slice itself says which figures a tier or a floor needs and nobody has given.
    private ReadinessPoint Figures(YearMonth month)
    {
        if (area.Policy.TryFor(month) is not { } policy)
        {
            return new ReadinessPoint("policy-gap", Ready.No, 1, []);
        }

        using JsonDocument slice = JsonDocument.Parse(policy.CanonicalJson);
        string[] missing = [.. Missing(slice.RootElement).Distinct().Order(StringComparer.Ordinal)];
        return new ReadinessPoint("missing-figures", missing.Length > 0 ? Ready.No : Ready.Yes, missing.Length, missing);
    }

    // The month is computed all the same: without a limit, or with a figure from a year ago or earlier.
    private IEnumerable<ReadinessPoint> Unlimited(YearMonth month)
    {
        string[] names = [.. (area.Policy.TryFor(month)?.FigureGaps ?? []).Where(g => !g.Refuses).Select(g => g.Name)];
        return names.Length == 0 ? [] : [new ReadinessPoint("figures-unlimited", Ready.Look, names.Length, names)];
    }

    private static IEnumerable<string> Missing(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p =>
            p.Name is "missing" or "floorMissing" && p.Value.ValueKind == JsonValueKind.String ? [p.Value.GetString()!] : Missing(p.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Missing),
        _ => [],
    };

    private async Task<IEnumerable<ReadinessPoint>> LedgerAsync(YearMonth month, CancellationToken cancellation)
    {
        List<string> earlier = await area.ReadAsync(
            "SELECT DISTINCT posting_month FROM :area.posted_run WHERE posting_month < $1 AND posting_month > coalesce(:area.last_closed(), '-infinity') ORDER BY 1",
            r => r.GetFieldValue<DateOnly>(0).Month().Text(), cancellation, month.FirstDay());
        List<string> runs = await area.ReadAsync(
            $"SELECT run_id FROM :area.run WHERE state IN {RunStates.Open}", r => r.GetInt32(0).ToString(System.Globalization.CultureInfo.InvariantCulture), cancellation);
        return [new("earlier-month-open", earlier.Count > 0 ? Ready.Look : Ready.Yes, earlier.Count, earlier), new("open-run", runs.Count > 0 ? Ready.Look : Ready.Yes, runs.Count, runs)];
    }

    // Before the month's runs are posted all of its money differs: it is told from then on.
    private async Task<ReadinessPoint> DifferencesAsync(YearMonth month, CancellationToken cancellation)
    {
        bool posted = await area.OneAsync<bool>(
            $"SELECT EXISTS (SELECT FROM :area.posted_run WHERE posting_month = $1) AND NOT EXISTS (SELECT FROM :area.run WHERE state IN {RunStates.Open})",
            cancellation, month.FirstDay());
        long open = posted ? await new OpenDifferences(area).CountAsync(month, cancellation) : 0;
        return new ReadinessPoint("differences-open", open > 0 ? Ready.No : Ready.Yes, open, []);
    }

    private async Task<ReadinessPoint> RefusedAsync(YearMonth month, CancellationToken cancellation)
    {
        List<string> files = (await new RefusedFiles(area).OpenAsync(cancellation)).GetValueOrDefault(month) ?? [];
        return new ReadinessPoint("files-refused", files.Count > 0 ? Ready.Look : Ready.Yes, files.Count, [.. files.Take(MostNames)]);
    }

    // A run with a piece that is parked is not whole, and its month does not close; other work that is parked is for people to know.
    private async Task<ReadinessPoint> ParkedAsync(CancellationToken cancellation)
    {
        List<(string Job, bool OfRun)> parked = await area.ReadAsync(
            "SELECT job_id, kind IN ('chunk', 'allocate') FROM batch.job WHERE area = $1 AND state = 'parked' ORDER BY 1",
            r => (r.GetInt32(0).ToString(System.Globalization.CultureInfo.InvariantCulture), r.GetBoolean(1)), cancellation, area.Schema.Code);
        return new ReadinessPoint(
            "parked-work", parked.Exists(p => p.OfRun) ? Ready.No : parked.Count > 0 ? Ready.Look : Ready.Yes, parked.Count, [.. parked.Take(MostNames).Select(p => p.Job)]);
    }

    private async Task<ReadinessPoint> EmployersAsync(YearMonth month, CancellationToken cancellation)
    {
        string from = $"FROM ({MissingEmployersReport.Missing}) m".Replace(":month", "$1::date", StringComparison.Ordinal);
        long count = await area.OneAsync<long>($"SELECT count(*) {from}", cancellation, month.FirstDay());
        List<string> names = count == 0 ? [] : await area.ReadAsync(
            $"SELECT e.number || ' ' || e.name {from} JOIN :area.employer e USING (employer_id) ORDER BY e.number COLLATE \"C\" LIMIT {MostNames}", r => r.GetString(0), cancellation, month.FirstDay());
        return new ReadinessPoint("employers-missing", count > 0 ? Ready.Look : Ready.Yes, count, names);
    }

    private async Task<ReadinessPoint> MoneyAsync(YearMonth month, CancellationToken cancellation)
    {
        UnpaidList unpaid = await new KeptOfMonth<UnpaidList>(area, "money-missing").ReadAsync(month, () => new UnpaidEmployers(area).OfMonthAsync(month, cancellation), cancellation);
        return new ReadinessPoint(
            "money-missing", unpaid.Count > 0 ? Ready.Look : Ready.Yes, unpaid.Count, [.. unpaid.First.Select(u => $"{u.Number} {u.Name}{(u.Month == month ? "" : " " + u.Month.Text())}")]);
    }

    private Task<IEnumerable<ReadinessPoint>> RetireesAsync(YearMonth month, CancellationToken cancellation) =>
        TwoAsync(RetireesReport.CountSql, "retirees-missing", "retirees-unknown", month, cancellation);

    private Task<IEnumerable<ReadinessPoint>> StatusAsync(YearMonth month, CancellationToken cancellation) =>
        TwoAsync(StatusReport.CountSql, "left-declared", "retired-declared", month, cancellation);

    // The two counts of a report.
    private async Task<IEnumerable<ReadinessPoint>> TwoAsync(string countSql, string firstCode, string secondCode, YearMonth month, CancellationToken cancellation)
    {
        string sql = countSql.Replace(":month", "$1::date", StringComparison.Ordinal);
        (long first, long second) = await new KeptOfMonth<(long, long)>(area, firstCode).ReadAsync(
            month, async () => (await area.ReadAsync(sql, r => (r.GetInt64(0), r.GetInt64(1)), cancellation, month.FirstDay()))[0], cancellation);
        return [new(firstCode, first > 0 ? Ready.Look : Ready.Yes, first, []), new(secondCode, second > 0 ? Ready.Look : Ready.Yes, second, [])];
    }

    private async Task<IEnumerable<ReadinessPoint>> RowsAsync(YearMonth month, long rejected, CancellationToken cancellation)
    {
        long held = (await new SubmissionList(area).StillHeldAsync(month, cancellation)).Values.Sum();
        (long waiting, long decisions) = (await area.ReadAsync(
            """
            SELECT count(*) FILTER (WHERE content <> 'decision' AND (content <> 'receipts' OR $1)), count(*) FILTER (WHERE content = 'decision')
            FROM :area.waiting_submission JOIN :area.submission USING (submission_id)
            """, r => (r.GetInt64(0), r.GetInt64(1)), cancellation, SubmissionList.ReceiptsCredit(area, month)))[0];
        return
        [
            new("rejects-open", rejected > 0 ? Ready.Look : Ready.Yes, rejected, []), new("rows-held", held > 0 ? Ready.Look : Ready.Yes, held, []),
            new("waiting-files", waiting > 0 ? Ready.Look : Ready.Yes, waiting, []), new("waiting-decisions", decisions > 0 ? Ready.Look : Ready.Yes, decisions, []),
        ];
    }
}

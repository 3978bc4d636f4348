using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>What was decided about a held row, by whom and why.</summary>
/// <param name="Row">The row as it was held, masked, without its figures.</param>
/// <param name="Included">The run includes the decision; otherwise it was taken after the run was computed, or in an earlier run.</param>
public sealed record RunDecision(HeldRow Row, bool Take, string Reason, string By, DateTime At, bool Included)
{
    /// <summary>What the row declares, and what the rows beside it do; empty where it is no payroll row.</summary>
    public IReadOnlyList<DecidedSide> Sides { get; init; } = [];

    /// <summary>Scans of the documents that it rests on.</summary>
    public IReadOnlyList<ScanDocument> Scans { get; init; } = [];
}

/// <summary>The decisions that a run includes, and those about other held rows of its month.</summary>
public sealed class RunDecisions(Area area)
{
    private sealed record Decided(int Number, string Fact, int Submission, int Row, bool Take, string Reason, string By, DateTime At, bool Included, YearMonth Month);

    /// <summary>The latest first; the last fifty.</summary>
    public async Task<IReadOnlyList<RunDecision>> ReadAsync(int run, YearMonth month, CancellationToken cancellation)
    {
        List<Decided> decided = await area.ReadAsync(
            $"""
            SELECT d.submission_id, d.fact, d.held_in, d.held_row, d.act = 'take', d.reason, d.decided_by, d.decided_at, i.submission_id IS NOT NULL, f.month
            FROM :area.decision d JOIN :area.filed f ON f.submission_id = d.held_in LEFT JOIN :area.run_submission i ON i.submission_id = d.submission_id AND i.run_id = $1
            WHERE i.submission_id IS NOT NULL OR f.month = $2
            ORDER BY d.submission_id DESC LIMIT {Listing<RunDecision>.PageRows}
            """,
            r => new Decided(
                r.GetInt32(0), r.GetString(1), r.GetInt32(2), r.GetInt32(3), r.GetBoolean(4), r.GetString(5), r.GetString(6), r.GetDateTime(7), r.GetBoolean(8), r.GetFieldValue<DateOnly>(9).Month()),
            cancellation, run, month.FirstDay());
        return decided.Count == 0 ? [] : await DescribeAsync(decided, cancellation);
    }

    private async Task<IReadOnlyList<RunDecision>> DescribeAsync(List<Decided> decided, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        int[] submissions = [.. decided.Select(d => d.Submission)], rows = [.. decided.Select(d => d.Row)];
        Dictionary<(int, int), HeldReason> reasons = await HeldRows.ReasonsAsync(area.On(connection), submissions, rows, cancellation);
        Dictionary<int, (string File, string By)> files = await HeldRows.FilesAsync(area.On(connection), submissions, cancellation);
        Dictionary<(int, int), (int Person, YearMonth Month)> held = await HeldAsync(decided, submissions, rows, cancellation);
        Dictionary<int, (string Citizen, string Name)> persons = await HeldRows.PersonsAsync(area.On(connection), [.. held.Values.Select(h => h.Person)], cancellation);
        Dictionary<(int, int), IReadOnlyList<DecidedSide>> sides = await new DecidedSides(area).ReadAsync(
            [.. decided.Where(d => d.Fact == "contribution" && held.ContainsKey((d.Submission, d.Row)))
                .Select(d => new DecidedRow(d.Number, d.Submission, d.Row, held[(d.Submission, d.Row)].Person, held[(d.Submission, d.Row)].Month))],
            cancellation);
        ILookup<int, ScanDocument> scans = (await new KeptScans(area).OfDecisionsAsync([.. decided.Select(d => d.Number)], cancellation)).ToLookup(s => s.Decision, s => s.Scan);
        return [.. decided.Select(d =>
        {
            (int person, YearMonth of) = held.GetValueOrDefault((d.Submission, d.Row), (0, d.Month));
            (string citizen, string name) = persons.GetValueOrDefault(person, ("", ""));
            // A row that is only the other side of one has no fault of its own.
            HeldReason why = reasons.GetValueOrDefault((d.Submission, d.Row), new HeldReason(d.Fact == "movement" ? Codes.BalanceExceeded : Codes.TwoEmployers, "", ""));
            (string file, string by) = files[d.Submission];
            return new RunDecision(
                new HeldRow(d.Fact, d.Submission, d.Row, of, why.Code, citizen, name, "", "", file, by, []) { Found = why.Found, Expected = why.Expected }, d.Take, d.Reason, d.By, d.At, d.Included)
            {
                Sides = sides.GetValueOrDefault((d.Submission, d.Row), []),
                Scans = [.. scans[d.Number]],
            };
        })];
    }

    /// <summary>Whose row it was, and of which month: the parts of the months that the submissions have facts of are asked.</summary>
    private async Task<Dictionary<(int, int), (int Person, YearMonth Month)>> HeldAsync(List<Decided> decided, int[] submissions, int[] rows, CancellationToken cancellation)
    {
        List<(string Fact, DateOnly Month)> parts = await area.ReadAsync(
            "SELECT DISTINCT fact, month FROM :area.submission_month WHERE submission_id = ANY($1) AND fact = ANY($2) ORDER BY 1, 2",
            r => (r.GetString(0), r.GetFieldValue<DateOnly>(1)), cancellation, submissions, decided.Select(d => d.Fact).Where(f => f != "event").Distinct().ToArray());
        string Of(string table, string month) =>
            $"SELECT h.submission_id, h.row_no, abs(h.person_id), {month} FROM {table} h JOIN unnest($1, $2) t (s, n) ON t.s = h.submission_id AND t.n = h.row_no";
        string sql = string.Join(" UNION ALL ", parts.Select(p => Of(area.Schema.Part(p.Fact, p.Month.Month()), $"'{p.Month:yyyy-MM-dd}'::date"))
            .Append(Of(":area.held_event", "date_trunc('month', h.on_date)::date")));
        return (await area.ReadAsync(
            sql, r => (Key: (r.GetInt32(0), r.GetInt32(1)), Value: (r.GetInt32(2), r.GetFieldValue<DateOnly>(3).Month())), cancellation, submissions, rows))
            .GroupBy(h => h.Key).ToDictionary(h => h.Key, h => h.First().Value);
    }
}

using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Reading;

/// <summary>What has become of a submission's rows since the file was taken in, by decisions and by later files that contest them.</summary>
/// <param name="Held">Rows that wait for a decision now.</param>
/// <param name="HeldBefore">Of these, rows that were held when the file was taken in.</param>
/// <param name="Taken">Rows held when the file was taken in that a decision took; they do not wait again.</param>
/// <param name="Accepted">To add to the accepted rows, with the amounts below: rows taken, less those contested and those not adopted.</param>
/// <param name="NotAdopted">Accepted rows, of the file or by a decision, that a decision took back.</param>
public sealed record RowsNow(int Held, int HeldBefore, int Taken, int Accepted, int NotAdopted, Money PersonPaid, Money EmployerPaid)
{
    public static readonly RowsNow Unchanged = new(0, 0, 0, 0, 0, Money.Zero, Money.Zero);
}

/// <summary>Reads <see cref="RowsNow"/>. Each row is in one state: a decision is no row, it changes the state of the row that it names and of those that it leaves out.</summary>
internal sealed class RowStates(Area area)
{
    private readonly record struct RowKey(int Submission, int Row);

    private sealed record Decided(RowKey Of, bool Take, long PersonPaidFen, long EmployerPaidFen);

    private sealed record Paid(long PersonPaidFen, long EmployerPaidFen);

    // What a decision withdrew, with the row that had declared it: money only where there is any.
    private static readonly (string Fact, string Key, string Paid)[] Facts =
    [
        (ContributionFact.Table, ContributionFact.Key, "v.person_paid_fen AS person_paid, v.employer_paid_fen AS employer_paid"), (PensionFact.Table, PensionFact.Key, "0::bigint AS person_paid, 0::bigint AS employer_paid"),
    ];

    /// <summary>By submission; those of which no row has changed are left out.</summary>
    /// <param name="held">The rows that wait now, in all months.</param>
    public async Task<Dictionary<int, RowsNow>> ReadAsync(IReadOnlyList<HeldRow> held, CancellationToken cancellation)
    {
        Dictionary<int, Decided> decisions = await DecisionsAsync(cancellation);
        RowKey Origin(RowKey row) => decisions.TryGetValue(row.Submission, out Decided? by) ? Origin(by.Of) : row;

        Dictionary<RowKey, Paid> waiting = held.ToLookup(h => Origin(new RowKey(h.Submission, h.Row)), h => new Paid(h.PersonPaid.Fen, h.EmployerPaid.Fen)).ToDictionary(g => g.Key, g => g.First());
        Dictionary<RowKey, Paid> taken = decisions.Values.Where(d => d.Take).ToLookup(d => Origin(d.Of), d => new Paid(d.PersonPaidFen, d.EmployerPaidFen)).ToDictionary(g => g.Key, g => g.First());
        Dictionary<RowKey, Paid> withdrawn = (await WithdrawnAsync(decisions, cancellation)).ToLookup(w => Origin(w.Row), w => w.Paid).ToDictionary(g => g.Key, g => g.First());
        RowKey[] rows = [.. waiting.Keys.Union(taken.Keys).Union(withdrawn.Keys)];
        HashSet<RowKey> heldBefore = await HeldBeforeAsync(rows, cancellation);
        return rows.GroupBy(r => r.Submission).ToDictionary(s => s.Key, s => s.Select(Of).Aggregate(RowsNow.Unchanged, Sum));

        RowsNow Of(RowKey row)
        {
            bool waits = waiting.TryGetValue(row, out Paid? paid), was = heldBefore.Contains(row), takes = taken.TryGetValue(row, out Paid? byDecision);
            // One that was held when the file came and that nobody took is counted among the held rows that are settled.
            bool left = withdrawn.TryGetValue(row, out Paid? back) && !waits && (!was || takes);
            int change = ((!was || takes) && !waits && !left ? 1 : 0) - (was ? 0 : 1);
            Paid amounts = byDecision ?? paid ?? back!;
            return new RowsNow(
                waits ? 1 : 0, waits && was ? 1 : 0, was && takes && !waits ? 1 : 0, change, left ? 1 : 0, new Money(change * amounts.PersonPaidFen), new Money(change * amounts.EmployerPaidFen));
        }
    }

    private static RowsNow Sum(RowsNow a, RowsNow b) => new(
        a.Held + b.Held, a.HeldBefore + b.HeldBefore, a.Taken + b.Taken, a.Accepted + b.Accepted, a.NotAdopted + b.NotAdopted, a.PersonPaid + b.PersonPaid, a.EmployerPaid + b.EmployerPaid);

    private async Task<Dictionary<int, Decided>> DecisionsAsync(CancellationToken cancellation) => (await area.ReadAsync(
        "SELECT d.submission_id, d.held_in, d.held_row, d.act = 'take', s.person_paid_fen, s.employer_paid_fen FROM :area.decision d JOIN :area.submission s USING (submission_id)",
        r => (Number: r.GetInt32(0), Decision: new Decided(new RowKey(r.GetInt32(1), r.GetInt32(2)), r.GetBoolean(3), r.GetInt64(4), r.GetInt64(5))), cancellation))
        .ToDictionary(d => d.Number, d => d.Decision);

    // The latest row that declared what a decision withdrew, where it was in force: one that was held is counted among the held rows that are settled.
    private async Task<List<(RowKey Row, Paid Paid)>> WithdrawnAsync(Dictionary<int, Decided> decisions, CancellationToken cancellation)
    {
        List<(RowKey, Paid)> rows = [];
        foreach ((string fact, string key, string paid) in decisions.Count == 0 ? [] : Facts)
        {
            foreach (YearMonth month in await area.ReadAsync(
                "SELECT DISTINCT m.month FROM :area.submission_month m JOIN :area.decision USING (submission_id) WHERE m.fact = $1 ORDER BY 1", r => r.GetFieldValue<DateOnly>(0).Month(), cancellation, fact))
            {
                string part = area.Schema.Part(fact, month), whose = string.Join(", ", key.Split(", ").Select(k => "w." + k));
                rows.AddRange(await area.ReadAsync(
                    $"""
                    SELECT submission_id, row_no, person_paid, employer_paid FROM (
                        SELECT DISTINCT ON (w.submission_id, {whose}) v.submission_id, v.row_no, v.state, {paid}
                        FROM {part} w JOIN {part} v ON ({whose}) = ({whose.Replace("w.", "v.", StringComparison.Ordinal)}) AND v.submission_id < w.submission_id AND v.row_no > 0
                        WHERE w.state = {FactState.Withdrawn:D} AND w.submission_id IN (SELECT submission_id FROM :area.decision)
                        ORDER BY w.submission_id, {whose}, v.submission_id DESC, v.row_no DESC) l
                    WHERE state = {FactState.Accepted:D}
                    """, r => (new RowKey(r.GetInt32(0), r.GetInt32(1)), new Paid(r.GetInt64(2), r.GetInt64(3))), cancellation));
            }
        }

        return rows;
    }

    private async Task<HashSet<RowKey>> HeldBeforeAsync(RowKey[] rows, CancellationToken cancellation) => rows.Length == 0 ? [] : [.. await area.ReadAsync(
        $"""
        SELECT DISTINCT r.submission_id, r.row_no FROM :area.rejection r JOIN unnest($1, $2) t (s, n) ON t.s = r.submission_id AND t.n = r.row_no WHERE r.code IN ({RejectionCodes.HeldList})
        """, r => new RowKey(r.GetInt32(0), r.GetInt32(1)), cancellation, rows.Select(r => r.Submission).ToArray(), rows.Select(r => r.Row).ToArray())];
}

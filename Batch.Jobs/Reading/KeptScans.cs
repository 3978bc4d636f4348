using Batch.Jobs.Intake;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Reading;

/// <summary>A scan with its bytes, and whom it is about.</summary>
/// <param name="People">Internal numbers of the people and of their latest accounts: for the record of inquiries.</param>
public sealed record ScanContent(ScanDocument Scan, byte[] Content, IReadOnlyList<(int Person, int? Account)> People);

/// <summary>A scan beside the row that was decided.</summary>
/// <param name="Decision">The submission that the decision made.</param>
public sealed record DecisionScan(int Decision, int Submission, int Row, ScanDocument Scan);

/// <summary>The scans that are kept with decisions about held rows and changes of identity.</summary>
public sealed class KeptScans(Area area)
{
    /// <summary>Of a decision, or of the decisions about rows of a file.</summary>
    public Task<List<DecisionScan>> OfSubmissionAsync(int submission, CancellationToken cancellation) => ListAsync("d.submission_id = $1 OR d.held_in = $1", submission, cancellation);

    public Task<List<DecisionScan>> OfDecisionsAsync(int[] decisions, CancellationToken cancellation) => ListAsync("d.submission_id = ANY($1)", decisions, cancellation);

    /// <summary>A scan of a decision about a held row.</summary>
    /// <exception cref="DataFaultException">SCAN_UNKNOWN: there is none, or it belongs to something else.</exception>
    public async Task<ScanContent> OfDecisionAsync(int scan, CancellationToken cancellation)
    {
        List<(ScanContent Content, string Fact, int Submission, int Row)> found = await area.ReadAsync(
            $"SELECT {ScanDocument.Told}::text, n.content, d.fact, d.held_in, d.held_row FROM :area.scan n JOIN :area.decision d ON d.submission_id = n.decision WHERE n.scan_id = $1",
            r => (new ScanContent(ScanDocument.Read(r.GetString(0)), r.GetFieldValue<byte[]>(1), []), r.GetString(2), r.GetInt32(3), r.GetInt32(4)), cancellation, scan);
        return found is [var (content, fact, submission, row)]
            ? content with { People = await AccountsAsync(await PeopleAsync(fact, submission, row, cancellation), cancellation) }
            : throw Unknown(scan);
    }

    /// <summary>A scan of a change of identity.</summary>
    /// <exception cref="DataFaultException">SCAN_UNKNOWN: there is none, or it belongs to something else.</exception>
    public async Task<ScanContent> OfProposalAsync(int scan, CancellationToken cancellation)
    {
        List<(ScanContent Content, int[] People)> found = await area.ReadAsync(
            $"""
            SELECT {ScanDocument.Told}::text, n.content, array_remove(ARRAY[c.person_id, c.other_id], NULL)
            FROM :area.scan n JOIN :area.identity_change c ON c.identity_id = n.changed WHERE n.scan_id = $1
            """, r => (new ScanContent(ScanDocument.Read(r.GetString(0)), r.GetFieldValue<byte[]>(1), []), r.GetFieldValue<int[]>(2)), cancellation, scan);
        return found is [var (content, people)] ? content with { People = await AccountsAsync(people, cancellation) } : throw Unknown(scan);
    }

    /// <summary>A scan, whatever it is kept with.</summary>
    /// <exception cref="DataFaultException">SCAN_UNKNOWN.</exception>
    public async Task<ScanContent> ReadAsync(int scan, CancellationToken cancellation) =>
        await area.ReadAsync("SELECT decision IS NOT NULL FROM :area.scan WHERE scan_id = $1", r => r.GetBoolean(0), cancellation, scan) is [var decided]
            ? decided ? await OfDecisionAsync(scan, cancellation) : await OfProposalAsync(scan, cancellation)
            : throw Unknown(scan);

    private static DataFaultException Unknown(int scan) => new("SCAN_UNKNOWN", $"没有第 {scan} 号扫描件。", $"There is no scan {scan}.");

    private Task<List<DecisionScan>> ListAsync(string which, object argument, CancellationToken cancellation) => area.ReadAsync(
        $"""
        SELECT d.submission_id, d.held_in, d.held_row, {ScanDocument.Told}::text
        FROM :area.scan n JOIN :area.decision d ON d.submission_id = n.decision WHERE {which} ORDER BY n.scan_id
        """, r => new DecisionScan(r.GetInt32(0), r.GetInt32(1), r.GetInt32(2), ScanDocument.Read(r.GetString(3))), cancellation, argument);

    // Whose row it is. One that waits beside the person's month has the person's number below zero.
    private async Task<IReadOnlyList<int>> PeopleAsync(string fact, int submission, int row, CancellationToken cancellation)
    {
        List<DateOnly> months = await area.ReadAsync(
            "SELECT DISTINCT month FROM :area.submission_month WHERE submission_id = $1 AND fact = $2", r => r.GetFieldValue<DateOnly>(0), cancellation, submission, fact);
        IEnumerable<string> tables = fact == "event" ? [":area.held_event"] : months.Select(m => area.Schema.Part(fact, m.Month()));
        List<int> people = [];
        foreach (string table in tables)
        {
            people.AddRange(await area.ReadAsync(
                $"SELECT abs(person_id) FROM {table} WHERE submission_id = $1 AND row_no = $2", r => r.GetInt32(0), cancellation, submission, row));
        }

        return people;
    }

    private Task<List<(int Person, int? Account)>> AccountsAsync(IReadOnlyList<int> people, CancellationToken cancellation) => area.ReadAsync(
        "SELECT p, (SELECT max(a.account_id) FROM :area.account a WHERE a.person_id = p) FROM unnest($1) p GROUP BY p ORDER BY p",
        r => (r.GetInt32(0), r.Number(1)), cancellation, people.ToArray());
}

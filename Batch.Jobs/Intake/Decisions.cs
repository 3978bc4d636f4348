using System.Globalization;
using System.Text;
using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>An operator's decision about a held row.</summary>
/// <param name="Take">True: the row is in force, and what others declared for the person and month is withdrawn. False: it is withdrawn.</param>
/// <param name="Reason">Why, or the document that says so.</param>
public sealed record Decision(int Submission, int Row, bool Take, string By, string Reason)
{
    /// <summary>Scans of the documents that it rests on.</summary>
    public IReadOnlyList<ScanFile> Scans { get; init; } = [];
}

/// <summary>A decision on record: a submission of its own, which the next run takes.</summary>
public sealed record DecisionDocument(int Number, int Submission, int Row, string Act, string Fact, YearMonth Month, string By, string Reason);

/// <summary>Decides held rows. Nothing is posted by it: a run computes what it changes, and another person approves the run.</summary>
public sealed class Decisions(Area area)
{
    public const int LongestReason = 500;

    /// <summary>Decides. The same decision of the same person again is answered as it was made; scans that it had not are added.</summary>
    /// <exception cref="DataFaultException">SUBMISSION_UNKNOWN, ROW_NOT_HELD, DECISION_REASON, SCAN_MANY.</exception>
    public async Task<DecisionDocument> DecideAsync(Decision decision, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(decision.Reason) || decision.Reason.Length > LongestReason)
        {
            throw new DataFaultException(
                "DECISION_REASON", $"请写明决定的依据（文号或原因，最多 {LongestReason} 字）。", $"Say what the decision rests on: a document or a reason, at most {LongestReason} characters.");
        }

        using TemporaryFile file = new();
        await File.WriteAllTextAsync(file.Path, Text(decision), cancellation);
        byte[] sha256 = (await new Archive(area).KeepAsync([file.Path], cancellation))[0];
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        SubmissionLog log = new(area.On(connection));
        await log.LockAsync(cancellation);
        Submission of = await new Submissions(area.On(connection)).ReadAsync(decision.Submission, cancellation);
        string name = Act(decision) + string.Create(CultureInfo.InvariantCulture, $" {decision.Submission}:{decision.Row}");
        FileDraft draft = new(new IncomingFile("", name), sha256, await log.NextNumberAsync(cancellation), SubmissionKind.Supplementary) { Month = of.Month, IsDecision = true };
        string? fact = await WriteFactsAsync(connection, decision, draft, cancellation);
        if (fact is null)
        {
            DecisionDocument made = await MadeAsync(connection, decision, of.Month, cancellation) ?? throw NotHeld(decision);
            await new Scans(area.On(connection), ScanLimits.Configured).AddToDecisionAsync(made.Number, decision.Scans, decision.By, cancellation);
            await transaction.CommitAsync(cancellation);
            return made;
        }

        await log.WriteAsync([draft], decision.By, cancellation);
        await RecordAsync(connection, decision, draft.Submission, fact, cancellation);
        await new Scans(area.On(connection), ScanLimits.Configured).AddToDecisionAsync(draft.Submission, decision.Scans, decision.By, cancellation);
        await transaction.CommitAsync(cancellation);
        return new DecisionDocument(draft.Submission, decision.Submission, decision.Row, Act(decision), fact, of.Month, decision.By, decision.Reason);
    }

    /// <exception cref="DataFaultException">DECISION_UNKNOWN.</exception>
    public async Task<DecisionDocument> ReadAsync(int decision, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        return await connection.ReadAsync(
            area.Sql(
                """
                SELECT d.submission_id, d.held_in, d.held_row, d.act, d.fact, s.month, d.decided_by, d.reason
                FROM :area.decision d JOIN :area.submission s USING (submission_id) WHERE d.submission_id = $1
                """),
            r => new DecisionDocument(
                r.GetInt32(0), r.GetInt32(1), r.GetInt32(2), r.GetString(3), r.GetString(4), r.GetFieldValue<DateOnly>(5).Month(), r.GetString(6), r.GetString(7)), cancellation, decision) is [var made]
            ? made : throw new DataFaultException("DECISION_UNKNOWN", $"没有第 {decision} 号决定。", $"There is no decision {decision}.");
    }

    /// <summary>That a decision is somebody's own: nobody adds to what another person rested a decision on.</summary>
    /// <exception cref="DataFaultException">DECISION_UNKNOWN, DECISION_OF_ANOTHER.</exception>
    public async Task RequireOwnAsync(int decision, string by, CancellationToken cancellation)
    {
        if ((await ReadAsync(decision, cancellation)).By != by)
        {
            throw new DataFaultException(
                "DECISION_OF_ANOTHER", $"第 {decision} 号决定是他人作出的，扫描件由决定人附上。", $"Decision {decision} is another person's; who decided adds the scans.");
        }
    }

    /// <summary>Adds scans to a decision of one's own.</summary>
    /// <exception cref="DataFaultException">DECISION_UNKNOWN, DECISION_OF_ANOTHER, SCAN_MANY.</exception>
    public async Task AddScansAsync(int decision, IReadOnlyList<ScanFile> scans, string by, CancellationToken cancellation)
    {
        await RequireOwnAsync(decision, by, cancellation);
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        await new SubmissionLog(area.On(connection)).LockAsync(cancellation);
        await new Scans(area.On(connection), ScanLimits.Configured).AddToDecisionAsync(decision, scans, by, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static DataFaultException NotHeld(Decision decision) => new(
        "ROW_NOT_HELD",
        $"第 {decision.Submission} 号报送第 {decision.Row} 行没有待定：它没有被搁置，或已经决定，或已被后来的报送取代。请在待定行中查看还有哪些。",
        $"Row {decision.Row} of submission {decision.Submission} is not held: it never was, it is decided, or a later submission took its place. The held rows show what still waits.");

    /// <summary>The kind of the facts written; null: the row is not held.</summary>
    private async Task<string?> WriteFactsAsync(NpgsqlConnection connection, Decision decision, FileDraft draft, CancellationToken cancellation)
    {
        // A file has brought it mended: that one is decided on, where it is held.
        if ((await MendedRows.HeldAsync(area.On(connection), [decision.Submission], cancellation)).Contains((decision.Submission, decision.Row)))
        {
            return null;
        }

        foreach (IHeldFacts kind in HeldRows.Kinds(area.Schema, area.Program))
        {
            if (await kind.DecideAsync(connection, decision, draft, cancellation))
            {
                return kind.Fact;
            }
        }

        return null;
    }

    // The latest word on the row; one that has been held again is decided anew before it comes to this.
    private async Task<DecisionDocument?> MadeAsync(NpgsqlConnection connection, Decision decision, YearMonth month, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(area.Sql(
            """
            SELECT submission_id, fact, act, reason, decided_by FROM :area.decision WHERE held_in = $1 AND held_row = $2 ORDER BY submission_id DESC LIMIT 1
            """), connection);
        command.Parameters.AddWithValue(decision.Submission);
        command.Parameters.AddWithValue(decision.Row);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) && reader.GetString(2) == Act(decision) && reader.GetString(3) == decision.Reason && reader.GetString(4) == decision.By
            ? new DecisionDocument(reader.GetInt32(0), decision.Submission, decision.Row, reader.GetString(2), reader.GetString(1), month, decision.By, decision.Reason)
            : null;
    }

    private async Task RecordAsync(NpgsqlConnection connection, Decision decision, int number, string fact, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(area.Sql(
            "INSERT INTO :area.decision (submission_id, fact, held_in, held_row, act, reason, decided_by) VALUES ($1, $2, $3, $4, $5, $6, $7)"), connection);
        command.Parameters.AddWithValue(number);
        command.Parameters.AddWithValue(fact);
        command.Parameters.AddWithValue(decision.Submission);
        command.Parameters.AddWithValue(decision.Row);
        command.Parameters.AddWithValue(Act(decision));
        command.Parameters.AddWithValue(decision.Reason);
        command.Parameters.AddWithValue(decision.By);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static string Act(Decision decision) => decision.Take ? "take" : "withdraw";

    private string Text(Decision decision) => new StringBuilder()
        .Append(CultureInfo.InvariantCulture, $"decision\n{area.Code}\n{decision.Submission}\n{decision.Row}\n{Act(decision)}\n{decision.By}\n{decision.Reason}\n").ToString();
}

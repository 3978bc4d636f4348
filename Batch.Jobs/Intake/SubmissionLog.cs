using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>The record of what came in: one submission a file, and the months of its rows.</summary>
public sealed class SubmissionLog(AreaSession area)
{
    private const string Columns =
        "submission_id, content, kind, month, file, sha256, refused, rows, accepted, unchanged, held, rejected, "
        + "person_paid_fen, employer_paid_fen, held_fen, unchanged_fen, moved_fen, received_by, invisible_cells, old_numbers";

    /// <summary>One intake at a time in an area, so that two operators with the same file do not both bring it in.</summary>
    public async Task LockAsync(CancellationToken cancellation)
    {
        // Files before this one are taken in whole: that takes longer than an act.
        await using NpgsqlCommand command = area.LongCommand(
            $"""
            SELECT set_config('lock_timeout', ({SessionSettings.LongWaits} * extract(epoch FROM current_setting('lock_timeout')::interval) * 1000)::bigint::text, true);
            SELECT pg_advisory_xact_lock(hashtext('{area.Schema.Name}.intake'))
            """);
        await PatientAct.DoAsync(area.Connection, command.ExecuteNonQueryAsync, cancellation, limited: false);
    }

    /// <summary>The number of the next submission; the lock keeps it until the transaction ends.</summary>
    public async Task<int> NextNumberAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command("SELECT coalesce(max(submission_id), 0) + 1 FROM :area.submission");
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>The latest submission of each of these bytes that came before, by their SHA-256 in hexadecimal; accepted ones rather than refused ones.</summary>
    public async Task<Dictionary<string, EarlierSubmission>> EarlierAsync(IReadOnlyList<byte[]> hashes, CancellationToken cancellation) =>
        (await area.ReadAsync(
            """
            SELECT DISTINCT ON (sha256) sha256, submission_id, content, rows, refused, rejected, held, f.month,
                   EXISTS (SELECT FROM :area.waiting_submission w WHERE w.submission_id = s.submission_id)
            FROM :area.submission s JOIN :area.filed f USING (submission_id) WHERE sha256 = ANY($1) ORDER BY sha256, refused IS NOT NULL, submission_id DESC
            """,
            r => (
                Convert.ToHexString(r.GetFieldValue<byte[]>(0)),
                new EarlierSubmission(r.GetInt32(1), r.Word<FileContent>(2), r.GetInt32(3), r.Text(4), r.GetInt32(5), r.GetInt32(6))
                {
                    Month = r.GetFieldValue<DateOnly>(7).Month(),
                    Waits = r.GetBoolean(8),
                }),
            cancellation, (object)hashes.ToArray())).ToDictionary();

    /// <summary>Files a submission that no run holds under another month.</summary>
    public async Task<Refiled> RefileAsync(int submission, YearMonth month, string by, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command("SELECT :area.refile($1, $2, $3)");
        command.Parameters.AddWithValue(submission);
        command.Parameters.AddWithValue(month.FirstDay());
        command.Parameters.AddWithValue(by);
        return Enum.Parse<Refiled>(((string)(await command.ExecuteScalarAsync(cancellation))!).Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
    }

    public async Task<YearMonth?> LastClosedAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command("SELECT :area.last_closed()");
        return await command.ExecuteScalarAsync(cancellation) is DateOnly month ? month.Month() : null;
    }

    /// <summary>Where a file that names no month is found: the month after the last closed one, or, while none is closed, the one that the others are for.</summary>
    public async Task<YearMonth> OpenMonthAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(
            """
            SELECT coalesce(:area.last_closed() + interval '1 month', (SELECT max(f.month) FROM :area.filed f JOIN :area.submission s USING (submission_id) WHERE s.refused IS NULL),
                date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai'))::date
            """);
        return ((DateOnly)(await command.ExecuteScalarAsync(cancellation))!).Month();
    }

    // A decision about a row of a file does not make the file another: sent again it is in force.
    private string NoDecision => area.Sql(
        "l.submission_id NOT IN (SELECT submission_id FROM :area.decision) AND l.submission_id NOT IN (SELECT submission_id FROM :area.identity_submission)");

    /// <summary>How many facts of a submission are overridden by later files; a later file that contests a row overrides it, too.</summary>
    public Task<long> SupersededAsync(int submission, CancellationToken cancellation) => SupersededAsync(submission, accepted: false, cancellation);

    /// <summary>How many accepted rows of a submission later files have replaced or taken back; one that is only contested by another employer is not among them.</summary>
    public Task<long> AcceptedSupersededAsync(int submission, CancellationToken cancellation) =>
        SupersededAsync(submission, accepted: true, cancellation);

    // Where a decision had left the row out before, the later file takes the place of nothing.
    private string OfAccepted(string fact, YearMonth month, string key) => area.Sql(
        $"""
         AND f.state = {FactState.Accepted:D} AND (l.state <> {FactState.Held:D} OR l.row_no > 0) AND NOT EXISTS (
            SELECT FROM {area.Part(fact, month)} d
            WHERE d.submission_id IN (SELECT submission_id FROM :area.decision) AND (d.{key.Replace(" ", " d.", StringComparison.Ordinal)}) = (f.{key.Replace(" ", " f.", StringComparison.Ordinal)}) AND d.state = {FactState.Withdrawn:D} AND d.submission_id > f.submission_id AND d.submission_id < l.submission_id)
        """);

    private async Task<long> SupersededAsync(int submission, bool accepted, CancellationToken cancellation)
    {
        long superseded = 0;
        foreach ((string fact, DateOnly day) in await MonthsAsync(submission, cancellation))
        {
            YearMonth month = day.Month();
            string? sql = fact switch
            {
                "contribution" => $"""
                    SELECT count(*) FROM {area.Part(fact, month)} f WHERE f.submission_id = $1 AND f.row_no > 0 AND EXISTS (
                        SELECT FROM {area.Part(fact, month)} l WHERE l.person_id = f.person_id AND l.employer_id = f.employer_id AND l.submission_id > f.submission_id AND {NoDecision}{(accepted ? OfAccepted(fact, month, "person_id, employer_id") : "")})
                    """,
                "pension" => $"""
                    SELECT count(*) FROM {area.Part(fact, month)} f WHERE f.submission_id = $1 AND f.row_no > 0 AND EXISTS (
                        SELECT FROM {area.Part(fact, month)} l WHERE l.person_id = f.person_id AND l.submission_id > f.submission_id AND {NoDecision}{(accepted ? OfAccepted(fact, month, "person_id") : "")})
                    """,
                "receipt" => area.Sql($"SELECT count(*) FROM :area.receipt f WHERE receipt_month = '{month.Text()}-01' AND f.submission_id = $1 AND f.row_no > 0 AND EXISTS (") + area.Sql(
                    "SELECT FROM :area.receipt l WHERE (l.receipt_month, l.employer_id, l.document) = (f.receipt_month, f.employer_id, f.document) AND l.submission_id > f.submission_id)"),
                "bank" => area.Sql(
                    """
                    SELECT count(*) FROM :area.bank_line f WHERE f.submission_id = $1 AND f.row_no > 0 AND date_trunc('month', f.traded_on) = $2
                        AND EXISTS (SELECT FROM :area.bank_line l WHERE l.serial = f.serial AND l.submission_id > f.submission_id)
                    """),
                "movement" => $"""
                    SELECT count(*) FROM {area.Part(fact, month)} f WHERE f.on_date = $2 AND f.submission_id = $1 AND f.row_no > 0 AND EXISTS (
                        SELECT FROM {area.Part(fact, month)} l WHERE l.on_date = $2 AND l.person_id = f.person_id AND l.kind = f.kind AND l.channel = f.channel
                            AND l.member = f.member AND l.reference = f.reference AND l.submission_id > f.submission_id)
                    """,
                _ => null,
            };
            if (sql is not null)
            {
                await using NpgsqlCommand command = area.LongCommand(sql);
                command.Parameters.AddWithValue(submission);
                if (fact is "movement" or "bank")
                {
                    command.Parameters.AddWithValue(day);
                }

                superseded += (long)(await command.ExecuteScalarAsync(cancellation))!;
            }
        }

        return superseded;
    }

    public async Task WriteAsync(IReadOnlyList<FileDraft> drafts, string by, CancellationToken cancellation)
    {
        YearMonth fallback = drafts.Any(d => d.Month is null && d.LatestMonth is null) ? await OpenMonthAsync(cancellation) : default;
        await using (CopyRows copy = await area.CopyAsync(":area.submission", Columns, cancellation))
        {
            foreach (FileDraft draft in drafts)
            {
                WriteSubmission(copy, draft, fallback, by);
            }

            await copy.CompleteAsync(cancellation);
        }

        await using (CopyRows copy = await area.CopyAsync(":area.submission_month", "submission_id, fact, month, facts", cancellation))
        {
            foreach (FileDraft draft in drafts)
            {
                foreach ((string fact, DateOnly month, int facts) in draft.Facts.Select(f => (f.Key.Fact, f.Key.Month.FirstDay(), f.Value))
                    .Concat(draft.Days.Select(d => ("movement", d.Key, d.Value))))
                {
                    copy.StartRow();
                    copy.Write(draft.Submission);
                    copy.Write(fact);
                    copy.Write(month);
                    copy.Write(facts);
                }
            }

            await copy.CompleteAsync(cancellation);
        }

        await using (NpgsqlCommand waiting = area.Command("INSERT INTO :area.waiting_submission SELECT submission_id, month FROM :area.submission WHERE submission_id = ANY($1)"))
        {
            waiting.Parameters.AddWithValue(drafts.Where(d => d.IsForRuns).Select(d => d.Submission).ToArray());
            await waiting.ExecuteNonQueryAsync(cancellation);
        }

        foreach (FileDraft child in drafts.Where(d => d.Parent is not null))
        {
            await using NpgsqlCommand command = area.Command("INSERT INTO :area.submission_parent VALUES ($1, $2)");
            command.Parameters.AddWithValue(child.Submission);
            command.Parameters.AddWithValue(child.Parent!.Value);
            await command.ExecuteNonQueryAsync(cancellation);
        }

        RejectionWriter rejections = new(area);
        foreach (FileDraft draft in drafts.Where(d => d.Refused is not null))
        {
            rejections.Add(draft.Submission, draft.Rejections);
        }

        await rejections.FlushAsync(cancellation);
    }

    private Task<List<(string Fact, DateOnly Month)>> MonthsAsync(int submission, CancellationToken cancellation) =>
        area.ReadAsync(
            "SELECT fact, month FROM :area.submission_month WHERE submission_id = $1",
            r => (r.GetString(0), r.GetFieldValue<DateOnly>(1)), cancellation, submission);

    private static void WriteSubmission(CopyRows copy, FileDraft draft, YearMonth fallback, string by)
    {
        copy.StartRow();
        copy.Write(draft.Submission);
        copy.Write(draft.IsDecision ? "decision" : (draft.Content ?? FileContent.Payroll).ToString().ToLowerInvariant());
        copy.Write(draft.Kind.ToString().ToLowerInvariant());
        copy.Write((draft.Month ?? draft.LatestMonth ?? fallback).FirstDay());
        copy.Write(draft.Name);
        copy.Write(draft.Sha256);
        copy.Write(draft.Refused);
        copy.Write(draft.Rows);
        copy.Write(draft.Accepted);
        copy.Write(draft.Unchanged);
        copy.Write(draft.Held);
        copy.Write(draft.Rejected);
        copy.Write(draft.PersonPaidFen);
        copy.Write(draft.EmployerPaidFen);
        copy.Write(draft.HeldFen);
        copy.Write(draft.UnchangedFen);
        copy.Write(draft.MovedFen);
        copy.Write(by);
        copy.Write(draft.InvisibleCells);
        copy.Write(draft.OldNumbers);
    }
}

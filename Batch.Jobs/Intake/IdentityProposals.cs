using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>A change of who a person is: proposed, or how it ended. Numbers and names are masked.</summary>
/// <param name="State">proposed, approved, refused or withdrawn.</param>
/// <param name="Id">The person's number when it was proposed.</param>
/// <param name="Submissions">What the approval brought; the next run takes them.</param>
public sealed record IdentityDocument(
    int Proposal, string Kind, string State, string Id, string Name, string? NewId, string? NewName, LocalDate On, string Document, string Reason,
    string ProposedBy, DateTime ProposedAt, string? ActedBy, DateTime? ActedAt, string? ActReason, IReadOnlyList<int> Submissions)
{
    /// <summary>Of a join and its undoing: the number and name of the person joined.</summary>
    public string? OtherId { get; init; }
    public string? OtherName { get; init; }

    /// <summary>The join that is undone.</summary>
    public int? Undoes { get; init; }

    /// <summary>Rows that become the other person's, SUBMISSION:ROW.</summary>
    public IReadOnlyList<string> OtherRows { get; init; } = [];

    /// <summary>Scans of the documents that it rests on.</summary>
    public IReadOnlyList<ScanDocument> Scans { get; init; } = [];
}

/// <summary>
/// Changes of who a person is, by two people: one proposes with a reason and a document, another approves. An approval is a submission of its own, like a decision
/// about a held row.
/// </summary>
public sealed class IdentityProposals(Area area, IClock clock)
{
    private const string Columns =
        $"""
        SELECT identity_id, kind, state, number_was, name_was, number, name, on_date, document, reason, proposed_by, proposed_at, acted_by, acted_at, act_reason, undoes,
               ARRAY(SELECT submission_id FROM :area.identity_submission i WHERE i.changed = s.identity_id ORDER BY 1),
               ARRAY(SELECT of_submission || ':' || of_row FROM :area.identity_row r WHERE r.identity_id = s.identity_id AND goes ORDER BY of_submission, of_row),
               (SELECT coalesce(jsonb_agg({ScanDocument.Told} ORDER BY n.scan_id), '[]')::text FROM :area.scan n WHERE n.changed = s.identity_id)
        FROM :area.identity_change_state s
        """;

    /// <summary>Scans of the documents that what is proposed rests on: they are kept with the proposal.</summary>
    public IReadOnlyList<ScanFile> Scans { get; init; } = [];

    /// <summary>Proposes another number or name for a person.</summary>
    /// <exception cref="DataFaultException">NOTHING_CHANGES, NUMBER_IN_USE, DATE_IN_FUTURE, DOCUMENT_BLANK, REASON_MISSING.</exception>
    public Task<IdentityDocument> ProposeAsync(Renaming renaming, string by, CancellationToken cancellation) =>
        ProposeAsync(connection => new Renamings(area.On(connection), clock.Today()).ProposeAsync(renaming, by, cancellation), by, cancellation);

    /// <summary>Proposes that two numbers are one person's.</summary>
    /// <exception cref="DataFaultException">JOIN_NOT_POSSIBLE, JOIN_BEFORE_INTEREST, DATE_IN_FUTURE, DOCUMENT_BLANK, REASON_MISSING.</exception>
    public Task<IdentityDocument> ProposeJoinAsync(Joining joining, string by, CancellationToken cancellation) =>
        ProposeAsync(connection => new Joins(area.On(connection), clock.Today()).ProposeAsync(joining, by, cancellation), by, cancellation);

    /// <summary>Proposes that rows of a number are another person's.</summary>
    /// <exception cref="DataFaultException">PART_NOT_POSSIBLE, PART_ROWS_MISSING, PART_ROW_UNKNOWN, JOIN_BEFORE_INTEREST, DATE_IN_FUTURE, DOCUMENT_BLANK, REASON_MISSING.</exception>
    public Task<IdentityDocument> ProposePartAsync(Parting parting, string by, CancellationToken cancellation) =>
        ProposeAsync(connection => new Partings(area.On(connection), clock.Today()).ProposeAsync(parting, by, cancellation), by, cancellation);

    /// <summary>Proposes to take a join or a part back as a whole.</summary>
    /// <param name="otherRows">Which rows recorded for the person who stays since the join are the other's: all, none, or SUBMISSION:ROW for each.</param>
    /// <exception cref="DataFaultException">PROPOSAL_STATE, JOIN_ROWS_UNDECIDED, JOIN_ROW_UNKNOWN, JOIN_BUILT_UPON, JOIN_NOT_POSSIBLE.</exception>
    public Task<IdentityDocument> ProposeUndoAsync(
        int join, (LocalDate On, string Document, string Reason) why, string by, CancellationToken cancellation, string? otherRows = null) =>
        ProposeAsync(connection => new Joins(area.On(connection), clock.Today()).ProposeUndoAsync(join, why, otherRows, by, cancellation), by, cancellation);

    private async Task<IdentityDocument> ProposeAsync(Func<NpgsqlConnection, Task<int>> propose, string by, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await BeginAsync(connection, cancellation);
        int proposal = await propose(connection);
        await new Scans(area.On(connection), ScanLimits.Configured).AddToProposalAsync(proposal, Scans, by, cancellation);
        return await EndAsync(connection, transaction, proposal, cancellation);
    }

    /// <summary>Approves what another person proposed: it takes effect, and the next run posts what follows from it.</summary>
    /// <exception cref="DataFaultException">PROPOSAL_UNKNOWN, PROPOSAL_STATE, SAME_PERSON; PROPOSAL_STALE and what a file with the change would be told.</exception>
    public async Task<IdentityDocument> ApproveAsync(int proposal, string by, CancellationToken cancellation)
    {
        byte[] sha256;
        using (TemporaryFile file = new())
        {
            await File.WriteAllTextAsync(file.Path, string.Create(CultureInfo.InvariantCulture, $"identity\n{area.Code}\n{proposal}\napprove\n{by}\n"), cancellation);
            sha256 = (await new Archive(area).KeepAsync([file.Path], cancellation))[0];
        }

        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await BeginAsync(connection, cancellation);
        IdentityDocument found = await ReadAsync(connection, proposal, cancellation);
        if (await ActAsync(connection, found, ("approve", by, ""), cancellation))
        {
            await ApplyAsync(connection, found, sha256, by, cancellation);
        }

        return await EndAsync(connection, transaction, proposal, cancellation);
    }

    /// <summary>What an approval would bring, with its submissions; the caller takes it back.</summary>
    internal async Task<int[]> ApplyAsync(NpgsqlConnection connection, IdentityDocument proposal, byte[] sha256, string by, CancellationToken cancellation)
    {
        SubmissionLog log = new(area.On(connection));
        string name = $"{proposal.Kind} {proposal.Proposal}";
        MoveDrafts drafts = new(
            (number, month) => new FileDraft(new IncomingFile("", name), sha256, number, SubmissionKind.Supplementary) { Month = month, IsDecision = true },
            await log.NextNumberAsync(cancellation), await log.OpenMonthAsync(cancellation));
        await (proposal.Kind switch
        {
            "rename" => new Renamings(area.On(connection), clock.Today()).ApproveAsync(proposal.Proposal, drafts.Main, cancellation),
            "part" => new Partings(area.On(connection), clock.Today()).ApproveAsync(proposal.Proposal, drafts, cancellation),
            _ => new Joins(area.On(connection), clock.Today()).ApproveAsync(proposal.Proposal, drafts, cancellation),
        });
        int[] submissions = [.. drafts.All.Select(d => d.Submission)];
        await log.WriteAsync([.. drafts.All], by, cancellation);
        await connection.DoAsync(
            area.Sql("INSERT INTO :area.identity_submission (submission_id, changed) SELECT s, $2 FROM unnest($1) s"), cancellation, submissions, proposal.Proposal);
        return submissions;
    }

    /// <summary>Refuses what another person proposed.</summary>
    public Task<IdentityDocument> RefuseAsync(int proposal, string reason, string by, CancellationToken cancellation) => EndProposalAsync(proposal, ("refuse", by, reason), cancellation);

    /// <summary>Takes one's own proposal back.</summary>
    public Task<IdentityDocument> WithdrawAsync(int proposal, string reason, string by, CancellationToken cancellation) => EndProposalAsync(proposal, ("withdraw", by, reason), cancellation);

    /// <summary>Proposals and changes, those that wait first.</summary>
    /// <param name="person">Null: everybody's.</param>
    public Task<List<IdentityDocument>> ListAsync(int? person, CancellationToken cancellation) => area.ReadAsync(
        $"{Columns} WHERE {(person is null ? "true" : "person_id = $1 OR other_id = $1 OR (kind = 'part' AND number IN (SELECT n.number FROM :area.person_number n WHERE n.person_id = $1))")} ORDER BY state <> 'proposed', identity_id DESC", Read, cancellation,
        person is { } of ? [of] : []);

    /// <summary>Those that wait for another person.</summary>
    public Task<List<IdentityDocument>> WaitingAsync(CancellationToken cancellation) =>
        area.ReadAsync($"{Columns} WHERE state = 'proposed' ORDER BY identity_id", Read, cancellation);

    private async Task<IdentityDocument> EndProposalAsync(int proposal, (string Act, string By, string Reason) done, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await BeginAsync(connection, cancellation);
        await ActAsync(connection, await ReadAsync(connection, proposal, cancellation), done, cancellation);
        return await EndAsync(connection, transaction, proposal, cancellation);
    }

    /// <summary>False: the same person has done the same already.</summary>
    private async Task<bool> ActAsync(NpgsqlConnection connection, IdentityDocument on, (string Act, string By, string Reason) done, CancellationToken cancellation)
    {
        if (done.Act != "approve" && string.IsNullOrWhiteSpace(done.Reason))
        {
            throw new DataFaultException("REASON_MISSING", "请写明理由。", "Give the reason.");
        }

        string state = done.Act switch { "approve" => "approved", "refuse" => "refused", _ => "withdrawn" };
        if (on.State == state && on.ActedBy == done.By)
        {
            return false;
        }

        if (on.State != "proposed")
        {
            throw new DataFaultException("PROPOSAL_STATE", $"提案 {on.Proposal} 已经处理完毕。", $"Proposal {on.Proposal} has ended: it is {on.State}.");
        }

        try
        {
            await connection.DoAsync(
                area.Sql(
                    """
                    INSERT INTO :area.identity_change_act (identity_act_id, changed, act, acted_by, reason)
                    SELECT coalesce(max(identity_act_id), 0) + 1, $1, $2, $3, $4 FROM :area.identity_change_act
                    """), cancellation, on.Proposal, done.Act, done.By, done.Reason.Trim());
            return true;
        }
        catch (PostgresException refused) when (refused.SqlState == "BA001")
        {
            throw new DataFaultException("SAME_PERSON", "提出与复核须是两个人。", "A proposal is approved or refused by another person than made it.");
        }
        catch (PostgresException refused) when (refused.SqlState == "BA340")
        {
            throw new DataFaultException("NOT_PROPOSER", "只有提出的人可以撤回；其他人请选择不同意。", "A proposal is withdrawn by the person who made it; others refuse it.");
        }
    }

    internal async Task<NpgsqlTransaction> BeginAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        // Files may name the same people: one of both at a time.
        await new SubmissionLog(area.On(connection)).LockAsync(cancellation);
        return transaction;
    }

    private async Task<IdentityDocument> EndAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, int proposal, CancellationToken cancellation)
    {
        IdentityDocument document = await ReadAsync(connection, proposal, cancellation);
        KillSwitch.Pass(KillPoint.ActBefore);
        await transaction.CommitAsync(cancellation);
        KillSwitch.Pass(KillPoint.ActAfter);
        await new AuditLog(area.Program).SealWhatIsThereAsync();
        return document;
    }

    internal async Task<IdentityDocument> ReadAsync(NpgsqlConnection connection, int proposal, CancellationToken cancellation) =>
        await connection.ReadAsync(area.Sql($"{Columns} WHERE identity_id = $1"), Read, cancellation, proposal) is [var found] ? found : throw new DataFaultException(
            "PROPOSAL_UNKNOWN", $"没有第 {proposal} 号提案。", $"There is no proposal {proposal}.");

    private static IdentityDocument Read(NpgsqlDataReader row)
    {
        (string? number, string? name) = (row.IsDBNull(5) ? null : Masking.Number(row.GetInt64(5)), row.IsDBNull(6) ? null : Masking.Name(row.GetString(6)));
        bool renames = row.GetString(1) == "rename";
        return new IdentityDocument(
            row.GetInt32(0), row.GetString(1), row.GetString(2), Masking.Number(row.GetInt64(3)), Masking.Name(row.GetString(4)), renames ? number : null, renames ? name : null,
            LocalDate.FromDateOnly(row.GetFieldValue<DateOnly>(7)), row.GetString(8), row.GetString(9), row.GetString(10), row.GetDateTime(11), row.Text(12), row.Time(13),
            row.Text(14), row.GetFieldValue<int[]>(16))
        {
            OtherId = renames ? null : number,
            OtherName = renames ? null : name,
            Undoes = row.Number(15),
            OtherRows = row.GetFieldValue<string[]>(17),
            Scans = ScanDocument.ReadAll(row.GetString(18)),
        };
    }
}

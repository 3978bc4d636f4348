using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Intake;

/// <summary>Two people found under one number: chosen rows of the one become the other's.</summary>
/// <param name="From">Under whose number they were.</param>
/// <param name="Number">The other person's, known or new.</param>
/// <param name="Birth">Of a new person whose number tells none.</param>
/// <param name="Name">Of a new person.</param>
/// <param name="Rows">Which rows: as <see cref="PersonRows.Choose"/> reads it.</param>
/// <param name="On">Since when it is known, by the document.</param>
public sealed record Parting(int From, CitizenId Number, LocalDate? Birth, string? Name, string? Rows, LocalDate On, string Document, string Reason);

/// <summary>Proposes and applies the parting of two people, in the transaction of the caller, who holds the area's intake lock.</summary>
internal sealed class Partings(AreaSession area, LocalDate today)
{
    private sealed record Stored(int From, long Number, LocalDate? Birth, string? Name);

    /// <returns>The number of the proposal.</returns>
    public async Task<int> ProposeAsync(Parting asked, string by, CancellationToken cancellation)
    {
        (string document, string reason) = Renamings.Checked(asked.Document, asked.Reason, asked.On, today);
        int? other = await PersonAsync(asked.Number.Digits17, cancellation);
        LocalDate? birth = asked.Number.TellsBirth ? asked.Number.Birth : asked.Birth;
        if (other is null && (string.IsNullOrWhiteSpace(asked.Name) || birth is null))
        {
            throw NotPossible("另一人没有登记：请写明姓名；号码中不含出生日期的，还请写明出生日期。", "The other person is not on record: give the name, and the birth date where the number tells none.");
        }

        await RefuseAsync(asked.From, other, cancellation);
        List<PersonRow> rows = PersonRows.Choose(await new PersonRows(area).ReadAsync(asked.From, cancellation), asked.Rows);
        int proposal = await area.OneAsync<int>("SELECT coalesce(max(identity_id), 0) + 1 FROM :area.identity_change", cancellation);
        await area.DoAsync(
            """
            INSERT INTO :area.identity_change (identity_id, kind, person_id, number_was, name_was, other_id, number, birth, name, on_date, document, reason, proposed_by)
            SELECT $1, 'part', p.person_id, p.citizen, p.name, $3, $4, $5, coalesce((SELECT o.name FROM :area.insured o WHERE o.person_id = $3), $6), $7, $8, $9, $10
            FROM :area.insured p WHERE p.person_id = $2
            """, cancellation, proposal, asked.From, other is { } known ? known : DBNull.Value, asked.Number.Digits17, birth is { } day ? day.ToDateOnly() : DBNull.Value,
            asked.Name?.Trim() is { Length: > 0 } name ? name : DBNull.Value, asked.On.ToDateOnly(), document, reason, by);
        await area.DoAsync(
            "INSERT INTO :area.identity_row (identity_id, of_submission, of_row, goes) SELECT $1, s, r, true FROM unnest($2, $3) x (s, r)", cancellation, proposal,
            rows.Select(r => r.Submission).ToArray(), rows.Select(r => r.Row).ToArray());
        return proposal;
    }

    public async Task ApproveAsync(int proposal, MoveDrafts drafts, CancellationToken cancellation)
    {
        Stored stored = (await area.ReadAsync(
            "SELECT person_id, number, birth, name FROM :area.identity_change WHERE identity_id = $1",
            r => new Stored(r.GetInt32(0), r.GetInt64(1), r.IsDBNull(2) ? null : LocalDate.FromDateOnly(r.GetFieldValue<DateOnly>(2)), r.Text(3)), cancellation, proposal))[0];
        int? known = await PersonAsync(stored.Number, cancellation);
        await RefuseAsync(stored.From, known, cancellation);
        HashSet<(int, int)> chosen = [.. await area.ReadAsync(
            "SELECT of_submission, of_row FROM :area.identity_row WHERE identity_id = $1", r => (r.GetInt32(0), r.GetInt32(1)), cancellation, proposal)];
        List<PersonRow> rows = (await new PersonRows(area).ReadAsync(stored.From, cancellation)).FindAll(r => chosen.Contains((r.Submission, r.Row)));
        if (rows.Count != chosen.Count)
        {
            throw new DataFaultException(
                "PROPOSAL_STALE", "提出之后，其中的行已被更正或改归他人。请不同意此提案，重新提出。", "Rows of it have been corrected or moved since this was proposed. Refuse the proposal, and propose again.");
        }

        await RefuseOpenRunAsync(rows, cancellation);
        YearMonth first = rows.Min(r => r.Month);
        int other = known ?? await RegisterAsync(stored, first, drafts.Main.Submission, cancellation);
        await RefuseEnrolmentAsync(other, first, cancellation);
        MovedPostings postings = new(area, stored.From, other);
        PartedRows parted = new(stored.From, other, chosen, postings);
        await new DeclarationMoves<ContributionFact>(area, drafts).PartAsync(parted, cancellation);
        await new DeclarationMoves<PensionFact>(area, drafts).PartAsync(parted, cancellation);
        await new MovementMoves(area, drafts.Main).PartAsync(parted, cancellation);
        await postings.WriteAsync(drafts.Main.Submission, cancellation);
    }

    private async Task<int> RegisterAsync(Stored stored, YearMonth first, int submission, CancellationToken cancellation)
    {
        int person = await area.OneAsync<int>("SELECT coalesce(max(person_id), 0) + 1 FROM :area.person", cancellation);
        await NewPerson.WriteAsync(area, [new NewPerson(person, stored.Number, stored.Name!, stored.Birth!.Value, first, submission)], cancellation);
        return person;
    }

    private async Task RefuseAsync(int from, int? other, CancellationToken cancellation)
    {
        if (other == from)
        {
            throw NotPossible("另一号码是同一人的号码。", "The other number is the same person's.");
        }

        await new JoinChecks(area).RefusePartAsync(from, other ?? from, cancellation);
    }

    // A line that a run has taken and not posted yet would be posted for the one after it was moved to the other.
    private async Task RefuseOpenRunAsync(List<PersonRow> rows, CancellationToken cancellation)
    {
        if (await area.OneAsync<bool>(
            "SELECT EXISTS (SELECT FROM :area.run_submission t JOIN :area.run r USING (run_id) WHERE r.state NOT IN ('posted', 'discarded') AND t.submission_id = ANY($1))",
            cancellation, rows.Select(r => r.Submission).Distinct().ToArray()))
        {
            throw new DataFaultException("RUN_OPEN", "还有未结束的批次，请先入账或作废。", "A run is still open; post or discard it first.");
        }
    }

    private async Task RefuseEnrolmentAsync(int other, YearMonth first, CancellationToken cancellation)
    {
        if (await area.OneAsync<bool>(
            $"SELECT EXISTS (SELECT FROM :area.person_event WHERE person_id = $1 AND event = {PersonEvent.New:D} HAVING min(date_trunc('month', on_date)) > $2)", cancellation, other, first.FirstDay()))
        {
            throw NotPossible("另一人登记的参保日期晚于这些月份。", "The other person is enrolled later than these months.");
        }
    }

    private async Task<int?> PersonAsync(long number, CancellationToken cancellation) =>
        (await area.ReadAsync("SELECT person_id FROM :area.person_number WHERE number = $1", r => (int?)r.GetInt32(0), cancellation, number)).FirstOrDefault();

    internal static DataFaultException NotPossible(string chinese, string english) => new("PART_NOT_POSSIBLE", chinese, english);
}

/// <summary>Rows of one person that become another's.</summary>
internal sealed record PartedRows(int From, int To, HashSet<(int Submission, int Row)> Rows, MovedPostings Postings);

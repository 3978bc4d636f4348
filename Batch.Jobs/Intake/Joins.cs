using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Intake;

/// <summary>Two numbers found to be one person's: the facts of the other become those of the person who stays.</summary>
/// <param name="Stays">Whose account and number stay.</param>
/// <param name="Other">Whose facts move.</param>
/// <param name="On">Since when it is known, by the document.</param>
public sealed record Joining(int Stays, int Other, LocalDate On, string Document, string Reason)
{
    /// <summary>Of an undoing: rows recorded since the join that are the other person's.</summary>
    internal IReadOnlyList<string> OtherRows { get; init; } = [];
}

/// <summary>Proposes and applies joins and their undoing, in the transaction of the caller, who holds the area's intake lock.</summary>
internal sealed class Joins(AreaSession area, LocalDate today)
{
    private sealed record Stored(string Kind, int Stays, int Other, LocalDate On, string Document, int? Undoes, long Number, long OtherNumber);

    /// <returns>The number of the proposal; of the same one, where it waits already.</returns>
    public async Task<int> ProposeAsync(Joining asked, string by, CancellationToken cancellation)
    {
        (string document, string reason) = Renamings.Checked(asked.Document, asked.Reason, asked.On, today);
        await new JoinChecks(area).RefuseAsync(asked.Stays, asked.Other, cancellation);
        return await InsertAsync("join", asked with { Document = document, Reason = reason }, null, by, cancellation);
    }

    /// <summary>Proposes to take a join back as a whole.</summary>
    /// <param name="otherRows">Which of the rows recorded since are the other person's.</param>
    public async Task<int> ProposeUndoAsync(int join, (LocalDate On, string Document, string Reason) why, string? otherRows, string by, CancellationToken cancellation)
    {
        (string document, string reason) = Renamings.Checked(why.Document, why.Reason, why.On, today);
        Stored joined = await ReadAsync(join, cancellation) is { Kind: "join" or "part" } found ? found : throw Unknown(join);
        await RefuseUndoAsync(join, 0, cancellation);
        if (joined.Kind == "part")
        {
            await RefuseUndoOfPartAsync(joined, join, cancellation);
            return await InsertAsync("undo", new Joining(joined.Stays, joined.Other, why.On, document, reason), join, by, cancellation);
        }

        await new JoinChecks(area).RefuseUndoAsync(joined.Stays, joined.Other, cancellation);
        List<PersonRow> since = await new RowsSinceJoin(area).ReadAsync(joined.Stays, await SubmissionsAsync(join, cancellation), cancellation);
        List<(PersonRow Row, bool Goes)> chosen = RowsSinceJoin.Choose(since, otherRows);
        Joining undo = new(joined.Stays, joined.Other, why.On, document, reason) { OtherRows = [.. chosen.Where(c => c.Goes).Select(c => c.Row.Name)] };
        int proposal = await InsertAsync("undo", undo, join, by, cancellation);
        await area.DoAsync(
            "INSERT INTO :area.identity_row (identity_id, of_submission, of_row, goes) SELECT $1, s, r, g FROM unnest($2, $3, $4) x (s, r, g) ON CONFLICT DO NOTHING", cancellation, proposal,
            chosen.Select(c => c.Row.Submission).ToArray(), chosen.Select(c => c.Row.Row).ToArray(), chosen.Select(c => c.Goes).ToArray());
        return proposal;
    }

    public async Task ApproveAsync(int proposal, MoveDrafts drafts, CancellationToken cancellation)
    {
        Stored stored = (await ReadAsync(proposal, cancellation))!;
        if (stored.Undoes is { } join)
        {
            await RefuseUndoAsync(join, proposal, cancellation);
            if (await ReadAsync(join, cancellation) is { Kind: "part" } part)
            {
                await RefuseUndoOfPartAsync(part, join, cancellation);
                await UndoPartAsync(part, await UndoneAsync(part, join, proposal, cancellation), drafts, cancellation);
                return;
            }

            await new JoinChecks(area).RefuseUndoAsync(stored.Stays, stored.Other, cancellation);
            await UndoAsync(stored, await UndoneAsync(stored, join, proposal, cancellation), drafts, cancellation);
            return;
        }

        await new JoinChecks(area).RefuseAsync(stored.Stays, stored.Other, cancellation);
        if (await NumberAsync(stored.Stays, cancellation) != stored.Number || await NumberAsync(stored.Other, cancellation) != stored.OtherNumber)
        {
            throw new DataFaultException(
                "PROPOSAL_STALE", "提出之后，其中一人的号码已经变更。请不同意此提案，重新提出。", "The number of one of the two has changed since this was proposed. Refuse the proposal, and propose again.");
        }

        await MoveAsync(stored, drafts, cancellation);
    }

    private async Task MoveAsync(Stored stored, MoveDrafts drafts, CancellationToken cancellation)
    {
        FileDraft main = drafts.Main;
        await new DeclarationMoves<ContributionFact>(area, drafts).MoveAsync(stored.Other, stored.Stays, cancellation);
        await new DeclarationMoves<PensionFact>(area, drafts).MoveAsync(stored.Other, stored.Stays, cancellation);
        await new MovementMoves(area, main).MoveAsync(stored.Other, stored.Stays, cancellation);
        List<(int, PersonsLine, int)> events = [];
        List<long> numbers = await NumbersAsync(stored.Other, cancellation);
        numbers.ForEach(n => Add(events, main, stored, stored.Other, PersonEvent.NumberGivenUp, n));
        numbers.ForEach(n => Add(events, main, stored, stored.Stays, PersonEvent.NumberChanged, n));
        Add(events, main, stored, stored.Stays, PersonEvent.NumberChanged, stored.Number);
        await AddCardsAsync(events, main, stored, joins: true, cancellation);
        await AddBindingsAsync(events, main, stored, (stored.Other, stored.Stays), null, cancellation);
        await EventWriter.WriteAsync(area, events, cancellation);
    }

    private async Task UndoAsync(Stored stored, UndoneJoin undone, MoveDrafts drafts, CancellationToken cancellation)
    {
        FileDraft main = drafts.Main;
        int[] submissions = undone.Submissions;
        await undone.Postings.AddJoinAsync(undone.Runs, cancellation);
        await new DeclarationMoves<ContributionFact>(area, drafts).RestoreAsync(undone, cancellation);
        await new DeclarationMoves<PensionFact>(area, drafts).RestoreAsync(undone, cancellation);
        await new MovementMoves(area, main).RestoreAsync(undone, cancellation);
        await undone.Postings.WriteAsync(main.Submission, cancellation);
        List<(int, PersonsLine, int)> events = [];
        List<long> numbers = await area.ReadAsync(
            $"SELECT number FROM :area.person_event WHERE event = {PersonEvent.NumberGivenUp:D} AND person_id = $1 AND submission_id = ANY($2) ORDER BY row_no", r => r.GetInt64(0), cancellation, stored.Other, submissions);
        long current = await NumberAsync(stored.Stays, cancellation);
        numbers.ForEach(n => Add(events, main, stored, stored.Stays, PersonEvent.NumberGivenUp, n));
        numbers.ForEach(n => Add(events, main, stored, stored.Other, PersonEvent.NumberChanged, n));
        Add(events, main, stored, stored.Other, PersonEvent.NumberChanged, stored.OtherNumber);
        Add(events, main, stored, stored.Stays, PersonEvent.NumberChanged, numbers.Contains(current) ? stored.Number : current);
        await AddCardsAsync(events, main, stored, joins: false, cancellation);
        await AddBindingsAsync(events, main, stored, (stored.Stays, stored.Other), submissions, cancellation);
        await EventWriter.WriteAsync(area, events, cancellation);
    }

    private async Task RefuseUndoOfPartAsync(Stored part, int proposal, CancellationToken cancellation)
    {
        await new JoinChecks(area).RefusePartAsync(part.Stays, part.Other, cancellation);
        await new RowsSinceJoin(area).RefuseBuiltUponAsync([part.Stays, part.Other], await SubmissionsAsync(proposal, cancellation), cancellation);
    }

    // A person who was new with the part stays on record.
    private async Task UndoPartAsync(Stored part, UndoneJoin undone, MoveDrafts drafts, CancellationToken cancellation)
    {
        await undone.Postings.AddUndoneAsync(undone.Submissions, cancellation);
        await new DeclarationMoves<ContributionFact>(area, drafts).RestoreAsync(undone, cancellation);
        await new DeclarationMoves<PensionFact>(area, drafts).RestoreAsync(undone, cancellation);
        await new MovementMoves(area, drafts.Main).RestoreAsync(undone, cancellation);
        await undone.Postings.WriteAsync(drafts.Main.Submission, cancellation);
    }

    private static void Add(List<(int, PersonsLine, int)> events, FileDraft draft, Stored stored, int person, PersonEvent change, long number)
    {
        CitizenId id = CitizenId.FromDigits17(number);
        events.Add((person, new PersonsLine(Row(draft, stored.On), default, null, change, stored.On, change == PersonEvent.NumberChanged ? id.Full() : null, stored.Document) { Number = id }, draft.Submission));
    }

    // A card finds the person that it was recorded for last: those of the other person go with the join, and come back with its undoing.
    private async Task AddCardsAsync(List<(int, PersonsLine, int)> events, FileDraft draft, Stored stored, bool joins, CancellationToken cancellation)
    {
        List<string> cards = await CardsAsync(stored.Other, cancellation);
        List<string> own = joins && cards.Count > 0 ? await CardsAsync(stored.Stays, cancellation) : [];
        foreach (string card in cards.Concat(own.TakeLast(1)))
        {
            events.Add((joins ? stored.Stays : stored.Other, new PersonsLine(Row(draft, stored.On), default, null, PersonEvent.Card, stored.On, card, stored.Document), draft.Submission));
        }
    }

    // One account pays for a relative at a time: the binding ends on the one before it began, and begins on the other.
    private async Task AddBindingsAsync(
        List<(int, PersonsLine, int)> events, FileDraft draft, Stored stored, (int From, int To) moves, int[]? joined, CancellationToken cancellation)
    {
        FamilyBindings family = new(area);
        await family.LoadAsync([moves.From], [], cancellation);
        List<(long, LocalDate)> brought = joined is null ? [] : await area.ReadAsync(
            $"SELECT value, on_date FROM :area.person_event WHERE event = {PersonEvent.FamilyBound:D} AND person_id = $1 AND submission_id = ANY($2)",
            r => (FamilyBindings.MemberOf(new PersonsLine(0, default, null, PersonEvent.FamilyBound, default, r.GetString(0))), LocalDate.FromDateOnly(r.GetFieldValue<DateOnly>(1))),
            cancellation, moves.From, joined);
        foreach (FamilyBinding binding in family.All.Where(b => b.Payer == moves.From && b.To is null && (joined is null || brought.Contains((b.Member, b.From)))))
        {
            string member = $"{CitizenId.FromDigits17(binding.Member).Full(),-18}";
            LocalDate before = binding.From.PlusDays(-1);
            events.Add((moves.From, new PersonsLine(Row(draft, before), default, null, PersonEvent.FamilyUnbound, before, member, stored.Document), draft.Submission));
            events.Add((moves.To, new PersonsLine(Row(draft, binding.From), default, null, PersonEvent.FamilyBound, binding.From, $"{member} {binding.Relation}", stored.Document), draft.Submission));
        }
    }

    private static int Row(FileDraft draft, LocalDate on)
    {
        draft.Rows++;
        draft.Accepted++;
        draft.CountFact("event", on.ToYearMonth());
        return draft.Rows;
    }

    private Task<List<string>> CardsAsync(int person, CancellationToken cancellation) => area.ReadAsync(
        $"SELECT value FROM :area.person_event WHERE person_id = $1 AND event = {PersonEvent.Card:D} GROUP BY value ORDER BY max(submission_id), max(row_no)", r => r.GetString(0), cancellation, person);

    private Task<List<long>> NumbersAsync(int person, CancellationToken cancellation) => area.ReadAsync(
        "SELECT DISTINCT number FROM :area.person_number WHERE person_id = $1 ORDER BY 1", r => r.GetInt64(0), cancellation, person);

    private Task<long> NumberAsync(int person, CancellationToken cancellation) => area.OneAsync<long>("SELECT citizen FROM :area.insured WHERE person_id = $1", cancellation, person);

    private static DataFaultException Unknown(int join) => new("PROPOSAL_UNKNOWN", $"没有第 {join} 号合并或分出。", $"There is no join or part {join}.");

    private Task<int[]> SubmissionsAsync(int join, CancellationToken cancellation) =>
        area.OneAsync<int[]>("SELECT coalesce(array_agg(submission_id), '{}') FROM :area.identity_submission WHERE changed = $1", cancellation, join);

    // The rows that were decided are those that are there: what came since the proposal is decided by another one.
    private async Task<UndoneJoin> UndoneAsync(Stored stored, int join, int proposal, CancellationToken cancellation)
    {
        int[] submissions = await SubmissionsAsync(join, cancellation);
        List<(int Submission, int Row, bool Goes)> chosen = await area.ReadAsync(
            "SELECT of_submission, of_row, goes FROM :area.identity_row WHERE identity_id = $1", r => (r.GetInt32(0), r.GetInt32(1), r.GetBoolean(2)), cancellation, proposal);
        List<PersonRow> since = stored.Kind == "part" ? [] : await new RowsSinceJoin(area).ReadAsync(stored.Stays, submissions, cancellation);
        if (!chosen.Select(c => (c.Submission, c.Row)).ToHashSet().SetEquals(since.Select(s => (s.Submission, s.Row))))
        {
            throw new DataFaultException(
                "PROPOSAL_STALE", "提出之后，又有行记在保留的人名下或被更正。请不同意此提案，重新提出。",
                "Rows have been recorded for the person who stays, or corrected, since this was proposed. Refuse the proposal, and propose again.");
        }

        int[] named = [.. submissions, .. chosen.Where(c => c.Goes).Select(c => c.Submission).Distinct()];
        int[] runs = await area.OneAsync<int[]>(
            "SELECT coalesce(array_agg(DISTINCT t.run_id), '{}') FROM :area.run_submission t JOIN :area.standing_run r USING (run_id) WHERE t.submission_id = ANY($1)", cancellation, submissions);
        return await area.OneAsync<bool>(
            "SELECT EXISTS (SELECT FROM :area.run_submission t JOIN :area.run r USING (run_id) WHERE r.state NOT IN ('posted', 'discarded') AND t.submission_id = ANY($1))", cancellation, named)
            ? throw new DataFaultException("RUN_OPEN", "还有未结束的批次，请先入账或作废。", "A run is still open; post or discard it first.")
            : new UndoneJoin(
                stored.Stays, stored.Other, submissions, runs, [.. chosen.Where(c => c.Goes).Select(c => (c.Submission, c.Row))], new MovedPostings(area, stored.Stays, stored.Other));
    }

    private async Task RefuseUndoAsync(int join, int proposal, CancellationToken cancellation)
    {
        (bool approved, bool undone) = (await area.ReadAsync(
            """
            SELECT s.state = 'approved', EXISTS (SELECT FROM :area.identity_change_state u WHERE u.undoes = $1 AND u.state = 'approved' AND u.identity_id <> $2)
            FROM :area.identity_change_state s WHERE s.identity_id = $1
            """, r => (r.GetBoolean(0), r.GetBoolean(1)), cancellation, join, proposal))[0];
        if (!approved || undone)
        {
            throw new DataFaultException("PROPOSAL_STATE", $"提案 {join} 未生效或已撤销。", $"Proposal {join} is not in effect, or has been undone.");
        }
    }

    private async Task<Stored?> ReadAsync(int proposal, CancellationToken cancellation) => (await area.ReadAsync(
        """
        SELECT kind, person_id, coalesce(other_id, (SELECT n.person_id FROM :area.person_number n WHERE n.number = c.number LIMIT 1), 0), on_date, document, undoes, number_was, number
        FROM :area.identity_change c WHERE identity_id = $1 AND kind IN ('join', 'undo', 'part')
        """,
        r => new Stored(
            r.GetString(0), r.GetInt32(1), r.GetInt32(2), LocalDate.FromDateOnly(r.GetFieldValue<DateOnly>(3)), r.GetString(4), r.Number(5), r.GetInt64(6), r.GetInt64(7)),
        cancellation, proposal)).SingleOrDefault();

    private async Task<int> InsertAsync(string kind, Joining joining, int? undoes, string by, CancellationToken cancellation)
    {
        if (await area.ReadAsync(
            """
            SELECT identity_id FROM :area.identity_change_state c WHERE kind = $1 AND state = 'proposed' AND person_id = $2 AND other_id = $3 AND proposed_by = $4
                AND ARRAY(SELECT of_submission || ':' || of_row FROM :area.identity_row r WHERE r.identity_id = c.identity_id AND goes ORDER BY of_submission, of_row) = $5
            """,
            r => r.GetInt32(0), cancellation, kind, joining.Stays, joining.Other, by, joining.OtherRows.ToArray()) is [var same])
        {
            return same;
        }

        int proposal = await area.OneAsync<int>("SELECT coalesce(max(identity_id), 0) + 1 FROM :area.identity_change", cancellation);
        await area.DoAsync(
            """
            INSERT INTO :area.identity_change (identity_id, kind, person_id, number_was, name_was, other_id, number, name, on_date, document, reason, proposed_by, undoes)
            SELECT $1, $2, s.person_id, coalesce(j.number_was, s.citizen), s.name, o.person_id, coalesce(j.number, o.citizen), o.name, $5, $6, $7, $8, $9
            FROM :area.insured s JOIN :area.insured o ON o.person_id = $4 LEFT JOIN :area.identity_change j ON j.identity_id = $9 WHERE s.person_id = $3
            """,
            cancellation, proposal, kind, joining.Stays, joining.Other, joining.On.ToDateOnly(), joining.Document, joining.Reason, by, undoes is { } of ? of : DBNull.Value);
        return proposal;
    }
}

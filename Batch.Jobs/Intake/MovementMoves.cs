using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Intake;

/// <summary>Moves movements from one person's account to another's by new versions, and with them the interest that was posted.</summary>
internal sealed class MovementMoves(AreaSession area, FileDraft draft)
{
    private const string Columns = "person_id, kind, on_date, channel, member, reference, row_no, state, amount_fen, ground, document, counterpart, submission_id";
    private readonly MovementWriter _writer = new(area);

    public async Task MoveAsync(int from, int to, CancellationToken cancellation)
    {
        List<StandingMovement> all = [.. (await VersionsAsync("person_id = ANY($1)", [from, to], cancellation)).GroupBy(KeyOf).Select(Latest).Where(m => m.Fact.State != FactState.Withdrawn)];
        foreach (StandingMovement moved in all.Where(m => m.Fact.Person == from))
        {
            MovementFact target = moved.Fact with { Identity = moved.Fact.Identity with { Person = to } };
            int own = all.FindIndex(m => m.Fact.Identity == target.Identity);
            Add(moved.Fact with { State = FactState.Withdrawn, Row = 0 });
            Put(own < 0 ? target : Together(target, all[own].Fact));
        }

        await MoveInterestAsync(from, to, cancellation);
        await _writer.CompleteAsync(cancellation);
    }

    // Both accounts have a movement by the same day and place, or the same document: it is one movement of both amounts.
    private static MovementFact Together(MovementFact moved, MovementFact own) =>
        moved.State == FactState.Accepted && own.State == FactState.Accepted && moved.Ground == own.Ground && moved.Counterpart == own.Counterpart
            ? own with { Fen = own.Fen + moved.Fen }
            : throw JoinRefusal.NotPossible(
                "两个账户有同一文书或同日的变动，内容不同或尚待决定，无法合并；请先更正或决定这些变动。",
                "The two accounts have movements under one document or of one day that differ or wait for a decision; correct or decide them first.");

    // Interest of earlier years is on the account, and no file brings it: it moves by a pair of corrections.
    private async Task MoveInterestAsync(int from, int to, CancellationToken cancellation)
    {
        long fen = await area.OneAsync<long>(
            $"SELECT coalesce(sum(account_fen), 0)::bigint FROM :area.entry WHERE account_id = $1 AND component = {Component.Interest:D}", cancellation, from);
        if (fen == 0)
        {
            return;
        }

        string reference = draft.Name.ToUpperInvariant();
        foreach ((int person, long amount) in new[] { (from, -fen), (to, fen) })
        {
            MovementIdentity identity = new(person, MovementKind.Correction, null, SpendingChannel.None, 0, reference);
            Put(new MovementFact(identity, draft.Month!.Value.FirstDay(), 0, FactState.Accepted, amount, Ground.None, reference, null));
        }
    }

    /// <summary>Chosen movements of one person become another's.</summary>
    public async Task PartAsync(PartedRows parted, CancellationToken cancellation)
    {
        List<IGrouping<(MovementIdentity Identity, DateOnly On), StandingMovement>> all = [.. (await VersionsAsync("person_id = ANY($1)", [parted.From, parted.To], cancellation)).GroupBy(KeyOf)];
        foreach (IGrouping<(MovementIdentity Identity, DateOnly On), StandingMovement> key in all.Where(k => k.Key.Identity.Person == parted.From))
        {
            StandingMovement latest = Latest(key);
            if (!parted.Rows.Contains((latest.Submission, latest.Fact.Row)))
            {
                continue;
            }

            MovementFact target = latest.Fact with { Identity = latest.Fact.Identity with { Person = parted.To } };
            MovementFact? own = all.Find(k => k.Key == (target.Identity, target.On)) is { } there && Latest(there).Fact is { State: not FactState.Withdrawn } had ? had : null;
            Add(latest.Fact with { State = FactState.Withdrawn, Row = 0 });
            Put(own is { } old ? Together(target, old) : target);
            await parted.Postings.AddMovementAsync(key.GroupBy(v => v.Submission).Select(Latest).OrderBy(v => v.Submission), 0, cancellation);
        }

        await _writer.CompleteAsync(cancellation);
    }

    /// <summary>Puts back what was in force before a join; of what came since, the rows named become the other person's.</summary>
    public async Task RestoreAsync(UndoneJoin join, CancellationToken cancellation)
    {
        List<StandingMovement> versions = await VersionsAsync("person_id = ANY($1)", [join.Stays, join.Other], cancellation);
        Dictionary<(MovementIdentity Identity, DateOnly On), (MovementFact Latest, MovementFact? Then)> then = [];
        List<MovementFact> gone = [];
        foreach (IGrouping<(MovementIdentity Identity, DateOnly On), StandingMovement> key in versions.GroupBy(KeyOf))
        {
            StandingMovement latest = Latest(key);
            StandingMovement[] before = [.. key.Where(v => v.Submission < join.Submissions.Min())];
            bool goes = key.Key.Identity.Person == join.Stays && join.Goes.Contains((latest.Submission, latest.Fact.Row));
            if (goes || join.Brought(latest.Submission))
            {
                MovementFact? old = before.Length > 0 && key.Any(v => join.Brought(v.Submission)) && Latest(before) is { Fact.State: not FactState.Withdrawn } was ? was.Fact : null;
                then.Add(key.Key, (latest.Fact, old));
            }

            if (goes)
            {
                gone.Add(latest.Fact with { Identity = latest.Fact.Identity with { Person = join.Other } });
                await AddPostingsAsync(join, key, cancellation);
            }
        }

        foreach (MovementFact fact in gone)
        {
            (MovementIdentity, DateOnly) key = (fact.Identity, fact.On);
            then[key] = (fact, then.TryGetValue(key, out (MovementFact, MovementFact? Then) own) && own.Then is { } old ? Together(fact, old) : fact);
        }

        foreach ((MovementFact latest, MovementFact? old) in then.Values)
        {
            if (old is { } put)
            {
                Put(put);
            }
            else
            {
                Add(latest with { State = FactState.Withdrawn, Row = 0 });
            }
        }

        await _writer.CompleteAsync(cancellation);
    }

    private static Task AddPostingsAsync(UndoneJoin join, IEnumerable<StandingMovement> versions, CancellationToken cancellation)
    {
        int last = join.Submissions.Max();
        StandingMovement[] ordered = [.. versions.GroupBy(v => v.Submission).Select(Latest).OrderBy(v => v.Submission)];
        long joined = ordered.LastOrDefault(v => v.Submission <= last) is { Fact.State: FactState.Accepted } then ? then.Fact.Fen : 0;
        return join.Postings.AddMovementAsync(ordered.Where(v => v.Submission > last), joined, cancellation);
    }

    private void Put(MovementFact fact) => Add(fact with { Row = MoveDrafts.Count(draft, fact) });

    private void Add(in MovementFact fact)
    {
        _writer.Add(fact, draft.Submission);
        draft.CountDay(fact.On);
    }

    private static (MovementIdentity Identity, DateOnly On) KeyOf(StandingMovement movement) => (movement.Fact.Identity, movement.Fact.On);

    private static StandingMovement Latest(IEnumerable<StandingMovement> versions) => versions.OrderBy(v => v.Submission).ThenBy(v => v.Fact.Row <= 0).ThenBy(v => v.Fact.Row).Last();

    private async Task<List<StandingMovement>> VersionsAsync(string which, int[] keys, CancellationToken cancellation) => await area.ReadAsync(
        $"SELECT {Columns} FROM :area.movement WHERE {which}", r => new StandingMovement(MovementsInForce.Read(r), r.GetInt32(12)), cancellation, keys);
}

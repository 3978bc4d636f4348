using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Intake;

/// <summary>
/// Transfers out of wallets 医保钱包 that are in force, and those of them that have returned, of the people whom a block names: so many a day, and each returns once, whole.
/// A return comes on the day of its transfer or in the month after it at the latest.
/// </summary>
public sealed class WalletTransfers(AreaSession area)
{
    private readonly record struct Transfer(LocalDate On, long Fen, bool Accepted, int Submission);

    private readonly Dictionary<(int Person, string Document), Transfer> _out = [];
    private readonly Dictionary<(int Person, string Document), Transfer> _returned = [];
    private readonly Dictionary<(int Person, LocalDate Day), List<string>> _days = [];
    private readonly List<(MovementFact Fact, Transfer? Before, int Submission)> _stood = [];

    public static bool IsOf(MovementKind kind) => kind is MovementKind.WalletOut or MovementKind.WalletReturn;

    public async Task LoadAsync(IEnumerable<MovementFact> facts, CancellationToken cancellation)
    {
        _out.Clear();
        _returned.Clear();
        _days.Clear();
        _stood.Clear();
        MovementFact[] own = [.. facts.Where(f => IsOf(f.Identity.Kind))];
        int[] persons = [.. own.Select(f => Math.Abs(f.Person)).Distinct()];
        foreach (YearMonth month in own.Select(f => f.Month).SelectMany(m => new[] { m.PlusMonths(-1), m, m.PlusMonths(1) }).Distinct())
        {
            await ReadAsync(area.Part("movement", month), persons, cancellation);
        }
    }

    /// <summary>What the policy's limits, or the transfer that it belongs to, have against a movement; null: nothing.</summary>
    public Rejection? Fault(in MovementFact fact, WalletLimits limits, FileDraft draft)
    {
        if (!IsOf(fact.Identity.Kind))
        {
            return null;
        }

        if (fact.Identity.Kind == MovementKind.WalletReturn)
        {
            return ReturnFault(fact);
        }

        (int Person, string Document) key = (fact.Person, fact.Identity.Reference);
        LocalDate on = LocalDate.FromDateOnly(fact.On);
        if (-fact.Fen > limits.EachAtMost.Fen)
        {
            return new Rejection(Codes.WalletAmountAbove, fact.Row, "金额", new Money(-fact.Fen).ToString(), limits.EachAtMost.ToString());
        }

        if (_returned.TryGetValue(key, out Transfer back) && _out.TryGetValue(key, out Transfer before) && (before.Fen, before.On) != (fact.Fen, on))
        {
            return new Rejection(Codes.WalletOutReturned, fact.Row, "金额", key.Document, new Money(back.Fen).ToString());
        }

        // A replacement is the whole statement of its days: what was there before it does not count.
        int already = (_days.GetValueOrDefault((fact.Person, on)) ?? [])
            .Count(d => d != key.Document && (draft.Kind != SubmissionKind.Replacement || _out[(key.Person, d)].Submission == draft.Submission));
        return already >= limits.ADayAtMost ? new Rejection(Codes.WalletTimesAbove, fact.Row, "发生日期", on.Text(), limits.ADayAtMost.ToString(CultureInfo.InvariantCulture)) : null;
    }

    /// <summary>A line of this block is in force now, or waits; the one before is given back, for when the file is refused.</summary>
    public void Stand(in MovementFact fact, int submission)
    {
        if (!IsOf(fact.Identity.Kind))
        {
            return;
        }

        Dictionary<(int, string), Transfer> of = Of(fact);
        _stood.Add((fact, of.TryGetValue(KeyOf(fact), out Transfer before) ? before : null, submission));
        Set(fact, new Transfer(LocalDate.FromDateOnly(fact.On), fact.Fen, fact.State == FactState.Accepted, submission));
    }

    public void Undo(int submission)
    {
        foreach ((MovementFact fact, Transfer? before, int of) in _stood.AsEnumerable().Reverse().Where(s => s.Submission == submission))
        {
            Set(fact, before);
        }
    }

    /// <summary>A transfer out that a replacement leaves out while its return is in force; null: none.</summary>
    public async Task<Rejection?> LeftOutFaultAsync(IReadOnlyCollection<MovementFact> leftOut, CancellationToken cancellation)
    {
        await LoadAsync(leftOut, cancellation);
        HashSet<MovementIdentity> gone = [.. leftOut.Select(f => f.Identity)];
        foreach (MovementFact fact in leftOut.Where(f => f.Identity.Kind == MovementKind.WalletOut))
        {
            if (_returned.TryGetValue(KeyOf(fact), out Transfer back) && !gone.Contains(fact.Identity with { Kind = MovementKind.WalletReturn }))
            {
                return new Rejection(Codes.WalletOutReturned, 0, "", fact.Identity.Reference, new Money(back.Fen).ToString());
            }
        }

        return null;
    }

    private Rejection? ReturnFault(in MovementFact fact)
    {
        bool known = _out.TryGetValue((fact.Person, fact.Identity.Reference), out Transfer sent);
        if (known && sent.Accepted && sent.Fen == -fact.Fen && sent.On <= LocalDate.FromDateOnly(fact.On))
        {
            return null;
        }

        string found = $"{fact.Identity.Reference} {new Money(fact.Fen)} ({LocalDate.FromDateOnly(fact.On).Text()})";
        return new Rejection(Codes.WalletReturnUnknown, fact.Row, "金额", found, known ? $"{new Money(-sent.Fen)} ({sent.On.Text()})" : "-");
    }

    // A movement that waits beside the account counts like the person's own.
    private static (int Person, string Document) KeyOf(in MovementFact fact) => (Math.Abs(fact.Person), fact.Identity.Reference);

    private Dictionary<(int Person, string Document), Transfer> Of(in MovementFact fact) => fact.Identity.Kind == MovementKind.WalletReturn ? _returned : _out;

    private void Set(in MovementFact fact, Transfer? transfer)
    {
        (int Person, string Document) key = KeyOf(fact);
        Dictionary<(int, string), Transfer> of = Of(fact);
        bool counts = fact.Identity.Kind == MovementKind.WalletOut;
        if (of.Remove(key, out Transfer before) && counts)
        {
            _days[(key.Person, before.On)].Remove(key.Document);
        }

        if (transfer is not { } now)
        {
            return;
        }

        of.Add(key, now);
        if (counts)
        {
            _days.TryAdd((key.Person, now.On), []);
            _days[(key.Person, now.On)].Add(key.Document);
        }
    }

    private async Task ReadAsync(string part, int[] persons, CancellationToken cancellation)
    {
        foreach (StandingMovement found in await MovementsInForce.OfWalletsAsync(area.Connection, part, persons, cancellation))
        {
            Set(found.Fact, new Transfer(LocalDate.FromDateOnly(found.Fact.On), found.Fact.Fen, found.Fact is { State: FactState.Accepted, Person: > 0 }, found.Submission));
        }
    }
}

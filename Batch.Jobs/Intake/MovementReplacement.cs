using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>
/// A replacement of movements is the whole statement of its days, kinds and channels: what is in force of them and is not named any
/// more is withdrawn, under the same conditions as people of a payroll.
/// </summary>
internal sealed class MovementReplacement(AreaSession area, AccountLives lives)
{
    public List<MovementFact> Withdrawn { get; } = [];

    // Below every row of the file and what follows from it.
    private const int FirstConsequence = -1_000_000_000;

    /// <summary>Accounts that a withdrawn pay-out or transfer had closed.</summary>
    public List<(int Person, PersonsLine Line)> Reopenings { get; } = [];

    public async Task<Rejection?> WithdrawAsync(FileDraft draft, bool confirm, CancellationToken cancellation)
    {
        if (ReplacementRefusal.OfUnreadable(draft) is { } unreadable)
        {
            return unreadable;
        }

        int standing = 0;
        foreach ((DateOnly day, MovementKind kind, SpendingChannel channel) in draft.MovementGroups.Order())
        {
            standing += await LeftOutAsync(draft, day, kind, channel, cancellation);
        }

        List<MovementFact> moved = [.. Withdrawn.Where(f => f.Person > 0)];
        if ((ReplacementRefusal.OfLeftOut(moved.Count, standing, confirm) ?? await new WalletTransfers(area).LeftOutFaultAsync(moved, cancellation)) is { } refusal)
        {
            return refusal;
        }

        await lives.LoadAsync(moved.Select(f => f.Person), cancellation);
        foreach (MovementFact fact in moved.Where(f => MovementStaging.Ends(f)))
        {
            AccountSpan account = lives.Change(fact.Person).In(fact.Month);
            if (account.ClosedOn?.ToDateOnly() == fact.On)
            {
                account.ClosedOn = null;
                Reopenings.Add((fact.Person, new PersonsLine(
                    FirstConsequence - Reopenings.Count, default, null, PersonEvent.AccountClosed, LocalDate.FromDateOnly(fact.On), AccountLife.Withdrawn, fact.Document)));
            }
        }

        return null;
    }

    private async Task<int> LeftOutAsync(FileDraft draft, DateOnly day, MovementKind kind, SpendingChannel channel, CancellationToken cancellation)
    {
        string part = area.Part("movement", day.Month());
        await using NpgsqlCommand command = area.Command(
            $"""
            SELECT person_id, kind, on_date, channel, member, reference, row_no, state, amount_fen, ground, document, counterpart, submission_id FROM (
                SELECT DISTINCT ON (person_id, member, reference) * FROM {part} WHERE on_date = $1 AND kind = $2 AND channel = $3
                ORDER BY person_id, member, reference, {FactVersions.LatestFirst}) latest
            WHERE state <> {FactState.Withdrawn:D} ORDER BY person_id, member, reference
            """);
        command.Parameters.AddWithValue(day);
        command.Parameters.AddWithValue((short)kind);
        command.Parameters.AddWithValue((short)channel);
        int standing = 0;
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            MovementFact fact = MovementsInForce.Read(reader);
            standing += fact.Person > 0 ? 1 : 0;
            // What waited beside an account waits on only if the replacement says it again.
            bool left = fact.Person > 0 || reader.GetInt32(12) != draft.Submission;
            if (left && !draft.NamedMovements.Contains(fact.Identity))
            {
                Withdrawn.Add(fact with { State = FactState.Withdrawn, Row = 0 });
            }
        }

        return standing;
    }
}

using System.Collections.Concurrent;
using System.Data;
using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Runs;

/// <summary>
/// Computes one chunk of a run: entitled minus posted for each person it touches. The entries and the chunk's mark commit together, so a
/// chunk may be done again after a crash and by any worker; the second worker finds it marked and rolls back.
/// </summary>
public sealed class ChunkWork(Area area, RunContents run)
{
    private readonly ConcurrentDictionary<YearMonth, Lazy<Task<ReceiptCover?>>> _covers = [];

    public async Task DoAsync(Chunk chunk, CancellationToken cancellation)
    {
        (PlannedMonth month, MonthPolicy slice) = (run.Months[chunk.Month], run.Policy.For(chunk.Month));
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        ReceiptCover? cover = await CoverAsync(chunk.Month, cancellation);
        ChunkReader reader = new(area.On(connection));
        PersonFacts[] persons = await reader.ReadAsync(chunk, run.Taken, month.Whole, slice.Gates, cancellation, cover, YearPensions.Of(area.Schema, slice));
        await new AdvanceReader(area.On(connection), chunk, run.Taken).FillAsync(persons, slice, month.Whole, cancellation);
        List<MovementDifferences.Difference> moved = await MovedAsync(connection, chunk, month, () => reader.UnseenAsync(run.Taken, cancellation), cancellation);
        int people = await WriteAsync(connection, chunk, persons, moved, cancellation);
        ChunkRoom.Return(persons);
        KillSwitch.Pass(KillPoint.ChunkBeforeMark);
        if (await MarkAsync(area.On(connection), run.Run, chunk, people, cancellation))
        {
            KillSwitch.Pass(KillPoint.ChunkBeforeCommit);
            await transaction.CommitAsync(cancellation);
            KillSwitch.Pass(KillPoint.ChunkAfterCommit);
        }
        else
        {
            await transaction.RollbackAsync(cancellation);
        }
    }

    private async Task<List<MovementDifferences.Difference>> MovedAsync(
        NpgsqlConnection connection, Chunk chunk, PlannedMonth month, Func<Task<int[]>> unseen, CancellationToken cancellation)
    {
        bool moves = month.MovementDays.Count > 0, closes = month.Whole || (moves && run.Policy.For(chunk.Month).PaysInterestWithClosing);
        if (!moves && !closes)
        {
            return [];
        }

        int[] hidden = await unseen();
        List<MovementDifferences.Difference> moved = moves
            ? await new MovementDifferences(area.On(connection)).ReadAsync(chunk, month.MovementDays, [.. month.MovementSubmissions], hidden, cancellation)
            : [];
        if (closes)
        {
            await new ClosingInterest(area.On(connection), run.Policy).AddAsync(chunk, hidden, moved, cancellation);
        }

        return moved;
    }

    // Read once for all chunks of a month: it is made of the facts of the run and of those before it, which do not change under it.
    private Task<ReceiptCover?> CoverAsync(YearMonth month, CancellationToken cancellation) => !run.Policy.For(month).CreditsOnReceipt
        ? Task.FromResult<ReceiptCover?>(null)
        : _covers.GetOrAdd(month, _ => new Lazy<Task<ReceiptCover?>>(async () =>
        {
            await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
            return await new ChunkReader(area.On(connection)).CoverAsync(run.Policy.For(month), run.Taken, cancellation);
        })).Value;

    private async Task<int> WriteAsync(
        NpgsqlConnection connection, Chunk chunk, PersonFacts[] persons, List<MovementDifferences.Difference> moved, CancellationToken cancellation)
    {
        MonthPolicy slice = run.Policy.For(chunk.Month);
        await using CopyRows copy = await BeginEntriesAsync(area.On(connection), run.Run, cancellation);
        EntryKey key = new(run.PostingMonth.FirstDay(), run.Run, chunk.Month.FirstDay());
        int people = 0;
        bool[] counted = new bool[moved.Count == 0 ? 0 : persons.Length];
        foreach (MovementDifferences.Difference difference in moved)
        {
            int place = difference.Person - chunk.FirstPerson;
            people += counted[place] ? 0 : 1;
            counted[place] = true;
            Write(copy, key, persons[place].Account, difference.Component, difference.Legs);
        }

        for (int i = 0; i < persons.Length; i++)
        {
            if (!persons[i].Touched)
            {
                continue;
            }

            (Legs contribution, Legs retiree) = Entitlement.Of(persons[i].InForce, chunk.Month, slice);
            Legs first = Entitlement.Credited(contribution, run.PostingMonth, slice) - persons[i].PostedContribution;
            Legs second = Entitlement.Credited(retiree, run.PostingMonth, slice) - persons[i].PostedRetiree;
            people += (first.IsZero && second.IsZero) || (counted.Length > 0 && counted[i]) ? 0 : 1;
            Write(copy, key, persons[i].Account, Component.Contribution, first);
            Write(copy, key, persons[i].Account, Component.Retiree, second);
        }

        await copy.CompleteAsync(cancellation);
        return people;
    }

    internal static Task<CopyRows> BeginEntriesAsync(AreaSession area, int run, CancellationToken cancellation) => area.CopyAsync(
        $":area.run_entry_{run}",
        "posting_month, run_id, account_id, contribution_month, component, account_fen, pool_fen, other_fen, person_paid_fen, employer_paid_fen, paid_out_fen", cancellation);

    internal readonly record struct EntryKey(DateOnly PostingMonth, int Run, DateOnly ContributionMonth);

    internal static void Write(CopyRows copy, in EntryKey key, int account, Component component, in Legs legs)
    {
        if (legs.IsZero)
        {
            return;
        }

        if (legs.Account + legs.Pool + legs.Other != legs.PersonPaid + legs.EmployerPaid - legs.PaidOut)
        {
            throw new InvalidOperationException($"The legs of an entry of run {key.Run} do not balance.");
        }

        copy.StartRow();
        copy.Write(key.PostingMonth);
        copy.Write(key.Run);
        copy.Write(account);
        copy.Write(key.ContributionMonth);
        copy.Write((short)component);
        copy.Write(legs.Account);
        copy.Write(legs.Pool);
        copy.Write(legs.Other);
        copy.Write(legs.PersonPaid);
        copy.Write(legs.EmployerPaid);
        copy.Write(legs.PaidOut);
        KillSwitch.Pass(KillPoint.ChunkMidCopy);
    }

    internal static async Task<bool> MarkAsync(
        AreaSession area, int run, Chunk chunk, int people, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = area.Command(
            """
            UPDATE :area.run_chunk SET done = true, people = $4
            WHERE run_id = $1 AND contribution_month = $2 AND first_person = $3 AND NOT done
            """);
        command.Parameters.AddWithValue(run);
        command.Parameters.AddWithValue(chunk.Month.FirstDay());
        command.Parameters.AddWithValue(chunk.FirstPerson);
        command.Parameters.AddWithValue(people);
        try
        {
            return await command.ExecuteNonQueryAsync(cancellation) == 1;
        }
        catch (PostgresException beaten) when (beaten.SqlState == PostgresErrorCodes.SerializationFailure)
        {
            // Marked by somebody else since this transaction began.
            return false;
        }
    }
}

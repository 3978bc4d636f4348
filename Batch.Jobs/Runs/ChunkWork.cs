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
public sealed class ChunkWork(NpgsqlDataSource program, AreaSchema area, PolicyInForce policy)
{
    private readonly ConcurrentDictionary<YearMonth, Lazy<Task<ReceiptCover?>>> _covers = [];

    public async Task DoAsync(int run, YearMonth postingMonth, Chunk chunk, PlannedMonth month, IReadOnlySet<int> taken, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        ReceiptCover? cover = await CoverAsync(chunk.Month, taken, cancellation);
        ChunkReader reader = new(connection, area);
        PersonFacts[] persons = await reader.ReadAsync(chunk, taken, month.Whole, policy.For(chunk.Month).Gates, cancellation, cover, YearPensions.Of(area, policy.For(chunk.Month)));
        await new AdvanceReader(connection, area, chunk, taken).FillAsync(persons, policy.For(chunk.Month), month.Whole, cancellation);
        List<MovementDifferences.Difference> moved = await MovedAsync(connection, chunk, month, () => reader.UnseenAsync(taken, cancellation), cancellation);
        int people = await WriteAsync(connection, run, postingMonth, chunk, persons, moved, cancellation);
        ChunkRoom.Return(persons);
        KillSwitch.Pass(KillPoint.ChunkBeforeMark);
        if (await MarkAsync(connection, run, chunk, people, cancellation))
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
        bool moves = month.MovementDays.Count > 0, closes = month.Whole || (moves && policy.For(chunk.Month).PaysInterestWithClosing);
        if (!moves && !closes)
        {
            return [];
        }

        int[] hidden = await unseen();
        List<MovementDifferences.Difference> moved = moves
            ? await new MovementDifferences(connection, area).ReadAsync(chunk, month.MovementDays, [.. month.MovementSubmissions], hidden, cancellation)
            : [];
        if (closes)
        {
            await new ClosingInterest(connection, area, policy).AddAsync(chunk, hidden, moved, cancellation);
        }

        return moved;
    }

    // Read once for all chunks of a month: it is made of the facts of the run and of those before it, which do not change under it.
    private Task<ReceiptCover?> CoverAsync(YearMonth month, IReadOnlySet<int> taken, CancellationToken cancellation) => !policy.For(month).CreditsOnReceipt
        ? Task.FromResult<ReceiptCover?>(null)
        : _covers.GetOrAdd(month, _ => new Lazy<Task<ReceiptCover?>>(async () =>
        {
            await using NpgsqlConnection connection = await program.OpenConnectionAsync(cancellation);
            return await new ChunkReader(connection, area).CoverAsync(policy.For(month), taken, cancellation);
        })).Value;

    private async Task<int> WriteAsync(
        NpgsqlConnection connection, int run, YearMonth postingMonth, Chunk chunk, PersonFacts[] persons, List<MovementDifferences.Difference> moved, CancellationToken cancellation)
    {
        MonthPolicy slice = policy.For(chunk.Month);
        await using CopyRows copy = await BeginEntriesAsync(connection, area, run, cancellation);
        EntryKey key = new(postingMonth.FirstDay(), run, chunk.Month.FirstDay());
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
            Legs first = Entitlement.Credited(contribution, postingMonth, slice) - persons[i].PostedContribution;
            Legs second = Entitlement.Credited(retiree, postingMonth, slice) - persons[i].PostedRetiree;
            people += (first.IsZero && second.IsZero) || (counted.Length > 0 && counted[i]) ? 0 : 1;
            Write(copy, key, persons[i].Account, Component.Contribution, first);
            Write(copy, key, persons[i].Account, Component.Retiree, second);
        }

        await copy.CompleteAsync(cancellation);
        return people;
    }

    internal static Task<CopyRows> BeginEntriesAsync(NpgsqlConnection connection, AreaSchema area, int run, CancellationToken cancellation) => CopyRows.BeginAsync(
        connection, area.Sql($":area.run_entry_{run}"),
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

    internal async Task<bool> MarkAsync(NpgsqlConnection connection, int run, Chunk chunk, int people, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(area.Sql(
            """
            UPDATE :area.run_chunk SET done = true, people = $4
            WHERE run_id = $1 AND contribution_month = $2 AND first_person = $3 AND NOT done
            """), connection);
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

using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using Npgsql;

namespace Batch.Jobs.Runs;

/// <summary>
/// What the movements that a run takes change, for a range of persons in one month: what is in force with them less what is in force without them. Only
/// their days are read, so that the thirtieth day of a month costs what the first one did; that the ledger has what is in force is proven by V4.
/// </summary>
internal sealed class MovementDifferences(AreaSession area)
{
    public readonly record struct Difference(int Person, Component Component, Legs Legs);

    /// <param name="taken">Submissions with movements that the run takes.</param>
    /// <param name="unseen">Submissions that wait and that it does not take.</param>
    public async Task<List<Difference>> ReadAsync(Chunk chunk, IReadOnlyCollection<DateOnly> days, int[] taken, int[] unseen, CancellationToken cancellation)
    {
        List<Difference> differences = [];
        await using NpgsqlCommand command = area.Command(
            MovementSql.Difference(area.Part("movement", chunk.Month), "on_date = ANY($3) AND person_id BETWEEN $4 AND $5"));
        command.Parameters.AddWithValue(taken);
        command.Parameters.AddWithValue(unseen);
        command.Parameters.AddWithValue(days.ToArray());
        command.Parameters.AddWithValue(chunk.FirstPerson);
        command.Parameters.AddWithValue(chunk.LastPerson);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (reader.Read())
        {
            MovementKind kind = (MovementKind)reader.GetInt16(1);
            differences.Add(new Difference(reader.GetInt32(0), (Component)kind, LegsOf(kind, reader.GetInt64(2), reader.GetInt64(3))));
        }

        return differences;
    }

    /// <param name="toPool">What of it falls to the pooled fund, because there is no heir.</param>
    private static Legs LegsOf(MovementKind kind, long account, long toPool) => kind == MovementKind.Correction
        ? new Legs(account, 0, -account, 0, 0, 0)
        : new Legs(account, toPool, 0, 0, 0, -account - toPool);
}

using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>
/// The figures that runs were computed without, or with one from a year ago or earlier: by the policy and the figures in force when each run was computed,
/// so that the answer stays the same when a figure is entered later.
/// </summary>
public sealed class FigureWarnings(Area area)
{
    public Task<IReadOnlyList<FigureGap>> OfRunAsync(int run, CancellationToken cancellation) =>
        OfAsync(area.Program, "m.run_id = $1 AND $2::date IS NULL", run, null, cancellation);

    /// <summary>Those of the allocations posted in a month.</summary>
    public Task<IReadOnlyList<FigureGap>> OfMonthAsync(YearMonth postingMonth, CancellationToken cancellation) =>
        OfAsync(area.Program, "$1::int IS NULL AND r.posting_month = $2 AND r.state = 'posted'", null, postingMonth, cancellation);

    private async Task<IReadOnlyList<FigureGap>> OfAsync(NpgsqlDataSource program, string which, int? run, YearMonth? posted, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = program.CreateCommand(area.Schema.Sql(
            $"SELECT DISTINCT m.contribution_month, r.policy_seq FROM :area.run_month m JOIN :area.run r USING (run_id) WHERE {which} ORDER BY 2, 1"));
        command.Parameters.AddWithValue(NpgsqlTypes.NpgsqlDbType.Integer, (object?)run ?? DBNull.Value);
        command.Parameters.AddWithValue(NpgsqlTypes.NpgsqlDbType.Date, (object?)posted?.FirstDay() ?? DBNull.Value);
        List<(YearMonth Month, int Seq)> months = [];
        await using (NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                months.Add((reader.GetFieldValue<DateOnly>(0).Month(), reader.GetInt32(1)));
            }
        }

        HashSet<FigureGap> gaps = [];
        foreach (IGrouping<int, YearMonth> change in months.GroupBy(m => m.Seq, m => m.Month))
        {
            PolicyInForce policy = change.Key == area.Policy.Seq ? area.Policy : await new PolicyStore(program).ReadAsync(area.Schema.Code, change.Key, cancellation);
            // Whoever needs an average that is missing was refused with a sentence of its own.
            gaps.UnionWith(change.SelectMany(m => policy.TryFor(m)?.FigureGaps ?? []).Where(g => !g.Refuses));
        }

        return FigureGap.Join(gaps);
    }
}

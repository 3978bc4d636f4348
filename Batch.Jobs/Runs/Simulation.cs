using System.Data;
using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Runs;

/// <summary>
/// Computes a contribution month twice, under the policy in force and under a policy file, over the facts that standing runs took. Reads in one
/// snapshot, chunk by chunk, and writes nothing; adopted, the file would make the next run post exactly the difference.
/// </summary>
public sealed class Simulation(Area area)
{
    private const int LargestShown = 10;

    /// <summary>One month under another policy: a file of <see cref="Proposed"/>, or a proposal as if it were approved.</summary>
    /// <param name="name">What the reader knows it by.</param>
    /// <exception cref="PolicyGapException">One of the two policies does not cover the month.</exception>
    /// <exception cref="DataFaultException">FIGURE_MISSING: one of the policies lacks a figure that the month needs.</exception>
    public async Task<SimulationDocument> RunAsync(YearMonth month, PolicyInForce proposed, string name, CancellationToken cancellation)
    {
        MonthPolicy before = area.Policy.For(month), after = proposed.For(month);
        SimulationTally tally = new(before, LargestShown);
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        ChunkReader reader = new(area.On(connection));
        // Whichever of the two waits for the money; the other does not look.
        ReceiptCover? cover = await reader.CoverAsync(before.CreditsOnReceipt ? before : after, new HashSet<int>(), cancellation);
        YearPensions? year = YearPensions.Of(area.Schema, before) ?? YearPensions.Of(area.Schema, after);
        int lastPerson = await LastPersonAsync(connection, cancellation);
        for (int first = 0; first <= lastPerson; first += RunPlan.ChunkPersons)
        {
            Chunk chunk = new(month, first, first + RunPlan.ChunkPersons - 1);
            PersonFacts[] persons = await reader.ReadAsync(chunk, new HashSet<int>(), whole: true, before.Gates | after.Gates, cancellation, cover, year);
            await new AdvanceReader(area.On(connection), chunk, new HashSet<int>()).FillAsync(persons, before.PaysInAdvance ? before : after, whole: true, cancellation);
            foreach (PersonFacts facts in persons)
            {
                if (facts.Account != 0)
                {
                    tally.Add(facts, Of(facts.InForce, before, "现行政策", "the policy in force"), Of(facts.InForce, after, name, name));
                }
            }

            ChunkRoom.Return(persons);
        }

        IReadOnlyDictionary<int, string> numbers = await NumbersAsync(connection, tally.LargestPersons, cancellation);
        return tally.Document(area.Schema.Code, month, after.Version, numbers) with { SameRules = before.Hash == after.Hash };
    }

    /// <summary>Every posted month whose rules the policy changes, which the next run would compute again.</summary>
    /// <param name="name">What the reader knows it by.</param>
    public async Task<SimulatedMonths> RunAllAsync(PolicyInForce proposed, string name, CancellationToken cancellation)
    {
        List<SimulationDocument> months = [];
        foreach (YearMonth month in await TouchedAsync(proposed, cancellation))
        {
            months.Add(await RunAsync(month, proposed, name, cancellation));
        }

        return new SimulatedMonths(area.Schema.Code, name, months);
    }

    private async Task<IReadOnlyList<YearMonth>> TouchedAsync(PolicyInForce proposed, CancellationToken cancellation) =>
        [.. (await area.ReadAsync("SELECT contribution_month FROM :area.posted_policy ORDER BY 1", r => r.GetFieldValue<DateOnly>(0).Month(), cancellation))
            .Where(month => area.Policy.TryFor(month)?.Hash != proposed.TryFor(month)?.Hash)];

    /// <summary>The policy of a file. The figures set since stay in force over it, as they would if it were adopted.</summary>
    /// <exception cref="PolicyFaultException">The file has faults, or its examples do not come out.</exception>
    /// <exception cref="DataFaultException">POLICY_OF_ANOTHER_AREA.</exception>
    public PolicyInForce Proposed(string text, string fileName)
    {
        AreaPolicy policy = AreaPolicy.Parse(text, fileName);
        return policy.Area == area.Schema.Code
            ? new PolicyInForce(policy, area.Policy.Figures, area.Policy.Seq)
            : throw new DataFaultException(
                "POLICY_OF_ANOTHER_AREA", $"{fileName} 是统筹区 {policy.Area} 的政策，不是 {area.Schema.Code} 的。",
                $"{fileName} is the policy of area {policy.Area}, not of {area.Schema.Code}.");
    }

    private static (Legs Contribution, Legs Retiree) Of(in MonthFacts facts, MonthPolicy policy, string chinese, string english)
    {
        try
        {
            return Entitlement.Of(facts, policy.Month, policy);
        }
        catch (MissingFigureException missing)
        {
            throw new DataFaultException(
                "FIGURE_MISSING", $"{chinese}：{missing.Month.Text()} 缺少“{missing.Figure}”，请写入文件，或用 policy set 给出并复核。",
                $"{english}: {missing.Month.Text()} has no {missing.Figure}; write it into the file, or give it with policy set and have it approved.");
        }
    }

    private async Task<int> LastPersonAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(area.Schema.Sql("SELECT coalesce(max(person_id), 0) FROM :area.person"), connection);
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private async Task<IReadOnlyDictionary<int, string>> NumbersAsync(NpgsqlConnection connection, int[] persons, CancellationToken cancellation) =>
        (await connection.ReadAsync(
            area.Schema.Sql("SELECT person_id, citizen FROM :area.insured WHERE person_id = ANY($1)"),
            r => (r.GetInt32(0), Masking.Number(r.GetInt64(1))), cancellation, persons)).ToDictionary();
}

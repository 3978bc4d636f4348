using System.Text.Json.Serialization;
using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>A month whose credit a join or its undoing changes.</summary>
/// <param name="Amount">To or from both accounts together.</param>
/// <param name="Held">Two employers have declared it: nothing is credited for it until that is decided.</param>
public sealed record ChangedMonth(YearMonth Month, Money Amount, bool Held)
{
    /// <summary>Of a part or an undoing: to or from the other's account.</summary>
    public Money ToOther { get; init; }
}

/// <summary>What a join or its undoing would change in money.</summary>
/// <param name="Balance">Posted, of the person who stays.</param>
/// <param name="OtherBalance">Posted, of the other.</param>
/// <param name="After">Of both accounts together, once the next run is posted.</param>
public sealed record IdentityPreviewDocument(int Proposal, Money Balance, Money OtherBalance, Money After, IReadOnlyList<ChangedMonth> Months)
{
    /// <summary>Of a part or an undoing: what the other's account has once the next run is posted, without interest that is computed anew.</summary>
    public Money? OtherAfter { get; init; }

    /// <summary>Years whose posted interest is computed again afterwards, on each one's own balance.</summary>
    public IReadOnlyList<int> InterestYears { get; init; } = [];

    /// <summary>Whose accounts were looked at: for the record of inquiries.</summary>
    [JsonIgnore]
    public IReadOnlyList<(int Person, int Account)> Accounts { get; init; } = [];
}

/// <summary>
/// What the approval of a proposal would change: it is applied, what both persons should have is computed as a run computes it, and all is taken back.
/// </summary>
public sealed class IdentityPreview(Area area, IClock clock)
{
    private const string Nobody = "preview";

    private readonly AreaSchema _schema = area.Schema;

    /// <exception cref="DataFaultException">What an approval would be refused for.</exception>
    public async Task<IdentityPreviewDocument> ReadAsync(int proposal, CancellationToken cancellation)
    {
        IdentityProposals proposals = new(area, clock);
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        await using NpgsqlTransaction transaction = await proposals.BeginAsync(connection, cancellation);
        IdentityDocument found = await proposals.ReadAsync(connection, proposal, cancellation);
        (int stays, int other) = (await connection.ReadAsync(
            _schema.Sql("SELECT person_id, coalesce(other_id, person_id) FROM :area.identity_change WHERE identity_id = $1"), r => (r.GetInt32(0), r.GetInt32(1)), cancellation, proposal))[0];
        int[] waiting = [.. await connection.ReadAsync(_schema.Sql("SELECT submission_id FROM :area.waiting_submission"), r => r.GetInt32(0), cancellation)];
        int[] submissions = await proposals.ApplyAsync(connection, found, new byte[32], Nobody, cancellation);
        bool parts = found.Kind is "part" or "undo";
        long movements = await connection.OneAsync<long>(
            _schema.Sql($"SELECT coalesce(sum(fen), 0)::bigint FROM :area.moved_posting WHERE component >= {Component.Opening:D} AND person_id <> $2 AND submission_id = ANY($1)"),
            cancellation, submissions, stays);
        bool isNew = found.Kind == "part" && other == stays;
        other = isNew ? await connection.OneAsync<int>(
            _schema.Sql("SELECT n.person_id FROM :area.person_number n JOIN :area.identity_change c ON c.number = n.number WHERE c.identity_id = $1"), cancellation, proposal) : other;
        isNew &= await area.OneAsync<bool>("SELECT NOT EXISTS (SELECT FROM :area.account WHERE person_id = $1)", cancellation, other);
        List<ChangedMonth> months = [];
        foreach (YearMonth month in await MonthsAsync(connection, submissions, cancellation))
        {
            (long fen, long toOther) = (0, 0);
            foreach (int person in new[] { stays, other }.Distinct())
            {
                long change = await DifferenceAsync(connection, person, month, [.. waiting, .. submissions], cancellation) - await DifferenceAsync(connection, person, month, [.. waiting], cancellation);
                fen += change;
                toOther += person == other && parts ? change : 0;
            }

            bool held = await IsHeldAsync(connection, month, submissions, cancellation);
            if (fen != 0 || toOther != 0 || held)
            {
                months.Add(new ChangedMonth(month, new Money(fen), held) { ToOther = new Money(toOther) });
            }
        }

        List<int> years = await InterestYearsAsync(connection, submissions, cancellation);
        await transaction.RollbackAsync(cancellation);
        Balances balances = new(area);
        other = isNew ? stays : other;
        int account = await LatestAccountAsync(connection, stays, cancellation), otherAccount = await LatestAccountAsync(connection, other, cancellation);
        Money balance = (await balances.BalanceAsync(account, null, cancellation)).Balance;
        Money others = stays == other ? Money.Zero : (await balances.BalanceAsync(otherAccount, null, cancellation)).Balance;
        return new IdentityPreviewDocument(proposal, balance, others, new Money(balance.Fen + others.Fen + months.Sum(m => m.Amount.Fen)), months)
        {
            OtherAfter = parts ? new Money(others.Fen + movements + months.Sum(m => m.ToOther.Fen)) : null,
            InterestYears = years,
            Accounts = [.. new[] { (stays, account), (other, otherAccount) }.Distinct()],
        };
    }

    // A person who was paid out and enrolled again has more than one.
    private Task<int> LatestAccountAsync(NpgsqlConnection connection, int person, CancellationToken cancellation) =>
        connection.OneAsync<int>(_schema.Sql("SELECT max(account_id) FROM :area.account WHERE person_id = $1"), cancellation, person);

    // Entitled minus posted, as a run that takes these submissions would have it.
    private async Task<long> DifferenceAsync(NpgsqlConnection connection, int person, YearMonth month, HashSet<int> taken, CancellationToken cancellation)
    {
        if (area.Policy.TryFor(month) is not { } slice)
        {
            return 0;
        }

        ChunkReader reader = new(_schema.On(connection));
        Chunk chunk = new(month, person, person);
        PersonFacts[] one = await reader.ReadAsync(
            chunk, taken, whole: true, slice.Gates, cancellation, await reader.CoverAsync(slice, taken, cancellation), YearPensions.Of(_schema, slice));
        await new AdvanceReader(_schema.On(connection), chunk, taken).FillAsync(one, slice, whole: true, cancellation);
        (Legs contribution, Legs retiree) = Entitlement.Of(one[0].InForce, month, slice);
        return contribution.Account + retiree.Account - one[0].PostedContribution.Account - one[0].PostedRetiree.Account;
    }

    private Task<List<YearMonth>> MonthsAsync(NpgsqlConnection connection, int[] submissions, CancellationToken cancellation) => connection.ReadAsync(
        _schema.Sql("SELECT DISTINCT month FROM :area.submission_month WHERE fact IN ('contribution', 'pension') AND submission_id = ANY($1) ORDER BY 1"),
        r => r.GetFieldValue<DateOnly>(0).Month(), cancellation, submissions);

    // Of those that have ended since what moves was posted.
    private Task<List<int>> InterestYearsAsync(NpgsqlConnection connection, int[] submissions, CancellationToken cancellation) => connection.ReadAsync(
        _schema.Sql(
            """
            SELECT y.year FROM :area.statement_year y
            WHERE EXISTS (SELECT FROM :area.moved_posting p WHERE p.submission_id = ANY($1) AND p.posting_month <= y.through)
                AND EXISTS (SELECT FROM :area.standing_interest r JOIN :area.run_month m USING (run_id) WHERE m.contribution_month = y.through)
            ORDER BY 1
            """), r => r.GetInt32(0), cancellation, submissions);

    private async Task<bool> IsHeldAsync(NpgsqlConnection connection, YearMonth month, int[] submissions, CancellationToken cancellation) =>
        await new MonthTables(_schema.On(connection)).ExistsAsync("contribution", month, cancellation)
        && await connection.OneAsync<bool>($"SELECT EXISTS (SELECT FROM {_schema.Part("contribution", month)} WHERE state = {FactState.Held:D} AND submission_id = ANY($1))", cancellation, submissions);
}

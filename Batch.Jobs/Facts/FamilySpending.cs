using Batch.Jobs.Store;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Facts;

/// <summary>The last day on which an account paid for a member, after the day on which the binding is to end: it cannot end before that.</summary>
internal sealed class FamilySpending(AreaSession area)
{
    private readonly Dictionary<(int Payer, long Member), LocalDate> _last = [];

    public LocalDate? Last(int payer, long member) => _last.TryGetValue((payer, member), out LocalDate day) ? day : null;

    public async Task LoadAsync(IReadOnlyCollection<(int Payer, long Member, LocalDate End)> ends, CancellationToken cancellation)
    {
        _last.Clear();
        foreach ((int payer, long member, LocalDate end) in ends)
        {
            await using NpgsqlCommand command = area.Command(
                $"""
                SELECT max(on_date) FROM (
                    SELECT DISTINCT ON (on_date, channel) on_date, state, amount_fen FROM :area.movement
                    WHERE movement_month >= '{end.Year:0000}-{end.Month:00}-01' AND on_date > $3 AND person_id = $1 AND member = $2 AND kind = {MovementKind.Spending:D}
                    ORDER BY on_date, channel, {FactVersions.LatestFirst}) s
                WHERE state <> {FactState.Withdrawn:D} AND amount_fen <> 0
                """);
            command.Parameters.AddWithValue(payer);
            command.Parameters.AddWithValue(member);
            command.Parameters.AddWithValue(end.ToDateOnly());
            if (await command.ExecuteScalarAsync(cancellation) is DateOnly last)
            {
                _last[(payer, member)] = LocalDate.FromDateOnly(last);
            }
        }
    }
}

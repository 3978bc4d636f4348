using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>A movement that runs have taken, with the file and row that say so.</summary>
/// <param name="Component">As the statement names it.</param>
public sealed record ExplainedMovement(string Component, LocalDate On, Money Amount, SpendingChannel? Channel, bool ForMember, string? Document, SourceDocument Source)
{
    internal Component Kind { get; init; }

    public string Chinese => Kind == Facts.Component.Spending && ForMember ? "家庭共济消费" : LedgerWords.Of(Kind).Chinese;
}

/// <summary>The standing movements of a person and month.</summary>
internal sealed class ExplainedMovements(AreaSession area)
{
    public async Task<IReadOnlyList<ExplainedMovement>> ReadAsync(int person, YearMonth month, CancellationToken cancellation) => await area.ReadAsync(
        $"""
        SELECT m.kind, m.on_date, m.amount_fen, m.channel, m.kind = {MovementKind.Spending:D} AND m.member <> 0, m.document, s.file, m.row_no FROM (
            SELECT DISTINCT ON (on_date, kind, channel, member, reference) * FROM :area.movement
            WHERE movement_month = '{month.Text()}-01' AND person_id = $1 AND submission_id NOT IN (SELECT submission_id FROM :area.waiting_submission)
            ORDER BY on_date, kind, channel, member, reference, {FactVersions.LatestFirst}) m
        JOIN :area.submission s USING (submission_id) WHERE m.state = {FactState.Accepted:D} ORDER BY m.on_date, m.kind, m.channel, m.member, m.reference
        """,
        Of, cancellation, person);

    private static ExplainedMovement Of(NpgsqlDataReader reader)
    {
        Component kind = (Component)reader.GetInt16(0);
        return new ExplainedMovement(
            LedgerWords.NameOf(kind), LocalDate.FromDateOnly(reader.GetFieldValue<DateOnly>(1)), new Money(reader.GetInt64(2)),
            kind == Component.Spending ? (SpendingChannel)reader.GetInt16(3) : null, reader.GetBoolean(4), reader.Text(5),
            new SourceDocument(reader.GetString(6), reader.GetInt32(7)))
        { Kind = kind };
    }
}

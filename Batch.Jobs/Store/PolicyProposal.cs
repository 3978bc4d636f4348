using NodaTime;
using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>A proposed change of an area's policy: a whole file, or one dated figure.</summary>
/// <param name="Document">Number of the document that it follows.</param>
/// <param name="ApprovedBy">Null while it waits for a second person.</param>
public sealed record PolicyProposal(
    string Hash, string Area, string Kind, string? Figure, YearMonth? From, decimal? Value, string Document, string ProposedBy, string? ApprovedBy)
{
    internal const string Select =
        """
        SELECT c.hash, c.area, c.kind, c.figure, c.from_month, c.value, c.document, c.proposed_by, a.approved_by
        FROM batch.policy_change c LEFT JOIN batch.policy_approval a USING (hash)
        """;

    public string State => ApprovedBy is null ? "proposed" : "approved";

    internal static PolicyProposal Of(NpgsqlDataReader reader) => new(
        reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.Text(3),
        reader.IsDBNull(4) ? null : reader.GetFieldValue<DateOnly>(4).Month(), reader.IsDBNull(5) ? null : reader.GetDecimal(5),
        reader.GetString(6), reader.GetString(7), reader.Text(8));
}

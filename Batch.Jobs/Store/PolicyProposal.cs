using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>A proposed change of an area's policy: a whole file, one dated figure, or several.</summary>
/// <param name="Kind"><c>file</c>, <c>figure</c> or <c>figures</c>.</param>
/// <param name="Figure">Of one figure its name; with <paramref name="From"/> and <paramref name="Value"/> in yuan a month.</param>
/// <param name="Document">Number of the document that it follows.</param>
/// <param name="ProposedBy">Who proposed it last.</param>
/// <param name="ApprovedBy">Null while it waits for a second person, or when it has ended otherwise.</param>
/// <param name="State">proposed, approved, withdrawn or refused.</param>
public sealed record PolicyProposal(
    string Hash, string Area, string Kind, string? Figure, YearMonth? From, decimal? Value, string Document, string ProposedBy, string? ApprovedBy, string State)
{
    internal const string Select =
        """
        SELECT c.hash, c.area, c.kind, c.figure, c.from_month, c.value, c.document, p.proposed_by, p.approved_by, p.state, p.ended_by, p.reason, p.ended_at, CASE c.kind WHEN 'figures' THEN c.content END
        FROM batch.policy_change c JOIN batch.proposal p ON p.kind = 'policy' AND p.subject = c.hash
        """;

    /// <summary>Who withdrew or refused it, why and when; null: nobody.</summary>
    public ProposalOutcome? Ended { get; private init; }

    private string? Lines { get; init; }

    /// <summary>The figures that it proposes, by month and name; none where it is a file.</summary>
    public IReadOnlyList<DatedFigure> Figures => Lines is { } lines ? ProposedFigures.Of(lines) : Figure is { } name ? [new DatedFigure(name, From!.Value, Value!.Value, Document)] : [];

    internal static PolicyProposal Of(NpgsqlDataReader reader) => new(
        reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.Text(3),
        reader.IsDBNull(4) ? null : reader.GetFieldValue<DateOnly>(4).Month(), reader.IsDBNull(5) ? null : reader.GetDecimal(5),
        reader.GetString(6), reader.GetString(7), reader.Text(8), reader.GetString(9))
    {
        Ended = reader.GetString(9) is "withdrawn" or "refused" ? new ProposalOutcome(reader.GetString(10), reader.GetString(11), reader.Moment(12)!.Value) : null,
        Lines = reader.Text(13),
    };
}

/// <summary>A figure that was approved, with who proposed it last and who approved it when.</summary>
public sealed record ApprovedFigure(DatedFigure Figure, string ProposedBy, string ApprovedBy, Instant ApprovedAt);

/// <summary>How a proposal ended without being approved.</summary>
/// <param name="Reason">Empty where none was given.</param>
public sealed record ProposalOutcome(string By, string Reason, Instant At);

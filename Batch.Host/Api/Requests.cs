using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Batch.Jobs.Files;
using NodaTime;

namespace Batch.Host.Api;

/// <summary>Which month is computed.</summary>
internal sealed record RunRequest
{
    [Required, Description("The posting month.")]
    public YearMonth? Month { get; init; }
}

/// <summary>An approval is of exactly what was reviewed.</summary>
internal sealed record ApproveRequest
{
    [Required, StringLength(64), Description("Digest of the run as it was reviewed.")]
    public string? Digest { get; init; }

    [StringLength(1000), Description("Why a run with anomalies is approved; required when the run has some.")]
    public string? Reason { get; init; }

    [StringLength(1000), Description("The same as reason, by its name on the command line.")]
    public string? Override { get; init; }
}

/// <summary>Why something is done.</summary>
internal sealed record ReasonRequest
{
    [Required, StringLength(1000), Description("The reason, which is recorded.")]
    public string? Why { get; init; }
}

/// <summary>Why differences of a month's money are accepted, and which.</summary>
internal sealed record AcceptRequest
{
    [Required, StringLength(1000), Description("The reason, which is recorded.")]
    public string? Why { get; init; }

    [Description("Keys of the differences; all that are open when left out.")]
    public IReadOnlyList<string>? Differences { get; init; }
}

/// <summary>Which report is written.</summary>
internal sealed record ReportRequest
{
    [Required, StringLength(40), Description("The report, such as allocation.")]
    public string? Kind { get; init; }

    [Required, Description("The posting month.")]
    public YearMonth? Month { get; init; }

    [Description("csv when left out.")]
    public ReportFormat? Format { get; init; }
}

/// <summary>Whose account: by citizen number or by card number, one of the two.</summary>
internal record HolderRequest
{
    [StringLength(18), Description("The citizen number; this or card.")]
    public string? Id { get; init; }

    [StringLength(64), Description("The card number; this or id.")]
    public string? Card { get; init; }

    [RegularExpression("^[0-9]{6}$"), Description("The area; without it all areas of the key are searched.")]
    public string? Area { get; init; }
}

/// <summary>A balance or coverage, as of a month.</summary>
internal sealed record HolderAtRequest : HolderRequest
{
    [Description("The last month; without it all months count.")]
    public YearMonth? At { get; init; }
}

/// <summary>A statement over a span of months.</summary>
internal sealed record StatementRequest : HolderRequest
{
    [Description("The first month; January of the last one's year when left out.")]
    public YearMonth? From { get; init; }

    [Description("The last month; the current one when left out.")]
    public YearMonth? To { get; init; }
}

/// <summary>Why a month's amount is what it is.</summary>
internal sealed record ExplainRequest : HolderRequest
{
    [Required, Description("The contribution month.")]
    public YearMonth? Month { get; init; }
}

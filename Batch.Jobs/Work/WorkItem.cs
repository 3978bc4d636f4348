using System.Globalization;
using System.Text.Json;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Work;

/// <summary>What there is to do; each says the form of its argument.</summary>
public static class WorkKinds
{
    /// <summary>Take a received file in: the upload's number.</summary>
    public const string Upload = "upload";

    /// <summary>Compute a month's run: the month.</summary>
    public const string Allocate = "allocate";

    /// <summary>A piece of a run: <c>RUN:MONTH:FIRST</c>.</summary>
    public const string Chunk = "chunk";

    /// <summary>Post an approved run: the run.</summary>
    public const string Post = "post";

    /// <summary>Close a month: the month.</summary>
    public const string Close = "close";

    /// <summary>A year's interest as a run: the year.</summary>
    public const string Interest = "interest";

    /// <summary>Write a report: <c>KIND:MONTH:FORMAT</c>.</summary>
    public const string Report = "report";

    /// <summary>Prove the ledger and seal what was posted: empty, or <c>all</c>.</summary>
    public const string Verify = "verify";

    /// <summary>Take what lies in the drop folder: the folder.</summary>
    public const string DropFolder = "drop-folder";

    /// <summary>Throw away what can be made again and is old: empty.</summary>
    public const string Retention = "retention";
}

/// <summary>The state of work.</summary>
public enum WorkState
{
    /// <summary>Waits for a free worker.</summary>
    Queued,

    /// <summary>Somebody is at it.</summary>
    Running,

    /// <summary>Its pieces are being done.</summary>
    Waiting,

    /// <summary>Held back by a person, until another word.</summary>
    Paused,

    /// <summary>It failed and waits to be retried or cancelled.</summary>
    Parked,

    Done,

    /// <summary>The data or a rule says no; doing it again would say the same.</summary>
    Refused,

    Cancelled,
}

/// <summary>Why work ended without its result; nothing personal in it.</summary>
public sealed record WorkFault(string Code, string Zh, string En);

/// <summary>What a running piece of work waits for: a lock of another session.</summary>
public sealed record WorkWait(string Zh, string En);

/// <summary>One piece of queued work 作业.</summary>
/// <param name="Done">How far it is, of <paramref name="Total"/>: chunks of a run, rows of a file.</param>
/// <param name="Wanted">What the worker was asked to do: <c>pause</c> or <c>cancel</c>.</param>
public sealed record WorkItem(
    int Number, string Kind, string Area, string Argument, int? Parent, string AskedBy, Instant AskedAt, WorkState State, string? Wanted, string? WantedBy, string? WantedWhy,
    int Attempts, string? Worker, Instant? StartedAt, Instant? EndedAt, long Done, long? Total, JsonElement? Result, WorkFault? Fault, WorkWait? Waits)
{
    public bool HasEnded => State is WorkState.Done or WorkState.Refused or WorkState.Cancelled;

    /// <summary>The run that it is about; null: none, or none yet.</summary>
    public int? Run => Kind switch
    {
        WorkKinds.Chunk => int.Parse(Argument[..Argument.IndexOf(':', StringComparison.Ordinal)], CultureInfo.InvariantCulture),
        WorkKinds.Post => int.Parse(Argument, CultureInfo.InvariantCulture),
        _ => Result is { } result && result.TryGetProperty("run", out JsonElement run) && run.ValueKind == JsonValueKind.Number ? run.GetInt32() : null,
    };
}

/// <summary>How a piece of work came out this time: ended, to be done again, or held back.</summary>
public sealed record WorkEnd(WorkItem Item, WorkState State, Exception? Fault);

/// <summary>Something that happened to a piece of work.</summary>
public sealed record WorkEvent(Instant At, string Act, string Who, string? Why);

/// <summary>Work to be asked for.</summary>
public sealed record WorkOrder(string Kind, AreaSchema Area, string Argument, string By, int? Parent = null);

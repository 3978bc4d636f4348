namespace Batch.Jobs.Runs;

/// <summary>How far a run has come; in the database and in documents the name in lower case.</summary>
public enum RunState
{
    /// <summary>There was nothing to post: no run was made.</summary>
    Nothing,

    /// <summary>Chunks are computed.</summary>
    Computing,

    /// <summary>待复核: another person may approve it.</summary>
    Computed,

    /// <summary>待入账: approved by another person, and not posted.</summary>
    Approved,

    /// <summary>已入账: part of the ledger.</summary>
    Posted,

    /// <summary>已作废: its entries are gone, the decision is on record.</summary>
    Discarded,
}

public static class RunStates
{
    /// <summary>The states of a run that is not ended, for SQL: an area has one such run at most.</summary>
    public const string Open = "('computing', 'computed', 'approved')";

    public static string Text(this RunState state) => state.ToString().ToLowerInvariant();

    /// <exception cref="ArgumentException">The database has a state that the program does not know.</exception>
    public static RunState Of(string text) => Enum.Parse<RunState>(text, ignoreCase: true);
}

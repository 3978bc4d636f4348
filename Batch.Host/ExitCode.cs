namespace Batch.Host;

/// <summary>How a verb ends; scripts rely on the numbers.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The data or a check is at fault.</summary>
    public const int Data = 1;

    /// <summary>The command line is at fault.</summary>
    public const int Usage = 2;

    /// <summary>The machine lacks something: a server, disk space, a reachable folder.</summary>
    public const int Environment = 3;
}

namespace Batch.Jobs.Store;

/// <summary>
/// The machine lacks something that the program needs (a server, disk space, a reachable folder). Nothing is wrong with the data; the
/// sentence says what to do. The command line ends with exit code 3.
/// </summary>
/// <param name="code">Stable code, such as <c>NO_POSTGRESQL</c>.</param>
public sealed class EnvironmentException(string code, string english, string chinese, Exception? cause = null) : Exception(english, cause)
{
    public string Code { get; } = code;

    public string Chinese { get; } = chinese;
}

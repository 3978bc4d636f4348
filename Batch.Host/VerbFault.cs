namespace Batch.Host;

/// <summary>Ends a verb with an exit code and a sentence in both languages.</summary>
/// <param name="code">Stable code in capitals.</param>
internal sealed class VerbFault(int exitCode, string code, string english, string chinese) : Exception(english)
{
    public int ExitCode { get; } = exitCode;

    public string Code { get; } = code;

    public string Chinese { get; } = chinese;

    public static VerbFault OfUsage(string english, string chinese) => new(Host.ExitCode.Usage, "USAGE", english, chinese);

    public static VerbFault OfData(string code, string english, string chinese) => new(Host.ExitCode.Data, code, english, chinese);
}

namespace Batch.Testing;

/// <summary>
/// What the program and its servers logged while the tests ran, kept where <c>tests/run</c> says (<c>BATCH_TEST_LOGS</c>), for the scan that comes last.
/// </summary>
public static class KeptLogs
{
    public const string Setting = "BATCH_TEST_LOGS";

    private static readonly Lock Gate = new();

    /// <summary>Null: nothing is kept.</summary>
    public static string? Folder { get; } = Environment.GetEnvironmentVariable(Setting) is { Length: > 0 } folder ? Directory.CreateDirectory(folder).FullName : null;

    /// <param name="what"><c>program</c>: what a process of the program said beside its document; <c>host</c>: a host in the test's process; <c>server</c>: PostgreSQL.</param>
    public static void Keep(string what, string text)
    {
        if (Folder is null || text.Length == 0)
        {
            return;
        }

        lock (Gate)
        {
            File.AppendAllText(Path.Combine(Folder, $"{what}-{Environment.ProcessId}.log"), text.EndsWith('\n') ? text : text + "\n");
        }
    }

    /// <summary>All of a file; the server may still be writing to it.</summary>
    public static void KeepFile(string what, string path)
    {
        if (Folder is not null && File.Exists(path))
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using StreamReader reader = new(file);
            Keep(what, reader.ReadToEnd());
        }
    }
}

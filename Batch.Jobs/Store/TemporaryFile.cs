namespace Batch.Jobs.Store;

/// <summary>A place for received bytes, in a folder that only this user may enter; gone when disposed of. Those that a killed program left are swept after a day.</summary>
internal sealed class TemporaryFile : IDisposable
{
    private const string Prefix = "batch-received-";
    private static readonly NodaTime.Duration Abandoned = NodaTime.Duration.FromDays(1);

    private readonly DirectoryInfo folder;

    public TemporaryFile()
    {
        Sweep();
        folder = Directory.CreateTempSubdirectory(Prefix);
    }

    public string Path => System.IO.Path.Combine(folder.FullName, "content");

    public void Dispose() => folder.Delete(recursive: true);

    private static void Sweep()
    {
        foreach (DirectoryInfo left in new DirectoryInfo(System.IO.Path.GetTempPath()).EnumerateDirectories(Prefix + "*"))
        {
            try
            {
                if (NodaTime.SystemClock.Instance.GetCurrentInstant() - NodaTime.Instant.FromDateTimeUtc(left.LastWriteTimeUtc) > Abandoned)
                {
                    left.Delete(recursive: true);
                }
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // Somebody else's, or being swept by another.
            }
        }
    }
}

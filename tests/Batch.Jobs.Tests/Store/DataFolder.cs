namespace Batch.Jobs.Tests.Store;

/// <summary>A data folder of one test's own; its server is stopped and its files are gone afterwards.</summary>
internal sealed class DataFolder : IAsyncDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("batch-data-").FullName;

    public string Cluster => System.IO.Path.Combine(Path, "pg");

    public DataFolder()
    {
        // Temporary folders are private; the unprivileged user that runs the server must pass through this one.
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path, File.GetUnixFileMode(Path) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Batch.Jobs.Store.EmbeddedServer.StopAsync(Path, CancellationToken.None);
        Directory.Delete(Path, recursive: true);
    }
}

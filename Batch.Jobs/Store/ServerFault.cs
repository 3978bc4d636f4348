namespace Batch.Jobs.Store;

/// <summary>Turns what PostgreSQL's programs say into a sentence that says what to do. Their own words may quote data: they stay in a file beside the cluster.</summary>
internal static class ServerFault
{
    internal static EnvironmentException From(string program, string text, ClusterPlace place)
    {
        if (text.Contains("No space left on device", StringComparison.Ordinal))
        {
            return DiskFull(place.Home);
        }

        string kept = Keep(text, place);
        return new EnvironmentException(
            "SERVER_START",
            $"The embedded database did not start: {program} failed. Its messages are in {kept}.",
            $"内置数据库未能启动：{program} 运行失败。其消息见 {kept}。");
    }

    // There is no log of a server yet when initdb fails, or when postgres refuses its settings.
    private static string Keep(string text, ClusterPlace place)
    {
        try
        {
            File.WriteAllText(place.FaultFile, text + Environment.NewLine);
            return place.FaultFile;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return place.Log;
        }
    }

    internal static EnvironmentException DiskFull(string folder) => new(
        "DISK_FULL",
        $"The disk that holds {folder} is full. Free some space and try again; nothing was half done.",
        $"{folder} 所在磁盘已满。请清理空间后重试；没有留下做了一半的数据。");
}

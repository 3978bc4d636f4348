namespace Batch.Jobs.Server;

/// <summary>Turns what PostgreSQL's programs say into a sentence that says what to do.</summary>
internal static class ServerFault
{
    internal static EnvironmentException From(string program, string text, ClusterPlace place)
    {
        if (text.Contains("No space left on device", StringComparison.Ordinal))
        {
            return DiskFull(place.Home);
        }

        string last = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .LastOrDefault(line => line.Contains("FATAL", StringComparison.Ordinal) || line.Contains("error", StringComparison.OrdinalIgnoreCase)) ?? text;
        return new EnvironmentException(
            "SERVER_START",
            $"The embedded database did not start ({program}): {last} Details: {place.Log}",
            $"内置数据库未能启动（{program}）：{last} 详见 {place.Log}");
    }

    internal static EnvironmentException DiskFull(string folder) => new(
        "DISK_FULL",
        $"The disk that holds {folder} is full. Free some space and run the same command again; nothing was half done.",
        $"{folder} 所在磁盘已满。请清理空间后重新执行同一命令；没有留下做了一半的数据。");
}

namespace Batch.Jobs.Store;

/// <summary>
/// Held while a server is started or stopped, so that two programs never do it at once. The kernel gives it up when its holder dies,
/// and a started server does not inherit it.
/// </summary>
internal static class ClusterLock
{
    private const int PollMilliseconds = 20;

    /// <summary>Everyone who uses the server holds this; the caller holds the cluster's lock.</summary>
    internal static FileStream TakePart(ClusterPlace place) =>
        new(place.UsersFile, FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read, bufferSize: 0);

    /// <summary>Whether nobody else takes part any more; the caller has given up its own part and holds the cluster's lock.</summary>
    internal static bool IsLast(ClusterPlace place)
    {
        try
        {
            using var all = new FileStream(place.UsersFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            return true;
        }
        catch (IOException fault) when (IsHeld(fault))
        {
            return false;
        }
    }

    internal static async Task<FileStream> AcquireAsync(ClusterPlace place, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                return new FileStream(place.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (UnauthorizedAccessException fault)
            {
                throw ClusterPlace.FolderFault(place.Home, fault);
            }
            catch (IOException fault) when (IsHeld(fault))
            {
                await Task.Delay(PollMilliseconds, cancellation);
            }
            catch (IOException fault) when (IsDiskFull(fault))
            {
                throw ServerFault.DiskFull(place.Home);
            }
        }
    }

    /// <summary>EWOULDBLOCK of flock: 11 on Linux, 35 on macOS.</summary>
    private static bool IsHeld(IOException fault) => fault.HResult is 11 or 35;

    internal static bool IsDiskFull(IOException fault) => fault.HResult is 28;
}

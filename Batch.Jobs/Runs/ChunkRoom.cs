using System.Collections.Concurrent;

namespace Batch.Jobs.Runs;

/// <summary>
/// Room for the people of a chunk, megabytes at a time, used again by the next: a new array for each would fill the memory faster than it is cleared.
/// </summary>
internal static class ChunkRoom
{
    private static readonly int MostKept = Math.Max(2, Environment.ProcessorCount);
    private static readonly ConcurrentBag<PersonFacts[]> Free = [];

    /// <summary>Empty; of exactly the size.</summary>
    public static PersonFacts[] Rent(int persons) => persons == RunPlan.ChunkPersons && Free.TryTake(out PersonFacts[]? room) ? room : new PersonFacts[persons];

    /// <summary>Nobody looks at it any more.</summary>
    public static void Return(PersonFacts[] room)
    {
        if (room.Length == RunPlan.ChunkPersons && Free.Count < MostKept)
        {
            Array.Clear(room);
            Free.Add(room);
        }
    }
}

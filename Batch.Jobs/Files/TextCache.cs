using System.Diagnostics.CodeAnalysis;

namespace Batch.Jobs.Files;

/// <summary>
/// Gives one string for equal values that come again soon: employers, names, months' texts. Of fixed size, so that a file of any
/// length with any values costs the same memory; a value that falls into a taken slot takes it over.
/// </summary>
internal sealed class TextCache(int slots)
{
    private readonly (byte[] Bytes, string Text)[] entries = new (byte[], string)[slots];
    private readonly int mask = int.IsPow2(slots) ? slots - 1 : throw new ArgumentException("The number of slots is a power of two.", nameof(slots));

    /// <summary>Small files come by the ten thousand: each gets no more slots than it has values for.</summary>
    public static TextCache ForFile(long bytes, int most) => new((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(bytes / 64, 16, most)));

    public bool TryGet(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out string? text)
    {
        (byte[] bytes, text) = entries[Slot(utf8) & mask];
        return bytes is not null && utf8.SequenceEqual(bytes);
    }

    public string Add(ReadOnlySpan<byte> utf8, string text)
    {
        entries[Slot(utf8) & mask] = (utf8.ToArray(), text);
        return text;
    }

    private static int Slot(ReadOnlySpan<byte> utf8)
    {
        unchecked
        {
            uint hash = 2166136261;
            foreach (byte b in utf8)
            {
                hash = (hash ^ b) * 16777619;
            }

            return (int)(hash ^ (hash >> 15));
        }
    }
}

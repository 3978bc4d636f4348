namespace Batch.Jobs.Files;

/// <summary>The plain form of full-width characters, which Chinese input methods write: １ is 1, Ａ is A, － is -.</summary>
public static class HalfWidth
{
    /// <summary>How far the full-width forms lie from what they stand for.</summary>
    private const int Distance = 0xFEE0;

    public static char Of(char c) => c is >= '\uFF01' and <= '\uFF5E' ? (char)(c - Distance) : c;

    public static string Of(string text) => string.Create(text.Length, text, static (to, from) =>
    {
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = Of(from[i]);
        }
    });
}

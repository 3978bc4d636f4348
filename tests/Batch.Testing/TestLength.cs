namespace Batch.Testing;

/// <summary>How much the slow tests do: enough to meet each kind of fault once, or, by <c>./batch test --long</c> (<c>BATCH_LONG=1</c>), what a night has time for.</summary>
public static class TestLength
{
    public static bool IsLong { get; } = Environment.GetEnvironmentVariable("BATCH_LONG") is "1" or "true";

    public static int Of(int inShort, int inLong) => IsLong ? inLong : inShort;
}

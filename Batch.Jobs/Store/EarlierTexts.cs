namespace Batch.Jobs.Store;

/// <summary>
/// Texts that an area's script had for some hours before the one that it has now. A database that got one of them goes on: a later script
/// brings both to the same schema. Nothing is added here any more: tests/Batch.Jobs.Tests/Store/applied-scripts.txt holds every script as it is.
/// </summary>
internal static class EarlierTexts
{
    private static readonly HashSet<(int Number, string Sha256)> OfAreas =
    [
        // Without its second index, which 142 replaces in any case.
        (131, "b1e8159f1e5d7423414860796c724d350fc9973f8e67f745c0c6f3c8e5e0dc29"),
        // The view of persons without their later numbers and names: 185 makes it anew.
        (166, "7b0224034929885c767750884f68aecd1d0c59f10154f3bd5d29c645448dad29"),
    ];

    public static bool Has(string series, int number, string sha256) => series != Migrator.CommonSeries && OfAreas.Contains((number, sha256));
}

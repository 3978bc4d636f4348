namespace Batch.Jobs.Facts;

/// <summary>Groups of events for SQL; a single one is written <c>{PersonEvent.Died:D}</c>.</summary>
public static class PersonEvents
{
    /// <summary>What an assessment reads of a person. An index has the same words (142_identities.sql).</summary>
    public static string Assessed { get; } = CodeText.List(PersonEvent.Retired, PersonEvent.Died, PersonEvent.Category, PersonEvent.NumberChanged);

    /// <summary>What the checks of a line read of a person.</summary>
    public static string OfRecord { get; } = CodeText.List(PersonEvent.New, PersonEvent.Retired, PersonEvent.Died, PersonEvent.Category);

    public static string OfCoverage { get; } = CodeText.List(PersonEvent.Retired, PersonEvent.Died, PersonEvent.EarlierMonths);

    public static string EndsOfWork { get; } = CodeText.List(PersonEvent.Left, PersonEvent.Retired, PersonEvent.Died);

    /// <summary>An index has the same words (040_movements.sql).</summary>
    public static string OfAccount { get; } = CodeText.List(PersonEvent.AccountFrozen, PersonEvent.AccountUnfrozen, PersonEvent.AccountClosed);

    public static string OfAccountOrDeath { get; } =
        CodeText.List(PersonEvent.Died, PersonEvent.AccountFrozen, PersonEvent.AccountUnfrozen, PersonEvent.AccountClosed);
}

/// <summary>Groups of components for SQL.</summary>
public static class Components
{
    /// <summary>What is credited for a month.</summary>
    public static string Credits { get; } = CodeText.List(Component.Contribution, Component.Retiree);

    /// <summary>Balances that come from elsewhere.</summary>
    public static string TakenIn { get; } = CodeText.List(Component.Opening, Component.TransferIn, Component.WalletIn);
}

internal static class CodeText
{
    /// <summary>As SQL has a list: <c>(4, 5, 6)</c>.</summary>
    public static string List<TCode>(params ReadOnlySpan<TCode> codes)
        where TCode : struct, Enum => $"({string.Join(", ", codes.ToArray().Select(c => c.ToString("D")))})";
}

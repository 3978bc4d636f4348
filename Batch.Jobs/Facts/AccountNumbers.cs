namespace Batch.Jobs.Facts;

/// <summary>
/// A person's first account has the person's number, the n-th one person + 100,000,000 x (n - 1): ranges of accounts stay ranges of persons, and
/// whose an account is needs no look-up.
/// </summary>
public static class AccountNumbers
{
    public const int Step = 100_000_000;

    /// <summary>Accounts that one person can have before the numbers run out.</summary>
    public const int Most = int.MaxValue / Step;

    public static int PersonOf(int account) => account % Step;

    /// <summary>0: the person's first account.</summary>
    public static int OrdinalOf(int account) => account / Step;

    /// <param name="ordinal">0: the first.</param>
    public static int Of(int person, int ordinal) => checked(person + (Step * ordinal));

    /// <summary>The same in SQL: whose account is in a column.</summary>
    public static string PersonSql(string column) => $"{column} % 100000000";
}

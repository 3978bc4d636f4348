using NodaTime;

namespace Batch.Jobs.Facts;

/// <summary>The state of an account on a day.</summary>
public enum AccountState
{
    Open,
    Frozen,
    Closed,
}

/// <summary>One of a person's accounts: opened with a month, closed on a day. Two lives never share a month.</summary>
public sealed record AccountSpan(int Account, LocalDate Opened)
{
    public LocalDate? ClosedOn { get; set; }

    /// <summary>Days on which it was frozen, or unfrozen again.</summary>
    public List<(LocalDate On, bool Frozen)> Freezes { get; } = [];

    public AccountState StateOn(LocalDate day) => ClosedOn is { } closed && day >= closed ? AccountState.Closed : FrozenSince(day) is null ? AccountState.Open : AccountState.Frozen;

    public LocalDate? FrozenSince(LocalDate day)
    {
        LocalDate? since = null;
        foreach ((LocalDate on, bool frozen) in Freezes.Where(f => f.On <= day).OrderBy(f => f.On))
        {
            since = frozen ? on : null;
        }

        return since;
    }
}

/// <summary>What is on record of a person's accounts and death; of nearly everybody it is one open account and nothing else.</summary>
public sealed class AccountLife
{
    public LocalDate? DiedOn { get; set; }

    /// <summary>In the order in which they were opened.</summary>
    public List<AccountSpan> Accounts { get; } = [];

    public AccountSpan Latest => Accounts[^1];

    /// <summary>The account that a month belongs to: the latest one opened by then.</summary>
    public AccountSpan In(YearMonth month) => Accounts.FindLast(a => a.Opened.ToYearMonth() <= month) ?? Accounts[0];

    /// <summary>Takes in an event of the account; events come in the order in which they were received.</summary>
    public void Take(PersonEvent change, LocalDate on, string? value)
    {
        AccountSpan account = In(on.ToYearMonth());
        switch (change)
        {
            case PersonEvent.Died:
                DiedOn = on;
                break;
            case PersonEvent.AccountFrozen or PersonEvent.AccountUnfrozen:
                account.Freezes.Add((on, change == PersonEvent.AccountFrozen));
                break;
            case PersonEvent.AccountClosed:
                account.ClosedOn = value == Withdrawn ? null : on;
                break;
        }
    }

    /// <summary>Value of a closing that does not count any more, because the pay-out that emptied the account was withdrawn.</summary>
    public const string Withdrawn = "withdrawn";
}

using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>
/// What an account can be spent from now: the posted balance with the movements that wait to be posted, as a spending is checked against it. Zero for a frozen or
/// closed account, after its holder's death, and below zero.
/// </summary>
public sealed class UsableAmount(Area area)
{
    public async Task<Money> OfAsync(int person, int account, LocalDate today, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        AccountLives lives = await AccountLives.OfOneAsync(area.On(connection), person, cancellation);
        if (StateOf(lives.Of(person), account, today) != AccountState.Open)
        {
            return Money.Zero;
        }

        AvailableBalances available = new(area.On(connection), lives);
        await available.LoadAsync([person], [], large: false, cancellation);
        return new Money(Math.Max(0, available.Of(account)));
    }

    /// <summary>The state of the account today; that of a person who has died is closed to spending.</summary>
    public async Task<AccountState> StateAsync(int person, int account, LocalDate today, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        return StateOf((await AccountLives.OfOneAsync(area.On(connection), person, cancellation)).Of(person), account, today);
    }

    private static AccountState StateOf(AccountLife life, int account, LocalDate today) =>
        life.DiedOn <= today ? AccountState.Closed : life.Accounts.Find(a => a.Account == account)?.StateOn(today) ?? AccountState.Closed;
}

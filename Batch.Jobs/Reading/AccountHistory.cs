using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Reading;

/// <summary>One of a person's accounts 个人账户: after a closing an enrolment opens another one at zero.</summary>
/// <param name="Since">Since when it is frozen or closed; of an open one the day on which it was opened.</param>
public sealed record AccountStanding(int Account, LocalDate Opened, AccountState State, LocalDate Since);

/// <summary>What happened to an account on a day, and the document that it rests on.</summary>
/// <param name="What">opened, frozen, unfrozen, closed, closing-withdrawn or died.</param>
/// <param name="Ground">Of a closing.</param>
public sealed record AccountMoment(int Account, LocalDate On, string What, Ground? Ground, string? Document, int Submission);

public sealed record AccountHistoryDocument(IReadOnlyList<AccountStanding> Accounts, IReadOnlyList<AccountMoment> Moments);

/// <summary>The accounts that a person has and had, with their states, dates and documents.</summary>
public sealed class AccountHistory(Area area)
{
    public async Task<AccountHistoryDocument> ReadAsync(int person, LocalDate today, CancellationToken cancellation)
    {
        AccountLife life = new();
        List<AccountMoment> moments = [];
        foreach ((int account, LocalDate opened, int submission) in await OpenedAsync(person, cancellation))
        {
            life.Accounts.Add(new AccountSpan(account, opened));
            moments.Add(new AccountMoment(account, opened, "opened", null, null, submission));
        }

        foreach ((PersonEvent change, LocalDate on, string? value, string? document, int submission) in await ChangesAsync(person, cancellation))
        {
            moments.Add(new AccountMoment(life.In(on.ToYearMonth()).Account, on, NameOf(change, value), GroundOf(change, value), document, submission));
            life.Take(change, on, value);
        }

        return new AccountHistoryDocument([.. life.Accounts.Select(a => StandingOf(a, today))], [.. moments.OrderBy(m => m.On).ThenBy(m => m.Submission)]);
    }

    private static AccountStanding StandingOf(AccountSpan account, LocalDate today)
    {
        AccountState state = account.StateOn(today);
        return new AccountStanding(account.Account, account.Opened, state, state switch
        {
            AccountState.Closed => account.ClosedOn!.Value,
            AccountState.Frozen => account.FrozenSince(today)!.Value,
            _ => account.Opened,
        });
    }

    private static string NameOf(PersonEvent change, string? value) => change switch
    {
        PersonEvent.Died => "died",
        PersonEvent.AccountFrozen => "frozen",
        PersonEvent.AccountUnfrozen => "unfrozen",
        _ => value == AccountLife.Withdrawn ? "closing-withdrawn" : "closed",
    };

    private static Ground? GroundOf(PersonEvent change, string? value) =>
        change == PersonEvent.AccountClosed && Enum.TryParse(value, out Ground ground) ? ground : null;

    private Task<List<(int, LocalDate, int)>> OpenedAsync(int person, CancellationToken cancellation) => area.ReadAsync(
        "SELECT account_id, opened, submission_id FROM :area.account WHERE person_id = $1 ORDER BY account_id",
        r => (r.GetInt32(0), LocalDate.FromDateOnly(r.GetFieldValue<DateOnly>(1)), r.GetInt32(2)), cancellation, person);

    private Task<List<(PersonEvent, LocalDate, string?, string?, int)>> ChangesAsync(int person, CancellationToken cancellation) => area.ReadAsync(
        $"SELECT event, on_date, value, document, submission_id FROM :area.person_event WHERE person_id = $1 AND event IN {PersonEvents.OfAccountOrDeath} ORDER BY submission_id, row_no",
        r => ((PersonEvent)r.GetInt16(0), LocalDate.FromDateOnly(r.GetFieldValue<DateOnly>(1)), r.Text(2), r.Text(3), r.GetInt32(4)), cancellation, person);
}

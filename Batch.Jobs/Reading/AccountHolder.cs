using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>One of a person's accounts, counted from 1.</summary>
/// <param name="Opened">The first of the month of the new enrolment; null: the first account, opened with the person.</param>
public sealed record HeldAccount(int Ordinal, AccountState State, LocalDate? Opened, LocalDate? ClosedOn, Money Balance);

/// <summary>Whose account is asked for: found by citizen number or by card number, in one area or in whichever area knows the person.</summary>
public sealed record AccountHolder(Area Area, int Person, int Account)
{
    // The number of the person's latest document; null: the number of the registration is the only one.
    private static string Latest(string person) =>
        $"(SELECT c.number FROM :area.person_event c WHERE c.person_id = {person}.person_id AND c.event = {PersonEvent.NumberChanged:D} ORDER BY c.submission_id DESC, c.row_no DESC LIMIT 1)";

    private static readonly string ByNumber =
        $"SELECT p.person_id, max(a.account_id), {Latest("p")} FROM :area.person p JOIN :area.account a USING (person_id) WHERE p.citizen = $1 "
        + $"AND NOT EXISTS (SELECT FROM :area.person_event g WHERE g.event = {PersonEvent.NumberGivenUp:D} AND g.number = $1 AND g.person_id = p.person_id) GROUP BY 1";

    private static readonly string ByLaterNumber =
        $"SELECT n.person_id, max(a.account_id), {Latest("n")} FROM :area.person_number n JOIN :area.account a USING (person_id) WHERE n.number = $1 GROUP BY 1";

    private static string ByCard =>
        $"""
        SELECT e.person_id, max(a.account_id), NULL::bigint FROM :area.person_event e JOIN :area.account a USING (person_id)
        WHERE e.event = {PersonEvent.Card:D} AND e.value = $1 GROUP BY 1, e.submission_id ORDER BY e.submission_id DESC LIMIT 1
        """;

    /// <summary>The person's number now, masked, where the one asked for has changed since; null: it has not.</summary>
    public string? NumberNow { get; init; }

    /// <summary>What is told of it.</summary>
    public (string Chinese, string English)? NumberChanged => NumberNow is not { } now ? null
        : ($"所查的证件号码已变更，现号码为 {now}。", $"The number that was asked for has changed; the person's number is {now} now.");

    public static async Task<AccountHolder> FindAsync(
        DatabaseConnection database, string? area, string? number, string? card, LocalDate today, CancellationToken cancellation)
    {
        long? citizen = number is null ? null : Parse(number, today);
        foreach (string code in area is null ? await Migrator.AreasAsync(database.Program, cancellation) : [area])
        {
            AreaSchema schema = new(code);
            Area? opened = area is null ? null : await Area.OpenAsync(database, code, cancellation);
            // Nearly everybody is found by the number of the registration; those whose number changed by the later ones too.
            (int Person, int Account, long? Now)? found = citizen is null
                ? await FindAsync(database, schema.Sql(ByCard), TypedNumber.Of(card!), cancellation)
                : await FindAsync(database, schema.Sql(ByNumber), citizen, cancellation) ?? await FindAsync(database, schema.Sql(ByLaterNumber), citizen, cancellation);
            if (found is var (person, account, now))
            {
                return new AccountHolder(opened ?? await Area.OpenAsync(database, code, cancellation), person, account)
                {
                    NumberNow = now is { } latest && latest != citizen ? Masking.Number(latest) : null,
                };
            }
        }

        throw new DataFaultException("PERSON_UNKNOWN", "没有找到此人的账户，请核对号码。", "No account was found for this number; check it.");
    }

    /// <summary>The person's accounts in the order in which they were opened: nearly everybody has one. The last one is answered for unless another is asked for.</summary>
    public async Task<IReadOnlyList<HeldAccount>> AccountsAsync(LocalDate today, CancellationToken cancellation)
    {
        Balances balances = new(Area);
        List<HeldAccount> held = [];
        foreach (AccountSpan account in await SpansAsync(cancellation))
        {
            held.Add(new HeldAccount(
                held.Count + 1, account.StateOn(today), held.Count == 0 ? null : account.Opened, account.ClosedOn,
                (await balances.BalanceAsync(account.Account, null, cancellation)).Balance));
        }

        return held;
    }

    /// <summary>The same person's n-th account.</summary>
    /// <exception cref="DataFaultException">ACCOUNT_UNKNOWN: there are not so many.</exception>
    public async Task<AccountHolder> WithAsync(int ordinal, CancellationToken cancellation)
    {
        int count = (await SpansAsync(cancellation)).Count;
        return ordinal >= 1 && ordinal <= count
            ? this with { Account = AccountNumbers.Of(Person, ordinal - 1) }
            : throw new DataFaultException("ACCOUNT_UNKNOWN", $"此人共有 {count} 个账户，请给出 1 到 {count}。", $"This person has {count} account(s); ask for one from 1 to {count}.");
    }

    private static async Task<(int Person, int Account, long? Now)?> FindAsync(DatabaseConnection database, string sql, object number, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = database.Program.CreateCommand(sql);
        command.Parameters.AddWithValue(number);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? (reader.GetInt32(0), reader.GetInt32(1), reader.IsDBNull(2) ? null : reader.GetInt64(2)) : null;
    }

    private async Task<List<AccountSpan>> SpansAsync(CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await Area.Program.OpenConnectionAsync(cancellation);
        return (await AccountLives.OfOneAsync(Area.On(connection), Person, cancellation)).Of(Person).Accounts;
    }

    /// <summary>A number that is none, of anybody.</summary>
    public static DataFaultException IdInvalid() => new("ID_INVALID", "证件号码有误，请核对。", "The number of the document is not valid; check it.");

    private static long Parse(string number, LocalDate today) => CitizenId.TryParse(TypedNumber.Of(number).ToUpperInvariant(), today, out CitizenId id) == CitizenIdFault.None
        ? id.Digits17
        : throw IdInvalid();
}

using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <summary>A binding as its payer sees it: the member by a masked number, and what the account has paid for the member in the span.</summary>
public sealed record MemberDocument(string Member, string Relation, LocalDate From, LocalDate? To, Money Spent);

/// <summary>What was spent for a member on a day, as he sees it: nothing of the account that paid.</summary>
public sealed record SpentForDocument(LocalDate On, SpendingChannel Channel, Money Amount);

/// <param name="Members">Whom the account pays for; empty to a member.</param>
/// <param name="SpentFor">What was spent for the person asking: by others for the holder, or by this account for the member.</param>
public sealed record FamilyDocument(string Asks, YearMonth From, YearMonth To, IReadOnlyList<MemberDocument> Members, IReadOnlyList<SpentForDocument> SpentFor);

/// <summary>
/// Family sharing as each may see it: the holder sees the members and the totals that the account paid for them; a member sees only what was spent
/// for him, and nothing of the account. Nobody else sees anything.
/// </summary>
public sealed class FamilyInquiry(AccountHolder holder)
{
    private readonly AreaSchema _area = holder.Area.Schema;

    /// <param name="asker">Who asks: the holder or a member.</param>
    /// <exception cref="DataFaultException">NOT_ENTITLED: neither of them.</exception>
    public async Task<FamilyDocument> ReadAsync(CitizenId asker, YearMonth from, YearMonth to, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await holder.Area.Program.OpenConnectionAsync(cancellation);
        bool own = await IsHolderAsync(connection, asker, cancellation);
        FamilyBindings family = new(_area.On(connection));
        await family.LoadAsync([holder.Person], [asker.Digits17], cancellation);
        List<FamilyBinding> bindings = [.. family.All.Where(b => b.Payer == holder.Person)];
        if (!own && !bindings.Exists(b => family.Same(b.Member, asker.Digits17)))
        {
            throw NotEntitled();
        }

        List<(long Member, SpentForDocument Spent)> paid = await SpentAsync(connection, own ? "(person_id = $1 OR member = ANY($2)) AND member <> 0" : "person_id = $1 AND member = ANY($2)", [.. family.NumbersOf(asker.Digits17)], from, to, cancellation);
        return new FamilyDocument(
            own ? "holder" : "member", from, to,
            own ? [.. bindings.Select(b => new MemberDocument(Masking.Number(b.Member), b.Relation, b.From, b.To, Total(paid, b)))] : [],
            [.. paid.Where(p => family.Same(p.Member, asker.Digits17)).Select(p => p.Spent)]);
    }

    /// <summary>The holder's own number.</summary>
    public async Task<CitizenId> HolderAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = holder.Area.Program.CreateCommand(_area.Sql("SELECT citizen FROM :area.insured WHERE person_id = $1"));
        command.Parameters.AddWithValue(holder.Person);
        return CitizenId.FromDigits17((long)(await command.ExecuteScalarAsync(cancellation))!);
    }

    /// <summary>An account's balance, statement and reasons are its holder's alone: not a member's, whose spending it pays.</summary>
    /// <exception cref="DataFaultException">NOT_ENTITLED</exception>
    public async Task RequireHolderAsync(CitizenId asker, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await holder.Area.Program.OpenConnectionAsync(cancellation);
        if (!await IsHolderAsync(connection, asker, cancellation))
        {
            throw NotEntitled();
        }
    }

    private static Money Total(List<(long Member, SpentForDocument Spent)> paid, FamilyBinding binding) =>
        new(paid.Where(p => p.Member == binding.Member && binding.Covers(p.Spent.On)).Sum(p => p.Spent.Amount.Fen));

    private static DataFaultException NotEntitled() => new(
        "NOT_ENTITLED", "只有账户本人和其共济成员可以查询；成员只能查询为本人支付的部分。", "Only the holder and the members whom the account pays for may ask, and a member only for what was spent for him.");

    private async Task<bool> IsHolderAsync(NpgsqlConnection connection, CitizenId asker, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(_area.Sql("SELECT EXISTS (SELECT FROM :area.person_number WHERE person_id = $1 AND number = $2)"), connection);
        command.Parameters.AddWithValue(holder.Person);
        command.Parameters.AddWithValue(asker.Digits17);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    // Posted spending alone: what waits for a run is not on any account yet.
    private Task<List<(long, SpentForDocument)>> SpentAsync(
        NpgsqlConnection connection, string whose, long[] numbers, YearMonth from, YearMonth to, CancellationToken cancellation) =>
        connection.ReadAsync(_area.Sql(
            $"""
            SELECT member, on_date, channel, -amount_fen FROM (
                SELECT DISTINCT ON (on_date, person_id, channel, member) member, on_date, channel, amount_fen, state FROM :area.movement
                WHERE kind = {MovementKind.Spending:D} AND movement_month BETWEEN '{from.Text()}-01' AND '{to.Text()}-01' AND {whose}
                      AND submission_id NOT IN (SELECT submission_id FROM :area.waiting_submission)
                ORDER BY on_date, person_id, channel, member, {FactVersions.LatestFirst}) s
            WHERE state = {FactState.Accepted:D} AND amount_fen <> 0 ORDER BY on_date, member, channel
            """),
            r => (r.GetInt64(0), new SpentForDocument(LocalDate.FromDateOnly(r.GetFieldValue<DateOnly>(1)), (SpendingChannel)r.GetInt16(2), new Money(r.GetInt64(3)))),
            cancellation, holder.Person, numbers);
}

using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Intake;

/// <summary>
/// What a persons file says of accounts: frozen, unfrozen, closed, and opened anew by an enrolment after a closing. Each is refused when what is on
/// record contradicts it.
/// </summary>
public sealed class AccountEvents(AreaSession area, AccountLives lives)
{
    private readonly AvailableBalances _balances = new(area, lives);
    private readonly LaterFacts _later = new(area);
    private readonly List<(AccountSpan Account, int Person, int Submission)> _opened = [];

    public static bool IsOfAccount(PersonEvent change) => change is PersonEvent.AccountFrozen or PersonEvent.AccountUnfrozen or PersonEvent.AccountClosed;

    public async Task LoadAsync(IReadOnlyList<(int Person, PersonsLine Line)> lines, CancellationToken cancellation)
    {
        await lives.LoadAsync(lines.Select(l => l.Person), cancellation);
        (int Person, YearMonth Month)[] closings = [.. lines.Where(l => l.Line.Event == PersonEvent.AccountClosed).Select(l => (l.Person, l.Line.On.ToYearMonth()))];
        await _later.LoadAsync(closings, cancellation);
        if (closings.Length > 0)
        {
            await _balances.LoadAsync([.. closings.Select(c => c.Person).Distinct()], [], false, cancellation);
        }
    }

    /// <summary>The same is on record already.</summary>
    public bool IsKnown(int person, in PersonsLine line)
    {
        if (lives.IsPlain(person))
        {
            return false;
        }

        AccountSpan account = lives.Of(person).In(line.On.ToYearMonth());
        return line.Event == PersonEvent.AccountClosed ? account.ClosedOn == line.On : account.Freezes.Contains((line.On, line.Event == PersonEvent.AccountFrozen));
    }

    /// <summary>What contradicts the line; null: nothing, and it is taken in.</summary>
    public Rejection? Take(int person, in PersonsLine line)
    {
        AccountLife life = lives.Change(person);
        AccountSpan account = life.In(line.On.ToYearMonth());
        Rejection? fault = account.ClosedOn is { } closed ? Contradiction(line, $"销户 closed {closed.Text()}") : line.Event switch
        {
            PersonEvent.AccountFrozen => FreezeFault(line, account),
            PersonEvent.AccountUnfrozen => account.FrozenSince(line.On) is null ? Contradiction(line, "未冻结 not frozen") : LaterFreeze(line, account),
            _ => CloseFault(line, person, life, account),
        };
        if (fault is null)
        {
            life.Take(line.Event, line.On, line.Value);
        }

        return fault;
    }

    /// <summary>An enrolment: after a closing it opens another account, with a month of its own.</summary>
    public Rejection? TakeEnrolment(int person, in PersonsLine line, int submission)
    {
        if (lives.IsPlain(person) || lives.Of(person).Latest.ClosedOn is not { } closed)
        {
            return null;
        }

        AccountLife life = lives.Change(person);
        if (line.On.ToYearMonth() <= closed.ToYearMonth())
        {
            return Contradiction(line, $"销户 closed {closed.Text()}");
        }

        if (life.DiedOn is { } died)
        {
            return Contradiction(line, $"死亡 died {died.Text()}");
        }

        AccountSpan opened = new(AccountNumbers.Of(person, life.Accounts.Count), line.On.ToYearMonth().OnDayOfMonth(1));
        life.Accounts.Add(opened);
        _opened.Add((opened, person, submission));
        return null;
    }

    public async Task WriteAsync(CancellationToken cancellation)
    {
        if (_opened.Count == 0)
        {
            return;
        }

        await using NpgsqlCommand command = area.Command("INSERT INTO :area.account (account_id, person_id, opened, submission_id) SELECT * FROM unnest($1, $2, $3, $4)");
        command.Parameters.AddWithValue(_opened.Select(o => o.Account.Account).ToArray());
        command.Parameters.AddWithValue(_opened.Select(o => o.Person).ToArray());
        command.Parameters.AddWithValue(_opened.Select(o => o.Account.Opened.ToDateOnly()).ToArray());
        command.Parameters.AddWithValue(_opened.Select(o => o.Submission).ToArray());
        await command.ExecuteNonQueryAsync(cancellation);
        _opened.Clear();
    }

    private static Rejection? FreezeFault(in PersonsLine line, AccountSpan account) =>
        account.FrozenSince(line.On) is { } since ? Contradiction(line, $"冻结 frozen {since.Text()}") : LaterFreeze(line, account);

    // Frozen and unfrozen in turn: what lies between two that are on record already would turn the later one round.
    private static Rejection? LaterFreeze(in PersonsLine line, AccountSpan account)
    {
        LocalDate on = line.On;
        return account.Freezes.Exists(f => f.On >= on) ? Contradiction(line, $"{(account.Freezes[^1].Frozen ? "冻结 frozen" : "解冻 unfrozen")} {account.Freezes[^1].On.Text()}") : null;
    }

    private Rejection? CloseFault(in PersonsLine line, int person, AccountLife life, AccountSpan account)
    {
        bool uponDeath = line.Value is nameof(Ground.Death) or nameof(Ground.NoHeir);
        if (uponDeath && !(life.DiedOn <= line.On))
        {
            return new Rejection(Codes.DeathMissing, line.Row, "变更日期", line.On.Text(), "");
        }

        if (!uponDeath && _later.After(person, line.On.ToYearMonth()) is { } later)
        {
            return Contradiction(line, $"缴费 contribution {later.Text()}");
        }

        if (line.On < account.Opened)
        {
            return Contradiction(line, $"开户 opened {account.Opened.Text()}");
        }

        long money = _balances.Of(account.Account);
        return money == 0 ? null : new Rejection(Codes.AccountHasMoney, line.Row, "变更日期", new Money(money).ToString(), "0.00");
    }

    private static Rejection Contradiction(in PersonsLine line, string known) => new(Codes.EventOutOfOrder, line.Row, "变更日期", line.On.Text(), known);
}

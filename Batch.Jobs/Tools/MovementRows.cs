using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Tools;

/// <summary>
/// The movements of a month: everybody's opening balance in the first, then spending, a person's own and of the family members that the account pays for,
/// transfers, what heirs and those who go for good receive, corrections, and a few payments that no account can bear. Nobody spends more than the opening
/// balance bears, so that what is held is what was meant to be.
/// </summary>
internal sealed class MovementRows(RowWriter to, GenerateOptions options, Population population, FamilySharing family)
{
    private const int LeastOpening = 500_00;

    /// <summary>Of it, what is kept for a transfer and corrections.</summary>
    private const int Reserved = 150_00;
    private const int MostSpent = 30_00;
    private const int TransferredOut = 50_00;
    private const int MostCorrected = 2_00;

    public static readonly byte[] Header = "公民身份号码,姓名,变动类型,金额,发生日期,渠道,凭证号,事由,继承人证件号码,继承人姓名,对方统筹区,成员证件号码,以前年限"u8.ToArray();

    // A person's own spending and that of a member, each month.
    private readonly int mostSpent = Math.Min(MostSpent, (LeastOpening - Reserved) / options.Months / 2);

    public void WriteOpening(in Person person, bool retired, GeneratedMonth month)
    {
        if (person.Change == Change.Joins)
        {
            return;
        }

        long opening = Opening(person, retired);
        Write(person, "期初余额"u8, opening, month.Month.OnDayOfMonth(1), ",,,,,,,,"u8);
        if (!retired)
        {
            to.Digits(12 + (person.Index % 240), 1);
        }

        to.EndRow();
        month.Totals.Opening += opening;
    }

    /// <param name="credited">What was credited to somebody who has gone; not asked otherwise.</param>
    public void Write(in Person person, bool retired, GeneratedMonth month, Func<Person, long> credited)
    {
        bool dies = person.Change == Change.Dies, leaves = person.Change == Change.Leaves;
        if (person.Change == Change.Joins)
        {
            WriteTransferIn(person, month);
        }
        else if (dies && month.Number >= person.At)
        {
            if (month.Number == person.At + 1 && BalanceIsKnown(month))
            {
                WriteInheritance(person, Balance(person, retired, credited), month);
            }
        }
        else if (leaves && month.Number == person.At)
        {
            WriteLeaving(person, retired, month, credited);
        }
        else if (!(leaves && month.Number > person.At && Goes(person)))
        {
            WriteSpending(person, retired, month);
        }
    }

    private void WriteSpending(in Person person, bool retired, GeneratedMonth month)
    {
        (long fen, int day, int channel, bool held) = Spending(person, retired, month.Number);
        if (fen > 0)
        {
            WriteSpent(person, null, fen, month.Month.OnDayOfMonth(day), channel);
            month.Totals.Held += held ? 1 : 0;
            month.Totals.Spent += held ? 0 : fen;
        }

        if (!retired && OfMember(person, month.Number) is { } member)
        {
            WriteSpent(person, member.Sharing.Member, member.Fen, month.Month.OnDayOfMonth(member.Day), member.Channel);
            month.Totals.Spent += member.Fen;
            month.Totals.SpentByMembers += member.Fen;
        }

        if (Corrected(person, retired, month.Number) is not 0 and long corrected)
        {
            Write(person, "更正"u8, corrected, month.Month.OnDayOfMonth(28), ",,GZ"u8);
            to.Digits(person.Index, 8);
            to.Digits(month.Number, 3);
            to.Text(",,,,,,"u8);
            to.EndRow();
            month.Totals.Corrected += corrected;
        }
    }

    private long Opening(in Person person, bool retired) => LeastOpening + Draw(person, retired, -1).Below(300_000);

    // Six of ten people on a day of the month; one of two thousand asks for what nobody has.
    private (long Fen, int Day, int Channel, bool Held) Spending(in Person person, bool retired, int month)
    {
        Draw draw = Draw(person, retired, month);
        bool spends = draw.Below(10) < 6;
        bool held = draw.Below(2000) == 0;
        int fen = 1 + draw.Below(mostSpent);
        return (held ? 999_999_00 : spends ? fen : 0, 2 + draw.Below(27), draw.Below(3), held);
    }

    // Half of the members in a month.
    private (Sharing Sharing, long Fen, int Day, int Channel)? OfMember(in Person person, int month)
    {
        if (family.Of(person) is not { } sharing || !sharing.Spends(month))
        {
            return null;
        }

        var draw = new Draw(options.Seed, Purpose.MemberSpending, ((long)person.Index * GenerateOptions.MostMonths) + month);
        return draw.Below(2) == 0 ? null : (sharing, 1 + draw.Below(mostSpent), 2 + draw.Below(27), draw.Below(3));
    }

    // One of two hundred a month, in either direction.
    private long Corrected(in Person person, bool retired, int month)
    {
        var draw = new Draw(options.Seed, Purpose.Correction, Place(person, retired, month));
        return draw.Below(200) > 0 ? 0 : draw.Below(2) == 0 ? 1 + draw.Below(MostCorrected) : -1 - draw.Below(MostCorrected);
    }

    // What an account holds is known where every row is good, and before the interest of the first year.
    private bool BalanceIsKnown(GeneratedMonth month) => options.Faults == 0 && month.Month.Year == options.Month.Year;

    /// <summary>What the account of somebody who goes holds then.</summary>
    private long Balance(Person person, bool retired, Func<Person, long> credited)
    {
        long balance = Opening(person, retired) + credited(person);
        for (int month = 0; month < person.At; month++)
        {
            (long fen, _, _, bool held) = Spending(person, retired, month);
            balance += Corrected(person, retired, month) - (held ? 0 : fen);
        }

        return balance;
    }

    private Draw Draw(in Person person, bool retired, int month) => new(options.Seed, Purpose.Movement, Place(person, retired, month));

    private static long Place(in Person person, bool retired, int month) =>
        (((retired ? GenerateOptions.MostPeople : 0L) + person.Index) * (GenerateOptions.MostMonths + 1)) + month + 1;

    private void WriteTransferIn(in Person person, GeneratedMonth month)
    {
        if (person.At == month.Number)
        {
            long fen = 200_00 + (person.Index % 800_00);
            Write(person, "转入"u8, fen, month.Month.OnDayOfMonth(10), ",,ZR"u8);
            to.Digits(person.Index, 8);
            to.Text(",,,,310000,,"u8);
            to.EndRow();
            month.Totals.TransferredIn += fen;
        }
    }

    /// <summary>Three of four who leave go for good: abroad, to another area, or giving up.</summary>
    private static bool Goes(in Person person) => person.Index % 4 != 3;

    // The account goes with them where its balance is known; else, and of those who stay, a part is transferred.
    private void WriteLeaving(in Person person, bool retired, GeneratedMonth month, Func<Person, long> credited)
    {
        int way = BalanceIsKnown(month) ? person.Index % 4 : 3;
        long fen = way == 3 ? TransferredOut : Balance(person, retired, credited);
        Write(person, way is 0 or 2 ? "支付"u8 : "转出"u8, fen, month.Month.OnDayOfMonth(1), way is 0 or 2 ? ",,QT"u8 : ",,ZC"u8);
        to.Digits(person.Index, 8);
        to.Text(way switch { 0 => ",出国定居,,,,,"u8, 2 => ",放弃,,,,,"u8, _ => ",,,,310000,,"u8 });
        to.EndRow();
        month.Totals.PaidOut += way is 0 or 2 ? fen : 0;
        month.Totals.TransferredOut += way is 0 or 2 ? 0 : fen;
    }

    // Two heirs, the odd fen is the first one's; one of five has none.
    private void WriteInheritance(in Person person, long balance, GeneratedMonth month)
    {
        month.Totals.PaidOut += balance;
        bool heirs = person.Index % 5 != 0;
        for (int heir = 0; heir < (heirs ? 2 : 1); heir++)
        {
            Person other = population.Employed((person.Index + 1 + heir) % population.EmployedCount);
            Write(person, "支付"u8, !heirs ? balance : heir == 0 ? balance - (balance / 2) : balance / 2, month.Month.OnDayOfMonth(20), ",,JC"u8);
            to.Digits(person.Index, 8);
            to.Text(heirs ? ",死亡继承,"u8 : ",无继承人,,,,,"u8);
            if (heirs)
            {
                to.Id(other.Id);
                to.Comma();
                Names.Write(to, other.Name);
                to.Text(",,,"u8);
            }

            to.EndRow();
        }
    }

    private void WriteSpent(in Person person, Person? member, long fen, LocalDate on, int channel)
    {
        Write(person, "消费"u8, fen, on, channel switch { 0 => ",药店,,,,,,"u8, 1 => ",门诊,,,,,,"u8, _ => ",住院,,,,,,"u8 });
        if (member is { } other)
        {
            to.Id(other.Id);
        }

        to.Comma();
        to.EndRow();
    }

    private void Write(in Person person, ReadOnlySpan<byte> kind, long fen, LocalDate on, ReadOnlySpan<byte> rest)
    {
        to.BeginRow();
        to.Id(person.Id);
        to.Comma();
        Names.Write(to, person.Name);
        to.Comma();
        to.Text(kind);
        to.Comma();
        to.Amount(fen);
        to.Comma();
        to.Date(on);
        to.Text(rest);
    }
}

using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Generate;

/// <summary>
/// The movements of a month: everybody's opening balance in the first, then spending, transfers, what the heirs of the dead receive, and a few
/// payments that no account can bear. Nobody spends more than the opening balance bears, so that what is held is what was meant to be.
/// </summary>
internal sealed class MovementRows(RowWriter to, GenerateOptions options, Population population)
{
    private const int LeastOpening = 500_00;
    private const int MostSpent = 30_00;
    private const int TransferredOut = 50_00;

    public static readonly byte[] Header = "公民身份号码,姓名,变动类型,金额,发生日期,渠道,凭证号,事由,继承人证件号码,继承人姓名,对方统筹区,以前年限"u8.ToArray();

    private readonly int mostSpent = Math.Min(MostSpent, (LeastOpening - TransferredOut) / options.Months);

    public void WriteOpening(in Person person, bool retired, GeneratedMonth month)
    {
        if (person.Change == Change.Joins)
        {
            return;
        }

        long opening = Opening(person, retired);
        Write(person, "期初余额"u8, opening, month.Month.OnDayOfMonth(1), ",,,,,,"u8);
        to.Comma();
        if (!retired)
        {
            to.Digits(12 + (person.Index % 240), 1);
        }

        to.EndRow();
        month.Totals.Opening += opening;
    }

    /// <param name="credited">What was credited for the months so far of somebody who died in the month before; not asked otherwise.</param>
    public void Write(in Person person, bool retired, GeneratedMonth month, Func<Person, long> credited)
    {
        if (person.Change == Change.Joins)
        {
            WriteTransferIn(person, month);
            return;
        }

        bool gone = person.Change == Change.Dies && month.Number >= person.At;
        if (gone && month.Number == person.At + 1 && options.Faults == 0 && month.Month.Year == options.Month.Year)
        {
            WriteInheritance(person, Opening(person, retired) + credited(person) - Spent(person, retired, person.At), month);
        }

        if (gone)
        {
            return;
        }

        if (person.Change == Change.Leaves && month.Number == person.At && !retired)
        {
            WriteTransferOut(person, month);
        }

        (long fen, int day, int channel, bool held) = Spending(person, retired, month.Number);
        if (fen > 0)
        {
            Write(person, "消费"u8, fen, month.Month.OnDayOfMonth(day), channel switch { 0 => ",药店,,,,,,"u8, 1 => ",门诊,,,,,,"u8, _ => ",住院,,,,,,"u8 });
            to.EndRow();
            month.Totals.Held += held ? 1 : 0;
            month.Totals.Spent += held ? 0 : fen;
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

    private long Spent(Person person, bool retired, int months)
    {
        long spent = 0;
        for (int month = 0; month < months; month++)
        {
            (long fen, _, _, bool held) = Spending(person, retired, month);
            spent += held ? 0 : fen;
        }

        return spent;
    }

    private Draw Draw(in Person person, bool retired, int month) =>
        new(options.Seed, Purpose.Movement, ((((retired ? GenerateOptions.MostPeople : 0L) + person.Index) * (GenerateOptions.MostMonths + 1)) + month + 1));

    private void WriteTransferIn(in Person person, GeneratedMonth month)
    {
        if (person.At == month.Number)
        {
            long fen = 200_00 + (person.Index % 800_00);
            Write(person, "转入"u8, fen, month.Month.OnDayOfMonth(10), ",,ZR"u8);
            to.Digits(person.Index, 8);
            to.Text(",,,,310000,"u8);
            to.EndRow();
            month.Totals.TransferredIn += fen;
        }
    }

    private void WriteTransferOut(in Person person, GeneratedMonth month)
    {
        Write(person, "转出"u8, TransferredOut, month.Month.OnDayOfMonth(1), ",,ZC"u8);
        to.Digits(person.Index, 8);
        to.Text(",,,,310000,"u8);
        to.EndRow();
        month.Totals.TransferredOut += TransferredOut;
    }

    // Two heirs; the odd fen is the first one's.
    private void WriteInheritance(in Person person, long balance, GeneratedMonth month)
    {
        for (int heir = 0; heir < 2; heir++)
        {
            Person other = population.Employed((person.Index + 1 + heir) % population.EmployedCount);
            Write(person, "支付"u8, heir == 0 ? balance - (balance / 2) : balance / 2, month.Month.OnDayOfMonth(20), ",,JC"u8);
            to.Digits(person.Index, 8);
            to.Text(",死亡继承,"u8);
            to.Id(other.Id);
            to.Comma();
            Names.Write(to, other.Name);
            to.Text(",,"u8);
            to.EndRow();
        }

        month.Totals.PaidOut += balance;
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

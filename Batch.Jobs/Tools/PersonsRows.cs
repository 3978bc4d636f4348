using NodaTime;

namespace Batch.Jobs.Tools;

/// <summary>The changes of a month: enrolments, departures, breaks and their ends, retirements and deaths, family members bound and unbound; of the retired their years and frozen amounts, where a month asks for them.</summary>
internal sealed class PersonsRows(RowWriter to, bool countsYears, bool freezesAmounts)
{
    public static readonly byte[] Header = "姓名,公民身份号码,变更类型,变更日期,变更内容"u8.ToArray();

    public void Write(in Person person, YearMonth month)
    {
        LocalDate first = month.OnDayOfMonth(1);
        switch (person.Change)
        {
            case Change.Joins:
                Enrol(person, month, retired: false);
                break;
            case Change.Leaves or Change.Pauses:
                Write(person, "停保"u8, first.PlusDays(-1));
                break;
            case Change.Retires:
                Write(person, "退休"u8, month.OnDayOfMonth(person.Day));
                WriteYears(person, month);
                break;
            default:
                Write(person, "死亡"u8, month.OnDayOfMonth(person.Day));
                break;
        }
    }

    /// <summary>A break ends with the first of a month.</summary>
    public void Resume(in Person person, YearMonth month) => Write(person, "续保"u8, month.OnDayOfMonth(1));

    /// <summary>The payer's account pays for the member from the first of a month on.</summary>
    public void Bind(in Sharing sharing, YearMonth month)
    {
        Begin(sharing.Payer, "共济绑定"u8, month.OnDayOfMonth(1));
        to.Id(sharing.Member.Id);
        to.Text(sharing.WithParent ? " 父母"u8 : " 配偶"u8);
        to.EndRow();
    }

    /// <summary>It has paid up to the day before the first of a month.</summary>
    public void Unbind(in Sharing sharing, YearMonth month)
    {
        Begin(sharing.Payer, "解除绑定"u8, month.OnDayOfMonth(1).PlusDays(-1));
        to.Id(sharing.Member.Id);
        to.EndRow();
    }

    /// <summary>Who is on record from the first of a month; of the retired, what the policy asks for besides.</summary>
    public void Enrol(in Person person, YearMonth month, bool retired)
    {
        Write(person, "新参保"u8, month.OnDayOfMonth(1));
        if (!retired)
        {
            return;
        }

        WriteYears(person, month);
        if (freezesAmounts && GeneratedMonth.FrozenAmountOf(person) is { } frozen)
        {
            Write(person, "冻结金额"u8, month.OnDayOfMonth(1), frozen.Fen);
        }
    }

    private void WriteYears(in Person person, YearMonth month)
    {
        if (countsYears)
        {
            Write(person, "以前年限"u8, month.OnDayOfMonth(1), months: GeneratedMonth.EarlierMonthsOf(person));
        }
    }

    private void Write(in Person person, ReadOnlySpan<byte> change, LocalDate on, long? fen = null, int? months = null)
    {
        Begin(person, change, on);
        if (fen is { } amount)
        {
            to.Amount(amount);
        }
        else if (months is { } count)
        {
            to.Digits(count, 1);
        }

        to.EndRow();
    }

    private void Begin(in Person person, ReadOnlySpan<byte> change, LocalDate on)
    {
        to.BeginRow();
        Names.Write(to, person.Name);
        to.Comma();
        to.Id(person.Id);
        to.Comma();
        to.Text(change);
        to.Comma();
        to.Date(on);
        to.Comma();
    }
}

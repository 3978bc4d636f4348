using NodaTime;

namespace Batch.Jobs.Generate;

/// <summary>The changes of a month: enrolments, departures, retirements and deaths.</summary>
internal sealed class PersonsRows(RowWriter to)
{
    public static readonly byte[] Header = "姓名,公民身份号码,变更类型,变更日期,变更内容"u8.ToArray();

    public void Write(in Person person, YearMonth month)
    {
        LocalDate first = month.OnDayOfMonth(1);
        switch (person.Change)
        {
            case Change.Joins:
                Enrol(person, month);
                break;
            case Change.Leaves:
                Write(person, "停保"u8, first.PlusDays(-1));
                break;
            case Change.Retires:
                Write(person, "退休"u8, month.OnDayOfMonth(person.Day));
                break;
            default:
                Write(person, "死亡"u8, month.OnDayOfMonth(person.Day));
                break;
        }
    }

    /// <summary>Who is on record from the first of a month.</summary>
    public void Enrol(in Person person, YearMonth month) => Write(person, "新参保"u8, month.OnDayOfMonth(1));

    private void Write(in Person person, ReadOnlySpan<byte> change, LocalDate on)
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
        to.EndRow();
    }
}

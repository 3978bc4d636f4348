using NodaTime;

namespace Batch.Jobs.Generate;

/// <summary>The changes of a month: enrolments, departures, retirements and deaths.</summary>
internal sealed class PersonsRows(RowWriter to)
{
    public static readonly byte[] Header = "姓名,公民身份号码,变更类型,变更日期,变更内容"u8.ToArray();

    public void Write(in Person person, YearMonth month)
    {
        to.BeginRow();
        Names.Write(to, person.Name);
        to.Comma();
        to.Id(person.Id);
        to.Comma();
        to.Text(person.Change switch
        {
            Change.Joins => "新参保"u8,
            Change.Leaves => "停保"u8,
            Change.Retires => "退休"u8,
            _ => "死亡"u8,
        });
        to.Comma();
        LocalDate first = month.OnDayOfMonth(1);
        to.Date(person.Change switch
        {
            Change.Joins => first,
            Change.Leaves => first.PlusDays(-1),
            _ => month.OnDayOfMonth(person.Day),
        });
        to.Comma();
        to.EndRow();
    }
}

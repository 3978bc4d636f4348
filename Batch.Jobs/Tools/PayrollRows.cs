using Batch.Rules;

namespace Batch.Jobs.Tools;

/// <summary>The employers' rows of a month.</summary>
internal sealed class PayrollRows(RowWriter to, Faults faults)
{
    public static readonly byte[] Header = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额"u8.ToArray();

    private static readonly Money WrongBy = new(10_00);

    /// <summary>What the good rows of the employer have come to so far.</summary>
    public ContributionSum Sum { get; private set; }

    public void BeginEmployer() => Sum = default;

    /// <param name="columns">The employer's two columns.</param>
    public void Write(ReadOnlySpan<byte> columns, in Person person, GeneratedMonth month)
    {
        Money declared = month.BaseOf(person);
        (Money own, Money employers) = month.Due(person, declared);
        Fault fault = faults.OfPayroll(person.Index, month.Number, to.Rows, month.ChecksPerson);

        to.BeginRow();
        to.Text(columns);
        Names.Write(to, person.Name);
        to.Comma();
        Faults.WriteId(to, person.Id, fault);
        to.Comma();
        WriteMonth(to, month, fault);
        to.Comma();
        Faults.WriteAmount(to, declared.Fen, fault);
        to.Comma();
        to.Amount((fault == Fault.AmountMismatch ? own + WrongBy : own).Fen);
        to.Comma();
        to.Amount(employers.Fen);
        to.EndRow();
        if (fault == Fault.None)
        {
            Sum = Sum.With(own.Fen, employers.Fen, month.CreditEmployed(person, declared, own, employers));
        }
    }

    internal static void WriteMonth(RowWriter to, GeneratedMonth month, Fault fault)
    {
        if (fault == Fault.MonthThirteen)
        {
            to.Digits(month.Month.Year, 4);
            to.Text("-13"u8);
        }
        else
        {
            to.Month(month.Month);
        }
    }
}

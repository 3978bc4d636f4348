using Batch.Rules;

namespace Batch.Jobs.Tools;

/// <summary>The pension agency's rows of a month: the retired group, and those of the employed who have retired since.</summary>
internal sealed class PensionRows(RowWriter to, Faults faults)
{
    public static readonly byte[] Header = "姓名,公民身份号码,所属期,上年度月平均养老金,本年月平均养老金,当月养老金"u8.ToArray();

    public void Write(in Person person, GeneratedMonth month)
    {
        (Money? prior, Money? average, Money pension) = Figures(person, month);
        Fault fault = faults.OfPension(Draws(person), month.Number, to.Rows, month.NeedsPension);

        to.BeginRow();
        Names.Write(to, person.Name);
        to.Comma();
        Faults.WriteId(to, person.Id, fault);
        to.Comma();
        PayrollRows.WriteMonth(to, month, fault);
        to.Comma();
        bool blank = fault == Fault.PensionMissing;
        WriteFigure(blank ? null : prior);
        to.Comma();
        WriteFigure(blank ? null : average);
        to.Comma();
        if (!blank)
        {
            Faults.WriteAmount(to, fault == Fault.PensionZero ? 0 : pension.Fen, fault);
        }

        to.EndRow();
        if (fault == Fault.None)
        {
            month.CountRetired(person, prior, average, pension);
        }
    }

    /// <summary>The prior year's average and this year's, where they are known, and the month's pension.</summary>
    public static (Money? PriorYear, Money? ThisYear, Money Month) Figures(in Person person, GeneratedMonth month)
    {
        Money pension = month.PensionOf(person, yearsBack: 0);
        return (KnownPriorYear(person, month) ? month.PensionOf(person, yearsBack: 1) : null, KnownThisYear(person, month) ? pension : null, pension);
    }

    /// <summary>The retired group counts from 0, the employed from beyond it, so that no two draw the same faults.</summary>
    private static int Draws(in Person person) => person.Change == Change.Retires ? GenerateOptions.MostPeople + person.Index : person.Index;

    private static bool KnownPriorYear(in Person person, GeneratedMonth month) => person.Change == Change.Retires
        ? FirstPension(person, month).Year < month.Month.Year
        : person.Known == PensionKnown.PriorYear;

    /// <summary>Of months before this one in its year: none in January, nor in the first month of a pension.</summary>
    private static bool KnownThisYear(in Person person, GeneratedMonth month) =>
        person.Known != PensionKnown.Month && month.Month.Month > 1 && (person.Change != Change.Retires || month.Number > person.At + 1);

    private static NodaTime.YearMonth FirstPension(in Person person, GeneratedMonth month) => month.Month.PlusMonths(person.At + 1 - month.Number);

    private void WriteFigure(Money? figure)
    {
        if (figure is { } amount)
        {
            to.Amount(amount.Fen);
        }
    }
}

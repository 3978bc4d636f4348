using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Tools;

/// <summary>A month of the generated time with its policy and what that policy asks of the rows.</summary>
internal sealed class GeneratedMonth
{
    private const string Category = "unit";
    private const int EnoughMonths = 40 * 12;
    private const int FewMonths = 18 * 12;
    private const int ManyMonths = 144;

    private readonly MonthPolicy policy;
    private readonly int firstYear;

    /// <exception cref="GenerateRefusedException">The policy cannot credit people in this month.</exception>
    public GeneratedMonth(AreaPolicy area, GenerateOptions options, int number)
    {
        Number = number;
        Month = options.Month.PlusMonths(number);
        firstYear = options.Month.Year;
        Totals = new MonthTotals(Month);
        string name = Month.Text();
        try
        {
            policy = area.For(Month, [], options.Figures);
            Money some = new(5000_00);
            LocalDate birth = Month.OnDayOfMonth(1).PlusYears(-65);
            ChecksPerson = Assessment.Expect(policy, Category, birth, some).Person is not null;
            Assessment.Assess(policy, new PersonMonth { Standing = Standing.Retired, Birth = birth, Category = Category, PensionPriorYear = some, FrozenAmount = some });
            NeedsPension = !CreditsWithoutPension(birth);
        }
        catch (PolicyGapException)
        {
            throw new GenerateRefusedException($"No policy of {area.Area} covers {name}; choose another month.");
        }
        catch (MissingFigureException missing)
        {
            throw new GenerateRefusedException(
                $"The policy of {area.Area} has no {missing.Figure} for {name}, so what people are credited there cannot be computed; give it with --set, or choose another month.");
        }
        catch (ArgumentException crossed)
        {
            throw new GenerateRefusedException(crossed.Message.Split(" (Parameter")[0]);
        }
        catch (CategoryOpenException)
        {
            throw new GenerateRefusedException($"The policy of {area.Area} does not say what people are credited in {name}; choose another month.");
        }
    }

    /// <summary>Counted from the first month generated.</summary>
    public int Number { get; }
    public YearMonth Month { get; }
    public MonthTotals Totals { get; }

    /// <summary>Whether the policy tells what a person pays, and so a wrong amount.</summary>
    public bool ChecksPerson { get; }

    /// <summary>Whether retired people are credited by their pension, so that they need one.</summary>
    public bool NeedsPension { get; }

    /// <summary>Whether a credit waits for the receipt of the money, so that there are receipts and a bank statement.</summary>
    public bool CreditsOnReceipt => policy.CreditsOnReceipt;

    /// <summary>Whether people who are not on record are held, so that their enrolment comes before their rows.</summary>
    public bool HoldsUnknownPeople => !policy.RegistersUnknownPeople;

    /// <summary>The base declared in this month: bases rise by 4 % a year, whole yuan stay whole.</summary>
    public Money BaseOf(in Person person)
    {
        long fen = person.Base;
        for (int year = firstYear; year < Month.Year; year++)
        {
            fen += fen % 100 == 0 ? fen / 2500 * 100 : fen / 25;
        }

        return new Money(fen);
    }

    /// <summary>Pensions rise by 5 % a year.</summary>
    public Money PensionOf(in Person person, int yearsBack)
    {
        long fen = person.Pension;
        for (int year = firstYear; year < Month.Year - yearsBack; year++)
        {
            fen += fen / 20;
        }

        return new Money(yearsBack > Month.Year - firstYear ? fen - (fen / 20) : fen);
    }

    public (Money Person, Money Employer) Due(in Person person, Money declaredBase)
    {
        ExpectedContribution due = Assessment.Expect(policy, Category, person.Birth, declaredBase);
        return (due.Person ?? Money.Zero, due.Employer ?? Money.Zero);
    }

    /// <summary>Whether months paid before decide about later credits, so that money which comes late changes more than its own month.</summary>
    public bool CountsPaidMonths => (policy.Gates & (Gates.Resumption | Gates.Years)) != 0;

    public long CreditEmployed(in Person person, Money declaredBase, Money personPaid, Money employerPaid) => Assessment.Assess(policy, new PersonMonth
    {
        Standing = Standing.Active,
        Birth = person.Birth,
        Category = Category,
        Base = declaredBase,
        PersonPaid = personPaid,
        EmployerPaid = employerPaid,
    }).Account.Fen;

    /// <summary>Whether the years that the retired have contributed are asked for, and the amounts frozen for them.</summary>
    public bool CountsYears => policy.GatesOnYears;
    public bool FreezesAmounts => policy.Gates.HasFlag(Gates.FrozenAmount);

    /// <summary>Months contributed before the first month: enough for most, a tenth of the retired group lacks years.</summary>
    public static int EarlierMonthsOf(in Person person) =>
        person.Change == Change.Retires ? EnoughMonths : person.Index % 10 == 0 ? FewMonths + (person.Index % ManyMonths) : EnoughMonths + (person.Index % ManyMonths);

    /// <summary>Four and a half hundredths of the pension are frozen for the retired group; those who retire later have none.</summary>
    public static Money? FrozenAmountOf(in Person person) => person.Change == Change.Retires ? null : new Money(person.Pension * 45 / 1000);

    public void CountRetired(in Person person, Money? priorYear, Money? thisYear, Money month) =>
        Totals.Credited += CreditRetired(person, priorYear, thisYear, month);

    public long CreditRetired(in Person person, Money? priorYear, Money? thisYear, Money month) => policy.NeedsFrozenAmount(Category) && FrozenAmountOf(person) is null
        ? 0
        : Assessment.Assess(policy, new PersonMonth
        {
            Standing = Standing.Retired,
            Birth = person.Birth,
            Category = Category,
            PensionPriorYear = priorYear,
            PensionThisYear = thisYear,
            PensionMonth = month,
            FrozenAmount = FreezesAmounts ? FrozenAmountOf(person) : null,
            PaidMonths = CountsYears ? EarlierMonthsOf(person) : null,
            MissingYears = CountsYears ? policy.MissingYears(person.Id.Sex, EarlierMonthsOf(person)) : 0,
        }).Account.Fen;

    private bool CreditsWithoutPension(LocalDate birth)
    {
        try
        {
            Assessment.Assess(policy, new PersonMonth { Standing = Standing.Retired, Birth = birth, Category = Category, FrozenAmount = new Money(1) });
            return true;
        }
        catch (MissingFigureException)
        {
            return false;
        }
    }
}

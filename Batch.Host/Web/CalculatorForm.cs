using System.Globalization;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using static Batch.Host.Web.CalculatorFields;

namespace Batch.Host.Web;

/// <summary>
/// What was typed into the calculator, which boxes the policy needs for it, and what is wrong at which of them. A box that is needed and was not there yet is asked for before anything is
/// worked out.
/// </summary>
/// <param name="typed">The text of a box; null: the form did not have it.</param>
internal sealed class CalculatorForm(PolicyInForce inForce, Func<string, string?> typed)
{
    private const decimal Most = 1_000_000_000m;

    private readonly Dictionary<string, (string Chinese, string English)> _faults = [];
    private readonly Dictionary<YearMonth, MonthPolicy?> _policies = [];
    private readonly Dictionary<string, decimal> _figures = [];

    /// <summary>What is wrong, by the name of the box.</summary>
    public IReadOnlyDictionary<string, (string Chinese, string English)> Faults => _faults;

    /// <summary>Categories of the month's policy; none where the month cannot be read.</summary>
    public IReadOnlyList<string> Categories { get; private set; } = [];

    /// <summary>The boxes that the policy needs, in the order in which they are asked for.</summary>
    public IReadOnlyList<CalculatorField> Fields { get; private set; } = [];

    /// <summary>Figures that another value can be tried for.</summary>
    public IReadOnlyList<string> Figures { get; private set; } = [];

    public bool IsActive => Typed(Status) != "retired";

    public string CategoryChosen => Typed(Category) is { Length: > 0 } chosen ? chosen : Batch.Rules.Categories.Unit;

    /// <summary>The figures that are tried in the place of those in force, yuan a month.</summary>
    public IReadOnlyDictionary<string, decimal> Tried => _figures;

    public string Typed(string box) => (typed(box) ?? "").Trim();

    public void Refuse(string box, string chinese, string english) => _faults.TryAdd(box, (chinese, english));

    /// <summary>Which boxes are needed for what is filled in, before anybody has sent the form: nothing is wrong yet.</summary>
    public void Prepare()
    {
        Read();
        _faults.Clear();
    }

    /// <summary>The policy of a month with the figures that are tried; null: none covers it.</summary>
    /// <exception cref="ArgumentException">The limits cross.</exception>
    public MonthPolicy? PolicyOf(YearMonth month)
    {
        if (!_policies.TryGetValue(month, out MonthPolicy? policy))
        {
            policy = _figures.Count == 0 || inForce.TryFor(month) is null ? inForce.TryFor(month) : inForce.Policy.For(month, inForce.Figures, _figures);
            _policies.Add(month, policy);
        }

        return policy;
    }

    /// <summary>Whom to work out what for; null: something is wrong or still to be asked for.</summary>
    public CalculatorAsked? Read()
    {
        YearMonth? month = ReadMonth(Month);
        MonthPolicy? policy = month is { } of ? inForce.TryFor(of) : null;
        if (month is { } uncovered && policy is null)
        {
            Refuse(Month, $"{uncovered.Text()} 没有有效的政策，不能计算。", $"No policy covers {uncovered.Text()}; it cannot be computed.");
        }

        if (policy is null)
        {
            return null;
        }

        Categories = policy.Categories;
        Standing standing = IsActive ? Standing.Active : Standing.Retired;
        YearMonth? retires = IsActive && Typed(Retires).Length > 0 ? ReadRetirement(policy.Month) : null;
        if (!Categories.Contains(CategoryChosen) || !policy.Covers(CategoryChosen, standing))
        {
            string open = policy.OpenOf(CategoryChosen, standing) is { } said ? $"（{said}）" : "";
            Refuse(Category, $"{policy.Month.Text()} 的政策没有规定此类人员的划入办法{open}。", $"The policy of {policy.Month.Text()} does not say what this category is credited.");
        }

        ReadFigures(policy, standing, retires);
        PersonInputs inputs = Outlook.InputsOf(inForce.Policy, inForce.TryFor, CategoryChosen, standing, retires, policy.Month);
        Fields = [.. All.Where(f => inputs.HasFlag(f.Input))];
        if (Fields.Any(f => typed(f.Name) is null))
        {
            return null;
        }

        (PersonMonth person, TypedBirth? birth) = ReadPerson(policy.Month, standing);
        return _faults.Count > 0 ? null : new CalculatorAsked(policy.Month, person, birth, retires);
    }

    private (PersonMonth Person, TypedBirth? Birth) ReadPerson(YearMonth month, Standing standing)
    {
        TypedBirth? birth = Asks(Birth) ? ReadBirth(month) : null;
        PersonMonth person = new()
        {
            Standing = standing,
            // Of nobody: where no birth date is asked for the amount does not depend on it.
            Birth = birth?.Latest ?? new LocalDate(1970, 1, 1),
            Category = CategoryChosen,
            Base = Asks(Base) ? ReadAmount(Base, required: true) ?? Money.Zero : Money.Zero,
            PensionPriorYear = Asks(PensionPriorYear) ? ReadAmount(PensionPriorYear) : null,
            PensionThisYear = Asks(PensionThisYear) ? ReadAmount(PensionThisYear) : null,
            PensionMonth = Asks(PensionMonth) ? ReadAmount(PensionMonth) : null,
            FrozenAmount = Asks(Frozen) ? ReadAmount(Frozen) : null,
            MissingYears = ReadCount(CalculatorFields.MissingYears, PersonInput.MostMissingYears, "请填写整年数，例如 2。", "Give a number of whole years, such as 2.") ?? 0,
            RetiredIn = Asks(RetiredOn) && Typed(RetiredOn).Length > 0 ? ReadRetiredIn(month) : null,
            PaidMonths = ReadCount(CalculatorFields.PaidMonths, PersonInput.MostMonths, "请填写整月数，例如 110。", "Give a number of whole months, such as 110."),
        };
        return (person, birth);
    }

    private bool Asks(string box) => Fields.Any(f => f.Name == box);

    private YearMonth? ReadMonth(string box)
    {
        try
        {
            return TypedMonth.Read(Typed(box));
        }
        catch (DataFaultException fault)
        {
            Refuse(box, fault.Chinese, fault.English);
            return null;
        }
    }

    private YearMonth? ReadRetirement(YearMonth month)
    {
        YearMonth? retires = ReadMonth(Retires);
        if (retires < month)
        {
            Refuse(Retires, "退休月份早于所算月份；已退休的，身份请选“退休”。", "The month of retirement is before the month asked for; choose the status retired.");
        }

        return retires;
    }

    private YearMonth? ReadRetiredIn(YearMonth month)
    {
        YearMonth? retired = ReadMonth(RetiredOn);
        if (retired > month)
        {
            Refuse(RetiredOn, "退休年月晚于所算月份。", "The month of retirement is after the month.");
        }

        return retired;
    }

    private void ReadFigures(MonthPolicy policy, Standing standing, YearMonth? retires)
    {
        IEnumerable<string> names = policy.FigureNamesOf(CategoryChosen, standing);
        Figures = [.. (retires is null ? names : names.Concat(policy.FigureNamesOf(CategoryChosen, Standing.Retired))).Distinct()];
        foreach (string name in Figures.Where(n => Typed(Set + n).Length > 0))
        {
            if (ReadAmount(Set + name) is { } value)
            {
                _figures[name] = value.Yuan;
            }
        }
    }

    private TypedBirth? ReadBirth(YearMonth month)
    {
        if (Typed(Birth).Length == 0)
        {
            Refuse(Birth, "请填写出生日期：金额按年龄分档。", "Give the date of birth: the amount depends on the age.");
            return null;
        }

        try
        {
            TypedBirth birth = TypedBirth.Read(Typed(Birth));
            if (birth.Latest > month.ToDateInterval().End)
            {
                Refuse(Birth, "出生日期晚于所算月份。", "The date of birth is after the month.");
            }

            return birth;
        }
        catch (DataFaultException fault)
        {
            Refuse(Birth, fault.Chinese, fault.English);
            return null;
        }
    }

    private Money? ReadAmount(string box, bool required = false)
    {
        if (Typed(box).Length == 0)
        {
            if (required)
            {
                Refuse(box, "请填写金额（元），例如 6000.00。", "Give an amount in yuan, such as 6000.00.");
            }

            return null;
        }

        decimal? yuan = TypedAmount.Read(Typed(box));
        if (yuan is > 0m and <= Most && yuan * 100m == decimal.Truncate(yuan.Value * 100m))
        {
            return Money.FromYuan(yuan.Value);
        }

        Refuse(box, "请填写大于零的金额（元），最多两位小数，例如 6000.00。", "Give an amount above zero in yuan with at most two places, such as 6000.00.");
        return null;
    }

    private int? ReadCount(string box, int most, string chinese, string english)
    {
        if (!Asks(box) || Typed(box).Length == 0)
        {
            return null;
        }

        if (int.TryParse(Typed(box), NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count <= most)
        {
            return count;
        }

        Refuse(box, chinese, english);
        return null;
    }
}

/// <param name="Birth">Null: the amount does not depend on it.</param>
/// <param name="RetiresIn">The month of retirement of who is employed; null: not said.</param>
internal sealed record CalculatorAsked(YearMonth Month, PersonMonth Person, TypedBirth? Birth, YearMonth? RetiresIn);

using Batch.Jobs.Facts;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Files;

/// <summary>A row of status changes to a line.</summary>
internal static class PersonsRow
{
    public const string Events = "新参保 | 停保 | 续保 | 退休 | 死亡 | 人员类别 | 卡号 | 以前年限 | 以前实缴年限 | 冻结金额 | 冻结 | 解冻 | 销户 | 共济绑定 | 解除绑定 | 证件号码变更 | 姓名变更";
    private const string Relations = "公民身份号码 配偶 | 父母 | 子女 | 兄弟姐妹 | 祖父母 | 孙子女";
    public const string Grounds = "出国定居 | 死亡继承 | 无继承人 | 放弃 | 异地安置 | 其他 | 转出";
    private const string Categories = "单位职工 | 灵活就业 | 建国前老工人";
    private const int LongestCard = 32;
    private const int MostEarlierMonths = 80 * 12;

    private static readonly Dictionary<string, PersonEvent> EventByWord = new(StringComparer.OrdinalIgnoreCase)
    {
        ["新参保"] = PersonEvent.New,
        ["新增"] = PersonEvent.New,
        ["参保"] = PersonEvent.New,
        ["new"] = PersonEvent.New,
        ["停保"] = PersonEvent.Left,
        ["减少"] = PersonEvent.Left,
        ["left"] = PersonEvent.Left,
        ["续保"] = PersonEvent.Resumed,
        ["resumed"] = PersonEvent.Resumed,
        ["退休"] = PersonEvent.Retired,
        ["retired"] = PersonEvent.Retired,
        ["死亡"] = PersonEvent.Died,
        ["died"] = PersonEvent.Died,
        ["人员类别"] = PersonEvent.Category,
        ["category"] = PersonEvent.Category,
        ["卡号"] = PersonEvent.Card,
        ["card"] = PersonEvent.Card,
        ["冻结"] = PersonEvent.AccountFrozen,
        ["账户冻结"] = PersonEvent.AccountFrozen,
        ["frozen"] = PersonEvent.AccountFrozen,
        ["解冻"] = PersonEvent.AccountUnfrozen,
        ["账户解冻"] = PersonEvent.AccountUnfrozen,
        ["unfrozen"] = PersonEvent.AccountUnfrozen,
        ["销户"] = PersonEvent.AccountClosed,
        ["账户注销"] = PersonEvent.AccountClosed,
        ["closed"] = PersonEvent.AccountClosed,
        ["共济绑定"] = PersonEvent.FamilyBound,
        ["家庭共济绑定"] = PersonEvent.FamilyBound,
        ["family-bound"] = PersonEvent.FamilyBound,
        ["解除绑定"] = PersonEvent.FamilyUnbound,
        ["共济解绑"] = PersonEvent.FamilyUnbound,
        ["family-unbound"] = PersonEvent.FamilyUnbound,
        ["证件号码变更"] = PersonEvent.NumberChanged,
        ["证件号变更"] = PersonEvent.NumberChanged,
        ["身份证号变更"] = PersonEvent.NumberChanged,
        ["公民身份号码变更"] = PersonEvent.NumberChanged,
        ["number-changed"] = PersonEvent.NumberChanged,
        ["number changed"] = PersonEvent.NumberChanged,
        ["id-changed"] = PersonEvent.NumberChanged,
        ["id changed"] = PersonEvent.NumberChanged,
        ["姓名变更"] = PersonEvent.NameChanged,
        ["更名"] = PersonEvent.NameChanged,
        ["name-changed"] = PersonEvent.NameChanged,
        ["name changed"] = PersonEvent.NameChanged,
        ["以前年限"] = PersonEvent.EarlierMonths,
        ["earlier-months"] = PersonEvent.EarlierMonths,
        ["earlier months"] = PersonEvent.EarlierMonths,
        ["以前实缴年限"] = PersonEvent.EarlierActualMonths,
        ["earlier-actual-months"] = PersonEvent.EarlierActualMonths,
        ["earlier actual months"] = PersonEvent.EarlierActualMonths,
        ["冻结金额"] = PersonEvent.FrozenAmount,
        ["frozen-amount"] = PersonEvent.FrozenAmount,
        ["frozen amount"] = PersonEvent.FrozenAmount,
    };

    /// <summary>An area may add categories of its own: any other plain lower-case word is one.</summary>
    private static readonly Dictionary<string, string> CategoryByWord = new(StringComparer.OrdinalIgnoreCase)
    {
        ["unit"] = "unit",
        ["单位职工"] = "unit",
        ["单位"] = "unit",
        ["flexible"] = "flexible",
        ["灵活就业"] = "flexible",
        ["灵活就业人员"] = "flexible",
        ["veteran"] = "veteran",
        ["建国前老工人"] = "veteran",
    };

    public static PersonsLine Read(RowFields row, CitizenId id)
    {
        PersonEvent change = default;
        if (row.IsBlank(Column.Event))
        {
            row.Reject(Column.Event, Codes.PersonEventBlank, Events);
        }
        else
        {
            row.TryChoice(Column.Event, EventByWord, Codes.PersonEventUnknown, Events, out change);
        }

        string? value = change switch
        {
            PersonEvent.Category => Category(row),
            PersonEvent.Card => Card(row),
            PersonEvent.EarlierMonths or PersonEvent.EarlierActualMonths => EarlierMonths(row, Column.EventValue),
            PersonEvent.AccountClosed => ClosingGround(row),
            PersonEvent.FrozenAmount => FrozenAmount(row),
            PersonEvent.FamilyBound => Member(row, related: true),
            PersonEvent.FamilyUnbound => Member(row, related: false),
            PersonEvent.NameChanged => NewName(row),
            _ => null,
        };
        LocalDate? born = row.BirthTold(id, required: false);
        CitizenId? number = change == PersonEvent.NumberChanged ? NewNumber(row, out born) : null;
        bool ofAccount = change is PersonEvent.AccountFrozen or PersonEvent.AccountUnfrozen or PersonEvent.AccountClosed;
        string? document = ofAccount || change is PersonEvent.NumberChanged or PersonEvent.NameChanged ? MovementRow.Document(row, required: ofAccount) : null;
        return new PersonsLine(row.Row, id, row.Text(Column.Name), change, row.Date(Column.EventOn), number is { } to ? Told(to, born) : value, document)
        {
            BirthTold = born,
            Number = number,
        };
    }

    /// <summary>The new number of a change; the birth date that comes with it, told by the number or, where it tells none, by the column.</summary>
    private static CitizenId? NewNumber(RowFields row, out LocalDate? born)
    {
        born = null;
        if (row.IsBlank(Column.EventValue))
        {
            row.Reject(Column.EventValue, Codes.ValueBlank, "新号码");
            return null;
        }

        CitizenId number = row.OtherId(Column.EventValue);
        born = number == default ? null : number.TellsBirth ? number.Birth : row.BirthTold(number, required: false);
        return number;
    }

    /// <summary>What a change of number says: the number, and the birth date where the number tells none.</summary>
    internal static string Told(CitizenId number, LocalDate? born) => number.TellsBirth || born is not { } day ? number.Full() : $"{number.Full()} {day.Text()}";

    private static string? NewName(RowFields row)
    {
        string? name = row.Text(Column.EventValue);
        if (NameKeys.Of(name) == 0)
        {
            row.Reject(Column.EventValue, Codes.ValueBlank, "新姓名");
        }

        return name;
    }

    private static readonly Dictionary<string, string> RelationByWord = new(StringComparer.OrdinalIgnoreCase)
    {
        ["配偶"] = "spouse",
        ["夫妻"] = "spouse",
        ["spouse"] = "spouse",
        ["父母"] = "parent",
        ["父亲"] = "parent",
        ["母亲"] = "parent",
        ["parent"] = "parent",
        ["子女"] = "child",
        ["儿子"] = "child",
        ["女儿"] = "child",
        ["child"] = "child",
        ["兄弟姐妹"] = "sibling",
        ["兄弟"] = "sibling",
        ["姐妹"] = "sibling",
        ["sibling"] = "sibling",
        ["祖父母"] = "grandparent",
        ["外祖父母"] = "grandparent",
        ["grandparent"] = "grandparent",
        ["孙子女"] = "grandchild",
        ["外孙子女"] = "grandchild",
        ["grandchild"] = "grandchild",
    };

    /// <summary>A member's number, for a binding with the relation, in either order; the number may stand in a column of its own.</summary>
    private static string? Member(RowFields row, bool related)
    {
        string[] words = row.Normalised(Column.EventValue).Split([' ', '/', ';', '、', '|'], StringSplitOptions.RemoveEmptyEntries);
        string? relation = words.Select(w => RelationByWord.GetValueOrDefault(w)).FirstOrDefault(r => r is not null);
        CitizenId member = default;
        bool found = !row.IsBlank(Column.Member);
        if (found)
        {
            member = row.OtherId(Column.Member);
        }
        else
        {
            found = Array.Exists(words, w => CitizenId.TryParse(w.ToUpperInvariant(), row.Today, out member) == CitizenIdFault.None);
        }

        if (!found || (related && relation is null))
        {
            row.Reject(Column.EventValue, Codes.MemberUnreadable, Relations);
            return null;
        }

        // The number takes 18 places, whatever document it is of: a member is looked up by the first of them.
        return related ? $"{member.Full(),-18} {relation}" : $"{member.Full(),-18}";
    }

    /// <summary>The ground may stand in a column of its own or be the content of the change.</summary>
    private static string? ClosingGround(RowFields row)
    {
        Column column = row.IsBlank(Column.EventValue) ? Column.Ground : Column.EventValue;
        if (!row.TryChoice(column, MovementRow.GroundByWord, Codes.GroundUnknown, Grounds, out Ground ground))
        {
            return null;
        }

        if (ground == Ground.SevereIllness)
        {
            row.Reject(column, Codes.GroundUnknown, Grounds);
        }

        return ground.ToString();
    }

    private static string? Category(RowFields row)
    {
        if (row.IsBlank(Column.EventValue))
        {
            row.Reject(Column.EventValue, Codes.ValueBlank, Categories);
            return null;
        }

        string text = row.Normalised(Column.EventValue);
        if (CategoryByWord.TryGetValue(text, out string? category))
        {
            return category;
        }

        bool ownWord = text.Length is > 1 and <= 32 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') && char.IsAsciiLetterLower(text[0]);
        if (!ownWord)
        {
            row.Reject(Column.EventValue, Codes.CategoryUnknown, Categories);
        }

        return text;
    }

    private static string? Card(RowFields row)
    {
        string text = row.Normalised(Column.EventValue).ToUpperInvariant();
        if (text.Length == 0)
        {
            row.Reject(Column.EventValue, Codes.ValueBlank, "卡号");
        }
        else if (text.Length is < 4 or > LongestCard || !text.All(char.IsAsciiLetterOrDigit))
        {
            row.Reject(Column.EventValue, Codes.CardInvalid, $"4-{LongestCard}");
        }

        return text;
    }

    /// <summary>Months, or years and months: 150, 12年, 12年6个月, 6个月.</summary>
    public static string? EarlierMonths(RowFields row, Column column)
    {
        string text = row.Normalised(column);
        if (text.Length == 0)
        {
            row.Reject(column, Codes.ValueBlank, "12年6个月");
            return null;
        }

        int year = text.IndexOf('年', StringComparison.Ordinal);
        int years = 0;
        bool read = year < 0 || TryCount(text.AsSpan(0, year), out years);
        ReadOnlySpan<char> rest = text.AsSpan(year + 1).TrimEnd('月').TrimEnd('个');
        int months = 0;
        read &= (year >= 0 && rest.IsEmpty) || TryCount(rest, out months);
        if (!read || (years * 12) + months > MostEarlierMonths)
        {
            row.Reject(column, Codes.EarlierMonthsInvalid, "12年6个月");
            return null;
        }

        return ((years * 12) + months).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Yuan a month, above zero like a pension.</summary>
    private static string? FrozenAmount(RowFields row)
    {
        if (row.IsBlank(Column.EventValue))
        {
            row.Reject(Column.EventValue, Codes.ValueBlank, "216.50");
        }

        return row.OptionalPension(Column.EventValue)?.ToString();
    }

    private static bool TryCount(ReadOnlySpan<char> text, out int count)
    {
        count = 0;
        return text.Length is > 0 and <= 4 && int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out count);
    }
}

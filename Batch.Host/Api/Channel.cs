using static Batch.Host.Api.Told;

namespace Batch.Host.Api;

/// <summary>
/// Where people ask 查询渠道, and what each of them is told: the least that it needs. For policy people to read; the one place where it is decided. An answer holds
/// these fields and no others. A month's payment or credit over the rate is the wage or the pension: such an amount is told where the agency itself, or its own app after the
/// sign-in of the person, gives it. A mini-program runs inside another company's app, the hotline knows a caller by a number, and at a bank or pharmacy a third party looks on.
/// </summary>
/// <param name="Name">As in the route: <c>/api/v1/inquiries/hotline</c>.</param>
/// <param name="Months">Months of the contribution record 缴费明细, where that is told.</param>
internal sealed record Channel(string Name, string Chinese, int Months, IReadOnlyList<Told> Fields)
{
    public static IReadOnlyList<Channel> All { get; } =
    [
        //   channel          中文           months
        new("counter",        "经办窗口",     24, [Balance, AsOf, LastCredit, Reason, ReasonEn, ReasonLines, Record, Holder]),
        new("hotline",        "12333 热线",   0,  [Balance, AsOf, LastCreditMonth, ShortReason, ShortReasonEn, Text]),
        new("kiosk",          "自助终端",     12, [Balance, AsOf, LastCredit, Reason, ReasonEn, ReasonLines, Record, Holder]),
        new("app",            "手机应用",     24, [Balance, AsOf, LastCredit, Reason, ReasonEn, ReasonLines, Record]),
        new("mini-program",   "小程序",       12, [Balance, AsOf, LastCreditMonth, ShortReason, ShortReasonEn, RecordMonths]),
        new("bank",           "银行",         0,  [Usable]),
        new("pharmacy",       "药店终端",     0,  [Usable]),
    ];
}

/// <summary>What can be told.</summary>
internal enum Told
{
    /// <summary>What the account can be spent from now; nothing of a frozen or closed account, or after a death.</summary>
    Usable,

    Balance,
    AsOf,

    /// <summary>Month, posting month and amount.</summary>
    LastCredit,

    /// <summary>Month and posting month, without the amount; in the answer it is called <c>lastCredit</c> too.</summary>
    LastCreditMonth,

    /// <summary>Why the last credit is what it is, with base, rate and age: for the person and for who serves them face to face.</summary>
    Reason,
    ReasonEn,

    /// <summary>The same, line by line as it was computed.</summary>
    ReasonLines,

    /// <summary>The kind of the reason in a sentence without a figure; in the answer it is called <c>reason</c> too.</summary>
    ShortReason,
    ShortReasonEn,

    /// <summary>Months with what was paid and credited.</summary>
    Record,

    /// <summary>Months that something was posted for, without amounts; in the answer it is called <c>record</c> too.</summary>
    RecordMonths,

    /// <summary>The masked number and name, for the one who asks to compare with the person in front of them.</summary>
    Holder,

    /// <summary>A text to be read out.</summary>
    Text,
}

/// <summary>What the fields are called in an answer.</summary>
internal static class ToldNames
{
    public static string Name(this Told field) => field switch
    {
        Told.LastCreditMonth => "lastCredit",
        Told.RecordMonths => "record",
        Told.ShortReason => "reason",
        Told.ShortReasonEn => "reasonEn",
        _ => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(field.ToString()),
    };
}

namespace Batch.Host.Api;

/// <summary>
/// Where people ask 查询渠道, and how much each of them is told: the least that it needs. For policy people to read; the one place where it is decided.
/// </summary>
/// <param name="Name">As in the route: <c>/api/v1/inquiries/hotline</c>.</param>
/// <param name="Record">Months of the contribution record 缴费明细 that are shown; 0: none.</param>
/// <param name="Amounts">Whether the record shows what was paid, or only which months were.</param>
/// <param name="Reason">How the reason of the last credit is told: in a sentence, or line by line as it was computed.</param>
/// <param name="Identity">Whether the masked number and name come back, for the one who asks to compare with the person in front of them.</param>
/// <param name="Spoken">A text to be read out.</param>
internal sealed record Channel(string Name, string Chinese, int Record, bool Amounts, ReasonDetail Reason, bool Identity, bool Spoken)
{
    public static IReadOnlyList<Channel> All { get; } =
    [
        //   channel          中文            months  amounts  reason                 identity  spoken
        new("counter",        "经办窗口",     24,     true,    ReasonDetail.Lines,    true,     false),
        new("hotline",        "12333 热线",   3,      false,   ReasonDetail.Sentence, false,    true),
        new("kiosk",          "自助终端",     12,     true,    ReasonDetail.Lines,    true,     false),
        new("app",            "手机应用",     24,     true,    ReasonDetail.Lines,    false,    false),
        new("mini-program",   "小程序",       12,     true,    ReasonDetail.Sentence, false,    false),
        new("bank",           "银行",         1,      false,   ReasonDetail.Sentence, false,    false),
        new("pharmacy",       "药店终端",     1,      false,   ReasonDetail.Sentence, false,    false),
    ];
}

/// <summary>How a reason is told.</summary>
internal enum ReasonDetail
{
    Sentence,
    Lines,
}

using System.Globalization;
using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Batch.Host.Pages;

/// <summary>What counts as an anomaly in this area.</summary>
[Authorize(Permissions.SeeWork)]
internal sealed class ThresholdsModel : AreaPage
{
    public IReadOnlyList<Threshold> Lines { get; private set; } = [];

    public bool MaySet { get; private set; }

    public async Task OnGetAsync()
    {
        Lines = await new Thresholds(Database.Program, Code).ReadAsync(Cancellation);
        MaySet = await MayAsync(Permissions.ManageUsers);
    }

    public Task<IActionResult> OnPostAsync(string? name, string? value) => TryAsync(
        Permissions.ManageUsers,
        async () =>
        {
            decimal number = TypedAmount.Read(value) ?? throw new DataFaultException("THRESHOLD_INVALID", "请填写不小于 0 的数字。", "Give a number of 0 or more.");
            await new Thresholds(Database.Program, Code).SetAsync(name ?? "", number, Who, Cancellation);
            (string chinese, string english) = NameOf(name ?? "");
            Tell($"已设定：{chinese} {Shown(number)}。", $"Set: {english} {Shown(number)}.");
            return Redirect($"~/{Code}/thresholds");
        },
        OnGetAsync);

    public static string Shown(decimal value) => value.ToString("#,##0.##", CultureInfo.InvariantCulture);

    public static (string Chinese, string English) NameOf(string name) => name switch
    {
        "credited-off-percent" => ("划入合计与上月相差（%）", "Credited total off last month (%)"),
        "people-off-percent" => ("人数与上月相差（%）", "People off last month (%)"),
        "retirees-off-percent" => ("划入的退休人员与上月相差（%，相差不足 5 人不计）", "Retirees credited off last month (%; fewer than 5 people do not count)"),
        "least-people" => ("上月至少有多少人才作比较", "Compared only where last month had so many people"),
        "single-credit-yuan" => ("单笔划入（元）", "Single credit (yuan)"),
        "single-movement-yuan" => ("单笔变动：消费、支付、转移、更正（元）", "Single movement: spending, pay-out, transfer, correction (yuan)"),
        "money-out-percent" => ("从账户支出占上次的比例（%）", "Money out of the accounts, in per cent of the month before"),
        "corrections-percent" => ("余额更正占账户数的比例（%，不足 20 笔不计）", "Corrections of balances, in per cent of the accounts (fewer than 20 do not count)"),
        Thresholds.CloseEarlyDays => ("月末前几天起可以结账（0：月末之后）", "Days before the month's end from which it may be closed (0: after its end)"),
        _ => ("扣回（负数）分录数", "Entries that take money back"),
    };
}

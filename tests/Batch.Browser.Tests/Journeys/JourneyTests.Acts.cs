using Microsoft.Playwright;
using NUnit.Framework;

namespace Batch.Browser.Tests.Journeys;

/// <summary>What people do more than once on the way: signing in, sending files, computing, posting, closing.</summary>
public sealed partial class JourneyTests
{
    private async Task<Hand> SitDownAsync()
    {
        IPage page = await site.WindowAsync(width, height);
        await page.GotoAsync(site.Root);
        Hand hand = last = new(page, language, inspection);
        if (hand.IsEnglish)
        {
            await page.GetByText("English", new() { Exact = true }).ClickAsync();
        }

        return hand;
    }

    private async Task<Hand> SitDownFirstAsync(string name)
    {
        Hand hand = await SitDownAsync();
        await hand.SignInFirstAsync(name, passwords[name], Own);
        return hand;
    }

    private async Task<Hand> SitDownAgainAsync(string name)
    {
        Hand hand = await SitDownAsync();
        await hand.SignInAsync(name, Own);
        return hand;
    }

    private static async Task SendAsync(Hand hand, string month, params string[] files)
    {
        await hand.TakeFilesAsync("文件", "Files", files);
        await hand.FillAsync("月份（文件没有月份列时）", "Month (for files without one)", month);
        await hand.ClickAsync("上传", "Upload");
        foreach (string file in files)
        {
            await hand.SeesInRowAsync(Path.GetFileName(file), hand.Text("已处理", "taken in"));
        }
    }

    private static async Task ComputeAsync(Hand hand, string month)
    {
        await hand.GoAsync("批次", "Runs");
        await hand.FillAsync("入账月份", "Posting month", month);
        await hand.ClickAsync("开始计算", "Start");
        await hand.SeesAsync("待复核", "to be approved");
    }

    // One credit is above the threshold that the administrator has set: such a run needs a reason.
    private static async Task ApproveAndPostAsync(Hand hand, bool needsReason)
    {
        await hand.GoAsync("今日待办", "To do");
        await hand.FollowAsync("待复核（经办：wang）", "waits to be approved (made by wang)");
        await hand.SeesAsync("合计与上月比较", "Totals beside last month");
        if (needsReason)
        {
            await hand.FillAsync("异常仍予复核的理由", "Why it is approved in spite of the anomalies", "养老金调整文件已核对");
        }

        await hand.ClickAsync("复核通过", "Approve");
        await hand.SeesAsync("待入账", "to be posted");
        await hand.ClickAsync("入账", "Post");
        await hand.SeesAsync("已入账", "posted");
    }

    private static async Task CloseAsync(Hand hand, string month)
    {
        await hand.GoAsync("月份与结账", "Months");
        await hand.ClickAsync(month, month);
        await hand.ClickAsync("结清本月", "Close this month");
        await hand.ClickAsync("确认结账", "Yes, close");
        await hand.SeesAsync("月度结账证明", "Certificate of the closing");
    }

    private static async Task ReopenAsync(Hand proposer, Hand approver, string month)
    {
        await proposer.GoAsync("月份与结账", "Months");
        await proposer.ClickAsync(month, month);
        await proposer.ClickAsync("提出重新打开", "Propose to open it again");
        await proposer.FillAsync("理由", "Reason", "漏记一批");
        await proposer.ClickAsync("提出", "Propose");
        await proposer.SeesAsync("须由另一人同意。", "Another person approves it.");
        await approver.GoAsync("月份与结账", "Months");
        await approver.ClickAsync(month, month);
        await approver.ClickAsync("同意重新打开", "Approve and open it again");
        await approver.SeesAsync("曾结账，已重新打开", "Closed before, and opened again");
    }

    private async Task<Hand> SitDownByKeysAsync(string name)
    {
        Hand hand = last = new(await site.WindowAsync(width, height), language, inspection);
        await hand.Page.GotoAsync(site.Root);
        if (hand.IsEnglish)
        {
            await hand.EnterAsync("English", "English");
        }

        await hand.TypeAsync("用户名", "Name", name);
        await hand.TypeAsync("密码", "Password", Own);
        await hand.EnterAsync("登录", "Sign in");
        return hand;
    }

    private static async Task ApproveAndPostByKeysAsync(Hand hand)
    {
        await hand.EnterAsync("待复核（经办：wang）", "waits to be approved (made by wang)", part: true);
        await hand.TypeAsync("异常仍予复核的理由", "Why it is approved in spite of the anomalies", "养老金调整文件已核对");
        await hand.EnterAsync("复核通过", "Approve");
        await hand.EnterAsync("入账", "Post");
        await hand.SeesAsync("已入账", "posted");
    }

    private static async Task CloseByKeysAsync(Hand hand, string month)
    {
        await hand.EnterAsync($"{month} 已入账，文件齐全后可结账", $"{month} is posted: close it when its files are complete");
        await hand.EnterAsync("结清本月", "Close this month", part: true);
        await hand.EnterAsync("确认结账", "Yes, close");
        await hand.SeesAsync("月度结账证明", "Certificate of the closing");
    }
}

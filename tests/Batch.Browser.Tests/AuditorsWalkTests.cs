using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Batch.Rules;
using Batch.Testing;
using Microsoft.Playwright;
using NUnit.Framework;

namespace Batch.Browser.Tests;

/// <summary>
/// An auditor draws twenty credits and follows each to a line of the bank's statement, then three lines to their people. Four employers have eight people each, all of 30: the n-th of all
/// has a base of 5000 + 100 n; 10 % of it is paid and 3.1 % is credited. E2's money came in two lines. E5 declares 800.00 for one person and pays 500.00.
/// What is expected is worked out from what the test wrote into the files, never from a page.
/// </summary>
[NonParallelizable]
public sealed partial class AuditorsWalkTests
{
    private const int Employers = 4, Each = 8, Drawn = 20;

    private static readonly TimeSpan Fast = TimeSpan.FromSeconds(1);

    private readonly string folder = Directory.CreateTempSubdirectory("batch-walk-").FullName;
    private readonly List<TimeSpan> waited = [];
    private Site site = null!;

    [OneTimeSetUp]
    public async Task OpenAsync()
    {
        site = await Site.OpenAsShippedAsync();
        await DoAsync(["import", .. Files(), "--area", "420100", "--month", "2021-06", "--by", "wang"]);
        await DoAsync("allocate", "--area", "420100", "--month", "2021-06", "--by", "wang");
        await DoAsync("approve", "1", "--by", "li", "--override", "已核对");
        await DoAsync("post", "1", "--by", "li");
        await DoAsync("close", "--area", "420100", "--month", "2021-06", "--by", "zhou", "--accept-differences", "待查");
        await site.AddUserAsync("shen", "auditor");
    }

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        if (site is not null)
        {
            await site.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public async Task Twenty_drawn_credits_lead_to_the_bank_and_three_lines_lead_to_their_people()
    {
        IPage page = await site.SignInAsync("shen");
        await Clicks.GoAsync(page, "追溯");
        await Clicks.FillAsync(page, "随机种子", "audit-2021");
        await Clicks.FillAsync(page, "笔数", $"{Drawn}");
        await TimedAsync(() => Clicks.PressAsync(page, "抽取"));
        await Assertions.Expect(page.Locator("#credits tbody tr")).ToHaveCountAsync(Drawn);
        // 32 credits: 3.1 % of 5000 x 32 + 100 x (0 + ... + 31) = 3.1 % of 209600.
        await ToldAsync(page);
        Stopwatch walk = Stopwatch.StartNew();
        HashSet<(int, int)> seen = [];
        for (int i = 0; i < Drawn; i++)
        {
            seen.Add(await FollowAsync(page, i));
        }

        Assert.That(seen, Has.Count.EqualTo(Drawn), "twenty different rows of the files");
        foreach ((string line, int employer) in new[] { ("LS1", 1), ("LS2B", 2), ("LS5", 5) })
        {
            await LineAsync(page, line, employer);
        }

        await TestContext.Progress.WriteLineAsync($"the walk: {walk.Elapsed.TotalSeconds:0.0} s, {waited.Count} pages, longest {waited.Max().TotalMilliseconds:0} ms");
        Assert.That(waited.Order().ElementAt(waited.Count / 2), Is.LessThan(Fast));
        // Twenty people were looked at, and none by the employers' lists.
        Assert.That(await site.Database.ScalarAsync<long>("SELECT count(DISTINCT account_id) FROM batch.inquiry WHERE who = 'shen' AND what = 'trace'"), Is.EqualTo((long)Drawn));
    }

    // On the screen, on paper and in the name of the file.
    private static async Task ToldAsync(IPage page)
    {
        ILocator told = page.Locator("#out-of");
        await Assertions.Expect(told).ToHaveTextAsync("2021-06 抽样：按种子抽取，种子 audit-2021，20 笔；从 32 笔、6,497.60 元中抽取 20 笔（缴费划入 32 笔、6,497.60 元，统筹基金划入退休人员 0 笔、0.00 元）。");
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        await Assertions.Expect(told).ToBeVisibleAsync();
        await page.EmulateMediaAsync(new() { Media = Media.Screen });
        await Assertions.Expect(page.GetByText("统筹基金划入退休人员的，追溯到养老金文件的行和批次")).ToBeVisibleAsync();
        IDownload download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "下载 CSV" }).ClickAsync());
        Assert.That(download.SuggestedFilename, Is.EqualTo("抽样_420100_202106_种子audit-2021_20笔.csv"));
    }

    // From a drawn credit to a line of the statement, and back to the draw.
    private async Task<(int Employer, int Row)> FollowAsync(IPage page, int drawn)
    {
        await TimedAsync(() => page.Locator("#credits tbody tr").Nth(drawn).GetByRole(AriaRole.Link).First.ClickAsync());
        Match from = SourceRow().Match(await page.Locator("#entries").InnerTextAsync());
        Assert.That(from.Success, "the page names file and row");
        int employer = Number(from.Groups[1]), row = Number(from.Groups[2]);
        await Assertions.Expect(page.Locator("#amount")).ToHaveTextAsync(Yuan(BaseOf(employer, row - 2) * 0.031m));
        ILocator entry = page.Locator("#entries tbody tr");
        await Assertions.Expect(entry).ToContainTextAsync($"E{employer} 单位{employer}");
        await Assertions.Expect(entry).ToContainTextAsync(Yuan(BaseOf(employer, row - 2)));
        // One run, after the days of the five receipts and of the line without one: its voucher is the seventh. The month is closed.
        await Assertions.Expect(page.Locator("#runs .voucher")).ToHaveTextAsync("记-0007");
        await Assertions.Expect(page.Locator("#runs .seal")).ToContainTextAsync("封签");
        await TimedAsync(() => page.Locator("#money .receipts tbody").GetByRole(AriaRole.Link, new() { NameRegex = SerialNumber() }).First.ClickAsync());
        decimal paid = Paid(employer);
        await Assertions.Expect(page.Locator("#amount")).ToHaveTextAsync(Yuan(employer == 2 ? 1000m : paid));
        await Assertions.Expect(page.Locator("#receipts")).ToContainTextAsync(Yuan(paid));
        await Assertions.Expect(page.Locator("#difference")).ToContainTextAsync("0.00");
        await page.GoBackAsync();
        await page.GoBackAsync();
        return (employer, row);
    }

    // From a line to the employer's people: their sums meet the money.
    private async Task LineAsync(IPage page, string serial, int employer)
    {
        await Clicks.GoAsync(page, "追溯");
        await Clicks.FillAsync(page, "银行流水号", serial);
        await TimedAsync(() => Clicks.PressAsync(page, "查找"));
        await TimedAsync(() => page.Locator(".lines").GetByRole(AriaRole.Link, new() { Name = serial, Exact = true }).ClickAsync());
        await TimedAsync(() => page.Locator("#employers").GetByRole(AriaRole.Link).First.ClickAsync());
        bool paidInFull = employer <= Employers;
        int people = paidInFull ? Each : 1;
        ILocator rows = page.Locator("#people tbody tr");
        await Assertions.Expect(rows).ToHaveCountAsync(people);
        decimal declared = paidInFull ? Paid(employer) : 800m, received = paidInFull ? declared : 500m, booked = paidInFull ? declared : 0m;
        await Assertions.Expect(page.Locator("#received")).ToHaveTextAsync(Yuan(received));
        await Assertions.Expect(page.Locator("#booked")).ToHaveTextAsync(Yuan(booked));
        await Assertions.Expect(page.Locator("#suspense")).ToHaveTextAsync(Yuan(received - booked));
        await Assertions.Expect(page.Locator("#sums")).ToContainTextAsync(Yuan(declared));
        await Assertions.Expect(page.Locator("#sums")).ToContainTextAsync(Yuan(booked * 0.31m));
        for (int i = 0; paidInFull && i < people; i++)
        {
            await Assertions.Expect(rows.Nth(i)).ToContainTextAsync(Yuan(BaseOf(employer, i) * 0.031m));
        }
    }

    private async Task TimedAsync(Func<Task> act)
    {
        Stopwatch one = Stopwatch.StartNew();
        await act();
        waited.Add(one.Elapsed);
    }

    private IEnumerable<string> Files()
    {
        const string Payroll = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额";
        for (int employer = 1; employer <= Employers; employer++)
        {
            int of = employer;
            yield return Write($"payroll-{employer}.csv", Payroll, Enumerable.Range(0, Each).Select(i => Row(of, i, BaseOf(of, i))));
        }

        yield return Write("payroll-5.csv", Payroll, [Row(5, 0, 8000m)]);
        yield return Write(
            "receipts.csv", "单位编号,单位名称,费款所属期,到账金额,到账日期,凭证号,滞纳金,利息",
            Enumerable.Range(1, 5).Select(e => $"E{e},单位{e},2021-06,{Plain(e <= Employers ? Paid(e) : 500m)},2021-06-1{e},SK{e},,"));
        yield return Write(
            "bank.csv", "交易日期,流水号,凭证号,对方户名,对方账号,借方金额,贷方金额",
            [
                $"2021-06-11,LS1,SK1,单位1有限公司,,,{Plain(Paid(1))}", "2021-06-12,LS2A,SK2,单位2有限公司,,,1000.00", $"2021-06-12,LS2B,SK2,单位2有限公司,,,{Plain(Paid(2) - 1000m)}",
                $"2021-06-13,LS3,SK3,单位3有限公司,,,{Plain(Paid(3))}", $"2021-06-14,LS4,SK4,单位4有限公司,,,{Plain(Paid(4))}", "2021-06-15,LS5,SK5,单位5有限公司,,,500.00",
                "2021-06-20,LS6,,某人,,,33.00",
            ]);
    }

    private string Write(string name, string header, IEnumerable<string> rows)
    {
        string path = Path.Combine(folder, name);
        File.WriteAllLines(path, rows.Prepend(header));
        return path;
    }

    private static string Row(int employer, int i, decimal @base) =>
        $"E{employer},单位{employer},张三,{CitizenId.FromDigits17((420173L * 100_000_000_000L) + (19900615L * 1000L) + ((employer - 1) * Each) + i + 1).Full()},2021-06,{Plain(@base)},{Plain(@base * 0.02m)},{Plain(@base * 0.08m)}";

    private static decimal BaseOf(int employer, int i) => 5000m + (100m * (((employer - 1) * Each) + i));

    private static decimal Paid(int employer) => Enumerable.Range(0, Each).Sum(i => BaseOf(employer, i)) * 0.1m;

    private static string Yuan(decimal yuan) => yuan.ToString("#,##0.00", CultureInfo.InvariantCulture);

    private static string Plain(decimal yuan) => yuan.ToString("0.00", CultureInfo.InvariantCulture);

    private static int Number(Group group) => int.Parse(group.Value, CultureInfo.InvariantCulture);

    private async Task DoAsync(params string[] verb)
    {
        CliResult done = await site.Cli.RunAsync(verb);
        Assert.That(done.ExitCode, Is.Zero, done.ToString());
    }

    [GeneratedRegex(@"payroll-(\d)\.csv\s+第 (\d+) 行")]
    private static partial Regex SourceRow();

    [GeneratedRegex("^LS")]
    private static partial Regex SerialNumber();
}

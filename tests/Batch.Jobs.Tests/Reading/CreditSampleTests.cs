using System.Security.Cryptography;
using System.Text;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Runs;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Reading;

/// <summary>
/// Draws of a month's credits, repeated here as docs/reports.md says. Twelve people of 30, whose numbers follow each other: the n-th has a base of 5000 + 100 n, so 3.1 % of it is
/// 155.00 + 3.10 n. A retiree of 72 has 5.1 % of 6000 = 306.00 from the pooled fund; she is older than all of them: hers is the first entry of the run, and the n-th person's is 2021-01/1/(n + 1).
/// </summary>
public sealed class CreditSampleTests
{
    private const int People = 12;

    private static readonly YearMonth January = new(2021, 1);
    private Town town = null!;
    private CreditSample sample = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        town = await Town.FoundAsync();
        // The file has them the other way round: the numbers of the credits do not come from it.
        await town.PayrollAsync(January, "E1", [.. Enumerable.Range(1, People).Reverse().Select(n => (Town.Person(n, 1990), 5000m + (100m * n)))]);
        await town.PensionAsync(January, [(Town.Person(99, 1948), 6000m)]);
        await town.PostMonthAsync(January);
        sample = new CreditSample(await town.AreaAsync());
    }

    [OneTimeTearDown]
    public async Task TearDown() => await town.DisposeAsync();

    [TestCase("audit-2021", 5)]
    [TestCase("审计 1", 3)]
    [TestCase("x", 100)]
    public async Task A_draw_by_seed_has_the_smallest_digests_of_seed_and_number(string seed, int size)
    {
        string[] expected = [.. Numbers.OrderBy(n => Digest($"{seed}:{n}"), StringComparer.Ordinal).Take(size)];
        SampleDocument drawn = await DrawAsync(new Draw(seed, size, null));
        Assert.That(drawn.Credits.Select(c => c.Credit), Is.EqualTo(expected));
        Assert.That((drawn.OutOf, (await DrawAsync(new Draw(seed, size, null))).Credits.Select(c => c.Credit).SequenceEqual(expected)), Is.EqualTo((13L, true)));
        Assert.That(drawn.Credits.Select(c => c.Amount), Is.EqualTo(expected.Select(n => Amount(n))));
    }

    [Test]
    public async Task A_draw_by_amount_has_the_largest_or_all_from_an_amount_on()
    {
        Assert.That((await DrawAsync(new Draw(null, 2, null))).Credits.Select(c => c.Amount), Is.EqualTo(new[] { Yuan(306m), Yuan(192.20m) }), "the retiree, 155 + 3.1 x 12");
        SampleDocument least = await DrawAsync(new Draw(null, null, Yuan(186.00m)));
        Assert.That((least.Credits.Count, least.OutOf, least.Amount), Is.EqualTo((4, 4L, Yuan(873.30m))), "306.00 + 192.20 + 189.10 + 186.00");
        string[] of = ["2021-01/1/1", "2021-01/1/11", "2021-01/1/12", "2021-01/1/13"];
        Assert.That((await DrawAsync(new Draw("s", 1, Yuan(186.00m)))).Credits.Single().Credit, Is.EqualTo(of.MinBy(n => Digest("s:" + n), StringComparer.Ordinal)));
    }

    // 306.00 + 12 x 155.00 + 3.10 x 78 = 2407.80: 240,780 units, every 60,195th of which is hit from the first on that the seed gives.
    [TestCase("audit-2021")]
    [TestCase("7")]
    public async Task A_draw_by_money_hits_every_nth_fen(string seed)
    {
        long interval = 240_780 / 4, start = (long)(Convert.ToUInt64(Digest(seed)[..15], 16) % (ulong)interval);
        List<string> expected = [];
        long unit = 0;
        foreach (string number in Numbers)
        {
            long upto = unit + Amount(number).Fen;
            if (Enumerable.Range(0, 4).Any(k => start + (k * interval) >= unit && start + (k * interval) < upto))
            {
                expected.Add(number);
            }

            unit = upto;
        }

        Assert.That(unit, Is.EqualTo(240_780));
        Assert.That((await DrawAsync(new Draw(seed, 4, null, ByMoney: true))).Credits.Select(c => c.Credit), Is.EqualTo(expected));
        Assert.That(expected, Has.Count.EqualTo(4));
    }

    // What is posted later in the month has numbers of its own: those before do not change.
    [Test]
    public async Task The_number_of_a_credit_finds_its_account_and_stays_when_more_is_posted()
    {
        await using Town other = await Town.FoundAsync();
        await other.PayrollAsync(January, "E1", [(Town.Person(3, 1990), 5000m)]);
        await other.PostMonthAsync(January);
        await other.PayrollAsync(January, "E2", [(Town.Person(1, 1980), 6000m)]);
        await other.PostMonthAsync(January);
        CreditSample of = new(await other.AreaAsync());
        SampleDocument drawn = await of.DrawAsync(January, new Draw(null, 10, null), default);
        Assert.That(drawn.Credits.Select(c => (c.Credit, c.Employer)), Is.EqualTo(new[] { ("2021-01/2/1", "E2"), ("2021-01/1/1", "E1") }));
        (int account, YearMonth month) = await of.FindAsync("2021-01/1/1", default);
        Assert.That((account, month), Is.EqualTo((drawn.Credits[1].AccountId, January)));
        foreach (string unknown in new[] { "2021-01/1/2", "2021-01/3/1", "2021-13/1/1", "1", "2021-01/x/1" })
        {
            Assert.That((await Assert.ThrowsAsync<DataFaultException>(() => of.FindAsync(unknown, default)))!.Code, Is.EqualTo("ENTRY_UNKNOWN"), unknown);
        }
    }

    [Test]
    public void What_is_not_said_is_asked_for()
    {
        Assert.That(Code(new Draw(null, null, null)), Is.EqualTo("SAMPLE_UNSAID"));
        Assert.That(Code(new Draw("s", 0, null)), Is.EqualTo("SAMPLE_SIZE"));
        Assert.That(Code(new Draw("s", Draw.Most + 1, null)), Is.EqualTo("SAMPLE_SIZE"));
        Assert.That(Code(new Draw("s", null, Yuan(1))), Is.EqualTo("SAMPLE_SEED"));
        Assert.That(Code(new Draw(null, 5, null, ByMoney: true)), Is.EqualTo("SAMPLE_SEED"));
        Assert.That(Code(new Draw(new string('s', 101), 5, null)), Is.EqualTo("SAMPLE_SEED"));
    }

    [Test]
    public async Task A_month_without_a_posting_has_nothing_to_draw() =>
        Assert.That((await sample.DrawAsync(new YearMonth(2021, 5), new Draw("s", 5, null), default)).Credits, Is.Empty);

    [Test]
    public async Task The_report_of_a_draw_has_its_credits_in_its_order()
    {
        string[] rows = await town.ReportAsync(new TraceReport(new Draw(null, 2, null)), January);
        Assert.That(rows.Select(r => r.Split(',')[0]), Is.EqualTo(new[] { "2021-01/1/1", "2021-01/1/13", "合计 total" }));
        // Her row of the pension file, no receipt, and who pays: the pooled fund.
        string[] hers = rows[0].Split(',');
        Assert.That((hers[9], hers[10], hers[13], hers[14], hers[15], hers[17], hers[21]), Is.EqualTo(("306.00", "-306.00", "file-2.csv", "2", "", "", "退休划入 retirees' credits")));
    }

    [Test]
    public async Task A_drawn_credit_of_a_retiree_leads_to_her_row_and_run()
    {
        DrawnCredit hers = (await DrawAsync(new Draw(null, 1, null))).Credits.Single();
        Assert.That((hers.Credit, hers.OfPool, hers.Employer, hers.Receipts, hers.Lines, hers.Amount, hers.Pool), Is.EqualTo(("2021-01/1/1", true, (string?)null, (string?)null, (string?)null, Yuan(306m), Yuan(-306m))));
        Assert.That((hers.From, hers.Run), Is.EqualTo((new TracedRow(2, "file-2.csv", 2), 1)));
        Assert.That((await DrawAsync(new Draw(null, 2, null))).Credits[1].OfPool, Is.False);
    }

    // 12 x 155.00 + 3.10 x 78 = 2101.80 from contributions.
    [TestCase("7", 3, null, false, "按种子抽取，种子 7，3 笔；从 13 笔、2,407.80 元中抽取 3 笔（缴费划入 12 笔、2,101.80 元，统筹基金划入退休人员 1 笔、306.00 元）。", "by seed, seed 7, size 3; 3 drawn out of 13 credits of 2,407.80 yuan (12 from contributions, 2,101.80 yuan; 1 of retirees from the pooled fund, 306.00 yuan).")]
    [TestCase("7", 4, null, true, "按金额单位抽取，种子 7，4 笔；从 13 笔、2,407.80 元中抽取 4 笔（缴费划入 12 笔、2,101.80 元，统筹基金划入退休人员 1 笔、306.00 元）。", "by money, seed 7, size 4; 4 drawn out of 13 credits of 2,407.80 yuan (12 from contributions, 2,101.80 yuan; 1 of retirees from the pooled fund, 306.00 yuan).")]
    [TestCase(null, 2, null, false, "金额最大的 2 笔；从 13 笔、2,407.80 元中抽取 2 笔（缴费划入 12 笔、2,101.80 元，统筹基金划入退休人员 1 笔、306.00 元）。", "the 2 largest; 2 drawn out of 13 credits of 2,407.80 yuan (12 from contributions, 2,101.80 yuan; 1 of retirees from the pooled fund, 306.00 yuan).")]
    [TestCase(null, null, 186, false, "不低于 186.00 元的全部；从 4 笔、873.30 元中抽取 4 笔（缴费划入 3 笔、567.30 元，统筹基金划入退休人员 1 笔、306.00 元）。", "all of at least 186.00 yuan; 4 drawn out of 4 credits of 873.30 yuan (3 from contributions, 567.30 yuan; 1 of retirees from the pooled fund, 306.00 yuan).")]
    [TestCase("7", 1, 186, false, "按种子抽取，种子 7，1 笔，不低于 186.00 元；从 4 笔、873.30 元中抽取 1 笔（缴费划入 3 笔、567.30 元，统筹基金划入退休人员 1 笔、306.00 元）。", "by seed, seed 7, size 1, of at least 186.00 yuan; 1 drawn out of 4 credits of 873.30 yuan (3 from contributions, 567.30 yuan; 1 of retirees from the pooled fund, 306.00 yuan).")]
    public async Task A_draw_says_how_it_was_made_and_out_of_how_many(string? seed, int? size, int? least, bool byMoney, string chinese, string english)
    {
        Draw draw = new(seed, size, least is { } yuan ? Yuan(yuan) : null, byMoney);
        SampleDocument drawn = await DrawAsync(draw);
        Assert.That(drawn.Said(), Is.EqualTo(($"2021-01 抽样：{chinese}", $"Sample of 2021-01: {english}")));
        Assert.That(new TraceReport(draw, drawn).Heading(January), Is.EqualTo($"划账追溯 2021-01 抽样：{chinese}"));
    }

    [TestCase("7", 20, null, false, "抽样_420100_202101_种子7_20笔")]
    [TestCase("7", 20, null, true, "抽样_420100_202101_种子7_20笔_按金额")]
    [TestCase("../审计 1", 20, null, false, "抽样_420100_202101_种子---审计-1_20笔")]
    [TestCase(null, 20, null, false, "抽样_420100_202101_最大20笔")]
    [TestCase(null, null, 5000, false, "抽样_420100_202101_不低于5000.00元")]
    public void The_name_of_a_draws_file_says_sample_seed_and_size(string? seed, int? size, int? least, bool byMoney, string name) =>
        Assert.That(new Draw(seed, size, least is { } yuan ? Yuan(yuan) : null, byMoney).FileName("420100", January), Is.EqualTo(name));

    private static string[] Numbers => [.. Enumerable.Range(1, People + 1).Select(n => $"2021-01/1/{n}")];

    private static Money Amount(string number) => number == "2021-01/1/1" ? Yuan(306m) : Yuan(155m + (3.1m * (int.Parse(number.Split('/')[2], System.Globalization.CultureInfo.InvariantCulture) - 1)));

    private Task<SampleDocument> DrawAsync(Draw draw) => sample.DrawAsync(January, draw, default);

    private static string Code(Draw draw) => Assert.Throws<DataFaultException>(() => draw.Checked())!.Code;

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static Money Yuan(decimal yuan) => Money.FromYuan(yuan);
}

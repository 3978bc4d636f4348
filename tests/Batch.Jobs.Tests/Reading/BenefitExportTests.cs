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
/// Ann pays every month. Bob misses February and March and pays both with April. Cai stops after February. Old is retired; his death in February is
/// known in May. Wuhan's rules: suspended the month after the first unpaid one.
/// </summary>
public class BenefitExportTests
{
    private static readonly CitizenId Ann = Town.Person(1, 1990);
    private static readonly CitizenId Bob = Town.Person(2, 1980);
    private static readonly CitizenId Cai = Town.Person(3, 1970);
    private static readonly CitizenId Old = Town.Person(4, 1945);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("benefits");
    private Town town = null!;

    [SetUp]
    public async Task SetUp() => town = await Town.FoundAsync();

    [TearDown]
    public async Task TearDown() => await town.DisposeAsync();

    [OneTimeTearDown]
    public void Clean() => folder.Delete(recursive: true);

    [Test]
    public async Task A_months_file_has_only_what_changed_since_the_last_late_facts_included()
    {
        string[] january = await LiveAsync(1, Ann, Bob, Cai);
        string[] february = await LiveAsync(2, Ann, Cai);
        string[] march = await LiveAsync(3, Ann);
        string[] april = await LiveAsync(4, Ann, Bob);
        string[] may = await LiveAsync(5, Ann, Bob);
        Assert.Multiple(() =>
        {
            Assert.That(january, Is.EqualTo(new[]
            {
                $"{Old.Full()},正常 eligible,2021-01,,", $"{Cai.Full()},正常 eligible,2021-01,,", $"{Bob.Full()},正常 eligible,2021-01,,", $"{Ann.Full()},正常 eligible,2021-01,,",
            }));
            // Bob's first unpaid month is February: still entitled in it.
            Assert.That(february, Is.Empty);
            Assert.That(march, Is.EqualTo(new[] { $"{Bob.Full()},暂停 suspended,2021-03,," }));
            // Bob's arrears of April restore him from May; Cai's first unpaid month was March.
            Assert.That(april, Is.EqualTo(new[] { $"{Cai.Full()},暂停 suspended,2021-04,," }));
            Assert.That(may, Is.EqualTo(new[] { $"{Old.Full()},终止 ended,2021-03,,", $"{Bob.Full()},正常 eligible,2021-05,," }));
        });
    }

    [Test]
    public async Task Arrears_that_restore_from_the_beginning_are_told_from_the_month_that_was_told_otherwise()
    {
        await town.AdoptAsync(text => text.Replace(
            "suspended-after-months: 1", "suspended-after-months: 1\n      benefits: {waiting-after-long-break: 6, back-payment: retroactive, ref: FACTS, grade: choice}", StringComparison.Ordinal));
        await LiveAsync(1, Ann, Bob, Cai);
        await LiveAsync(2, Ann, Cai);
        await LiveAsync(3, Ann, Cai);
        Assert.That(await LiveAsync(4, Ann, Bob, Cai), Is.EqualTo(new[] { $"{Bob.Full()},正常 eligible,2021-03,," }));
    }

    [Test]
    public async Task The_same_month_again_gives_the_same_bytes_whatever_has_come_since()
    {
        await LiveAsync(1, Ann, Bob, Cai);
        await LiveAsync(2, Ann, Cai);
        byte[] first = await BytesAsync(new YearMonth(2021, 2));
        await LiveAsync(3, Ann);
        Assert.That(await BytesAsync(new YearMonth(2021, 2)), Is.EqualTo(first));
    }

    [Test]
    public async Task A_month_before_its_payments_are_closed_or_before_the_last_file_is_refused()
    {
        await LiveAsync(1, Ann, Bob, Cai);
        await LiveAsync(2, Ann, Cai, export: false);
        await LiveAsync(3, Ann);
        DataFaultException late = (await Assert.ThrowsAsync<DataFaultException>(() => BytesAsync(new YearMonth(2021, 2))))!;
        DataFaultException early = (await Assert.ThrowsAsync<DataFaultException>(() => BytesAsync(new YearMonth(2021, 6))))!;
        await town.PayrollAsync(new YearMonth(2021, 4), "E1", [(Ann, 5000m)]);
        await town.PostMonthAsync(new YearMonth(2021, 4));
        DataFaultException open = (await Assert.ThrowsAsync<DataFaultException>(() => BytesAsync(new YearMonth(2021, 5))))!;
        Assert.Multiple(() =>
        {
            Assert.That(late.Code, Is.EqualTo("BENEFITS_TOLD_LATER"));
            Assert.That(early.Chinese, Is.EqualTo("2021-04 尚未入账结账，未缴费的人无法确定；请先结账，再导出 2021-06 的待遇文件。"));
            Assert.That(open.Chinese, Is.EqualTo("2021-04 尚未入账结账，未缴费的人无法确定；请先结账，再导出 2021-05 的待遇文件。"));
        });
    }

    [Test]
    public async Task One_person_is_told_his_status_of_a_month_and_why()
    {
        await LiveAsync(1, Ann, Bob, Cai);
        await LiveAsync(2, Ann, Cai);
        await LiveAsync(3, Ann);
        BenefitDocument bob = await AskAsync(Bob, 3), ann = await AskAsync(Ann, 3), before = await AskAsync(Bob, 2);
        Assert.Multiple(() =>
        {
            Assert.That((bob.Status, bob.Since, bob.SuspendedFrom), Is.EqualTo((BenefitStatus.Suspended, (YearMonth?)new YearMonth(2021, 3), (YearMonth?)new YearMonth(2021, 3))));
            Assert.That(bob.Reason, Is.EqualTo("断缴，统筹待遇暂停；个人账户余额仍可使用。"));
            Assert.That((ann.Status, ann.Since, ann.SuspendedFrom), Is.EqualTo((BenefitStatus.Eligible, (YearMonth?)new YearMonth(2021, 1), (YearMonth?)null)));
            Assert.That(before.Status, Is.EqualTo(BenefitStatus.Eligible));
        });
    }

    // Cai pays January, 100 own and 1.7 % of 5,000: 185.00, is paid out in February, and enrols again in April. Without the closing March would be a month of a break.
    [TestCase("出境定居")]
    [TestCase("放弃")]
    public async Task Benefits_end_after_the_month_in_which_the_insurance_is_ended_until_the_person_enrols_again(string ground)
    {
        await LiveAsync(1, Ann, Cai);
        await town.MovementsAsync(new YearMonth(2021, 2), $"{Cai.Full()},支付,185.00,2021-02-10,,FQ1,{ground},,,,,");
        Assert.That(await LiveAsync(2, Ann), Is.Empty, "entitled in the month of the closing");
        Assert.That(await LiveAsync(3, Ann), Is.EqualTo(new[] { $"{Cai.Full()},终止 ended,2021-03,," }));
        BenefitDocument march = await AskAsync(Cai, 3);
        Assert.That((march.Status, march.Since, march.Reason), Is.EqualTo((BenefitStatus.Ended, (YearMonth?)new YearMonth(2021, 3), "因出境定居或放弃参保，账户已支付并关闭，次月起待遇终止。")));
        await town.PersonsAsync(new YearMonth(2021, 4), (Cai, "新参保", "2021-04-05"));
        string[] april = [.. (await LiveAsync(4, Ann, Cai)).Where(row => row.StartsWith(Cai.Full(), StringComparison.Ordinal))];
        Assert.That(april, Is.EqualTo(new[] { $"{Cai.Full()},暂停 suspended,2021-03,2021-03,", $"{Cai.Full()},正常 eligible,2021-04,," }));
    }

    private async Task<BenefitDocument> AskAsync(CitizenId who, int month)
    {
        AccountHolder holder = await AccountHolder.FindAsync(town.Database.Connection, Town.Code, who.Full(), null, new LocalDate(2026, 1, 1), default);
        return await new BenefitInquiry(holder.Area).ReadAsync(holder.Person, new YearMonth(2021, month), new YearMonth(2026, 1), default);
    }

    private Task<string[]> LiveAsync(int month, params CitizenId[] paying) => LiveAsync(month, paying, true);

    private Task<string[]> LiveAsync(int month, CitizenId first, CitizenId second, bool export) => LiveAsync(month, [first, second], export);

    /// <summary>A month's payroll, posted and closed; the rows of its file.</summary>
    private async Task<string[]> LiveAsync(int number, CitizenId[] paying, bool export)
    {
        YearMonth month = new(2021, number);
        await town.PayrollAsync(month, "E1", [.. paying.Select(p => (p, 5000m))]);
        if (number == 1)
        {
            await town.PensionAsync(month, [(Old, 8000m)]);
        }
        else if (number == 4)
        {
            await town.PayrollAsync(new YearMonth(2021, 2), "E1", [(Bob, 5000m)], SubmissionKind.Supplementary);
            await town.PayrollAsync(new YearMonth(2021, 3), "E1", [(Bob, 5000m)], SubmissionKind.Supplementary);
        }
        else if (number == 5)
        {
            await town.PersonsAsync(month, (Old, "死亡", "2021-02-10"));
        }

        await town.PostMonthAsync(month);
        await town.CloseAsync(month);
        return export ? [.. System.Text.Encoding.UTF8.GetString(await BytesAsync(month)).TrimEnd().ReplaceLineEndings("\n").Split('\n').Skip(1)] : [];
    }

    private async Task<byte[]> BytesAsync(YearMonth month)
    {
        string path = Path.Combine(folder.FullName, "file.csv");
        await new BenefitExport(await town.AreaAsync()).WriteAsync(month, ReportFormat.Csv, path, default);
        return await File.ReadAllBytesAsync(path);
    }
}

using System.Globalization;
using System.Text;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Files;

/// <summary>
/// Damaged files: every one ends in lines, rejections or one refusal, within its time, and without a citizen number in any text. Nightly:
/// BATCH_FUZZ_FILES=200000. A failure names the seed of its file.
/// </summary>
public sealed class FuzzTests
{
    private const int People = 40;

    private static readonly string[] Ids = [.. Enumerable.Range(0, People).Select(SampleFile.Person)];

    private static int Files => int.TryParse(Environment.GetEnvironmentVariable("BATCH_FUZZ_FILES"), CultureInfo.InvariantCulture, out int files) ? files : 5000;

    [Test]
    public void A_damaged_file_never_crashes_hangs_loses_a_row_or_shows_a_citizen_number()
    {
        byte[][] originals = Originals();
        (TimeSpan Time, int Seed) slowest = default;
        int refused = 0;
        // A night's files in slices: BATCH_FUZZ_FROM is the first seed.
        int from = int.TryParse(Environment.GetEnvironmentVariable("BATCH_FUZZ_FROM"), CultureInfo.InvariantCulture, out int first) ? first : 0;
        for (int seed = from; seed < from + Files; seed++)
        {
            var random = new Random(seed);
            byte[] damaged = Damage(originals[seed % originals.Length], originals[random.Next(originals.Length)], random);
            TimeSpan before = Environment.CpuUsage.TotalTime;
            try
            {
                Reading reading = SampleFile.Read(damaged);
                refused += reading.Refusal is null ? 0 : 1;
                AssertNothingPersonal(reading);
            }
            catch (Exception fault) when (fault is not (AssertionException or MultipleAssertException))
            {
                Assert.Fail($"seed {seed}: {fault}");
            }

            // Processor time: a machine busy with something else is no hang.
            TimeSpan spent = Environment.CpuUsage.TotalTime - before;
            Assert.That(spent, Is.LessThan(TimeSpan.FromSeconds(10)), $"seed {seed} hangs");
            slowest = spent > slowest.Time ? (spent, seed) : slowest;
        }

        TestContext.Out.WriteLine($"{Files:N0} files from seed {from:N0}, {refused:N0} refused, slowest {slowest.Time.TotalMilliseconds:N0} ms (seed {slowest.Seed})");
    }

    private static void AssertNothingPersonal(Reading reading)
    {
        foreach (Rejection rejection in reading.Refusal is null ? reading.Rejections : [reading.Refusal])
        {
            string text = rejection + RejectionCodes.Describe(rejection, "zh-CN") + RejectionCodes.Describe(rejection, "en");
            Assert.That(RejectionCodes.All.Select(c => c.Code), Does.Contain(rejection.Code));
            Assert.That(Ids.Where(id => text.Contains(id, StringComparison.Ordinal) || text.Contains(id[..17], StringComparison.Ordinal)), Is.Empty, rejection.Code);
        }
    }

    private static byte[][] Originals()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        string payroll = "缴费明细表\r\n" + SampleFile.Payroll(People) + "合计,,40人,,,160780.00,,\r\n";
        string pension = "姓名,公民身份号码,所属期,上年度月平均养老金,本年月平均养老金,当月养老金\r\n" + string.Concat(Ids.Select(id => $"王一,{id},2021年6月,\"3,200.00\",,\r\n"));
        string persons = "姓名,公民身份号码,变更类型,变更日期,变更内容\r\n" + string.Concat(Ids.Select(id => $"王一,{id},卡号,2021-05-31,C{id}\r\n"));
        return
        [
            Encoding.UTF8.GetBytes(payroll), Encoding.GetEncoding("GB18030").GetBytes(payroll), [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(payroll)],
            Encoding.UTF8.GetBytes(pension), Encoding.GetEncoding(936).GetBytes(pension), [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(persons)],
            SampleWorkbook.Xlsx(SampleWorkbook.Cells(SampleFile.Payroll(People))), SampleWorkbook.Xls(SampleWorkbook.NumberCells(SampleFile.Payroll(People))),
        ];
    }

    private static byte[] Damage(byte[] file, byte[] other, Random random)
    {
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            int at = random.Next(file.Length + 1);
            file = random.Next(9) switch
            {
                0 => file[..at],
                1 => [.. file[..at], .. other[random.Next(other.Length)..]],
                2 => [.. file[..at], .. file[Math.Min(file.Length, at + random.Next(200))..]],
                3 => [.. file[..at], (byte)'"', .. file[at..]],
                4 => [.. file[..at], .. new byte[random.Next(1, 40)], .. file[at..]],
                5 => [.. file[..at], .. Encoding.ASCII.GetBytes(new string("x9,;\"'\n="[random.Next(8)], random.Next(1, 100_000))), .. file[at..]],
                6 => Flip(file, random),
                7 => [.. file[..at], .. file[random.Next(file.Length + 1)..], .. file[at..]],
                _ => Encoding.UTF8.GetBytes(Encoding.Latin1.GetString(file)),
            };
        }

        return file;
    }

    private static byte[] Flip(byte[] file, Random random)
    {
        byte[] flipped = [.. file];
        for (int i = random.Next(1, 20); i > 0 && flipped.Length > 0; i--)
        {
            flipped[random.Next(flipped.Length)] = (byte)random.Next(256);
        }

        return flipped;
    }
}

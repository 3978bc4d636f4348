using System.Globalization;
using System.Text;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Files;

/// <summary>Files of invented people, and the reading of them in one piece.</summary>
internal static class SampleFile
{
    public const string PayrollHeader = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额";
    public const string Zhang = "11010519491231002X";
    public const string Li = "42010619850612304X";

    public static readonly LocalDate Today = new(2021, 12, 15);

    static SampleFile() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>A citizen number with its right check character.</summary>
    public static string Id(int area, int birth, int sequence)
    {
        string digits = area.ToString("000000", CultureInfo.InvariantCulture) + birth.ToString("00000000", CultureInfo.InvariantCulture)
            + sequence.ToString("000", CultureInfo.InvariantCulture);
        int[] weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        return digits + "10X98765432"[digits.Select((c, i) => (c - '0') * weights[i]).Sum() % 11];
    }

    public static string Person(int number) => Id(420101 + (number / 20_000_000), 19600101 + (number / 999 % 28) + (number / 999 / 28 % 12 * 100) + (number / 999 / 336 % 40 * 10000), 1 + (number % 999));

    public static string Payroll(int people) => PayrollHeader + "\r\n" + string.Concat(Enumerable.Range(0, people).Select(PayrollRow));

    public static string PayrollRow(int number) => string.Create(CultureInfo.InvariantCulture,
        $"420100{number / 20:000000},武汉第{number / 20}有限公司,王{(char)('一' + (number % 2000))},{Person(number)},202106,{4000 + (number % 9000)}.00,{(4000 + (number % 9000)) * 2 / 100m:0.00},{(4000 + (number % 9000)) * 8 / 100m:0.00}\r\n");

    public static Reading Read(string text, Encoding? encoding = null, string? name = null, YearMonth? month = null, IntakeLimits? limits = null)
    {
        encoding ??= new UTF8Encoding(false);
        return Read((byte[])[.. encoding.GetPreamble(), .. encoding.GetBytes(text)], name, month, limits);
    }

    public static Reading Read(byte[] bytes, string? name = null, YearMonth? month = null, IntakeLimits? limits = null)
    {
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"intake-{Guid.NewGuid():N}-{name ?? "file.csv"}");
        File.WriteAllBytes(path, bytes);
        try
        {
            return ReadPath(path, month, limits);
        }
        finally
        {
            File.Delete(path);
        }
    }

    public static Reading ReadPath(string path, YearMonth? month = null, IntakeLimits? limits = null, LocalDate? today = null)
    {
        var reading = new Reading();
        try
        {
            using SubmissionFile file = SubmissionFile.Open(path, month, today ?? Today, limits ?? IntakeLimits.Default);
            reading.Content = file.Content;
            reading.InItsWords = file.InItsWords;
            var block = new LineBlock();
            while (file.Read(block))
            {
                reading.Take(block);
            }

            Assert.That(reading.Rows, Is.EqualTo(file.RowsRead), "the blocks add up to the file's rows");
        }
        catch (FileRefusedException refused)
        {
            reading.Refusal = refused.Rejection;
        }

        return reading;
    }
}

/// <summary>All that one file gave.</summary>
internal sealed class Reading
{
    public Func<Rejection, Rejection> InItsWords { get; set; } = r => r;
    public FileContent? Content { get; set; }
    public int Rows { get; private set; }
    public int InvisibleCells { get; private set; }
    public List<PayrollLine> Payroll { get; } = [];
    public List<PensionLine> Pension { get; } = [];
    public List<PersonsLine> Persons { get; } = [];
    public List<ReceiptLine> Receipts { get; } = [];
    public List<BankLine> Bank { get; } = [];
    public List<MovementLine> Movements { get; } = [];
    public List<Rejection> Rejections { get; } = [];
    public Rejection? Refusal { get; set; }

    public string Codes => string.Join(' ', Rejections.Select(r => r.Code));

    public void Take(LineBlock block)
    {
        int rejected = block.Rejections.Select(r => r.Row).Distinct().Count();
        int lines = block.Payroll.Count + block.Pension.Count + block.Persons.Count + block.Receipts.Count + block.Bank.Count + block.Movements.Count;
        Assert.That(lines + rejected, Is.EqualTo(block.Rows), "each row is one line or rejected");
        Rows += block.Rows;
        InvisibleCells += block.InvisibleCells;
        Payroll.AddRange(block.Payroll);
        Pension.AddRange(block.Pension);
        Persons.AddRange(block.Persons);
        Receipts.AddRange(block.Receipts);
        Bank.AddRange(block.Bank);
        Movements.AddRange(block.Movements);
        Rejections.AddRange(block.Rejections);
    }
}

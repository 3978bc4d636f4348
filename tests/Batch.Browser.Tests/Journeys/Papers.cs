using System.Globalization;
using Batch.Rules;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Browser.Tests.Journeys;

/// <summary>
/// The workbooks of a small place, saved by LibreOffice. Of each base of 10,000 yuan the person pays 200 and the employer 800; credited are the 200 and, by age, 1.1 % through 35, 1.4 %
/// through 45, 1.7 % beyond it: 310, 340, 370. The retiree is 71: 5.1 % of a pension of 8,000 is 408.
/// </summary>
internal static class Papers
{
    private const string Columns = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额";
    private const string Machines = "91420100MA4KDE7M6J,江城机械厂";
    private const string Books = "91420102MA4M9XD224,蛇山书店";

    /// <summary>Aged 31, 41, 51 in 2021.</summary>
    public static readonly CitizenId Ann = Person("19900615", 1), Ben = Person("19800301", 2), Cai = Person("19700520", 3);

    /// <summary>A retiree of 71.</summary>
    public static readonly CitizenId Dan = Person("19500110", 4);

    /// <summary>Paid for by two employers, and paid too little for.</summary>
    public static readonly CitizenId Eva = Person("19920707", 5), Fay = Person("19930808", 6);

    /// <summary>The month's payroll of the first employer; in the first month one amount is wrong.</summary>
    public static Task<string> PayrollAsync(string folder, string month, bool faulty) => SaveAsync(
        folder, $"缴费{month}", Columns,
        Paid(Machines, "安小雨", Ann, month), Paid(Machines, "本立新", Ben, month), Paid(Machines, "蔡文", Cai, month), Paid(Machines, "伊敏", Eva, month), Paid(Machines, "费云", Fay, month, faulty ? "20" : "200"));

    /// <summary>A second employer that declares the same person.</summary>
    public static Task<string> OtherPayrollAsync(string folder, string month) => SaveAsync(folder, $"书店缴费{month}", Columns, Paid(Books, "伊敏", Eva, month));

    public static Task<string> PensionAsync(string folder, string month) =>
        SaveAsync(folder, $"养老金{month}", "姓名,公民身份号码,所属期,上年度月平均养老金,本年月平均养老金,当月养老金", $"戴国安,{Dan.Full()},{month},8000,,8200");

    /// <summary>Opens a fix pack in LibreOffice, writes the right amount over the wrong one, and saves it.</summary>
    public static async Task<string> MendAsync(string pack, string folder)
    {
        string open = await LibreOffice.ConvertAsync(pack, "fods", folder);
        string text = await File.ReadAllTextAsync(open);
        string mended = text.Replace("office:value=\"20\"", "office:value=\"200\"", StringComparison.Ordinal).Replace("<text:p>20.00</text:p>", "<text:p>200.00</text:p>", StringComparison.Ordinal)
            .Replace("<text:p>20</text:p>", "<text:p>200</text:p>", StringComparison.Ordinal);
        Assert.That(mended, Is.Not.EqualTo(text), "the fix pack has no amount of 20");
        string path = Path.Combine(folder, "改好.fods");
        await File.WriteAllTextAsync(path, mended);
        return await LibreOffice.ConvertAsync(path, "xlsx", folder);
    }

    private static string Paid(string employer, string name, CitizenId id, string month, string own = "200") => $"{employer},{name},{id.Full()},{month},10000,{own},800";

    private static async Task<string> SaveAsync(string folder, string name, params string[] lines)
    {
        string text = Path.Combine(folder, name + ".csv");
        await File.WriteAllLinesAsync(text, lines);
        string workbook = await LibreOffice.ConvertAsync(text, "xlsx", folder);
        File.Delete(text);
        return workbook;
    }

    private static CitizenId Person(string birth, int number) =>
        CitizenId.FromDigits17((420172L * 100_000_000_000L) + (long.Parse(birth, CultureInfo.InvariantCulture) * 1000L) + number);
}

using System.Globalization;
using System.Text;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Proof;

/// <summary>
/// The words and the layout of a journal that hledger reads. What the fund holds (personal accounts, pool, other funds) is an asset and reads positive;
/// what came in is a revenue, what was paid out an expense.
/// </summary>
public sealed class JournalText(Stream file) : IDisposable
{
    public const string Accounts = "个人账户 accounts";
    public const string Pool = "统筹基金 pool";
    public const string Other = "其他资金 other";
    public const string PersonPaid = "收入 in:个人缴费 person";
    public const string EmployerPaid = "收入 in:单位缴费 employer";
    public const string PaidOut = "支出 out";
    public const string Opening = "期初 opening";

    private readonly StreamWriter _writer = new(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 128 * 1024) { NewLine = "\n" };

    /// <summary>A person is known to the journal by the number of his account; citizen numbers and names stay in the register.</summary>
    public static string AccountOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{Accounts}:{number}");

    public void Begin(string area, YearMonth from, YearMonth to)
    {
        _writer.WriteLine($"; 统筹区 area {area}，入账月 posting months {from.Text()} 至 to {to.Text()}");
        _writer.WriteLine("; 每笔分录一个交易，期末与结账处有余额断言 / one transaction an entry; balances are asserted at every closing and at the end");
        _writer.WriteLine("decimal-mark .");
        _writer.WriteLine("commodity 1000.00 CNY");
        foreach ((string account, char type) in new[] { (Accounts, 'A'), (Pool, 'A'), (Other, 'A'), ("收入 in", 'R'), (PaidOut, 'X'), (Opening, 'E') })
        {
            _writer.WriteLine($"account {account}  ; type:{type}");
        }
    }

    /// <param name="code">In brackets before the words: the run's number; empty for none.</param>
    public void Transaction(LocalDate date, string code, string words)
    {
        _writer.WriteLine();
        _writer.Write(string.Create(CultureInfo.InvariantCulture, $"{date.Year:0000}-{date.Month:00}-{date.Day:00} * "));
        _writer.WriteLine(code.Length > 0 ? $"({code}) {words}" : words);
    }

    public void Post(string account, long fen)
    {
        if (fen != 0)
        {
            WriteAmount(account, fen);
            _writer.WriteLine();
        }
    }

    /// <summary>Moves nothing and asserts what an account holds after all entries before it.</summary>
    /// <param name="whole">With the accounts beneath it.</param>
    public void Assert(string account, long fen, bool whole)
    {
        WriteAmount(account, 0);
        _writer.Write(whole ? " =* " : " = ");
        _writer.Write(new Money(fen).ToString());
        _writer.WriteLine(" CNY");
    }

    public void Complete() => _writer.Flush();

    public void Dispose() => _writer.Dispose();

    private void WriteAmount(string account, long fen)
    {
        _writer.Write("    ");
        _writer.Write(account);
        _writer.Write("  ");
        _writer.Write(new Money(fen).ToString());
        _writer.Write(" CNY");
    }
}

using System.Globalization;
using System.Text;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Proof;

/// <summary>
/// The words and the layout of a journal that hledger reads. The accounts are those of the books (321_books.sql): a debit is positive, a credit negative, so that the funds read negative.
/// </summary>
public sealed class JournalText(Stream file) : IDisposable
{
    public const string Accounts = "300102 基本医疗保险个人账户基金";
    public const string Pool = "300101 基本医疗保险统筹基金";
    public const string Other = "300103 其他资金";
    public const string Suspense = "200101 暂收款—单位缴费";
    public const string ToBeChecked = "200102 暂收款—待核对收款";
    public const string Fiscal = "1003 财政专户存款";
    public const string Expenditure = "1004 支出户存款";
    public const string PoolIncome = "400101 保险费收入—统筹基金";
    public const string AccountIncome = "400102 保险费收入—个人账户基金";
    public const string OtherIncome = "400103 保险费收入—其他资金";
    public const string TransferIncome = "4501 转移收入";
    public const string Spent = "500101 待遇支出—个人账户消费";
    public const string PaidOut = "500102 待遇支出—个人账户支付";
    public const string TransferredOut = "5401 转移支出";

    private readonly StreamWriter _writer = new(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 128 * 1024) { NewLine = "\n" };

    /// <summary>A person is known to the journal by an account number; citizen numbers and names stay in the register.</summary>
    public static string AccountOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{Accounts}:{number}");

    /// <param name="accounts">Each with its type: A asset, L liability, E fund, R income, X expense.</param>
    public void Begin(string area, YearMonth from, YearMonth to, IEnumerable<(string Account, char Type)> accounts)
    {
        _writer.WriteLine($"; 统筹区 area {area}，入账月 posting months {from.Text()} 至 to {to.Text()}");
        _writer.WriteLine("; 每笔分录一个交易，期末与结账处有余额断言 / one transaction an entry; balances are asserted at every closing and at the end");
        _writer.WriteLine("decimal-mark .");
        _writer.WriteLine("commodity 1000.00 CNY");
        foreach ((string account, char type) in accounts)
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

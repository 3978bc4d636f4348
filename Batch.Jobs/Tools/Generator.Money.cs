using NodaTime;

namespace Batch.Jobs.Tools;

/// <content>Files of the money that came: receipts, and the statement of the bank's account that it came to.</content>
public sealed partial class Generator
{
    private static readonly byte[] ReceiptHeader = "单位编号,单位名称,费款所属期,到账金额,到账日期,凭证号,滞纳金,利息"u8.ToArray();
    private static readonly byte[] BankHeader = "交易日期,流水号,对方户名,对方账号,借方金额,贷方金额,余额,凭证号,摘要"u8.ToArray();

    /// <summary>What the income account holds: nothing leaves it here.</summary>
    private long incomeAccountFen;

    private void WriteMoney(GeneratedMonth month)
    {
        List<Payment> came = month.CreditsOnReceipt ? payments.Take(month) : [];
        string receipts = $"receipts-{Stamp(month.Month)}.csv";
        Begin(receipts, ReceiptHeader);
        for (int i = 0; i < came.Count; i++)
        {
            if (came[i].HasReceipt)
            {
                WriteReceipt(came[i], month.Month, i);
            }

            StopIfCancelled(i);
        }

        End(receipts, month.Month, "receipts");
        string bank = $"bank-{Stamp(month.Month)}.csv";
        Begin(bank, BankHeader);
        for (int i = 0; i < came.Count; i++)
        {
            WriteBankLine(came[i], month.Month, i);
            StopIfCancelled(i);
        }

        End(bank, month.Month, "bank");
    }

    private void WriteReceipt(in Payment payment, YearMonth arrival, int number)
    {
        rows.BeginRow();
        Span<byte> columns = stackalloc byte[128];
        rows.Text(columns[..WritePayer(payment, columns)]);
        rows.Month(payment.Month);
        rows.Comma();
        rows.Amount(payment.Fen);
        rows.Comma();
        rows.Date(arrival.OnDayOfMonth(payment.Day));
        rows.Comma();
        WriteDocument(arrival, number);
        rows.Comma();
        if (payment.LateFeeFen > 0)
        {
            rows.Amount(payment.LateFeeFen);
        }

        rows.Comma();
        rows.EndRow();
    }

    private void WriteBankLine(in Payment payment, YearMonth arrival, int number)
    {
        long fen = payment.Fen + payment.LateFeeFen;
        incomeAccountFen += fen;
        rows.BeginRow();
        rows.Date(arrival.OnDayOfMonth(payment.Day));
        rows.Comma();
        rows.Digits((arrival.Year * 100) + arrival.Month, 6);
        rows.Digits(number + 1, 8);
        rows.Comma();
        Span<byte> columns = stackalloc byte[128];
        ReadOnlySpan<byte> payer = columns[..WritePayer(payment, columns)];
        rows.Text(payment.HasReceipt ? payer[(payer.IndexOf((byte)',') + 1)..] : "不详,"u8);
        rows.Text(",,"u8);
        rows.Amount(fen);
        rows.Comma();
        rows.Amount(incomeAccountFen);
        rows.Comma();
        if (payment.HasReceipt)
        {
            WriteDocument(arrival, number);
        }

        rows.Text(",医保费"u8);
        rows.EndRow();
    }

    /// <summary>Number and name, each with its comma. Another payer than the employer has a number that no payroll file names.</summary>
    private int WritePayer(in Payment payment, Span<byte> to)
    {
        if (payment.Fault != PaymentFault.OtherPayer)
        {
            return employers.WriteColumns(new Employer(payment.Employer, 0, 0), to);
        }

        to[0] = (byte)'W';
        System.Buffers.Text.Utf8Formatter.TryFormat(payment.Employer, to[1..], out int digits, new System.Buffers.StandardFormat('D', 8));
        ",外地付款单位,"u8.CopyTo(to[(digits + 1)..]);
        return digits + 1 + ",外地付款单位,"u8.Length;
    }

    private void WriteDocument(YearMonth arrival, int number)
    {
        rows.Text("SK"u8);
        rows.Digits((arrival.Year * 100) + arrival.Month, 6);
        rows.Digits(number + 1, 7);
    }
}

using Batch.Jobs.Intake;
using Batch.Jobs.Store;

namespace Batch.Host;

/// <summary>A receipt as people name it: employer, month and document, with commas between.</summary>
internal static class TypedReceipt
{
    /// <exception cref="DataFaultException">RECEIPT_NAME, or MONTH_INVALID.</exception>
    public static ReceiptName Read(string text) => text.Split(',', 3) is [var employer, var month, var document]
        ? new ReceiptName(employer.Trim().ToUpperInvariant(), TypedMonth.Read(month), document.Trim().ToUpperInvariant())
        : throw new DataFaultException("RECEIPT_NAME", "到账请写“单位编号,费款所属期,凭证号”。", "A receipt is written EMPLOYER,MONTH,DOCUMENT.");
}

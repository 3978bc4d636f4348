using Batch.Jobs.Reading;

namespace Batch.Host.Web;

/// <summary>Addresses and words that the pages of a trace share.</summary>
internal static class TraceWords
{
    public static string Line(string area, string serial) => $"~/{area}/trace/line?serial={Uri.EscapeDataString(serial)}";

    public static string Employer(string area, string employer, NodaTime.YearMonth month) => $"~/{area}/trace/employer?employer={Uri.EscapeDataString(employer)}&month={Show.Month(month)}";

    /// <summary>The employer's page. A number may hold a slash, which stays one.</summary>
    public static string Record(string area, string employer) => $"~/{area}/employers/{Uri.EscapeDataString(employer).Replace("%2F", "/", StringComparison.Ordinal)}";

    /// <summary>A file and the row in it.</summary>
    public static (string Chinese, string English) RowOf(TracedRow from) => from.Row is { } row ? ($"第 {row} 行", $"row {row}") : ("（文件中没有此人）", "(not in the file)");

    public static (string Chinese, string English) RunOf(TracedRun run) => run.Kind switch
    {
        "reversal" => ($"批次 {run.Run}（冲正批次 {run.Reverses}）", $"run {run.Run} (reverses run {run.Reverses})"),
        "interest" => ($"批次 {run.Run}（计息）", $"run {run.Run} (interest)"),
        _ => ($"批次 {run.Run}", $"run {run.Run}"),
    };

    /// <summary>What the books have, or that they have nothing.</summary>
    public static (string Chinese, string English) VoucherOf(string? voucher) => voucher is { } number ? (number, number) : ("无", "none");
}

using System.Globalization;
using System.Text;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Files;

/// <summary>CSV as spreadsheets in China open it: UTF-8 with a byte order mark, or GB18030; lines ended by LF.</summary>
public sealed class CsvReport(Stream file, ReportEncoding encoding = ReportEncoding.Utf8) : IReportWriter
{
    private readonly StreamWriter _writer = new(file, Of(encoding), 64 * 1024) { NewLine = "\n" };

    public bool HasSheets => false;

    public void Begin(Report report, YearMonth month) => _writer.WriteLine(string.Join(',', report.Columns.Select(c => Quoted(c.Header))));

    public void Row(IReadOnlyList<ReportColumn> columns, ReadOnlySpan<Cell> cells)
    {
        for (int i = 0; i < cells.Length; i++)
        {
            if (i > 0)
            {
                _writer.Write(',');
            }

            if (cells[i].Number is not { } number)
            {
                _writer.Write(Quoted(InertText.Of(cells[i].Text ?? "")));
            }
            else if (columns[i].Content == ColumnContent.Yuan)
            {
                _writer.Write(new Money(number).ToString());
            }
            else
            {
                _writer.Write(number.ToString(CultureInfo.InvariantCulture));
            }
        }

        _writer.WriteLine();
    }

    public void Complete() => _writer.Flush();

    public void Dispose() => _writer.Dispose();

    private static Encoding Of(ReportEncoding encoding) => encoding == ReportEncoding.Gb18030
        ? CodePagesEncodingProvider.Instance.GetEncoding("GB18030")!
        : new UTF8Encoding(encoderShouldEmitUTF8Identifier: true);

    private static string Quoted(string text) =>
        text.AsSpan().IndexOfAny(',', '"', '\n') < 0 && !text.Contains('\r', StringComparison.Ordinal) ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}

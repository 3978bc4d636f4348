using System.Globalization;
using System.Text;
using Batch.Jobs.Facts;
using Batch.Rules;
using CsvHelper;

namespace Batch.Jobs.Files;

/// <summary>What goes into a fix pack.</summary>
/// <param name="Rejections">Faults by row, in the order of the rows.</param>
/// <param name="Whole">Every row of the file, with or without a fault: the file was refused and has to be sent again.</param>
/// <param name="Mended">Rows that have been mended since: left out.</param>
public sealed record FixPackRows(IEnumerable<Rejection> Rejections, bool Whole, IReadOnlySet<int> Mended);

/// <summary>
/// The rejected rows of a submission as a file that can be mended and sent again: the sender's own columns, separator and encoding, and behind them
/// the row's number in the original, the cells, the codes and the sentences. Read again, only the number is looked at.
/// </summary>
public static class FixPack
{
    private static readonly string[] MessageColumns = [ColumnNames.Ours(Column.ParentRow), "单元格", "错误代码", "错误说明"];

    /// <summary>Writes the pack of a file.</summary>
    /// <param name="originalPath">The file as it was received.</param>
    /// <param name="format">Null: as the sender's file is, text or workbook.</param>
    /// <param name="limits">Those that the file was read with.</param>
    /// <returns>How many rows it has.</returns>
    /// <exception cref="FileRefusedException">The original has no header to repeat.</exception>
    public static int Write(string originalPath, FixPackRows which, Stream output, ReportFormat? format, IntakeLimits limits)
    {
        using FileStream file = RowSources.OpenFile(originalPath, limits);
        using RowSource rows = RowSources.Open(file, hasDefaultMonth: true, limits, out Header header);
        format ??= rows.IsSpreadsheet ? ReportFormat.Xlsx : ReportFormat.Csv;
        int[] kept = [.. Enumerable.Range(0, header.FieldCount).Where(i => !IsMessage(rows.Field(i)))];
        using IPackWriter writer = format == ReportFormat.Xlsx ? new WorkbookPack(output, header, kept) : new TextPack(output, rows as CsvRows);
        writer.Header(rows, kept);
        return WriteRows(rows, header, which, kept, writer);
    }

    private static int WriteRows(RowSource rows, Header header, FixPackRows which, int[] kept, IPackWriter writer)
    {
        using IEnumerator<Rejection> faults = which.Rejections.GetEnumerator();
        bool more = faults.MoveNext();
        int written = 0;
        List<Rejection> ofRow = [];
        while ((more || which.Whole) && rows.Read())
        {
            ofRow.Clear();
            for (; more && faults.Current.Row <= rows.Row; more = faults.MoveNext())
            {
                // A fault of the file as a whole is no row's.
                if (faults.Current.Row == rows.Row)
                {
                    ofRow.Add(faults.Current);
                }
            }

            bool wanted = ofRow.Count > 0 || (which.Whole && RowKinds.IsLine(rows, header));
            if (wanted && !which.Mended.Contains(rows.Row))
            {
                written++;
                writer.Row(rows, kept, Messages(rows.Row, header, ofRow));
            }
        }

        writer.Complete();
        return written;
    }

    private static string[] Messages(int row, Header header, List<Rejection> faults) =>
    [
        row.ToString(CultureInfo.InvariantCulture),
        string.Join(' ', faults.Select(f => CellOf(row, header, f)).Where(c => c.Length > 0).Distinct()),
        string.Join(' ', faults.Select(f => f.Code).Distinct()),
        string.Join(' ', faults.Select(f => RejectionCodes.Describe(f, "zh-CN"))),
    ];

    /// <summary>The cell of the original as a spreadsheet names it: F4. None where the fault is the row's as a whole.</summary>
    private static string CellOf(int row, Header header, Rejection fault)
    {
        Column? column = Enum.GetValues<Column>().Where(c => header.Has(c) && header.Text(c) == fault.Column).Select(c => (Column?)c).FirstOrDefault();
        if (column is null)
        {
            return "";
        }

        string letters = "";
        for (int n = header.Position(column.Value) + 1; n > 0; n = (n - 1) / 26)
        {
            letters = (char)('A' + ((n - 1) % 26)) + letters;
        }

        return letters + row.ToString(CultureInfo.InvariantCulture);
    }

    private static bool IsMessage(ReadOnlySpan<byte> cell) => MessageColumns.Contains(Encoding.UTF8.GetString(cell).Trim());

    /// <summary>A text that a spreadsheet would run; a number that begins with its sign is none.</summary>
    private static bool IsFormula(ReadOnlySpan<byte> field) =>
        InertText.IsComputed(Encoding.UTF8.GetString(field)) && AmountText.Parse(field, out Money? number) is not null && number is null;

    private interface IPackWriter : IDisposable
    {
        void Header(RowSource rows, int[] kept);

        void Row(RowSource rows, int[] kept, string[] messages);

        void Complete();
    }

    /// <summary>As the sender's text file is; of a workbook, UTF-8 with a byte order mark, which spreadsheets open.</summary>
    private sealed class TextPack : IPackWriter
    {
        private readonly Stream text;
        private readonly Stream output;
        private readonly CsvWriter writer;

        public TextPack(Stream output, CsvRows? original)
        {
            TextEncoding encoding = original?.Encoding ?? TextEncoding.Utf8WithMark;
            this.output = output;
            output.Write(encoding.Preamble);
            text = encoding.IsUtf8 ? output : Encoding.CreateTranscodingStream(output, encoding.Encoding, new UTF8Encoding(false), leaveOpen: true);
            writer = CsvWriter.Create(text, new CsvWriterOptions { Separator = original?.Separator ?? ',', HasHeader = false, ValidateFieldCount = false }, leaveOpen: true);
        }

        public void Header(RowSource rows, int[] kept) => Row(rows, kept, MessageColumns);

        public void Row(RowSource rows, int[] kept, string[] messages)
        {
            foreach (int i in kept)
            {
                ReadOnlySpan<byte> field = rows.Field(i);
                if (IsFormula(field))
                {
                    writer.WriteField((ReadOnlySpan<byte>)[(byte)'\'', .. field]);
                }
                else
                {
                    writer.WriteField(field);
                }
            }

            foreach (string message in messages)
            {
                writer.WriteField(InertText.Of(message));
            }

            writer.EndRecord();
        }

        public void Complete()
        {
            writer.Flush();
            text.Flush();
        }

        public void Dispose()
        {
            writer.Dispose();
            if (!ReferenceEquals(text, output))
            {
                text.Dispose();
            }
        }
    }

    /// <summary>A workbook: texts are texts, which no spreadsheet computes, and amounts that can be read are numbers.</summary>
    private sealed class WorkbookPack(Stream output, Header header, int[] kept) : IPackWriter
    {
        private readonly XlsxReport workbook = new(output);
        private readonly bool[] amounts = [.. kept.Select(i => Enum.GetValues<Column>().Any(c => header.Has(c) && header.Position(c) == i && ColumnNames.IsAmount(c)))];
        private ReportColumn[] columns = [];

        public void Header(RowSource rows, int[] kept)
        {
            columns = [.. kept.Select((c, i) => new ReportColumn(Encoding.UTF8.GetString(rows.Field(c)), "", amounts[i] ? ColumnContent.Yuan : ColumnContent.Text)),
                new ReportColumn(MessageColumns[0], "", ColumnContent.Count), .. MessageColumns.Skip(1).Select(m => new ReportColumn(m, "", ColumnContent.Text))];
            workbook.Begin("更正包", "更正包", columns);
        }

        public void Row(RowSource rows, int[] kept, string[] messages)
        {
            Cell[] cells = [
                .. kept.Select((c, i) => amounts[i] && AmountText.Parse(rows.Field(c), out Money? amount) is null && amount is { } yuan ? (Cell)yuan.Fen : (Cell)Encoding.UTF8.GetString(rows.Field(c))),
                long.Parse(messages[0], CultureInfo.InvariantCulture), .. messages.Skip(1).Select(m => (Cell)m)];
            workbook.Row(columns, cells);
        }

        public void Complete() => workbook.Complete();

        public void Dispose() => workbook.Dispose();
    }
}

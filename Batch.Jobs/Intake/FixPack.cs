using System.Globalization;
using System.Text;
using Batch.Rules;
using CsvHelper;

namespace Batch.Jobs.Intake;

/// <summary>
/// The rejected rows of a submission as a file that can be mended and sent again: the sender's own columns, separator and encoding, and behind them
/// the row's number in the original, the codes and the sentences. Read again, those three columns are not looked at.
/// </summary>
public static class FixPack
{
    private static readonly string[] MessageColumns = ["原行号", "错误代码", "错误说明"];

    /// <summary>Writes the pack of a file. A workbook's is CSV in UTF-8 with a byte order mark, which spreadsheets open.</summary>
    /// <param name="originalPath">The file as it was received.</param>
    /// <exception cref="FileRefusedException">The original has no header to repeat.</exception>
    public static void Write(string originalPath, IReadOnlyCollection<Rejection> rejections, Stream output) =>
        Write(originalPath, rejections, output, IntakeLimits.Default);

    /// <param name="limits">Those that the file was read with.</param>
    public static void Write(string originalPath, IReadOnlyCollection<Rejection> rejections, Stream output, IntakeLimits limits)
    {
        using FileStream file = RowSources.OpenFile(originalPath, limits);
        using RowSource rows = RowSources.Open(file, hasDefaultMonth: true, limits, out Header header);
        (TextEncoding encoding, char separator) = rows is CsvRows csv ? (csv.Encoding!, csv.Separator) : (TextEncoding.Utf8WithMark, ',');
        output.Write(encoding.Preamble);
        using Stream text = encoding.IsUtf8 ? output : Encoding.CreateTranscodingStream(output, encoding.Encoding, new UTF8Encoding(false), leaveOpen: true);
        using var writer = CsvWriter.Create(text, new CsvWriterOptions { Separator = separator, HasHeader = false, ValidateFieldCount = false }, leaveOpen: true);

        WriteRow(writer, rows, header.FieldCount, MessageColumns);
        ILookup<int, Rejection> byRow = rejections.ToLookup(r => r.Row);
        for (int left = byRow.Count; left > 0 && rows.Read();)
        {
            if (byRow.Contains(rows.Row))
            {
                left--;
                Rejection[] faults = [.. byRow[rows.Row]];
                WriteRow(writer, rows, header.FieldCount, [
                    rows.Row.ToString(CultureInfo.InvariantCulture),
                    string.Join(' ', faults.Select(f => f.Code)),
                    string.Join(' ', faults.Select(f => RejectionCodes.Describe(f, "zh-CN")))]);
            }
        }

        writer.Flush();
        text.Flush();
    }

    private static void WriteRow(CsvWriter writer, RowSource rows, int columns, string[] messages)
    {
        for (int i = 0; i < Math.Max(columns, rows.FieldCount); i++)
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
            writer.WriteField(IsFormula(Encoding.UTF8.GetBytes(message)) ? "'" + message : message);
        }

        writer.EndRecord();
    }

    /// <summary>A text that a spreadsheet would run; a number that begins with its sign is none.</summary>
    private static bool IsFormula(ReadOnlySpan<byte> field)
    {
        ReadOnlySpan<byte> begins = field.TrimStart(" "u8);
        return begins is [(byte)'=' or (byte)'+' or (byte)'-' or (byte)'@' or (byte)'\t' or (byte)'\r', ..]
            && (AmountText.Parse(field, out Money? number) is not null && number is null);
    }
}

using System.Buffers.Binary;

namespace Batch.Jobs.Files;

/// <summary>
/// What ExcelDataReader does not tell of an .xls: which cells are errors, which it gives as blank, and from when days count. Read from the records of the
/// workbook's stream ([MS-XLS]).
/// </summary>
internal sealed class XlsRecords
{
    private const int SheetOfWorkbook = 0x85, Beginning = 0x809, End = 0x0A, Days = 0x22, Formula = 0x06, TruthOrError = 0x205;

    private static readonly Dictionary<byte, string> Names = new()
    {
        [0x00] = "#NULL!",
        [0x07] = "#DIV/0!",
        [0x0F] = "#VALUE!",
        [0x17] = "#REF!",
        [0x1D] = "#NAME?",
        [0x24] = "#NUM!",
        [0x2A] = "#N/A",
    };

    private readonly Dictionary<(int Sheet, int Row, int Column), string> errors = [];
    private readonly List<uint> sheets = [];
    private int sheet = -1;
    private int depth;

    public bool Is1904 { get; private set; }

    public static XlsRecords Read(Stream file)
    {
        var records = new XlsRecords();
        byte[] head = new byte[4];
        byte[] data = new byte[32];
        int headRead = 0;
        int dataRead = 0;
        long at = 0;
        foreach (byte[] piece in CompoundStream.Read(file, "Workbook", "Book"))
        {
            for (int i = 0; i < piece.Length; i++, at++)
            {
                if (headRead < 4)
                {
                    head[headRead++] = piece[i];
                    dataRead = 0;
                }
                else
                {
                    if (dataRead < data.Length)
                    {
                        data[dataRead] = piece[i];
                    }

                    dataRead++;
                }

                if (headRead == 4 && dataRead == BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(2)))
                {
                    records.Take(BinaryPrimitives.ReadUInt16LittleEndian(head), data.AsSpan(0, Math.Min(dataRead, data.Length)), at + 1 - 4 - dataRead);
                    headRead = 0;
                }
            }
        }

        return records;
    }

    /// <summary>The error in a cell, counted from 0; null: it is none.</summary>
    public string? Error(int ofSheet, int row, int column) => errors.GetValueOrDefault((ofSheet, row, column));

    private void Take(int kind, ReadOnlySpan<byte> data, long position)
    {
        switch (kind)
        {
            case SheetOfWorkbook when data.Length > 5 && data[5] == 0:
                sheets.Add(BinaryPrimitives.ReadUInt32LittleEndian(data));
                break;
            case Days when data.Length >= 2:
                Is1904 = data[0] == 1;
                break;
            case Beginning:
                // A chart inside a sheet begins and ends within it.
                sheet = depth == 0 ? sheets.FindIndex(s => s == position) : sheet;
                depth++;
                break;
            case End:
                depth = Math.Max(0, depth - 1);
                break;
            case TruthOrError when depth == 1 && data.Length >= 8 && data[7] == 1:
                Keep(data, data[6]);
                break;
            case Formula when depth == 1 && data.Length >= 14 && data[12] == 0xFF && data[13] == 0xFF && data[6] == 2:
                Keep(data, data[8]);
                break;
            default:
                break;
        }
    }

    private void Keep(ReadOnlySpan<byte> data, byte error) =>
        errors[(sheet, BinaryPrimitives.ReadUInt16LittleEndian(data), BinaryPrimitives.ReadUInt16LittleEndian(data[2..]))] = Names.GetValueOrDefault(error, "#N/A");
}

using System.Globalization;
using System.IO.Compression;
using System.Security;
using System.Text;

namespace Batch.Jobs.Tests.Files;

/// <summary>Smallest workbooks, as .xlsx and .xls. Cells are texts, numbers (decimal) or dates (DateOnly).</summary>
internal static class SampleWorkbook
{
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Relations = "http://schemas.openxmlformats.org/package/2006/relationships";
    private const string Office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    public static object?[][] Cells(string csv) => [.. csv.TrimEnd('\r', '\n').Split("\r\n").Select(line => line.Split(',').Select(c => c.Length == 0 ? null : (object?)c).ToArray())];

    /// <summary>The same with amounts and months as numbers, as a spreadsheet keeps them.</summary>
    public static object?[][] NumberCells(string csv) => [.. Cells(csv).Select((row, i) => row.Select((c, column) => i > 0 && column >= 4 && c is string s
        ? decimal.Parse(s, CultureInfo.InvariantCulture) : c).ToArray())];

    public static byte[] Xlsx(params object?[][][] sheets) => Xlsx(sheets, "");

    public static byte[] Xlsx(object?[][][] sheets, string afterSheetData, bool sharedStrings = true)
    {
        var shared = new Dictionary<string, int>();
        var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (int i = 0; i < sheets.Length; i++)
            {
                Write(zip, $"xl/worksheets/sheet{i + 1}.xml", Sheet(sheets[i], afterSheetData, sharedStrings ? shared : null));
            }

            Write(zip, "[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/>"
                + "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>" + Kind("workbook", "sheet.main") + Kind("styles", "styles") + Kind("sharedStrings", "sharedStrings")
                + string.Concat(sheets.Select((_, i) => Kind($"worksheets/sheet{i + 1}", "worksheet"))) + "</Types>");
            Write(zip, "_rels/.rels", $"<Relationships xmlns=\"{Relations}\"><Relationship Id=\"r1\" Type=\"{Office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
            Write(zip, "xl/workbook.xml", $"<workbook xmlns=\"{Main}\" xmlns:r=\"{Office}\"><sheets>"
                + string.Concat(sheets.Select((_, i) => $"<sheet name=\"表{i + 1}\" sheetId=\"{i + 1}\" r:id=\"s{i + 1}\"/>")) + "</sheets></workbook>");
            Write(zip, "xl/_rels/workbook.xml.rels", $"<Relationships xmlns=\"{Relations}\">"
                + string.Concat(sheets.Select((_, i) => $"<Relationship Id=\"s{i + 1}\" Type=\"{Office}/worksheet\" Target=\"worksheets/sheet{i + 1}.xml\"/>"))
                + $"<Relationship Id=\"t\" Type=\"{Office}/styles\" Target=\"styles.xml\"/><Relationship Id=\"u\" Type=\"{Office}/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>");
            Write(zip, "xl/styles.xml", $"<styleSheet xmlns=\"{Main}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>");
            Write(zip, "xl/sharedStrings.xml", $"<sst xmlns=\"{Main}\">" + string.Concat(shared.Keys.Select(s => $"<si><t xml:space=\"preserve\">{SecurityElement.Escape(s)}</t></si>")) + "</sst>");
        }

        return file.ToArray();
    }

    public static byte[] Xls(object?[][] rows, bool password = false)
    {
        var book = new BinaryWriter(new MemoryStream());
        Record(book, 0x0809, Bof(0x0005));
        if (password)
        {
            Record(book, 0x002F, [0, 0, 0x34, 0x12, 0x78, 0x56]);
        }

        Record(book, 0x0042, [0xB0, 0x04]);
        int sheetPosition = (int)book.BaseStream.Position + 4;
        Record(book, 0x0085, [0, 0, 0, 0, 0, 0, 1, 0, (byte)'A']);
        Record(book, 0x000A, []);
        int sheetStart = (int)book.BaseStream.Position;
        Record(book, 0x0809, Bof(0x0010));
        Record(book, 0x0200, [.. BitConverter.GetBytes(0), .. BitConverter.GetBytes(rows.Length), 0, 0, .. BitConverter.GetBytes((short)rows.Max(r => r.Length)), 0, 0]);
        for (int row = 0; row < rows.Length; row++)
        {
            for (int column = 0; column < rows[row].Length; column++)
            {
                byte[] place = [.. BitConverter.GetBytes((short)row), .. BitConverter.GetBytes((short)column), 0, 0];
                if (rows[row][column] is decimal number)
                {
                    Record(book, 0x0203, [.. place, .. BitConverter.GetBytes(double.Parse(number.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture))]);
                }
                else if (rows[row][column] is string text)
                {
                    Record(book, 0x0204, [.. place, .. BitConverter.GetBytes((short)text.Length), 1, .. Encoding.Unicode.GetBytes(text)]);
                }
            }
        }

        Record(book, 0x000A, []);
        byte[] stream = ((MemoryStream)book.BaseStream).ToArray();
        BitConverter.GetBytes(sheetStart).CopyTo(stream, sheetPosition);
        return Compound(stream);
    }

    /// <summary>One stream, named Workbook, in the container of .xls.</summary>
    private static byte[] Compound(byte[] stream)
    {
        const int sector = 512;
        int streamSectors = Math.Max(8, (stream.Length + sector - 1) / sector);
        int fatSectors = (streamSectors + 1 + 127) / 127 + 1;
        var file = new BinaryWriter(new MemoryStream());
        file.Write((byte[])[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[16], 0x3E, 0, 3, 0, 0xFE, 0xFF, 9, 0, 6, 0, .. new byte[10]]);
        file.Write(fatSectors);
        file.Write(streamSectors);
        file.Write((int[])[0, 4096, -2, 0, -2, 0]);
        for (int i = 0; i < 109; i++)
        {
            file.Write(i < fatSectors ? streamSectors + 1 + i : -1);
        }

        file.Write(stream);
        file.Write(new byte[(streamSectors * sector) - stream.Length]);
        Entry(file, "Root Entry", 5, 1, -2, 0);
        Entry(file, "Workbook", 2, -1, 0, streamSectors * sector);
        file.Write(new byte[256]);
        for (int i = 0; i < fatSectors * 128; i++)
        {
            file.Write(i < streamSectors - 1 ? i + 1 : i <= streamSectors ? -2 : i <= streamSectors + fatSectors ? -3 : -1);
        }

        return ((MemoryStream)file.BaseStream).ToArray();
    }

    private static void Write(this BinaryWriter file, int[] numbers)
    {
        foreach (int number in numbers)
        {
            file.Write(number);
        }
    }

    private static void Entry(BinaryWriter file, string name, byte kind, int child, int start, int size)
    {
        byte[] utf16 = Encoding.Unicode.GetBytes(name);
        file.Write(utf16);
        file.Write(new byte[64 - utf16.Length]);
        file.Write((short)(utf16.Length + 2));
        file.Write((byte[])[kind, 1]);
        file.Write((int[])[-1, -1, child]);
        file.Write(new byte[36]);
        file.Write((int[])[start, size, 0]);
    }

    private static byte[] Bof(short kind) => [0, 6, .. BitConverter.GetBytes(kind), 0xBB, 0x0D, 0xCC, 7, 0, 0, 0, 0, 6, 0, 0, 0];

    private static void Record(BinaryWriter book, short kind, byte[] data)
    {
        book.Write(kind);
        book.Write((short)data.Length);
        book.Write(data);
    }

    private static string Sheet(object?[][] rows, string afterSheetData, Dictionary<string, int>? shared)
    {
        var xml = new StringBuilder($"<worksheet xmlns=\"{Main}\"><sheetData>");
        for (int row = 0; row < rows.Length; row++)
        {
            if (rows[row].All(c => c is null))
            {
                continue;
            }

            xml.Append(CultureInfo.InvariantCulture, $"<row r=\"{row + 1}\">");
            for (int column = 0; column < rows[row].Length; column++)
            {
                string place = $"{(char)('A' + column)}{row + 1}";
                xml.Append(rows[row][column] switch
                {
                    null => "",
                    decimal number => string.Create(CultureInfo.InvariantCulture, $"<c r=\"{place}\"><v>{number}</v></c>"),
                    DateOnly date => string.Create(CultureInfo.InvariantCulture, $"<c r=\"{place}\" s=\"1\"><v>{date.DayNumber - new DateOnly(1899, 12, 30).DayNumber}</v></c>"),
                    string text when shared is not null => $"<c r=\"{place}\" t=\"s\"><v>{Shared(shared, text)}</v></c>",
                    { } text => $"<c r=\"{place}\" t=\"inlineStr\"><is><t>{SecurityElement.Escape(text.ToString())}</t></is></c>",
                });
            }

            xml.Append("</row>");
        }

        return xml.Append("</sheetData>").Append(afterSheetData).Append("</worksheet>").ToString();
    }

    private static string Kind(string part, string kind) =>
        $"<Override PartName=\"/xl/{part}.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml\"/>";

    private static int Shared(Dictionary<string, int> shared, string text)
    {
        shared.TryAdd(text, shared.Count);
        return shared[text];
    }

    private static void Write(ZipArchive zip, string name, string xml)
    {
        using var writer = new StreamWriter(zip.CreateEntry(name).Open());
        writer.Write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + xml);
    }
}

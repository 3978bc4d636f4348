using System.IO.Compression;
using System.Xml;

namespace Batch.Jobs.Files;

/// <summary>The texts of a workbook that its cells name by number, held as UTF-8 in few large pieces.</summary>
internal sealed class SharedStrings
{
    private const int PieceBytes = 1 << 20;

    private readonly List<byte[]> pieces = [];
    private readonly List<(int Piece, int From, int Length)> texts = [];
    private int used = PieceBytes;

    public int Count => texts.Count;

    /// <param name="most">Longest text, in characters.</param>
    public static SharedStrings Read(ZipArchiveEntry part, int most)
    {
        var strings = new SharedStrings();
        var text = new XmlText(most);
        using XmlReader xml = XlsxPackage.Read(part);
        while (xml.Read())
        {
            if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "si")
            {
                strings.Add(text.ReadRich(xml));
            }
        }

        return strings;
    }

    public ReadOnlySpan<byte> this[int number]
    {
        get
        {
            (int piece, int from, int length) = texts[number];
            return pieces[piece].AsSpan(from, length);
        }
    }

    private void Add(ReadOnlySpan<char> text)
    {
        int length = System.Text.Encoding.UTF8.GetByteCount(text);
        if (pieces.Count == 0 || pieces[^1].Length - used < length)
        {
            pieces.Add(new byte[Math.Max(PieceBytes, length)]);
            used = 0;
        }

        System.Text.Encoding.UTF8.GetBytes(text, pieces[^1].AsSpan(used));
        texts.Add((pieces.Count - 1, used, length));
        used += length;
    }
}

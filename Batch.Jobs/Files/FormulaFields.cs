namespace Batch.Jobs.Files;

/// <summary>
/// Splits a line in which values are written as formulas, ="4201": no CSV, but what many programs write so that spreadsheets keep the digits of a
/// number. Each such value must fill its field, and keeps its form; any other quote out of place stays a fault of the line.
/// </summary>
internal sealed class FormulaFields
{
    private readonly List<(int From, int Length)> fields = [];
    private byte[] text = [];
    private int used;

    public int Count => fields.Count;

    public ReadOnlySpan<byte> this[int index] => index < fields.Count ? text.AsSpan(fields[index].From, fields[index].Length) : default;

    /// <summary>False: the line is not of this kind.</summary>
    public bool TrySplit(ReadOnlySpan<byte> line, byte separator)
    {
        fields.Clear();
        used = 0;
        line = line.TrimEnd("\r\n"u8);
        if (line.IndexOf("=\""u8) < 0)
        {
            return false;
        }

        if (text.Length <= line.Length)
        {
            text = new byte[(line.Length * 2) + 1];
        }

        while (true)
        {
            int length = TakeField(line, separator);
            if (length < 0)
            {
                return false;
            }

            if (length == line.Length)
            {
                return true;
            }

            line = line[(length + 1)..];
        }
    }

    /// <summary>Takes one field; returns the bytes that it has in the line, or -1 where a quote is out of place.</summary>
    private int TakeField(ReadOnlySpan<byte> line, byte separator)
    {
        int from = used;
        int open = line.StartsWith("=\""u8) ? 2 : line.StartsWith("\""u8) ? 1 : 0;
        int at = open;
        if (open == 0)
        {
            at = line.IndexOf(separator) is >= 0 and int end ? end : line.Length;
            line[..at].CopyTo(text.AsSpan(used));
            used += at;
            fields.Add((from, at));
            return line[..at].Contains((byte)'"') ? -1 : at;
        }

        if (open == 2)
        {
            "=\""u8.CopyTo(text.AsSpan(used));
            used += 2;
        }

        for (; at < line.Length; at++)
        {
            if (line[at] == '"')
            {
                bool doubled = at + 1 < line.Length && line[at + 1] == '"';
                if (!doubled)
                {
                    break;
                }

                at++;
            }

            text[used++] = line[at];
        }

        if (open == 2)
        {
            text[used++] = (byte)'"';
        }

        fields.Add((from, used - from));
        bool ends = at + 1 == line.Length || (at + 1 < line.Length && line[at + 1] == separator);
        return at < line.Length && ends ? at + 1 : -1;
    }
}

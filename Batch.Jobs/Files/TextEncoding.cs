using System.Text;
using System.Text.Unicode;

namespace Batch.Jobs.Files;

/// <summary>How a text file is encoded: told by its byte order mark, else by what its bytes can be. Never guessed from frequencies, never repaired.</summary>
/// <param name="PreambleLength">Bytes of the byte order mark.</param>
internal sealed record TextEncoding(Encoding Encoding, int PreambleLength)
{
    /// <summary>So many three-byte characters before the first invalid byte are no accident: the file is UTF-8, damaged there.</summary>
    private const int CharactersThatProveUtf8 = 4;

    private const int CtrlZ = 0x1A;

    private static readonly Encoding Gb18030;

    /// <summary>What an old .xls means when it does not say its code page.</summary>
    public static readonly Encoding Gbk;

    static TextEncoding()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        Gb18030 = Encoding.GetEncoding("GB18030", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        Gbk = Encoding.GetEncoding(936);
    }

    /// <summary>Where the text ends, when it ends before the file does.</summary>
    public long? TextEnd { get; private init; }

    public static TextEncoding Utf8WithMark => new(new UTF8Encoding(true, true), 3);

    /// <summary>The byte order mark that the file began with, if it did.</summary>
    public ReadOnlySpan<byte> Preamble => PreambleLength > 0 ? Encoding.Preamble : default;

    public bool IsUtf8 => Encoding is UTF8Encoding;

    /// <summary>The file's text as UTF-8; a byte that is none throws <see cref="DecoderFallbackException"/> when it is read.</summary>
    public Stream ReadUtf8(Stream file)
    {
        file.Position = PreambleLength;
        Stream text = TextEnd is { } end ? new TextPart(file, end) : file;
        return IsUtf8 ? text : Encoding.CreateTranscodingStream(text, Encoding, new UTF8Encoding(false), leaveOpen: true);
    }

    /// <summary>Old programs end a text by Ctrl-Z, and a disk's last block may be filled with zeros: the text ends before them.</summary>
    public TextEncoding WithEnd(Stream file)
    {
        int unit = Encoding is UnicodeEncoding ? 2 : 1;
        bool bigEndian = Encoding is UnicodeEncoding && Encoding.GetBytes("\n")[0] == 0;
        byte[] bytes = new byte[4096];
        long end = file.Length - ((file.Length - PreambleLength) % unit);
        bool found = false;
        while (end > PreambleLength)
        {
            int length = (int)Math.Min(bytes.Length, end - PreambleLength);
            file.Position = end - length;
            file.ReadExactly(bytes, 0, length);
            for (int at = length - unit; at >= 0; at -= unit, end -= unit)
            {
                int character = unit == 1 ? bytes[at] : bigEndian ? (bytes[at] << 8) | bytes[at + 1] : (bytes[at + 1] << 8) | bytes[at];
                if (character is not (0 or CtrlZ or '\r' or '\n' or '\t' or ' '))
                {
                    return found ? this with { TextEnd = end } : this;
                }

                found |= character is 0 or CtrlZ;
            }
        }

        return found ? this with { TextEnd = end } : this;
    }

    /// <exception cref="FileRefusedException">The bytes are no text in any encoding that is taken.</exception>
    public static TextEncoding Detect(Stream file)
    {
        Span<byte> start = stackalloc byte[1024];
        file.Position = 0;
        start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        if (start is [0xFF, 0xFE, 0, 0, ..] or [0, 0, 0xFE, 0xFF, ..])
        {
            throw Refusal(1);
        }

        TextEncoding? marked = start switch
        {
            [0xFF, 0xFE, ..] => new(new UnicodeEncoding(false, true, true), 2),
            [0xFE, 0xFF, ..] => new(new UnicodeEncoding(true, true, true), 2),
            [0xEF, 0xBB, 0xBF, ..] => new(new UTF8Encoding(true, true), 3),
            _ => Utf16WithoutMark(start),
        };
        if (marked is { IsUtf8: false })
        {
            return marked;
        }

        long invalid = FirstInvalidUtf8(file, marked?.PreambleLength ?? 0, out long line, out int proof);
        if (invalid < 0)
        {
            return marked ?? new TextEncoding(new UTF8Encoding(false, true), 0);
        }

        if (marked is not null || proof >= CharactersThatProveUtf8)
        {
            throw Refusal(line);
        }

        return new TextEncoding(Gb18030, 0);
    }

    /// <summary>The refusal of a file that turned out not to be in this encoding, with the line where it is not.</summary>
    public FileRefusedException Refuse(Stream file)
    {
        byte[] bytes = new byte[64 * 1024];
        char[] chars = new char[bytes.Length + 2];
        Decoder decoder = Encoding.GetDecoder();
        long line = 1;
        file.Position = PreambleLength;
        int read;
        do
        {
            read = file.Read(bytes);
            // Byte by byte: a decoder that has met an invalid one says nothing of what it decoded before it.
            for (int i = 0; i < read; i++)
            {
                try
                {
                    int decoded = decoder.GetChars(bytes.AsSpan(i, 1), chars, false);
                    line += decoded > 0 && chars[0] == '\n' ? 1 : 0;
                }
                catch (DecoderFallbackException)
                {
                    return Refusal(line);
                }
            }
        }
        while (read > 0);

        return Refusal(line);
    }

    private static FileRefusedException Refusal(long line) =>
        Files.Refuse.File(Codes.EncodingInvalid, (int)Math.Min(line, int.MaxValue), "", "UTF-8 | GB18030 | UTF-16");

    /// <summary>Text of our files is largely digits and separators: in UTF-16 every second byte is then zero.</summary>
    private static TextEncoding? Utf16WithoutMark(ReadOnlySpan<byte> start)
    {
        int even = 0;
        int odd = 0;
        for (int i = 0; i + 1 < start.Length; i += 2)
        {
            even += start[i] == 0 ? 1 : 0;
            odd += start[i + 1] == 0 ? 1 : 0;
        }

        // A few characters, such as U+4E00, have the zero in the other byte.
        int many = start.Length / 8;
        return odd > many && odd > 8 * even ? new TextEncoding(new UnicodeEncoding(false, false, true), 0)
            : even > many && even > 8 * odd ? new TextEncoding(new UnicodeEncoding(true, false, true), 0)
            : null;
    }

    /// <summary>Offset of the first byte that is not UTF-8, or -1; with its line and the number of three-byte characters before it (counted up to what proves).</summary>
    private static long FirstInvalidUtf8(Stream file, int from, out long line, out int proof)
    {
        byte[] buffer = new byte[(int)Math.Min(128 * 1024, file.Length + 4)];
        line = 1;
        proof = 0;
        int kept = 0;
        long offset = from;
        file.Position = from;
        while (true)
        {
            int read = file.Read(buffer.AsSpan(kept));
            ReadOnlySpan<byte> bytes = buffer.AsSpan(0, kept + read);
            int valid = Utf8.IsValid(bytes) ? bytes.Length : ValidPrefix(bytes);
            line += bytes[..valid].Count((byte)'\n');
            proof = proof >= CharactersThatProveUtf8 ? proof : proof + ThreeByteCharacters(bytes[..valid]);
            kept = bytes.Length - valid;
            offset += valid;
            // Up to three bytes may be the beginning of a character that the next block completes.
            if (kept > 3 || (kept > 0 && read == 0))
            {
                return offset;
            }

            if (read == 0)
            {
                return -1;
            }

            bytes[valid..].CopyTo(buffer);
        }
    }

    private static int ValidPrefix(ReadOnlySpan<byte> bytes)
    {
        int tail = bytes.Length - 1;
        while (tail > 0 && tail > bytes.Length - 4 && (bytes[tail] & 0xC0) == 0x80)
        {
            tail--;
        }

        if (tail >= 0 && Utf8.IsValid(bytes[..tail]) && Rune.DecodeFromUtf8(bytes[tail..], out _, out _) == System.Buffers.OperationStatus.NeedMoreData)
        {
            return tail;
        }

        int valid = 0;
        while (Rune.DecodeFromUtf8(bytes[valid..], out _, out int length) == System.Buffers.OperationStatus.Done)
        {
            valid += length;
        }

        return valid;
    }

    private static int ThreeByteCharacters(ReadOnlySpan<byte> valid)
    {
        int count = 0;
        while (count < CharactersThatProveUtf8 && valid.IndexOfAnyInRange((byte)0xE0, (byte)0xEF) is >= 0 and int at)
        {
            count++;
            valid = valid[(at + 3)..];
        }

        return count;
    }
}

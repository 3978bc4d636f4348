using System.Buffers.Text;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Tools;

/// <summary>Writes rows as bytes through one buffer, file after file; a file is created with its first row, and none without one.</summary>
internal sealed class RowWriter : IDisposable
{
    /// <summary>Room for any single value.</summary>
    private const int Reserve = 512;

    private readonly byte[] buffer = new byte[256 * 1024];
    private int length;
    private FileStream? file;
    private string path = "";
    private byte[] header = [];

    public long Rows { get; private set; }

    /// <summary>Names the next file and its header; nothing is created yet.</summary>
    public void Begin(string filePath, byte[] headerRow)
    {
        path = filePath;
        header = headerRow;
        Rows = 0;
    }

    /// <summary>Whether the file came to be.</summary>
    public bool End()
    {
        if (file is null)
        {
            return false;
        }

        Flush();
        file.Dispose();
        file = null;
        return true;
    }

    public void BeginRow()
    {
        if (file is null)
        {
            file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
            Text(header);
            Byte((byte)'\n');
        }

        Rows++;
    }

    public void EndRow() => Byte((byte)'\n');

    public void Comma() => Byte((byte)',');

    public void Text(ReadOnlySpan<byte> utf8)
    {
        Room();
        utf8.CopyTo(buffer.AsSpan(length));
        length += utf8.Length;
    }

    public void Byte(byte value)
    {
        Room();
        buffer[length++] = value;
    }

    public void Digits(long number, byte count)
    {
        Room();
        Utf8Formatter.TryFormat(number, buffer.AsSpan(length), out int written, new System.Buffers.StandardFormat('D', count));
        length += written;
    }

    public void Id(CitizenId id)
    {
        Digits(id.Digits17, 17);
        Byte((byte)id.CheckCharacter);
    }

    /// <summary>Yuan with two places: <c>1234.50</c>.</summary>
    public void Amount(long fen)
    {
        if (fen < 0)
        {
            Byte((byte)'-');
            fen = -fen;
        }

        Digits(fen / 100, 1);
        Byte((byte)'.');
        Digits(fen % 100, 2);
    }

    public void Month(YearMonth month)
    {
        Digits(month.Year, 4);
        Byte((byte)'-');
        Digits(month.Month, 2);
    }

    public void Date(LocalDate date)
    {
        Month(date.ToYearMonth());
        Byte((byte)'-');
        Digits(date.Day, 2);
    }

    public void Dispose() => file?.Dispose();

    private void Room()
    {
        if (length > buffer.Length - Reserve)
        {
            Flush();
        }
    }

    private void Flush()
    {
        file!.Write(buffer, 0, length);
        length = 0;
    }
}

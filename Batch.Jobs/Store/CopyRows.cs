using System.Buffers.Binary;
using System.Text;
using Npgsql;

namespace Batch.Jobs.Store;

/// <summary>
/// Rows on their way into a table by binary COPY, in the format of the PostgreSQL manual ("COPY", Binary Format). Every fact and every entry goes
/// this way: the types are those of the columns (short: smallint, int: integer, long: bigint), so nothing is resolved at run time. What is not
/// completed is taken back.
/// </summary>
public sealed class CopyRows : IAsyncDisposable
{
    private const int BufferBytes = 64 * 1024;
    private const int FixedBytes = 16;
    private static readonly byte[] Signature = [.. "PGCOPY\n"u8, 0xFF, .. "\r\n\0"u8, 0, 0, 0, 0, 0, 0, 0, 0];
    private static readonly int Epoch = new DateOnly(2000, 1, 1).DayNumber;

    private readonly NpgsqlRawCopyStream stream;
    private readonly short columns;
    private byte[] buffer = new byte[BufferBytes];
    private int used;
    private bool completed;

    private CopyRows(NpgsqlRawCopyStream stream, short columns)
    {
        this.stream = stream;
        this.columns = columns;
        Signature.CopyTo(buffer, 0);
        used = Signature.Length;
    }

    /// <param name="table">With its schema.</param>
    /// <param name="columns">Their names, with commas between them, in the order in which they are written.</param>
    public static async Task<CopyRows> BeginAsync(NpgsqlConnection connection, string table, string columns, CancellationToken cancellation)
    {
        NpgsqlRawCopyStream stream = await connection.BeginRawBinaryCopyAsync($"COPY {table} ({columns}) FROM STDIN (FORMAT binary)", cancellation);
        return new CopyRows(stream, checked((short)(columns.AsSpan().Count(',') + 1)));
    }

    public void StartRow()
    {
        Make(FixedBytes);
        BinaryPrimitives.WriteInt16BigEndian(buffer.AsSpan(used), columns);
        used += sizeof(short);
    }

    public void Write(short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(Field(sizeof(short)), value);
    }

    public void Write(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(Field(sizeof(int)), value);
    }

    public void Write(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(Field(sizeof(long)), value);
    }

    public void Write(long? value)
    {
        if (value is { } some)
        {
            Write(some);
        }
        else
        {
            WriteNull();
        }
    }

    public void Write(bool value)
    {
        Field(1)[0] = value ? (byte)1 : (byte)0;
    }

    public void Write(DateOnly value)
    {
        Write(value.DayNumber - Epoch);
    }

    public void Write(DateOnly? value)
    {
        if (value is { } some)
        {
            Write(some);
        }
        else
        {
            WriteNull();
        }
    }

    /// <summary>Null is written as NULL.</summary>
    public void Write(string? text)
    {
        if (text is null)
        {
            WriteNull();
            return;
        }

        Encoding.UTF8.GetBytes(text, Field(Encoding.UTF8.GetByteCount(text)));
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Field(bytes.Length));
    }

    public void WriteNull()
    {
        Make(FixedBytes);
        BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(used), -1);
        used += sizeof(int);
    }

    /// <summary>Ends the COPY; the rows are in the transaction then.</summary>
    public async Task CompleteAsync(CancellationToken cancellation)
    {
        Make(FixedBytes);
        BinaryPrimitives.WriteInt16BigEndian(buffer.AsSpan(used), -1);
        await stream.WriteAsync(buffer.AsMemory(0, used + sizeof(short)), cancellation);
        completed = true;
        await stream.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (completed)
        {
            return;
        }

        completed = true;
        try
        {
            await stream.CancelAsync();
        }
        catch (NpgsqlException)
        {
            // The fault that brought us here is told; the connection may be gone with it.
        }

        await stream.DisposeAsync();
    }

    private Span<byte> Field(int bytes)
    {
        Make(FixedBytes + bytes);
        BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(used), bytes);
        used += sizeof(int) + bytes;
        return buffer.AsSpan(used - bytes, bytes);
    }

    private void Make(int room)
    {
        if (buffer.Length - used >= room)
        {
            return;
        }

        stream.Write(buffer, 0, used);
        used = 0;
        if (buffer.Length < room)
        {
            buffer = new byte[room];
        }
    }
}

using System.Buffers.Binary;
using System.Text;

namespace Batch.Jobs.Files;

/// <summary>
/// A stream inside the container of .xls ([MS-CFB]), read from its beginning. Only as much of the format as a workbook's stream needs; what does not fit it
/// ends the stream, and the reader of the workbook says what is wrong.
/// </summary>
internal sealed class CompoundStream
{
    private const int Header = 512;
    private const int EntryBytes = 128;
    private const int NamesInHeader = 109;
    private const uint LastSector = 0xFFFFFFFA;

    private readonly Stream file;
    private readonly int sectorBytes;
    private readonly List<uint> table = [];
    private readonly byte[] sector;

    private CompoundStream(Stream file, int sectorBytes)
    {
        this.file = file;
        this.sectorBytes = sectorBytes;
        sector = new byte[sectorBytes];
    }

    /// <summary>The bytes of the first stream with one of these names, sector by sector; none where there is none.</summary>
    public static IEnumerable<byte[]> Read(Stream file, params string[] names)
    {
        byte[] header = new byte[Header];
        file.Position = 0;
        if (file.ReadAtLeast(header, Header, throwOnEndOfStream: false) < Header || BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(30)) is not (9 or 12))
        {
            return [];
        }

        var container = new CompoundStream(file, 1 << BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(30)));
        container.ReadTable(header);
        uint smallest = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(56));
        uint miniTable = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(60));
        uint directory = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(48));
        return container.Open(directory, miniTable, smallest, names);
    }

    private IEnumerable<byte[]> Open(uint directory, uint miniTable, uint smallest, string[] names)
    {
        uint rootStart = LastSector;
        foreach (byte[] entries in Chain(directory))
        {
            for (int at = 0; at + EntryBytes <= entries.Length; at += EntryBytes)
            {
                ReadOnlySpan<byte> entry = entries.AsSpan(at, EntryBytes);
                int length = Math.Clamp(BinaryPrimitives.ReadUInt16LittleEndian(entry[64..]) - 2, 0, 64);
                uint start = BinaryPrimitives.ReadUInt32LittleEndian(entry[116..]);
                uint bytes = BinaryPrimitives.ReadUInt32LittleEndian(entry[120..]);
                rootStart = entry[66] == 5 ? start : rootStart;
                if (entry[66] == 2 && names.Contains(Encoding.Unicode.GetString(entry[..length])))
                {
                    return bytes < smallest ? Small(rootStart, miniTable, start) : Chain(start);
                }
            }
        }

        return [];
    }

    /// <summary>Small streams lie in pieces of 64 bytes within one stream of the container.</summary>
    private IEnumerable<byte[]> Small(uint rootStart, uint miniTable, uint start)
    {
        byte[] all = [.. Chain(rootStart).SelectMany(s => s)];
        byte[] next = [.. Chain(miniTable).SelectMany(s => s)];
        for (int steps = 0; start < LastSector && (start + 1L) * 64 <= all.Length && (start + 1L) * 4 <= next.Length && steps < next.Length / 4; steps++)
        {
            yield return all.AsSpan((int)start * 64, 64).ToArray();
            start = BinaryPrimitives.ReadUInt32LittleEndian(next.AsSpan((int)start * 4));
        }
    }

    private IEnumerable<byte[]> Chain(uint start)
    {
        for (int steps = 0; start < LastSector && start < table.Count && steps < table.Count; steps++)
        {
            byte[] bytes = new byte[sectorBytes];
            if (!TryRead(start, bytes))
            {
                yield break;
            }

            yield return bytes;
            start = table[(int)start];
        }
    }

    /// <summary>The table of sectors: which one follows which.</summary>
    private void ReadTable(byte[] header)
    {
        long most = (file.Length / sectorBytes) + 1;
        List<uint> pieces = [];
        for (int i = 0; i < NamesInHeader; i++)
        {
            pieces.Add(BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(76 + (i * 4))));
        }

        uint more = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(68));
        for (int steps = 0; more < LastSector && steps < most && TryRead(more, sector); steps++)
        {
            for (int i = 0; i < (sectorBytes / 4) - 1; i++)
            {
                pieces.Add(BinaryPrimitives.ReadUInt32LittleEndian(sector.AsSpan(i * 4)));
            }

            more = BinaryPrimitives.ReadUInt32LittleEndian(sector.AsSpan(sectorBytes - 4));
        }

        foreach (uint piece in pieces.Where(p => p < LastSector))
        {
            if (table.Count > most || !TryRead(piece, sector))
            {
                return;
            }

            for (int i = 0; i < sectorBytes / 4; i++)
            {
                table.Add(BinaryPrimitives.ReadUInt32LittleEndian(sector.AsSpan(i * 4)));
            }
        }
    }

    private bool TryRead(uint number, byte[] into)
    {
        file.Position = Math.Min((number + 1L) * sectorBytes, file.Length);
        // The last sector may be cut short.
        return file.ReadAtLeast(into, into.Length, throwOnEndOfStream: false) > 0;
    }
}

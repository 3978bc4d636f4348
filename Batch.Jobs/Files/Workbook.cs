using System.Buffers.Binary;
using System.IO.Compression;
using ExcelDataReader.Exceptions;

namespace Batch.Jobs.Files;

/// <summary>Looks at a workbook's parts before anything unpacks them.</summary>
internal static class Workbook
{
    /// <summary>Small parts may be packed however well.</summary>
    private const long BytesAlwaysTaken = 1 << 20;

    private const int MostEntries = 4096;

    public static bool IsZip(ReadOnlySpan<byte> start) => start.StartsWith("PK\x03\x04"u8);

    /// <summary>The container of .xls, and of an .xlsx with a password.</summary>
    public static bool IsCompound(ReadOnlySpan<byte> start) => start.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]);

    /// <exception cref="FileRefusedException">A part is larger or packed more strongly than the limits allow.</exception>
    public static IEnumerable<ZipArchiveEntry> CheckParts(ZipArchive zip, IntakeLimits limits)
    {
        if (zip.Entries.Count > MostEntries)
        {
            throw Unreadable("zip");
        }

        foreach (ZipArchiveEntry part in zip.Entries)
        {
            CheckPart(part, limits);
            yield return part;
        }
    }

    /// <summary>The sizes in the container's header are believed by its reader, which makes room for them: they must fit the file.</summary>
    /// <exception cref="FileRefusedException">They do not.</exception>
    public static void CheckContainer(Stream file)
    {
        Span<byte> header = stackalloc byte[76];
        int read = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        file.Position = 0;
        int sectorShift = BinaryPrimitives.ReadUInt16LittleEndian(header[30..]);
        bool known = read == header.Length && sectorShift is 9 or 12 && BinaryPrimitives.ReadUInt16LittleEndian(header[32..]) == 6;
        long sectors = known ? (file.Length >> sectorShift) + 1 : 0;
        // Sectors of the tables of sectors, of small streams, and of the table of those tables.
        foreach (int at in (ReadOnlySpan<int>)[44, 64, 72])
        {
            if (!known || BinaryPrimitives.ReadUInt32LittleEndian(header[at..]) > sectors)
            {
                throw Unreadable("xls");
            }
        }
    }

    /// <summary>What readers throw at a damaged workbook is of many kinds, and their texts may hold cells: none of them gets out.</summary>
    public static T Guarded<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (InvalidPasswordException)
        {
            throw Refuse.File(Codes.FileProtected, 1, "", "");
        }
        catch (Exception fault) when (fault is EndOfStreamException or not (IOException or OutOfMemoryException or FileRefusedException))
        {
            throw Unreadable(fault.GetType().Name);
        }
    }

    private static void CheckPart(ZipArchiveEntry part, IntakeLimits limits)
    {
        if (part.Length > limits.MaxZipEntryBytes)
        {
            throw Refuse.File(Codes.ZipEntryTooLarge, 1, $"{part.Length}", $"{limits.MaxZipEntryBytes}");
        }

        long ratio = part.Length / Math.Max(part.CompressedLength, 1);
        if (part.Length > BytesAlwaysTaken && ratio > limits.MaxZipRatio)
        {
            throw Refuse.File(Codes.ZipRatio, 1, $"{ratio}:1", $"{limits.MaxZipRatio}:1");
        }
    }

    public static FileRefusedException Unreadable(string found) => Refuse.File(Codes.FileUnreadable, 1, found, ".xlsx | .xls | .csv");
}

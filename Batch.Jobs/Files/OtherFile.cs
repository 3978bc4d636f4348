using System.Buffers.Binary;
using System.IO.Compression;

namespace Batch.Jobs.Files;

/// <summary>Files of other programs, told by their first bytes or their parts whatever their name: their sender is told what they are.</summary>
internal static class OtherFile
{
    private const int DirectoryBytes = 4096;

    /// <summary>The code of what the file is; null: it may be a workbook or text. The file's position is as before.</summary>
    public static string? Of(ReadOnlySpan<byte> start, FileStream file) =>
        PictureOf(start) is not null ? Codes.FileIsPicture
        : start.StartsWith("%PDF-"u8) ? Codes.FileIsPdf
        : start.StartsWith("{\\rtf"u8) ? Codes.FileIsWord
        : IsPacked(start) ? Codes.FileIsZip
        : Workbook.IsZip(start) ? OfZip(file)
        : Workbook.IsCompound(start) && IsWord(start, file) ? Codes.FileIsWord
        : null;

    /// <summary>The kind of picture; null: it is none.</summary>
    public static string? PictureOf(ReadOnlySpan<byte> start) =>
        start.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A]) ? "PNG"
        : start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "JPEG"
        : start.StartsWith("GIF87a"u8) || start.StartsWith("GIF89a"u8) ? "GIF"
        : start.StartsWith("II*\0"u8) || start.StartsWith("MM\0*"u8) ? "TIFF"
        : start.StartsWith("RIFF"u8) && start.Length > 12 && start[8..].StartsWith("WEBP"u8) ? "WebP"
        : start.Length > 12 && (start[4..].StartsWith("ftypheic"u8) || start[4..].StartsWith("ftypmif1"u8)) ? "HEIC"
        // Its four reserved bytes are zeros: a text that begins with these letters has none.
        : start.StartsWith("BM"u8) && start.Length > 10 && !start[6..10].ContainsAnyExcept((byte)0) ? "BMP"
        : null;

    private static bool IsPacked(ReadOnlySpan<byte> start) =>
        start.StartsWith("Rar!\u001A\u0007"u8) || start.StartsWith((ReadOnlySpan<byte>)[(byte)'7', (byte)'z', 0xBC, 0xAF, 0x27, 0x1C])
        || start.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B, 0x08]) || start.StartsWith("PK\u0005\u0006"u8);

    // A package of documents has its list of content types, whatever is damaged in it.
    private static string? OfZip(FileStream file)
    {
        try
        {
            using ZipArchive zip = new(file, ZipArchiveMode.Read, leaveOpen: true);
            string[] names = [.. zip.Entries.Select(e => e.FullName.Replace('\\', '/').TrimStart('/'))];
            return Array.Exists(names, n => n.Equals("word/document.xml", StringComparison.OrdinalIgnoreCase)) ? Codes.FileIsWord
                : Array.Exists(names, n => n.Equals("[Content_Types].xml", StringComparison.OrdinalIgnoreCase) || n.StartsWith("xl/", StringComparison.OrdinalIgnoreCase)
                    || n.Equals("_rels/.rels", StringComparison.OrdinalIgnoreCase)) ? null
                : Codes.FileIsZip;
        }
        catch (InvalidDataException)
        {
            // Broken: what reads the workbook says so.
            return null;
        }
        finally
        {
            file.Position = 0;
        }
    }

    // The directory of a compound file names its streams: a document has the stream WordDocument.
    private static bool IsWord(ReadOnlySpan<byte> start, FileStream file)
    {
        if (start.Length < 52 || BinaryPrimitives.ReadUInt16LittleEndian(start[30..]) is not (9 or 12))
        {
            return false;
        }

        long directory = ((long)BinaryPrimitives.ReadUInt32LittleEndian(start[48..]) + 1) << BinaryPrimitives.ReadUInt16LittleEndian(start[30..]);
        if (directory >= file.Length)
        {
            return false;
        }

        byte[] entries = new byte[DirectoryBytes];
        file.Position = directory;
        int read = file.ReadAtLeast(entries, entries.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return entries.AsSpan(0, read).IndexOf("W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t\0"u8) >= 0;
    }
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Batch.Jobs.Store;

namespace Batch.Jobs.Intake;

/// <summary>A scan on its way in.</summary>
public sealed record GivenScan(string Name, long Length, Func<Stream> Open);

/// <summary>A scanned document whose content is a PDF, a JPEG or a PNG.</summary>
/// <param name="Name">As it was given, without its folder, characters that are not shown, and long numbers; it ends as its content asks.</param>
public sealed partial record ScanFile(string Name, string MediaType, byte[] Content)
{
    private const int LongestName = 80;
    private const string Unnamed = "scan";

    // Some systems take none of these in the name of a file.
    private static readonly Rune[] NotInNames = [.. "\"<>|:*?;".EnumerateRunes()];

    // The first bytes of a kind, and how names of it end. Neither a name nor what a browser says of a file decides what it is.
    private static readonly (byte[] Begins, string MediaType, string[] Endings)[] Kinds =
    [
        ([.. "%PDF-"u8], "application/pdf", [".pdf"]),
        ([0xFF, 0xD8, 0xFF], "image/jpeg", [".jpg", ".jpeg"]),
        ([0x89, .. "PNG\r\n"u8, 0x1A, 0x0A], "image/png", [".png"]),
    ];

    public byte[] Sha256 { get; } = SHA256.HashData(Content);

    /// <summary>Reads scans and checks each; a fault tells which by its place, since a name may be personal.</summary>
    /// <exception cref="DataFaultException">SCAN_MANY, SCAN_EMPTY, SCAN_LARGE, SCAN_TYPE.</exception>
    public static async Task<IReadOnlyList<ScanFile>> ReadAsync(IReadOnlyList<GivenScan> given, ScanLimits limits, CancellationToken cancellation)
    {
        if (given.Count > limits.MaxCount)
        {
            throw TooMany(limits);
        }

        List<ScanFile> files = [];
        foreach (GivenScan scan in given)
        {
            files.Add(await ReadAsync(scan, files.Count + 1, limits, cancellation));
        }

        return files;
    }

    internal static DataFaultException TooMany(ScanLimits limits) => new(
        "SCAN_MANY", $"一项决定或提案最多附 {limits.MaxCount} 份扫描件。", $"A decision or proposal takes at most {limits.MaxCount} scans.");

    private static async Task<ScanFile> ReadAsync(GivenScan scan, int place, ScanLimits limits, CancellationToken cancellation)
    {
        if (scan.Length > limits.MaxBytes)
        {
            throw new DataFaultException(
                "SCAN_LARGE", $"第 {place} 份扫描件超过 {limits.MaxBytes} 字节，请压缩或降低分辨率后再传。",
                $"Scan {place} has more than {limits.MaxBytes} bytes; compress it or scan it at a lower resolution.");
        }

        if (scan.Length == 0)
        {
            throw new DataFaultException("SCAN_EMPTY", $"第 {place} 份扫描件是空文件，请重新选择。", $"Scan {place} is empty; choose the file again.");
        }

        byte[] content = new byte[scan.Length];
        await using (Stream stream = scan.Open())
        {
            await stream.ReadExactlyAsync(content, cancellation);
        }

        (byte[] begins, string mediaType, string[] endings) = Kinds.FirstOrDefault(k => content.AsSpan().StartsWith(k.Begins));
        return begins is null
            ? throw new DataFaultException(
                "SCAN_TYPE", $"第 {place} 份扫描件的内容不是 PDF、JPEG 或 PNG（与文件名无关），请换成其中一种。",
                $"The content of scan {place} is no PDF, JPEG or PNG, whatever its name; send one of these.")
            : new ScanFile(Cleaned(scan.Name, endings), mediaType, content);
    }

    // Browsers of old send the folder too. What is as long as the number of a person or a card is masked, as on every page.
    private static string Cleaned(string name, string[] endings)
    {
        string last = LongNumber().Replace(name[(name.LastIndexOfAny(['/', '\\']) + 1)..], "…");
        StringBuilder kept = new();
        foreach (Rune rune in last.EnumerateRunes())
        {
            if (IsShown(rune) && !NotInNames.Contains(rune))
            {
                kept.Append(rune);
            }
        }

        string cleaned = kept.ToString().TrimEnd(' ', '.');
        string ending = endings.FirstOrDefault(e => cleaned.EndsWith(e, StringComparison.OrdinalIgnoreCase)) ?? "";
        string stem = cleaned[..^ending.Length].Trim(' ', '.');
        return (stem.Length == 0 ? Unnamed : Shortened(stem)) + (ending.Length == 0 ? endings[0] : ending);
    }

    private static bool IsShown(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    // Not in the middle of a character of two halves.
    private static string Shortened(string stem) =>
        stem.Length <= LongestName ? stem : stem[..(char.IsHighSurrogate(stem[LongestName - 1]) ? LongestName - 1 : LongestName)];

    [GeneratedRegex("[0-9]{9,}[0-9Xx]*")]
    private static partial Regex LongNumber();
}

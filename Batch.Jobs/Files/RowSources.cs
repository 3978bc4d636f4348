using System.Text;
using Batch.Jobs.Facts;

namespace Batch.Jobs.Files;

/// <summary>Opens a file as rows: tells its format by its first bytes, for text also the encoding and the separator.</summary>
internal static class RowSources
{
    /// <summary>The header lies within this much of the file; the separator is tried out on it.</summary>
    private const int PrefixBytes = 64 * 1024;

    private static readonly char[] Separators = [',', ';', '\t', '|'];

    /// <exception cref="FileRefusedException">The file is empty or larger than the limit.</exception>
    public static FileStream OpenFile(string path, IntakeLimits limits)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan);
        string? fault = file.Length == 0 ? Codes.FileEmpty : file.Length > limits.MaxBytes ? Codes.FileTooLarge : null;
        if (fault is null)
        {
            return file;
        }

        long length = file.Length;
        file.Dispose();
        throw Refuse.File(fault, 1, length == 0 ? "" : $"{length}", length == 0 ? "" : $"{limits.MaxBytes}");
    }

    /// <summary>Opens the rows and reads on to the header.</summary>
    /// <exception cref="FileRefusedException">No row is a header that is known, or the file cannot be read at all.</exception>
    public static RowSource Open(FileStream file, bool hasDefaultMonth, IntakeLimits limits, out Header header)
    {
        FileFormat format = FormatOf(file);
        RowSource rows = format == FileFormat.Text
            ? OpenText(file, hasDefaultMonth, limits, out header)
            : OpenWorkbook(file, format == FileFormat.Xlsx, hasDefaultMonth, limits, out header);
        if (header.Refusal is null)
        {
            return rows;
        }

        rows.Dispose();
        throw new FileRefusedException(header.Refusal);
    }

    /// <summary>Opens a table whose header its reader finds: the only sheet of a workbook that has rows, or text.</summary>
    /// <exception cref="FileRefusedException">It is neither, or the sheet is hidden or names another unit than yuan.</exception>
    public static RowSource OpenTable(FileStream file, IntakeLimits limits)
    {
        FileFormat format = FormatOf(file);
        if (format == FileFormat.Text)
        {
            TextEncoding encoding = TextEncoding.Detect(file).WithEnd(file);
            try
            {
                char separator = Separators.MaxBy(s => FieldsOfFirstRow(ReadPrefix(encoding.ReadUtf8(file), file.Length), s, limits));
                return new CsvRows(encoding.ReadUtf8(file), separator, limits) { File = file, Encoding = encoding };
            }
            catch (DecoderFallbackException)
            {
                throw encoding.Refuse(file);
            }
        }

        SheetRows rows = OpenSheets(file, format == FileFormat.Xlsx, limits);
        try
        {
            int[] withRows = [.. Enumerable.Range(0, rows.SheetCount).Where(s => HasRows(rows, s))];
            if (withRows.Length != 1)
            {
                throw withRows.Length == 0 ? Refuse.File(Codes.FileEmpty, 1, "", "") : Refuse.File(Codes.SheetsSeveral, 1, FieldText.Shown(rows.SheetName(withRows[^1]), personal: false), "1");
            }

            rows.Open(withRows[0]);
            CheckSheet(rows, withRows[0]);
            return rows;
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    private enum FileFormat
    {
        Text,
        Xlsx,
        Xls,
    }

    /// <exception cref="FileRefusedException">It is something else, whatever its name says.</exception>
    private static FileFormat FormatOf(FileStream file)
    {
        Span<byte> start = stackalloc byte[2048];
        start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        file.Position = 0;
        if ((Disguise.Of(start) ?? OtherFile.Of(start, file)) is { } code)
        {
            throw Refuse.File(code, 1, OtherFile.PictureOf(start) ?? "", ".xlsx | .xls | .csv");
        }

        return Workbook.IsZip(start) ? FileFormat.Xlsx : Workbook.IsCompound(start) ? FileFormat.Xls : FileFormat.Text;
    }

    private static SheetRows OpenSheets(FileStream file, bool zip, IntakeLimits limits)
    {
        if (!zip)
        {
            Workbook.CheckContainer(file);
        }

        var buffered = new BufferedStream(file, 64 * 1024);
        return zip ? new XlsxRows(buffered, limits) : new XlsRows(buffered, limits);
    }

    private static int FieldsOfFirstRow(ReadOnlyMemory<byte> prefix, char separator, IntakeLimits limits)
    {
        using var rows = new CsvRows(prefix, separator, limits);
        return rows.Read() ? rows.FieldCount : 0;
    }

    private static bool HasRows(SheetRows rows, int sheet)
    {
        rows.Open(sheet);
        while (rows.Read())
        {
            if (!rows.IsBlank())
            {
                return true;
            }
        }

        return false;
    }

    private static CsvRows OpenText(FileStream file, bool hasDefaultMonth, IntakeLimits limits, out Header header)
    {
        TextEncoding encoding = TextEncoding.Detect(file).WithEnd(file);
        CsvRows? rows = null;
        try
        {
            char separator = FindSeparator(ReadPrefix(encoding.ReadUtf8(file), file.Length), hasDefaultMonth, limits);
            rows = new CsvRows(encoding.ReadUtf8(file), separator, limits) { File = file, Encoding = encoding };
            header = Header.Find(rows, hasDefaultMonth, out Rejection fault) ?? throw new FileRefusedException(fault);
            return rows;
        }
        catch (DecoderFallbackException)
        {
            rows?.Dispose();
            throw encoding.Refuse(file);
        }
        catch
        {
            rows?.Dispose();
            throw;
        }
    }

    /// <summary>The first sheet with a header is read. A hidden one is not: nobody who opens the workbook sees it.</summary>
    private static SheetRows OpenWorkbook(FileStream file, bool zip, bool hasDefaultMonth, IntakeLimits limits, out Header header)
    {
        SheetRows rows = OpenSheets(file, zip, limits);
        try
        {
            Rejection? nearest = null;
            foreach (int sheet in Enumerable.Range(0, rows.SheetCount).OrderBy(rows.IsSheetHidden))
            {
                rows.Open(sheet);
                if (Header.Find(rows, hasDefaultMonth, out Rejection fault) is { } found)
                {
                    CheckSheet(rows, sheet, found);
                    header = found;
                    rows.HeedMerged(found);
                    return rows;
                }

                // A workbook's other sheets are often empty: of those nothing is said.
                nearest = nearest is null || nearest.Code == Codes.FileEmpty || (fault.Code != Codes.FileEmpty && Precedence(fault) > Precedence(nearest)) ? fault : nearest;
            }

            throw new FileRefusedException(nearest!);
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    /// <summary>What is read is what is seen: no hidden sheet, no hidden column, and no unit in the sheet's name.</summary>
    private static void CheckSheet(SheetRows rows, int sheet, Header header)
    {
        CheckSheet(rows, sheet);
        foreach (Column column in Enum.GetValues<Column>().Where(c => header.Has(c) && rows.IsColumnHidden(header.Position(c))))
        {
            throw Refuse.File(Codes.ColumnHidden, rows.Row, "", "", header.Text(column));
        }
    }

    private static void CheckSheet(SheetRows rows, int sheet)
    {
        string name = FieldText.Shown(rows.SheetName(sheet), personal: false);
        if (rows.IsSheetHidden(sheet))
        {
            throw Refuse.File(Codes.SheetHidden, rows.Row, name, "");
        }

        if (Units.Stated(System.Text.Encoding.UTF8.GetBytes(rows.SheetName(sheet))) is { } unit)
        {
            throw Refuse.File(Codes.UnitNotYuan, rows.Row, FieldText.Shown(unit, personal: false), Units.Yuan);
        }
    }

    /// <summary>The separator that makes one of the first rows a header; where none does, the one that comes nearest to it.</summary>
    /// <exception cref="FileRefusedException">No separator gives a header.</exception>
    private static char FindSeparator(ReadOnlyMemory<byte> prefix, bool hasDefaultMonth, IntakeLimits limits)
    {
        Rejection? nearest = null;
        foreach (char separator in Separators)
        {
            using var rows = new CsvRows(prefix, separator, limits);
            try
            {
                if (Header.Find(rows, hasDefaultMonth, out Rejection fault) is not null)
                {
                    return separator;
                }

                nearest = nearest is null || Precedence(fault) > Precedence(nearest) ? fault : nearest;
            }
            catch (FileRefusedException refused)
            {
                nearest = nearest is null || Precedence(refused.Rejection) > Precedence(nearest) ? refused.Rejection : nearest;
            }
        }

        throw new FileRefusedException(nearest!);
    }

    private static int Precedence(Rejection fault) => fault.Code switch
    {
        Codes.UnitNotYuan => 6,
        Codes.FileEmpty => 5,
        Codes.TooManyColumns => 4,
        Codes.HeaderColumnTwice => 3,
        Codes.HeaderColumnMissing => 2,
        Codes.HeaderUnknown => 1,
        _ => 0,
    };

    private static ReadOnlyMemory<byte> ReadPrefix(Stream utf8, long fileLength)
    {
        // Transcoded text takes at most half as much again.
        byte[] prefix = new byte[(int)Math.Min(PrefixBytes, (fileLength * 3 / 2) + 1)];
        return prefix.AsMemory(0, utf8.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false));
    }
}

using System.Text;
using Batch.Jobs.Facts;
using CsvHelper;

namespace Batch.Jobs.Files;

/// <summary>The rows of a text file with separated values, from a stream of valid UTF-8.</summary>
internal sealed class CsvRows : RowSource
{
    private readonly IntakeLimits limits;
    private readonly CsvReader reader;
    private readonly FormulaFields formulas = new();
    private CsvMalformedReason? malformed;
    private bool split;
    private int row;

    public CsvRows(Stream utf8, char separator, IntakeLimits limits)
        : this(separator, limits, options => CsvReader.Create(utf8, options, leaveOpen: true))
    {
    }

    public CsvRows(ReadOnlyMemory<byte> utf8, char separator, IntakeLimits limits)
        : this(separator, limits, options => CsvReader.Create(utf8, options))
    {
    }

    private CsvRows(char separator, IntakeLimits limits, Func<CsvReaderOptions, CsvReader> create)
    {
        Separator = separator;
        this.limits = limits;
        reader = create(new CsvReaderOptions
        {
            Separator = separator,
            HasHeader = false,
            TrackLineNumbers = true,
            IncludeValuesInExceptions = false,
            // Quotes and field counts are judged row by row, so that one bad row is one rejection and not the end of the file.
            MalformedData = CsvMalformedDataHandling.Recover,
            FieldCountMismatch = CsvFieldCountHandling.Allow,
            OnMalformedRecord = record => malformed = record.Reason,
            MaxRecordSize = checked(limits.MaxLineChars * 3),
        });
    }

    /// <summary>The file behind the stream and how it is encoded: to say where it cannot be decoded.</summary>
    public Stream? File { get; init; }

    public TextEncoding? Encoding { get; init; }

    public char Separator { get; }

    public override int Row => row;

    public override int FieldCount => split ? formulas.Count : reader.FieldCount;

    public override bool QuotesBroken => malformed is not null;

    public override bool Read()
    {
        malformed = null;
        split = false;
        try
        {
            if (!reader.Read())
            {
                return false;
            }
        }
        catch (CsvFormatException fault)
        {
            throw Refuse.File(Codes.LineTooLong, (int)Math.Min(fault.LineNumber, int.MaxValue), $"> {limits.MaxLineChars}", $"{limits.MaxLineChars}");
        }
        catch (DecoderFallbackException) when (File is not null && Encoding is not null)
        {
            throw Encoding.Refuse(File);
        }

        row = checked((int)reader.LineNumber);
        if (malformed == CsvMalformedReason.UnterminatedQuote)
        {
            throw Refuse.File(Codes.QuoteOpen, row, "", "\"…\"");
        }

        CheckSize();
        if (malformed is not null && formulas.TrySplit(reader.RawRecord, (byte)Separator))
        {
            malformed = null;
            split = true;
        }

        return true;
    }

    public override ReadOnlySpan<byte> Field(int index) => split ? formulas[index] : index < reader.FieldCount ? reader.GetSpan(index) : default;

    public override void Dispose() => reader.Dispose();

    private void CheckSize()
    {
        int length = reader.RawRecord.Length;
        if (length > limits.MaxLineChars && System.Text.Encoding.UTF8.GetCharCount(reader.RawRecord) > limits.MaxLineChars)
        {
            throw Refuse.File(Codes.LineTooLong, row, $"> {limits.MaxLineChars}", $"{limits.MaxLineChars}");
        }

        if (reader.FieldCount > limits.MaxColumns)
        {
            throw Refuse.File(Codes.TooManyColumns, row, $"{reader.FieldCount}", $"{limits.MaxColumns}");
        }
    }
}

/// <summary>Refusals of a whole file.</summary>
internal static class Refuse
{
    public static FileRefusedException File(string code, int row, string found, string expected, string column = "") =>
        new(new Rejection(code, row, column, found, expected));
}

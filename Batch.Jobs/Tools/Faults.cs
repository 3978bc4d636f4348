using System.Buffers.Text;
using Batch.Rules;

namespace Batch.Jobs.Tools;

/// <summary>What is wrong with a row. Each fault is rejected with exactly one code.</summary>
internal enum Fault : byte
{
    None,
    IdBlank,
    IdShort,
    IdCheckDigit,
    MonthThirteen,
    AmountLetters,
    AmountNegative,
    AmountPrecise,
    AmountMismatch,
    PensionZero,
    PensionMissing,
}

/// <summary>Decides which rows are faulty, and counts them by code.</summary>
internal sealed class Faults(long seed, decimal share)
{
    /// <summary>A file with so many rejects, and a tenth of its rows, is refused whole.</summary>
    private const int FewRejects = 50;
    private const int TenthOf = 10;

    private static readonly Fault[] InPayroll =
    [
        Fault.IdBlank, Fault.IdShort, Fault.IdCheckDigit, Fault.MonthThirteen, Fault.AmountLetters, Fault.AmountNegative, Fault.AmountPrecise, Fault.AmountMismatch,
    ];

    private static readonly Fault[] InPension =
    [
        Fault.IdBlank, Fault.IdShort, Fault.IdCheckDigit, Fault.MonthThirteen, Fault.AmountLetters, Fault.AmountNegative, Fault.PensionZero, Fault.PensionMissing,
    ];

    private readonly int perMillion = (int)(share * 1_000_000m);
    private readonly bool unlimited = share > 1m / TenthOf;
    private readonly SortedDictionary<string, long> byCode = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, long> ByCode => byCode;

    public long Total { get; private set; }

    /// <summary>Rejects of the file that is being written.</summary>
    public long InFile { get; private set; }

    public void BeginFile() => InFile = 0;

    /// <param name="rows">Rows of the file before this one.</param>
    /// <param name="checksPerson">Whether the policy tells the person's amount, so that another is a fault.</param>
    public Fault OfPayroll(int index, int month, long rows, bool checksPerson)
    {
        Fault fault = Of(Purpose.PayrollFault, InPayroll, index, month, rows);
        return Count(fault == Fault.AmountMismatch && !checksPerson ? Fault.AmountLetters : fault);
    }

    /// <param name="needsPension">Whether the policy credits by the pension, so that none is a fault.</param>
    public Fault OfPension(int index, int month, long rows, bool needsPension)
    {
        Fault fault = Of(Purpose.PensionFault, InPension, index, month, rows);
        return Count(fault == Fault.PensionMissing && !needsPension ? Fault.PensionZero : fault);
    }

    /// <summary>The amount as its fault makes it.</summary>
    public static void WriteAmount(RowWriter to, long fen, Fault fault)
    {
        switch (fault)
        {
            case Fault.AmountNegative:
                to.Byte((byte)'-');
                to.Amount(fen);
                break;
            case Fault.AmountLetters:
                to.Digits(fen / 100, 1);
                to.Text(".O0"u8);
                break;
            case Fault.AmountPrecise:
                to.Amount(fen);
                to.Byte((byte)'5');
                break;
            default:
                to.Amount(fen);
                break;
        }
    }

    public static void WriteId(RowWriter to, CitizenId id, Fault fault)
    {
        switch (fault)
        {
            case Fault.IdBlank:
                break;
            case Fault.IdShort:
                to.Digits(id.Digits17, 17);
                break;
            case Fault.IdCheckDigit:
                to.Digits(id.Digits17, 17);
                // Never 0, so that it does not end in the 000 of a spreadsheet.
                to.Byte((byte)(id.CheckCharacter == 'X' ? '1' : '1' + ((id.CheckCharacter - '0') % 9)));
                break;
            default:
                to.Id(id);
                break;
        }
    }

    private Fault Of(Purpose purpose, Fault[] kinds, int index, int month, long rows)
    {
        if (perMillion == 0)
        {
            return Fault.None;
        }

        var draw = new Draw(seed, purpose, ((long)index * GenerateOptions.MostMonths) + month);
        bool room = unlimited || InFile + 1 < FewRejects || (InFile + 1) * TenthOf <= rows + 1;
        return draw.Below(1_000_000) < perMillion && room ? kinds[draw.Below(kinds.Length)] : Fault.None;
    }

    private Fault Count(Fault fault)
    {
        if (fault != Fault.None)
        {
            string code = CodeOf(fault);
            byCode[code] = byCode.GetValueOrDefault(code) + 1;
            InFile++;
            Total++;
        }

        return fault;
    }

    private static string CodeOf(Fault fault) => fault switch
    {
        Fault.IdBlank => "ID_BLANK",
        Fault.IdShort => "ID_LENGTH",
        Fault.IdCheckDigit => "ID_CHECK_DIGIT",
        Fault.MonthThirteen => "MONTH_INVALID",
        Fault.AmountLetters => "AMOUNT_UNREADABLE",
        Fault.AmountNegative => "AMOUNT_NEGATIVE",
        Fault.AmountPrecise => "AMOUNT_PRECISION",
        Fault.AmountMismatch => "AMOUNT_MISMATCH",
        Fault.PensionZero => "AMOUNT_ZERO",
        _ => "PENSION_MISSING",
    };
}

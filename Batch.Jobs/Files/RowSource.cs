using NodaTime;

namespace Batch.Jobs.Files;

/// <summary>Why a cell's value cannot be believed, whatever it is.</summary>
internal enum CellFault : byte
{
    None,

    /// <summary>An error, such as #N/A.</summary>
    Error,

    /// <summary>A formula that was saved without its value.</summary>
    NotComputed,

    /// <summary>A number that its format shows as another one: in 万元, as a percentage, rounded.</summary>
    ShowsOther,

    /// <summary>Merged with cells of other rows or columns, so that it is not certain whose value it is.</summary>
    Merged,
}

/// <summary>The rows of one file in their order, whatever its format; values are UTF-8 and stay valid until the next row.</summary>
internal abstract class RowSource : IDisposable
{
    public virtual bool IsSpreadsheet => false;

    /// <summary>Day 0 of the numbers that mean days; null where a number means none.</summary>
    public virtual LocalDate? DayZero => null;

    /// <summary>Line of the file or row of the sheet, 1-based, as an editor shows it.</summary>
    public abstract int Row { get; }

    public abstract int FieldCount { get; }

    /// <summary>The row's quotes are not where they may be, so that its fields cannot be told apart.</summary>
    public virtual bool QuotesBroken => false;

    /// <summary>The row is not seen when the file is opened: hidden by hand or by a filter.</summary>
    public virtual bool RowIsHidden => false;

    public abstract bool Read();

    /// <summary>A field's value; empty past the end of the row.</summary>
    public abstract ReadOnlySpan<byte> Field(int index);

    public virtual CellFault Fault(int index) => CellFault.None;

    /// <summary>The field is a number cell of a workbook, not text that looks like a number.</summary>
    public virtual bool IsNumber(int index) => false;

    /// <summary>A column that is not seen when the file is opened.</summary>
    public virtual bool IsColumnHidden(int index) => false;

    public abstract void Dispose();

    public bool IsBlank()
    {
        for (int i = 0; i < FieldCount; i++)
        {
            if (!FieldText.IsBlank(Field(i)))
            {
                return false;
            }
        }

        return true;
    }
}

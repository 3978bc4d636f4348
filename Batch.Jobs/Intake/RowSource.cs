namespace Batch.Jobs.Intake;

/// <summary>The rows of one file in their order, whatever its format; values are UTF-8 and stay valid until the next row.</summary>
internal abstract class RowSource : IDisposable
{
    /// <summary>Numbers of dates count days since 1900 only here.</summary>
    public virtual bool IsSpreadsheet => false;

    /// <summary>Line of the file or row of the sheet, 1-based, as an editor shows it.</summary>
    public abstract int Row { get; }

    public abstract int FieldCount { get; }

    /// <summary>The row's quotes are not where they may be, so that its fields cannot be told apart.</summary>
    public virtual bool QuotesBroken => false;

    public abstract bool Read();

    /// <summary>A field's value; empty past the end of the row.</summary>
    public abstract ReadOnlySpan<byte> Field(int index);

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

using Batch.Jobs.Facts;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Files;

/// <summary>
/// One uploaded file, read as a stream of blocks: each row of it becomes a line or has at least one rejection. Knows no database and no policy.
/// </summary>
public sealed partial class SubmissionFile : IDisposable
{
    private const long LargeBytes = 1 << 20;

    private readonly FileStream file;
    private readonly RowSource source;
    private readonly Header header;
    private readonly RowFields fields;
    private readonly ControlTotals totals = new();
    private readonly RunningBalance balance = new();
    private readonly IntakeLimits limits;
    private readonly LocalDate today;
    private bool ended;

    private SubmissionFile(FileStream file, RowSource source, Header header, YearMonth? defaultMonth, LocalDate today, IntakeLimits limits)
    {
        this.file = file;
        this.source = source;
        this.header = header;
        this.limits = limits;
        this.today = today;
        fields = new RowFields(source, header, defaultMonth, today, totals, file.Length);
    }

    /// <summary>Opens a file: detects format and encoding, skips titles, reads the header.</summary>
    /// <param name="defaultMonth">Taken for rows when the file has no month column.</param>
    /// <exception cref="FileRefusedException">Nothing in the file can be read as a submission.</exception>
    public static SubmissionFile Open(string path, YearMonth? defaultMonth, LocalDate today, IntakeLimits limits)
    {
        FileStream file = RowSources.OpenFile(path, limits);
        RowSource? source = null;
        try
        {
            source = RowSources.Open(file, defaultMonth is not null, limits, out Header header);
            return new SubmissionFile(file, source, header, defaultMonth, today, limits);
        }
        catch
        {
            source?.Dispose();
            file.Dispose();
            throw;
        }
    }

    public FileContent Content => header.Content;

    /// <summary>Its rows say which rows of an earlier file they mend.</summary>
    public bool NamesParentRows => header.Has(Column.ParentRow);

    /// <summary>Months that its month column names so far, in rejected rows too.</summary>
    public IReadOnlySet<YearMonth> Months => fields.Months;

    /// <summary>Rows read so far: lines and rejected rows; titles, blanks, totals and remarks are none.</summary>
    public int RowsRead { get; private set; }

    /// <summary>Bytes of the file read so far; it is read in large pieces, ahead of its rows.</summary>
    public long BytesRead => file.Position;

    /// <summary>A rejection that names one of our columns, as checks of lines do, with the column's name as the file writes it.</summary>
    public Rejection InItsWords(Rejection rejection)
    {
        foreach (Column column in Enum.GetValues<Column>())
        {
            if (header.Has(column) && ColumnNames.Ours(column) == rejection.Column)
            {
                return rejection with { Column = header.Text(column) };
            }
        }

        return rejection;
    }

    /// <summary>Fills the block with the next rows; false when the file has ended (the block is then empty).</summary>
    /// <exception cref="FileRefusedException">The file breaks off, its totals row disagrees with its rows, or a part of it cannot be read.</exception>
    public bool Read(LineBlock block)
    {
        block.Clear();
        if (ended)
        {
            return false;
        }

        if (file.Length > LargeBytes)
        {
            block.MakeRoom(header.Content);
        }

        fields.RejectInto(block.Rejections);
        bool child = header.Has(Column.ParentRow);
        while (block.Rows < LineBlock.Capacity && source.Read())
        {
            // An employer's row has no person's number, as a remark has none.
            CitizenId id = default;
            CitizenIdFault idFault = header.Subject == Column.Id ? fields.ReadId(out id) : CitizenIdFault.Blank;
            if (idFault != CitizenIdFault.None && IsNoPerson(idFault))
            {
                continue;
            }

            if (++RowsRead > limits.MaxRows)
            {
                throw Refuse.File(Codes.TooManyRows, source.Row, $"> {limits.MaxRows}", $"{limits.MaxRows}");
            }

            block.Rows++;
            if (child)
            {
                block.ParentRows.Add((source.Row, fields.ParentRow()));
            }

            ReadRow(block, idFault, id);
        }

        if (block.Rows < LineBlock.Capacity)
        {
            End();
        }

        return block.Rows > 0;
    }

    public void Dispose()
    {
        source.Dispose();
        file.Dispose();
    }

    private void End()
    {
        ended = true;
        int last = Math.Max(source.Row, 1);
        if (source is SheetRows workbook)
        {
            new OtherSheets(workbook, header, today).Refuse(workbook.Sheet);
        }

        if (RowsRead == 0)
        {
            throw Refuse.File(Codes.HeaderOnly, last, "", "");
        }

        if (balance.Fault is { } gap)
        {
            throw Refuse.File(Codes.BalanceMismatch, gap.Row, gap.Found.ToString(), gap.Expected.ToString(), header.Text(Column.Balance));
        }
    }

    private void ReadRow(LineBlock block, CitizenIdFault idFault, CitizenId id)
    {
        if (source.QuotesBroken || !HasTheHeadersFields())
        {
            totals.AddUnknownRow();
            balance.Add(source.Row, null, null);
            block.RejectedPaid.Add((source.Row, null));
            fields.Reject(source.QuotesBroken ? Codes.QuoteStray : Codes.FieldCount, source.QuotesBroken ? "" : $"{source.FieldCount}", source.QuotesBroken ? "\"…\"" : $"{header.FieldCount}");
            return;
        }

        int faults = block.Rejections.Count;
        block.InvisibleCells += fields.InvisibleCells();
        fields.BeginRow();
        if (source.RowIsHidden)
        {
            fields.Reject(Codes.RowHidden, "", "");
        }

        if (idFault != CitizenIdFault.None && header.Subject == Column.Id)
        {
            fields.RejectId(idFault);
        }

        switch (header.Content)
        {
            case FileContent.Payroll:
                PayrollLine payroll = PayrollRow.Read(fields, id);
                if (block.Rejections.Count == faults)
                {
                    block.Payroll.Add(payroll);
                }
                else
                {
                    block.RejectedPaid.Add((source.Row, fields.Paid));
                }

                break;
            case FileContent.Pension:
                PensionLine pension = PensionRow.Read(fields, id);
                if (block.Rejections.Count == faults)
                {
                    block.Pension.Add(pension);
                }

                break;
            case FileContent.Receipts:
                ReceiptLine receipt = ReceiptRow.Read(fields);
                if (block.Rejections.Count == faults)
                {
                    block.Receipts.Add(receipt);
                }

                break;
            case FileContent.Bank:
                BankLine bank = BankRow.Read(fields, balance);
                if (block.Rejections.Count == faults)
                {
                    block.Bank.Add(bank);
                }

                break;
            case FileContent.Movements:
                MovementLine movement = MovementRow.Read(fields, id);
                if (block.Rejections.Count == faults)
                {
                    block.Movements.Add(movement);
                }

                break;
            default:
                PersonsLine change = PersonsRow.Read(fields, id);
                if (block.Rejections.Count == faults)
                {
                    block.Persons.Add(change);
                }

                break;
        }
    }

    /// <summary>As many fields as the header, but for empty ones at the end, which spreadsheets add and drop as they like.</summary>
    private bool HasTheHeadersFields()
    {
        for (int i = header.FieldCount; i < source.FieldCount; i++)
        {
            if (!FieldText.IsBlank(source.Field(i)))
            {
                return false;
            }
        }

        return source.FieldCount >= header.FieldCount || source.IsSpreadsheet;
    }

    /// <summary>A row that is no person's: blank, the totals (which are checked here), a remark, or the header printed once more.</summary>
    /// <exception cref="FileRefusedException">The row names another unit than yuan, or other columns than the header.</exception>
    private bool IsNoPerson(CitizenIdFault idFault)
    {
        RowKind kind = RowKinds.Tell(source, header, idFault);
        if (kind == RowKind.Blank)
        {
            return true;
        }

        if (header.IsSame(source) is { } same)
        {
            RefuseUnit(Header.UnitOfColumn(source));
            return same ? true : throw Refuse.File(Codes.HeaderChanges, source.Row, "", "");
        }

        // Of employers' rows every one comes here.
        if (idFault == CitizenIdFault.Blank && (header.Subject == Column.Id || kind != RowKind.Person))
        {
            RefuseUnit(Header.UnitStated(source));
        }

        if (kind == RowKind.Totals)
        {
            totals.Check(source, header, RowsRead);
        }
        else if (kind == RowKind.Subtotal)
        {
            totals.CheckSubtotal(source, header, RowsRead);
        }

        return kind != RowKind.Person;
    }

    private static void RefuseUnit(Rejection? unit)
    {
        if (unit is not null)
        {
            throw new FileRefusedException(unit);
        }
    }
}

using Batch.Jobs.Facts;

namespace Batch.Jobs.Files;

/// <summary>The row that names the columns: which column is where, and what the file therefore holds.</summary>
internal sealed class Header
{
    /// <summary>Titles, units and dates above the header take no more rows than this.</summary>
    private const int LastRowSearched = 60;

    private static readonly Column[] BankColumns = [Column.TradedOn, Column.Serial, Column.Payer, Column.PayerAccount, Column.Credit, Column.Debit, Column.Balance, Column.Note];

    private readonly int[] positions;
    private readonly string[] texts;

    private Header(FileContent content, int fieldCount, int[] positions, string[] texts)
    {
        Content = content;
        FieldCount = fieldCount;
        this.positions = positions;
        this.texts = texts;
    }

    public FileContent Content { get; }

    /// <summary>What the rows above it or its columns say that keeps the rows from being read as they stand: another unit than yuan; null: nothing.</summary>
    public Rejection? Refusal { get; private set; }

    public int FieldCount { get; }

    /// <summary>The column that says whose row it is: a person's number, the employer's where the rows are employers', the bank's serial number in its statement.</summary>
    public Column Subject => Content switch
    {
        FileContent.Receipts => Column.EmployerCode,
        FileContent.Bank => Column.Serial,
        _ => Column.Id,
    };

    public int Position(Column column) => positions[(int)column];

    public bool Has(Column column) => positions[(int)column] >= 0;

    /// <summary>The column's name as the file writes it.</summary>
    public string Text(Column column) => texts[(int)column] ?? ColumnNames.Ours(column);

    public int FirstAmountPosition() => Enum.GetValues<Column>().Where(c => ColumnNames.IsAmount(c) && Has(c)).Select(Position).DefaultIfEmpty(FieldCount).Min();

    /// <summary>Where the columns stand that say the same for several people: employer, month, dates. Not numbers of people, and not amounts, which would count twice.</summary>
    public IEnumerable<int> PositionsOfTexts() => Enum.GetValues<Column>()
        .Where(c => Has(c) && !ColumnNames.IsAmount(c) && c is not (Column.Id or Column.Name or Column.EventValue or Column.Member or Column.Heir or Column.HeirName or Column.Birth or Column.Serial)).Select(Position);

    /// <summary>Reads on to the header. Null, with the reason, if no row is one.</summary>
    public static Header? Find(RowSource rows, bool hasDefaultMonth, out Rejection fault)
    {
        fault = new Rejection(Codes.FileEmpty, 1, "", "", "");
        Rejection? unit = null;
        int best = -1;
        for (int searched = 0; searched < LastRowSearched && rows.Read(); searched++)
        {
            if (rows.IsBlank())
            {
                continue;
            }

            Header? header = Recognise(rows, hasDefaultMonth, out Rejection? rowFault, out int recognised);
            if (header is not null)
            {
                header.Refusal = UnitOfColumn(rows) ?? unit;
                return header;
            }

            unit ??= UnitStated(rows);
            // A column named with a unit is not recognised, and would only be called missing.
            rowFault = recognised > 1 && UnitOfColumn(rows) is { } ofColumn ? ofColumn : rowFault;

            if (recognised > best)
            {
                best = recognised;
                fault = rowFault!;
            }
        }

        return null;
    }

    /// <summary>A title, a remark or a row of units says that amounts are not in yuan; null: none does.</summary>
    public static Rejection? UnitStated(RowSource rows)
    {
        for (int i = 0; i < rows.FieldCount; i++)
        {
            if (Units.Stated(rows.Field(i)) is { } unit)
            {
                return new Rejection(Codes.UnitNotYuan, rows.Row, "", FieldText.Shown(unit, personal: false), Units.Yuan);
            }
        }

        return null;
    }

    /// <summary>Of a row with the names of columns, the first amount that is not in yuan; null: none.</summary>
    public static Rejection? UnitOfColumn(RowSource rows)
    {
        for (int i = 0; i < rows.FieldCount; i++)
        {
            if (Units.OfColumn(rows.Field(i)) is { } unit)
            {
                return new Rejection(Codes.UnitNotYuan, rows.Row, FieldText.Shown(rows.Field(i), personal: false), FieldText.Shown(unit, personal: false), Units.Yuan);
            }
        }

        return null;
    }

    /// <summary>A row further down names columns: the same ones at the same places as this header, or others; null where it names none.</summary>
    public bool? IsSame(RowSource rows)
    {
        _ = Recognise(rows, hasDefaultMonth: true, out _, out int recognised, out int[] others);
        if (recognised < 3)
        {
            return null;
        }

        bool same = true;
        for (int i = 0; i < others.Length; i++)
        {
            same &= others[i] == positions[i];
        }

        return same;
    }

    public static Header? Recognise(RowSource rows, bool hasDefaultMonth, out Rejection? fault, out int recognised) => Recognise(rows, hasDefaultMonth, out fault, out recognised, out _);

    private static Header? Recognise(RowSource rows, bool hasDefaultMonth, out Rejection? fault, out int recognised, out int[] positions)
    {
        int[] found = new int[Enum.GetValues<Column>().Length];
        string[] texts = new string[found.Length];
        Array.Fill(found, -1);
        positions = found;
        HashSet<Column> twice = [];
        recognised = 0;
        for (int i = 0; i < rows.FieldCount; i++)
        {
            if (ColumnNames.Recognise(rows.Field(i)) is not { } column)
            {
                continue;
            }

            recognised++;
            if (found[(int)column] >= 0)
            {
                twice.Add(column);
            }

            found[(int)column] = i;
            texts[(int)column] = FieldText.Shown(rows.Field(i), personal: false);
        }

        FileContent? content = Tell(found);
        if (content == FileContent.Movements)
        {
            // Both kinds of changes have these words for their columns; the amount tells them apart.
            Rename(Column.Event, Column.MovementKind);
            Rename(Column.EventOn, Column.MovementOn);
        }

        if (content == FileContent.Bank)
        {
            // Some banks number their lines by the voucher alone.
            (found[(int)Column.Serial], texts[(int)Column.Serial]) =
                found[(int)Column.Serial] < 0 ? (found[(int)Column.Document], texts[(int)Column.Document]) : (found[(int)Column.Serial], texts[(int)Column.Serial]);
        }
        else if (content is not null)
        {
            // A day of trade and a serial number are what other files call their day and document; the bank's other columns mean nothing in them.
            RenameOnce(Column.TradedOn, Column.MovementOn);
            RenameOnce(Column.Serial, Column.Document);
            foreach (Column column in BankColumns)
            {
                found[(int)column] = -1;
                twice.Remove(column);
            }
        }

        fault = content is null || recognised < 3 ? new Rejection(Codes.HeaderUnknown, rows.Row, "", "", Required(FileContent.Payroll, true))
            : Missing(content.Value, found, hasDefaultMonth) is { } missing
                ? new Rejection(Codes.HeaderColumnMissing, rows.Row, ColumnNames.Ours(missing), "", ColumnNames.Ours(missing))
            : twice.Count > 0 ? new Rejection(Codes.HeaderColumnTwice, rows.Row, texts[(int)twice.First()], "2", "1")
            : null;
        return fault is null ? new Header(content!.Value, rows.FieldCount, found, texts) : null;

        void RenameOnce(Column from, Column to)
        {
            if (found[(int)from] >= 0 && found[(int)to] >= 0)
            {
                twice.Add(to);
            }

            if (twice.Remove(from))
            {
                twice.Add(to);
            }

            Rename(from, to);
        }

        void Rename(Column from, Column to)
        {
            if (found[(int)to] < 0)
            {
                (found[(int)to], texts[(int)to]) = (found[(int)from], texts[(int)from]);
                found[(int)from] = -1;
            }
        }
    }

    /// <summary>What a file holds is told by the columns that only such a file has.</summary>
    private static FileContent? Tell(int[] positions)
    {
        bool has(Column column) => positions[(int)column] >= 0;
        return (has(Column.MovementKind) || has(Column.Event)) && has(Column.MovementAmount) ? FileContent.Movements
            : has(Column.Event) ? FileContent.Persons
            : has(Column.ReceiptAmount) ? FileContent.Receipts
            : has(Column.PensionPriorYear) || has(Column.PensionThisYear) || has(Column.PensionMonth) ? FileContent.Pension
            : has(Column.Base) || has(Column.PersonPaid) || has(Column.EmployerPaid) ? FileContent.Payroll
            : has(Column.Credit) ? FileContent.Bank
            : null;
    }

    private static Column? Missing(FileContent content, int[] positions, bool hasDefaultMonth)
    {
        foreach (Column column in RequiredColumns(content, !hasDefaultMonth))
        {
            if (positions[(int)column] < 0)
            {
                return column;
            }
        }

        return null;
    }

    private static string Required(FileContent content, bool month) => string.Join('、', RequiredColumns(content, month).Select(ColumnNames.Ours));

    /// <summary>The columns without which a file of this content is not read.</summary>
    /// <param name="month">False: the month is given beside the file.</param>
    public static IEnumerable<Column> RequiredColumns(FileContent content, bool month)
    {
        Column[] required = content switch
        {
            FileContent.Payroll => [Column.EmployerCode, Column.Id, Column.Month, Column.Base, Column.PersonPaid, Column.EmployerPaid],
            FileContent.Pension => [Column.Id, Column.Month],
            FileContent.Receipts => [Column.EmployerCode, Column.Month, Column.ReceiptAmount, Column.ReceivedOn, Column.Document],
            FileContent.Persons => [Column.Id, Column.Event, Column.EventOn],
            FileContent.Bank => [Column.TradedOn, Column.Payer, Column.Credit, Column.Serial],
            _ => [Column.Id, Column.MovementKind, Column.MovementAmount, Column.MovementOn],
        };
        return month ? required : required.Where(c => c != Column.Month);
    }
}

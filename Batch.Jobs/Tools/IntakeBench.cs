using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Store;
using ExcelDataReader;
using NodaTime;
using Npgsql;
using NpgsqlTypes;

namespace Batch.Jobs.Tools;

/// <summary>A measured stage of intake beside what it is measured against.</summary>
public sealed record IntakeStage(long Rows, int Files, double Seconds, double BareSeconds)
{
    public double Ratio => BareSeconds == 0 ? 0 : Seconds / BareSeconds;
}

/// <summary>Measures intake against the bare work: COPY of the same columns with their key, and the workbook reader by itself. Each checks its totals first.</summary>
public sealed class IntakeBench(Area area, IClock clock)
{
    private readonly record struct Fact(DateOnly Month, int Person, int Employer, int Submission, int Row, short State, long Base, long PersonPaid, long EmployerPaid);

    /// <summary>Files through every check into facts; beside it the facts that came of them, copied and keyed.</summary>
    public async Task<IntakeStage> ImportAsync(IReadOnlyList<string> files, YearMonth month, long rows, CancellationToken cancellation)
    {
        Importer importer = new(area, clock, IntakeLimits.Default);
        long began = Stopwatch.GetTimestamp();
        IReadOnlyList<FileOutcome> outcomes = await importer.ImportAsync(files, new ImportRequest(month, SubmissionKind.Regular, false, "bench"), null, cancellation);
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        long accepted = outcomes.Sum(o => (long)o.Accepted);
        if (accepted != rows || outcomes.Any(o => o.Refused is not null))
        {
            throw new InvalidOperationException($"The bench's files have {rows} rows, {accepted} were accepted.");
        }

        return new IntakeStage(rows, files.Count, seconds, await CopyAsync(month, rows, cancellation));
    }

    /// <summary>Every cell of a workbook as text and numbers, by its reader alone and through every check of a row.</summary>
    public IntakeStage ReadWorkbook(string path, int rows)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        // Whoever reads first compiles the reader for both.
        Read(path);
        long began = Stopwatch.GetTimestamp();
        int bare = 0;
        using (FileStream file = File.OpenRead(path))
        using (IExcelDataReader reader = ExcelReaderFactory.CreateReader(new BufferedStream(file, 64 * 1024)))
        {
            for (; reader.Read(); bare++)
            {
                for (int i = 0; i < reader.FieldCount; i++)
                {
                    reader.GetValue(i);
                }
            }
        }

        double bareSeconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        began = Stopwatch.GetTimestamp();
        int lines = Read(path);
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        return bare == rows + 1 && lines == rows
            ? new IntakeStage(rows, 1, seconds, bareSeconds)
            : throw new InvalidOperationException($"The workbook has {rows} rows; its reader found {bare - 1}, we {lines}.");
    }

    /// <summary>A payroll file as a workbook with shared strings, as spreadsheets write it.</summary>
    public static int WriteWorkbook(string csv, string xlsx, int most)
    {
        Dictionary<string, int> shared = new(StringComparer.Ordinal);
        using ZipArchive zip = new(File.Create(xlsx), ZipArchiveMode.Create);
        int rows = -1;
        using (StreamWriter sheet = new(zip.CreateEntry("xl/worksheets/sheet1.xml", CompressionLevel.Fastest).Open()))
        {
            sheet.Write("<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>");
            foreach (string line in File.ReadLines(csv).Take(most + 1))
            {
                rows++;
                sheet.Write("<row>");
                foreach (string cell in line.Split(','))
                {
                    // A spreadsheet keeps amounts as numbers, and citizen numbers as text.
                    if (cell.Length < 15 && cell.Contains('.', StringComparison.Ordinal) && decimal.TryParse(cell, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
                    {
                        sheet.Write($"<c><v>{number.ToString(CultureInfo.InvariantCulture)}</v></c>");
                        continue;
                    }

                    if (!shared.TryGetValue(cell, out int index))
                    {
                        shared.Add(cell, index = shared.Count);
                    }

                    sheet.Write(string.Create(CultureInfo.InvariantCulture, $"<c t=\"s\"><v>{index}</v></c>"));
                }

                sheet.Write("</row>");
            }

            sheet.Write("</sheetData></worksheet>");
        }

        WriteShared(zip, shared.Keys);
        return rows;
    }

    private static void WriteShared(ZipArchive zip, IEnumerable<string> texts)
    {
        const string Office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        const string Package = "http://schemas.openxmlformats.org/package/2006/relationships";
        using (StreamWriter shared = new(zip.CreateEntry("xl/sharedStrings.xml", CompressionLevel.Fastest).Open()))
        {
            shared.Write("<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">");
            foreach (string text in texts)
            {
                shared.Write($"<si><t>{System.Security.SecurityElement.Escape(text)}</t></si>");
            }

            shared.Write("</sst>");
        }

        Write("xl/workbook.xml", $"<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"{Office}\"><sheets><sheet name=\"1\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>");
        Write("xl/_rels/workbook.xml.rels", $"<Relationships xmlns=\"{Package}\"><Relationship Id=\"r1\" Type=\"{Office}/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"r2\" Type=\"{Office}/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>");
        Write("_rels/.rels", $"<Relationships xmlns=\"{Package}\"><Relationship Id=\"r1\" Type=\"{Office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");

        void Write(string name, string xml)
        {
            using StreamWriter part = new(zip.CreateEntry(name, CompressionLevel.Fastest).Open());
            part.Write(xml);
        }
    }

    private int Read(string path)
    {
        LocalDate today = clock.Today();
        using SubmissionFile file = SubmissionFile.Open(path, null, today, IntakeLimits.Default);
        LineBlock block = new();
        int lines = 0;
        while (file.Read(block))
        {
            lines += block.Payroll.Count;
        }

        return lines;
    }

    // The facts are read into memory first: what is timed is COPY and the key.
    private async Task<double> CopyAsync(YearMonth month, long rows, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Database.Owner.OpenConnectionAsync(cancellation);
        List<Fact> facts = await FactsAsync(connection, month, rows, cancellation);
        if (facts.Count != rows)
        {
            throw new InvalidOperationException($"{rows} rows were accepted, {facts.Count} facts stand.");
        }

        await ExecuteAsync(connection, $"DROP TABLE IF EXISTS {area.Schema.Name}.bare; CREATE TABLE {area.Schema.Name}.bare (LIKE {area.Schema.Part("contribution", month)})", cancellation);
        long began = Stopwatch.GetTimestamp();
        await using (NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation))
        {
            await using (NpgsqlBinaryImporter copy = await connection.BeginBinaryImportAsync($"COPY {area.Schema.Name}.bare FROM STDIN (FORMAT binary)", cancellation))
            {
                foreach (Fact fact in facts)
                {
                    copy.StartRow();
                    copy.Write(fact.Month, NpgsqlDbType.Date);
                    copy.Write(fact.Person, NpgsqlDbType.Integer);
                    copy.Write(fact.Employer, NpgsqlDbType.Integer);
                    copy.Write(fact.Submission, NpgsqlDbType.Integer);
                    copy.Write(fact.Row, NpgsqlDbType.Integer);
                    copy.Write(fact.State, NpgsqlDbType.Smallint);
                    copy.Write(fact.Base, NpgsqlDbType.Bigint);
                    copy.Write(fact.PersonPaid, NpgsqlDbType.Bigint);
                    copy.Write(fact.EmployerPaid, NpgsqlDbType.Bigint);
                    copy.WriteNull();
                }

                await copy.CompleteAsync(cancellation);
            }

            await ExecuteAsync(connection, $"ALTER TABLE {area.Schema.Name}.bare ADD PRIMARY KEY (person_id, employer_id, submission_id, row_no)", cancellation);
            await transaction.CommitAsync(cancellation);
        }

        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await ExecuteAsync(connection, $"DROP TABLE {area.Schema.Name}.bare", cancellation);
        return seconds;
    }

    private async Task<List<Fact>> FactsAsync(NpgsqlConnection connection, YearMonth month, long rows, CancellationToken cancellation)
    {
        List<Fact> facts = new(checked((int)rows));
        await using NpgsqlCommand command = new(
            $"SELECT person_id, employer_id, submission_id, row_no, state, base_fen, person_paid_fen, employer_paid_fen FROM {area.Schema.Part("contribution", month)}", connection)
        { CommandTimeout = 0 };
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (reader.Read())
        {
            facts.Add(new Fact(
                month.FirstDay(), reader.GetInt32(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetInt32(3), reader.GetInt16(4), reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(7)));
        }

        return facts;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = new(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}

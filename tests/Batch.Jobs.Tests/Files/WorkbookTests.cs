using System.IO.Compression;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Files;

public sealed class WorkbookTests
{
    private static readonly object?[] Header = SampleWorkbook.Cells(SampleFile.PayrollHeader)[0];

    [Test]
    public void The_same_people_as_xlsx_and_xls_are_the_same_lines()
    {
        string csv = SampleFile.Payroll(1000);
        Reading plain = SampleFile.Read(csv);

        Assert.That(plain.Payroll, Has.Count.EqualTo(1000));
        Assert.That(SampleFile.Read(SampleWorkbook.Xlsx(SampleWorkbook.Cells(csv))).Payroll, Is.EqualTo(plain.Payroll), "xlsx, all text");
        Assert.That(SampleFile.Read(SampleWorkbook.Xlsx(SampleWorkbook.NumberCells(csv))).Payroll, Is.EqualTo(plain.Payroll), "xlsx, amounts as numbers");
        Assert.That(SampleFile.Read(SampleWorkbook.Xls(SampleWorkbook.Cells(csv))).Payroll, Is.EqualTo(plain.Payroll), "xls, all text");
        Assert.That(SampleFile.Read(SampleWorkbook.Xls(SampleWorkbook.NumberCells(csv))).Payroll, Is.EqualTo(plain.Payroll), "xls, amounts as numbers");
    }

    [Test]
    public void Titles_gaps_dates_numbers_and_totals_of_a_sheet_are_read()
    {
        object?[][] sheet =
        [
            ["武汉市职工医保缴费明细表"], [], [null], [.. Header, "到账日期"],
            [42010001m, "某厂", "张三", SampleFile.Zhang, new DateOnly(2021, 6, 1), 5000.5m, 100.01m, 400.04m, new DateOnly(2021, 7, 5)],
            [],
            ["42010001", "某厂", "李四", SampleFile.Li, 44348m, "6,000.00", 120m, 480m, 44382m],
            ["合计", null, "2人", null, null, 11000.5m, 220.01m, 880.04m],
        ];

        Reading reading = SampleFile.Read(SampleWorkbook.Xlsx(sheet));

        Assert.That(reading.Codes, Is.Empty);
        Assert.That(reading.Payroll.Select(l => (l.Row, l.Employer, l.Month, l.Base.Fen, l.ReceivedOn)), Is.EqualTo(new[]
        {
            (5, "42010001", new YearMonth(2021, 6), 500050L, (LocalDate?)new LocalDate(2021, 7, 5)),
            (7, "42010001", new YearMonth(2021, 6), 600000L, new LocalDate(2021, 7, 5)),
        }));
    }

    [Test]
    public void A_citizen_number_kept_as_a_number_is_ruined_even_where_its_check_digit_fits()
    {
        object?[][] sheet = [Header, ["1", "某厂", "张三", 420106198506123015m, 202106m, 5000m, 100m, 400m], ["1", "某厂", "李四", 110105491231002m, 202106m, 5000m, 100m, 400m]];
        Assert.That(SampleFile.Read(SampleWorkbook.Xlsx(sheet)).Codes, Is.EqualTo("ID_RUINED_BY_SPREADSHEET ID_FIFTEEN_DIGITS"));
    }

    [Test]
    public void A_number_with_the_noise_of_a_spreadsheet_is_read_in_its_15_digits()
    {
        object?[][] sheet = [Header, ["1", "某厂", "张三", SampleFile.Zhang, 202106m, 4092.5m, 81.84999999999999m, 327.40000000000003m], ["1", "某厂", "李四", SampleFile.Li, 202106m, 5000m, 100.005m, 400m]];
        Reading reading = SampleFile.Read(SampleWorkbook.Xlsx(sheet));
        Assert.That((reading.Payroll.Single().PersonPaid.Fen, reading.Payroll.Single().EmployerPaid.Fen), Is.EqualTo((8185L, 32740L)));
        Assert.That(reading.Codes, Is.EqualTo("AMOUNT_PRECISION"));
    }

    [Test]
    public void A_cell_merged_downwards_holds_in_each_of_its_rows()
    {
        object?[][] sheet =
        [
            Header,
            ["42010001", "某厂", "张三", SampleFile.Zhang, 202106m, 5000m, 100m, 400m],
            [null, null, "李四", SampleFile.Li, null, 5000m, 100m, 400m],
            [null, null, "王五", SampleFile.Person(1), null, 5000m, 100m, 400m],
        ];
        byte[] file = SampleWorkbook.Xlsx([sheet], "<mergeCells count=\"2\"><mergeCell ref=\"A2:B3\"/><mergeCell ref=\"E2:E4\"/></mergeCells>");

        Reading reading = SampleFile.Read(file);

        Assert.That(reading.Payroll.Select(l => (l.Row, l.Employer)), Is.EqualTo(new[] { (2, "42010001"), (3, "42010001") }));
        Assert.That(reading.Rejections.Single(), Is.EqualTo(new Rejection("EMPLOYER_BLANK", 4, "单位编号", "", "")));
    }

    [Test]
    public void The_sheet_with_the_header_is_read_and_a_second_one_refuses_the_file()
    {
        object?[][] people = [Header, ["1", "某厂", "张三", SampleFile.Zhang, 202106m, 5000m, 100m, 400m]];
        object?[][] notes = [["填表说明"], ["请按模板填写"]];

        Assert.That(SampleFile.Read(SampleWorkbook.Xlsx(notes, people, [Header])).Payroll, Has.Count.EqualTo(1));
        Assert.That(SampleFile.Read(SampleWorkbook.Xlsx(people, notes, people)).Refusal?.Code, Is.EqualTo("SHEETS_SEVERAL"));
        Assert.That(SampleFile.Read(SampleWorkbook.Xlsx(notes, [])).Refusal?.Code, Is.EqualTo("HEADER_UNKNOWN"));
        Assert.That(SampleFile.Read(SampleWorkbook.Xlsx([[Header]])).Refusal?.Code, Is.EqualTo("HEADER_ONLY"));
        Assert.That(SampleFile.Read(SampleWorkbook.Xlsx([[]], "")).Refusal?.Code, Is.EqualTo("FILE_EMPTY"));
    }

    [Test]
    public void A_zip_bomb_and_parts_too_large_are_refused_before_they_are_unpacked()
    {
        byte[] bomb = SampleWorkbook.Xlsx([[[new string('a', 4_000_000)]]], "");
        byte[] plain = SampleWorkbook.Xlsx(SampleWorkbook.Cells(SampleFile.Payroll(100)));

        Assert.That(SampleFile.Read(bomb).Refusal?.Code, Is.EqualTo("ZIP_RATIO"));
        Assert.That(SampleFile.Read(plain, limits: new IntakeLimits { MaxZipEntryBytes = 2000 }).Refusal?.Code, Is.EqualTo("ZIP_ENTRY_TOO_LARGE"));
        Assert.That(SampleFile.Read(plain, limits: new IntakeLimits { MaxSharedStringsBytes = 2000 }).Refusal?.Code, Is.EqualTo("ZIP_ENTRY_TOO_LARGE"));
        Assert.That(SampleFile.Read(plain, limits: new IntakeLimits { MaxRows = 99 }).Refusal?.Code, Is.EqualTo("TOO_MANY_ROWS"));
    }

    [Test]
    public void What_is_no_workbook_inside_is_refused_as_what_it_is_or_as_unreadable()
    {
        var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            archive.CreateEntry("a.txt");
        }

        byte[] xls = SampleWorkbook.Xls(SampleWorkbook.Cells(SampleFile.Payroll(100)));
        byte[] xlsx = SampleWorkbook.Xlsx(SampleWorkbook.Cells(SampleFile.Payroll(100)));
        Assert.That(SampleFile.Read(zip.ToArray()).Refusal?.Code, Is.EqualTo("FILE_IS_ZIP"));
        Assert.That(SampleFile.Read(xls[..3000]).Refusal?.Code, Is.EqualTo("FILE_UNREADABLE"));
        Assert.That(SampleFile.Read(xlsx[..3000]).Refusal?.Code, Is.EqualTo("FILE_UNREADABLE"));
    }

    [Test]
    public void A_workbook_with_a_password_is_refused()
    {
        byte[] xls = SampleWorkbook.Xls(SampleWorkbook.Cells(SampleFile.Payroll(10)), password: true);
        Assert.That(SampleFile.Read(xls).Refusal?.Code, Is.EqualTo("FILE_PROTECTED"));
    }

    [TestCase("<row r=\"2147483647\"><c r=\"A2147483647\"><v>1</v></c></row>", "TOO_MANY_ROWS")]
    [TestCase("<row r=\"3\"><c r=\"XFE3\"><v>1</v></c></row>", "TOO_MANY_COLUMNS")]
    [TestCase("<row r=\"3\"><c r=\"ZZZZZZ3\"><v>1</v></c></row>", "TOO_MANY_COLUMNS")]
    [TestCase("<row r=\"3\"><c r=\"A3\"><v>1", "FILE_UNREADABLE")]
    public void A_sheet_that_no_spreadsheet_wrote_is_refused(string rows, string code)
    {
        Assert.That(SampleFile.Read(WithRows(rows)).Refusal?.Code, Is.EqualTo(code));
    }

    [TestCase("<row r=\"3\"><c r=\"A3\"><f>1+1</f><v>2</v></c><c r=\"D3\" t=\"str\"><f>A1</f><v>{0}</v></c><c r=\"E3\"><v>202106</v></c><c r=\"F3\" t=\"e\"><v>#N/A</v></c><c r=\"G3\" t=\"b\"><v>1</v></c><c r=\"H3\"><v>NaN</v></c></row>",
        "CELL_ERROR AMOUNT_UNREADABLE AMOUNT_UNREADABLE")]
    [TestCase("<row r=\"3\"><c r=\"A3\" t=\"inlineStr\"><is><t>=cmd()</t></is></c><c r=\"D3\"><v>1e300</v></c><c r=\"E3\"><v>-5</v></c><c r=\"F3\"><v>1e-9</v></c></row>",
        "ID_RUINED_BY_SPREADSHEET EMPLOYER_UNKNOWN_FORMAT MONTH_INVALID AMOUNT_PRECISION AMOUNT_BLANK AMOUNT_BLANK")]
    public void Formulas_errors_and_odd_numbers_are_judged_by_what_their_cells_show(string row, string codes)
    {
        Reading reading = SampleFile.Read(WithRows(row.Replace("{0}", SampleFile.Li, StringComparison.Ordinal)));
        Assert.That(reading.Refusal, Is.Null);
        Assert.That(reading.Codes, Is.EqualTo(codes));
    }

    /// <summary>A good row, and behind it these.</summary>
    private static byte[] WithRows(string rows)
    {
        object?[][] sheet = [Header, ["1", "某厂", "张三", SampleFile.Zhang, 202106m, 5000m, 100m, 400m]];
        var file = new MemoryStream();
        file.Write(SampleWorkbook.Xlsx(sheet));
        using (var zip = new ZipArchive(file, ZipArchiveMode.Update, leaveOpen: true))
        {
            ZipArchiveEntry part = zip.GetEntry("xl/worksheets/sheet1.xml")!;
            string xml;
            using (var reader = new StreamReader(part.Open()))
            {
                xml = reader.ReadToEnd();
            }

            part.Delete();
            using var writer = new StreamWriter(zip.CreateEntry("xl/worksheets/sheet1.xml").Open());
            writer.Write(xml.Replace("</sheetData>", rows + "</sheetData>", StringComparison.Ordinal));
        }

        return file.ToArray();
    }
}

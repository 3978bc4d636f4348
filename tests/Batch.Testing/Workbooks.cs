using System.Globalization;
using System.Text;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using SpreadCheetah;
using Cell = DocumentFormat.OpenXml.Spreadsheet.Cell;

namespace Batch.Testing;

/// <summary>A CSV file saved as a workbook by other people's programs, as the files are that employers send: amounts are numbers, long numbers are text.</summary>
public static class Workbooks
{
    private const int DigitsOfText = 12;

    /// <summary>Names of the writers, for <see cref="SaveAsync"/>.</summary>
    public static readonly string[] Writers = ["libreoffice.xlsx", "libreoffice.xls", "spreadcheetah.xlsx", "openxml-shared.xlsx", "openxml-inline.xlsx"];

    /// <summary>Saves the file in the folder by one of <see cref="Writers"/>; returns the workbook's path.</summary>
    public static async Task<string> SaveAsync(string writer, string csv, string folder)
    {
        string path = Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(csv)}-{writer}");
        if (writer.StartsWith("libreoffice", StringComparison.Ordinal))
        {
            File.Move(await LibreOffice.ConvertAsync(csv, Path.GetExtension(writer)[1..], folder), path, overwrite: true);
            return path;
        }

        await using FileStream file = File.Create(path);
        if (writer.StartsWith("openxml", StringComparison.Ordinal))
        {
            SaveByOpenXml(csv, file, shared: writer == "openxml-shared.xlsx");
            return path;
        }

        await using Spreadsheet sheet = await Spreadsheet.CreateNewAsync(file);
        await sheet.StartWorksheetAsync("明细");
        foreach (string[] cells in Rows(csv))
        {
            await sheet.AddRowAsync(cells.Select(c => IsNumber(c, out decimal number) ? new DataCell(number) : new DataCell(c)).ToArray());
        }

        await sheet.FinishAsync();
        return path;
    }

    private static void SaveByOpenXml(string csv, Stream file, bool shared)
    {
        using SpreadsheetDocument document = SpreadsheetDocument.Create(file, SpreadsheetDocumentType.Workbook);
        WorkbookPart workbook = document.AddWorkbookPart();
        WorksheetPart sheet = workbook.AddNewPart<WorksheetPart>();
        Dictionary<string, int> strings = [];
        using (OpenXmlWriter writer = OpenXmlWriter.Create(sheet))
        {
            writer.WriteStartElement(new Worksheet());
            writer.WriteStartElement(new SheetData());
            foreach (string[] cells in Rows(csv))
            {
                writer.WriteStartElement(new Row());
                foreach (string cell in cells)
                {
                    writer.WriteElement(IsNumber(cell, out _) ? new Cell { CellValue = new CellValue(cell) }
                        : shared ? new Cell { DataType = CellValues.SharedString, CellValue = new CellValue(NumberOf(cell)) }
                        : new Cell { DataType = CellValues.InlineString, InlineString = new InlineString(new Text(cell)) });
                }

                writer.WriteEndElement();
            }

            writer.WriteEndElement();
            writer.WriteEndElement();
        }

        if (shared)
        {
            workbook.AddNewPart<SharedStringTablePart>().SharedStringTable = new SharedStringTable(strings.Keys.Select(s => new SharedStringItem(new Text(s))));
        }

        workbook.Workbook = new DocumentFormat.OpenXml.Spreadsheet.Workbook(new Sheets(new Sheet { Name = "明细", SheetId = 1, Id = workbook.GetIdOfPart(sheet) }));

        int NumberOf(string text)
        {
            strings.TryAdd(text, strings.Count);
            return strings[text];
        }
    }

    private static IEnumerable<string[]> Rows(string csv) => File.ReadLines(csv, Encoding.UTF8).Select(line => line.Split(','));

    private static bool IsNumber(string cell, out decimal number) =>
        decimal.TryParse(cell, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) && cell.Count(char.IsAsciiDigit) < DigitsOfText;
}

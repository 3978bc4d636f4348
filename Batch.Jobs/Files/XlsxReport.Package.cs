using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Batch.Jobs.Files;

/// <summary>The parts of the package beside the sheets, and what a sheet says of how it is filled in.</summary>
public sealed partial class XlsxReport
{
    public const string MediaType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    // What a spreadsheet takes as the text of a list.
    private const int LongestChoices = 255;

    /// <summary>A list to choose from in each cell below the header of a column that takes certain words.</summary>
    private void WriteChoices()
    {
        (int Column, string List)[] lists = [.. _columns.Select((c, i) => (i, string.Join(',', c.Choices))).Where(c => c.Item2.Length is > 0 and <= LongestChoices)];
        if (lists.Length == 0)
        {
            return;
        }

        _sheet!.WriteStartElement("dataValidations", Spreadsheet);
        _sheet.WriteAttributeString("count", lists.Length.ToString(CultureInfo.InvariantCulture));
        foreach ((int column, string list) in lists)
        {
            // None of our tables has more columns than the alphabet has letters.
            char letter = (char)('A' + column);
            _sheet.WriteStartElement("dataValidation", Spreadsheet);
            _sheet.WriteAttributeString("type", "list");
            _sheet.WriteAttributeString("allowBlank", "1");
            _sheet.WriteAttributeString("sqref", string.Create(CultureInfo.InvariantCulture, $"{letter}2:{letter}{RowsOfASheet}"));
            _sheet.WriteElementString("formula1", Spreadsheet, $"\"{list}\"");
            _sheet.WriteEndElement();
        }

        _sheet.WriteEndElement();
    }

    public void Complete()
    {
        EndSheet();
        string Many(Func<int, string> one) => string.Concat(Enumerable.Range(1, _names.Count).Select(one));
        Write("xl/styles.xml", $"""
            <styleSheet xmlns="{Spreadsheet}"><fonts count="2"><font><sz val="11"/><name val="宋体"/></font><font><b/><sz val="11"/><name val="宋体"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="7"><xf applyAlignment="1"><alignment vertical="top"/></xf><xf numFmtId="4" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top"/></xf><xf fontId="1" applyFont="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf><xf fontId="1" applyFont="1" applyAlignment="1"><alignment horizontal="right" vertical="top" wrapText="1"/></xf><xf applyAlignment="1"><alignment horizontal="left" vertical="top" wrapText="1" indent="1"/></xf><xf numFmtId="3" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top"/></xf><xf numFmtId="49" applyNumberFormat="1"/></cellXfs></styleSheet>
            """);
        Write("xl/workbook.xml", $"""
            <workbook xmlns="{Spreadsheet}" xmlns:r="{Relations}"><bookViews><workbookView/></bookViews><sheets>{Many(n => $"<sheet name=\"{_names[n - 1]}\" sheetId=\"{n}\" r:id=\"r{n}\"/>")}</sheets><definedNames>{Many(n => $"<definedName name=\"_xlnm.Print_Titles\" localSheetId=\"{n - 1}\">'{_names[n - 1]}'!$1:$1</definedName>")}</definedNames></workbook>
            """);
        Write("xl/_rels/workbook.xml.rels", $"""
            <Relationships xmlns="{Packaging}/relationships">{Many(n => $"<Relationship Id=\"r{n}\" Type=\"{Relations}/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>")}<Relationship Id="styles" Type="{Relations}/styles" Target="styles.xml"/></Relationships>
            """);
        Write("_rels/.rels", $"""
            <Relationships xmlns="{Packaging}/relationships"><Relationship Id="r1" Type="{Relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>
            """);
        const string Type = "application/vnd.openxmlformats-officedocument.spreadsheetml";
        Write("[Content_Types].xml", $"""
            <Types xmlns="{Packaging}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{Type}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="{Type}.styles+xml"/>{Many(n => $"<Override PartName=\"/xl/worksheets/sheet{n}.xml\" ContentType=\"{Type}.worksheet+xml\"/>")}</Types>
            """);
        _archive.Dispose();
    }

    private void Write(string name, string xml)
    {
        using var writer = new StreamWriter(Open(name), new UTF8Encoding(false));
        writer.Write(Declaration + xml);
    }

    private Stream Open(string name)
    {
        ZipArchiveEntry entry = _archive.CreateEntry(name, CompressionLevel.Fastest);
        entry.LastWriteTime = Written;
        return entry.Open();
    }
}

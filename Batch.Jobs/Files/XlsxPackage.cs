using System.IO.Compression;
using System.Xml;

namespace Batch.Jobs.Files;

/// <summary>A sheet of a workbook and the part that holds its rows.</summary>
internal sealed record XlsxSheet(string Name, bool Hidden, ZipArchiveEntry Part);

/// <summary>
/// The parts of an .xlsx. Each is found by the relationship that leads to it, whatever its name: programs write xl/workbook2.xml, xl/Workbook.xml or
/// xl\workbook.xml as well. Elements are told by their local names, so that strict and transitional files read the same.
/// </summary>
internal sealed class XlsxPackage : IDisposable
{
    private static readonly XmlReaderSettings Xml = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        // A text may hold any character; the checks of fields judge it.
        CheckCharacters = false,
        CloseInput = true,
    };

    private readonly ZipArchive zip;
    private readonly Dictionary<string, ZipArchiveEntry> parts = new(StringComparer.OrdinalIgnoreCase);
    private readonly IntakeLimits limits;

    /// <exception cref="FileRefusedException">It is no workbook, or a part is over a limit.</exception>
    public XlsxPackage(Stream file, IntakeLimits limits)
    {
        this.limits = limits;
        zip = OpenZip(file);
        try
        {
            foreach (ZipArchiveEntry part in Workbook.CheckParts(zip, limits))
            {
                // Of two parts with one name a program may open the one, and we the other.
                if (!parts.TryAdd(Name(part.FullName), part))
                {
                    throw Workbook.Unreadable("zip");
                }
            }

            ReadWorkbook();
        }
        catch
        {
            zip.Dispose();
            throw;
        }
    }

    public IReadOnlyList<XlsxSheet> Sheets { get; private set; } = [];

    /// <summary>Days count from 1904, as old Macintosh programs have it.</summary>
    public bool Is1904 { get; private set; }

    public ZipArchiveEntry? SharedStrings { get; private set; }

    public ZipArchiveEntry? Styles { get; private set; }

    public static XmlReader Read(ZipArchiveEntry part) => XmlReader.Create(part.Open(), Xml);

    public static bool IsTrue(string? value) => value is "1" or "true" or "on";

    public void Dispose() => zip.Dispose();

    private static ZipArchive OpenZip(Stream file)
    {
        try
        {
            return new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
        }
        catch (InvalidDataException)
        {
            throw Workbook.Unreadable("zip");
        }
    }

    private void ReadWorkbook()
    {
        string workbook = Relationships("").FirstOrDefault(r => r.Kind == "officeDocument").Target ?? "xl/workbook.xml";
        if (!parts.TryGetValue(workbook, out ZipArchiveEntry? part))
        {
            throw Workbook.Unreadable(parts.ContainsKey("content.xml") ? "ods" : "zip");
        }

        List<Relationship> relationships = Relationships(workbook);
        SharedStrings = Held(Find("sharedStrings") ?? parts.FirstOrDefault(p => p.Key.EndsWith("sharedStrings.xml", StringComparison.OrdinalIgnoreCase)).Value);
        Styles = Held(Find("styles"));
        Sheets = ReadSheets(Held(part)!, relationships);
        if (Sheets.Count == 0)
        {
            throw Workbook.Unreadable("zip");
        }

        ZipArchiveEntry? Find(string kind) => relationships.Where(r => r.Kind == kind).Select(r => parts.GetValueOrDefault(r.Target)).FirstOrDefault();
    }

    private List<XlsxSheet> ReadSheets(ZipArchiveEntry workbook, List<Relationship> relationships)
    {
        List<XlsxSheet> sheets = [];
        using XmlReader xml = Read(workbook);
        while (xml.Read())
        {
            if (xml.NodeType != XmlNodeType.Element)
            {
                continue;
            }

            if (xml.LocalName == "workbookPr")
            {
                Is1904 = IsTrue(xml.GetAttribute("date1904"));
            }
            else if (xml.LocalName == "sheet")
            {
                string id = "";
                for (bool more = xml.MoveToFirstAttribute(); more; more = xml.MoveToNextAttribute())
                {
                    id = xml.LocalName == "id" && xml.Prefix.Length > 0 ? xml.Value : id;
                }

                xml.MoveToElement();
                Relationship to = relationships.Find(r => r.Id == id);
                // A sheet of charts or macros has no rows.
                if (to.Kind == "worksheet")
                {
                    ZipArchiveEntry part = parts.GetValueOrDefault(to.Target) ?? throw Workbook.Unreadable("zip");
                    sheets.Add(new XlsxSheet(xml.GetAttribute("name") ?? "", xml.GetAttribute("state") is "hidden" or "veryHidden", part));
                }
            }
        }

        return sheets;
    }

    /// <summary>What a part, or the package, leads to.</summary>
    private List<Relationship> Relationships(string of)
    {
        int slash = of.LastIndexOf('/');
        string folder = of[..(slash + 1)];
        List<Relationship> found = [];
        if (!parts.TryGetValue($"{folder}_rels/{of[(slash + 1)..]}.rels", out ZipArchiveEntry? part))
        {
            return found;
        }

        using XmlReader xml = Read(Held(part)!);
        while (xml.Read())
        {
            if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "Relationship" && xml.GetAttribute("TargetMode") != "External")
            {
                string type = xml.GetAttribute("Type") ?? "";
                found.Add(new Relationship(xml.GetAttribute("Id") ?? "", type[(type.LastIndexOf('/') + 1)..], Resolve(folder, xml.GetAttribute("Target") ?? "")));
            }
        }

        return found;
    }

    /// <summary>Parts other than the sheets are held in memory.</summary>
    private ZipArchiveEntry? Held(ZipArchiveEntry? part) => part is null || part.Length <= limits.MaxSharedStringsBytes
        ? part : throw Refuse.File(Codes.ZipEntryTooLarge, 1, $"{part.Length}", $"{limits.MaxSharedStringsBytes}");

    private static string Resolve(string folder, string target)
    {
        string path = Uri.UnescapeDataString(target).Replace('\\', '/');
        List<string> steps = [];
        foreach (string step in (path.StartsWith('/') ? path : folder + path).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (step == ".." && steps.Count > 0)
            {
                steps.RemoveAt(steps.Count - 1);
            }
            else if (step is not ("." or ".."))
            {
                steps.Add(step);
            }
        }

        return string.Join('/', steps);
    }

    private static string Name(string entry) => Resolve("", entry);

    private readonly record struct Relationship(string Id, string Kind, string Target);
}

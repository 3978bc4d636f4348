using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Batch.Host.Pages;

/// <summary>Which columns each kind of file needs, from the list that the reader of files goes by.</summary>
[Authorize(Permissions.SeeUploads)]
internal sealed class FileColumnsModel : AreaPage
{
    /// <summary>In the order in which the upload page names them.</summary>
    public static IReadOnlyList<FileContent> Contents { get; } = [FileContent.Payroll, FileContent.Pension, FileContent.Persons, FileContent.Receipts, FileContent.Bank, FileContent.Movements];

    /// <summary>A workbook to fill in.</summary>
    public IActionResult OnGetTemplate(string? content)
    {
        FileContent[] named = [.. Contents.Where(c => c.ToString().Equals(content, StringComparison.OrdinalIgnoreCase))];
        if (named.Length == 0)
        {
            return NotFound();
        }

        string name = Show.Word(named[0].ToString().ToLowerInvariant()).Chinese;
        using MemoryStream file = new();
        FileTemplate.Write(named[0], name, file);
        return File(file.ToArray(), XlsxReport.MediaType, $"模板_{name}.xlsx");
    }
}

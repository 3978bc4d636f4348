using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Facts;
using Microsoft.AspNetCore.Authorization;

namespace Batch.Host.Pages;

/// <summary>Which columns each kind of file needs, from the list that the reader of files goes by.</summary>
[Authorize(Permissions.SeeUploads)]
internal sealed class FileColumnsModel : AreaPage
{
    /// <summary>In the order in which the upload page names them.</summary>
    public static IReadOnlyList<FileContent> Contents { get; } = [FileContent.Payroll, FileContent.Pension, FileContent.Persons, FileContent.Receipts, FileContent.Bank, FileContent.Movements];
}

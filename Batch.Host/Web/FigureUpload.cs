using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;

namespace Batch.Host.Web;

/// <summary>A file of figures that somebody chose on a page.</summary>
internal static class FigureUpload
{
    private const int LargestFile = 4 * 1024 * 1024;

    /// <param name="document">For rows that name no document of their own.</param>
    /// <param name="tell">Takes the faults, which the page shows.</param>
    /// <exception cref="DataFaultException">NO_FILE; FIGURES_FAULTY: the page shows the faults.</exception>
    public static async Task<IReadOnlyList<DatedFigure>> ReadAsync(IFormFile? file, string? document, Action<IReadOnlyList<PolicyFault>> tell, CancellationToken cancellation)
    {
        if (file is null || file.Length is 0 or > LargestFile)
        {
            throw new DataFaultException("NO_FILE", "请选择数值文件（CSV、xlsx 或 xls，不超过 4 MiB）。", "Choose a file of figures (CSV, xlsx or xls, at most 4 MiB).");
        }

        string path = Path.Combine(Path.GetTempPath(), $"batch-figures-{Guid.NewGuid():N}");
        try
        {
            await using (FileStream copy = new(path, FileMode.CreateNew))
            {
                await file.CopyToAsync(copy, cancellation);
            }

            return FigureFile.Read(path, Path.GetFileName(file.FileName), document);
        }
        catch (PolicyFaultException faulty)
        {
            tell(faulty.Faults);
            throw new DataFaultException("FIGURES_FAULTY", "数值文件有错误，见下表；没有提出任何数值。", "The file of figures has faults; see below. Nothing is proposed.");
        }
        finally
        {
            File.Delete(path);
        }
    }
}

using System.Globalization;
using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Files;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using NodaTime;
using NodaTime.Text;
using Npgsql;

namespace Batch.Host.Pages;

/// <summary>Who did what: filtered, page by page, and as a file.</summary>
[Authorize(Permissions.ReadAudit)]
internal sealed class AuditModel : BatchPage
{
    private const int LongestSubject = 200;

    [BindProperty(SupportsGet = true, Name = "p")]
    public int? AskedPage { get; set; }

    [BindProperty(SupportsGet = true, Name = "who")]
    public string? By { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Act { get; set; }

    [BindProperty(SupportsGet = true, Name = "area")]
    public string? OfArea { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Run { get; set; }

    /// <summary>Of a submission or an upload.</summary>
    [BindProperty(SupportsGet = true, Name = "file")]
    public string? OfFile { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Account { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? From { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? To { get; set; }

    public Listing<AuditLine> Lines { get; private set; } = new([], 1, 0);

    /// <summary>Who the users are, by their logins.</summary>
    public IReadOnlyDictionary<string, UserDescription> Users { get; private set; } = new Dictionary<string, UserDescription>();

    public IReadOnlyList<string> Areas { get; private set; } = [];

    /// <summary>The filter as an address has it.</summary>
    public string Query => string.Join('&', Filters.Select(f => $"{f.Name}={Uri.EscapeDataString(f.Value)}"));

    public bool IsFiltered => Filters.Any();

    private IEnumerable<(string Name, string Value)> Filters =>
        new[] { ("who", By), ("act", Act), ("area", OfArea), ("run", Run), ("file", OfFile), ("account", Account), ("from", From), ("to", To) }
            .Where(f => !string.IsNullOrWhiteSpace(f.Item2)).Select(f => (f.Item1, f.Item2!.Trim()));

    private AuditList List => new(Database.Program);

    public async Task OnGetAsync()
    {
        Users = await DescribedAsync();
        Areas = await Migrator.AreasAsync(Database.Program, Cancellation);
        try
        {
            Lines = await List.ReadAsync(Asked(), Math.Clamp(AskedPage ?? 1, 1, 1_000_000), Cancellation);
        }
        catch (DataFaultException fault)
        {
            Refuse(fault);
        }
    }

    public Task<IActionResult> OnGetCsvAsync() => ExportAsync(ReportFormat.Csv);

    public Task<IActionResult> OnGetXlsxAsync() => ExportAsync(ReportFormat.Xlsx);

    // All that the filter finds; recorded with the filter, once it is written.
    private async Task<IActionResult> ExportAsync(ReportFormat format)
    {
        string path = Path.Combine(Path.GetTempPath(), $"batch-report-{Guid.NewGuid():N}");
        FileStream file;
        try
        {
            AuditReport report = new(List, Asked(), await DescribedAsync(), L);
            await using (NpgsqlConnection connection = await Database.Program.OpenConnectionAsync(Cancellation))
            {
                await ReportFile.WriteAsync(new ReportSource(connection, null, Today.ToYearMonth()), report, (format, ReportEncoding.Utf8), path, Cancellation);
            }

            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 128 * 1024, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        }
        catch (DataFaultException)
        {
            // The page says what is wrong with the filter.
            return Redirect("~/audit?" + Query);
        }
        catch
        {
            System.IO.File.Delete(path);
            throw;
        }

        string extension = format == ReportFormat.Xlsx ? "xlsx" : "csv";
        await AuditAsync("audit.export", subject: SubjectOf(extension));
        return File(file, format == ReportFormat.Xlsx ? XlsxReport.MediaType : "text/csv", $"审计日志_{LocalDatePattern.CreateWithInvariantCulture("uuuuMMdd").Format(Today)}.{extension}");
    }

    private async Task<Dictionary<string, UserDescription>> DescribedAsync() =>
        (await Service<UserRegister>().AllAsync(Cancellation)).Where(u => !u.Description.IsEmpty).ToDictionary(u => u.Name, u => u.Description);

    private string SubjectOf(string extension)
    {
        string subject = VerbActs.Masked(string.Join(' ', Filters.Select(f => $"{f.Name}={f.Value.Replace(' ', '_')}").Prepend(extension)));
        return subject[..Math.Min(subject.Length, LongestSubject)];
    }

    private AuditFilter Asked() => new(By?.Trim() ?? "", ActGroups.BeginningsOf(Act?.TrimStart() ?? ""), OfArea?.Trim() ?? "")
    {
        Numbers = [.. new[] { Number(Run, ActNumbers.OfRun), Number(OfFile, ActNumbers.OfFile), Number(Account, ActNumbers.OfAccount) }.OfType<string>()],
        From = Day(From),
        To = Day(To),
    };

    private static string? Number(string? typed, Func<int, string> where) => string.IsNullOrWhiteSpace(typed) ? null
        : int.TryParse(HalfWidth.Of(typed).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? where(number)
        : throw new DataFaultException("NUMBER_INVALID", "编号只填数字，如 12。", "Write a number in digits alone, such as 12.");

    private static LocalDate? Day(string? typed) => string.IsNullOrWhiteSpace(typed) ? null
        : LocalDatePattern.Iso.Parse(HalfWidth.Of(typed).Trim()) is { Success: true } day ? day.Value
        : throw new DataFaultException("DATE_INVALID", "日期请写作 2021-06-30。", "Write the day like 2021-06-30.");
}

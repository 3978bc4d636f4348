using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Batch.Host.Access;
using Batch.Rules;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>Workbooks saved by other programs, sent every way in which files come: each row is accepted with the amounts that its sender typed.</summary>
public sealed class WorkbookUploadTests
{
    private const string Area = "420100";
    private const int Rows = 20;

    private TestHost host = null!;
    private DirectoryInfo folder = null!;
    private int people;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        host = await TestHost.StartAsync(worker: true, areas: Area);
        folder = Directory.CreateTempSubdirectory("batch-workbooks-");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await host.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [TestCaseSource(typeof(Workbooks), nameof(Workbooks.Writers))]
    public async Task A_workbook_is_taken_in_by_the_command_line(string writer)
    {
        (string file, string expected) = await SaveAsync(writer, "line", Rows);
        CliResult result = await (await host.CliOfAsync("wang", UserRoles.Operator)).RunAsync("import", file, "--area", Area, "--month", "2021-06", "--by", "wang", "--json");
        Assert.That(result.ExitCode, Is.Zero, result.ToString());
        Assert.That(await MoneyAsync("line", writer), Is.EqualTo(expected));
    }

    [TestCaseSource(typeof(Workbooks), nameof(Workbooks.Writers))]
    public async Task A_workbook_is_taken_in_by_the_page(string writer)
    {
        (string file, string expected) = await SaveAsync(writer, "page", Rows);
        using HttpClient browser = await host.SignedInAsync(await host.AddUserAsync($"sender-{writer}".Replace('.', '-'), UserRoles.Operator));
        string page = await browser.GetStringAsync($"/{Area}/uploads");
        using MultipartFormDataContent form = new()
        {
            { new StringContent("regular"), "kind" },
            { new StringContent("2021-06"), "month" },
            { new StringContent(TestHost.TokenOf(page)), "__RequestVerificationToken" },
            { new ByteArrayContent(await File.ReadAllBytesAsync(file)), "files", Path.GetFileName(file) },
        };
        using HttpResponseMessage sent = await browser.PostAsync($"/{Area}/uploads", form);
        Assert.That(sent.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        await TakenAsync(file);
        Assert.That(await MoneyAsync("page", writer), Is.EqualTo(expected));
    }

    [TestCaseSource(typeof(Workbooks), nameof(Workbooks.Writers))]
    public async Task A_workbook_is_taken_in_by_the_API(string writer)
    {
        (string file, string expected) = await SaveAsync(writer, "api", Rows);
        using HttpClient machine = host.Machine(await host.AddKeyAsync($"key-{writer}".Replace('.', '-'), "files"));
        using HttpRequestMessage request = new(HttpMethod.Post, $"areas/{Area}/uploads?name={Path.GetFileName(file)}&month=2021-06") { Content = new ByteArrayContent(await File.ReadAllBytesAsync(file)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        request.Headers.Add("Idempotency-Key", Path.GetFileName(file));
        using HttpResponseMessage sent = await machine.SendAsync(request);
        Assert.That(sent.IsSuccessStatusCode, await sent.Content.ReadAsStringAsync());
        await TakenAsync(file);
        Assert.That(await MoneyAsync("api", writer), Is.EqualTo(expected));
    }

    [Test]
    public async Task Workbooks_of_every_program_are_taken_in_from_a_drop_folder()
    {
        string incoming = Directory.CreateDirectory(Path.Combine(folder.FullName, "drop", "incoming")).FullName;
        Dictionary<string, string> expected = [];
        foreach (string writer in Workbooks.Writers)
        {
            (string file, expected[writer]) = await SaveAsync(writer, "drop", Rows);
            string dropped = Path.Combine(incoming, Path.GetFileName(file));
            File.Copy(file, dropped);
            File.SetLastWriteTimeUtc(dropped, new DateTime(2021, 6, 30, 0, 0, 0, DateTimeKind.Utc));
        }

        CliResult result = await (await host.CliOfAsync("wang", UserRoles.Operator)).RunAsync("drop", "--area", Area, "--dir", Path.Combine(folder.FullName, "drop"), "--by", "wang", "--json");
        Assert.That(result.ExitCode, Is.Zero, result.ToString());
        foreach (string writer in Workbooks.Writers)
        {
            Assert.That(await MoneyAsync("drop", writer), Is.EqualTo(expected[writer]), writer);
        }
    }

    [TestCase("libreoffice.xlsx")]
    [TestCase("spreadcheetah.xlsx")]
    public async Task A_workbook_of_100_000_rows_is_taken_in(string writer)
    {
        (string file, string expected) = await SaveAsync(writer, "large", 100_000);
        CliResult result = await (await host.CliOfAsync("wang", UserRoles.Operator)).RunAsync("import", file, "--area", Area, "--month", "2021-06", "--by", "wang", "--json");
        Assert.That(result.ExitCode, Is.Zero, result.ToString());
        Assert.That(await MoneyAsync("large", writer), Is.EqualTo(expected));
    }

    /// <summary>People of an employer of their own; what they were paid, in fen: rows, bases, own contributions, employer's.</summary>
    private async Task<(string File, string Expected)> SaveAsync(string writer, string way, int rows)
    {
        var csv = new StringBuilder("单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额\n");
        long bases = 0;
        for (int i = 0; i < rows; i++)
        {
            // 4000.00 and up by 12.50 a person: 2 % and 8 % of it are whole fen.
            long fen = 400_000 + (i % 1000 * 1250);
            bases += fen;
            long digits = (420_101_000_000_00_000L + (19_600_101L * 1000)) + (people / 999 % 28 * 1000) + (people / 999 / 28 % 12 * 100_000) + (people / 999 / 336 % 40 * 10_000_000) + 1 + (people++ % 999);
            csv.Append(CultureInfo.InvariantCulture, $"{Employer(way, writer)},某厂,王{(char)('一' + (i % 2000))},{CitizenId.FromDigits17(digits).Full()},202106,{fen / 100m:0.00},{fen / 5000m:0.00},{fen / 1250m:0.00}\n");
        }

        string file = Path.Combine(folder.FullName, way + ".csv");
        await File.WriteAllTextAsync(file, csv.ToString(), new UTF8Encoding(false));
        return (await Workbooks.SaveAsync(writer, file, folder.FullName), $"{rows} {bases} {bases / 50} {bases * 2 / 25}");
    }

    private static string Employer(string way, string writer) => $"{way}-{writer}".Replace('.', '-').ToUpperInvariant();

    private Task<string> MoneyAsync(string way, string writer) => host.Database.ScalarAsync<string>(
        $"SELECT concat_ws(' ', count(*), sum(c.base_fen), sum(c.person_paid_fen), sum(c.employer_paid_fen)) FROM area_420100.contribution c JOIN area_420100.employer e USING (employer_id) WHERE c.state = 1 AND e.number = '{Employer(way, writer)}'");

    private async Task TakenAsync(string file)
    {
        for (int i = 0; i < 600; i++)
        {
            string state = await host.Database.ScalarAsync<string>($"SELECT state FROM area_420100.upload WHERE file = '{Path.GetFileName(file)}'");
            if (state is "taken" or "refused" or "failed")
            {
                Assert.That(state, Is.EqualTo("taken"));
                return;
            }

            await Task.Delay(100);
        }

        Assert.Fail("The upload was not taken in.");
    }
}

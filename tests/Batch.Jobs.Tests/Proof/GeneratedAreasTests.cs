using System.Text.Json;
using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Runs;
using Batch.Jobs.Tools;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Tests.Proof;

/// <summary>Generated files of areas with different kinds of rule through the whole line: what is posted is what the manifest says, and the second path agrees.</summary>
public sealed class GeneratedAreasTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("areas-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("110000", 2021, 6, FileLayout.Employer, TestName = "Beijing_flat_retirees_with_a_premium")]
    [TestCase("310000", 2024, 8, FileLayout.One, TestName = "Shanghai_flat_by_the_year")]
    [TestCase("370200", 2021, 6, FileLayout.Employer, TestName = "Qingdao_shares_premiums_and_minimum_amounts")]
    [TestCase("370100", 2023, 11, FileLayout.One, "average-pension", 4987.65, TestName = "Jinan_across_the_change_from_own_to_average_pension")]
    [TestCase("420100", 2022, 12, FileLayout.One, TestName = "Wuhan_across_its_reform")]
    [TestCase("440100", 2022, 11, FileLayout.Employer, "average-wage", 9876.54, TestName = "Guangzhou_across_its_reform")]
    [TestCase("320200", 2022, 11, FileLayout.One, "average-pension", 4321.09, TestName = "Wuxi_across_the_frozen_amounts")]
    [TestCase("460100", 2023, 6, FileLayout.One, TestName = "Haikou_flat_by_age_less_for_missing_years")]
    [TestCase("530100", 2021, 6, FileLayout.One, TestName = "Kunming_last_months_pension")]
    [TestCase("500000", 2024, 5, FileLayout.One, TestName = "Chongqing_a_premium_of_the_base_and_one_of_the_year")]
    [TestCase("350200", 2025, 5, FileLayout.Employer, TestName = "Xiamen_across_the_end_of_its_limits")]
    [TestCase("320100", 2024, 11, FileLayout.One, TestName = "Nanjing_flat_by_three_ages_across_the_end_of_its_limits")]
    public async Task The_ledger_has_what_the_manifest_says(
        string area, int year, int first, FileLayout layout, string? figure = null, double value = 0)
    {
        GenerateOptions options = new()
        {
            Area = area,
            People = 400,
            Month = new YearMonth(year, first),
            Months = 3,
            Seed = 11,
            Faults = 0.03m,
            Files = layout,
            Directory = _folder,
            Figures = figure is null ? new Dictionary<string, decimal>() : new Dictionary<string, decimal> { [figure] = (decimal)value },
        };
        GenerateOutcome told = Generator.Write(options, CancellationToken.None);
        await using WholeLine line = await WholeLine.CreateAsync(area, asShipped: true);
        foreach ((string name, decimal yuan) in options.Figures)
        {
            await line.SetFigureAsync(name, options.Month, yuan);
        }

        foreach (MonthTotals month in told.Months)
        {
            IReadOnlyList<FileOutcome> outcomes = await ImportAsync(line, month.Month);
            Assert.That(outcomes.Sum(o => o.Held), Is.Zero, "everybody is on record before his rows come");
            RunDocument run = await line.AllocateAsync(month.Month);
            Assert.That((run.PersonPaid.Fen, run.EmployerPaid.Fen, run.Credited.Fen), Is.EqualTo((month.PersonPaid, month.EmployerPaid, month.Credited)), month.Month.ToString());
            await line.PostAsync(month.Month);
            await line.CloseAsync(month.Month);
        }

        await line.AssertCleanAsync(all: true, area);
    }

    [TestCase("110000", 2021, 6)]
    [TestCase("370200", 2021, 6)]
    [TestCase("420100", 2021, 6)]
    public async Task The_order_of_the_rows_is_irrelevant(string area, int year, int month)
    {
        YearMonth posting = new(year, month);
        Generator.Write(new GenerateOptions { Area = area, People = 400, Month = posting, Months = 1, Seed = 11, Directory = _folder }, CancellationToken.None);
        string asWritten = await LedgerAsync(area, posting);
        Random random = new(20210601);
        // The lines of a bank's statement have an order: the balance runs on.
        foreach (string file in Directory.GetFiles(_folder, "*.csv").Where(f => !Path.GetFileName(f).StartsWith("bank", StringComparison.Ordinal)))
        {
            string[] lines = await File.ReadAllLinesAsync(file);
            random.Shuffle(lines.AsSpan(1));
            await File.WriteAllLinesAsync(file, lines);
        }

        Assert.That(await LedgerAsync(area, posting), Is.EqualTo(asWritten));
        Assert.That(asWritten.Split('\n'), Has.Length.GreaterThan(300));
    }

    // Who has what, told by citizen number: persons are numbered as they come.
    private async Task<string> LedgerAsync(string area, YearMonth month)
    {
        await using WholeLine line = await WholeLine.CreateAsync(area, asShipped: true);
        await ImportAsync(line, month);
        await line.PostAsync(month);
        await using NpgsqlCommand command = line.Database.Connection.Owner.CreateCommand(line.Schema.Sql(
            """
            SELECT string_agg(concat_ws(' ', p.citizen, e.contribution_month, e.component, e.account_fen, e.pool_fen, e.other_fen, e.person_paid_fen, e.employer_paid_fen), E'\n'
                              ORDER BY p.citizen, e.contribution_month, e.component)
            FROM :area.entry e JOIN :area.account a USING (account_id) JOIN :area.person p USING (person_id)
            """));
        return (string)(await command.ExecuteScalarAsync())!;
    }

    // In the order of the manifest: the changes of people come before their rows.
    private async Task<IReadOnlyList<FileOutcome>> ImportAsync(WholeLine line, YearMonth month)
    {
        using JsonDocument manifest = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "manifest.json")));
        List<JsonElement> files = [.. manifest.RootElement.GetProperty("files").EnumerateArray().Where(f => f.GetProperty("month").GetString() == $"{month.Year:0000}-{month.Month:00}")];
        IReadOnlyList<FileOutcome> outcomes = await line.ImportAsync(files.Select(f => Path.Combine(_folder, f.GetProperty("file").GetString()!)), month, SubmissionKind.Regular);
        Assert.That(outcomes.Select(o => (o.Rows, o.Rejected)), Is.EqualTo(files.Select(f => (f.GetProperty("rows").GetInt32(), f.GetProperty("rejected").GetInt32()))));
        return outcomes;
    }
}

using Batch.Testing;
using NUnit.Framework;

namespace Batch.Host.Tests;

/// <summary>What the command line hands out as a file is in the audit log before the file is there, as on the pages.</summary>
public sealed class ExportRecordTests
{
    private const string Area = "420100";

    private TestDatabase database = null!;
    private DirectoryInfo folder = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        database = await TestDatabase.CreateAsync(Area);
        folder = Directory.CreateTempSubdirectory("batch-exports-");
        string file = Path.Combine(BatchCli.Root, "data-samples", Area, "2021-01", "pension.csv");
        CliResult imported = await new BatchCli { Db = database.Url }.RunAsync("import", file, "--area", Area, "--month", "2021-01", "--by", "wang");
        Assert.That(imported.ExitCode, Is.Zero, imported.ToString());
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await database.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [TestCase("report.export", "rejection 2021-01 csv", "report", "rejection", "--area", Area, "--month", "2021-01")]
    [TestCase("report.export", "allocation 2021-01 xlsx", "report", "allocation", "--area", Area, "--month", "2021-01", "--format", "xlsx")]
    [TestCase("fix-pack.download", "submission 1", "fix-pack", "1", "--area", Area)]
    [TestCase("journal.export", "2021-01 2021-02", "export-journal", "--area", Area, "--from", "2021-01", "--to", "2021-02")]
    public async Task A_file_that_goes_out_is_recorded_first_and_without_the_record_there_is_none(string act, string subject, params string[] verb)
    {
        string file = Path.Combine(folder.FullName, Guid.NewGuid().ToString("N"));
        BatchCli cli = new() { Db = database.Url };
        await database.ExecuteAsync(
            $"""
            CREATE FUNCTION batch.no_record() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''the record is full''; END';
            CREATE TRIGGER no_record BEFORE INSERT ON batch.audit FOR EACH ROW WHEN (NEW.act = '{act}') EXECUTE FUNCTION batch.no_record();
            """);
        CliResult unrecorded = await cli.RunAsync([.. verb, "--out", file, "--by", "zhao"]);
        await database.ExecuteAsync("DROP TRIGGER no_record ON batch.audit; DROP FUNCTION batch.no_record()");
        Assert.That(unrecorded.ExitCode, Is.Not.Zero);
        Assert.That(File.Exists(file), Is.False);

        CliResult written = await cli.RunAsync([.. verb, "--out", file, "--by", "zhao"]);
        Assert.That(written.ExitCode, Is.Zero, written.ToString());
        Assert.That(File.Exists(file), Is.True);
        string record = $"FROM batch.audit WHERE act = '{act}' AND area = '{Area}' AND subject = '{subject}'";
        Assert.That(await database.ScalarAsync<string>($"SELECT string_agg(who || ' ' || origin, ', ') {record}"), Is.EqualTo("zhao command line"));
    }
}

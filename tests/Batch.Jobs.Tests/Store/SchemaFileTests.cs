using System.Text.RegularExpressions;
using Batch.Jobs.Store;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Store;

/// <summary>
/// Database/schema.sql shows in one place what all migration scripts come to: the common schema and an area's. After a new script it is written again by
/// <c>BATCH_WRITE_SCHEMA=1 ./batch test Jobs --filter FullyQualifiedName~SchemaFileTests</c>.
/// </summary>
public sealed partial class SchemaFileTests
{
    private const string Area = "420100";

    /// <summary>The major version whose pg_dump wrote the file: others order and word some statements otherwise.</summary>
    private const int Major = 15;

    private const string Head =
        """
        -- The database as the scripts in common/ and area/ make it: the common schema batch and the schema of one area (:area). For reading, and to compare with:
        -- a database is made by the scripts. Written by pg_dump 15; see SchemaFileTests.


        """;

    [Test]
    public async Task The_schema_file_is_what_the_scripts_make()
    {
        await using TestDatabase database = await TestDatabase.CreateAsync(Area);
        int major = database.Connection.Server?.Binaries.Major ?? await database.ScalarAsync<int>("SELECT current_setting('server_version_num')::int / 10000");
        if (major != Major)
        {
            Assert.Ignore($"the file was written by version {Major}, this is {major}");
        }

        string made = Head + Normalised(await DumpAsync(database));
        string file = Path.Combine(BatchCli.Root, "Batch.Jobs", "Database", "schema.sql");
        if (Environment.GetEnvironmentVariable("BATCH_WRITE_SCHEMA") == "1")
        {
            await File.WriteAllTextAsync(file, made);
        }

        Assert.That((await File.ReadAllTextAsync(file)).Split('\n'), Is.EqualTo(made.Split('\n')), "write it again: see the summary of this class");
    }

    private static async Task<string> DumpAsync(TestDatabase database)
    {
        string dump = Path.GetTempFileName();
        try
        {
            await DatabaseContents.RunAsync(
                database.Connection, "pg_dump", ["--schema-only", "--schema", "batch", "--schema", $"area_{Area}", "--file", dump], database.Connection.Text.Database!, default);
            return await File.ReadAllTextAsync(dump);
        }
        finally
        {
            File.Delete(dump);
        }
    }

    /// <summary>Without what differs between minor versions and databases: comments, settings of the session, the area's number.</summary>
    private static string Normalised(string dump)
    {
        IEnumerable<string> lines = dump.Split('\n').Where(l => !Unwanted().IsMatch(l)).Select(l => l.Replace($"area_{Area}", ":area", StringComparison.Ordinal).TrimEnd());
        return BlankLines().Replace(string.Join('\n', lines), "\n\n").Trim('\n') + "\n";
    }

    [GeneratedRegex(@"^(--|SET |SELECT pg_catalog\.set_config|\\)")]
    private static partial Regex Unwanted();

    [GeneratedRegex(@"\n{3,}")]
    private static partial Regex BlankLines();
}

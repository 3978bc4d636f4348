using System.Text.Json;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>The OpenAPI document as its readers' tools see it: whole, with names, keys and groups. The linter comes from npm (docs/licences.md).</summary>
public sealed class OpenApiLintTests
{
    private static readonly Npx Linter = new("@redocly/cli@2.77.0", "redocly");

    private string document = "";

    [OneTimeSetUp]
    public async Task ReadAsync()
    {
        await using TestHost host = await TestHost.StartAsync();
        using HttpClient anybody = host.Browser();
        document = await anybody.GetStringAsync("/api/v1/openapi.json");
    }

    [Test]
    public async Task Its_linter_finds_no_fault_and_warns_of_nothing()
    {
        if (!await Linter.IsThereAsync())
        {
            const string Lacking = "The linter of the OpenAPI document cannot be had: npx and a network are needed";
            if (Environment.GetEnvironmentVariable("CI") == "true")
            {
                Assert.Fail(Lacking);
            }

            Assert.Ignore(Lacking);
        }

        string folder = Directory.CreateTempSubdirectory("batch-openapi-").FullName;
        string file = Path.Combine(folder, "openapi.json");
        await File.WriteAllTextAsync(file, document);
        (int exitCode, string said) = await Linter.RunAsync("lint", file, "--extends=recommended-strict", "--format=summary");
        Directory.Delete(folder, recursive: true);
        Assert.That(exitCode, Is.Zero, said);
        Assert.That(said, Does.Not.Contain("warning "), said);
    }

    [Test]
    public void Each_operation_has_a_name_of_its_own_a_group_that_is_described_and_the_scope_of_its_route()
    {
        JsonElement root = JsonDocument.Parse(document).RootElement;
        JsonElement[] operations = [.. root.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject()).Select(o => o.Value)];
        string[] tags = [.. root.GetProperty("tags").EnumerateArray().Select(t => t.GetProperty("name").GetString()!)];
        Assert.That(operations.Select(o => o.GetProperty("operationId").GetString()), Is.Unique);
        Assert.That(operations.Select(o => o.GetProperty("tags")[0].GetString()).Distinct(), Is.EquivalentTo(tags));

        JsonElement compute = root.GetProperty("paths").GetProperty("/api/v1/areas/{area}/runs").GetProperty("post");
        Assert.That(compute.GetProperty("operationId").GetString(), Is.EqualTo("postAreasRuns"));
        Assert.That(compute.GetProperty("security")[0].GetProperty("key")[0].GetString(), Is.EqualTo("runs"));
        Assert.That(root.GetProperty("components").GetProperty("securitySchemes").GetProperty("key").GetProperty("scheme").GetString(), Is.EqualTo("bearer"));
    }
}

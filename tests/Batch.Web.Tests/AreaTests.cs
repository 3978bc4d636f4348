using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Batch.Host.Access;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>An area is made by a first file on the command line and by an administrator on the page. To look for one makes none.</summary>
public sealed class AreaTests
{
    private const string Absent = "110000";
    private const string Opened = "310000";
    private const string Imported = "440100";
    private const string Id = "420100196801300793";

    private TestHost host = null!;
    private BatchCli batch = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        host = await TestHost.StartAsync(areas: "420100");
        batch = await host.CliOfAsync("wang", [.. UserRoles.All]);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [TestCase("accounts/balance")]
    [TestCase("accounts/coverage")]
    [TestCase("accounts/statement")]
    [TestCase("inquiries/counter")]
    [TestCase("inquiries/pharmacy")]
    public async Task No_inquiry_makes_an_area(string path)
    {
        using HttpClient machine = host.Machine(await host.AddKeyAsync("asks-" + path.Replace('/', '-'), [.. Batch.Host.Api.Scopes.All]));
        using HttpResponseMessage answer = await machine.PostAsJsonAsync(path, new { id = Id, area = Absent });
        JsonElement problem = await TestHost.JsonAsync(answer);
        Assert.That((answer.StatusCode, problem.GetProperty("code").GetString()), Is.EqualTo((HttpStatusCode.NotFound, "AREA_UNKNOWN")));
        Assert.That(problem.GetProperty("zh").GetString(), Does.Contain(Absent).And.Contain("420100"));
        await AssertAbsentAsync();
    }

    // Those of the API are tried by OpenApiRequestTests, all of them.
    [TestCase("balance", "--area", Absent, "--id", Id)]
    [TestCase("statement", "--area", Absent, "--id", Id)]
    [TestCase("explain", "--area", Absent, "--id", Id, "--month", "2021-01")]
    [TestCase("coverage", "--area", Absent, "--card", "A1")]
    [TestCase("family", "--area", Absent, "--id", Id)]
    [TestCase("report", "allocation", "--area", Absent, "--month", "2021-01", "--out", "/tmp/batch-no-area.csv")]
    [TestCase("verify", "--area", Absent)]
    [TestCase("verify", "--area", Absent, "--all")]
    [TestCase("allocate", "--area", Absent, "--month", "2021-01", "--by", "wang")]
    [TestCase("interest", "--area", Absent, "--year", "2021", "--by", "wang")]
    [TestCase("close", "--area", Absent, "--month", "2021-01", "--by", "wang")]
    [TestCase("held", "--area", Absent)]
    [TestCase("decide", "--area", Absent, "--submission", "1", "--row", "2", "--take", "--by", "wang", "--reason", "x")]
    [TestCase("submission", "1", "--area", Absent)]
    [TestCase("fix-pack", "1", "--area", Absent, "--out", "/tmp/batch-no-area.csv")]
    [TestCase("export-journal", "--area", Absent, "--from", "2021-01", "--to", "2021-01", "--out", "/tmp/batch-no-area.journal")]
    [TestCase("benefits", "--area", Absent, "--month", "2021-01", "--out", "/tmp/batch-no-area.csv")]
    public async Task No_verb_but_those_that_take_files_in_makes_an_area(params string[] verb)
    {
        CliResult answer = await batch.RunAsync([.. verb, "--json"]);
        Assert.That((answer.ExitCode, answer.Json.GetProperty("error").GetProperty("code").GetString()), Is.EqualTo((1, "AREA_UNKNOWN")), answer.ToString());
        Assert.That(answer.Json.GetProperty("error").GetProperty("message").GetString(), Does.Contain("420100"));
        await AssertAbsentAsync();
    }

    [Test]
    public async Task A_job_that_was_asked_for_before_makes_no_area_either()
    {
        await using TestHost worker = await TestHost.StartAsync(worker: true, areas: "420100");
        int job = await worker.Queue.AskAsync(new Jobs.Work.WorkOrder(Jobs.Work.WorkKinds.Allocate, new Jobs.Store.AreaSchema(Absent), "2021-01", "wang"), default);
        Jobs.Work.WorkItem ended = await worker.SettledAsync(job);
        Assert.That((ended.State, ended.Fault?.Code), Is.EqualTo((Jobs.Work.WorkState.Refused, "AREA_UNKNOWN")));
        Assert.That(await worker.Database.ScalarAsync<bool>("SELECT to_regnamespace('area_110000') IS NULL"));
    }

    [Test]
    public async Task A_page_of_an_area_that_is_not_there_is_not_found_and_only_an_administrator_opens_it()
    {
        using HttpClient clerk = await host.SignedInAsync(await host.AddUserAsync("clerk", UserRoles.Operator, UserRoles.Reviewer, UserRoles.Analyst, UserRoles.Inquiry));
        using HttpResponseMessage looked = await clerk.GetAsync("/" + Absent);
        Assert.That(looked.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        using HttpResponseMessage refused = await TestHost.PostAsync(clerk, "/areas", null, ("code", Absent));
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden).Or.EqualTo(HttpStatusCode.Redirect));
        await AssertAbsentAsync();
        using HttpClient root = await host.SignedInAsync(await host.AddUserAsync("root", UserRoles.Administrator));
        using HttpResponseMessage opened = await TestHost.PostAsync(root, "/areas", null, ("code", Opened));
        Assert.That(opened.Headers.Location?.ToString(), Is.EqualTo("/" + Opened));
        Assert.That((await batch.RunAsync("verify", "--area", Opened, "--json")).ExitCode, Is.Zero);
    }

    [Test]
    public async Task A_first_file_makes_the_area_that_it_is_for()
    {
        string file = Path.Combine(BatchCli.Root, "data-samples", "420100", "2021-01", "pension.csv");
        await batch.RunAsync("import", file, "--area", Imported, "--month", "2021-01", "--json");
        Assert.That((await batch.RunAsync("verify", "--area", Imported, "--json")).ExitCode, Is.Zero);
    }

    private async Task AssertAbsentAsync()
    {
        Assert.That(await host.Database.ScalarAsync<bool>("SELECT to_regnamespace('area_110000') IS NULL"));
        Assert.That(await host.Database.ScalarAsync<long>("SELECT (SELECT count(*) FROM batch.migration WHERE series = 'area_110000') + (SELECT count(*) FROM batch.job)"), Is.Zero);
    }
}

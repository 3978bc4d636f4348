using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Batch.Host.Access;
using Batch.Host.Api;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>The page, the API and the command line tell the same amount for the same person and month, or all of them tell none.</summary>
public sealed partial class CalculatorAgreementTests
{
    // Each of them is a process of the command line.
    private static readonly int Cases = TestLength.Of(inShort: 60, inLong: 1_000);
    private const int Seed = 20_261_130;

    private static readonly string[] Areas = ["420100", "110000", "310000", "370200", "440100", "320500"];

    private TestHost host = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => host = await TestHost.StartAsync(areas: Areas);

    [OneTimeTearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [Test, CancelAfter(600_000)]
    public async Task Page_API_and_command_line_tell_the_same_amount()
    {
        using HttpClient browser = await host.SignedInAsync(await host.AddUserAsync("agrees", UserRoles.Inquiry));
        using HttpClient machine = host.Machine(await host.AddKeyAsync("asks-too", Scopes.Accounts));
        string token = TestHost.TokenOf(await browser.GetStringAsync("/420100/calculator"));
        Random random = new(Seed);
        Person[] people = [.. Enumerable.Range(0, Cases).Select(_ => Person.Of(random))];
        string[] typed = new string[Cases];
        await Parallel.ForAsync(0, Cases, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (i, _) => typed[i] = await ByCommandAsync(people[i]));
        int told = 0;
        for (int i = 0; i < Cases; i++)
        {
            Assert.That(await ByPageAsync(browser, token, people[i]), Is.EqualTo(typed[i]), $"page: {people[i]}");
            Assert.That(await ByApiAsync(machine, people[i]), Is.EqualTo(typed[i]), $"API: {people[i]}");
            told += typed[i] == Person.Refused ? 0 : 1;
        }

        await TestContext.Progress.WriteLineAsync($"{told} of {Cases} were told an amount");
        Assert.That(told, Is.InRange(Cases / 2, Cases - 1));
    }

    private static async Task<string> ByCommandAsync(Person person)
    {
        CliResult told = await new BatchCli().RunAsync(
            ["calc", "--area", person.Area, "--month", person.Month, "--status", person.Status, "--birth", person.Birth, .. person.Amounts.SelectMany(a => new[] { "--" + a.Name, a.Yuan }), "--json"]);
        return told.ExitCode == 0 ? told.Json.GetProperty("net").GetString()! : Person.Refused;
    }

    private static async Task<string> ByPageAsync(HttpClient browser, string token, Person person)
    {
        Dictionary<string, string> form = new() { ["month"] = person.Month, ["status"] = person.Status, ["birth"] = person.Birth, ["frozen"] = "", ["missing-years"] = "", ["__RequestVerificationToken"] = token };
        foreach (string box in (string[])["base", "pension-prior-year", "pension-this-year", "pension-month"])
        {
            form[box] = person.Amounts.FirstOrDefault(a => a.Name == box).Yuan ?? "";
        }

        using HttpResponseMessage answer = await browser.PostAsync($"/{person.Area}/calculator", new FormUrlEncodedContent(form));
        string html = await answer.Content.ReadAsStringAsync();
        string net = Net().Match(html).Groups[1].Value.Replace(",", "", StringComparison.Ordinal);
        return answer.StatusCode == HttpStatusCode.OK && net is { Length: > 0 } and not "–" ? net : Person.Refused;
    }

    private static async Task<string> ByApiAsync(HttpClient machine, Person person)
    {
        Dictionary<string, string> body = new() { ["month"] = person.Month, ["status"] = person.Status, ["birth"] = person.Birth };
        foreach ((string name, string yuan) in person.Amounts)
        {
            body[JsonNamingPolicy.CamelCase.ConvertName(string.Concat(name.Split('-').Select(w => char.ToUpperInvariant(w[0]) + w[1..])))] = yuan;
        }

        using HttpResponseMessage answer = await machine.PostAsJsonAsync($"areas/{person.Area}/calc", body);
        return answer.IsSuccessStatusCode ? (await TestHost.JsonAsync(answer)).GetProperty("net").GetString()! : Person.Refused;
    }

    private sealed record Person(string Area, string Month, string Status, string Birth, IReadOnlyList<(string Name, string Yuan)> Amounts)
    {
        public const string Refused = "refused";

        public static Person Of(Random random)
        {
            string area = Areas[random.Next(Areas.Length)];
            string month = string.Create(CultureInfo.InvariantCulture, $"{random.Next(2019, 2027)}-{random.Next(1, 13):00}");
            bool retired = random.Next(2) == 0;
            string birth = string.Create(CultureInfo.InvariantCulture, $"{(retired ? random.Next(1935, 1970) : random.Next(1962, 2001))}-{random.Next(1, 13):00}-{random.Next(1, 29):00}");
            return new Person(area, month, retired ? "retired" : "active", birth, retired
                ? [("pension-prior-year", Yuan(random, 8_000)), ("pension-this-year", Yuan(random, 9_000)), ("pension-month", Yuan(random, 10_000))]
                : [("base", Yuan(random, 45_000))]);
        }

        private static string Yuan(Random random, int most) => (random.Next(100_00, most * 100) / 100m).ToString("0.00", CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("id=\"net\">([^<]*)<")]
    private static partial Regex Net();
}

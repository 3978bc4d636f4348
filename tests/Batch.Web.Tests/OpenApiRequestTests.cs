using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>
/// Every operation of the OpenAPI document that the running host gives, asked with what it must not take: each field and parameter missing, null, of the wrong type,
/// too long, a month that is none. Each answer is a 4xx that names the field, and nothing is made of any of them.
/// </summary>
public sealed partial class OpenApiRequestTests
{
    private const string Months = @"^\d{4}-\d{2}$";

    // By hand, from what the operations need; the document must say the same.
    private static readonly Dictionary<string, string[]> Required = new()
    {
        ["/areas/{area}/runs"] = ["month"],
        ["/areas/{area}/reports"] = ["kind", "month"],
        ["/runs/{run}/approve"] = ["digest"],
        ["/runs/{run}/discard"] = ["why"],
        ["/areas/{area}/months/{month}/reopen"] = ["why"],
        ["/areas/{area}/months/{month}/differences/accept"] = ["why"],
        ["/runs/{run}/reverse"] = ["why"],
        ["/jobs/{job}/pause"] = ["why"],
        ["/jobs/{job}/resume"] = ["why"],
        ["/jobs/{job}/cancel"] = ["why"],
        ["/jobs/{job}/retry"] = ["why"],
        ["/accounts/balance"] = [],
        ["/accounts/statement"] = [],
        ["/accounts/explain"] = ["month"],
        ["/accounts/coverage"] = [],
        ["/areas/{area}/calc"] = ["month", "status"],
        ["/accounts/trace"] = ["month"],
        ["/areas/{area}/refunds"] = ["amount", "document", "employer", "month", "on", "why"],
        ["/areas/{area}/refunds/{refund}/withdraw"] = ["why"],
        ["/areas/{area}/refunds/{refund}/cancel"] = ["document", "on", "why"],
        ["/areas/{area}/held/{submission}/{row}/decide"] = ["act", "why"],
        ["/inquiries/counter"] = [],
        ["/inquiries/hotline"] = [],
        ["/inquiries/kiosk"] = [],
        ["/inquiries/app"] = [],
        ["/inquiries/mini-program"] = [],
        ["/inquiries/bank"] = [],
        ["/inquiries/pharmacy"] = [],
    };

    // Their body is a file.
    private static readonly string[] Bytes = ["/areas/{area}/uploads", "/areas/{area}/decisions/{decision}/scans"];

    // Any text is a number to look for; what is none is not found.
    private static readonly string[] FreeTexts = ["name", "find", "line", "employer", "credit", "seed"];

    private readonly List<string> wrong = [];
    private TestHost host = null!;
    private HttpClient machine = null!;
    private JsonElement document;
    private int asked;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        host = await TestHost.StartAsync(areas: "420100");
        // Adopts the shipped policy, once.
        await Jobs.Store.Area.OpenAsync(host.Database.Connection, "420100", default);
        machine = host.Machine(await host.AddKeyAsync("tries", [.. Batch.Host.Api.Scopes.All]));
        document = JsonDocument.Parse(await machine.GetStringAsync("openapi.json")).RootElement;
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        machine.Dispose();
        await host.DisposeAsync();
    }

    [SetUp]
    public void Begin() => wrong.Clear();

    [Test]
    public void The_document_gives_each_body_with_its_required_fields_and_the_answers()
    {
        Dictionary<string, string[]> described = Operations().Where(o => Schema(o) is not null).ToDictionary(
            o => o.Path, o => Schema(o)!.Value.TryGetProperty("required", out JsonElement names) ? names.EnumerateArray().Select(n => n.GetString()!).Order().ToArray() : []);
        Assert.That(described.Keys, Is.EquivalentTo(Required.Keys));
        Assert.Multiple(() =>
        {
            foreach ((string path, string[] fields) in described)
            {
                Assert.That(fields, Is.EqualTo(Required[path]), path);
            }

            foreach (Operation operation in Operations())
            {
                JsonElement answers = operation.Json.GetProperty("responses");
                Assert.That(answers.TryGetProperty("400", out JsonElement bad) && bad.GetProperty("content").TryGetProperty("application/problem+json", out _), operation.ToString());
                Assert.That(answers.EnumerateObject().Any(a => a.Name is "200" or "202"), operation.ToString());
                Assert.That(Schema(operation) is null || operation.Json.GetProperty("requestBody").GetProperty("required").GetBoolean(), operation.ToString());
            }
        });
    }

    [Test]
    public async Task No_body_that_is_missing_or_wrong_makes_anything_and_each_of_its_fields_is_named()
    {
        string before = await CountsAsync();
        foreach (Operation operation in Operations().Where(o => Schema(o) is not null))
        {
            string[] required = Required[operation.Path];
            string[] named = required is [] ? ["id", "card"] : required;
            await TryAsync(operation, "{}", named);
            foreach (string? body in (string?[])[null, "", "month=2021-01", "[]", "null", "1", "\"2021-01\"", "{\"month\":", "[{}]"])
            {
                await TryAsync(operation, body, required is [] ? ["body"] : required);
            }

            foreach (JsonProperty field in Schema(operation)!.Value.GetProperty("properties").EnumerateObject())
            {
                await TryFieldAsync(operation, field, required.Contains(field.Name));
            }

            await TryAsync(operation, Whole(operation).ToJsonString(), [], HttpStatusCode.UnsupportedMediaType, "text/plain");
        }

        Assert.That(wrong, Is.Empty);
        Assert.That(asked, Is.GreaterThan(500));
        Assert.That(await CountsAsync(), Is.EqualTo(before));
    }

    // What is wrong beside the fields that the document names, and fields that may be left out: taken or refused, never a fault of ours.
    [Test]
    public async Task Nothing_that_a_body_can_hold_is_a_fault_of_the_host()
    {
        foreach (Operation operation in Operations().Where(o => Schema(o) is not null))
        {
            string deep = new string('[', 200) + new string(']', 200), inner = Whole(operation).ToJsonString()[1..^1] is { Length: > 0 } all ? "," + all : "";
            foreach (string first in (string[])["\"\\ud800\":1", "\"\":null", $"\"x\":{deep}", "\"x\\u0000\":\"\\u0000\"", $"\"{new string('n', 60_000)}\":1", "\"x\":1,\"x\":2", "\"__proto__\":{}"])
            {
                await NotFailingAsync(operation, $"{{{first}{inner}}}");
            }

            await NotFailingAsync(operation, $"{{\"x\":\"{new string('1', 100_000)}\"{inner}}}");
            foreach (JsonProperty field in Schema(operation)!.Value.GetProperty("properties").EnumerateObject().Where(f => !Required[operation.Path].Contains(f.Name)))
            {
                foreach (string value in (string[])["null", "\"\"", "\"  \"", "\"\\u202e\"", "\"\\ufffe\"", "\"'\"", "\"%\""])
                {
                    await NotFailingAsync(operation, WithRaw(operation, field.Name, value));
                }
            }
        }

        Assert.That(wrong, Is.Empty);
        Assert.That(asked, Is.GreaterThan(400));
    }

    // Not in the document's schemas: the name of a file, the key of the sender, and the fields of a form.
    [Test]
    public async Task Nothing_that_an_upload_can_say_of_its_file_is_a_fault_of_the_host()
    {
        foreach (string name in (string[])["%00", "a%00b.csv", new string('n', 5_000), "..%2F..%2Fx.csv", "%F0%9F%98%80.csv", "%FF%FE", "", "%20"])
        {
            using ByteArrayContent file = new("a,b"u8.ToArray()) { Headers = { ContentType = new("text/csv") } };
            using HttpRequestMessage request = new(HttpMethod.Post, $"areas/420100/uploads?name={name}") { Content = file };
            request.Headers.Add("Idempotency-Key", "n" + name.Length);
            await NotFailingAsync(request, name);
        }

        foreach ((string field, string value) in ((string[])["month", "kind", "confirm", "parent", "name"]).SelectMany(f => ((string[])["", " ", "x", "\0", "2021-13", "99999999999", new string('1', 999), "\ud83d"]).Select(v => (f, v))))
        {
            using MultipartFormDataContent form = new() { { new ByteArrayContent(Encoding.UTF8.GetBytes(value)), field }, { new ByteArrayContent("a,b"u8.ToArray()), "file", "a.csv" } };
            using HttpRequestMessage request = new(HttpMethod.Post, "areas/420100/uploads") { Content = form };
            request.Headers.Add("Idempotency-Key", "f" + field + value.Length);
            await NotFailingAsync(request, $"{field}={value}");
        }

        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public async Task No_parameter_that_is_wrong_makes_anything_and_it_is_named()
    {
        string before = await CountsAsync();
        foreach (Operation operation in Operations())
        {
            foreach (JsonElement parameter in operation.Json.TryGetProperty("parameters", out JsonElement all) ? all.EnumerateArray().ToArray() : [])
            {
                await TryParameterAsync(operation, parameter);
            }
        }

        Assert.That(wrong, Is.Empty);
        Assert.That(await CountsAsync(), Is.EqualTo(before));
    }

    [Test]
    public async Task A_wrong_method_is_told_which_are_right()
    {
        foreach (IGrouping<string, Operation> path in Operations().GroupBy(o => o.Path))
        {
            string[] right = [.. path.Select(o => o.Method.ToUpperInvariant())];
            foreach (string method in (string[])["GET", "POST", "PUT", "PATCH", "DELETE"])
            {
                using HttpRequestMessage request = new(new HttpMethod(method), Address(path.First())) { Content = method == "GET" ? null : new StringContent("{}", Encoding.UTF8, "application/json") };
                if (right.Contains(method))
                {
                    continue;
                }

                using HttpResponseMessage answer = await machine.SendAsync(request);
                Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.MethodNotAllowed), $"{method} {path.Key}");
                Assert.That(answer.Content.Headers.Allow, Is.EquivalentTo(right), path.Key);
                Assert.That((await TestHost.JsonAsync(answer)).GetProperty("code").GetString(), Is.EqualTo("METHOD_NOT_ALLOWED"));
                Assert.That(await StatusOfAStrangerAsync(request), Is.EqualTo(HttpStatusCode.Unauthorized), $"{method} {path.Key}");
            }
        }
    }

    // As curl --data-binary sends a file that it is told nothing of, without a type at all, with one that is none, and with another's.
    [Test]
    public async Task A_body_of_a_type_that_a_route_does_not_take_is_refused_as_that_and_a_stranger_is_asked_for_a_key()
    {
        string before = await CountsAsync();
        Operation[] taking = [.. Operations().Where(o => o.Json.TryGetProperty("requestBody", out _))];
        Assert.That(taking.Select(o => o.Path), Is.EquivalentTo(Required.Keys.Concat(Bytes)));
        foreach (Operation operation in taking)
        {
            string body = Schema(operation) is null ? "a,b" : Whole(operation).ToJsonString();
            // What a file is shows in its bytes: only a type that is none of a file's is refused.
            foreach (string? type in ((string?[])["application/x-www-form-urlencoded", "nothing", "image/gif", null]).Take(Schema(operation) is null ? 3 : 4))
            {
                using HttpRequestMessage request = new(HttpMethod.Post, Address(operation) + (Schema(operation) is null ? "?name=a.csv" : "")) { Content = new StringContent(body) };
                request.Headers.Add("Idempotency-Key", "k");
                request.Content.Headers.Remove("Content-Type");
                if (type is not null)
                {
                    request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
                }

                using HttpResponseMessage answer = await machine.SendAsync(request);
                string text = await answer.Content.ReadAsStringAsync();
                Assert.That(Fault(answer, text, [], HttpStatusCode.UnsupportedMediaType, "MEDIA_TYPE"), Is.Null, $"{operation} {type}: {answer.StatusCode} {text}");
                Assert.That(await StatusOfAStrangerAsync(request), Is.EqualTo(HttpStatusCode.Unauthorized), $"{operation} {type}");
            }
        }

        Assert.That(await CountsAsync(), Is.EqualTo(before));
    }

    [TestCase("nothing")]
    [TestCase("areas")]
    [TestCase("areas/420100/nothing")]
    [TestCase("runs/1/nothing")]
    [TestCase("../v2/runs/1")]
    public async Task An_address_that_there_is_not_is_told_so(string path)
    {
        foreach (string method in (string[])["GET", "POST", "DELETE"])
        {
            using HttpRequestMessage request = new(new HttpMethod(method), path) { Content = method == "GET" ? null : new StringContent("x", Encoding.UTF8, "text/csv") };
            using HttpResponseMessage answer = await machine.SendAsync(request);
            string text = await answer.Content.ReadAsStringAsync();
            Assert.That(Fault(answer, text, [], HttpStatusCode.NotFound, "NOT_FOUND"), Is.Null, $"{method} {answer.StatusCode} {text}");
            Assert.That(await StatusOfAStrangerAsync(request), Is.EqualTo(HttpStatusCode.Unauthorized), method);
        }
    }

    private static string With(Operation operation, string field, JsonNode? value, bool remove = false)
    {
        JsonObject body = Whole(operation);
        body[field] = value;
        if (remove)
        {
            body.Remove(field);
        }

        return body.ToJsonString();
    }

    private sealed record Operation(string Method, string Path, JsonElement Json)
    {
        public override string ToString() => $"{Method} {Path}";
    }

    [GeneratedRegex(@"\{([a-z]+)\}")]
    private static partial Regex Parameter();

    [GeneratedRegex("^[A-Z_]{4,}$")]
    private static partial Regex Code();

    [GeneratedRegex(@"\p{IsCJKUnifiedIdeographs}{2}")]
    private static partial Regex Chinese();

    [GeneratedRegex(@"SELECT|INSERT|Npgsql|System\.|Exception|   at |area_420100|batch\.")]
    private static partial Regex Inside();
}

using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>How the requests are made from the document and what each answer must be.</summary>
public sealed partial class OpenApiRequestTests
{
    /// <summary>The same request without a key.</summary>
    private async Task<HttpStatusCode> StatusOfAStrangerAsync(HttpRequestMessage request)
    {
        using HttpClient stranger = new() { BaseAddress = machine.BaseAddress };
        using HttpRequestMessage again = new(request.Method, request.RequestUri);
        if (request.Content is not null)
        {
            again.Content = new ByteArrayContent([(byte)'x']);
            again.Content.Headers.TryAddWithoutValidation("Content-Type", request.Content.Headers.TryGetValues("Content-Type", out IEnumerable<string>? type) ? type : []);
        }

        using HttpResponseMessage answer = await stranger.SendAsync(again);
        string code = (await TestHost.JsonAsync(answer)).GetProperty("code").GetString()!;
        Assert.That(code, Is.EqualTo("KEY_MISSING"));
        return answer.StatusCode;
    }

    private async Task TryFieldAsync(Operation operation, JsonProperty field, bool required)
    {
        string name = field.Name;
        if (required)
        {
            await TryAsync(operation, With(operation, name, null, remove: true), [name]);
            await TryAsync(operation, With(operation, name, null), [name]);
            await TryAsync(operation, With(operation, name, ""), [name]);
            await TryAsync(operation, With(operation, name, "  "), [name]);
        }

        foreach (JsonNode value in (JsonNode[])[1, 2.5, true, new JsonObject(), new JsonArray("x"), new JsonArray()])
        {
            await TryAsync(operation, With(operation, name, value), [name]);
        }

        int most = field.Value.TryGetProperty("maxLength", out JsonElement length) ? length.GetInt32() : 1000;
        await TryAsync(operation, With(operation, name, new string('1', most + 1)), [name]);
        await TryAsync(operation, With(operation, name, new string('1', 60_000)), [name]);
        // Half of a character, and a number that no type holds: written out, since no writer of JSON writes them.
        foreach (string value in (string[])["\"\\ud800\"", "1e999", "-0"])
        {
            await TryAsync(operation, WithRaw(operation, name, value), [name]);
        }

        string whole = Whole(operation).ToJsonString();
        await TryAsync(operation, $"{{\"{name}\":\"x\",\"{name.ToUpperInvariant()}\":\"x\"{(whole.Length > 2 ? "," + whole[1..] : "}")}", [name]);
        foreach (string text in Misformed(field.Value).Append("a\0b"))
        {
            await TryAsync(operation, With(operation, name, text), [name]);
        }
    }

    private static IEnumerable<string> Misformed(JsonElement schema)
    {
        if (schema.TryGetProperty("enum", out _))
        {
            return ["sideways", "0", "1", "7"];
        }

        return !schema.TryGetProperty("pattern", out JsonElement pattern) ? []
            : pattern.GetString() == Months ? ["0001-01", "1989-12", "2101-01", "2021-13", "2021-00", "2021-1", "202101", "2021-06-01", "２０２１-０６", "6"]
            : ["42010", "4201000", "42010x", "４２０１００", "x'; --"];
    }

    private async Task TryParameterAsync(Operation operation, JsonElement parameter)
    {
        string name = parameter.GetProperty("name").GetString()!;
        JsonElement schema = parameter.GetProperty("schema");
        string body = Schema(operation) is null ? "x" : Whole(operation).ToJsonString();
        switch (parameter.GetProperty("in").GetString())
        {
            case "path" when name is "area":
                foreach (string text in Misformed(schema).Where(t => !t.Contains('/', StringComparison.Ordinal)))
                {
                    await TryAsync(operation, body, ["area"], path: Address(operation, ("area", text)));
                }

                await TryAsync(operation, body, [], HttpStatusCode.NotFound, path: Address(operation, ("area", "110000")), code: "AREA_UNKNOWN");
                break;
            case "path" when name is "month":
                foreach (string text in Misformed(schema))
                {
                    await TryAsync(operation, body, ["month"], path: Address(operation, ("month", text)));
                }

                break;
            case "path":
                foreach (string text in (string[])["x", "2021-01", "99999999999", "424242"])
                {
                    await TryAsync(operation, body, [], HttpStatusCode.NotFound, path: Address(operation, (name, text)));
                }

                break;
            case "query" when !FreeTexts.Contains(name):
                foreach (string text in Misformed(schema).DefaultIfEmpty("x"))
                {
                    await TryAsync(operation, body, [name], path: $"{Address(operation)}?{name}={Uri.EscapeDataString(text)}");
                }

                break;
            case "header":
                await TryAsync(operation, body, [name], code: "IDEMPOTENCY_KEY_MISSING", key: "");
                await TryAsync(operation, body, [name], code: "IDEMPOTENCY_KEY_MISSING", key: new string('k', 201));
                break;
        }
    }

    private static string WithRaw(Operation operation, string field, string value)
    {
        JsonObject body = Whole(operation);
        body.Remove(field);
        string others = body.ToJsonString()[1..^1];
        return $"{{\"{field}\":{value}{(others.Length > 0 ? "," : "")}{others}}}";
    }

    private async Task NotFailingAsync(Operation operation, string body)
    {
        using HttpRequestMessage request = new(new HttpMethod(operation.Method), Address(operation)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        await NotFailingAsync(request, $"{operation} {(body.Length > 200 ? body[..200] : body)}");
    }

    private async Task NotFailingAsync(HttpRequestMessage request, string what)
    {
        asked++;
        using HttpResponseMessage answer = await machine.SendAsync(request);
        if ((int)answer.StatusCode >= 500 || (!answer.IsSuccessStatusCode && answer.Content.Headers.ContentType?.MediaType != "application/problem+json"))
        {
            wrong.Add($"{what}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }
    }

    /// <summary>Sends it and keeps in <see cref="wrong"/> what is not as it must be.</summary>
    private async Task TryAsync(
        Operation operation, string? body, string[] named, HttpStatusCode status = HttpStatusCode.BadRequest, string? type = null, string? path = null, string? code = null, string key = "k")
    {
        asked++;
        using HttpRequestMessage request = new(new HttpMethod(operation.Method), path ?? Address(operation));
        if (operation.Method != "get" && body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, type ?? (Schema(operation) is null ? "application/octet-stream" : "application/json"));
        }

        if (operation.Path.EndsWith("/uploads", StringComparison.Ordinal) && key.Length > 0)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using HttpResponseMessage answer = await machine.SendAsync(request);
        string text = await answer.Content.ReadAsStringAsync();
        if (Fault(answer, text, named, status, code) is { } fault)
        {
            wrong.Add($"{operation} {request.RequestUri} {(body is { Length: > 200 } ? body[..200] : body)}: {fault}: {answer.StatusCode} {text}");
        }
    }

    private static string? Fault(HttpResponseMessage answer, string text, string[] named, HttpStatusCode status, string? code)
    {
        if (answer.StatusCode != status || answer.Content.Headers.ContentType?.MediaType != "application/problem+json")
        {
            return $"not {status}";
        }

        JsonElement problem = JsonDocument.Parse(text).RootElement;
        string[] fields = problem.TryGetProperty("errors", out JsonElement errors) ? [.. errors.EnumerateObject().Select(e => e.Name)] : [];
        return !Code().IsMatch(problem.GetProperty("code").GetString()!) || (code is not null && problem.GetProperty("code").GetString() != code) ? "no such code"
            : !Chinese().IsMatch(problem.GetProperty("zh").GetString()!) || problem.GetProperty("en").GetString() is not { Length: > 10 } ? "not in both languages"
            : named.Except(fields).Any() ? $"does not name {string.Join(' ', named)}"
            : Inside().IsMatch(text) ? "tells what is inside"
            : null;
    }

    /// <summary>How many of everything there are that a request can make.</summary>
    private Task<string> CountsAsync() => host.Database.ScalarAsync<string>(
        """
        SELECT concat_ws(' ', (SELECT count(*) FROM batch.job), (SELECT count(DISTINCT series) FROM batch.migration), (SELECT count(*) FROM batch.policy_change),
            (SELECT count(*) FROM pg_namespace), (SELECT count(*) FROM area_420100.upload), (SELECT count(*) FROM area_420100.submission), (SELECT count(*) FROM area_420100.run))
        """);

    private IEnumerable<Operation> Operations() => document.GetProperty("paths").EnumerateObject()
        .SelectMany(p => p.Value.EnumerateObject().Select(o => new Operation(o.Name, p.Name["/api/v1".Length..], o.Value)));

    private JsonElement? Schema(Operation operation)
    {
        if (!operation.Json.TryGetProperty("requestBody", out JsonElement body) || !body.GetProperty("content").TryGetProperty("application/json", out JsonElement json))
        {
            return null;
        }

        JsonElement schema = json.GetProperty("schema");
        return schema.TryGetProperty("$ref", out JsonElement name)
            ? document.GetProperty("components").GetProperty("schemas").GetProperty(name.GetString()!.Split('/')[^1])
            : schema;
    }

    private static string Address(Operation operation, params (string Name, string Value)[] parameters) => Parameter().Replace(operation.Path[1..], m =>
        Uri.EscapeDataString(parameters.FirstOrDefault(p => p.Name == m.Groups[1].Value).Value ?? m.Groups[1].Value switch { "area" => "420100", "month" => "2021-01", _ => "1" }));

    /// <summary>A body with everything that is required, right.</summary>
    private static JsonObject Whole(Operation operation)
    {
        JsonObject whole = [];
        foreach (string field in Required[operation.Path])
        {
            whole[field] = field switch { "month" => "2021-01", "kind" => "allocation", "status" => "active", "digest" => new string('0', 64), "act" => "take", "amount" => "1.00", "on" => "2021-01-31", _ => "why" };
        }

        return whole;
    }
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Batch.Jobs.Work;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>Uploads by form and of every media type.</summary>
public sealed partial class ApiTests
{
    [Test]
    public async Task A_file_may_come_in_a_form_whose_fields_stand_before_it()
    {
        byte[] file = await File.ReadAllBytesAsync(Directory.EnumerateFiles(Samples, "*.csv").Order(StringComparer.Ordinal).First());
        using HttpResponseMessage sent = await FormAsync("form-1", ("month", "2021-01"u8.ToArray(), null), ("file", file, "同一份.csv"));
        Assert.That(sent.StatusCode, Is.EqualTo(HttpStatusCode.Accepted), await sent.Content.ReadAsStringAsync());
        JsonElement upload = (await TestHost.JsonAsync(sent)).GetProperty("upload");
        Assert.That((upload.GetProperty("file").GetString(), upload.GetProperty("bytes").GetInt64(), upload.GetProperty("month").GetString()), Is.EqualTo(("同一份.csv", (long)file.Length, "2021-01")));
        await RefusedAsync(await FormAsync("form-2", ("file", file, "a.csv"), ("file", file, "b.csv")), HttpStatusCode.BadRequest, "BAD_REQUEST");
        await RefusedAsync(await FormAsync("form-3", ("month", "2021-01"u8.ToArray(), null)), HttpStatusCode.BadRequest, "BAD_REQUEST");
        await RefusedAsync(await FormAsync("form-4", ("kind", "sideways"u8.ToArray(), null), ("file", file, "a.csv")), HttpStatusCode.BadRequest, "BAD_REQUEST");
        Assert.That(await host.Database.ScalarAsync<long>("SELECT count(*) FROM area_420100.upload WHERE upload_key IN ('form-2', 'form-3', 'form-4')"), Is.Zero);
    }

    [TestCase("text/csv", "supplementary")]
    [TestCase("TEXT/CSV; charset=gb18030", "Supplementary")]
    [TestCase("text/plain", "SUPPLEMENTARY")]
    [TestCase("application/vnd.ms-excel", "regular")]
    [TestCase("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Regular")]
    [TestCase("application/octet-stream", "")]
    [TestCase(null, "regular")]
    public async Task An_upload_comes_with_any_of_the_types_that_programs_send_and_its_kind_in_any_case(string? type, string kind)
    {
        using HttpResponseMessage sent = await TypedAsync(type, kind);
        Assert.That(sent.StatusCode, Is.EqualTo(HttpStatusCode.Accepted), await sent.Content.ReadAsStringAsync());
        Assert.That((await TestHost.JsonAsync(sent)).GetProperty("upload").GetProperty("kind").GetString(), Is.EqualTo(kind.Length == 0 ? "regular" : kind.ToLowerInvariant()));
    }

    [TestCase("application/json", "regular", HttpStatusCode.UnsupportedMediaType, "MEDIA_TYPE")]
    [TestCase("image/png", "regular", HttpStatusCode.UnsupportedMediaType, "MEDIA_TYPE")]
    [TestCase("text/csv", "1", HttpStatusCode.BadRequest, "BAD_REQUEST")]
    [TestCase("text/csv", "sideways", HttpStatusCode.BadRequest, "BAD_REQUEST")]
    public async Task Another_type_or_kind_is_not_taken(string type, string kind, HttpStatusCode status, string code) => await RefusedAsync(await TypedAsync(type, kind), status, code);

    private async Task<HttpResponseMessage> TypedAsync(string? type, string kind)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, $"areas/{Area}/uploads?name=typed.csv&month=2021-01&kind={kind}");
        request.Content = new ByteArrayContent(await File.ReadAllBytesAsync(Path.Combine(Samples, "pension.csv")));
        if (type is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        request.Headers.Add("Idempotency-Key", $"typed {type} {kind}");
        return await maker.SendAsync(request);
    }

    private async Task<HttpResponseMessage> FormAsync(string key, params (string Name, byte[] Bytes, string? File)[] parts)
    {
        using MultipartFormDataContent form = [];
        foreach ((string name, byte[] bytes, string? file) in parts)
        {
            ByteArrayContent content = new(bytes);
            if (file is null)
            {
                form.Add(content, name);
            }
            else
            {
                form.Add(content, name, file);
            }
        }

        using HttpRequestMessage request = new(HttpMethod.Post, $"areas/{Area}/uploads") { Content = form };
        request.Headers.Add("Idempotency-Key", key);
        return await maker.SendAsync(request);
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Batch.Crash;

/// <summary>Calls of the API with one key, to whichever host lives; a call that a dying host left unanswered is made again, by the other.</summary>
public sealed class SoakCalls(Func<IReadOnlyList<Uri>> hosts, string key, int seed) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(60) };
    private readonly Random _random = new(seed);

    /// <summary>Calls that had to be made again.</summary>
    public int Again { get; private set; }

    public Task<(HttpStatusCode Status, JsonElement Told)> PostAsync(string path, object body) => SendAsync(() => new(HttpMethod.Post, path) { Content = JsonContent.Create(body) });

    public Task<(HttpStatusCode Status, JsonElement Told)> GetAsync(string path) => SendAsync(() => new(HttpMethod.Get, path));

    public Task<(HttpStatusCode Status, JsonElement Told)> UploadAsync(string path, byte[] bytes, string uploadKey) => SendAsync(() =>
    {
        HttpRequestMessage request = new(HttpMethod.Post, path) { Content = new ByteArrayContent(bytes) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        request.Headers.Add("Idempotency-Key", uploadKey);
        return request;
    });

    /// <summary>Waits until something that is asked again and again is so.</summary>
    public static async Task<JsonElement> UntilAsync(Func<Task<(HttpStatusCode Status, JsonElement Told)>> ask, Func<JsonElement, bool> isSo)
    {
        using CancellationTokenSource limit = new(Patience);
        while (true)
        {
            (HttpStatusCode status, JsonElement told) = await ask();
            if (status == HttpStatusCode.OK && isSo(told))
            {
                return told;
            }

            await Task.Delay(200, limit.Token);
        }
    }

    private async Task<(HttpStatusCode Status, JsonElement Told)> SendAsync(Func<HttpRequestMessage> make)
    {
        using CancellationTokenSource limit = new(Patience);
        while (true)
        {
            IReadOnlyList<Uri> live = hosts();
            using HttpRequestMessage request = make();
            request.RequestUri = new Uri(live[_random.Next(live.Count)], "/api/v1/" + request.RequestUri);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            try
            {
                using HttpResponseMessage answer = await _client.SendAsync(request, limit.Token);
                byte[] body = await answer.Content.ReadAsByteArrayAsync(limit.Token);
                bool isJson = answer.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true;
                return (answer.StatusCode, isJson ? JsonDocument.Parse(body).RootElement : default);
            }
            catch (Exception fault) when (fault is HttpRequestException or IOException or TaskCanceledException && !limit.IsCancellationRequested)
            {
                Again++;
                await Task.Delay(100, limit.Token);
            }
        }
    }

    public void Dispose() => _client.Dispose();
}

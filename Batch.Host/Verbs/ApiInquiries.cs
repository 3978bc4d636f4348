using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Batch.Host.Access;
using Batch.Host.Api;
using Batch.Host.Web;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Host.Verbs;

/// <summary>Balances asked through the API of a host of its own on loopback: key, rights, search by citizen number and the record of inquiries included.</summary>
internal sealed class ApiInquiries : IAsyncDisposable
{
    private const string KeyName = "bench";

    private readonly WebApplication host;
    private readonly HttpClient client = new();
    private readonly string area;
    private readonly List<CitizenId> numbers;

    private ApiInquiries(WebApplication host, string key, string area, List<CitizenId> numbers)
    {
        this.host = host;
        this.area = area;
        this.numbers = numbers;
        client.BaseAddress = new Uri(host.Urls.First());
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public static async Task<ApiInquiries> StartAsync(DatabaseConnection database, Area area, IClock clock, CancellationToken cancellation)
    {
        WebApplication host = WebHost.Build(database, new WebOptions(["http://127.0.0.1:0"], Pages: true, Worker: false) { CallsAMinute = int.MaxValue }, clock);
        await host.StartAsync(cancellation);
        string key = await new ApiKeys(database.Program, clock).AddAsync(KeyName, [Scopes.Accounts], [], null, KeyName, cancellation);
        List<CitizenId> numbers = await area.ReadAsync("SELECT citizen FROM :area.person", r => CitizenId.FromDigits17(r.GetInt64(0)), cancellation);
        return new ApiInquiries(host, key, area.Schema.Code, numbers);
    }

    /// <param name="person">Any number: whose balance is asked follows from it.</param>
    /// <returns>False: no balance was told.</returns>
    public async Task<bool> AskAsync(int person, CancellationToken cancellation)
    {
        using HttpResponseMessage told = await client.PostAsJsonAsync(
            "/api/v1/accounts/balance", new { id = numbers[person % numbers.Count].Full(), area }, cancellation);
        return told.IsSuccessStatusCode && (await told.Content.ReadFromJsonAsync<JsonElement>(cancellation)).GetProperty("asOf").ValueKind == JsonValueKind.String;
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await host.StopAsync();
        await host.DisposeAsync();
    }
}

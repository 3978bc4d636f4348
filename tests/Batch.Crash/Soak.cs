using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Batch.Testing;

namespace Batch.Crash;

/// <summary>
/// Mixed work through two hosts on one database, for as long as it is told: files come in, runs are computed, approved and posted, months closed, accounts
/// asked about, reports fetched. One host is killed at random and started again; the other has to hold no more at the end than in the middle.
/// </summary>
public sealed class Soak(CrashServer server, TimeSpan length, int seed, TextWriter output)
{
    private const int FilesOfARun = 4;

    private readonly SoakReadings _readings = new();
    private readonly Dictionary<string, int> _done = new() { ["files"] = 0, ["runs posted"] = 0, ["months closed"] = 0, ["inquiries"] = 0, ["reports"] = 0, ["kills"] = 0, ["calls made again"] = 0 };
    private readonly List<string> _faults = [];
    private readonly List<string> _people = [];
    private SoakHost _steady = null!;
    private SoakHost? _victim;

    /// <returns>What is wrong; nothing: the soak is passed.</returns>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}"));
        await server.BeginAsync(fresh: true);
        await server.OpenAreaAsync();
        await server.RequireAsync(
            "generate", "--people", "600", "--month", "2021-01", "--months", "36", "--area", Life.Area, "--seed", "7", "--faults", "0", "--files", "employer", "--out", server.Files);
        string maker = await KeyAsync("maker", "files,runs,reports,accounts,review"), checker = await KeyAsync("checker", "review");
        _steady = await SoakHost.StartAsync(server);
        using (CancellationTokenSource end = new(length))
        {
            await Task.WhenAll(WorkAsync(maker, checker, end.Token), AskAsync(maker, end.Token), ReportAsync(maker, end.Token), KillAsync(end.Token), ReadAsync(end.Token));
        }

        await (_victim?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _steady.DisposeAsync();
        CliResult verified = await server.DoAsync("verify", "--all", "--json");
        _faults.AddRange(verified.ExitCode == 0 ? [] : [$"verify: {verified}"]);
        _faults.AddRange(_done.Where(d => d.Value == 0 && d.Key != "calls made again").Select(d => $"no {d.Key}"));
        _faults.AddRange(_readings.Growth());
        Write();
        return _faults;
    }

    private async Task WorkAsync(string makerKey, string checkerKey, CancellationToken end)
    {
        using SoakCalls maker = new(Hosts, makerKey, seed), checker = new(Hosts, checkerKey, seed + 1);
        await GuardAsync("work", async () =>
        {
            foreach (string folder in Directory.GetDirectories(server.Files, "payroll-*").Order(StringComparer.Ordinal))
            {
                string digits = Path.GetFileName(folder)[^6..], month = $"{digits[..4]}-{digits[4..]}";
                // The month's money comes before what it is for, and its bank statement.
                await UploadAsync(maker, Path.Combine(server.Files, $"receipts-{digits}.csv"), month, null);
                await UploadAsync(maker, Path.Combine(server.Files, $"bank-{digits}.csv"), month, null);
                foreach (string[] files in Directory.GetFiles(folder).Order(StringComparer.Ordinal).Chunk(FilesOfARun))
                {
                    foreach (string file in files)
                    {
                        if (end.IsCancellationRequested)
                        {
                            return;
                        }

                        await UploadAsync(maker, file, month, column: 3);
                    }

                    await PostAsync(maker, checker, month);
                }

                await maker.PostAsync($"areas/{Life.Area}/months/{month}/differences/accept", new { why = "soak" });
                await JobAsync(maker, $"areas/{Life.Area}/months/{month}/close", new { });
                Count("months closed");
            }
        });
        Count("calls made again", maker.Again + checker.Again);
    }

    /// <param name="column">Where a row has its person's number; null: it is about nobody.</param>
    private async Task UploadAsync(SoakCalls maker, string file, string month, int? column)
    {
        string name = $"{month}-{Path.GetFileName(file)}";
        (HttpStatusCode status, JsonElement told) = await maker.UploadAsync($"areas/{Life.Area}/uploads?name={name}&month={month}", await File.ReadAllBytesAsync(file), name);
        Require(status == HttpStatusCode.Accepted, told);
        int number = told.GetProperty("upload").GetProperty("number").GetInt32();
        await SoakCalls.UntilAsync(() => maker.GetAsync($"areas/{Life.Area}/uploads/{number}"), u => u.GetProperty("upload").GetProperty("state").GetString() == "taken");
        Count("files");
        if (column is { } at)
        {
            lock (_people)
            {
                _people.AddRange(File.ReadLines(file).Skip(1).Select(l => l.Split(',')[at]));
            }
        }
    }

    private async Task PostAsync(SoakCalls maker, SoakCalls checker, string month)
    {
        JsonElement computed = await JobAsync(maker, $"areas/{Life.Area}/runs", new { month });
        int run = computed.GetProperty("result").GetProperty("run").GetInt32();
        (_, JsonElement told) = await checker.GetAsync($"runs/{run}");
        string digest = told.GetProperty("run").GetProperty("digest").GetString()!;
        (HttpStatusCode status, JsonElement approved) = await checker.PostAsync($"runs/{run}/approve", new { digest });
        Require(status == HttpStatusCode.OK, approved);
        await JobAsync(checker, $"runs/{run}/post", new { });
        Count("runs posted");
    }

    private static async Task<JsonElement> JobAsync(SoakCalls calls, string path, object body)
    {
        (HttpStatusCode status, JsonElement told) = await calls.PostAsync(path, body);
        Require(status == HttpStatusCode.Accepted, told);
        int number = told.GetProperty("job").GetInt32();
        JsonElement ended = await SoakCalls.UntilAsync(
            () => calls.GetAsync($"jobs/{number}"), j => j.GetProperty("job").GetProperty("state").GetString() is "done" or "refused" or "cancelled" or "parked");
        Require(ended.GetProperty("job").GetProperty("state").GetString() == "done", ended);
        return ended.GetProperty("job");
    }

    private Task AskAsync(string key, CancellationToken end) => GuardAsync("inquiries", async () =>
    {
        using SoakCalls calls = new(Hosts, key, seed + 2);
        Random random = new(seed);
        string[] questions = ["balance", "statement", "coverage"];
        while (!end.IsCancellationRequested)
        {
            string? id;
            lock (_people)
            {
                id = _people.Count == 0 ? null : _people[random.Next(_people.Count)];
            }

            if (id is not null)
            {
                (HttpStatusCode status, JsonElement told) = await calls.PostAsync($"accounts/{questions[random.Next(questions.Length)]}", new { id });
                Require(status == HttpStatusCode.OK, told);
                Count("inquiries");
            }

            await Task.Delay(50, CancellationToken.None);
        }

        Count("calls made again", calls.Again);
    });

    private Task ReportAsync(string key, CancellationToken end) => GuardAsync("reports", async () =>
    {
        using SoakCalls calls = new(Hosts, key, seed + 3);
        for (int i = 0; !end.IsCancellationRequested; i++)
        {
            if (_done["runs posted"] > 0)
            {
                JsonElement job = await JobAsync(calls, $"areas/{Life.Area}/reports", new { kind = i % 2 == 0 ? "allocation" : "employer", month = "2021-01", format = i % 3 == 0 ? "xlsx" : "csv" });
                (HttpStatusCode status, _) = await calls.GetAsync($"jobs/{job.GetProperty("number").GetInt32()}/file");
                Require(status == HttpStatusCode.OK, job);
                Count("reports");
            }

            await Task.Delay(1000, CancellationToken.None);
        }
    });

    private Task KillAsync(CancellationToken end) => GuardAsync("kills", async () =>
    {
        Random random = new(seed);
        while (!end.IsCancellationRequested)
        {
            _victim = await SoakHost.StartAsync(server);
            await Task.Delay(TimeSpan.FromSeconds(3 + random.Next(20)), CancellationToken.None);
            SoakHost killed = _victim;
            killed.Kill();
            _victim = null;
            await killed.DisposeAsync();
            Count("kills");
        }
    });

    private Task ReadAsync(CancellationToken end) => GuardAsync("readings", async () =>
    {
        while (!end.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(2), CancellationToken.None);
            _readings.Add(await _steady.HoldsAsync(server));
        }
    });

    private IReadOnlyList<Uri> Hosts() => _victim is { } victim ? [_steady.Address, victim.Address] : [_steady.Address];

    private async Task<string> KeyAsync(string name, string scopes) =>
        (await server.RequireAsync("key", "add", name, "--scopes", scopes, "--areas", Life.Area, "--by", "soak", "--json")).Json.GetProperty("key").GetString()!;

    private void Count(string what, int times = 1)
    {
        lock (_done)
        {
            _done[what] += times;
        }
    }

    // One part that fails is told, and the others go on to the end.
    private async Task GuardAsync(string part, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception fault) when (fault is InvalidOperationException or OperationCanceledException or KeyNotFoundException or IOException or Npgsql.NpgsqlException)
        {
            _faults.Add($"{part}: {fault.Message}");
        }
    }

    private static void Require(bool so, JsonElement told)
    {
        if (!so)
        {
            throw new InvalidOperationException(told.ToString());
        }
    }

    private void Write()
    {
        output.WriteLine(string.Join(", ", _done.Select(d => string.Create(CultureInfo.InvariantCulture, $"{d.Value} {d.Key}"))));
        _readings.Write(output);
        foreach (string fault in _faults)
        {
            output.WriteLine(fault);
        }

        output.WriteLine(_faults.Count == 0 ? "flat: nothing grew, verify is clean" : "not flat");
    }
}

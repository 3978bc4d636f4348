using System.Globalization;
using Batch.Crash;
using Batch.Testing;

if (args is not ["crash" or "soak", ..] || args.Contains("--help"))
{
    Console.WriteLine("batch soak [--minutes M] [--seed S]");
    Console.WriteLine("batch crash --every-place [--seed S]");
    Console.WriteLine("batch crash [--kills N] [--seed S] [--only FAULT[-FAULT]] [--minutes M] [--log FILE]");
    Console.WriteLine("batch crash --sum FILE ...");
    return 0;
}

if (args is ["crash", "--sum", .. string[] logs])
{
    CampaignLog.Of(logs).Sum(Console.Out);
    return 0;
}

string? Option(string name) => Array.IndexOf(args, name) is >= 0 and int at && at + 1 < args.Length ? args[at + 1] : null;
int Number(string name, int otherwise) => Option(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

// Whoever runs this has settings that are not the campaign's.
foreach (string name in Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(n => n.StartsWith("BATCH_", StringComparison.Ordinal) && n is not ("BATCH_PG_BIN" or KeptLogs.Setting)).ToList())
{
    Environment.SetEnvironmentVariable(name, null);
}

if (args[0] == "soak")
{
    await using CrashServer soaked = await CrashServer.StartAsync();
    return (await new Soak(soaked, TimeSpan.FromMinutes(Number("--minutes", 30)), Number("--seed", 1), Console.Out).RunAsync()).Count == 0 ? 0 : 1;
}

int[]? only = Option("--only")?.Split('-').Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray();
CampaignOptions options = new(
    Number("--kills", 1000), Number("--seed", 1), only is null ? null : (only[0], only[^1]), TimeSpan.FromMinutes(Number("--minutes", 100_000)),
    only is null ? Option("--log") : null, args.Contains("--every-place"));
await using CrashServer server = await CrashServer.StartAsync();
using Campaign campaign = new(options, server, Console.Out);
await campaign.RunAsync();
campaign.Log.Sum(Console.Out);
foreach (Batch.Jobs.Store.KillPoint point in campaign.NeverReached)
{
    Console.WriteLine($"never reached: {point}");
}

foreach (string place in campaign.NeverStruck)
{
    Console.WriteLine($"nobody was killed at: {place}");
}

bool whole = campaign.NeverReached.Count == 0 && campaign.NeverStruck.Count == 0;
return campaign.Log.Differences.Count == 0 && campaign.Log is { LostFen: 0, DoubledFen: 0 } && whole ? 0 : 1;

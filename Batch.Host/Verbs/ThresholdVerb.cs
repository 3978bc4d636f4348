using System.CommandLine;
using System.Globalization;
using Batch.Host.Access;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;

namespace Batch.Host.Verbs;

/// <summary><c>threshold</c>: the thresholds of an area and who set them; with <c>NAME=VALUE</c> sets one.</summary>
internal static class ThresholdVerb
{
    private static readonly Option<string?> Area = VerbOptions.Area();
    private static readonly Option<string?> By = new("--by") { Description = "操作人 / who sets it", HelpName = "WHO" };
    private static readonly Argument<string?> Setting = new("NAME=VALUE")
    {
        Description = "要设定的阈值；不给出则列出全部 / the threshold to set; without it all are listed",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Command Create() => new Verb("threshold", "异常阈值与提前结账天数", "thresholds of anomalies, and days of early closing", RunAsync) { Setting, Area, By }
        .Acts(call => call.Get(Setting) is null ? [] : [Permissions.ManageUsers]);

    private static async Task<int> RunAsync(VerbCall call)
    {
        (string Name, decimal Value)? setting = call.Get(Setting) is { } text ? Parse(text) : null;
        if (setting is not null && string.IsNullOrWhiteSpace(call.Get(By)))
        {
            throw VerbFault.OfUsage("Give --by: it is recorded who sets a threshold.", "请给出 --by：设定阈值须记录操作人。");
        }

        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        Thresholds thresholds = new(area.Program, area.Schema.Code);
        if (setting is { } given)
        {
            await thresholds.SetAsync(given.Name, given.Value, call.By, call.Cancellation);
        }

        IReadOnlyList<Threshold> all = await thresholds.ReadAsync(call.Cancellation);
        call.Output.Document(new { area = area.Schema.Code, thresholds = all.ToDictionary(t => t.Name, t => new { t.Value, t.SetBy, t.SetAt }) });
        call.Output.Table(["阈值 threshold", "数值 value", "设定人 set by"], all.Select(t => new[] { t.Name, t.Value.ToString("0.##", CultureInfo.InvariantCulture), t.SetBy }));
        return ExitCode.Done;
    }

    private static (string, decimal) Parse(string text) =>
        text.Split('=') is [var name, var value] && decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)
            ? (name.Trim(), number)
            : throw VerbFault.OfUsage($"A threshold is set as NAME=VALUE, not as {text}.", $"设定阈值请写 NAME=VALUE，而不是 {text}。");
}

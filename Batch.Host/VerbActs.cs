using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Batch.Host.Access;
using Batch.Jobs.Store;

namespace Batch.Host;

/// <summary>A call of a verb as the audit log keeps it: which verb, in which area, of which run, file, month, user or key; never reasons, file names or numbers of people.</summary>
internal static partial class VerbActs
{
    /// <summary>Before the name of the verb.</summary>
    public const string Prefix = "verb ";

    private const int LongestSubject = 200;
    private static readonly string[] Options = ["--month", "--year", "--from", "--to", "--kind", "--parent", "--submission", "--row", "--take", "--withdraw", "--approve", "--roles", "--scopes", "--areas"];
    private static readonly string[] NotTold = ["FILE", "AREA"];

    public static Act Of(ParseResult call, Actor actor)
    {
        Command verb = call.CommandResult.Command;
        IEnumerable<string> arguments = verb.Arguments.Where(a => !NotTold.Contains(a.Name)).SelectMany(a => Words(call.GetResult(a)));
        IEnumerable<string> options = verb.Options.Where(o => Options.Contains(o.Name)).Select(o => (o.Name, Result: call.GetResult(o)))
            .Where(o => o.Result is { Implicit: false }).Select(o => string.Join('=', [o.Name[2..], .. Words(o.Result)]));
        string subject = Masked(string.Join(' ', [.. arguments, .. options]));
        return new Act(actor.Name, Prefix + NameOf(verb), AreaOf(call), subject.Length == 0 ? null : subject[..Math.Min(subject.Length, LongestSubject)], Origin: actor.Origin);
    }

    /// <summary>Without the numbers of people and cards.</summary>
    public static string Masked(string text) => Number().Replace(text, "***");

    /// <summary>What <c>--by</c> says; null: it is not given.</summary>
    public static string? NamedActor(ParseResult call) => call.CommandResult.Command.Options.OfType<Option<string?>>().SingleOrDefault(o => o.Name == "--by") is { } by ? call.GetValue(by)?.Trim() : null;

    /// <summary>Such as <c>policy approve</c>.</summary>
    public static string NameOf(Command verb) => string.Join(' ', verb.Parents.OfType<Command>().Where(p => p.Parents.Any()).Select(p => p.Name).Append(verb.Name));

    private static string? AreaOf(ParseResult call)
    {
        Command verb = call.CommandResult.Command;
        string[] given =
        [
            .. verb.Options.Where(o => o.Name == "--area").SelectMany(o => Words(call.GetResult(o))),
            .. verb.Arguments.Where(a => a.Name == "AREA").SelectMany(a => Words(call.GetResult(a))),
        ];
        return given.FirstOrDefault(a => Area().IsMatch(a));
    }

    private static IEnumerable<string> Words(SymbolResult? result) => result?.Tokens.Select(t => t.Value) ?? [];

    // What is as long as the number of a person or a card.
    [GeneratedRegex("[0-9]{9,}[0-9Xx]*")]
    private static partial Regex Number();

    [GeneratedRegex("^[0-9]{6}$")]
    private static partial Regex Area();
}

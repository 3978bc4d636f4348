using System.Net;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Batch.Host.Api;
using Batch.Host.Engine;

namespace Batch.Web.Tests.Crawling;

/// <summary>An address, and what it was found by: what a fault is reported with.</summary>
internal sealed record Found(string Address, string On, string By)
{
    public override string ToString() => $"{Address} (\"{By}\" on {On})";
}

/// <summary>
/// Follows each link and each form that only asks, from one address on, in both languages, as one person would with much patience. The language is changed as people do, by the link
/// on the page: each page is read, then read again in the other language.
/// </summary>
internal sealed partial class Crawler(HttpClient browser)
{
    private const int Most = 4000;

    // An account's address is made anew by each page that leads to it: a few of them are enough.
    private const int MostAccounts = 4;

    // The pages of the engine and of the API's description are other projects' work: that they open is enough.
    private static readonly string[] OfOthers = [Engines.DashboardPath, ApiPage.Path];

    private readonly HtmlParser parser = new();
    private readonly Queue<Found> waiting = new();
    private readonly HashSet<string> seen = [];
    private readonly HashSet<string> accounts = [];

    /// <summary>What a person would complain of; empty: all is well.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>The paths that answered, without what is asked of them.</summary>
    public HashSet<string> Paths { get; } = [];

    public int Requests { get; private set; }

    /// <param name="starts">Where it begins: the address that is typed, and what came of forms that were filled in.</param>
    public async Task RunAsync(params string[] starts)
    {
        foreach (string start in starts)
        {
            Add(start, "the address line", start);
        }

        while (waiting.TryDequeue(out Found? found) && seen.Count < Most)
        {
            await VisitAsync(found);
        }

        if (seen.Count >= Most)
        {
            Faults.Add($"there is no end of addresses; the last ones are {string.Join(' ', seen.TakeLast(5))}");
        }
    }

    private async Task VisitAsync(Found found)
    {
        if (await ReadAsync(found) is not { } page)
        {
            return;
        }

        (string path, IHtmlDocument document) = page;
        Collect(path, document);
        string? language = document.QuerySelector("a[data-language]")?.GetAttribute("href");
        if (language is null)
        {
            Faults.Add($"no link to the other language: {found}");
            return;
        }

        if (await ReadAsync(new Found(Resolve(path, language), path, "the other language")) is { } other)
        {
            if (other.Document.DocumentElement.GetAttribute("lang") == document.DocumentElement.GetAttribute("lang"))
            {
                Faults.Add($"the other language is the same one: {found}");
            }

            Collect(path, other.Document);
        }
    }

    /// <summary>The page that answers at last, where it is one of ours; null for files, for other programs' pages and for faults.</summary>
    private async Task<(string Path, IHtmlDocument Document)?> ReadAsync(Found found)
    {
        Uri address = new(browser.BaseAddress!, found.Address);
        for (int hops = 0; hops < 5; hops++)
        {
            Requests++;
            using HttpResponseMessage answer = await browser.GetAsync(address);
            Paths.Add(address.AbsolutePath);
            if (answer.Headers.Location is { } location)
            {
                address = new Uri(address, location);
                continue;
            }

            if (answer.StatusCode != HttpStatusCode.OK)
            {
                Faults.Add($"{(int)answer.StatusCode}: {found}");
                return null;
            }

            if (answer.Content.Headers.ContentType?.MediaType != "text/html" || IsOfOthers(address.AbsolutePath))
            {
                await answer.Content.ReadAsByteArrayAsync();
                return null;
            }

            IHtmlDocument document = await parser.ParseDocumentAsync(await answer.Content.ReadAsStringAsync());
            Check(found, address, document);
            return (address.PathAndQuery, document);
        }

        Faults.Add($"led round in a circle: {found}");
        return null;
    }

    private void Check(Found found, Uri address, IHtmlDocument document)
    {
        if (address.AbsolutePath == "/sign-in" && document.QuerySelector("form[action$='/sign-out']") is null && !found.Address.StartsWith("/sign-in", StringComparison.Ordinal) && found.Address != "/")
        {
            Faults.Add($"asks to sign in: {found}");
        }

        // A fault that a link alone can bring about.
        if (document.QuerySelector(".fault[role=alert]") is { } fault)
        {
            Faults.Add($"shows {fault.TextContent.Trim()}: {found}");
        }

        int mark = found.Address.IndexOf('#', StringComparison.Ordinal);
        if (mark >= 0 && document.GetElementById(found.Address[(mark + 1)..]) is null)
        {
            Faults.Add($"no such place on the page: {found}");
        }
    }

    private void Collect(string path, IHtmlDocument document)
    {
        foreach (IElement part in document.QuerySelectorAll("[href], [src], [action], [formaction]"))
        {
            string name = new[] { "href", "src", "formaction", "action" }.First(part.HasAttribute);
            string value = part.GetAttribute(name)!;
            if (value.Length == 0 || value.StartsWith('~'))
            {
                Faults.Add($"a <{part.LocalName}> leads to \"{value}\" on {path}");
            }
            else if (name is "href" or "src" && !part.HasAttribute("data-language") && !value.StartsWith("data:", StringComparison.Ordinal))
            {
                Add(Resolve(path, value), path, part.TextContent.Trim());
            }
        }

        foreach (IElement poll in document.QuerySelectorAll("[data-poll]:not([data-poll=''])"))
        {
            Add(Resolve(path, poll.GetAttribute("data-poll")!), path, "what goes on by itself");
        }

        foreach (IHtmlFormElement form in document.QuerySelectorAll<IHtmlFormElement>("form[method=get]"))
        {
            foreach ((string address, string by) in GetForm.Addresses(form))
            {
                Add(Resolve(path, address), path, by);
            }
        }
    }

    private void Add(string address, string on, string by)
    {
        Uri target = new(browser.BaseAddress!, address);
        if (target.Host != browser.BaseAddress!.Host || target.Port != browser.BaseAddress.Port)
        {
            Faults.Add($"leads out of the house: {new Found(address, on, by)}");
        }
        else if (IsWanted(target.AbsolutePath) && seen.Add(target.PathAndQuery + target.Fragment))
        {
            waiting.Enqueue(new Found(target.PathAndQuery + target.Fragment, on, by));
        }
    }

    private bool IsWanted(string path) =>
        Account().Match(path) is not { Success: true, Value: var account } || accounts.Contains(account) || (accounts.Count < MostAccounts && accounts.Add(account));

    private string Resolve(string path, string value)
    {
        Uri target = new(new Uri(browser.BaseAddress!, path), value);
        return target.Host == browser.BaseAddress!.Host ? target.PathAndQuery + target.Fragment : target.AbsoluteUri;
    }

    private static bool IsOfOthers(string path) => OfOthers.Any(o => path.StartsWith(o, StringComparison.Ordinal));

    [GeneratedRegex("/[0-9a-f]{100,}$")]
    private static partial Regex Account();
}

using System.Text.RegularExpressions;
using Microsoft.Playwright;
using NUnit.Framework;

namespace Batch.Browser.Tests.Journeys;

/// <summary>
/// What a person at a screen can do: read, click on what is written there, fill in what has a label, press keys. It knows no address, no id and no class; each text is given in Chinese
/// and in English, and the one of the page's language is looked for. Each page that it comes to is checked once for how it looks and for who cannot see it.
/// </summary>
internal sealed class Hand(IPage page, string language, Inspection inspection)
{
    /// <summary>Texts that a person wrote, such as a file's name, are the same in both languages.</summary>
    public IPage Page => page;

    public bool IsEnglish => language == "en";

    public string Text(string chinese, string english) => IsEnglish ? english : chinese;

    /// <summary>Chooses an entry of the menu, which on a telephone is opened first.</summary>
    public async Task GoAsync(string chinese, string english)
    {
        ILocator entry = page.GetByRole(AriaRole.Navigation, new() { Name = Text("主菜单", "Main") }).GetByRole(AriaRole.Link, Exactly(chinese, english));
        if (!await entry.IsVisibleAsync())
        {
            await page.Locator("summary").Filter(new() { HasText = Text("菜单", "Menu") }).ClickAsync();
        }

        await ClickAsync(entry);
    }

    /// <summary>Clicks on the link, the button or the fold with just this text.</summary>
    public Task ClickAsync(string chinese, string english) => ClickAsync(Clickable(page.Locator("body"), chinese, english));

    /// <summary>The same in the row of a table that holds a text.</summary>
    public Task ClickInRowAsync(string row, string chinese, string english) => ClickAsync(Clickable(Row(row), chinese, english));

    /// <summary>Clicks on the first link that begins or goes on with the text: a duty, a submission, a month.</summary>
    public Task FollowAsync(string chinese, string english) => ClickAsync(page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new() { Name = Text(chinese, english) }).First);

    public Task FollowInRowAsync(string row, string chinese, string english) => ClickAsync(Row(row).GetByRole(AriaRole.Link, new() { Name = Text(chinese, english) }).First);

    public Task FillAsync(string chinese, string english, string value) => Field(chinese, english).FillAsync(value);

    public Task FillInRowAsync(string row, string chinese, string english, string value) => Row(row).GetByLabel(Text(chinese, english)).FillAsync(value);

    public Task ChooseAsync(string chinese, string english, string option) => Field(chinese, english).SelectOptionAsync(new SelectOptionValue { Label = option });

    /// <summary>What a list offers.</summary>
    public Task<IReadOnlyList<string>> OffersAsync(string chinese, string english) => Field(chinese, english).GetByRole(AriaRole.Option).AllInnerTextsAsync();

    public Task TickAsync(string chinese, string english) => page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Checkbox, Exactly(chinese, english)).First.CheckAsync();

    public Task TakeFilesAsync(string chinese, string english, params string[] files) => Field(chinese, english).SetInputFilesAsync(files);

    /// <summary>Clicks on what saves a file, and saves it in the folder under the name that it is given.</summary>
    public async Task<string> SaveAsync(string chinese, string english, string folder)
    {
        IDownload download = await page.RunAndWaitForDownloadAsync(() => Clickable(page.Locator("body"), chinese, english).ClickAsync());
        string path = Path.Combine(folder, download.SuggestedFilename);
        await download.SaveAsAsync(path);
        return path;
    }

    /// <summary>Waits until a text is to be seen.</summary>
    public async Task SeesAsync(string chinese, string english)
    {
        await Assertions.Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync(Text(chinese, english), new() { Timeout = 60_000, UseInnerText = true });
        await inspection.LookAsync(page, language);
    }

    public Task SeesInRowAsync(string row, params string[] texts) =>
        Assertions.Expect(Row(row)).ToContainTextAsync(new Regex(string.Join(@"[\s\S]*", texts.Select(Regex.Escape)), RegexOptions.None, TimeSpan.FromSeconds(1)), new() { Timeout = 60_000 });

    public async Task SignInAsync(string name, string password)
    {
        await FillAsync("用户名", "Name", name);
        await FillAsync("密码", "Password", password);
        await ClickAsync("登录", "Sign in");
    }

    /// <summary>The first sign-in: the one-time password is exchanged for one's own.</summary>
    public async Task SignInFirstAsync(string name, string oneTime, string own)
    {
        await SignInAsync(name, oneTime);
        await FillAsync("原密码", "Present password", oneTime);
        await FillAsync("新密码", "New password", own);
        await FillAsync("再输一次", "Once more", own);
        await ClickAsync("修改", "Change");
    }

    /// <summary>Comes to something by Tab and presses Enter on it.</summary>
    /// <param name="part">The text is only a part of what is written there.</param>
    public async Task EnterAsync(string chinese, string english, bool part = false)
    {
        await TabToAsync(Text(chinese, english), part);
        bool leads = await page.EvaluateAsync<bool>("() => { window.left = document.activeElement.localName !== 'summary'; return window.left; }");
        await page.Keyboard.PressAsync("Enter");
        if (leads)
        {
            await ArriveAsync();
        }

        await inspection.LookAsync(page, language);
    }

    /// <summary>Comes to a field by Tab and writes in it.</summary>
    public async Task TypeAsync(string chinese, string english, string value)
    {
        await TabToAsync(Text(chinese, english), part: false);
        await page.Keyboard.PressAsync("Control+A");
        await page.Keyboard.TypeAsync(value);
    }

    // Sees on the way that the focus shows.
    private async Task TabToAsync(string wanted, bool part)
    {
        List<string> passed = [];
        for (int i = 0; i < 150; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            string[] focus = await page.EvaluateAsync<string[]>(Focus);
            Assert.That(focus[1], Is.Not.EqualTo("none"), $"the focus on \"{focus[0]}\" does not show");
            if (part ? focus[0].Contains(wanted, StringComparison.Ordinal) : focus[0] == wanted)
            {
                return;
            }

            passed.Add(focus[0]);
        }

        Assert.Fail($"No Tab leads to \"{wanted}\", only to {string.Join(", ", passed.Distinct())}.");
    }

    // The name of what has the focus as a person would say it, and how the focus shows.
    private const string Focus =
        """
        () => {
            const on = document.activeElement;
            const name = on.labels?.length ? on.labels[0].textContent : on.getAttribute('aria-label') ?? on.textContent;
            return [(name ?? '').trim(), on === document.body ? 'window' : getComputedStyle(on).outlineStyle];
        }
        """;

    private ILocator Field(string chinese, string english) => page.GetByLabel(Text(chinese, english), new() { Exact = false }).Locator("visible=true").First;

    private ILocator Row(string text) => page.GetByRole(AriaRole.Row).Filter(new() { HasText = text }).First;

    private ILocator Clickable(ILocator within, string chinese, string english) => within.GetByRole(AriaRole.Button, new() { Name = Text(chinese, english), Exact = true })
        .Or(within.GetByRole(AriaRole.Link, new() { Name = Text(chinese, english), Exact = true }))
        .Or(within.Locator("summary").Filter(new() { HasTextRegex = new Regex($@"^\s*{Regex.Escape(Text(chinese, english))}(……|\s\.\.\.)?\s*$", RegexOptions.None, TimeSpan.FromSeconds(1)) }))
        .Locator("visible=true").First;

    private async Task ClickAsync(ILocator what)
    {
        bool leads = await what.EvaluateAsync<bool>("what => { window.left = what.localName !== 'summary'; return window.left; }");
        await what.ClickAsync();
        if (leads)
        {
            await ArriveAsync();
        }

        await inspection.LookAsync(page, language);
    }

    // A click returns before the next page is there.
    private async Task ArriveAsync() => await page.WaitForFunctionAsync("() => !window.left && document.readyState === 'complete'");

    private LocatorGetByRoleOptions Exactly(string chinese, string english) => new() { Name = Text(chinese, english), Exact = true };
}

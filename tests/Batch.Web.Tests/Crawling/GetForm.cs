using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace Batch.Web.Tests.Crawling;

/// <summary>The addresses that a form leads to which only asks: each choice of each list, each button, boxes as they are and all the other way; what is written in it stays.</summary>
internal static class GetForm
{
    public static IEnumerable<(string Address, string By)> Addresses(IHtmlFormElement form)
    {
        IHtmlInputElement[] inputs = [.. form.QuerySelectorAll<IHtmlInputElement>("input[name]")];
        List<(string, string)[]> fixedParts = [[.. Values(inputs, turned: false)]];
        if (inputs.Any(i => i.Type == "checkbox"))
        {
            fixedParts.Add([.. Values(inputs, turned: true)]);
        }

        foreach ((string, string)[] values in fixedParts)
        {
            foreach ((string, string)[] chosen in Choices(form))
            {
                foreach (IElement button in form.QuerySelectorAll("button:not([type=button])"))
                {
                    string action = button.GetAttribute("formaction") ?? form.GetAttribute("action") ?? "";
                    (string, string)[] pressed = button.GetAttribute("name") is { } name ? [(name, button.GetAttribute("value") ?? "")] : [];
                    yield return (action + "?" + string.Join('&', values.Concat(chosen).Concat(pressed).Select(Encode)), button.TextContent.Trim());
                }
            }
        }
    }

    private static IEnumerable<(string, string)> Values(IEnumerable<IHtmlInputElement> inputs, bool turned) => inputs
        .Where(i => i.Type is not "checkbox" || i.HasAttribute("checked") != turned)
        .Select(i => (i.Name!, i.GetAttribute("value") ?? ""));

    private static IEnumerable<(string, string)[]> Choices(IHtmlFormElement form)
    {
        IEnumerable<(string, string)[]> all = [[]];
        foreach (IHtmlSelectElement list in form.QuerySelectorAll<IHtmlSelectElement>("select[name]"))
        {
            (string, string)[] options = [.. list.Options.Select(o => (list.Name!, o.Value))];
            all = all.SelectMany(before => options.Select(option => ((string, string)[])[.. before, option])).ToList();
        }

        return all;
    }

    private static string Encode((string Name, string Value) field) => Uri.EscapeDataString(field.Name) + "=" + Uri.EscapeDataString(field.Value);
}

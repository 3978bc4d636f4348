using System.Text.Json;
using System.Text.Json.Nodes;

namespace Batch.Host;

/// <summary>
/// What a verb says: either one JSON document or lines and tables for people. A verb says both; the half that was not asked for is
/// silent. Logs always go to stderr.
/// </summary>
internal sealed class VerbOutput(TextWriter output, TextWriter errors, bool json)
{
    private readonly List<(string Chinese, string English)> notices = [];
    private bool written;

    public bool IsJson => json;

    /// <summary>The verb's one document, with the conventions of <see cref="JsonConventions"/>.</summary>
    public void Document(object document)
    {
        if (!json)
        {
            return;
        }

        if (written)
        {
            throw new InvalidOperationException("A verb writes one document.");
        }

        written = true;
        output.WriteLine(notices.Count == 0 ? JsonSerializer.Serialize(document, JsonConventions.Options) : Noticed(document, notices).ToJsonString(JsonConventions.Options));
        output.Flush();
    }

    /// <summary>What has to be known beside the document; said before it.</summary>
    public void Notice((string Chinese, string English) words)
    {
        notices.Add(words);
        Line($"注意 note：{words.Chinese} {words.English}");
    }

    /// <summary>A document with what has to be known beside it, as <c>notices</c>.</summary>
    public static JsonNode Noticed(object document, IEnumerable<(string Chinese, string English)> notices)
    {
        JsonNode node = JsonSerializer.SerializeToNode(document, JsonConventions.Options)!;
        node["notices"] = JsonSerializer.SerializeToNode(notices.Select(n => new { message = n.English, messageZh = n.Chinese }), JsonConventions.Options);
        return node;
    }

    public void Line(string text)
    {
        if (!json)
        {
            output.WriteLine(text);
        }
    }

    /// <summary>Rows under their headers, in columns as wide as their widest cell; a column of nothing but numbers is set right.</summary>
    public void Table(IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows)
    {
        if (!json)
        {
            TextTable.Write(output, headers, rows);
        }
    }

    /// <summary>For people who watch or read it later; never a person's data.</summary>
    public void Log(string text) => errors.WriteLine(text);

    /// <summary>Why the verb ends without its result. In JSON it is the document, unless the verb has written its own already.</summary>
    public void Fault(VerbFault fault)
    {
        if (json && !written)
        {
            Document(new { error = new { code = fault.Code, message = fault.Message, messageZh = fault.Chinese } });
            return;
        }

        errors.WriteLine(fault.Chinese);
        errors.WriteLine($"{fault.Message} ({fault.Code})");
    }
}

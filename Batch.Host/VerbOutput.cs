using System.Text.Json;

namespace Batch.Host;

/// <summary>
/// What a verb says: either one JSON document or lines and tables for people. A verb says both; the half that was not asked for is
/// silent. Logs always go to stderr.
/// </summary>
internal sealed class VerbOutput(TextWriter output, TextWriter errors, bool json)
{
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
        output.WriteLine(JsonSerializer.Serialize(document, JsonConventions.Options));
        output.Flush();
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

    /// <summary>For whoever watches or looks into it later; never a person's data.</summary>
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

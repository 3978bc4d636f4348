using System.Globalization;
using System.Xml;

namespace Batch.Jobs.Files;

/// <summary>Reads the text of an element into room that is used again.</summary>
/// <param name="most">Longest text, in characters: a longer one is cut behind it, and then fails by its length.</param>
internal sealed class XmlText(int most)
{
    private char[] buffer = new char[256];
    private int length;

    /// <summary>The text of an element without others inside; the reader is then at its end.</summary>
    public ReadOnlySpan<char> Read(XmlReader xml)
    {
        length = 0;
        Append(xml);
        return Unescaped();
    }

    /// <summary>What was read last.</summary>
    public string Last => new(buffer, 0, Math.Min(length, most));

    /// <summary>The text of an element that may have runs with formats of their own; how it is pronounced is left out.</summary>
    public ReadOnlySpan<char> ReadRich(XmlReader xml)
    {
        length = 0;
        if (xml.IsEmptyElement)
        {
            return default;
        }

        int depth = xml.Depth;
        bool more = xml.Read();
        while (more && xml.Depth > depth)
        {
            if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "rPh")
            {
                xml.Skip();
                continue;
            }

            if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "t")
            {
                Append(xml);
            }

            more = xml.Read();
        }

        return Unescaped();
    }

    private void Append(XmlReader xml)
    {
        if (xml.IsEmptyElement)
        {
            return;
        }

        while (xml.Read() && xml.NodeType != XmlNodeType.EndElement)
        {
            if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace)
            {
                AppendValue(xml);
            }
            else if (xml.NodeType == XmlNodeType.Element)
            {
                throw new XmlException();
            }
        }
    }

    private void AppendValue(XmlReader xml)
    {
        for (int read = 1; read > 0; length = Math.Min(length + read, most + 1))
        {
            if (buffer.Length - length < 128)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }

            read = xml.ReadValueChunk(buffer, length, buffer.Length - length);
        }
    }

    /// <summary>Characters that XML cannot hold are written by their number: _x000D_.</summary>
    private ReadOnlySpan<char> Unescaped()
    {
        Span<char> text = buffer.AsSpan(0, length);
        int to = text.IndexOf("_x");
        if (to < 0)
        {
            return text;
        }

        for (int from = to; from < length; from++, to++)
        {
            bool escaped = from + 6 < length && text[from] == '_' && text[from + 1] == 'x' && text[from + 6] == '_';
            if (escaped && ushort.TryParse(text.Slice(from + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort character))
            {
                text[to] = (char)character;
                from += 6;
            }
            else
            {
                text[to] = text[from];
            }
        }

        return text[..to];
    }
}

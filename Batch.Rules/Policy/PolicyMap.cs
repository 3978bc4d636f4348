using System.Globalization;
using NodaTime;
using YamlDotNet.RepresentationModel;

namespace Batch.Rules;

/// <summary>
/// Reads one mapping of a policy file key by key. Every wrong type becomes a fault at its line; keys that nobody asked for are refused by
/// <see cref="RefuseOthers"/>, so that a misspelt key is never silently without effect.
/// </summary>
internal sealed class PolicyMap(YamlMappingNode node, FaultList faults, string what)
{
    private readonly List<string> _known = [];

    public int Line => (int)node.Start.Line;
    public FaultList Faults => faults;

    /// <summary>What this mapping is, for sentences: <c>versions[2] unit active</c>.</summary>
    public string What => what;

    public YamlNode? Child(string key)
    {
        _known.Add(key);
        return node.Children.TryGetValue(new YamlScalarNode(key), out YamlNode? child) ? child : null;
    }

    public bool Has(string key) => Child(key) is not null;

    public YamlNode? Required(string key, string example)
    {
        YamlNode? child = Child(key);
        if (child is null)
        {
            faults.Add(Line, "KEY_MISSING", $"{what} 缺少 {key}，请补写，例如 {example}", $"{what} has no {key}; write for example {example}");
        }

        return child;
    }

    public PolicyMap? Map(string key, string example, bool required = true)
    {
        YamlNode? child = required ? Required(key, example) : Child(key);
        return child is null ? null : AsMap(child, $"{what} {key}", example);
    }

    public PolicyMap? AsMap(YamlNode child, string name, string example)
    {
        if (child is YamlMappingNode mapping)
        {
            return new PolicyMap(mapping, faults, name);
        }

        faults.Add(child, "TYPE_WRONG", $"{name} 应为键值对，例如 {example}", $"{name} is to be a mapping; write for example {example}");
        return null;
    }

    /// <summary>The items of a list; an absent optional list is empty.</summary>
    public IReadOnlyList<YamlNode> List(string key, string example, bool required = true)
    {
        YamlNode? child = required ? Required(key, example) : Child(key);
        switch (child)
        {
            case null:
                return [];
            case YamlSequenceNode sequence:
                if (required && sequence.Children.Count == 0)
                {
                    faults.Add(child, "LIST_EMPTY", $"{what} 的 {key} 是空的，例如 {example}", $"{key} of {what} is empty; write for example {example}");
                }

                return [.. sequence.Children];
            default:
                faults.Add(child, "TYPE_WRONG", $"{what} 的 {key} 应为列表，例如 {example}", $"{key} of {what} is to be a list; write for example {example}");
                return [];
        }
    }

    public IEnumerable<(string Key, YamlNode Value)> Entries()
    {
        foreach ((YamlNode key, YamlNode value) in node.Children)
        {
            if (key is YamlScalarNode { Value: { } name })
            {
                _known.Add(name);
                yield return (name, value);
            }
        }
    }

    public string? Text(string key, string example, bool required = true)
    {
        YamlNode? child = required ? Required(key, example) : Child(key);
        if (child is null)
        {
            return null;
        }

        if (child is YamlScalarNode { Value: { Length: > 0 } text })
        {
            return text;
        }

        faults.Add(child, "TYPE_WRONG", $"{what} 的 {key} 应为文字，例如 {example}", $"{key} of {what} is to be a text; write for example {example}");
        return null;
    }

    public T Word<T>(string key, T otherwise)
        where T : struct, Enum
    {
        string? text = Text(key, Words.All<T>()[0], required: false);
        if (text is null)
        {
            return otherwise;
        }

        T? word = Words.Read<T>(text);
        if (word is null)
        {
            string all = string.Join(", ", Words.All<T>());
            faults.Add(Child(key)!, "WORD_UNKNOWN", $"{what} 的 {key} 不能是“{text}”，可写：{all}",
                $"{key} of {what} cannot be '{text}'; write one of: {all}");
        }

        return word ?? otherwise;
    }

    public bool Flag(string key, bool otherwise)
    {
        switch (Text(key, "yes", required: false))
        {
            case null:
                return otherwise;
            case "yes":
                return true;
            case "no":
                return false;
            case var text:
                faults.Add(Child(key)!, "WORD_UNKNOWN", $"{what} 的 {key} 不能是“{text}”，可写：yes, no",
                    $"{key} of {what} cannot be '{text}'; write one of: yes, no");
                return otherwise;
        }
    }

    public int? Integer(string key, int least, int most, bool required = false)
    {
        string? text = Text(key, $"{least}", required);
        if (text is null)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most)
        {
            return number;
        }

        faults.Add(Child(key)!, "NUMBER_WRONG", $"{what} 的 {key} 不能是“{text}”，应为 {least} 至 {most} 的整数",
            $"{key} of {what} cannot be '{text}'; write a whole number from {least} to {most}");
        return null;
    }

    public YearMonth? Month(string key, bool required = false)
    {
        string? text = Text(key, "2023-02", required);
        if (text is null)
        {
            return null;
        }

        YearMonth? month = ReadMonth(text);
        if (month is null)
        {
            faults.Add(Child(key)!, "MONTH_WRONG", $"{what} 的 {key} 不能是“{text}”，应为年月，例如 2023-02",
                $"{key} of {what} cannot be '{text}'; write a month such as 2023-02");
        }

        return month;
    }

    public static YearMonth? ReadMonth(string text)
    {
        bool shaped = text.Length == 7 && text[4] == '-' && text.AsSpan(0, 4).IndexOfAnyExceptInRange('0', '9') < 0
            && text.AsSpan(5).IndexOfAnyExceptInRange('0', '9') < 0;
        if (!shaped)
        {
            return null;
        }

        int year = int.Parse(text.AsSpan(0, 4), CultureInfo.InvariantCulture), month = int.Parse(text.AsSpan(5), CultureInfo.InvariantCulture);
        return year is >= 1950 and <= 2200 && month is >= 1 and <= 12 ? new YearMonth(year, month) : null;
    }

    /// <summary>Refuses every key that was not asked for, with the one that was probably meant.</summary>
    public void RefuseOthers()
    {
        foreach (YamlNode key in node.Children.Keys)
        {
            string name = (key as YamlScalarNode)?.Value ?? "?";
            if (_known.Contains(name))
            {
                continue;
            }

            string nearest = _known.Distinct().OrderBy(k => Distance(k, name)).First();
            string all = string.Join(", ", _known.Distinct());
            faults.Add(key, "KEY_UNKNOWN", $"{what} 不认识“{name}”，是否指 {nearest}？可写：{all}",
                $"{what} does not know '{name}'; did you mean {nearest}? It takes: {all}");
        }
    }

    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int next = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = row[j];
                row[j] = next;
            }
        }

        return row[^1];
    }
}

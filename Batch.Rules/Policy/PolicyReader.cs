using NodaTime;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Batch.Rules;

/// <summary>
/// Turns the text of a policy file into what it says. The file's shape is described for policy officers in Policies/README.md; whatever is not in it
/// is refused here with the line and what to write instead. Gaps and overlaps are <see cref="PolicyProof"/>'s.
/// </summary>
internal sealed partial class PolicyReader
{
    private const int DeepestNesting = 40;

    private readonly FaultList _faults;
    private readonly Dictionary<string, PolicySource> _sources = [];

    private PolicyReader(FaultList faults) => _faults = faults;

    public static AreaPolicy? Read(string yaml, FaultList faults)
    {
        YamlMappingNode? root = Root(yaml, faults);
        return root is null ? null : new PolicyReader(faults).ReadArea(new PolicyMap(root, faults, "policy"));
    }

    private static YamlMappingNode? Root(string yaml, FaultList faults)
    {
        // YAML names the line where the enclosing mapping begins, which helps nobody to find a tab.
        string[] lines = yaml.Split('\n');
        int tab = Array.FindIndex(lines, l => l.AsSpan(0, l.Length - l.AsSpan().TrimStart().Length).Contains('\t'));
        if (tab >= 0)
        {
            faults.Add(tab + 1, "TAB", "行首有制表符，请改用空格缩进", "a tab at the beginning of the line; indent with blanks");
            return null;
        }

        if (!IsShallow(yaml, faults))
        {
            return null;
        }

        return Load(yaml, faults, parser =>
        {
            var stream = new YamlStream();
            stream.Load(parser);
            if (stream.Documents is [{ RootNode: YamlMappingNode root }])
            {
                return root;
            }

            faults.Add(1, "FILE_EMPTY", "文件应为一份政策，以 area: 开头", "the file is to be one policy that begins with area:");
            return null;
        });
    }

    /// <summary>
    /// Whether the file is nested no deeper than a policy can be: the tree is built by recursion, and a file must not be able to exhaust the stack.
    /// </summary>
    private static bool IsShallow(string yaml, FaultList faults) => Load(yaml, faults, parser =>
    {
        int depth = 0;
        while (parser.MoveNext() && depth <= DeepestNesting)
        {
            depth += parser.Current!.NestingIncrease;
        }

        if (depth <= DeepestNesting)
        {
            return faults;
        }

        faults.Add((int)parser.Current!.Start.Line, "YAML", "嵌套过深", "nested too deeply; a policy has no more than a dozen levels");
        return null;
    }) is not null;

    private static T? Load<T>(string yaml, FaultList faults, Func<Parser, T?> read)
        where T : class
    {
        using var text = new StringReader(yaml);
        var parser = new Parser(text);
        try
        {
            return read(parser);
        }
        catch (YamlException e)
        {
            faults.Add((int)Math.Max(e.Start.Line, e.End.Line), "YAML", $"不是正确的 YAML：{e.Message}；请检查缩进、冒号后的空格和重复的键",
                $"not proper YAML: {e.Message}; check the indentation, the blank after each colon and keys written twice");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // The YAML reader itself falls over some signs (a lone # or : in odd places); what it read last tells where.
            faults.Add((int)Math.Max(parser.Current?.End.Line ?? 1, 1), "YAML", "此行附近不是正确的 YAML，请检查引号、# 与冒号",
                "not proper YAML near this line; check quotes, # and colons");
        }

        return null;
    }

    private AreaPolicy ReadArea(PolicyMap map)
    {
        string area = map.Text("area", "\"420100\"") ?? "";
        if (area.Length > 0 && (area.Length != 6 || area.AsSpan().IndexOfAnyExceptInRange('0', '9') >= 0))
        {
            _faults.Add(map.Child("area")!, "AREA_WRONG", $"area 不能是“{area}”，应为六位区划代码，例如 \"420100\"",
                $"area cannot be '{area}'; write the six digits of the area such as \"420100\"");
        }

        string name = map.Text("name", "武汉市") ?? "";
        string english = map.Text("english", "Wuhan") ?? "";
        ReadSources(map);
        IReadOnlyList<OpenQuestion> open = ReadOpen(map);
        IReadOnlyList<FileFigure> figures = ReadFigures(map);
        var versions = new List<VersionText>();
        foreach (YamlNode item in map.List("versions", "- {from: 2023-02, ...}"))
        {
            if (map.AsMap(item, $"versions[{versions.Count + 1}]", "{from: 2023-02, categories: ...}") is { } version)
            {
                versions.Add(ReadVersion(version));
            }
        }

        IReadOnlyList<PolicyExample> examples = ReadExamples(map);
        map.RefuseOthers();
        return new AreaPolicy(_faults.File, area, name, english, _sources, open, figures, versions, examples);
    }

    private List<OpenQuestion> ReadOpen(PolicyMap map)
    {
        var open = new List<OpenQuestion>();
        foreach (YamlNode item in map.List("open", "- 2022 年以后的年金标准未找到", required: false))
        {
            if (item is YamlScalarNode { Value: { Length: > 0 } text })
            {
                open.Add(new OpenQuestion(_faults.File, (int)item.Start.Line, text));
            }
            else
            {
                _faults.Add(item, "TYPE_WRONG", "open 的每一项应为一句话", "each item of open is to be a sentence");
            }
        }

        return open;
    }

    private List<FileFigure> ReadFigures(PolicyMap map)
    {
        var figures = new List<FileFigure>();
        PolicyMap? all = map.Map("figures", "{average-wage: [...]}", required: false);
        foreach (string name in FigureNames.All)
        {
            foreach (YamlNode item in all?.List(name, "- {from: 2021-01, value: 7327 yuan/month, ref: WX, grade: B}", required: false) ?? [])
            {
                if (map.AsMap(item, $"figures {name}", "{from: 2021-01, value: 7327 yuan/month, ref: WX, grade: B}") is { } one)
                {
                    figures.Add(ReadFigure(name, one));
                }
            }
        }

        all?.RefuseOthers();
        return figures;
    }

    private FileFigure ReadFigure(string name, PolicyMap one)
    {
        int line = one.Line;
        YearMonth from = one.Month("from", required: true) ?? default;
        YearMonth? to = one.Month("to");
        decimal value = one.YuanAMonth("value", required: true) ?? 0m;
        if (value <= 0m && one.Has("value"))
        {
            _faults.Add(line, "FIGURE_NOT_POSITIVE", $"{one.What} 应大于 0", $"{one.What} is to be above 0");
        }

        var figure = new FileFigure(name, from, to, value, one.Integer("of", 1990, 2200), ReadClause(one));
        one.RefuseOthers();
        return figure;
    }

    /// <summary>Every value has a reference to a declared source, and a grade.</summary>
    private Clause ReadClause(PolicyMap map)
    {
        int line = map.Line;
        YamlNode? reference = map.Child("ref");
        IReadOnlyList<YamlNode> codes = reference switch
        {
            null => [],
            YamlSequenceNode many => [.. many.Children],
            _ => [reference],
        };
        if (codes.Count == 0)
        {
            _faults.Add(line, "REF_MISSING", $"{map.What} 没有出处，请写 ref: 和 sources 中的代码",
                $"{map.What} has no reference; write ref: with a code of sources");
        }

        foreach (YamlNode code in codes)
        {
            string text = (code as YamlScalarNode)?.Value ?? "";
            if (!_sources.ContainsKey(text))
            {
                _faults.Add(code, "REF_UNKNOWN", $"{map.What} 的出处“{text}”不在 sources 中，请先在那里写明",
                    $"reference '{text}' of {map.What} is not in sources; declare it there");
            }
        }

        if (!map.Has("grade"))
        {
            string all = string.Join(", ", Words.All<Grade>());
            _faults.Add(line, "GRADE_MISSING", $"{map.What} 没有等级，请写 grade: {all} 之一", $"{map.What} has no grade; write grade: one of {all}");
        }

        Grade grade = map.Word("grade", Grade.Sample);
        return new Clause(string.Join(", ", codes.Select(c => (c as YamlScalarNode)?.Value ?? "")), grade, line);
    }
}

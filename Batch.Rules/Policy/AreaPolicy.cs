using NodaTime;

namespace Batch.Rules;

/// <summary>An area's dated rules as one policy file says them: parsed, and proven free of gaps, overlaps and unknown words.</summary>
public sealed partial class AreaPolicy
{
    private readonly IReadOnlyList<FileFigure> _figures;
    private readonly IReadOnlyList<VersionText> _versions;

    internal AreaPolicy(
        string file, string area, string name, string english, IReadOnlyDictionary<string, PolicySource> sources, IReadOnlyList<OpenQuestion> open,
        IReadOnlyList<FileFigure> figures, IReadOnlyList<VersionText> versions, IReadOnlyList<PolicyExample> examples)
    {
        File = file;
        Area = area;
        Name = name;
        EnglishName = english;
        SourceDetails = sources;
        Sources = sources.ToDictionary(s => s.Key, s => s.Value.Text, StringComparer.Ordinal);
        _figures = figures;
        _versions = versions;
        Examples = examples;
        Open = [.. open, .. versions.SelectMany(v => v.Open), .. OpenIn(versions, file)];
    }

    /// <summary>Parses and proves a policy file, its examples included.</summary>
    /// <exception cref="PolicyFaultException">The file is refused; every fault carries file, line and what to write instead.</exception>
    public static AreaPolicy Parse(string yaml, string fileName)
    {
        (AreaPolicy? policy, IReadOnlyList<PolicyFault> faults) = PolicyCheck.Read(yaml, fileName);
        return policy is not null && faults.Count == 0 ? policy : throw new PolicyFaultException(faults);
    }

    public string File { get; }

    /// <summary>Six-digit code of the pooling area 统筹区.</summary>
    public string Area { get; }
    public string Name { get; }
    public string EnglishName { get; }

    /// <summary>The file's sources by their code, each in one line.</summary>
    public IReadOnlyDictionary<string, string> Sources { get; }

    /// <summary>The file's sources by their code, with title, number, date, issuer and the sentence quoted where the file has them.</summary>
    public IReadOnlyDictionary<string, PolicySource> SourceDetails { get; }

    /// <summary>What the sources leave open: said by the file, and found in it (a start that is not known, a category without a rule).</summary>
    public IReadOnlyList<OpenQuestion> Open { get; }

    internal IReadOnlyList<VersionText> Versions => _versions;
    internal IReadOnlyList<FileFigure> FileFigures => _figures;

    /// <summary>Examples worked by hand that the file carries.</summary>
    public IReadOnlyList<PolicyExample> Examples { get; }

    /// <summary>First month that each version is in force, null for one that covers all earlier months.</summary>
    public IReadOnlyList<YearMonth?> VersionStarts => [.. _versions.Select(v => v.From)];

    /// <summary>The policy in force in a month, with the figures that apply to it; figures given here override those of the file.</summary>
    /// <exception cref="PolicyGapException">No version covers the month.</exception>
    public MonthPolicy For(YearMonth month, IEnumerable<DatedFigure> figures) => For(month, figures, null);

    /// <summary>As the other one; an override counts for whatever month or year the rule names.</summary>
    /// <param name="overrides">Yuan a month by name: <c>average-wage</c>, <c>average-pension</c>, <c>base-min</c>, <c>base-max</c>.</param>
    /// <exception cref="ArgumentException">An override has another name or is not above zero, or the limits cross.</exception>
    public MonthPolicy For(YearMonth month, IEnumerable<DatedFigure> figures, IReadOnlyDictionary<string, decimal>? overrides)
    {
        VersionText version = VersionIn(month) ?? throw new PolicyGapException(Area, month);
        return new MonthPolicy(this, version, month, new MonthFigures(month, _figures, figures, overrides));
    }

    /// <summary>The last version that has begun; after its end there is none, for an earlier version never comes back.</summary>
    internal VersionText? VersionIn(YearMonth month) =>
        _versions.LastOrDefault(v => v.From is null || v.From.Value.CompareTo(month) <= 0) is { } begun && (begun.To is null || begun.To.Value.CompareTo(month) >= 0) ? begun : null;

    internal static string NameOf(string area, VersionText version, YearMonth? nextFrom) => (version.From, nextFrom ?? version.To?.PlusMonths(1)) switch
    {
        ({ } from, _) => $"{area} from {from.Year:0000}-{from.Month:00}",
        (null, { } next) => $"{area} before {next.Year:0000}-{next.Month:00}",
        _ => area,
    };

    internal string NameOf(VersionText version)
    {
        int at = _versions.ToList().IndexOf(version);
        return NameOf(Area, version, at + 1 < _versions.Count ? _versions[at + 1].From : null);
    }

    private static IEnumerable<OpenQuestion> OpenIn(IReadOnlyList<VersionText> versions, string file)
    {
        for (int i = 0; i < versions.Count; i++)
        {
            VersionText version = versions[i];
            YearMonth? last = i + 1 < versions.Count ? versions[i + 1].From?.PlusMonths(-1) : version.To;
            string which = version.From is { } first ? $"{Text(first)} 起的版本" : last is { } known ? $"最早的版本（至 {Text(known)}）" : "最早的版本";
            if (!version.StartKnown)
            {
                yield return new OpenQuestion(file, version.Line, version.From is { } from
                    ? $"{which}：起始月份来源未载明，按有来源可证的 {Text(from)} 起执行"
                    : $"{which}：起始月份来源未载明，适用于此前所有月份");
            }

            foreach ((string name, CategoryText category) in version.Categories)
            {
                foreach (string open in new[] { category.OpenActive, category.OpenRetired }.OfType<string>())
                {
                    yield return new OpenQuestion(file, category.Line, $"{which}，人员类别 {name}：{open}");
                }
            }
        }
    }

    private static string Text(YearMonth month) => $"{month.Year:0000}-{month.Month:00}";
}

/// <summary>
/// A figure that a policy needs and that is published apart from it: <c>average-wage</c>, <c>average-pension</c>, <c>base-min</c>, <c>base-max</c>.
/// </summary>
/// <param name="From">First month in which the figure is in force; it stays until the next one of its name.</param>
/// <param name="Value">Yuan a month.</param>
/// <param name="Document">Number of the document that publishes it.</param>
public sealed record DatedFigure(string Name, YearMonth From, decimal Value, string Document);

using NodaTime;
using YamlDotNet.RepresentationModel;

namespace Batch.Rules;

/// <summary>One fault of a policy file: <c>file:line</c>, a stable code, what is wrong and what to write instead, in both languages.</summary>
public sealed record PolicyFault(string File, int Line, string Code, string Chinese, string English)
{
    public override string ToString() => $"{File}:{Line}: {Code}: {Chinese} / {English}";
}

public sealed class PolicyFaultException(IReadOnlyList<PolicyFault> faults) : Exception(string.Join(Environment.NewLine, faults))
{
    public IReadOnlyList<PolicyFault> Faults { get; } = faults;
}

/// <summary>No version of the area's policy covers the month.</summary>
public sealed class PolicyGapException(string area, YearMonth month) : Exception($"{area}: no policy covers {month.Year:0000}-{month.Month:00}.")
{
    public string Area { get; } = area;
    public YearMonth Month { get; } = month;
}

/// <summary>The policy says nothing of this category and standing, or says that the source leaves it open: the person is held, never guessed.</summary>
/// <param name="open">What the policy's file says is not known; null: nothing.</param>
public sealed class CategoryOpenException(string category, Standing standing, YearMonth month, string? open = null)
    : Exception($"The policy of {month.Year:0000}-{month.Month:00} leaves category {category} ({Words.Of(standing)}) open.")
{
    public string Category { get; } = category;
    public Standing Standing { get; } = standing;
    public string? Open { get; } = open;
    public YearMonth Month { get; } = month;
}

/// <summary>A component needs a figure that nobody has given for the month; the month is refused, never guessed (edge 17).</summary>
public sealed class MissingFigureException(string figure, YearMonth month) : Exception($"{figure} is missing for {month.Year:0000}-{month.Month:00}.")
{
    public string Figure { get; } = figure;
    public YearMonth Month { get; } = month;
}

/// <summary>A figure is there but zero or negative: an error of the data, never a reason to take the next source (edge 12).</summary>
public sealed class UnusableFigureException(string figure, YearMonth month)
    : Exception($"{figure} is zero or negative for {month.Year:0000}-{month.Month:00}.")
{
    public string Figure { get; } = figure;
    public YearMonth Month { get; } = month;
}

/// <summary>The faults found in one file so far; reading goes on after a fault so that an author sees them all at once.</summary>
internal sealed class FaultList(string file)
{
    private readonly List<PolicyFault> _faults = [];

    public string File { get; } = file;
    public bool Any => _faults.Count > 0;

    public IReadOnlyList<PolicyFault> InOrder => [.. _faults.OrderBy(f => f.Line)];

    public void Add(YamlNode at, string code, string chinese, string english) => Add((int)at.Start.Line, code, chinese, english);

    public void Add(int line, string code, string chinese, string english) => _faults.Add(new PolicyFault(File, line, code, chinese, english));
}

using System.Globalization;
using NodaTime;

namespace Batch.Rules;

/// <summary>A figure in force in a month and where it comes from.</summary>
/// <param name="OpenSince">The month from which it is in force, where nothing says when it ends.</param>
internal sealed record FigureInForce(string Name, decimal Value, string Source, YearMonth? OpenSince)
{
    public string ChineseName => FigureNames.Chinese(Name);
}

/// <summary>
/// The figures of one month: an override first, then the latest figure adopted with a document, then the file's own. An adopted figure stays in force
/// until the next adopted one, over whatever the file says of those months. A month's average wage is never derived from another's (edge 17).
/// </summary>
internal sealed class MonthFigures
{
    private readonly Dictionary<string, FigureInForce> _inForce = new(StringComparer.Ordinal);

    public MonthFigures(YearMonth month, IReadOnlyList<FileFigure> file, IEnumerable<DatedFigure> adopted, IReadOnlyDictionary<string, decimal>? overrides)
    {
        foreach (FileFigure figure in file.Where(f => f.From.CompareTo(month) <= 0 && (f.To is null || f.To.Value.CompareTo(month) >= 0)))
        {
            _inForce[figure.Name] = new FigureInForce(figure.Name, figure.Value, figure.Clause.ToString(), figure.To is null ? figure.From : null);
        }

        foreach (DatedFigure figure in adopted.Where(f => f.From.CompareTo(month) <= 0).OrderBy(f => f.From))
        {
            _inForce[figure.Name] = new FigureInForce(figure.Name, figure.Value, figure.Document, figure.From);
        }

        foreach ((string name, decimal value) in overrides ?? new Dictionary<string, decimal>())
        {
            if (!FigureNames.All.Contains(name) || value <= 0m)
            {
                throw new ArgumentException($"{name} is to be one of {string.Join(", ", FigureNames.All)}, with a value above 0.", nameof(overrides));
            }

            _inForce[name] = new FigureInForce(name, value, "set", null);
        }

        if (this["base-min"] is { } least && this["base-max"] is { } most && least.Value > most.Value)
        {
            string crossed = string.Create(CultureInfo.InvariantCulture, $"base-min {least.Value} is above base-max {most.Value}.");
            throw new ArgumentException(crossed, nameof(overrides));
        }
    }

    public FigureInForce? this[string name] => _inForce.GetValueOrDefault(name);

    public static string NameOf(RateBase of) => of == RateBase.AveragePension ? "average-pension" : "average-wage";
}

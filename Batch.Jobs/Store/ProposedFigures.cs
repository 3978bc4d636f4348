using System.Globalization;
using Batch.Rules;
using NodaTime;
using NodaTime.Text;

namespace Batch.Jobs.Store;

/// <summary>
/// The text of dated figures in a proposal, a line each, by month and name: <c>average-wage=7800.00 from 2026-01 by DOCUMENT</c>. The proposal's hash is made of it.
/// </summary>
internal static class ProposedFigures
{
    private const string From = " from ";
    private const string By = " by ";

    private static readonly YearMonthPattern Months = YearMonthPattern.CreateWithInvariantCulture("uuuu-MM");

    public static string LineOf(DatedFigure figure) => FormattableString.Invariant($"{figure.Name}={figure.Value:0.00}{From}{figure.From.Text()}{By}{figure.Document}");

    public static string TextOf(IEnumerable<DatedFigure> figures) =>
        string.Join('\n', figures.OrderBy(f => f.From).ThenBy(f => f.Name, StringComparer.Ordinal).Select(LineOf));

    public static IReadOnlyList<DatedFigure> Of(string text) => [.. text.Split('\n').Select(Read)];

    private static DatedFigure Read(string line)
    {
        int equals = line.IndexOf('=', StringComparison.Ordinal), from = line.IndexOf(From, StringComparison.Ordinal), by = line.IndexOf(By, StringComparison.Ordinal);
        YearMonth month = Months.Parse(line[(from + From.Length)..by]).Value;
        return new DatedFigure(line[..equals], month, decimal.Parse(line.AsSpan(equals + 1, from - equals - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture), line[(by + By.Length)..]);
    }
}

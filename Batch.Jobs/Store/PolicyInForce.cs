using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Store;

/// <summary>A policy with the figures set since, as of change number <paramref name="Seq"/>; slices are made once a month.</summary>
public sealed record PolicyInForce(AreaPolicy Policy, IReadOnlyList<DatedFigure> Figures, int Seq)
{
    private readonly Dictionary<YearMonth, MonthPolicy?> _slices = [];

    /// <summary>Whether any version that has begun by the month gates on more than a month's own facts.</summary>
    public bool EverGates(YearMonth until)
    {
        IReadOnlyList<YearMonth?> starts = Policy.VersionStarts;
        return starts.Select((from, i) => from ?? (i + 1 < starts.Count && starts[i + 1] <= until ? starts[i + 1]!.Value.PlusMonths(-1) : until))
            .Any(month => month <= until && TryFor(month) is { Gates: not Gates.None });
    }

    /// <exception cref="PolicyGapException">No version covers the month.</exception>
    public MonthPolicy For(YearMonth month) => TryFor(month) ?? throw new PolicyGapException(Policy.Area, month);

    public MonthPolicy? TryFor(YearMonth month)
    {
        lock (_slices)
        {
            if (!_slices.TryGetValue(month, out MonthPolicy? slice))
            {
                try
                {
                    slice = Policy.For(month, Figures);
                }
                catch (PolicyGapException)
                {
                    slice = null;
                }

                _slices.Add(month, slice);
            }

            return slice;
        }
    }
}

using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Reading;
using NodaTime;

namespace Batch.Host.Pages;

/// <summary>The month as a line of steps, and the months before it.</summary>
internal sealed partial class HomeModel
{
    private const int MonthsShown = 12;

    /// <summary>So many runs of a month are named, the last ones.</summary>
    private const int RunsNamed = 6;

    private static readonly string[] OfSteps =
    [
        Permissions.SendFiles, Permissions.ComputeRuns, Permissions.ReviewRuns, Permissions.CloseMonths, Permissions.MatchMoney, Permissions.AcceptDifferences, Permissions.ProposePolicies,
    ];

    /// <summary>Null: the user sees no work.</summary>
    public MonthSteps? Steps { get; private set; }

    /// <summary>The last months, newest first.</summary>
    public IReadOnlyList<MonthLine> History { get; private set; } = [];

    /// <summary>The posted runs of these months.</summary>
    public ILookup<YearMonth, PostedRun> Runs { get; private set; } = Array.Empty<PostedRun>().ToLookup(r => r.Month);

    /// <summary>The last runs of a month, and how many there are before them.</summary>
    public (IReadOnlyList<PostedRun> Named, int Others) RunsOf(YearMonth month)
    {
        PostedRun[] all = [.. Runs[month]];
        return (all[Math.Max(0, all.Length - RunsNamed)..], Math.Max(0, all.Length - RunsNamed));
    }

    private async Task ReadMonthsAsync(IReadOnlyList<MonthLine> lines, Dictionary<string, ReadinessPoint> points, RunLine? open)
    {
        MonthHistory history = new(Area);
        HashSet<string> may = [];
        foreach (string permission in OfSteps)
        {
            if (await MayAsync(permission))
            {
                may.Add(permission);
            }
        }

        Steps = new MonthSteps(Code, Month, points, open, Current, await history.ReceiptsAsync(Month, Cancellation), await ClosingBar.ReadAsync(Area, Month, Who, Cancellation)) { May = may, Who = Who };
        History = [.. lines.Take(MonthsShown)];
        if (History.Count > 0)
        {
            Runs = await history.RunsAsync(History[^1].Month, Cancellation);
        }
    }
}

using System.Globalization;
using System.Text;
using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Files;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Tests.Proof;

/// <summary>
/// A few people, three employers and some months, in which all happens that may: corrections, replacements, arrears, deaths, retirements,
/// two employers, other categories, figures set back in time, reversals. Drawn from a seed; what happened is told when it goes wrong.
/// </summary>
internal sealed partial class RandomHistory(WholeLine line, int seed, YearMonth start, bool onReceipt = false, bool gated = false)
{
    private const int People = 14;

    private static readonly string[] Employers = ["91420100MA4KDE7M6J", "91420100MA4KQ03T0E", "91420106MA4L2H6B9M"];

    /// <summary>Birthdays on and beside the bounds of tiers, and on 29 February.</summary>
    private static readonly int[] Births =
        [19850601, 19860701, 19860702, 19840229, 19760228, 19760229, 19750101, 19910131, 19990909, 19510701, 19500615, 19480229, 19560320, 19610510];

    private readonly Random _random = new(seed);
    private readonly StringBuilder _told = new();
    private readonly List<int> _runs = [];
    private YearMonth _month = start;
    private YearMonth _closed = start.PlusMonths(-1);
    private Area _area = null!;

    public string Told => _told.ToString();

    public async Task LiveAsync(int months)
    {
        for (int i = 0; i < months; i++, _month = _month.PlusMonths(1))
        {
            _area = await line.OpenAsync();
            for (int step = _random.Next(3, 8); step > 0; step--)
            {
                await StepAsync();
            }

            await PostAsync();
            while (_closed < _month && _random.Next(3) > 0)
            {
                _closed = _closed.PlusMonths(1);
                await line.CloseAsync(_closed);
                Tell($"close {_closed}");
            }
        }
    }

    private async Task StepAsync()
    {
        switch (_random.Next(onReceipt ? 22 : 17))
        {
            case 0 or 1 or 2:
                await SendAsync(Payroll(), SubmissionKind.Regular);
                break;
            case 3 or 4:
                await SendAsync(Pension(), SubmissionKind.Regular);
                break;
            case 5 or 6:
                await SendAsync(Persons(), SubmissionKind.Regular);
                break;
            case 7:
                await SendAsync(_random.Next(2) == 0 ? Payroll() : Pension(), SubmissionKind.Supplementary);
                break;
            case 8:
                await ReplaceAsync();
                break;
            case 9:
                await SetFigureAsync();
                break;
            case 10 when _runs.Count > 0:
                await ReverseAsync(_runs[_random.Next(_runs.Count)]);
                break;
            case 12 or 13 or 14:
                await SendAsync(Movements(), _random.Next(4) switch { 0 => SubmissionKind.Supplementary, 1 => SubmissionKind.Replacement, _ => SubmissionKind.Regular });
                break;
            case 15:
                await SendAsync(Accounts(), SubmissionKind.Regular);
                break;
            case 16:
                await DecideAsync();
                break;
            case > 16:
                await SendAsync(Receipts(), _random.Next(5) == 0 ? SubmissionKind.Replacement : SubmissionKind.Regular);
                break;
            default:
                await PostAsync();
                break;
        }
    }

    private async Task SendAsync(string text, SubmissionKind kind, YearMonth? month = null)
    {
        // Some files come early: they wait for their month.
        YearMonth declared = month ?? _month.PlusMonths(_random.Next(6) == 0 ? 1 : 0);
        FileOutcome outcome = await line.ImportTextAsync(text, declared, kind, confirm: true);
        Tell($"{kind} {declared}: accepted {outcome.Accepted} unchanged {outcome.Unchanged} held {outcome.Held} rejected {outcome.Rejected} {outcome.Refused} {string.Join(' ', outcome.Rejections.Select(r => r.Code).Distinct())}\n{text}");
    }

    private async Task PostAsync()
    {
        if (await line.PostAsync(_month) is { } run)
        {
            _runs.Add(run);
            Tell($"post run {run} in {_month}");
            await line.AssertCleanAsync(all: _random.Next(2) == 0, $"after run {run}");
        }
    }

    private async Task ReverseAsync(int run)
    {
        if (await line.ReverseAsync(run))
        {
            _runs.Remove(run);
            Tell($"reversed run {run}");
            await line.AssertCleanAsync(all: true, $"after the reversal of run {run}");
        }
    }

    // Somebody else than the sender decides about one of the rows that are held, if it can still be taken.
    private async Task DecideAsync()
    {
        await using NpgsqlConnection connection = await line.Database.Program.OpenConnectionAsync();
        IReadOnlyList<HeldRow> held = await new HeldRows(line.Schema).ListAsync(connection, null, CancellationToken.None);
        if (held.Count == 0)
        {
            return;
        }

        HeldRow row = held[_random.Next(held.Count)];
        Decision decision = new(row.Submission, row.Row, _random.Next(4) > 0, "reviewer", "drawn");
        try
        {
            await new Decisions(await line.OpenAsync()).DecideAsync(decision, CancellationToken.None);
            Tell($"decided {row.Submission}:{row.Row} {row.Fact} {row.Code} take {decision.Take}");
        }
        catch (DataFaultException refused)
        {
            Tell($"not decided {row.Submission}:{row.Row} {refused.Code}");
        }
    }

    private async Task SetFigureAsync()
    {
        YearMonth from = _month.PlusMonths(-_random.Next(3));
        (string name, int value) = _random.Next(3) switch { 0 => ("average-wage", _random.Next(7000, 9000)), 1 => ("base-min", _random.Next(3000, 4000)), _ => ("base-max", _random.Next(9000, 20000)) };
        PolicyProposals policies = new(line.Database.Program);
        PolicyProposal proposal = await policies.ProposeFigureAsync(_area.Schema.Code, new DatedFigure(name, from, value, $"document {_random.Next()}"), "operator", CancellationToken.None);
        await policies.ApproveAsync(proposal.Hash, "reviewer", CancellationToken.None);
        _area = await line.OpenAsync();
        Tell($"{name} = {value} from {from}");
    }

    private async Task ReplaceAsync()
    {
        YearMonth month = _month.PlusMonths(-_random.Next(3));
        await SendAsync(_random.Next(3) == 0 ? Pension(month) : Payroll(month), SubmissionKind.Replacement, month);
    }

    private void Tell(string what) => _told.AppendLine(what);

    private static string Id(int person) => SampleFile.Id(420100, Births[person], 100 + person);

    private static LocalDate SampleBirth(int person) => new(Births[person] / 10000, Births[person] / 100 % 100, Births[person] % 100);

    private static string Text(YearMonth month) => string.Create(CultureInfo.InvariantCulture, $"{month.Year:0000}-{month.Month:00}");
}

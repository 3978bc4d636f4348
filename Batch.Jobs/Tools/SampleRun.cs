using System.Runtime.CompilerServices;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Ledger;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Jobs.Tools;

/// <summary>
/// Carries a cast of data-samples through the whole line, step by step as <c>steps.csv</c> says: the demo, and the golden tests. One person operates,
/// another approves and posts, a third closes.
/// </summary>
public sealed class SampleRun(Area area, string folder, IClock clock)
{
    public const string Operator = "operator";
    public const string Reviewer = "reviewer";
    public const string Closer = "closer";

    // In 2021-05 an employer replaces what it declared for April, after it has paid: what is too much is in suspense and known.
    private const string AcceptsDifferences = "更正申报后多缴的款项，已向单位核实";
    private const string BankStatement = "bank.csv";
    private const int Workers = 2;

    private readonly Importer _importer = new(area, clock, IntakeLimits.Default);
    private readonly Allocation _allocation = new(area);
    private readonly RunLife _life = new(area);
    private readonly Closing _closing = new(area);

    public async IAsyncEnumerable<SampleOutcome> RunAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach ((SampleStep step, YearMonth posting) in Steps())
        {
            yield return await TakeAsync(step, posting, cancellation);
        }
    }

    /// <summary>
    /// The same up to a month that is left in the middle of its work: its files are in except the bank's statement, and its run waits for approval.
    /// </summary>
    public async Task LeaveInWorkAsync(YearMonth month, CancellationToken cancellation)
    {
        foreach ((SampleStep step, YearMonth posting) in Steps().TakeWhile(s => s.Posting < month || s.Step.Action == "import"))
        {
            if (posting == month && step.Files.All(f => Path.GetFileName(f) == BankStatement))
            {
                continue;
            }

            SampleOutcome outcome = await TakeAsync(step, posting, cancellation);
            if (!outcome.IsAsExpected)
            {
                throw new InvalidDataException($"Step {step.Number} of the samples came as {outcome.Came}.");
            }
        }

        await _allocation.RunAsync(month, Operator, Workers, null, cancellation);
    }

    /// <summary>Each step with the month whose run takes what it brings.</summary>
    private IEnumerable<(SampleStep Step, YearMonth Posting)> Steps()
    {
        IReadOnlyList<SampleStep> steps = SampleStep.ReadAll(folder);
        return steps.Select((step, i) => (step, steps.Skip(i).First(s => s.Action != "import").Month));
    }

    private async Task<SampleOutcome> TakeAsync(SampleStep step, YearMonth posting, CancellationToken cancellation)
    {
        SampleOutcome outcome = new(step, posting, "", [], null, null);
        try
        {
            return step.Action switch
            {
                "import" => await ImportAsync(outcome, cancellation),
                "allocate" => await AllocateAsync(outcome, cancellation),
                "close" => outcome with { Closing = await _closing.CloseAsync(step.Month, Closer, cancellation, AcceptsDifferences), Came = "closed" },
                _ => throw new InvalidDataException($"Step {step.Number} has no known action."),
            };
        }
        catch (DataFaultException fault)
        {
            return outcome with { Came = fault.Code };
        }
    }

    private async Task<SampleOutcome> ImportAsync(SampleOutcome outcome, CancellationToken cancellation)
    {
        SampleStep step = outcome.Step;
        IReadOnlyList<FileOutcome> files = await _importer.ImportAsync(
            [.. step.Files.Select(f => Path.Combine(folder, f))], new ImportRequest(step.Month, step.Kind, Confirm: false, Operator), null, cancellation);
        string came = files.FirstOrDefault(f => f.Refused is not null)?.Refused is { } refused
            ? "refused:" + refused
            : FormattableString.Invariant(
                $"accepted={files.Sum(f => f.Accepted)};unchanged={files.Sum(f => f.Unchanged)};held={files.Sum(f => f.Held)};rejected={files.Sum(f => f.Rejected)}");
        return outcome with { Files = files, Came = came };
    }

    private async Task<SampleOutcome> AllocateAsync(SampleOutcome outcome, CancellationToken cancellation)
    {
        RunDocument run = await _allocation.RunAsync(outcome.Step.Month, Operator, Workers, null, cancellation);
        if (run.Run is { } number)
        {
            await _life.ApproveAsync(number, Reviewer, run.Digest, cancellation);
            run = await _life.PostAsync(number, Reviewer, cancellation);
        }

        return outcome with { Run = run, Came = run.State.Text() };
    }
}

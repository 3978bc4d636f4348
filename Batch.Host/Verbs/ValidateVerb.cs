using System.CommandLine;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Host.Verbs;

/// <summary><c>validate</c>: checks files without a database, as an employer would before sending them.</summary>
internal static class ValidateVerb
{
    private static readonly Argument<FileInfo[]> Files = new("FILE")
    {
        Description = "要检查的文件 / files to check",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string?> Area = VerbOptions.Area(required: false);
    private static readonly Option<YearMonth?> Month = VerbOptions.Month(required: false);

    public static Command Create() => new Verb("validate", "报送前检查文件（不需要数据库）", "check files before sending, without a database", RunAsync)
    {
        Files, Area, Month, VerbOptions.Limits,
    };

    private static Task<int> RunAsync(VerbCall call)
    {
        FileInfo[] files = call.Need(Files);
        if (files.FirstOrDefault(f => !f.Exists) is { } missing)
        {
            throw VerbFault.OfUsage($"There is no file {missing.FullName}.", $"没有文件 {missing.FullName}。");
        }

        if (call.Get(Area) is { } area)
        {
            CalcVerb.RequireKnown(area);
        }

        List<FileOutcome> outcomes = [.. files.Select(file => CheckFile(call, file.ToString()))];
        OutcomeText.Write(call.Output, outcomes);
        return Task.FromResult(outcomes.Exists(o => o.Refused is not null) ? ExitCode.Data : ExitCode.Done);
    }

    private static FileOutcome CheckFile(VerbCall call, string path)
    {
        FileDraft draft = new(IncomingFile.At(path), [], 0, SubmissionKind.Regular);
        var check = new PolicyChecks(call.Get(Area));
        YearMonth? month = call.Get(Month);
        try
        {
            using SubmissionFile file = SubmissionFile.Open(path, month, call.Today, VerbOptions.LimitsOf(call));
            draft.Content = file.Content;
            var block = new LineBlock();
            while (file.Read(block))
            {
                call.Cancellation.ThrowIfCancellationRequested();
                draft.Heed(file, block);
                check.Add(block);
                block.RejectAfter(month);
                Count(draft, block, file);
            }

            if ((draft.OfAnotherMonth(month) ?? (draft.HasTooManyRejections ? Importer.TooManyRejections(draft) : null)) is { } reason)
            {
                draft.Refuse(reason);
            }
        }
        catch (FileRefusedException refused)
        {
            draft.Refuse(refused.Rejection);
        }

        return draft.Outcome() with { Submission = null };
    }

    private static void Count(FileDraft draft, LineBlock block, SubmissionFile file)
    {
        int rejected = block.Rejections.Select(r => r.Row).Distinct().Count();
        draft.Rows += block.Rows;
        draft.InvisibleCells += block.InvisibleCells;
        draft.Rejected += rejected;
        draft.Accepted += block.Rows - rejected;
        foreach (Rejection rejection in block.Rejections.OrderBy(r => r.Row))
        {
            draft.Show(file.InItsWords(rejection));
        }
    }

    /// <summary>The policy's share of the checks. The category of a person is in the register, which is not here: the general one is taken.</summary>
    private sealed class PolicyChecks(string? area)
    {
        private readonly AreaPolicy? policy = area is null ? null : ShippedPolicies.Load(area);
        private readonly Dictionary<YearMonth, MonthPolicy?> months = [];

        public void Add(LineBlock block)
        {
            if (policy is null)
            {
                return;
            }

            foreach (PayrollLine line in block.Payroll)
            {
                if (In(line.Month, line.Row, block) is { } month)
                {
                    LineChecks.CheckPayroll(line, month, "unit", block.Rejections);
                }
            }

            foreach (PensionLine line in block.Pension)
            {
                if (In(line.Month, line.Row, block) is { } month)
                {
                    LineChecks.CheckPension(line, month, "unit", block.Rejections);
                }
            }
        }

        /// <summary>The policy of the line's month; null, with a rejection, where no version covers it.</summary>
        private MonthPolicy? In(YearMonth month, int row, LineBlock block)
        {
            if (!months.TryGetValue(month, out MonthPolicy? found))
            {
                try
                {
                    found = policy!.For(month, []);
                }
                catch (PolicyGapException)
                {
                    found = null;
                }

                months[month] = found;
            }

            if (found is null)
            {
                block.Rejections.Add(new Rejection(Codes.PolicyGap, row, "", month.Text(), policy!.Area));
            }

            return found;
        }
    }
}

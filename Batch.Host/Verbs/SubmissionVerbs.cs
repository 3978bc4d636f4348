using System.CommandLine;
using System.Globalization;
using Batch.Host.Access;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Store;
using Batch.Rules;
using Npgsql;

namespace Batch.Host.Verbs;

/// <summary><c>submission NO</c>: what became of a file and of the files that mend it. <c>fix-pack NO</c>: its rejected rows, to be mended and sent again.</summary>
internal static class SubmissionVerbs
{
    private static readonly Argument<int> Number = new("SUBMISSION") { Description = "报送号 / number of the submission" };
    private static readonly Option<string?> Area = VerbOptions.Area();
    private static readonly Option<string?> By = VerbOptions.ByOrOsUser();
    private static readonly Option<FileInfo> Out = new("--out") { Description = "输出文件 / the file to write", HelpName = "FILE", Required = true };
    private static readonly Option<bool> Held = new("--held") { Description = "也包括待定的行 / the held rows too" };
    private static readonly Option<ReportFormat?> Format = VerbOptions.Parsed<ReportFormat?>(
        "--format", required: false, "csv|xlsx", "文件格式，缺省与原文件相同 / format, default that of the file", text => ReportVerb.ParseFormat(text));

    public static IEnumerable<Command> Create() =>
    [
        new Verb("submission", "一份报送及其更正的处理结果", "what became of a submission and of the files that mend it", ShowAsync) { Number, Area },
        new Verb("fix-pack", "把被拒绝的行退回更正", "write the rejected rows of a submission, to be mended and sent again", PackAsync) { Number, Area, By, Out, Format, Held, VerbOptions.Limits }
            .Shows(Permissions.SendFiles),
    ];

    private static async Task<int> ShowAsync(VerbCall call)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(call.Cancellation);
        Reconciliation found = await Reconciliation.ReadAsync(area.On(connection), call.Need(Number), call.Cancellation);
        List<Rejection> rejections = await new Submissions(area.On(connection)).RejectionsAsync(found.Of.Number, FileDraft.RejectionsShown, call.Cancellation);
        HashSet<int> still = [.. found.StillRejected];
        call.Output.Document(Document(found, rejections));
        Submission of = found.Of;
        string content = of.Content?.ToString().ToLowerInvariant() ?? "decision";
        string mends = of.Parent is { } parent ? string.Create(CultureInfo.InvariantCulture, $"，更正第 {parent} 号 / mends {parent}") : "";
        call.Output.Line(string.Create(
            CultureInfo.InvariantCulture, $"报送 submission {of.Number}  {of.File}  {content} {of.Kind.ToString().ToLowerInvariant()} {of.Month.Text()}  {of.By}{mends}"));
        call.Output.Table(["结果 outcome", "报送行 rows sent", "金额 paid", "现在行 rows now", "金额 paid now"], Rows(found));
        foreach (Submission child in found.Children)
        {
            call.Output.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"  更正 mended by {child.Number}  {child.File}: {child.Rows} 行 rows, {child.Accepted + child.Unchanged} 接受 taken, {child.Held} 待定 held, {child.Rejected} 拒绝 rejected{(child.Refused is null ? "" : $"  退回 refused {child.Refused}")}"));
        }

        foreach (Rejection rejection in rejections.Where(r => r.Row == 0 || still.Contains(r.Row) || (RejectionCodes.IsHeld(r.Code) && !found.HeldMended.Contains(r.Row))))
        {
            call.Output.Line($"  {of.File}:{rejection.Row} {rejection.Column} {rejection.Code} {RejectionCodes.Describe(rejection, "zh")}");
        }

        return ExitCode.Done;
    }

    private static IEnumerable<string[]> Rows(Reconciliation found)
    {
        foreach ((RowOutcome outcome, string name) in new[]
        {
            (RowOutcome.Accepted, "接受 accepted"), (RowOutcome.Unchanged, "未变 unchanged"), (RowOutcome.Held, "待定 held"), (RowOutcome.Rejected, "拒绝 rejected"),
        })
        {
            yield return Cells(name, found.AsSent[outcome], found.Now[outcome]);
        }

        yield return Cells(
            "合计 total", found.AsSent.Values.Aggregate(default(RowsAndMoney), (a, b) => a + b), found.Now.Values.Aggregate(default(RowsAndMoney), (a, b) => a + b));
    }

    private static string[] Cells(string name, RowsAndMoney sent, RowsAndMoney now) =>
        [name, sent.Rows.ToString(CultureInfo.InvariantCulture), Paid(sent), now.Rows.ToString(CultureInfo.InvariantCulture), Paid(now)];

    private static string Paid(RowsAndMoney of) => new Money(of.PaidFen) + (of.Unreadable > 0 ? string.Create(CultureInfo.InvariantCulture, $" + {of.Unreadable} 行不明 unknown") : "");

    private static object Document(Reconciliation found, List<Rejection> rejections) => new
    {
        submission = found.Of.Number,
        found.Of.File,
        found.Of.Content,
        found.Of.Kind,
        found.Of.Month,
        found.Of.By,
        found.Of.At,
        found.Of.Refused,
        found.Of.Parent,
        outcomes = found.AsSent.Keys.Order().Select(o => new
        {
            outcome = o,
            found.AsSent[o].Rows,
            paid = new Money(found.AsSent[o].PaidFen),
            unreadable = found.AsSent[o].Unreadable,
            rowsNow = found.Now[o].Rows,
            paidNow = new Money(found.Now[o].PaidFen),
            unreadableNow = found.Now[o].Unreadable,
        }),
        children = found.Children.Select(c => new { submission = c.Number, c.File, c.Rows, c.Accepted, c.Unchanged, c.Held, c.Rejected, c.Refused }),
        found.StillRejected,
        rejections = OutcomeText.Faults(rejections),
    };

    private static async Task<int> PackAsync(VerbCall call)
    {
        string path = call.Need(Out).FullName;
        ReportVerb.RefuseFolder(path);
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        await call.RecordAsync(database, "fix-pack.download", area.Schema.Code, string.Create(CultureInfo.InvariantCulture, $"submission {call.Need(Number)}"));
        int rows;
        using UnfinishedFile unfinished = new(path);
        await using (FileStream file = unfinished.Open())
        {
            rows = await new FixPacks(area, VerbOptions.LimitsOf(call)).WriteAsync(call.Need(Number), call.Get(Held), call.Get(Format), file, call.Cancellation);
        }

        unfinished.Finish();
        call.Output.Document(new { submission = call.Need(Number), rows, file = path });
        call.Output.Line(string.Create(CultureInfo.InvariantCulture, $"{path}  {rows} 行待更正 rows to mend"));
        if (rows > 0)
        {
            call.Output.Line(string.Create(
                CultureInfo.InvariantCulture, $"改正后 / mended: batch import {path} --area {area.Schema.Code} --parent {call.Need(Number)}"));
        }

        return ExitCode.Done;
    }
}

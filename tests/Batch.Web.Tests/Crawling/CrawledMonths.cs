using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Ledger;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Jobs.Work;
using Batch.Rules;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Batch.Web.Tests.Crawling;

/// <summary>
/// A closed month, an open one and all that a page can have to show: submissions with rejected and held rows, one refused whole with more than a page of rejects, a reversal that was
/// discarded, an open run, a receipt with its bank line and a line without one, proposals, schedules, jobs in several states, an alarm.
/// </summary>
internal sealed class CrawledMonths(TestHost host, Area area)
{
    public const string Code = "420100";

    /// <summary>陆青松 of the samples: aged 35 and paid for by two employers in the second month.</summary>
    public const string Number = "420100198507010110";

    private const string Header = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额";
    private static readonly YearMonth First = new(2021, 1);
    private static readonly YearMonth Second = new(2021, 2);
    private static readonly string Samples = Path.Combine(Repository(), "data-samples", Code);

    private readonly Allocation allocation = new(area);
    private readonly RunLife life = new(area);

    public static async Task<CrawledMonths> MakeAsync(TestHost host)
    {
        CrawledMonths months = new(host, await Area.OpenAsync(host.Database.Connection, Code, CancellationToken.None));
        await months.ClosedMonthAsync();
        await months.OpenMonthAsync();
        await months.WorkAsync();
        return months;
    }

    /// <summary>Leaves a run half computed, as a host that was killed would.</summary>
    public async Task HalfComputeAsync()
    {
        await host.Database.ExecuteAsync(
            $"""
            CREATE FUNCTION area_{Code}.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'test' USING ERRCODE = 'XX001'; END $$;
            CREATE TRIGGER fail BEFORE UPDATE ON area_{Code}.run_chunk FOR EACH ROW EXECUTE FUNCTION area_{Code}.fail();
            """);
        try
        {
            await allocation.RunAsync(Second, "wang", 1, null, CancellationToken.None);
        }
        catch (Exception fault) when (fault.ToString().Contains("XX001", StringComparison.Ordinal))
        {
            // As it was meant.
        }

        await host.Database.ExecuteAsync($"DROP FUNCTION area_{Code}.fail() CASCADE");
    }

    public async Task<int> ComputeAsync() => (await allocation.RunAsync(Second, "wang", 1, null, CancellationToken.None)).Run!.Value;

    public async Task ApproveAsync(int run) => await life.ApproveAsync(run, "li", null, CancellationToken.None, "the files of one employer are still to come");

    private async Task ClosedMonthAsync()
    {
        string[] files = ["persons.csv", "payroll-jiangcheng.csv", "pension.csv", "bad-check-digit.csv"];
        await ImportAsync(First, [.. files.Select(f => Path.Combine(Samples, "2021-01", f))]);
        await PostAsync(First);
        await new Closing(area).CloseAsync(First, "zhou", CancellationToken.None);
    }

    private async Task OpenMonthAsync()
    {
        await ImportAsync(Second, [.. new[] { "payroll-jiangcheng.csv", "pension.csv", "bad-letters.csv" }.Select(f => Path.Combine(Samples, "2021-02", f))]);
        int posted = await PostAsync(Second);
        RunDocument reversal = await life.ReverseAsync(posted, Second, "wang", CancellationToken.None);
        await life.DiscardAsync(reversal.Run!.Value, "wang", "another file corrects it", CancellationToken.None);
        string folder = Directory.CreateTempSubdirectory("batch-crawl-").FullName;
        string other = Path.Combine(folder, "second-employer.csv"), refused = Path.Combine(folder, "refused.csv"), nothing = Path.Combine(folder, "nothing.csv");
        await File.WriteAllLinesAsync(other, [Header, $"WH0012087,晴川书店,陆青松,{Number},2021-02,8000.00,160.00,640.00", "WH0012087,晴川书店,高晓禾,420100198507020247,2021-02,8000.00,1.00,640.00", "WH0012087,晴川书店,罗建国,420100197509010355,2021-02,9500.00,190.00,760.00"]);
        await File.WriteAllLinesAsync(refused, Enumerable.Range(0, 60).Select(i => $"WH0012087,晴川书店,高晓禾,{CitizenId.FromDigits17(42_010_019_850_702_100L + i).Full()},2021-02,8000.00,1.00,640.00").Prepend(Header));
        await File.WriteAllLinesAsync(nothing, ["甲,乙", "1,2"]);
        string receipts = Path.Combine(folder, "receipts.csv"), bank = Path.Combine(folder, "bank.csv");
        await File.WriteAllLinesAsync(receipts, ["单位编号,单位名称,费款所属期,到账金额,到账日期,凭证号,滞纳金,利息", "WH0012087,晴川书店,2021-02,800.00,2021-02-18,SK1,,"]);
        await File.WriteAllLinesAsync(bank, ["交易日期,流水号,凭证号,对方户名,对方账号,借方金额,贷方金额", "2021-02-18,LS1,SK1,晴川书店,,,800.00", "2021-02-19,LS2,,某人,,,33.00"]);
        await ImportAsync(Second, other, refused, nothing, receipts, bank);
        await ScansAsync();
        Directory.Delete(folder, recursive: true);
    }

    // A held row that is decided, and a name that is proposed, with a scan each.
    private async Task ScansAsync()
    {
        byte[] pdf = [.. "%PDF-1.7\n"u8];
        IReadOnlyList<ScanFile> scans = await ScanFile.ReadAsync([new GivenScan("letter.pdf", pdf.Length, () => new MemoryStream(pdf))], new ScanLimits(), CancellationToken.None);
        int submission = await host.Database.ScalarAsync<int>($"SELECT submission_id FROM area_{Code}.submission WHERE file = 'second-employer.csv'");
        await new Decisions(area).DecideAsync(new Decision(submission, 4, false, "wang", "the other employer pays") { Scans = scans }, CancellationToken.None);
        int person = await host.Database.ScalarAsync<int>($"SELECT person_id FROM area_{Code}.person_number WHERE number = 42010019750901035");
        await new IdentityProposals(area, SystemClock.Instance) { Scans = scans }
            .ProposeAsync(new Renaming(person, null, null, "罗建", new LocalDate(2021, 2, 1), "1", "the name was wrong"), "wang", CancellationToken.None);
    }

    private async Task WorkAsync()
    {
        await new PolicyProposals(area.Program).ProposeFigureAsync(Code, new DatedFigure("average-wage", new YearMonth(2030, 1), 9000m, "test"), "wang", CancellationToken.None);
        IServiceProvider services = host.App.Services;
        ScheduleSettings settings = services.GetRequiredService<ScheduleSettings>();
        IReadOnlyList<Schedule> schedules = await settings.ListAsync(Code, CancellationToken.None);
        await settings.ProposeAsync(schedules[0] with { Enabled = true }, "wang", CancellationToken.None);
        for (int i = 0; i < 52; i++)
        {
            int job = await host.Queue.AskAsync(new WorkOrder(WorkKinds.Report, area.Schema, $"allocation:{2021 + (i / 12)}-{(i % 12) + 1:00}:xlsx", "wang"), CancellationToken.None);
            if (i % 2 == 0)
            {
                await host.Queue.PauseAsync(job, "sun", "the disk is being exchanged", CancellationToken.None);
            }
        }

        await Alarms.RaiseAsync(area.Program, new Alarm(Code, "SCHEDULE_MISSED", "错过了一次定时作业。", "A recurring job was missed."), null, CancellationToken.None);
    }

    private Task<IReadOnlyList<FileOutcome>> ImportAsync(YearMonth month, params string[] files) => new Importer(area, SystemClock.Instance, IntakeLimits.Default)
        .ImportAsync(files, new ImportRequest(month, SubmissionKind.Regular, Confirm: false, "wang"), null, CancellationToken.None);

    private async Task<int> PostAsync(YearMonth month)
    {
        RunDocument run = await allocation.RunAsync(month, "wang", 1, null, CancellationToken.None);
        await life.ApproveAsync(run.Run!.Value, "li", run.Digest, CancellationToken.None, "the files of one employer are still to come");
        await life.PostAsync(run.Run.Value, "li", CancellationToken.None);
        return run.Run.Value;
    }

    private static string Repository()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Batch.sln")))
        {
            folder = Path.GetDirectoryName(folder.TrimEnd('/'))!;
        }

        return folder;
    }
}

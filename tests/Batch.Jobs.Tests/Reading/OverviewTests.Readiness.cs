using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Runs;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Tests.Reading;

/// <summary>What is told before a month is computed: missing files and retirees, open rejects, refused files.</summary>
public sealed partial class OverviewTests
{
    [Test]
    public async Task Before_a_month_missing_files_open_rejects_and_runs_are_told()
    {
        await town.PayrollAsync(June, "甲", [(Town.Person(1), 10_000m)]);
        await town.PayrollAsync(June, "乙", [(Town.Person(2), 10_000m)]);
        await town.PostMonthAsync(June);
        await town.PayrollAsync(July, "甲", [(Town.Person(1), 10_000m)]);
        await town.AllocateAsync(July);
        Dictionary<string, ReadinessPoint> points = (await new Readiness(await town.AreaAsync()).ReadAsync(July, default)).ToDictionary(p => p.Code);
        Assert.That(points["employers-missing"].Names, Is.EqualTo(new[] { "乙 单位乙" }));
        Assert.That((points["open-run"].Count, points["earlier-month-open"].Count, points["files-none"].Ready, points["rejects-open"].Ready),
            Is.EqualTo((1L, 1L, Ready.Yes, Ready.Yes)));
    }

    // Of June's four retirees two are in July's file, one has died, one is missing. In July's file are two new ones: one retired in June, of the other nothing is on record.
    [Test]
    public async Task Retirees_on_the_roster_and_in_no_file_are_listed_and_those_of_the_file_that_are_on_no_roster()
    {
        CitizenId[] r = [.. Enumerable.Range(0, 7).Select(i => Town.Person(i, 1950))];
        await town.PensionAsync(June, [(r[0], 6000m), (r[1], 6000m), (r[2], 6000m), (r[3], 6000m)]);
        await town.PersonsAsync(June, (r[5], "新参保", "2021-01-01"), (r[5], "退休", "2021-06-10"), (r[6], "新参保", "2021-01-01"), (r[6], "退休", "2021-07-10"));
        await town.PostMonthAsync(June);
        await town.PersonsAsync(July, (r[1], "死亡", "2021-06-20"));
        await town.PensionAsync(July, [(r[0], 6000m), (r[2], 6000m), (r[4], 6000m), (r[5], 6000m)]);
        Dictionary<string, ReadinessPoint> points = (await new Readiness(await town.AreaAsync()).ReadAsync(July, default)).ToDictionary(p => p.Code);
        Assert.That((points["retirees-missing"].Count, points["retirees-unknown"].Count), Is.EqualTo((1L, 1L)));
        List<Cell[]> rows = await town.ReportAsync("retirees", July);
        // 6,000 x 4.8 % = 288.00: 70 until 15 June. The rows name the person by the last digit alone.
        Assert.That(rows.Select(c => $"{c[0].Text![^1]} {c[2].Text![..2]} {c[4].Number}"), Is.EqualTo(new[] { $"{r[3].Full()[^1]} 在册 28800", $"{r[4].Full()[^1]} 本月 0" }));
        Assert.That((await new Readiness(await town.AreaAsync()).ReadAsync(June, default)).Single(p => p.Code == "retirees-unknown").Count, Is.Zero);
    }

    // Of June's two retirees one is in no file of July and August: told in both months. Who comes back in September is on the roster.
    [Test]
    public async Task A_retiree_who_is_missing_is_named_month_by_month_and_is_known_when_the_name_comes_back()
    {
        CitizenId[] r = [Town.Person(0, 1950), Town.Person(1, 1950)];
        await town.PensionAsync(June, [(r[0], 6000m), (r[1], 6000m)]);
        await town.PensionAsync(July, [(r[0], 6000m)]);
        YearMonth august = new(2021, 8), september = new(2021, 9), october = new(2021, 10);
        await town.PensionAsync(august, [(r[0], 6000m)]);
        await town.PensionAsync(september, [(r[0], 6000m), (r[1], 6000m)]);
        await town.PensionAsync(october, [(r[0], 6000m), (r[1], 6000m)]);
        List<(long, long)> told = [];
        foreach (YearMonth month in (YearMonth[])[June, July, august, september, october])
        {
            Dictionary<string, ReadinessPoint> points = (await new Readiness(await town.AreaAsync()).ReadAsync(month, default)).ToDictionary(p => p.Code);
            told.Add((points["retirees-missing"].Count, points["retirees-unknown"].Count));
        }

        Assert.That(told, Is.EqualTo(new[] { (0L, 0L), (1L, 0L), (1L, 0L), (0L, 0L), (0L, 0L) }));
    }

    // Left in May and declared for June; left in June, so that June may be paid; left and back; retired in May and declared; retired in June.
    [Test]
    public async Task Who_is_declared_and_on_record_as_left_or_retired_is_listed()
    {
        CitizenId[] p = [.. Enumerable.Range(0, 5).Select(i => Town.Person(i, 1961))];
        await town.PersonsAsync(June, (p[0], "停保", "2021-05-31"), (p[1], "停保", "2021-06-01"), (p[2], "停保", "2021-03-01"), (p[2], "续保", "2021-06-01"), (p[3], "退休", "2021-05-10"), (p[4], "退休", "2021-06-10"));
        await town.PayrollAsync(June, "甲", [.. p.Select(who => (who, 10_000m))]);
        Dictionary<string, ReadinessPoint> points = (await new Readiness(await town.AreaAsync()).ReadAsync(June, default)).ToDictionary(r => r.Code);
        Assert.That((points["left-declared"].Count, points["retired-declared"].Count, points["left-declared"].Ready), Is.EqualTo((1L, 1L, Ready.Look)));
        Assert.That((await town.ReportAsync("status", June)).Select(c => $"{c[0].Text![^1]} {c[2].Text![..5]} {c[3].Text} {c[4].Text} {c[6].Number}"), Is.EqualTo(new[]
        {
            $"{p[0].Full()[^1]} 已登记停保 2021-05-31 甲 1000000", $"{p[3].Full()[^1]} 已登记退休 2021-05-10 甲 1000000",
        }));
        Assert.That((await new Readiness(await town.AreaAsync()).ReadAsync(July, default)).Single(r => r.Code == "left-declared").Ready, Is.EqualTo(Ready.Yes));
    }

    // Two employers in a file whose total is wrong; each then sends a file of its own, of another name. One refused without a header is marked as not needed.
    [Test]
    public async Task A_refused_file_is_settled_when_all_of_its_employers_have_sent_the_month_or_when_it_is_not_needed()
    {
        const string header = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额";
        string Row(string employer, int person, int month) => $"{employer},单位{employer},某人,{Town.Person(person).Full()},2021-0{month},10000.00,200.00,800.00";
        FileOutcome refused = await town.ImportAsync(header, [Row("甲", 1, 6), Row("乙", 2, 6), "合计,,,,,20000.00,401.00,1600.00"], June, SubmissionKind.Regular, false, "两家.csv");
        await town.ImportAsync("甲,乙", ["1,2"], June, SubmissionKind.Regular, false, "会议.csv");
        RefusedFiles files = new(await town.AreaAsync());
        Assert.That(refused.Refused, Is.EqualTo("TOTAL_MISMATCH"));
        Assert.That((await files.OpenAsync(default))[June], Is.EquivalentTo(new[] { "两家.csv", "会议.csv" }));

        await town.ImportAsync(header, [Row("甲", 1, 6)], June, SubmissionKind.Regular, false, "甲.csv");
        await town.ImportAsync(header, [Row("乙", 2, 5)], July, SubmissionKind.Supplementary, false, "乙-五月.csv");
        Assert.That((await files.OpenAsync(default))[June], Is.EquivalentTo(new[] { "两家.csv", "会议.csv" }), "the other employer's June is not in");
        await town.ImportAsync(header, [Row("乙", 2, 6)], June, SubmissionKind.Regular, false, "乙.csv");
        Assert.That((await files.OpenAsync(default))[June], Is.EqualTo(new[] { "会议.csv" }));
        await new SubmissionList(await town.AreaAsync()).DismissAsync(2, "wang", "不是报送文件", default);
        Assert.That(await files.OpenAsync(default), Is.Empty);
    }
}

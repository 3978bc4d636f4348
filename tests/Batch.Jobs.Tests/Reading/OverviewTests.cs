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

/// <summary>What the pages read: lists, readiness, months, charts, and what analysts may see with a tool of their own.</summary>
public sealed partial class OverviewTests
{
    private static readonly YearMonth June = new(2021, 6);
    private static readonly YearMonth July = new(2021, 7);

    private Town town = null!;

    [SetUp]
    public async Task FoundAsync() => town = await Town.FoundAsync();

    [TearDown]
    public async Task LeaveAsync() => await town.DisposeAsync();

    [Test]
    public async Task Submissions_are_listed_newest_first_with_totals_over_all_pages()
    {
        for (int i = 0; i < 51; i++)
        {
            await town.PayrollAsync(June, $"E{i}", [(Town.Person(i), 10_000m)]);
        }

        SubmissionList list = new(await town.AreaAsync());
        (Listing<SubmissionLine> first, SubmissionTotals totals) = await list.ReadAsync(new SubmissionFilter(June, false), 1, default);
        (Listing<SubmissionLine> second, _) = await list.ReadAsync(new SubmissionFilter(null, false), 2, default);
        Assert.That((first.Rows.Count, first.Rows[0].Submission, first.Pages, second.Rows.Count), Is.EqualTo((50, 51, 2, 1)));
        Assert.That((totals.Files, totals.Accepted, totals.PersonPaid, totals.EmployerPaid), Is.EqualTo((51L, 51L, Money.FromYuan(10_200), Money.FromYuan(40_800))));
        Assert.That((await list.ReadAsync(new SubmissionFilter(June, true), 1, default)).Lines.Count, Is.Zero);
    }

    [Test]
    public async Task Rejections_are_counted_by_code_and_paged()
    {
        await town.ImportAsync("单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额", [
            $"甲,单位甲,某人,{Town.Person(1).Full()},2021-06,10000.00,200.00,800.00", $"甲,单位甲,某人,{Town.Person(2).Full()},2021-06,10000.00,1.00,800.00",
            $"甲,单位甲,某人,{Wrong(Town.Person(3))},2021-06,10000.00,200.00,800.00"], June, SubmissionKind.Regular, false);
        SubmissionList list = new(await town.AreaAsync());
        Assert.That(await list.CodesAsync(1, default), Is.EquivalentTo(new[] { new CodeCount("AMOUNT_MISMATCH", 1), new CodeCount("ID_CHECK_DIGIT", 1) }));
        Assert.That((await list.RejectionsAsync(1, "AMOUNT_MISMATCH", 1, default)).Rows.Single().Row, Is.EqualTo(3));
        Assert.That(await list.CodesAsync(June, default), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task The_report_of_rejections_says_in_words_what_was_expected()
    {
        await town.ImportAsync("单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额", [
            $"甲,单位甲,某人,{Town.Person(1).Full()},2021-07,10000.00,200.00,800.00"], June, SubmissionKind.Regular, false);
        Cell[] row = (await town.ReportAsync("rejection", June)).Single();
        Assert.That((row[4].Text, row[7].Text), Is.EqualTo(("MONTH_AFTER_SUBMISSION", "不晚于 2021-06")));
    }

    // The check character of the next number up.
    private static string Wrong(CitizenId id) => id.Full()[..17] + (id.Full()[17] == '9' ? '8' : '9');

    [Test]
    public async Task The_contribution_record_shows_the_version_that_is_in_force()
    {
        // Row 2 of the second file repeats the first file and is held with row 3, which contradicts it: of one file the later row counts.
        await town.PayrollAsync(June, "甲", [(Town.Person(1), 5000m)]);
        await town.PayrollAsync(June, "甲", [(Town.Person(1), 5000m), (Town.Person(1), 6000m)]);
        ContributionLine line = (await new ContributionRecord(await town.AreaAsync()).ReadAsync(1, June, June, default)).Single();
        Assert.That((line.Base, line.PersonPaid, line.EmployerPaid), Is.EqualTo((Money.FromYuan(6000m), Money.FromYuan(120m), Money.FromYuan(480m))));
        Assert.That((line.Employer, line.State, line.Submission), Is.EqualTo(("甲", "held", 2)));
    }

    // Row 2 has a month that does not exist; rows 3 and 4 are two lines for one person.
    [Test]
    public async Task Rejected_and_held_rows_are_reported_apart()
    {
        string Row(int person, string month, string paid) => $"甲,单位甲,某人,{Town.Person(person).Full()},{month},{paid}";
        await town.ImportAsync("单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额",
            [Row(1, "2021-13", "10000.00,200.00,800.00"), Row(2, "2021-06", "10000.00,200.00,800.00"), Row(2, "2021-06", "8000.00,160.00,640.00"), Row(3, "2021-06", "10000.00,200.00,800.00")],
            June, SubmissionKind.Regular, false, "六月.csv");
        Assert.That((await town.ReportAsync("rejection", June)).Select(r => (r[2].Number, r[4].Text)), Is.EqualTo(new[] { ((long?)2, "MONTH_INVALID") }));
        Assert.That((await town.ReportAsync("held", June)).Select(r => (r[2].Number, r[4].Text)), Is.EqualTo(new[] { ((long?)3, "DUPLICATE_LINE"), (4, "DUPLICATE_LINE") }));
    }

    // Each side is in a file of its own, and the row of the first file has no fault of its own: the second file contests it. Row 2 of the first file is held by nothing.
    [TestCase(false)]
    [TestCase(true)]
    public async Task Each_held_row_is_reported_once_with_its_own_file_row_and_employer(bool decided)
    {
        const string header = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额";
        string Row(string employer, int person, int paid) => $"{employer},单位{employer},某人,{Town.Person(person).Full()},2021-06,{paid * 50}.00,{paid}.00,{paid * 4}.00";
        await town.ImportAsync(header, [Row("甲", 2, 100), Row("甲", 1, 100)], June, SubmissionKind.Regular, false, "甲.csv");
        await town.ImportAsync(header, [Row("乙", 1, 120)], June, SubmissionKind.Regular, false, "乙.csv");
        if (decided)
        {
            await new Decisions(town.Area).DecideAsync(new Decision(2, 2, true, "wang", "劳动合同核实"), default);
        }

        Assert.That((await town.ReportAsync("held", June)).Select(r => (r[0].Text, r[2].Number, r[4].Text, r[6].Text, r[8].Text)), Is.EqualTo(new[]
        {
            ("乙.csv", (long?)2, "TWO_EMPLOYERS", Town.Person(1).ToString(), "乙"), ("甲.csv", 3, "TWO_EMPLOYERS", Town.Person(1).ToString(), "甲"),
        }));
        Assert.That(await town.ReportAsync("rejection", June), Is.Empty);
        Assert.That(await town.ReportAsync("held", July), Is.Empty);
    }

    [Test]
    public async Task Before_a_month_refused_files_and_parked_jobs_are_told_until_they_are_dealt_with()
    {
        // 60 rows with one person's paid amount short in each: more than a tenth and more than 50, so the file is refused whole.
        await town.ImportAsync("单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额",
            [.. Enumerable.Range(1, 60).Select(i => $"甲,单位甲,某人,{Town.Person(i).Full()},2021-06,10000.00,1.00,800.00")], June, SubmissionKind.Regular, false, "六月.csv");
        Readiness readiness = new(await town.AreaAsync());
        ReadinessPoint refused = await PointAsync(readiness, "files-refused");
        Assert.That((refused.Ready, refused.Names.Single()), Is.EqualTo((Ready.Look, "六月.csv")));
        await town.ImportAsync("甲,乙", ["1,2"], June, SubmissionKind.Regular, false, "六月.csv");
        Listing<SubmissionLine> open = (await new SubmissionList(await town.AreaAsync()).ReadAsync(new SubmissionFilter(null, true), 1, default)).Lines;
        Assert.That(open.Rows.Select(s => (s.Refused, s.Rejected)), Is.EqualTo(new[] { ("HEADER_UNKNOWN", 0), ("FILE_REFUSED", 60) }));
        await town.ImportAsync("单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额",
            [$"甲,单位甲,某人,{Town.Person(1).Full()},2021-06,10000.00,200.00,800.00"], June, SubmissionKind.Regular, false, "六月.csv");
        Assert.That((await PointAsync(readiness, "files-refused")).Ready, Is.EqualTo(Ready.Yes));

        await town.Database.ExecuteAsync("INSERT INTO batch.job (kind, area, argument, asked_by, state) VALUES ('report', '420100', 'x', 'wang', 'parked')");
        Assert.That((await PointAsync(readiness, "parked-work")).Ready, Is.EqualTo(Ready.Look));
        await town.Database.ExecuteAsync("INSERT INTO batch.job (kind, area, argument, asked_by, state) VALUES ('chunk', '420100', '1:2021-06:0', 'wang', 'parked')");
        Assert.That(await PointAsync(readiness, "parked-work"), Has.Property("Ready").EqualTo(Ready.No).And.Property("Count").EqualTo(2));
    }

    private static async Task<ReadinessPoint> PointAsync(Readiness readiness, string code) => (await readiness.ReadAsync(June, default)).Single(p => p.Code == code);

    [Test]
    public async Task A_figure_that_the_month_needs_and_nobody_has_given_stops_it()
    {
        // The average wage of Wuhan stands in the file from some year on; before that there is none, and the floor of retirees needs it.
        ReadinessPoint before = (await new Readiness(await town.AreaAsync()).ReadAsync(new YearMonth(2021, 6), default)).Single(p => p.Code == "missing-figures");
        Area area = await town.AreaAsync();
        YearMonth? gap = Enumerable.Range(1, 60).Select(i => June.PlusMonths(-i)).Cast<YearMonth?>().FirstOrDefault(m => area.Policy.TryFor(m!.Value)?.CanonicalJson.Contains("issing\"", StringComparison.Ordinal) == true);
        Assert.That(before.Ready, Is.EqualTo(Ready.Yes));
        Assert.That(gap, Is.Not.Null, "the shipped file has no month without its average wage any more: name another");
        ReadinessPoint point = (await new Readiness(area).ReadAsync(gap!.Value, default)).Single(p => p.Code == "missing-figures");
        Assert.That((point.Ready, point.Names.Single()), Is.EqualTo((Ready.No, "average-wage")));
    }

    [Test]
    public async Task Without_limits_of_the_base_the_list_the_run_and_the_certificate_say_so_as_it_was_when_the_run_was_computed()
    {
        await town.PayrollAsync(June, "甲", [(Town.Person(1), 10_000m)]);
        ReadinessPoint before = await PointAsync(new Readiness(await town.AreaAsync()), "figures-unlimited");
        Assert.That((before.Ready, before.Names), Is.EqualTo((Ready.Look, new[] { "base-min", "base-max" })));
        RunDocument run = await town.AllocateAsync(June);
        Assert.That(await WarnedAsync(run), Is.EqualTo(new[] { "base-max", "base-min" }));
        await town.SetFigureAsync("base-max", June, 20_000m);
        Assert.That((await PointAsync(new Readiness(await town.AreaAsync()), "figures-unlimited")).Names, Is.EqualTo(new[] { "base-min" }));
        Assert.That(await WarnedAsync(run), Is.EqualTo(new[] { "base-max", "base-min" }), "it was computed without");
        Assert.That(await WarnedAsync(await town.PostMonthAsync(June)), Is.EqualTo(new[] { "base-min" }));
        await town.CloseAsync(June);
        Assert.That((await town.ReportAsync("certificate", June)).Select(r => r[0].Text), Is.EqualTo(new[]
        {
            "期初 opening", "本月第 1 次划账（批次 2） allocation 1 of the month (run 2)", "最后入账（批次 2） last posting (run 2)",
            "注意 2021-06 没有缴费基数下限（base-min），按申报基数计算，未按其限定。 2021-06: no base-min; bases are taken as declared, without this limit.", "本期合计 movements", "期末合计 closing",
        }));
    }

    [Test]
    public async Task A_figure_from_a_year_ago_is_used_and_told()
    {
        await town.SetFigureAsync("base-max", June, 20_000m);
        await town.SetFigureAsync("base-min", June, 4_000m);
        ReadinessPoint[] points = [.. await new Readiness(await town.AreaAsync()).ReadAsync(June.PlusMonths(11), default)];
        Assert.That(points.Any(p => p.Code == "figures-unlimited"), Is.False);
        ReadinessPoint old = (await new Readiness(await town.AreaAsync()).ReadAsync(June.PlusMonths(12), default)).Single(p => p.Code == "figures-unlimited");
        Assert.That((old.Ready, old.Names), Is.EqualTo((Ready.Look, new[] { "base-min", "base-max" })));
    }

    private async Task<IEnumerable<string>> WarnedAsync(RunDocument run) => (await new FigureWarnings(await town.AreaAsync()).OfRunAsync(run.Run!.Value, default)).Select(g => g.Name);

    [Test]
    public async Task Months_pool_flows_and_ages_agree_with_the_ledger()
    {
        // 310 of the 1,000 paid reach the account, 690 the pool; the retiree of 5,000 aged 61 gets 4.8 %: 240 from the pool.
        await town.PayrollAsync(June, "甲", [(Town.Person(1), 10_000m)]);
        await town.PensionAsync(June, [(Town.Person(2, 1960), 6_000m)]);
        await town.PostMonthAsync(June);
        Area area = await town.AreaAsync();
        MonthLine open = (await new MonthList(area).ReadAsync(default)).Single();
        Assert.That((open.Accounts, open.Pool, open.IsClosed), Is.EqualTo((Money.FromYuan(598), Money.FromYuan(402), false)));
        Assert.That(await new ChartData(area).PoolAsync(12, default), Is.EqualTo(new[] { new PoolFlow(June, Money.FromYuan(690), Money.FromYuan(288), Money.FromYuan(402)) }));
        Assert.That((await new ChartData(area).AgesAsync(new LocalDate(2021, 7, 1), default)).Select(b => (b.Age, b.Men + b.Women)), Is.EqualTo(new[] { (30, 1L), (60, 1L) }));
        Assert.That((await new ChartData(area).TiersAsync(June, default)).Sum(t => t.Credited.Fen), Is.EqualTo(59_800));

        await town.CloseAsync(June);
        Assert.That(((await new MonthList(area).ReadAsync(default)).Single().Closing, await new MonthList(area).CurrentAsync(default)), Is.EqualTo(((Money?)Money.FromYuan(598), (YearMonth?)July)));
    }

    [Test]
    public async Task The_analysts_role_sees_views_without_names_and_nothing_else()
    {
        await town.PayrollAsync(June, "甲", [(Town.Person(1), 10_000m)]);
        await town.PostMonthAsync(June);
        List<(string Name, bool IsView)> readable = await town.Database.Owner.ReadAsync(
            """
            SELECT c.oid::regclass::text, c.relkind = 'v' FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname IN ('batch', 'area_420100') AND c.relkind IN ('r', 'p', 'v', 'm') AND has_table_privilege('batch_analyst', c.oid, 'SELECT') ORDER BY 1
            """, r => (r.GetString(0), r.GetBoolean(1)), default);
        Assert.That(readable.Where(r => !r.Name.StartsWith("area_420100.analyst_", StringComparison.Ordinal) || !r.IsView), Is.Empty);
        Assert.That(readable, Has.Count.GreaterThanOrEqualTo(7));

        await using NpgsqlConnection analyst = await town.Database.Owner.OpenConnectionAsync();
        await using NpgsqlTransaction transaction = await analyst.BeginTransactionAsync();
        await using NpgsqlCommand role = new("SET LOCAL ROLE batch_analyst", analyst);
        await role.ExecuteNonQueryAsync();
        string number = Town.Person(1).Full();
        await using NpgsqlCommand person = new("SELECT id_masked || name_masked FROM area_420100.analyst_person", analyst);
        Assert.That(await person.ExecuteScalarAsync(), Is.EqualTo(number[..4] + "*************" + number[17..] + "某*"));
        await using NpgsqlCommand decade = new("SELECT DISTINCT birth_decade % 10 FROM area_420100.analyst_person", analyst);
        Assert.That(await decade.ExecuteScalarAsync(), Is.EqualTo(0), "no year beside a masked number");
        await using NpgsqlCommand birth = new("SELECT count(*) FROM information_schema.columns WHERE table_name LIKE 'analyst%' AND column_name ~ 'birth_year|birth$|age$'", analyst);
        Assert.That(await birth.ExecuteScalarAsync(), Is.EqualTo(0));
        await using NpgsqlCommand balance = new("SELECT sum(balance) FROM area_420100.analyst_balance", analyst);
        Assert.That(await balance.ExecuteScalarAsync(), Is.EqualTo(310m));
        await using NpgsqlCommand whole = new("SELECT citizen FROM area_420100.person", analyst);
        Assert.That(async () => await whole.ExecuteScalarAsync(), Throws.TypeOf<PostgresException>().With.Property("SqlState").EqualTo("42501"));
    }

    [Test]
    public async Task Every_view_and_column_of_the_data_dictionary_is_described_in_both_languages()
    {
        IReadOnlyList<AnalystView> views = await new AnalystViews(await town.AreaAsync()).ReadAsync(default);
        Assert.That(views, Has.Count.GreaterThanOrEqualTo(7));
        Assert.That(views.Where(v => v.Chinese == "" || v.English == "").Select(v => v.Name), Is.Empty);
        Assert.That(views.SelectMany(v => v.Columns.Where(c => c.Chinese == "" || c.English == "").Select(c => $"{v.Name}.{c.Name}")), Is.Empty);
    }
}

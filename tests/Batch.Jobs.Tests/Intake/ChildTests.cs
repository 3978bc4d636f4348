using System.Text;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Runs;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Tests.Intake;

/// <summary>Rejected rows come back as a fix pack, are mended and sent again: parent and children are the whole file, row for row and fen for fen.</summary>
public sealed class ChildTests
{
    private const string Header = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额";
    private static readonly YearMonth June = new(2021, 6);
    private static readonly CitizenId Ann = Town.Person(1), Bob = Town.Person(2), Cai = Town.Person(3), Dan = Town.Person(4);
    private Town town = null!;

    // 100 + 400 accepted; 120 + 400 for 480: mismatch; amounts unreadable; 80 + 320 for a month that is none.
    private static readonly string[] Rows =
    [
        $"E1,厂,甲,{Ann.Full()},2021-06,5000,100,400", $"E1,厂,乙,{Bob.Full()},2021-06,6000,120,400",
        $"E1,厂,丙,{Cai.Full()},2021-06,7000,一百四十,560", $"E1,厂,丁,{Dan.Full()},2021-13,4000,80,320",
    ];

    [SetUp]
    public async Task SetUp()
    {
        town = await Town.FoundAsync();
        FileOutcome parent = await town.ImportAsync(Header, Rows, June, SubmissionKind.Regular, false);
        Assert.That((parent.Accepted, parent.Rejected), Is.EqualTo((1, 3)));
    }

    [TearDown]
    public async Task TearDown() => await town.DisposeAsync();

    [Test]
    public async Task A_pack_that_mends_only_some_leaves_the_rest_named_and_the_whole_reconciles()
    {
        string pack = await PackAsync(1, 3);
        string[] lines = pack.TrimStart('\uFEFF').TrimEnd().Split("\r\n");
        Assert.That(lines.Skip(1).Select(l => l.Split(',')[8]), Is.EqualTo(new[] { "3", "4", "5" }));

        FileOutcome child = await SendAsync(pack.Replace(",6000,120,400,", ",6000,120,480,", StringComparison.Ordinal).Replace("一百四十", "一百四", StringComparison.Ordinal).Replace("2021-13", "2021-06", StringComparison.Ordinal), 1);
        Reconciliation whole = await ReconcileAsync(1);
        Assert.Multiple(() =>
        {
            Assert.That((child.Rows, child.Accepted, child.Rejected), Is.EqualTo((3, 2, 1)));
            Assert.That(whole.AsSent[RowOutcome.Accepted], Is.EqualTo(new RowsAndMoney(1, 500_00, 0)));
            // 520.00 and 400.00 as they were sent; the third row's amounts cannot be read
            Assert.That(whole.AsSent[RowOutcome.Rejected], Is.EqualTo(new RowsAndMoney(3, 920_00, 1)));
            // 500.00 + the mended 600.00 and 400.00
            Assert.That(whole.Now[RowOutcome.Accepted], Is.EqualTo(new RowsAndMoney(3, 1500_00, 0)));
            Assert.That(whole.Now[RowOutcome.Rejected], Is.EqualTo(new RowsAndMoney(1, 0, 1)));
            Assert.That(whole.StillRejected, Is.EqualTo(new[] { 4 }));
            Assert.That(whole.Now.Values.Sum(o => o.Rows), Is.EqualTo(4));
            Assert.That(whole.Children.Select(c => c.Number), Is.EqualTo(new[] { 2 }));
        });

        SubmissionList list = new(await town.AreaAsync());
        (Listing<SubmissionLine> listed, SubmissionTotals totals) = await list.ReadAsync(new SubmissionFilter(June, false), 1, default);
        Assert.That(listed.Rows.Select(l => (l.Submission, l.Rejected, l.Mended)), Is.EqualTo(new[] { (2, 1, 0), (1, 3, 2) }));
        Assert.That((totals.Rejected, totals.Mended), Is.EqualTo((4L, 2L)));
        Assert.That(await list.MendedAsync(1, default), Is.EquivalentTo(new[] { 3, 5 }));
    }

    [Test]
    public async Task The_child_of_a_child_mends_the_first_file_too()
    {
        string pack = await PackAsync(1, 3);
        await SendAsync(pack.Replace(",6000,120,400,", ",6000,120,480,", StringComparison.Ordinal), 1);
        string second = await PackAsync(2, 2);
        await SendAsync(second.Replace("一百四十", "140", StringComparison.Ordinal).Replace("2021-13", "2021-06", StringComparison.Ordinal), 2);
        Reconciliation whole = await ReconcileAsync(1);
        // 500 + 600 + 700 + 400
        Assert.That(whole.Now[RowOutcome.Accepted], Is.EqualTo(new RowsAndMoney(4, 2200_00, 0)));
        Assert.That((whole.Now[RowOutcome.Rejected].Rows, whole.StillRejected.Count), Is.EqualTo((0, 0)));
        await PackAsync(1, 0);
        await town.PostMonthAsync(June);
        // 5000 and 4000 x 3.1 %
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(155m)));
        Assert.That(await town.BalanceAsync(Dan), Is.EqualTo(Money.FromYuan(124m)));
    }

    [Test]
    public async Task A_row_that_mends_none_or_comes_twice_is_rejected_and_a_file_that_names_no_rows_is_refused()
    {
        string header = Header + ",原行号";
        FileOutcome wrong = await SendAsync($"{header}\r\n{Rows[1]},2\r\n{Rows[3].Replace("2021-13", "2021-06", StringComparison.Ordinal)},5\r\n{Rows[3].Replace("2021-13", "2021-06", StringComparison.Ordinal)},5\r\n", 1);
        FileOutcome unnamed = await SendAsync($"{Header}\r\n{Rows[1]}\r\n", 1);
        FileOutcome other = await SendAsync($"姓名,公民身份号码,变更类型,变更日期,变更内容,原行号\r\n甲,{Ann.Full()},停保,2021-06-01,,3\r\n", 1);
        Reconciliation whole = await ReconcileAsync(1);
        Assert.Multiple(() =>
        {
            Assert.That(wrong.Rejections.Select(r => (r.Row, r.Code)), Is.EqualTo(new[] { (2, Codes.ParentRowNotRejected), (4, Codes.ParentRowNotRejected) }));
            Assert.That((unnamed.Refused, unnamed.Rejections[0].Column), Is.EqualTo((Codes.HeaderColumnMissing, "原行号")));
            Assert.That(other.Refused, Is.EqualTo(Codes.ParentOtherContent));
            Assert.That(whole.StillRejected, Is.EqualTo(new[] { 3, 4 }));
        });
    }

    // The second row of the movements file is of no kind; its mended copy names a row that was never rejected, so it is one rejected row and moves nothing.
    [Test]
    public async Task A_mended_movement_that_names_a_wrong_row_is_rejected_and_moves_nothing()
    {
        const string header = "公民身份号码,变动类型,金额,发生日期,渠道,凭证号,事由,继承人证件号码,继承人姓名,对方统筹区,成员证件号码,以前年限";
        FileOutcome parent = await town.MovementsAsync(June, $"{Ann.Full()},期初余额,100.00,2021-01-01,,,,,,,,", $"{Ann.Full()},错,30.00,2021-06-05,药店,,,,,,,");
        Assert.That((parent.Accepted, parent.Rejected, parent.Submission), Is.EqualTo((1, 1, (int?)2)));
        FileOutcome wrong = await SendAsync($"{header},原行号\r\n{Ann.Full()},消费,30.00,2021-06-05,药店,,,,,,,,2\r\n", 2);
        FileOutcome right = await SendAsync($"{header},原行号\r\n{Ann.Full()},消费,20.00,2021-06-05,门诊,,,,,,,,3\r\n", 2);
        Assert.Multiple(() =>
        {
            Assert.That((wrong.Rows, wrong.Accepted, wrong.Rejected, wrong.Rejections.Count), Is.EqualTo((1, 0, 1, 1)));
            Assert.That(wrong.Rejections[0].Code, Is.EqualTo(Codes.ParentRowNotRejected));
            Assert.That((right.Rows, right.Accepted, right.Rejected), Is.EqualTo((1, 1, 0)));
        });
        await town.PostMonthAsync(June);
        // 100.00 + 5000 x 3.1 % - 20.00
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(235m)));
        await town.AssertCleanAsync();
    }

    // The row of 戊 has the number of 甲, whose June of 5000 is in force. Mended, it is 戊 with another number, or 甲 with 8000. 3.1 % of 5000, 3000, 8000: 155.00, 93.00, 248.00.
    [TestCase(false)]
    [TestCase(true)]
    public async Task A_held_row_that_names_another_person_comes_back_mended_and_is_settled(bool numberMended)
    {
        CitizenId eve = Town.Person(5);
        FileOutcome parent = await town.ImportAsync(Header, [$"E1,厂,己,{Town.Person(6).Full()},2021-06,3000,60,240", $"E1,厂,戊,{Ann.Full()},2021-06,8000,160,640"], June, SubmissionKind.Supplementary, false);
        Assert.That((parent.Submission, parent.Accepted, parent.Held), Is.EqualTo((2, 1, 1)));
        using MemoryStream packed = new();
        Assert.That(await new FixPacks(town.Area, IntakeLimits.Default).WriteAsync(2, held: true, null, packed, default), Is.EqualTo(1));
        string pack = Encoding.UTF8.GetString(packed.ToArray());
        FileOutcome child = await SendAsync(numberMended ? pack.Replace(Ann.Full(), eve.Full(), StringComparison.Ordinal) : pack.Replace("戊", "甲", StringComparison.Ordinal), 2, SubmissionKind.Supplementary);
        Assert.That((child.Accepted, child.Held, child.Rejected), Is.EqualTo((1, 0, 0)));
        await using (NpgsqlConnection connection = await town.Database.Program.OpenConnectionAsync())
        {
            Assert.That(await new HeldRows(Town.Schema).ListAsync(connection, null, default), Is.Empty);
        }

        DataFaultException? gone = await Assert.ThrowsAsync<DataFaultException>(() =>
            new Decisions(town.Area).DecideAsync(new Decision(2, 3, true, "wang", "核实"), default));
        Assert.That(gone!.Code, Is.EqualTo("ROW_NOT_HELD"));
        Reconciliation whole = await ReconcileAsync(2);
        Assert.Multiple(() =>
        {
            // 60 + 240, 160 + 640
            Assert.That(whole.AsSent[RowOutcome.Held], Is.EqualTo(new RowsAndMoney(1, 800_00, 0)));
            Assert.That(whole.Now[RowOutcome.Held], Is.EqualTo(new RowsAndMoney(0, 0, 0)));
            Assert.That(whole.HeldMended, Is.EqualTo(new[] { 3 }));
            Assert.That(whole.Now[RowOutcome.Accepted], Is.EqualTo(new RowsAndMoney(2, 1100_00, 0)));
            Assert.That(whole.Now[RowOutcome.Rejected], Is.EqualTo(new RowsAndMoney(0, 0, 0)));
        });
        await PackAsync(2, 0);
        await town.PostMonthAsync(June);
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(numberMended ? 155m : 248m)));
        Assert.That(await town.BalanceAsync(numberMended ? eve : Town.Person(6)), Is.EqualTo(Money.FromYuan(numberMended ? 248m : 93m)));
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task A_held_row_that_was_decided_or_that_another_line_contradicts_is_not_mended_by_a_child()
    {
        await town.ImportAsync(Header, [$"E1,厂,戊,{Ann.Full()},2021-06,8000,160,640"], June, SubmissionKind.Supplementary, false);
        await new Decisions(town.Area).DecideAsync(new Decision(2, 2, false, "wang", "核实"), default);
        FileOutcome decided = await SendAsync($"{Header},原行号\r\nE1,厂,戊,{Town.Person(5).Full()},2021-06,8000,160,640,2\r\n", 2, SubmissionKind.Supplementary);
        FileOutcome two = await town.ImportAsync(Header, [$"E2,厂,甲,{Ann.Full()},2021-06,8000,160,640"], June, SubmissionKind.Supplementary, false);
        Assert.That(two.Rejections.Select(r => r.Code), Is.EqualTo(new[] { Codes.TwoEmployers }));
        FileOutcome contradicted = await SendAsync($"{Header},原行号\r\nE2,厂,戊,{Town.Person(5).Full()},2021-06,8000,160,640,2\r\n", two.Submission!.Value, SubmissionKind.Supplementary);
        Assert.That(decided.Rejections.Concat(contradicted.Rejections).Select(r => r.Code), Is.EqualTo(new[] { Codes.ParentRowNotRejected, Codes.ParentRowNotRejected }));
    }

    [Test]
    public async Task A_replacement_cannot_be_a_child_and_a_child_is_undone_by_a_replacement_of_the_whole()
    {
        DataFaultException? refused = await Assert.ThrowsAsync<DataFaultException>(() => SendAsync("x", 1, SubmissionKind.Replacement));
        Assert.That(refused!.Code, Is.EqualTo("PARENT_REPLACEMENT"));

        string pack = await PackAsync(1, 3);
        await SendAsync(pack.Replace(",6000,120,400,", ",6000,120,480,", StringComparison.Ordinal), 1);
        await town.PayrollAsync(June, "E1", [(Ann, 5000m)], SubmissionKind.Replacement, confirm: true);
        await town.PostMonthAsync(June);
        Assert.That(await town.BalanceAsync(Bob), Is.EqualTo(Money.Zero));
        Assert.That(await town.BalanceAsync(Ann), Is.EqualTo(Money.FromYuan(155m)));
    }

    [Test]
    public async Task Every_row_of_a_refused_file_is_in_its_pack_and_the_mended_pack_is_taken_as_its_child()
    {
        (CitizenId Who, decimal Base)[] many = [.. Enumerable.Range(100, 60).Select(n => (Town.Person(n), 5000m))];
        string[] rows = [.. many.Select((p, i) => $"E2,厂,某,{p.Who.Full()},{(i < 55 ? "2021-13" : "2021-06")},5000,100,400")];
        FileOutcome refused = await town.ImportAsync(Header, rows, June, SubmissionKind.Regular, false);
        Assert.That((refused.Refused, refused.Submission), Is.EqualTo((Codes.FileRefused, (int?)2)));
        string pack = await PackAsync(2, 60);
        FileOutcome child = await SendAsync(pack.Replace("2021-13", "2021-06", StringComparison.Ordinal), 2);
        Reconciliation whole = await ReconcileAsync(2);
        Assert.That((child.Accepted, child.Rejected), Is.EqualTo((60, 0)));
        Assert.That((whole.Now[RowOutcome.Accepted].Rows, whole.Now[RowOutcome.Rejected].Rows), Is.EqualTo((60, 0)));
    }

    [TestCase("注：以上金额单位为万元", Codes.UnitNotYuan)]
    [TestCase("单位编号,单位名称,姓名,公民身份号码,费款所属期,个人缴费金额,缴费基数,单位缴费金额", Codes.HeaderChanges)]
    public async Task A_file_refused_for_what_a_pack_would_leave_out_has_none(string line, string code)
    {
        FileOutcome refused = await town.ImportAsync(Header, [$"E2,厂,某,{Town.Person(100).Full()},2021-06,5000,100,400", line], June, SubmissionKind.Regular, false);
        Assert.That(refused.Refused, Is.EqualTo(code));
        DataFaultException? none = await Assert.ThrowsAsync<DataFaultException>(() => PackAsync(refused.Submission!.Value, 1));
        Assert.That((none!.Code, none.Message.Contains(code, StringComparison.Ordinal)), Is.EqualTo(("FIX_PACK_NO_ROWS", true)));
    }

    [Test]
    public async Task An_empty_row_number_is_told_as_empty()
    {
        string pack = await PackAsync(1, 3);
        FileOutcome child = await SendAsync(string.Join("\r\n", pack.TrimEnd().Split("\r\n").Select((line, i) => i == 1 ? Without(line) : line)) + "\r\n", 1);
        Rejection told = child.Rejections.Single(r => r.Code == Codes.ParentRowBlank);
        Assert.That(RejectionCodes.Describe(told, "zh"), Does.StartWith("第 2 行“原行号”没有填写").And.Not.Contain("0"));

        static string Without(string line)
        {
            string[] cells = line.Split(',');
            cells[8] = "";
            return string.Join(',', cells);
        }
    }

    private async Task<string> PackAsync(int submission, int rows)
    {
        using MemoryStream pack = new();
        int written = await new FixPacks(town.Area, IntakeLimits.Default).WriteAsync(submission, held: false, null, pack, default);
        Assert.That(written, Is.EqualTo(rows));
        return Encoding.UTF8.GetString(pack.ToArray());
    }

    private async Task<FileOutcome> SendAsync(string text, int parent, SubmissionKind kind = SubmissionKind.Regular)
    {
        Uploads uploads = new(await town.AreaAsync(), SystemClock.Instance, IntakeLimits.Default);
        Upload received = await uploads.ReceiveAsync("更正.csv", new MemoryStream(Encoding.UTF8.GetBytes(text)), new ImportRequest(June, kind, false, "operator", parent), null, default);
        await uploads.TakeAsync(received.Number, null, default);
        return (await uploads.OutcomeAsync(received.Number, default))!;
    }

    private async Task<Reconciliation> ReconcileAsync(int submission)
    {
        await using NpgsqlConnection connection = await town.Database.Program.OpenConnectionAsync();
        return await Reconciliation.ReadAsync(Town.Schema.On(connection), submission, default);
    }
}

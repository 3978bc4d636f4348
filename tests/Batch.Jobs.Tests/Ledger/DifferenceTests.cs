using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Ledger;
using Batch.Jobs.Proof;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Runs;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Ledger;

/// <summary>
/// A month is closed when its money agrees, or when a named person has accepted each difference. In June, whose credits wait for the money, E1 declares 500.00 + 600.00 and pays 1,100.00;
/// E2 declares 700.00 and pays 650.00, which credits nobody; the statement has E1's money and 7.00 of nobody known.
/// </summary>
public sealed class DifferenceTests
{
    private static readonly YearMonth June = new(2021, 6);
    private static readonly YearMonth July = new(2021, 7);
    private Town town = null!;

    [SetUp]
    public async Task SetUp()
    {
        town = await Town.FoundAsync();
        await town.AdoptAsync(text => text.Replace("credit-on: declaration", "credit-on: receipt", StringComparison.Ordinal));
        await DeclareAsync(June);
        await ReceiveAsync(June, "E1,单位E1,2021-06,1100.00,2021-06-10,SK1,,", "E2,单位E2,2021-06,650.00,2021-06-11,SK2,,");
        await BankAsync(June, "2021-06-10,A1,SK1,单位E1,,,1100.00", "2021-06-20,A9,,不明单位,,,7.00");
        await town.PostMonthAsync(June);
    }

    [TearDown]
    public async Task TearDown() => await town.DisposeAsync();

    [Test]
    public async Task A_month_with_differences_is_closed_once_each_is_accepted_by_name_with_a_reason()
    {
        MonthDifferences open = await ReadAsync(June);
        Assert.That(open.Differences.Select(Told), Is.EqualTo(new[]
        {
            "employer:E2,2021-06 700.00 650.00 0.00 0 -", "line:A9  7.00  10 -", "receipt:E2,2021-06,SK2  650.00  19 -",
        }));
        DataFaultException refused = await RefusedAsync("DIFFERENCES_OPEN", () => town.CloseAsync(June));
        Assert.That(refused.English, Does.Contain("3 differences"));
        Assert.That((await PointAsync(June)).Count, Is.EqualTo(3));

        MoneyDifferences money = await MoneyAsync();
        await money.AcceptAsync(June, ["line:A9"], "银行查询中", "li", default);
        Assert.That((await PointAsync(June)).Count, Is.EqualTo(2));
        await RefusedAsync("DIFFERENCES_OPEN", () => town.CloseAsync(June));
        MonthDifferences all = await money.AcceptAsync(June, null, "单位承诺下月补足", "zhao", default);
        Assert.That(all.Differences.Select(Told), Is.EqualTo(new[]
        {
            "employer:E2,2021-06 700.00 650.00 0.00 0 zhao 单位承诺下月补足", "line:A9  7.00  10 li 银行查询中", "receipt:E2,2021-06,SK2  650.00  19 zhao 单位承诺下月补足",
        }));
        await town.CloseAsync(June);
        Assert.That((await ReadAsync(June)).Differences.Select(Told), Is.EqualTo(all.Differences.Select(Told)), "kept with the closing");
        await RefusedAsync("MONTH_CLOSED", async () => await money.AcceptAsync(June, null, "再说", "li", default));
        Assert.That(
            await town.Database.ScalarAsync<string>("SELECT string_agg(who || ' ' || act || ' ' || subject || ' ' || reason, ', ' ORDER BY audit_id) FROM batch.audit WHERE act LIKE 'difference.%'"),
            Is.EqualTo("li difference.accept 2021-06 1 1 银行查询中, zhao difference.accept 2021-06 2 2 单位承诺下月补足"));
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task The_closing_accepts_what_is_open_with_one_reason()
    {
        await town.CloseAsync(June, "li", "月末一并说明");
        Assert.That((await ReadAsync(June)).Differences.Select(d => d.Accepted!.By + d.Accepted.Reason), Is.EqualTo(Enumerable.Repeat("li月末一并说明", 3)));
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task What_does_not_change_stays_accepted_in_the_next_month_and_is_shown_there()
    {
        await town.CloseAsync(June, "li", "查询中");
        await SettleJulyAsync();
        MonthDifferences july = await ReadAsync(July);
        // From the end of June, 2021-06-20 and 2021-06-11 to the end of July.
        Assert.That(july.Differences.Select(Told), Is.EqualTo(new[]
        {
            "employer:E2,2021-06 700.00 650.00 0.00 31 li 查询中", "line:A9  7.00  41 li 查询中", "receipt:E2,2021-06,SK2  650.00  50 li 查询中",
        }));
        Area area = await town.AreaAsync();
        ReconcileDocument told = await new MoneyCheck(area).ReadAsync(July, default);
        Assert.That(told.ThreeWay.Lines.Select(l => (l.Employer, l.Month)), Is.EqualTo(new[] { ("E2", June) }));
        await town.CloseAsync(July);
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task A_difference_that_a_later_file_changes_is_open_again()
    {
        await town.CloseAsync(June, "li", "查询中");
        await SettleJulyAsync();
        await ReceiveAsync(July, "E2,单位E2,2021-06,20.00,2021-07-15,SK8,,");
        await BankAsync(July, "2021-07-15,A8,SK8,单位E2,,,20.00");
        MonthDifferences july = await ReadAsync(July);
        // 650.00 + 20.00
        Assert.That(july.Differences.Where(d => d.Accepted is null).Select(Told), Is.EqualTo(new[] { "employer:E2,2021-06 700.00 670.00 0.00 31 -" }));
        await RefusedAsync("DIFFERENCES_OPEN", () => town.CloseAsync(July));
        await ReceiveAsync(July, "E2,单位E2,2021-06,30.00,2021-07-16,SK9,,");
        await BankAsync(July, "2021-07-16,A7,SK9,单位E2,,,30.00");
        await town.PostMonthAsync(July);
        Assert.That((await ReadAsync(July)).Differences.Select(d => d.Key), Is.EqualTo(new[] { "line:A9", "receipt:E2,2021-06,SK2" }), "E2 is paid and booked");
        await town.CloseAsync(July);
    }

    [Test]
    public async Task A_closed_month_is_shown_as_it_was_closed_with_what_changed_since_beside_it()
    {
        await town.CloseAsync(June, "li", "查询中");
        string[] arrears = await town.ReportAsync(new ArrearsReport(), June), suspense = await town.ReportAsync(new SuspenseReport(), June);
        // A later file says that E1's money of June was 1,105.00.
        await ImportAsync(June, SubmissionKind.Supplementary, "E1,单位E1,2021-06,1105.00,2021-06-10,SK1,,");
        Area area = await town.AreaAsync();
        ReconcileDocument told = await new MoneyCheck(area).ReadAsync(June, default);
        Assert.Multiple(async () =>
        {
            Assert.That((told.ThreeWay.Received, told.Receipts.Total, told.Receipts.Matched), Is.EqualTo((Yuan(1750), Yuan(1750), Yuan(1100))));
            Assert.That(told.ThreeWay.Lines.Select(l => l.Employer), Is.EqualTo(new[] { "E2" }));
            Assert.That((told.Closed!.By, told.Closed.Recorded, told.Closed.Receipts?.Total, told.Closed.Receipts?.Matched), Is.EqualTo(("li", true, (Money?)Yuan(1755), (Money?)Yuan(0))));
            Assert.That(told.Closed.Changes.Select(c => (c.Employer, c.Then, c.Now!.Received, c.Now.Booked)), Is.EqualTo(new[] { ("E1", (ThreeWayLine?)null, (Money?)Yuan(1105), Yuan(1100)) }));
            Assert.That(await town.ReportAsync(new ArrearsReport(), June), Is.EqualTo(arrears));
            Assert.That(await town.ReportAsync(new SuspenseReport(), June), Is.EqualTo(suspense));
        });
        // E1 has 5.00 too much since, and nothing of it is on the statement under its voucher: open in July.
        Assert.That((await ReadAsync(July)).Differences.Where(d => d.Accepted is null).Select(d => d.Key), Is.EquivalentTo(new[] { "employer:E1,2021-06", "line:A1", "receipt:E1,2021-06,SK1" }));
    }

    [Test]
    public async Task An_acceptance_that_is_taken_back_leaves_the_difference_open()
    {
        MoneyDifferences money = await MoneyAsync();
        await money.AcceptAsync(June, null, "查询中", "li", default);
        MonthDifferences now = await money.WithdrawAsync(June, ["line:A9"], "已查明，不应接受", "zhao", default);
        Assert.That(now.Differences.Where(d => d.Accepted is null).Select(d => d.Key), Is.EqualTo(new[] { "line:A9" }));
        await RefusedAsync("DIFFERENCES_OPEN", () => town.CloseAsync(June));
        await RefusedAsync("DIFFERENCE_UNKNOWN", async () => await money.AcceptAsync(June, ["line:A1"], "x", "li", default));
        await RefusedAsync("DIFFERENCE_NONE", async () => await money.AcceptAsync(June, [], "x", "li", default));
        await RefusedAsync("REASON_MISSING", async () => await money.AcceptAsync(June, null, " ", "li", default));
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task An_act_that_was_slipped_in_and_one_that_was_removed_are_named()
    {
        await (await MoneyAsync()).AcceptAsync(June, null, "查询中", "li", default);
        await town.AssertCleanAsync();
        await town.Database.ExecuteAsync(Town.Schema.Sql("INSERT INTO :area.difference_act VALUES (2, 'accept', '2021-06-01', 'zhao', now(), '假的')"));
        VerificationDocument added = await new Verifier(town.Database.Connection, Town.Schema).VerifyAsync(true, default);
        Assert.That(added.Checks.Single(c => c.Id == "V3").First, Does.EndWith("difference act 2: it is about no difference"));
        await town.Database.ExecuteAsync(Town.Schema.Sql("DELETE FROM :area.difference_act_item; DELETE FROM :area.difference_act"));
        VerificationDocument removed = await new Verifier(town.Database.Connection, Town.Schema).VerifyAsync(true, default);
        Assert.That(removed.Checks.Single(c => c.Id == "V9").First, Does.Contain("difference act 1: sealed, and gone"));
    }

    [Test]
    public async Task The_month_is_compared_as_a_whole_also_where_the_closings_before_were_not_checked()
    {
        await town.CloseAsync(June, "li", "查询中");
        await town.Database.ExecuteAsync(Town.Schema.Sql("DELETE FROM :area.closing_difference; UPDATE :area.closing_money SET checked = false"));
        await SettleJulyAsync();
        Assert.That((await ReadAsync(July)).Differences.Select(d => d.Key), Is.EqualTo(new[] { "employer:E2,2021-06", "line:A9", "receipt:E2,2021-06,SK2" }));
    }

    // E1 and E2 pay what they declare for July, and the statement has it.
    private async Task SettleJulyAsync()
    {
        await DeclareAsync(July);
        await ReceiveAsync(July, "E1,单位E1,2021-07,1100.00,2021-07-10,SK3,,", "E2,单位E2,2021-07,700.00,2021-07-11,SK4,,");
        await BankAsync(July, "2021-07-10,A2,SK3,单位E1,,,1100.00", "2021-07-11,A3,SK4,单位E2,,,700.00");
        await town.PostMonthAsync(July);
    }

    private async Task DeclareAsync(YearMonth month)
    {
        await town.PayrollAsync(month, "E1", [(Town.Person(1, 1990), 5000m), (Town.Person(2, 1980), 6000m)]);
        await town.PayrollAsync(month, "E2", [(Town.Person(3, 1970), 7000m)]);
    }

    private static string Told(MonthDifference d) => $"{d.Key} {d.Declared} {d.Received} {d.Booked} {d.Days} {(d.Accepted is { } a ? $"{a.By} {a.Reason}" : "-")}";

    private async Task<MoneyDifferences> MoneyAsync() => new(await town.AreaAsync());

    private async Task<MonthDifferences> ReadAsync(YearMonth month) => await (await MoneyAsync()).ReadAsync(month, default);

    private async Task<ReadinessPoint> PointAsync(YearMonth month) => (await new Readiness(await town.AreaAsync()).ReadAsync(month, default)).Single(p => p.Code == "differences-open");

    private Task<FileOutcome> ReceiveAsync(YearMonth month, params string[] rows) => ImportAsync(month, SubmissionKind.Regular, rows);

    private Task<FileOutcome> ImportAsync(YearMonth month, SubmissionKind kind, params string[] rows) =>
        town.ImportAsync("单位编号,单位名称,费款所属期,到账金额,到账日期,凭证号,滞纳金,利息", rows, month, kind, false);

    private Task<FileOutcome> BankAsync(YearMonth month, params string[] rows) =>
        town.ImportAsync("交易日期,流水号,凭证号,对方户名,对方账号,借方金额,贷方金额", rows, month, SubmissionKind.Regular, false);

    private static Money Yuan(long yuan) => new(yuan * 100);

    private static async Task<DataFaultException> RefusedAsync(string code, Func<Task> act)
    {
        DataFaultException fault = (await Assert.ThrowsAsync<DataFaultException>(async () => await act()))!;
        Assert.That(fault.Code, Is.EqualTo(code));
        return fault;
    }
}

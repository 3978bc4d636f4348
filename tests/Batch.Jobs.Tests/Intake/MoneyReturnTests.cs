using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Ledger;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Runs;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Tests.Intake;

/// <summary>
/// Refunds, carry-overs and write-offs, in Wuhan's rules with credits that wait for the money. E1 declares 500.00 for January (10 % of 5000) and pays 500; E2 declares 600.00 and
/// pays 650; E3 declares 700.00 and pays twice.
/// </summary>
public sealed class MoneyReturnTests
{
    private const string Header = "单位编号,单位名称,费款所属期,到账金额,到账日期,凭证号,滞纳金,利息";

    private static readonly YearMonth January = new(2021, 1);
    private static readonly YearMonth February = new(2021, 2);
    private static readonly CitizenId Ann = Town.Person(1, 1990);     // 30: 3.1 % of 5000 = 155.00
    private static readonly CitizenId Bob = Town.Person(2, 1980);     // 40: 3.4 % of 6000 = 204.00
    private static readonly CitizenId Cai = Town.Person(3, 1970);     // 50: 3.7 % of 7000 = 259.00
    private Town town = null!;

    [SetUp]
    public async Task SetUp()
    {
        town = await Town.FoundAsync();
        await town.WaitForReceiptsAsync();
        await town.PayrollAsync(January, "E1", [(Ann, 5000m)]);
        await town.PayrollAsync(January, "E2", [(Bob, 6000m)]);
        await town.PayrollAsync(January, "E3", [(Cai, 7000m)]);
        await ReceiveAsync("E1,,2021-01,500.00,2021-01-20,A1,,", "E2,,2021-01,650.00,2021-01-21,B1,,", "E3,,2021-01,700.00,2021-01-21,C1,,", "E3,,2021-01,700.00,2021-01-25,C2,,");
    }

    [TearDown]
    public async Task TearDown() => await town.DisposeAsync();

    [Test]
    public async Task A_surplus_is_refunded_by_two_people_once_and_leaves_suspense()
    {
        await town.PostMonthAsync(January);
        Assert.That(await SuspenseAsync(), Is.EqualTo(new[] { "E2 50.00", "E3 700.00" }));
        ReturnDocument proposed = await ProposeAsync(Refund("E2", 50m));
        ReturnDocument again = await ProposeAsync(Refund("E2", 50m));
        Assert.That((proposed.Return, proposed.State, again.Return), Is.EqualTo((1, "proposed", 1)));
        Assert.That(await SuspenseAsync(), Has.Some.EqualTo("E2 50.00"), "a proposal changes nothing");
        await RefusedAsync("SAME_PERSON", returns => returns.ConfirmAsync(1, "Wang", default));
        ReturnDocument confirmed = await (await ReturnsAsync()).ConfirmAsync(1, "li", default);
        Assert.That((confirmed.State, confirmed.By, confirmed.EndedBy), Is.EqualTo(("confirmed", "wang", "li")));
        Assert.That(await (await ReturnsAsync()).ConfirmAsync(1, "li", default), Is.EqualTo(confirmed));
        await RefusedAsync("RETURN_STATE", returns => returns.ConfirmAsync(1, "zhao", default));
        await RefusedAsync("RETURN_STATE", returns => returns.WithdrawAsync(1, "晚了", "wang", default));
        Assert.That(await SuspenseAsync(), Is.EqualTo(new[] { "E3 700.00" }));
        Assert.That(await ReturnedAsync(), Is.EqualTo("E2 2021-01 refund 5000 2021-01-28"));
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task No_more_is_returned_than_is_in_suspense_and_other_proposals_count()
    {
        await town.PostMonthAsync(January);
        // 650 received, 600 declared and booked.
        await RefusedAsync("RETURN_ALLOCATED", returns => returns.ProposeAsync(Refund("E2", 50.01m), "多缴", "wang", default));
        await RefusedAsync("RETURN_TOO_MUCH", returns => returns.ProposeAsync(Refund("E2", 650.01m), "多缴", "wang", default));
        await RefusedAsync("RETURN_ALLOCATED", returns => returns.ProposeAsync(Refund("E1", 0.01m), "多缴", "wang", default));
        await RefusedAsync("RETURN_TOO_MUCH", returns => returns.ProposeAsync(Refund("E1", 0.01m) with { Month = February }, "多缴", "wang", default));
        await ProposeAsync(Refund("E2", 30m));
        await RefusedAsync("RETURN_ALLOCATED", returns => returns.ProposeAsync(Refund("E2", 20.01m), "多缴", "wang", default));
        await ProposeAsync(Refund("E2", 20m));
        await (await ReturnsAsync()).WithdrawAsync(2, "算错了", "wang", default);
        Assert.That((await ProposeAsync(Refund("E2", 20m) with { Document = "TK9" })).Return, Is.EqualTo(3));
        // Money that came after the day of the refund was not there to be refunded.
        await RefusedAsync("RETURN_ALLOCATED", returns => returns.ProposeAsync(Refund("E3", 1m) with { On = new LocalDate(2021, 1, 24) }, "多缴", "wang", default));
        await RefusedAsync("RETURN_DAY_AHEAD", returns => returns.ProposeAsync(Refund("E3", 1m) with { On = new LocalDate(2999, 1, 1) }, "多缴", "wang", default));
        await RefusedAsync("EMPLOYER_UNKNOWN", returns => returns.ProposeAsync(Refund("E9", 1m), "多缴", "wang", default));
        await RefusedAsync("REASON_MISSING", returns => returns.ProposeAsync(Refund("E3", 1m), " ", "wang", default));
    }

    [Test]
    public async Task Declared_money_is_returned_only_after_the_declaration_is_corrected_and_posted()
    {
        // Not booked yet: declared money covers a credit to come.
        await RefusedAsync("RETURN_ALLOCATED", returns => returns.ProposeAsync(Refund("E1", 500m), "误缴", "wang", default));
        await town.PostMonthAsync(January);
        await town.PayrollAsync(January, "E1", [(Town.Person(7, 1990), 4000m)], SubmissionKind.Replacement, confirm: true);
        // 400 are declared now, 500 are booked.
        await RefusedAsync("RETURN_ALLOCATED", returns => returns.ProposeAsync(Refund("E1", 100m), "误缴", "wang", default));
        RunDocument computed = await town.AllocateAsync(January);
        await town.PostAsync(computed.Run!.Value);
        Assert.That((await ProposeAsync(Refund("E1", 100m))).State, Is.EqualTo("proposed"));
    }

    [Test]
    public async Task Nothing_is_confirmed_while_a_run_of_the_month_is_open()
    {
        await ProposeAsync(Refund("E2", 50m));
        RunDocument open = await town.AllocateAsync(January);
        await RefusedAsync("RETURN_RUN_OPEN", returns => returns.ConfirmAsync(1, "li", default));
        await town.PostAsync(open.Run!.Value);
        Assert.That((await (await ReturnsAsync()).ConfirmAsync(1, "li", default)).State, Is.EqualTo("confirmed"));
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task A_carry_over_pays_for_the_next_month_and_no_longer_for_its_own()
    {
        await town.PostMonthAsync(January);
        await town.PayrollAsync(February, "E3", [(Cai, 7000m)]);
        Assert.That((await town.AllocateAsync(February)).State, Is.EqualTo(RunState.Nothing), "not paid");
        await CarryAsync("E3", 700m);
        Assert.That(await ReturnedAsync(), Is.EqualTo("E3 2021-01 carry-over 70000 2021-01-28, E3 2021-02 carry-over -70000 2021-01-28"));
        // A supplementary line for January is not paid for by what was carried over.
        await town.PayrollAsync(January, "E3", [(Town.Person(8, 1990), 5000m)], SubmissionKind.Supplementary);
        Assert.That((await town.AllocateAsync(January)).State, Is.EqualTo(RunState.Nothing));
        RunDocument posted = await town.PostMonthAsync(February);
        Assert.That((posted.Entries, posted.Credited), Is.EqualTo((1, Yuan(259m))));
        Assert.That(await SuspenseAsync(), Is.EqualTo(new[] { "E2 50.00" }));
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task A_counter_entry_brings_the_money_back_when_it_is_still_there()
    {
        await town.PostMonthAsync(January);
        await CarryAsync("E3", 700m);
        await town.PayrollAsync(February, "E3", [(Cai, 7000m)]);
        await town.PostMonthAsync(February);
        // February has booked it.
        await RefusedAsync("RETURN_ALLOCATED", returns => returns.CancelAsync(1, new LocalDate(2021, 2, 20), "CX1", ("误结转", "wang"), default));
        await ReceiveAsync("E3,,2021-02,700.00,2021-02-10,C3,,");
        ReturnDocument counter = await (await ReturnsAsync()).CancelAsync(1, new LocalDate(2021, 2, 20), "CX1", ("误结转", "wang"), default);
        Assert.That((counter.Return, counter.State, counter.Amount, counter.Cancels), Is.EqualTo((2, "proposed", Yuan(-700m), 1)));
        await RefusedAsync("RETURN_CANCELLED", returns => returns.CancelAsync(1, new LocalDate(2021, 2, 21), "CX2", ("误结转", "wang"), default));
        await RefusedAsync("SAME_PERSON", returns => returns.ConfirmAsync(2, "wang", default));
        await (await ReturnsAsync()).ConfirmAsync(2, "li", default);
        Assert.That(
            await ReturnedAsync(),
            Is.EqualTo("E3 2021-01 carry-over -70000 2021-02-20, E3 2021-01 carry-over 70000 2021-01-28, E3 2021-02 carry-over -70000 2021-01-28, E3 2021-02 carry-over 70000 2021-02-20"));
        // January's people who were not paid for are credited by it: 500 of 700.
        await town.PayrollAsync(January, "E3", [(Town.Person(8, 1990), 5000m)], SubmissionKind.Supplementary);
        Assert.That((await town.PostMonthAsync(February)).Credited, Is.EqualTo(Yuan(155m)));
        Assert.That(await SuspenseAsync(February), Is.EqualTo(new[] { "E2 50.00", "E3 200.00" }));
        await town.AssertCleanAsync();
    }

    [Test]
    public async Task A_receipt_is_not_corrected_below_what_was_returned_until_that_is_cancelled()
    {
        await town.PostMonthAsync(January);
        await ConfirmedAsync(Refund("E3", 700m));
        FileOutcome taken = await ReceiveAsync("E3,,2021-01,0.00,2021-01-25,C2,,", "E3,,2021-01,0.00,2021-01-21,C1,,");
        Assert.That(taken.Rejections.Select(r => $"{r.Row} {r.Code} {r.Found} {r.Expected}"), Is.EqualTo(new[] { "2 RECEIPT_RETURNED E3 2021-01 700.00", "3 RECEIPT_RETURNED E3 2021-01 700.00" }));
        FileOutcome left = await ReceiveAsync(SubmissionKind.Replacement, "E3,,2021-01,600.00,2021-01-21,C1,,");
        Assert.That(left.Refused, Is.EqualTo("RECEIPT_RETURNED"));
        FileOutcome gone = await ReceiveAsync(SubmissionKind.Replacement, "E3,,2021-01,600.00,2021-01-21,C9,,");
        Assert.That(gone.Refused, Is.EqualTo("RECEIPT_RETURNED"));
        // One document for another of the same amount is no less.
        FileOutcome moved = await ReceiveAsync("E3,,2021-01,0.00,2021-01-25,C2,,", "E3,,2021-01,700.00,2021-01-25,C7,,");
        Assert.That((moved.Accepted, moved.Rejected), Is.EqualTo((2, 0)));
        await (await ReturnsAsync()).CancelAsync(1, new LocalDate(2021, 1, 29), "CX1", ("退票", "wang"), default);
        await (await ReturnsAsync()).ConfirmAsync(2, "li", default);
        Assert.That((await ReceiveAsync("E3,,2021-01,0.00,2021-01-25,C7,,")).Accepted, Is.EqualTo(1));
        Assert.That(await SuspenseAsync(), Is.EqualTo(new[] { "E2 50.00" }));
    }

    [Test]
    public async Task A_write_off_and_a_day_of_a_closed_month()
    {
        await town.PostMonthAsync(January);
        await ConfirmedAsync(Refund("E2", 50m) with { Kind = ReturnKind.WriteOff });
        await town.CloseAsync(January, accept: "查询中");
        await RefusedAsync("RETURN_MONTH_CLOSED", returns => returns.ProposeAsync(Refund("E3", 1m), "多缴", "wang", default));
        await ProposeAsync(Refund("E3", 1m) with { On = new LocalDate(2021, 2, 1) });
        Assert.That(await ReturnedAsync(), Is.EqualTo("E2 2021-01 write-off 5000 2021-01-28"));
        await town.AssertCleanAsync();
    }

    // E2 has 50.00 too much: with its refund one difference fewer is open, though no file has come.
    [Test]
    public async Task The_open_differences_are_counted_anew_after_a_return()
    {
        await town.PostMonthAsync(January);
        long before = await new OpenDifferences(await town.AreaAsync()).CountAsync(January, default);
        await ConfirmedAsync(Refund("E2", 50m));
        Assert.That(await new OpenDifferences(await town.AreaAsync()).CountAsync(January, default), Is.EqualTo(before - 1));
    }

    [Test]
    public async Task What_was_cancelled_can_be_proposed_again_as_it_was()
    {
        await town.PostMonthAsync(January);
        ReturnDocument first = await ProposeAsync(Refund("E2", 50m));
        await (await ReturnsAsync()).ConfirmAsync(first.Return, "li", default);
        Assert.That((await ProposeAsync(Refund("E2", 50m))).Return, Is.EqualTo(first.Return), "asked again");
        ReturnDocument counter = await (await ReturnsAsync()).CancelAsync(first.Return, new LocalDate(2021, 1, 28), "TK2", ("退票", "wang"), default);
        await (await ReturnsAsync()).ConfirmAsync(counter.Return, "li", default);
        ReturnDocument again = await ProposeAsync(Refund("E2", 50m));
        Assert.That((again.Return, again.State), Is.EqualTo((counter.Return + 1, "proposed")));
    }

    [Test]
    public async Task The_programs_own_role_cannot_return_more_than_is_there_nor_alone()
    {
        await town.PostMonthAsync(January);
        const string Insert = "INSERT INTO :area.money_return (return_id, kind, return_employer, return_month, amount_fen, on_date, document, made_by, reason) ";
        PostgresException more = await town.RefusedAsync(
            $"{Insert} SELECT 1, 'refund', employer_id, '2021-01-01', 5001, '2021-01-28', 'X', 'wang', 'r' FROM :area.employer WHERE number = 'E2'");
        Assert.That((more.SqlState, more.MessageText), Is.EqualTo(("BA320", "RETURN_ALLOCATED|2021-01|65000|0|60000|60000|5000|5001")));
        await ProposeAsync(Refund("E2", 50m));
        PostgresException alone = await town.RefusedAsync("INSERT INTO :area.money_return_act VALUES (1, 1, 'confirm', 'wang', now(), '', NULL)");
        Assert.That(alone.SqlState, Is.EqualTo("BA001"));
        Assert.That((await town.RefusedAsync("UPDATE :area.money_return SET amount_fen = 1")).SqlState, Is.EqualTo(PostgresErrorCodes.InsufficientPrivilege));
        Assert.That((await town.RefusedAsync("DELETE FROM :area.money_return_act")).SqlState, Is.EqualTo(PostgresErrorCodes.InsufficientPrivilege));
    }

    private static ReturnWanted Refund(string employer, decimal yuan) => new(ReturnKind.Refund, employer, January, null, Yuan(yuan), new LocalDate(2021, 1, 28), "TK1");

    private static Money Yuan(decimal yuan) => Money.FromYuan(yuan);

    private async Task<MoneyReturns> ReturnsAsync() => new(await town.AreaAsync());

    private async Task<ReturnDocument> ProposeAsync(ReturnWanted wanted) => await (await ReturnsAsync()).ProposeAsync(wanted, "多缴", "wang", default);

    private async Task ConfirmedAsync(ReturnWanted wanted) => await (await ReturnsAsync()).ConfirmAsync((await ProposeAsync(wanted)).Return, "li", default);

    private Task CarryAsync(string employer, decimal yuan) => ConfirmedAsync(Refund(employer, yuan) with { Kind = ReturnKind.CarryOver, To = February });

    private async Task RefusedAsync(string code, Func<MoneyReturns, Task> act)
    {
        MoneyReturns returns = await ReturnsAsync();
        Assert.That(async () => await act(returns), Throws.TypeOf<DataFaultException>().With.Property("Code").EqualTo(code));
    }

    private async Task<string[]> SuspenseAsync(YearMonth? month = null) =>
        [.. (await town.ReportAsync(new SuspenseReport(), month ?? February)).SkipLast(1).Select(l => l.Split(',')).Select(c => $"{c[0]} {c[6]}")];

    private Task<string> ReturnedAsync() => town.Database.ScalarAsync<string>(
        "SELECT string_agg(concat_ws(' ', employer, to_char(month, 'YYYY-MM'), kind, amount_fen, on_date), ', ' ORDER BY employer, month, amount_fen) FROM area_420100.money_returned");

    private Task<FileOutcome> ReceiveAsync(params string[] rows) => ReceiveAsync(SubmissionKind.Regular, rows);

    private Task<FileOutcome> ReceiveAsync(SubmissionKind kind, params string[] rows) => town.ImportAsync(Header, rows, null, kind, true);
}

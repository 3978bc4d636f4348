using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Proof;
using Batch.Jobs.Reading;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Runs;

/// <summary>Who has not paid, and what the second path and the lists say of money.</summary>
public partial class ReceiptTests
{
    // E1 declared 1800.00 and 1000.00 came; E2 declared 500.00 and nothing came; E3 paid its 600.00 in full.
    [Test]
    public async Task Who_has_not_paid_is_named_for_the_month_and_for_a_file()
    {
        await ReceiveAsync(January, "E1,,2021-01,1000.00,2021-01-20,A1,,", "E3,,2021-01,600.00,2021-01-20,C1,,");
        FileOutcome second = await town.PayrollAsync(January, "E2", [(Dan, 5000m)]);
        FileOutcome third = await town.PayrollAsync(January, "E3", [(Eve, 6000m)]);
        Area area = await town.AreaAsync();
        UnpaidEmployers unpaid = new(area);
        UnpaidList month = await unpaid.OfMonthAsync(January, default), file = await unpaid.OfSubmissionsAsync([second.Submission!.Value], default);
        ReadinessPoint point = (await new Readiness(area).ReadAsync(January, default)).Single(p => p.Code == "money-missing");
        Assert.Multiple(() =>
        {
            Assert.That((month.Count, month.Declared, month.Received), Is.EqualTo((2L, Money.FromYuan(2300m), Money.FromYuan(1000m))));
            Assert.That(month.First.Select(u => u.English), Is.EqualTo(new[]
            {
                "Declared, money not received in full: employer E1 单位E1, month 2021-01, declared 1800.00, received 1000.00.",
                "Declared, money not received yet: no receipt for employer E2 单位E2, month 2021-01.",
            }));
            Assert.That(file.First.Select(u => u.Chinese), Is.EqualTo(new[] { "已申报，款项未到账：单位 E2 单位E2，2021-01 没有到账记录。" }));
            Assert.That((point.Ready, point.Count, string.Join('|', point.Names)), Is.EqualTo((Ready.Look, 2L, "E1 单位E1|E2 单位E2")));
        });
        Assert.That((await unpaid.OfSubmissionsAsync([third.Submission!.Value], default)).Count, Is.Zero);
    }

    [Test]
    public async Task Where_a_declaration_is_enough_nobody_is_named()
    {
        await using Town other = await Town.FoundAsync();
        await other.PayrollAsync(January, "E1", [(Ann, 5000m)]);
        Assert.That((await new UnpaidEmployers(await other.AreaAsync()).OfMonthAsync(January, default)).Count, Is.Zero);
    }

    [Test]
    public async Task A_receipt_that_vanishes_from_the_tables_is_seen_by_the_second_path()
    {
        await ReceiveAsync(January, "E1,,2021-01,1800.00,2021-01-20,A1,,");
        await town.PostMonthAsync(January);
        await town.Database.ExecuteAsync(Town.Schema.Sql("UPDATE :area.receipt SET amount_fen = amount_fen - 1"));
        VerificationDocument document = await new Verifier(town.Database.Connection, Town.Schema).VerifyAsync(true, default);
        Assert.That(document.Checks.Where(c => !c.Ok).Select(c => c.Id), Is.EquivalentTo(new[] { "V3", "V4", "V6" }));
    }

    // The money moves from E1 to E2, which declared as much: the month's sums stay what they are. E1's 1800.00 are allocated and no longer received, E2's are received and not
    // allocated: two employers are named, E1 first.
    [Test]
    public async Task Money_that_is_moved_to_another_employer_is_named_by_employer_and_month()
    {
        await town.PayrollAsync(January, "E2", [(Dan, 5000m), (Eve, 6000m), (Town.Person(7, 1970), 7000m)]);
        await ReceiveAsync(January, "E1,,2021-01,1850.00,2021-01-20,A1,,");
        await town.PostMonthAsync(January);
        await town.AssertCleanAsync();
        await town.Database.ExecuteAsync(Town.Schema.Sql("UPDATE :area.receipt SET employer_id = (SELECT employer_id FROM :area.employer WHERE number = 'E2')"));
        VerificationCheck money = (await new Verifier(town.Database.Connection, Town.Schema).VerifyAsync(true, default)).Checks.Single(c => c.Id == "V3");
        Assert.Multiple(() =>
        {
            Assert.That(money.Broken, Is.EqualTo(2));
            Assert.That(money.First, Is.EqualTo("420100 2021-01 E1 单位E1: receipt rows come to 0.00, returned 0.00, covers 0.00, allocated 1800.00: suspense would be 0.00 or -1800.00"));
        });
    }

    // The ledger has 0.01 more of E1 than was received, from the pooled fund: 1800.00 are covered.
    [Test]
    public async Task More_allocated_than_received_is_named_by_employer_and_month()
    {
        await ReceiveAsync(January, "E1,,2021-01,1800.00,2021-01-20,A1,,");
        await town.PostMonthAsync(January);
        await town.Database.ExecuteAsync(Town.Schema.Sql(
            """
            ALTER TABLE :area.entry DISABLE TRIGGER USER;
            UPDATE :area.entry SET pool_fen = pool_fen + 1, employer_paid_fen = employer_paid_fen + 1 WHERE account_id = (SELECT min(account_id) FROM :area.entry)
            """));
        VerificationCheck money = (await new Verifier(town.Database.Connection, Town.Schema).VerifyAsync(true, default)).Checks.Single(c => c.Id == "V3");
        // The month's sums differ too.
        Assert.That((money.Ok, money.Broken), Is.EqualTo((false, 2L)));
    }

    // As of 2021-06: E1 declared 1800.00 for January, received 1000.00: missing 800.00, 5 months past. For May 500.00, nothing: 1 month. E2 paid 50.00 too much.
    // E3 has paid and so stands on the list only for the late fee that came in June. E4 declared June itself: due this month.
    [Test]
    public async Task The_arrears_list_shows_what_is_missing_by_age_what_is_left_over_and_late_fees_apart()
    {
        YearMonth may = new(2021, 5), june = new(2021, 6);
        await town.PayrollAsync(may, "E1", [(Ann, 5000m)]);
        await town.PayrollAsync(may, "E2", [(Dan, 5000m)]);
        await town.PayrollAsync(may, "E3", [(Bob, 6000m)]);
        await town.PayrollAsync(june, "E4", [(Cai, 7000m)]);
        await ReceiveAsync(june, "E1,,2021-01,1000.00,2021-02-20,A1,,", "E2,,2021-05,550.00,2021-06-03,B1,,", "E3,,2021-05,600.00,2021-06-30,C1,3.60,1.20", "E4,,2021-06,700.00,2021-07-01,D1,9.00,");
        Assert.That(await town.ReportAsync(new ArrearsReport(), june), Is.EqualTo(new[]
        {
            "E1,单位E1,2,2021-01,2300.00,1000.00,1300.00,0.00,500.00,0.00,0.00,800.00,0.00,0.00,0.00,0.00,0.00",
            "E2,单位E2,0,,500.00,550.00,0.00,0.00,0.00,0.00,0.00,0.00,0.00,0.00,50.00,0.00,0.00",
            "E3,单位E3,0,,600.00,600.00,0.00,0.00,0.00,0.00,0.00,0.00,0.00,0.00,0.00,3.60,1.20",
            "E4,单位E4,1,2021-06,700.00,0.00,700.00,700.00,0.00,0.00,0.00,0.00,0.00,0.00,0.00,0.00,0.00",
            "合计 total,,3,,4100.00,2150.00,2000.00,700.00,500.00,0.00,0.00,800.00,0.00,0.00,50.00,3.60,1.20",
        }));
    }

    // At 2022-02 each month's age is its distance to 2022-02: 2022-02 none (base 1000), 2022-01 one (2000), 2021-12 two (3000), 2021-11 three (4000), 2021-10 four
    // (5000), 2021-08 six (6000), 2021-07 seven (7000), 2021-02 twelve (8000), 2021-01 thirteen (9000). A tenth of each base is declared and none of it received.
    [Test]
    public async Task The_arrears_list_puts_each_month_into_the_column_of_its_age_at_both_ends_of_a_column()
    {
        (YearMonth Month, decimal Base)[] declared =
        [
            (new(2022, 2), 1000m), (new(2022, 1), 2000m), (new(2021, 12), 3000m), (new(2021, 11), 4000m), (new(2021, 10), 5000m), (new(2021, 8), 6000m), (new(2021, 7), 7000m),
            (new(2021, 2), 8000m), (new(2021, 1), 9000m),
        ];
        foreach ((YearMonth month, decimal wage) in declared)
        {
            await town.PayrollAsync(month, "E9", [(Dan, wage)]);
        }

        string[] report = await town.ReportAsync(new ArrearsReport(), new YearMonth(2022, 2));
        // 500 + 600 in 4 to 6 months, 700 + 800 in 7 to 12 months.
        Assert.That(
            report.Single(l => l.StartsWith("E9,", StringComparison.Ordinal)),
            Is.EqualTo("E9,单位E9,9,2021-01,4500.00,0.00,4500.00,100.00,200.00,300.00,400.00,1100.00,1500.00,900.00,0.00,0.00,0.00"));
    }
}

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

/// <summary>Files of receipts that replace or correct others.</summary>
public partial class ReceiptTests
{
    [Test]
    public async Task A_replacement_may_leave_out_one_document_in_ten_without_a_confirmation_and_no_more()
    {
        string[] rows = [.. Enumerable.Range(1, 10).Select(i => $"E1,,2021-01,{i}.00,2021-01-20,A{i},,")];
        await ReceiveAsync(January, rows);
        FileOutcome two = await ReceiveAsync(January, SubmissionKind.Replacement, false, rows[..8]);
        FileOutcome one = await ReceiveAsync(January, SubmissionKind.Replacement, false, rows[..9]);
        Assert.That((two.Refused, one.Refused), Is.EqualTo(("REPLACEMENT_LEAVES_OUT", (string?)null)));
    }

    [Test]
    public async Task What_one_replacement_withdrew_is_not_left_out_by_the_next()
    {
        await ReceiveAsync(January, "E1,,2021-01,1000.00,2021-01-20,A1,,", "E1,,2021-01,800.00,2021-01-21,A2,,");
        await ReceiveAsync(January, SubmissionKind.Replacement, true, "E1,,2021-01,1000.00,2021-01-20,A1,,");
        FileOutcome next = await ReceiveAsync(January, SubmissionKind.Replacement, false, "E1,,2021-01,1001.00,2021-01-20,A1,,");
        Assert.That((next.Refused, next.Accepted), Is.EqualTo(((string?)null, 1)));
    }

    [Test]
    public async Task A_replacement_withdraws_nothing_of_an_employers_month_that_it_does_not_name()
    {
        await town.PayrollAsync(January, "E2", [(Dan, 5000m)]);
        await ReceiveAsync(February, "E1,,2021-01,1800.00,2021-01-20,A1,,", "E2,,2021-01,500.00,2021-02-20,B1,,", "E2,,2021-02,1.00,2021-02-20,B2,,");
        // E2 is named for February alone: its January stays.
        FileOutcome replaced = await ReceiveAsync(February, SubmissionKind.Replacement, false, "E1,,2021-01,1800.00,2021-01-21,A1,,", "E2,,2021-02,2.00,2021-02-20,B2,,");
        RunDocument posted = await town.PostMonthAsync(February);
        Assert.That((replaced.Refused, posted.Credited), Is.EqualTo(((string?)null, Money.FromYuan(618m + 155m))));
    }

    [TestCase("1000.00,2021-01-20,A1,6.00,1.00", TestName = "Another_late_fee_of_a_document_is_a_correction")]
    [TestCase("1000.00,2021-01-20,A1,5.00,2.00", TestName = "Another_interest_of_a_document_is_a_correction")]
    [TestCase("1000.00,2021-01-21,A1,5.00,1.00", TestName = "Another_day_of_a_document_is_a_correction")]
    public async Task Another_figure_of_a_document_is_a_correction(string row)
    {
        await ReceiveAsync(January, "E1,,2021-01,1000.00,2021-01-20,A1,5.00,1.00");
        FileOutcome corrected = await ReceiveAsync(January, $"E1,,2021-01,{row}");
        Assert.That((corrected.Accepted, corrected.Unchanged), Is.EqualTo((1, 0)));
    }

    // Received in January by a file of February: January's list stays as it was printed, February's has nothing to say.
    [Test]
    public async Task The_arrears_list_of_a_month_knows_no_file_of_a_later_one()
    {
        await ReceiveAsync(February, "E1,,2021-01,1800.00,2021-01-25,A1,,");
        string[] january = await town.ReportAsync(new ArrearsReport(), January), february = await town.ReportAsync(new ArrearsReport(), February);
        Assert.Multiple(() =>
        {
            Assert.That(january[0], Is.EqualTo("E1,单位E1,1,2021-01,1800.00,0.00,1800.00,1800.00,0.00,0.00,0.00,0.00,0.00,0.00,0.00,0.00,0.00"));
            Assert.That(february, Has.None.StartsWith("E1,"));
        });
    }

    [Test]
    public async Task The_arrears_list_leaves_out_lines_that_their_own_file_put_on_hold()
    {
        FileOutcome held = await town.ImportAsync(
            "单位编号,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额", [$"E8,某人,{Dan.Full()},2021-01,5000,100,400", $"E9,某人,{Dan.Full()},2021-01,5000,100,400"], January,
            SubmissionKind.Regular, false);
        string[] list = await town.ReportAsync(new ArrearsReport(), January);
        Assert.That((held.Held, string.Join(' ', list.Select(l => l.Split(',')[0]))), Is.EqualTo((2, "E1 合计 total")));
    }

    // Persons are computed by ranges of 32,768. Dan's employer has people in two of them; the second declares him away, and Eve's credit follows from it.
    [Test]
    public async Task What_is_covered_changes_for_people_of_the_employer_in_every_range_of_persons()
    {
        await town.PayrollAsync(January, "E2", [(Dan, 5000m)]);
        await town.Database.ExecuteAsync(Town.Schema.Sql($"INSERT INTO :area.person SELECT {RunPlan.ChunkPersons}, 1, '某人', '1990-01-01', 1"));
        await town.PayrollAsync(January, "E2", [(Eve, 6000m)], SubmissionKind.Supplementary);
        await ReceiveAsync(January, "E2,,2021-01,600.00,2021-01-20,B1,,");
        RunDocument first = await town.PostMonthAsync(January);
        // Dan's 500.00 are withdrawn: the 600.00 pay for Eve now.
        await town.ImportAsync(
            "单位编号,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额", [$"E2,某人,{Eve.Full()},2021-01,6000,120,480"], January, SubmissionKind.Replacement, true);
        RunDocument second = await town.PostMonthAsync(January);
        Assert.That((first.Credited, second.Credited), Is.EqualTo((Money.FromYuan(155m), Money.FromYuan(204m - 155m))));
    }
}

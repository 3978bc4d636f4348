using Batch.Host.Web;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>Words of the reports, times of schedules and counts, in both languages.</summary>
public sealed class ShowTests
{
    [TestCase("在职 active", "在职", "active")]
    [TestCase("划账 allocation 2", "划账 2", "allocation 2")]
    [TestCase("本月第 2 次划账（批次 7） allocation 2 of the month (run 7)", "本月第 2 次划账（批次 7）", "allocation 2 of the month (run 7)")]
    [TestCase("期末合计（第 2 次结账） closing (closing 2 of the month)", "期末合计（第 2 次结账）", "closing (closing 2 of the month)")]
    [TestCase("35 岁及以下 up to 35", "35 岁及以下", "up to 35")]
    [TestCase("36 至 45 岁 36 to 45", "36 至 45 岁", "36 to 45")]
    [TestCase("payroll.csv", "payroll.csv", "payroll.csv")]
    public void A_text_in_both_languages_is_shown_in_one(string both, string chinese, string english) => Assert.That(Show.Halves(both), Is.EqualTo((chinese, english)));

    [TestCase("*/5 * * * *", "每 5 分钟", "every 5 minutes")]
    [TestCase("0 3 * * *", "每天 03:00", "daily at 03:00")]
    [TestCase("0 1 20 * *", "每月 20 日 01:00", "monthly on day 20 at 01:00")]
    [TestCase("0 4 5 7 *", "每年 7 月 5 日 04:00", "yearly on July 5 at 04:00")]
    [TestCase("30 8 * * 1", "每周一 08:30", "Mondays at 08:30")]
    [TestCase("0 8 1-5 * *", "0 8 1-5 * *", "0 8 1-5 * *")]
    public void A_cron_expression_is_told_in_words_and_one_of_another_form_as_it_is(string cron, string chinese, string english) => Assert.That(CronText.Of(cron), Is.EqualTo((chinese, english)));

    [TestCase("ID_CHECK_DIGIT", "18", "18 位，校验码相符", "18 characters with the right check character")]
    [TestCase("ID_BLANK", "18", "18 位", "18 characters")]
    [TestCase("AMOUNT_PRECISION", "0.01", "最多两位小数", "at most two decimals")]
    [TestCase("AMOUNT_BLANK", "1234.56", "例如 1234.56", "for example 1234.56")]
    [TestCase("EMPLOYER_UNKNOWN_FORMAT", "32", "字母、数字和连接号，最多 32 位", "at most 32 letters, digits and hyphens")]
    [TestCase("DATE_FUTURE", "2021-06-30", "不晚于 2021-06-30", "not after 2021-06-30")]
    [TestCase("AMOUNT_MISMATCH", "200.00", "200.00", "200.00")]
    [TestCase("EMPLOYER_BLANK", "", "", "")]
    public void What_a_rejected_value_should_be_is_told_in_words_unless_it_is_the_value_itself(string code, string expected, string chinese, string english) =>
        Assert.That(ExpectedWords.Of(new Rejection(code, 3, "", "", expected)), Is.EqualTo((chinese, english)));

    [TestCase(1, "1 file")]
    [TestCase(0, "0 files")]
    [TestCase(1234, "1,234 files")]
    public void One_is_not_many(long count, string text) => Assert.That(Show.Count(count, "file"), Is.EqualTo(text));
}

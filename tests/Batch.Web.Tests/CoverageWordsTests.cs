using Batch.Host.Pages;
using Batch.Jobs.Reading;
using Batch.Rules;
using NodaTime;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>A break that has not ended has had no effect on the counts yet, and is not told as if it had.</summary>
public sealed class CoverageWordsTests
{
    private static readonly CoverageBreak Ended = new(new YearMonth(2021, 3), new YearMonth(2021, 3), 1, "short", "continuous-restarts");
    private static readonly CoverageBreak Last = new(new YearMonth(2021, 9), new YearMonth(2021, 9), 1, "short", "continuous-restarts");

    [Test]
    public void Only_the_last_break_of_who_is_suspended_is_open()
    {
        CoverageDocument suspended = new(new YearMonth(2021, 9), 5, 8, [Ended, Last], new YearMonth(2021, 10)), covered = suspended with { SuspendedFrom = null };
        Assert.That((suspended.IsOpen(Ended), suspended.IsOpen(Last), covered.IsOpen(Last)), Is.EqualTo((false, true, false)));
    }

    [TestCase("continuous-restarts", false, "连续年限重新计算", "the continuous count restarts")]
    [TestCase("continuous-restarts", true, "恢复缴费时连续年限重新计算", "when paying resumes, the continuous count restarts")]
    [TestCase("accumulated-zeroed", true, "恢复缴费时连续与累计年限均清零", "when paying resumes, continuous and accumulated years are zeroed")]
    [TestCase("none", true, "年限不变", "no effect on the years")]
    public void The_effect_says_when_it_comes(string effect, bool isOpen, string chinese, string english) =>
        Assert.That(AccountModel.EffectOf(Last with { Effect = effect }, isOpen), Is.EqualTo((chinese, english)));
}

using Batch.Jobs.Tools;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Tools;

public sealed class SlopeTests
{
    [Test]
    public void Equal_months_have_no_slope() => Assert.That(Slope.AMonth([2, 2, 2, 2]), Is.Zero);

    [Test]
    public void A_month_more_by_a_tenth_of_the_median_each_is_a_tenth_a_month() => Assert.That(Slope.AMonth([9, 10, 11]), Is.EqualTo(0.1).Within(1e-12));

    [Test]
    public void One_disturbed_month_does_not_make_a_slope() => Assert.That(Slope.AMonth([5, 5, 5, 50, 5, 5, 5]), Is.Zero);

    [Test]
    public void One_month_has_no_slope() => Assert.That(Slope.AMonth([3]), Is.Zero);

    [TestCase(0.5, 2.5)]
    [TestCase(0.75, 3)]
    [TestCase(0.99, 4)]
    public void A_quantile_is_the_smallest_value_that_so_many_do_not_exceed(double share, double expected) =>
        Assert.That(Slope.Quantile([4, 1, 3, 2], share), Is.EqualTo(expected));
}

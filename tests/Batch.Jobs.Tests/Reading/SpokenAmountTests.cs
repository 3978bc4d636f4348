using Batch.Jobs.Reading;
using Batch.Rules;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Reading;

public sealed class SpokenAmountTests
{
    [TestCase("0", "零元整")]
    [TestCase("0.05", "五分")]
    [TestCase("0.50", "五角")]
    [TestCase("1.05", "一元零五分")]
    [TestCase("10", "十元整")]
    [TestCase("12.34", "十二元三角四分")]
    [TestCase("110", "一百一十元整")]
    [TestCase("1080.50", "一千零八十元五角")]
    [TestCase("10000", "一万元整")]
    [TestCase("10001", "一万零一元整")]
    [TestCase("10010", "一万零一十元整")]
    [TestCase("100000", "十万元整")]
    [TestCase("120305.06", "十二万零三百零五元零六分")]
    [TestCase("20000000", "二千万元整")]
    [TestCase("100000000", "一亿元整")]
    [TestCase("100000001", "一亿零一元整")]
    [TestCase("-3.20", "负三元二角")]
    public void An_amount_is_read_out_as_people_say_it(string yuan, string spoken) =>
        Assert.That(SpokenAmount.Of(Money.FromYuan(decimal.Parse(yuan, System.Globalization.CultureInfo.InvariantCulture))), Is.EqualTo(spoken));
}

using Batch.Host;
using Batch.Jobs.Store;
using NodaTime;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>Months as people type them.</summary>
public sealed class TypedMonthTests
{
    [TestCase("2021-01", 1)]
    [TestCase("2021-1", 1)]
    [TestCase("202101", 1)]
    [TestCase("2021/01", 1)]
    [TestCase("2021/1", 1)]
    [TestCase("2021年1月", 1)]
    [TestCase("2021年01月份", 1)]
    [TestCase("2021年 1 月", 1)]
    [TestCase("  2021-01\t", 1)]
    [TestCase("２０２１－０１", 1)]
    [TestCase("２０２１年１月", 1)]
    [TestCase("2021–01", 1)]
    [TestCase("2021.01", 1)]
    [TestCase("2021。12", 12)]
    [TestCase("2021.2", 2)]
    [TestCase("2021.10", 10)]
    [TestCase("2021.12", 12)]
    [TestCase("202112", 12)]
    public void A_month_is_read_as_it_was_meant(string typed, int month) => Assert.That(TypedMonth.Read(typed), Is.EqualTo(new YearMonth(2021, month)));

    [TestCase(null)]
    [TestCase("")]
    [TestCase("2021")]
    [TestCase("2021-13")]
    [TestCase("2021-00")]
    [TestCase("20211")]
    [TestCase("2021 1 1")]
    [TestCase("2021 1")]
    [TestCase("2021-06-15")]
    [TestCase("20210615")]
    [TestCase("21年6月")]
    [TestCase("1821-06")]
    [TestCase("2101-06")]
    [TestCase("06-2021")]
    [TestCase("六月")]
    [TestCase("2021-06\n2021-07")]
    public void What_is_no_month_is_refused_with_how_one_is_written(string? typed)
    {
        DataFaultException fault = Assert.Throws<DataFaultException>(() => TypedMonth.Read(typed))!;
        Assert.That((fault.Code, fault.Chinese), Is.EqualTo(("MONTH_INVALID", "月份请写成 2021-06、202106 或 2021年6月。")));
    }

    // Copied from a spreadsheet, 2021.1 is what the number 2021.10 is shown as.
    [TestCase("2021.1")]
    [TestCase("２０２１．１")]
    public void January_with_a_point_may_be_October_and_is_refused_with_both(string typed)
    {
        DataFaultException fault = Assert.Throws<DataFaultException>(() => TypedMonth.Read(typed))!;
        Assert.That(fault.Chinese, Does.Contain("2021-01 或 2021-10"));
        Assert.That(fault.English, Does.Contain("2021-01 or 2021-10"));
    }
}

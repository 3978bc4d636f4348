using System.Reflection;
using System.Text.RegularExpressions;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Files;

public sealed partial class RejectionCodesTests
{
    [Test]
    public void The_table_holds_every_code_once_with_both_sentences()
    {
        IEnumerable<string> codes = typeof(Codes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetRawConstantValue()!);

        Assert.That(RejectionCodes.All.Select(c => c.Code), Is.EquivalentTo(codes));
        foreach (RejectionCode code in RejectionCodes.All)
        {
            Assert.That(code.Chinese, Does.Match(@"\p{IsCJKUnifiedIdeographs}.*。$"), code.Code);
            Assert.That(code.English, Does.Match(@"^[\x20-\x7E“”]+\.$"), code.Code);
            Assert.That(PlaceHolder().Matches(code.Chinese + code.English).Select(m => m.Value).Distinct(), Is.SubsetOf(new[] { "{row}", "{column}", "{found}", "{expected}", "{otherRow}", "{otherName}" }), code.Code);
        }
    }

    [Test]
    public void A_value_that_looks_like_a_place_holder_stays_as_it_is()
    {
        var rejection = new Rejection(Codes.AmountUnreadable, 3, "{found}", "{row}", "{expected}");
        Assert.That(RejectionCodes.Describe(rejection, "en"), Is.EqualTo("In line 3 “{found}” {row} is not an amount. Write digits only, as {expected}."));
    }

    [Test]
    public void A_missing_month_column_is_told_with_the_other_way_to_give_the_month()
    {
        string header = SampleFile.PayrollHeader.Replace(",费款所属期", "", StringComparison.Ordinal);
        Rejection month = SampleFile.Read($"{header}\n91420100MA4KDE7M6J,江城,甲一,420100198507010110,8000.00,160.00,640.00\n").Refusal!;
        Assert.That(RejectionCodes.Describe(month, "zh"), Is.EqualTo(
            "第 1 行的表头缺少“费款所属期”列。请补上该列后重新报送；全部行同属一个月份的，也可以不补该列，而在报送时另行给出月份（上传页的“月份”栏，或参数 month）。"));
        Assert.That(RejectionCodes.Describe(month, "en"), Does.EndWith("give the month with the file instead (in the box “Month” of the upload page, or as the parameter month)."));
        Assert.That(RejectionCodes.Describe(month with { Column = "缴费基数" }, "zh"), Does.EndWith("请补上该列后重新报送。"));
    }

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex PlaceHolder();
}

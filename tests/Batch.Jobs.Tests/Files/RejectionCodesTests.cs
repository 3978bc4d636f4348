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

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex PlaceHolder();
}

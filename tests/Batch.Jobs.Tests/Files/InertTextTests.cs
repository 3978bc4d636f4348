using Batch.Jobs.Files;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Files;

/// <summary>Which text a spreadsheet would compute: a sign in front, in its plain or full-width form, also after each kind of blank.</summary>
public sealed class InertTextTests
{
    [Test]
    public void A_sign_after_any_blank_is_marked_as_text(
        [Values("", " ", "\u00A0", "\u3000", " \u00A0\u3000", "\t", "\r", "\n")] string blank, [Values("=", "+", "-", "@", "＝", "＋", "－", "＠")] string sign) =>
        Assert.That(InertText.Of($"{blank}{sign}1"), Is.EqualTo($"'{blank}{sign}1"));

    [TestCase("")]
    [TestCase(" ")]
    [TestCase("王=")]
    [TestCase("\u00A0王")]
    [TestCase("1-2")]
    public void Other_text_stays_as_it_is(string text) => Assert.That(InertText.Of(text), Is.EqualTo(text));
}

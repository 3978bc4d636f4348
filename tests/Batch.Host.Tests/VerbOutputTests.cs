using Batch.Host.Verbs;
using Batch.Jobs.Runs;
using Batch.Rules;
using NodaTime;
using NUnit.Framework;

namespace Batch.Host.Tests;

/// <summary>Tables for people and documents for scripts.</summary>
public sealed class VerbOutputTests
{
    private enum Colour
    {
        DarkRed,
    }

    [Test]
    public void Chinese_characters_take_two_cells_and_numbers_are_set_right()
    {
        var text = new StringWriter { NewLine = "\n" };
        new VerbOutput(text, TextWriter.Null, json: false).Table(["项目", "n"], [["划入", "1.50"], ["a", "-12"]]);
        Assert.That(text.ToString(), Is.EqualTo("项目     n\n划入  1.50\na      -12\n"));
    }

    [TestCase("张三", 4)]
    [TestCase("abc", 3)]
    [TestCase("（全角）", 8)]
    [TestCase("𠮷", 2)]
    public void The_width_is_counted_in_cells(string text, int cells) => Assert.That(TextTable.WidthOf(text), Is.EqualTo(cells));

    // 12 of 80 in 3 seconds: 240 a minute, and 68 more take 17 seconds.
    [Test]
    public void A_long_run_says_how_fast_it_is_and_how_long_it_will_take() =>
        Assert.That(RunText.Progress(new RunProgress(12, 80), TimeSpan.FromSeconds(3)), Is.EqualTo("12/80  240/分 min  剩余 left 17 s"));

    [Test]
    public void A_document_follows_the_conventions()
    {
        var text = new StringWriter();
        var output = new VerbOutput(text, TextWriter.Null, json: true);
        output.Line("not for scripts");
        output.Document(new
        {
            NetAmount = Money.FromYuan(1234.5m),
            Month = new YearMonth(2021, 6),
            Day = new LocalDate(2021, 6, 3),
            At = Instant.FromUnixTimeSeconds(0),
            Colour.DarkRed,
            Name = "武汉",
            None = (string?)null,
        });
        string json = string.Concat(text.ToString().Where(c => !char.IsWhiteSpace(c)));
        Assert.That(json, Is.EqualTo("""{"netAmount":"1234.50","month":"2021-06","day":"2021-06-03","at":"1970-01-01T00:00:00Z","darkRed":"darkRed","name":"武汉","none":null}"""));
        Assert.That(() => output.Document(new { }), Throws.InvalidOperationException, "one document");
    }
}

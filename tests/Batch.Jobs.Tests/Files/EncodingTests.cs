using System.Text;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Files;

public sealed class EncodingTests
{
    private static readonly string Text = SampleFile.Payroll(300).Replace("武汉第3有限", "武汉㐀𠮷·", StringComparison.Ordinal);

    private static IEnumerable<Encoding> Encodings()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        yield return new UTF8Encoding(true);
        yield return Encoding.GetEncoding("GB18030");
        yield return new UnicodeEncoding(false, true);
        yield return new UnicodeEncoding(true, true);
        yield return new UnicodeEncoding(false, false);
        yield return new UnicodeEncoding(true, false);
    }

    [TestCaseSource(nameof(Encodings))]
    public void The_same_people_in_another_encoding_are_the_same_lines(Encoding encoding)
    {
        Reading plain = SampleFile.Read(Text);
        Reading other = SampleFile.Read(Text, encoding);

        Assert.That(plain.Payroll, Has.Count.EqualTo(300));
        Assert.That(other.Payroll, Is.EqualTo(plain.Payroll));
    }

    [Test]
    public void Code_page_936_as_spreadsheets_write_it_is_read_as_GB18030()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        string text = SampleFile.Payroll(50);
        Assert.That(SampleFile.Read(text, Encoding.GetEncoding(936)).Payroll, Is.EqualTo(SampleFile.Read(text).Payroll));
    }

    [TestCase(';')]
    [TestCase('\t')]
    [TestCase('|')]
    public void The_separator_is_found(char separator)
    {
        string text = SampleFile.Payroll(20);
        Assert.That(SampleFile.Read(text.Replace(',', separator)).Payroll, Is.EqualTo(SampleFile.Read(text).Payroll));
    }

    [TestCase("\n")]
    [TestCase("\r")]
    public void The_line_end_does_not_matter(string end)
    {
        string text = SampleFile.Payroll(20);
        Assert.That(SampleFile.Read(text.Replace("\r\n", end, StringComparison.Ordinal)).Payroll, Is.EqualTo(SampleFile.Read(text).Payroll));
    }

    [Test]
    public void A_byte_that_is_no_UTF8_refuses_the_file_with_its_line()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(SampleFile.Payroll(3000));
        int at = bytes.AsSpan().LastIndexOf("有限"u8);
        bytes[at + 1] = (byte)'?';

        Reading reading = SampleFile.Read(bytes);

        Assert.That(reading.Refusal, Is.EqualTo(new Rejection(Codes.EncodingInvalid, 3001, "", "", "UTF-8 | GB18030 | UTF-16")));
    }

    [Test]
    public void A_byte_that_is_no_GB18030_refuses_the_file_with_its_line()
    {
        byte[] bytes = Encoding.GetEncoding("GB18030").GetBytes(SampleFile.Payroll(3000));
        bytes[^20] = 0xFF;

        Reading reading = SampleFile.Read(bytes);

        Assert.That(reading.Refusal?.Code, Is.EqualTo(Codes.EncodingInvalid));
        Assert.That(reading.Refusal?.Row, Is.EqualTo(3001));
    }

    [Test]
    public void A_lone_surrogate_in_UTF16_refuses_the_file()
    {
        byte[] bytes = [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(SampleFile.Payroll(10))];
        bytes[^9] = 0xD8;

        Assert.That(SampleFile.Read(bytes).Refusal?.Code, Is.EqualTo(Codes.EncodingInvalid));
    }

    [Test]
    public void UTF32_is_refused()
    {
        Assert.That(SampleFile.Read(SampleFile.Payroll(10), new UTF32Encoding(false, true)).Refusal?.Code, Is.EqualTo(Codes.EncodingInvalid));
    }
}

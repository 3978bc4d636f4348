using System.Diagnostics;
using System.Text;
using Batch.Jobs.Files;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Files;

public sealed class ThroughputTests
{
    [TestCase("utf-8", 500_000)]
    [TestCase("GB18030", 300_000)]
    public void The_speed_of_reading_payroll_rows_is_printed(string encoding, int rows)
    {
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"throughput-{encoding}.csv");
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        using (var writer = new StreamWriter(path, false, Encoding.GetEncoding(encoding)))
        {
            writer.Write(SampleFile.PayrollHeader + "\r\n");
            for (int i = 0; i < rows; i++)
            {
                writer.Write(SampleFile.PayrollRow(i));
            }
        }

        try
        {
            Measure(path, rows);
            Measure(path, rows);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Measure(string path, int rows)
    {
        long before = GC.GetTotalAllocatedBytes();
        var clock = Stopwatch.StartNew();
        using SubmissionFile file = SubmissionFile.Open(path, null, SampleFile.Today, IntakeLimits.Default);
        var block = new LineBlock();
        int read = 0;
        while (file.Read(block))
        {
            read += block.Payroll.Count;
        }

        clock.Stop();
        Assert.That(read, Is.EqualTo(rows));
        TestContext.Out.WriteLine($"{rows:N0} rows, {new FileInfo(path).Length >> 20} MiB: {clock.Elapsed.TotalMilliseconds:N0} ms, "
            + $"{rows / clock.Elapsed.TotalSeconds:N0} rows/s, {(GC.GetTotalAllocatedBytes() - before) >> 10:N0} KiB allocated");
    }
}

using System.Text;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Files;
using Batch.Testing;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Intake;

public sealed class SameFactsTests
{
    private const int People = 1000;

    // Everything that a file leaves behind, but for its name, its bytes and the clock.
    private static readonly string[] Tables =
    [
        "SELECT person_id, citizen, name, birth, submission_id FROM area_420100.person ORDER BY 1",
        "SELECT * FROM area_420100.account ORDER BY 1",
        "SELECT * FROM area_420100.employer ORDER BY 1",
        "SELECT * FROM area_420100.contribution ORDER BY 1, 2, 3, 4, 5",
        "SELECT * FROM area_420100.submission_month ORDER BY 1, 2, 3",
        "SELECT content, kind, month, rows, accepted, unchanged, held, rejected, person_paid_fen, employer_paid_fen, held_fen FROM area_420100.submission",
    ];

    [Test]
    public async Task The_same_1000_people_in_six_formats_give_the_same_facts_to_the_byte()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        string csv = SampleFile.Payroll(People);
        (string Name, byte[] Bytes)[] formats =
        [
            ("utf-8.csv", Encoding.UTF8.GetBytes(csv)), ("bom.csv", [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(csv)]),
            ("gb18030.csv", Encoding.GetEncoding("GB18030").GetBytes(csv)), ("utf-16.csv", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(csv)]),
            ("numbers.xlsx", SampleWorkbook.Xlsx(SampleWorkbook.NumberCells(csv))), ("numbers.xls", SampleWorkbook.Xls(SampleWorkbook.NumberCells(csv))),
        ];
        Dictionary<string, string> facts = [];
        foreach ((string name, byte[] bytes) in formats)
        {
            facts.Add(name, await FactsAsync(name, bytes));
        }

        Assert.That(facts["utf-8.csv"].Split('\n'), Has.Length.GreaterThan(3 * People));
        foreach (string name in facts.Keys)
        {
            Assert.That(facts[name], Is.EqualTo(facts["utf-8.csv"]), name);
        }
    }

    private static async Task<string> FactsAsync(string name, byte[] bytes)
    {
        await using TestDatabase database = await TestDatabase.CreateAsync("420100");
        Uploads uploads = new(await Area.OpenAsync(database.Connection, "420100", default), SystemClock.Instance, IntakeLimits.Default);
        Upload received = await uploads.ReceiveAsync(name, new MemoryStream(bytes), new ImportRequest(new YearMonth(2021, 6), SubmissionKind.Regular, false, "wang"), null, default);
        Upload taken = await uploads.TakeAsync(received.Number, null, default);
        Assert.That((taken.State, taken.Rows), Is.EqualTo((UploadState.Taken, People)), name);
        StringBuilder all = new();
        foreach (string table in Tables)
        {
            all.AppendLine(await database.ScalarAsync<string>($"SELECT string_agg(t::text, E'\\n') FROM ({table}) t"));
        }

        return all.ToString();
    }
}

using System.Security.Cryptography;
using System.Text;
using Batch.Jobs.Intake;
using Batch.Jobs.Proof;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Runs;
using Batch.Rules;
using NodaTime;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Intake;

/// <summary>Scans that a decision about a held row or a change of identity rests on: what is taken, how it is kept, and that verify names what was done to one.</summary>
public sealed class ScanTests
{
    private static readonly YearMonth June = new(2021, 6);
    private static readonly CitizenId Ann = Town.Person(1);
    private static readonly byte[] Pdf = [.. "%PDF-1.7\n1 0 obj\n"u8], Jpeg = [0xFF, 0xD8, 0xFF, 0xE0, 1, 2], Png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 7];
    private Town town = null!;

    [SetUp]
    public async Task SetUp() => town = await Town.FoundAsync();

    [TearDown]
    public async Task TearDown() => await town.DisposeAsync();

    [Test]
    public async Task Scans_are_kept_with_the_decision_whose_row_they_are_about()
    {
        await TwoEmployersAsync();
        DecisionDocument made = await DecideAsync(Pdf, Jpeg);
        KeptScans kept = new(await town.AreaAsync());
        List<DecisionScan> scans = await kept.OfSubmissionAsync(2, default);
        Assert.That(scans.Select(s => (s.Decision, s.Submission, s.Row, s.Scan.Scan, s.Scan.Name, s.Scan.MediaType, s.Scan.Bytes, s.Scan.By)), Is.EqualTo(new[]
        {
            (made.Number, 2, 2, 1, "文书.pdf", "application/pdf", Pdf.Length, "wang"), (made.Number, 2, 2, 2, "文书.jpg", "image/jpeg", Jpeg.Length, "wang"),
        }));
        Assert.That(scans.Select(s => s.Scan.Sha256), Is.EqualTo(new[] { Hash(Pdf), Hash(Jpeg) }));
        Assert.That((await kept.OfDecisionsAsync([made.Number], default)).Count, Is.EqualTo(2));
        ScanContent content = await kept.OfDecisionAsync(2, default);
        Assert.That(content.Content, Is.EqualTo(Jpeg));
        int ann = await town.Database.ScalarAsync<int>(Town.Schema.Sql($"SELECT person_id FROM :area.person_number WHERE number = {Ann.Digits17}"));
        Assert.That(content.People.Select(p => p.Person), Is.EqualTo(new[] { ann }));
        Assert.That(async () => await kept.OfProposalAsync(2, default), Throws.TypeOf<DataFaultException>().With.Property("Code").EqualTo("SCAN_UNKNOWN"), "of a decision, not of a proposal");
        Assert.That(
            await town.Database.ScalarAsync<string>("SELECT string_agg(who || ' ' || area || ' ' || subject, ', ' ORDER BY audit_id) FROM batch.audit WHERE act = 'scan.added'"),
            Is.EqualTo($"wang 420100 decision {made.Number} {Hash(Pdf)[..12]}, wang 420100 decision {made.Number} {Hash(Jpeg)[..12]}"));
        await AssertCleanAsync();
    }

    [Test]
    public async Task The_same_decision_again_adds_only_what_it_had_not_and_no_more_than_the_limit()
    {
        await TwoEmployersAsync();
        DecisionDocument made = await DecideAsync(Pdf);
        Assert.That((await DecideAsync(Pdf, Png)).Number, Is.EqualTo(made.Number));
        Assert.That(await CountAsync(), Is.EqualTo(2));
        byte[][] six = [Pdf, Png, .. Enumerable.Range(0, 4).Select(i => (byte[])[.. Pdf, (byte)i])];
        Assert.That(async () => await DecideAsync(six), Throws.TypeOf<DataFaultException>().With.Property("Code").EqualTo("SCAN_MANY"), "two are kept, four are new");
        Assert.That(await CountAsync(), Is.EqualTo(2), "all or none");
    }

    [Test]
    public async Task Scans_of_a_proposal_are_told_with_it_and_concern_both_people()
    {
        await town.PayrollAsync(June, "E1", [(Ann, 5000m), (Town.Person(2), 5000m)]);
        int[] people = await town.Database.ScalarAsync<int[]>(Town.Schema.Sql("SELECT array_agg(person_id ORDER BY person_id) FROM :area.person"));
        IdentityProposals proposals = new(town.Area, SystemClock.Instance) { Scans = await ReadAsync(Png) };
        IdentityDocument proposed = await proposals.ProposeJoinAsync(new Joining(people[0], people[1], new LocalDate(2021, 6, 2), "公安函1号", "同一人"), "wang", default);
        Assert.That(proposed.Scans.Select(s => (s.Name, s.Sha256, s.By)), Is.EqualTo(new[] { ("文书.png", Hash(Png), "wang") }));
        Assert.That((await proposals.ListAsync(null, default)).Single().Scans.Single().At, Is.EqualTo(SystemClock.Instance.GetCurrentInstant().ToDateTimeUtc()).Within(TimeSpan.FromMinutes(5)));
        ScanContent content = await new KeptScans(await town.AreaAsync()).OfProposalAsync(1, default);
        Assert.That(content.People.Select(p => p.Person), Is.EqualTo(people));
        Assert.That(content.Content, Is.EqualTo(Png));
        await AssertCleanAsync();
    }

    [TestCase("UPDATE :area.scan SET content = set_byte(content, 5, 65) WHERE scan_id = 2", "scan 2: its bytes do not have their SHA-256")]
    [TestCase("DELETE FROM :area.scan WHERE scan_id = 1", "scan 1: missing")]
    [TestCase("DELETE FROM :area.scan WHERE scan_id = 2", "scan 2: missing")]
    [TestCase("DELETE FROM :area.scan", "scan 1: missing")]
    public async Task Verify_names_a_scan_that_was_changed_or_removed(string tamper, string told)
    {
        await TwoEmployersAsync();
        await DecideAsync(Pdf, Jpeg);
        await AssertCleanAsync();
        await town.Database.ExecuteAsync(Town.Schema.Sql(tamper));
        Assert.That((await RowsAsync(all: false)).First, Is.EqualTo($"420100 {told}"));
    }

    // What verify covers says which scans it reads: a decision's, until the run that took the decision is sealed; with --all each.
    [TestCase(false, true)]
    [TestCase(true, false)]
    public async Task A_damaged_scan_is_named_while_its_decision_is_covered_and_by_all(bool sealedRun, bool named)
    {
        await TwoEmployersAsync();
        await DecideAsync(Pdf, Jpeg);
        await AssertCleanAsync();
        await town.PostMonthAsync(June);
        if (sealedRun)
        {
            await AssertCleanAsync();
        }

        await town.Database.ExecuteAsync(Town.Schema.Sql("UPDATE :area.scan SET content = set_byte(content, 5, 65) WHERE scan_id = 1"));
        Assert.That((await RowsAsync(all: false)).First, Is.EqualTo(named ? "420100 scan 1: its bytes do not have their SHA-256" : null));
        Assert.That((await RowsAsync(all: true)).First, Is.EqualTo("420100 scan 1: its bytes do not have their SHA-256"));
    }

    [TestCase("UPDATE :area.scan SET content = content || '~'::bytea", false)]
    [TestCase("DELETE FROM :area.scan", true)]
    public async Task That_a_scan_is_missing_is_named_whatever_is_covered(string tamper, bool named)
    {
        await TwoEmployersAsync();
        await DecideAsync(Pdf);
        await town.PostMonthAsync(June);
        await AssertCleanAsync();
        await town.Database.ExecuteAsync(Town.Schema.Sql(tamper));
        Assert.That((await RowsAsync(all: false)).First, Is.EqualTo(named ? "420100 scan 1: missing" : null));
        Assert.That((await RowsAsync(all: true)).Ok, Is.False);
    }

    // With another hash beside the other bytes only the seal knows; a name or a person who added it is sealed as well.
    [TestCase("content = content || '~'::bytea, sha256 = sha256(content || '~'::bytea)")]
    [TestCase("file_name = 'other.pdf'")]
    [TestCase("added_by = 'li'")]
    public async Task A_scan_that_was_exchanged_whole_is_not_what_was_sealed(string change)
    {
        await TwoEmployersAsync();
        await DecideAsync(Pdf, Jpeg);
        await AssertCleanAsync();
        await town.Database.ExecuteAsync(Town.Schema.Sql($"UPDATE :area.scan SET {change} WHERE scan_id = 1"));
        VerificationCheck chain = (await new Verifier(town.Database.Connection, Town.Schema).VerifyAsync(all: true, default)).Checks.Single(c => c.Id == Invariants.Chain);
        Assert.That(chain.First, Is.EqualTo("420100 scan 1: not what was sealed: scan"));
    }

    [Test]
    public async Task The_program_adds_scans_and_changes_none()
    {
        Assert.That(
            await town.Database.ScalarAsync<string>(Town.Schema.Sql(
                "SELECT string_agg(p, ' ') FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) p WHERE has_table_privilege('batch_program', ':area.scan', p)")),
            Is.EqualTo("SELECT INSERT"));
    }

    [TestCase("信.pdf", "MZ\u0090\0 an executable", "SCAN_TYPE")]
    [TestCase("信.png", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "SCAN_TYPE")]
    [TestCase("信.pdf", "<!doctype html><p>%PDF-1.7", "SCAN_TYPE")]
    [TestCase("信.jpg", "GIF89a", "SCAN_TYPE")]
    [TestCase("信.pdf", "%PD", "SCAN_TYPE")]
    [TestCase("信.pdf", "", "SCAN_EMPTY")]
    [TestCase("信.pdf", "%PDF-1.7 and more than twenty bytes", "SCAN_LARGE")]
    public async Task What_is_no_scan_is_refused_with_its_place_and_without_its_name(string name, string content, string code)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(content);
        DataFaultException fault = (await Assert.ThrowsAsync<DataFaultException>(() => ScanFile.ReadAsync(
            [Given("a.pdf", Pdf), Given(name, bytes)], new ScanLimits { MaxBytes = code == "SCAN_LARGE" ? 20 : 5 << 20 }, default)))!;
        Assert.That(fault.Code, Is.EqualTo(code));
        Assert.That(fault.Chinese, Does.Contain("第 2 份").And.Not.Contain("信"));
        Assert.That(fault.English, Does.Contain("can 2").And.Not.Contain("信"));
    }

    [Test]
    public void One_scan_more_than_the_limit_is_refused() => Assert.That(
        async () => await ScanFile.ReadAsync([.. Enumerable.Repeat(Given("a.pdf", Pdf), 6)], new ScanLimits(), default),
        Throws.TypeOf<DataFaultException>().With.Property("Code").EqualTo("SCAN_MANY"));

    [TestCase("C:\\扫描\\离职证明.PDF", "离职证明.pdf")]
    [TestCase("../../etc/passwd", "passwd.pdf")]
    [TestCase("setup.exe", "setup.exe.pdf")]
    [TestCase("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf")]
    [TestCase("exe\u202Efdp.pdf", "exefdp.pdf")]
    [TestCase("420100198503103010 函.pdf", "… 函.pdf")]
    [TestCase("  .pdf", "scan.pdf")]
    [TestCase("", "scan.pdf")]
    public async Task A_name_is_kept_without_what_could_mislead(string given, string kept) =>
        Assert.That((await ScanFile.ReadAsync([Given(given, Pdf)], new ScanLimits(), default))[0].Name, Is.EqualTo(kept));

    private static GivenScan Given(string name, byte[] bytes) => new(name, bytes.Length, () => new MemoryStream(bytes));

    private static Task<IReadOnlyList<ScanFile>> ReadAsync(params byte[][] scans) => ScanFile.ReadAsync([.. scans.Select(s => Given("文书", s))], new ScanLimits { MaxCount = 9 }, default);

    private async Task<DecisionDocument> DecideAsync(params byte[][] scans) => await new Decisions(town.Area).DecideAsync(
        new Decision(2, 2, true, "wang", "劳动合同核实") { Scans = await ReadAsync(scans) }, default);

    private async Task TwoEmployersAsync()
    {
        await town.PayrollAsync(June, "E1", [(Ann, 5000m)]);
        await town.PayrollAsync(June, "E2", [(Ann, 6000m)]);
    }

    private async Task<VerificationCheck> RowsAsync(bool all) =>
        (await new Verifier(town.Database.Connection, Town.Schema).VerifyAsync(all, default)).Checks.Single(c => c.Id == Invariants.Rows);

    private async Task AssertCleanAsync()
    {
        VerificationDocument proof = await new Verifier(town.Database.Connection, Town.Schema).VerifyAsync(all: true, default);
        Assert.That(proof.Checks.Where(c => !c.Ok).Select(c => $"{c.Id} {c.First}"), Is.Empty);
    }

    private async Task<long> CountAsync() => await town.Database.ScalarAsync<long>(Town.Schema.Sql("SELECT count(*) FROM :area.scan"));

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}

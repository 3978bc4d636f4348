using Batch.Jobs.Areas;
using Batch.Jobs.Import;
using Batch.Jobs.Intake;
using Batch.Jobs.Tests.Intake;
using Batch.Testing;
using NodaTime;
using Npgsql;
using NUnit.Framework;

namespace Batch.Jobs.Tests.Import;

/// <summary>A folder that files are dropped into, watched by one host or by several, any of which may be killed.</summary>
public sealed class DropFolderTests
{
    private const string Code = "420100";
    private TestDatabase database = null!;
    private DirectoryInfo folder = null!;

    [SetUp]
    public async Task SetUp()
    {
        database = await TestDatabase.CreateAsync(Code);
        folder = Directory.CreateTempSubdirectory("drop");
        await TakeAsync();
    }

    [TearDown]
    public async Task TearDown()
    {
        folder.Delete(recursive: true);
        await database.DisposeAsync();
    }

    [Test]
    public async Task A_file_that_rests_ends_in_done_with_its_outcome_in_words_and_a_refused_one_in_failed()
    {
        Drop("incoming/六月.csv", SampleFile.Payroll(3) + SampleFile.PayrollRow(4).Replace(",202106,", ",202113,", StringComparison.Ordinal));
        Drop("incoming/会议.csv", "甲,乙\r\n1,2\r\n");
        IReadOnlyList<DroppedFile> taken = await TakeAsync();
        Assert.Multiple(() =>
        {
            Assert.That(taken.Select(t => (t.Name, t.Upload.State)), Is.EqualTo(new[] { ("会议.csv", UploadState.Refused), ("六月.csv", UploadState.Taken) }));
            Assert.That(Left(), Is.EqualTo(new[] { "done/000002 六月.csv", "done/000002 六月.csv.txt", "done/000002 六月.csv.更正包.csv", "failed/000001 会议.csv", "failed/000001 会议.csv.txt" }));
            Assert.That(Text("done/000002 六月.csv.txt"), Does.Contain("接受 accepted 3").And.Contain("第 5 行“费款所属期”202113 不是有效的年月"));
            Assert.That(Text("done/000002 六月.csv.更正包.csv"), Does.Contain(",5,E5,MONTH_INVALID,"));
            Assert.That(Text("failed/000001 会议.csv.txt"), Does.Contain("找不到能识别的表头"));
        });
        Assert.That(await TakeAsync(), Is.Empty);
    }

    [Test]
    public async Task A_file_that_is_still_being_written_is_left_alone()
    {
        Drop("incoming/a.csv", SampleFile.Payroll(3));
        Drop("incoming/b.csv.part", SampleFile.Payroll(3));
        Drop("incoming/.c.csv", SampleFile.Payroll(3));
        IReadOnlyList<DroppedFile> tooEarly = await TakeAsync(new AtMoment(SystemClock.Instance.GetCurrentInstant() + Duration.FromSeconds(1)));
        IReadOnlyList<DroppedFile> rested = await TakeAsync();
        Assert.That(tooEarly, Is.Empty);
        Assert.That(rested.Select(t => t.Name), Is.EqualTo(new[] { "a.csv" }));
    }

    [Test]
    public async Task A_file_in_the_folder_of_a_kind_is_of_that_kind_and_the_same_file_again_changes_nothing()
    {
        Drop("incoming/a.csv", SampleFile.Payroll(30));
        await TakeAsync();
        Drop("incoming/replacement/a.csv", SampleFile.Payroll(29));
        Drop("incoming/a.csv", SampleFile.Payroll(30));
        IReadOnlyList<DroppedFile> taken = await TakeAsync();
        Assert.That(taken.Select(t => (t.Upload.Request.Kind, t.Upload.State, t.Upload.Already, t.Upload.Rows)), Is.EqualTo(new[]
        {
            (SubmissionKind.Regular, UploadState.Taken, true, 30), (SubmissionKind.Replacement, UploadState.Taken, false, 29),
        }));
        // One of thirty is left out: withdrawn.
        Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM area_420100.contribution WHERE state = 3"), Is.EqualTo(1));
    }

    [Test]
    public async Task Two_hosts_that_watch_one_folder_take_each_file_once()
    {
        for (int i = 0; i < 40; i++)
        {
            Drop($"incoming/{i:00}.csv", SampleFile.PayrollHeader + "\r\n" + SampleFile.PayrollRow(i));
        }

        IReadOnlyList<DroppedFile>[] both = await Task.WhenAll(TakeAsync(), TakeAsync());
        Assert.That(both.SelectMany(t => t).Select(t => t.Name).Order(), Is.EqualTo(Enumerable.Range(0, 40).Select(i => $"{i:00}.csv")));
        Assert.That(Left().Count(f => f.StartsWith("done/", StringComparison.Ordinal) && f.EndsWith(".csv", StringComparison.Ordinal)), Is.EqualTo(40));
        Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM area_420100.upload WHERE state = 'taken' AND NOT already"), Is.EqualTo(40));
        Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM area_420100.contribution"), Is.EqualTo(40));
    }

    // What a host leaves behind that is killed: after the claim, after the receipt, after the content is in.
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    public async Task A_host_that_is_killed_between_claim_and_done_leaves_a_file_that_the_next_one_ends(int steps)
    {
        Drop("claimed/六月.csv", SampleFile.Payroll(10));
        Uploads uploads = new(await AreaAsync(), SystemClock.Instance, IntakeLimits.Default);
        string path = Path.Combine(folder.FullName, "claimed", "六月.csv");
        if (steps > 0)
        {
            string sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(path)));
            await uploads.ReceiveAsync("六月.csv", File.OpenRead(path), new ImportRequest(null, SubmissionKind.Regular, false, "wang"), $"drop Regular {sha256} {File.GetLastWriteTimeUtc(path).Ticks} 六月.csv", default);
        }

        if (steps > 1)
        {
            await uploads.TakeAsync(1, null, default);
        }

        DroppedFile ended = (await TakeAsync()).Single();
        Assert.That((ended.Upload.Number, ended.Upload.State, ended.Upload.Already), Is.EqualTo((1, UploadState.Taken, false)));
        Assert.That(Left(), Is.EqualTo(new[] { "done/000001 六月.csv", "done/000001 六月.csv.txt" }));
        Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM area_420100.contribution"), Is.EqualTo(10));
    }

    [Test]
    public async Task What_another_living_host_has_claimed_is_left_to_it()
    {
        Drop("claimed/六月.csv", SampleFile.Payroll(10));
        await using NpgsqlConnection other = await database.Program.OpenConnectionAsync();
        await using NpgsqlTransaction holds = await other.BeginTransactionAsync();
        await using (NpgsqlCommand command = new("SELECT pg_advisory_xact_lock(hashtext('area_420100.drop'), hashtext('Regular/六月.csv'))", other))
        {
            await command.ExecuteNonQueryAsync();
        }

        Assert.That(await TakeAsync(), Is.Empty);
        await holds.RollbackAsync();
        Assert.That(await TakeAsync(), Has.Count.EqualTo(1));
    }

    private async Task<IReadOnlyList<DroppedFile>> TakeAsync(IClock? clock = null) =>
        await new DropFolder(await AreaAsync(), clock ?? new AtMoment(SystemClock.Instance.GetCurrentInstant() + Duration.FromMinutes(1)), IntakeLimits.Default, DropFolder.UsualRest)
            .TakeOnceAsync(folder.FullName, "wang", null, default);

    private Task<Area> AreaAsync() => Area.OpenAsync(database.Connection, Code, default);

    private void Drop(string name, string text) => File.WriteAllText(Path.Combine(folder.FullName, name), text);

    private string Text(string name) => File.ReadAllText(Path.Combine(folder.FullName, name));

    private string[] Left() => [.. folder.EnumerateFiles("*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder.FullName, f.FullName)).Order(StringComparer.Ordinal)];

    private sealed class AtMoment(Instant now) : IClock
    {
        public Instant GetCurrentInstant() => now;
    }
}

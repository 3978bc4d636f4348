using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Files;
using Batch.Testing;
using NUnit.Framework;
using NodaTime;
using NodaTime.Testing;
using Npgsql;

namespace Batch.Jobs.Tests.Intake;

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
            Assert.That(taken.Select(t => (t.Name, t.Upload!.State)), Is.EqualTo(new[] { ("会议.csv", UploadState.Refused), ("六月.csv", UploadState.Taken) }));
            Assert.That(Left(), Is.EqualTo(new[] { "done/000002 六月.csv", "done/000002 六月.csv.txt", "done/000002 六月.csv.更正包.csv", "failed/000001 会议.csv", "failed/000001 会议.csv.txt" }));
            Assert.That(Text("done/000002 六月.csv.txt"), Does.Contain("接受 accepted 3").And.Contain("第 5 行“费款所属期”202113 不是有效的年月"));
            Assert.That(Text("done/000002 六月.csv.更正包.csv"), Does.Contain(",5,E5,MONTH_INVALID,"));
            Assert.That(Text("failed/000001 会议.csv.txt"), Does.Contain("找不到能识别的表头"));
        });
        Assert.That(await TakeAsync(), Is.Empty);
    }

    // Sent twice: the second is no more in force than the first.
    [Test]
    public async Task A_file_of_which_every_row_is_rejected_ends_in_failed_and_its_word_says_so()
    {
        string text = SampleFile.Payroll(3).Replace(",202106,", ",202113,", StringComparison.Ordinal);
        Drop("incoming/六月.csv", text);
        DroppedFile first = (await TakeAsync()).Single();
        Drop("incoming/六月.csv", text);
        DroppedFile again = (await TakeAsync()).Single();
        Assert.That(new[] { first, again }.Select(t => (t.Code, t.Upload!.State, t.Upload!.Already)), Is.All.EqualTo((DroppedFile.NoRowTaken, UploadState.Taken, false)));
        Assert.That(Left(), Is.EqualTo(new[]
        {
            "failed/000001 六月.csv", "failed/000001 六月.csv.txt", "failed/000001 六月.csv.更正包.csv", "failed/000002 六月.csv", "failed/000002 六月.csv.txt", "failed/000002 六月.csv.更正包.csv",
        }));
        Assert.That(new[] { Text("failed/000001 六月.csv.txt"), Text("failed/000002 六月.csv.txt") }, Is.All.Contain("没有收下任何一行，3 行被拒绝。文件在 failed 目录")
            .And.All.Contain("No row was taken in, 3 rejected. The file is in failed").And.All.Not.Contain("Taken in").And.All.Not.Contain("in force"));
    }

    [Test]
    public async Task A_file_that_is_still_being_written_is_left_alone()
    {
        Drop("incoming/a.csv", SampleFile.Payroll(3));
        Drop("incoming/b.csv.part", SampleFile.Payroll(3));
        Drop("incoming/.c.csv", SampleFile.Payroll(3));
        IReadOnlyList<DroppedFile> tooEarly = await TakeAsync(new FakeClock(SystemClock.Instance.GetCurrentInstant() + Duration.FromSeconds(1)));
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
        Assert.That(taken.Select(t => (t.Upload!.Request.Kind, t.Upload!.State, t.Upload!.Already, t.Upload!.Rows)), Is.EqualTo(new[]
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
        Assert.That((ended.Upload!.Number, ended.Upload!.State, ended.Upload!.Already), Is.EqualTo((1, UploadState.Taken, false)));
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

    [Test]
    public async Task A_file_that_somebody_has_open_for_writing_is_left_alone_however_long_it_rests()
    {
        Drop("incoming/a.csv", SampleFile.Payroll(3));
        string path = Path.Combine(folder.FullName, "incoming", "a.csv");
        await using (new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            Assert.That(await TakeAsync(), Is.Empty);
        }

        Assert.That(await TakeAsync(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_file_that_differs_at_the_second_look_is_left_alone()
    {
        Drop("incoming/a.csv", SampleFile.Payroll(3));
        string path = Path.Combine(folder.FullName, "incoming", "a.csv");
        Task<IReadOnlyList<DroppedFile>> taking = TakeAsync();
        await Task.Delay(300);
        await File.AppendAllTextAsync(path, SampleFile.PayrollRow(4) + "\r\n");
        Assert.That(await taking, Is.Empty);
        Assert.That((await TakeAsync()).Single().Upload!.Rows, Is.EqualTo(4));
    }

    [Test]
    public async Task A_pipe_a_socket_and_a_link_are_put_aside_with_a_word_and_do_not_hold_up_what_is_behind_them()
    {
        string outside = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await File.WriteAllTextAsync(outside, SampleFile.Payroll(5));
        await ShellAsync("mkfifo incoming/1.csv");
        using System.Net.Sockets.Socket socket = new(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(Path.Combine(folder.FullName, "incoming", "2.csv")));
        File.CreateSymbolicLink(Path.Combine(folder.FullName, "incoming", "3.csv"), outside);
        Drop("incoming/4.csv", SampleFile.Payroll(3));
        // Whoever opens a pipe that nobody writes to waits in the system's call, where no cancellation reaches.
        IReadOnlyList<DroppedFile> taken = await TakeAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.That(taken.Select(t => (t.Name, t.Code)), Is.EqualTo(new[] { ("1.csv", "NOT_A_FILE"), ("2.csv", "NOT_A_FILE"), ("3.csv", "NOT_A_FILE"), ("4.csv", null) }));
        Assert.That(Text("failed/1.csv.txt"), Does.Contain("NOT_A_FILE").And.Contain("普通文件"));
        Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM area_420100.contribution"), Is.EqualTo(3));
        Assert.That(await File.ReadAllTextAsync(outside), Is.EqualTo(SampleFile.Payroll(5)));
        File.Delete(outside);
    }

    [TestCase("incoming")]
    [TestCase("incoming/supplementary")]
    [TestCase("claimed")]
    [TestCase("done")]
    [TestCase("failed")]
    public async Task A_link_in_place_of_one_of_its_folders_is_not_followed(string link)
    {
        DirectoryInfo outside = Directory.CreateTempSubdirectory("outside");
        string path = Path.Combine(folder.FullName, link);
        Directory.Delete(path, recursive: true);
        Directory.CreateSymbolicLink(path, outside.FullName);
        await File.WriteAllTextAsync(Path.Combine(outside.FullName, "a.csv"), SampleFile.Payroll(3));
        DataFaultException refused = (await Assert.ThrowsAsync<DataFaultException>(() => TakeAsync()))!;
        Assert.That(refused.Code, Is.EqualTo("DROP_FOLDER_LINK"));
        Assert.That(outside.GetFileSystemInfos().Select(f => f.Name), Is.EqualTo(new[] { "a.csv" }));
        Directory.Delete(path);
        outside.Delete(recursive: true);
    }

    [Test]
    public async Task A_file_that_the_program_fails_on_stays_with_a_word_beside_it_and_those_behind_it_are_taken()
    {
        await database.ExecuteAsync(
            """
            CREATE FUNCTION area_420100.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
            CREATE TRIGGER fail BEFORE INSERT ON area_420100.upload FOR EACH ROW WHEN (NEW.file = 'a.csv') EXECUTE FUNCTION area_420100.fail();
            """);
        Drop("incoming/a.csv", SampleFile.Payroll(3));
        Drop("incoming/b.csv", SampleFile.Payroll(30));
        IReadOnlyList<DroppedFile> taken = await TakeAsync();
        Assert.That(taken.Select(t => (t.Name, t.Code)), Is.EqualTo(new[] { ("a.csv", "DATABASE_LOST"), ("b.csv", null) }));
        Assert.That(Left(), Is.EqualTo(new[] { "claimed/a.csv", "claimed/a.csv.batch.txt", "done/000001 b.csv", "done/000001 b.csv.txt" }));
        await database.ExecuteAsync("DROP TRIGGER fail ON area_420100.upload");
        Assert.That((await TakeAsync()).Single().Code, Is.Null);
        Assert.That(Left().Where(f => f.StartsWith("claimed", StringComparison.Ordinal)), Is.Empty);
    }

    // 六月.csv in GB18030, as a Chinese Windows names it: C1 F9 D4 C2.
    [Test]
    public async Task Names_of_any_bytes_and_any_length_are_taken()
    {
        string longest = new string('长', 80) + "12345678901.csv";
        Drop("incoming/" + longest, SampleFile.Payroll(3));
        Drop("incoming/-r *?.csv", SampleFile.Payroll(30));
        await ShellAsync(@"printf x > $'incoming/a\nb.csv'; cp incoming/-r* $'incoming/\xc1\xf9\xd4\xc2.csv'; touch -d @0 incoming/*");
        IReadOnlyList<DroppedFile> taken = await TakeAsync();
        Assert.That(taken.Select(t => t.Name), Is.EquivalentTo(new[] { "-r *?.csv", "a\nb.csv", "六月.csv", longest }));
        Assert.That(taken.Count(t => t.Code is null), Is.EqualTo(3));
        Assert.That(Left().Where(f => f.StartsWith("done", StringComparison.Ordinal)), Has.Exactly(1).EndsWith(" 六月.csv").And.Exactly(1).EndsWith(" -r *?.csv").And.Exactly(1).EndsWith("12345678901.csv"));
    }

    private async Task ShellAsync(string script)
    {
        using System.Diagnostics.Process shell = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("/bin/bash", ["-c", script]) { WorkingDirectory = folder.FullName })!;
        await shell.WaitForExitAsync();
        Assert.That(shell.ExitCode, Is.Zero);
    }

    private async Task<IReadOnlyList<DroppedFile>> TakeAsync(IClock? clock = null) =>
        await new DropFolder(await AreaAsync(), clock ?? new FakeClock(SystemClock.Instance.GetCurrentInstant() + Duration.FromMinutes(1)), IntakeLimits.Default, DropFolder.UsualRest)
            .TakeOnceAsync(folder.FullName, "wang", null, default);

    private Task<Area> AreaAsync() => Area.OpenAsync(database.Connection, Code, default);

    private void Drop(string name, string text) => File.WriteAllText(Path.Combine(folder.FullName, name), text);

    private string Text(string name) => File.ReadAllText(Path.Combine(folder.FullName, name));

    private string[] Left() => [.. folder.EnumerateFiles("*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder.FullName, f.FullName)).Order(StringComparer.Ordinal)];
}

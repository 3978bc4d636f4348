using System.Text;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Files;
using Batch.Testing;
using NUnit.Framework;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Tests.Intake;

/// <summary>Intake in two steps: what is answered at once, what a job does, and that it is done once.</summary>
public sealed class UploadTests
{
    private const string Code = "420100";
    private const int Large = 50_000;
    private static readonly ImportRequest Regular = new(new YearMonth(2021, 6), SubmissionKind.Regular, false, "wang");
    private TestDatabase database = null!;

    [SetUp]
    public async Task SetUp() => database = await TestDatabase.CreateAsync(Code);

    [TearDown]
    public async Task TearDown() => await database.DisposeAsync();

    [Test]
    public async Task A_received_file_waits_with_its_content_told_and_a_job_takes_it_in_once()
    {
        Uploads uploads = await UploadsAsync();
        Upload received = await ReceiveAsync(uploads, "六月.csv", SampleFile.Payroll(10));
        Assert.Multiple(() =>
        {
            Assert.That((received.Number, received.State, received.Content, received.File), Is.EqualTo((1, UploadState.Waiting, FileContent.Payroll, "六月.csv")));
            Assert.That(received.Request, Is.EqualTo(Regular));
            Assert.That(received.Submission, Is.Null);
        });
        Assert.That((await uploads.PendingAsync(default)).Select(u => u.Number), Is.EqualTo(new[] { 1 }));

        Upload taken = await uploads.TakeAsync(1, null, default);
        Upload again = await uploads.TakeAsync(1, null, default);
        FileOutcome outcome = (await uploads.OutcomeAsync(1, default))!;
        Assert.Multiple(() =>
        {
            Assert.That((taken.State, taken.Submission, taken.Rows, taken.BytesRead), Is.EqualTo((UploadState.Taken, 1, 10, taken.Bytes)));
            Assert.That(again with { Sha256 = null }, Is.EqualTo(taken with { Sha256 = null }));
            Assert.That((outcome.File, outcome.Rows, outcome.Accepted), Is.EqualTo(("六月.csv", 10, 10)));
        });
        Assert.That(await uploads.PendingAsync(default), Is.Empty);
        Assert.That(await FactsAsync(), Is.EqualTo(10));
    }

    [Test]
    public async Task A_file_without_a_known_header_is_refused_at_once_with_its_sentence_and_never_taken()
    {
        Uploads uploads = await UploadsAsync();
        Upload refused = await ReceiveAsync(uploads, "会议记录.csv", "甲,乙,丙\r\n1,2,3\r\n");
        Upload taken = await uploads.TakeAsync(refused.Number, null, default);
        FileOutcome outcome = (await uploads.OutcomeAsync(refused.Number, default))!;
        Assert.Multiple(() =>
        {
            Assert.That((refused.State, refused.Fault?.Code), Is.EqualTo((UploadState.Refused, Codes.HeaderUnknown)));
            Assert.That(RejectionCodes.Describe(refused.Fault!, "zh"), Does.StartWith("找不到能识别的表头"));
            Assert.That(taken.State, Is.EqualTo(UploadState.Refused));
            Assert.That((outcome.Refused, outcome.Submission), Is.EqualTo((Codes.HeaderUnknown, (int?)1)));
        });
        Assert.That(await uploads.PendingAsync(default), Is.Empty);
    }

    // A page of HTML, a title in ten thousands, no header: sent by two ways, each is on record once, with its code.
    [TestCase("<html><body><table><tr><td>1</td></tr></table></body></html>", Codes.FileIsWebPage)]
    [TestCase("单位：万元\r\n公民身份号码,费款所属期,当月养老金\r\n420172199006150013,2021-06,0.3\r\n", Codes.UnitNotYuan)]
    [TestCase("甲,乙\r\n1,2\r\n", Codes.HeaderUnknown)]
    public async Task A_file_that_its_structure_refuses_is_a_submission_whichever_way_it_came(string text, string code)
    {
        Uploads uploads = await UploadsAsync();
        Upload received = await ReceiveAsync(uploads, "六月.csv", text), again = await ReceiveAsync(uploads, "六月.csv", text);
        string path = Path.Combine(Directory.CreateTempSubdirectory("refused").FullName, "六月.csv");
        await File.WriteAllTextAsync(path, text);
        Area area = await Area.OpenAsync(database.Connection, Code, default);
        FileOutcome imported = (await new Importer(area, SystemClock.Instance, IntakeLimits.Default).ImportAsync([path], Regular, null, default))[0];
        Assert.That(new[] { received, again }.Select(u => (u.State, u.Submission, u.Fault?.Code)), Is.All.EqualTo((UploadState.Refused, (int?)1, code)));
        Assert.That((imported.Refused, imported.Submission), Is.EqualTo((code, (int?)1)));
        Assert.That(await database.ScalarAsync<string>("SELECT string_agg(refused || ' ' || file || ' ' || month, ',') FROM area_420100.submission"), Is.EqualTo($"{code} 六月.csv 2021-06-01"));
    }

    [Test]
    public async Task What_an_upload_is_and_what_became_of_it_are_of_one_moment()
    {
        Uploads uploads = await UploadsAsync();
        await ReceiveAsync(uploads, "a.csv", SampleFile.Payroll(Large));
        Task<Upload> taking = uploads.TakeAsync(1, null, default);
        while (!taking.IsCompleted)
        {
            (Upload upload, FileOutcome? outcome) = await uploads.ReadWithOutcomeAsync(1, default);
            Assert.That(outcome is not null, Is.EqualTo(upload.HasEnded));
            await Task.Delay(10);
        }

        await taking;
    }

    [Test]
    public async Task A_file_beyond_the_limit_is_refused_without_being_kept()
    {
        Uploads uploads = await UploadsAsync(new IntakeLimits { MaxBytes = 1000 });
        Upload refused = await ReceiveAsync(uploads, "大.csv", SampleFile.Payroll(100));
        Assert.That((refused.State, refused.Fault?.Code, refused.Sha256), Is.EqualTo((UploadState.Refused, Codes.FileTooLarge, (byte[]?)null)));
        Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM area_420100.archive"), Is.Zero);
    }

    [Test]
    public async Task The_same_key_of_the_same_person_is_the_same_upload()
    {
        Uploads uploads = await UploadsAsync();
        string text = SampleFile.Payroll(5);
        Upload[] both = await Task.WhenAll(ReceiveAsync(uploads, "a.csv", text, "k1"), ReceiveAsync(uploads, "a.csv", text, "k1"));
        Upload other = await ReceiveAsync(uploads, "a.csv", text, "k1", Regular with { By = "li" });
        DataFaultException? reused = await Assert.ThrowsAsync<DataFaultException>(() => ReceiveAsync(uploads, "a.csv", SampleFile.Payroll(6), "k1"));
        Assert.Multiple(() =>
        {
            Assert.That(both.Select(u => u.Number), Is.EqualTo(new[] { 1, 1 }));
            Assert.That(other.Number, Is.EqualTo(2));
            Assert.That(reused!.Code, Is.EqualTo("UPLOAD_KEY_REUSED"));
        });
    }

    [Test]
    public async Task Two_hosts_that_take_the_same_upload_bring_it_in_once()
    {
        Uploads one = await UploadsAsync(), two = await UploadsAsync();
        await ReceiveAsync(one, "大.csv", SampleFile.Payroll(Large));
        Upload[] both = await Task.WhenAll(one.TakeAsync(1, null, default), two.TakeAsync(1, null, default));
        Assert.That(both.Select(u => (u.State, u.Submission)), Is.All.EqualTo((UploadState.Taken, (int?)1)));
        Assert.That(await FactsAsync(), Is.EqualTo(Large));
    }

    [Test]
    public async Task Others_see_how_far_it_is_and_who_is_broken_off_is_waited_for_and_taken_again()
    {
        Uploads uploads = await UploadsAsync();
        await ReceiveAsync(uploads, "大.csv", SampleFile.Payroll(Large));
        using CancellationTokenSource killed = new();
        List<Upload> seen = [];
        Watcher watcher = new(now =>
        {
            if (now.Rows > 0 && !killed.IsCancellationRequested)
            {
                seen.Add(uploads.ReadAsync(1, default).GetAwaiter().GetResult());
                killed.Cancel();
            }
        });
        await Assert.CatchAsync<OperationCanceledException>(() => uploads.TakeAsync(1, watcher, killed.Token));
        Upload left = await ReadOnceNobodyTakesAsync(uploads);
        Upload taken = await uploads.TakeAsync((await uploads.PendingAsync(default)).Single().Number, null, default);
        Assert.Multiple(() =>
        {
            Assert.That(seen.Select(u => u.State), Is.EqualTo(new[] { UploadState.Taking }));
            Assert.That(left.State, Is.EqualTo(UploadState.Waiting));
            Assert.That((taken.State, taken.Submission, taken.Attempts, taken.Rows), Is.EqualTo((UploadState.Taken, 1, 2, Large)));
        });
        Assert.That(await FactsAsync(), Is.EqualTo(Large));
    }

    [Test]
    public async Task A_failure_of_the_database_leaves_the_upload_to_be_taken_again()
    {
        Uploads uploads = await UploadsAsync();
        await ReceiveAsync(uploads, "大.csv", SampleFile.Payroll(Large));
        Watcher killer = new(now =>
        {
            if (now.Rows > 0)
            {
                database.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2").GetAwaiter().GetResult();
            }
        });
        await Assert.CatchAsync<NpgsqlException>(() => uploads.TakeAsync(1, killer, default));
        Upload failed = await ReadOnceNobodyTakesAsync(uploads);
        Upload taken = await uploads.TakeAsync(1, null, default);
        Assert.That((failed.State, failed.Fault?.Code), Is.EqualTo((UploadState.Failed, "DATABASE_LOST")));
        Assert.That((taken.State, taken.Fault, await FactsAsync()), Is.EqualTo((UploadState.Taken, (Rejection?)null, (long)Large)));
    }

    // A small file is judged as a whole before it is written, a large one is rolled back.
    [TestCase(60, 55)]
    [TestCase(20_000, 2500)]
    public async Task A_file_that_is_refused_for_its_rows_is_on_record_once_however_often_it_is_taken(int people, int unreadable)
    {
        Uploads uploads = await UploadsAsync();
        string text = string.Join("\r\n", SampleFile.Payroll(people).Split("\r\n").Select((line, i) => i > 0 && i <= unreadable ? line.Replace(",202106,", ",202113,", StringComparison.Ordinal) : line));
        await ReceiveAsync(uploads, "坏.csv", text);
        Upload refused = await uploads.TakeAsync(1, null, default);
        await uploads.TakeAsync(1, null, default);
        FileOutcome outcome = (await uploads.OutcomeAsync(1, default))!;
        Assert.That((refused.State, refused.Fault?.Code, refused.Submission), Is.EqualTo((UploadState.Refused, Codes.FileRefused, (int?)1)));
        Assert.That((outcome.Refused, outcome.Rejected, outcome.Rows), Is.EqualTo((Codes.FileRefused, people, people)));
        Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM area_420100.submission"), Is.EqualTo(1));
        Assert.That(await database.ScalarAsync<bool>("SELECT to_regclass('area_420100.contribution_2021_06') IS NULL"), Is.True);
    }

    [Test]
    public async Task Bytes_that_are_in_force_already_are_unchanged_and_name_the_submission_that_stands()
    {
        Uploads uploads = await UploadsAsync();
        await ReceiveAsync(uploads, "a.csv", SampleFile.Payroll(7));
        await ReceiveAsync(uploads, "b.csv", SampleFile.Payroll(7));
        await uploads.TakeAsync(1, null, default);
        Upload second = await uploads.TakeAsync(2, null, default);
        FileOutcome outcome = (await uploads.OutcomeAsync(2, default))!;
        Assert.That((second.State, second.Submission, second.Already), Is.EqualTo((UploadState.Taken, 1, true)));
        Assert.That((outcome.File, outcome.Rows, outcome.Accepted, outcome.Unchanged), Is.EqualTo(("b.csv", 7, 0, 7)));
    }

    [TestCase("../../etc/passwd", "passwd")]
    [TestCase("C:\\报送\\六月.csv", "六月.csv")]
    [TestCase("\u0000\u0007", "unnamed")]
    public async Task A_name_is_shown_and_never_used_as_a_path(string name, string shown)
    {
        Upload received = await ReceiveAsync(await UploadsAsync(), name, SampleFile.Payroll(1));
        Assert.That((received.File, received.State), Is.EqualTo((shown, UploadState.Waiting)));
    }

    private static Task<Upload> ReceiveAsync(Uploads uploads, string name, string text, string? key = null, ImportRequest? request = null) =>
        uploads.ReceiveAsync(name, new MemoryStream(Encoding.UTF8.GetBytes(text)), request ?? Regular, key, default);

    // The server frees the lock of a connection that was broken off a moment after the client has gone.
    private static async Task<Upload> ReadOnceNobodyTakesAsync(Uploads uploads)
    {
        Upload upload = await uploads.ReadAsync(1, default);
        for (int tries = 0; upload.State == UploadState.Taking && tries < 100; tries++)
        {
            await Task.Delay(100);
            upload = await uploads.ReadAsync(1, default);
        }

        return upload;
    }

    private async Task<Uploads> UploadsAsync(IntakeLimits? limits = null) =>
        new(await Area.OpenAsync(database.Connection, Code, default), SystemClock.Instance, limits ?? IntakeLimits.Default);

    private Task<long> FactsAsync() => database.ScalarAsync<long>("SELECT count(*) FROM area_420100.contribution");

    private sealed class Watcher(Action<Upload> see) : IProgress<Upload>
    {
        public void Report(Upload value) => see(value);
    }
}

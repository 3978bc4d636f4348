using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Store;
using Batch.Jobs.Tests.Runs;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;

namespace Batch.Jobs.Tests.Intake;

/// <summary>Files that are taken in one after the other with the register held in memory between them: each is judged by what the one before it changed.</summary>
public sealed class LargeFilesTests
{
    private const string PersonsHeader = "姓名,公民身份号码,变更类型,变更日期,变更内容";
    private const string PayrollHeader = "单位编号,单位名称,姓名,公民身份号码,费款所属期,缴费基数,个人缴费金额,单位缴费金额";
    private static readonly YearMonth June = new(2021, 6);
    private static readonly CitizenId Ann = Town.Person(1), Bob = Town.Person(2), Cai = Town.Person(3), Dan = Town.Person(4);
    private static readonly CitizenId[] Crowd = [.. Enumerable.Range(1955, 14).SelectMany(year => Enumerable.Range(1, 900).Select(number => Town.Person(number, year)))];

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("large");
    private Town town = null!;

    [SetUp]
    public async Task FoundAsync() => town = await Town.FoundAsync();

    [TearDown]
    public async Task LeaveAsync()
    {
        await town.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Test]
    public async Task A_death_that_the_second_file_corrects_is_judged_as_corrected_in_the_third()
    {
        IEnumerable<string> enrolled = Crowd.Select(p => $"某人,{p.Full()},新参保,2020-01-01,");
        string first = Write("persons-1.csv", PersonsHeader, enrolled.Concat(
            [$"某人,{Ann.Full()},死亡,2021-04-10,", $"某人,{Bob.Full()},死亡,2021-04-10,", $"某人,{Cai.Full()},新参保,2021-08-01,"]));
        string second = Write("persons-2.csv", PersonsHeader, enrolled.Append($"某人,{Ann.Full()},死亡,2021-07-02,"));
        string third = Write("payroll.csv", PayrollHeader, new[] { Ann, Bob, Cai, Dan }.Concat(Crowd).Select(p => $"E1,单位E1,某人,{p.Full()},2021-06,5000.00,100.00,400.00"));
        IReadOnlyList<FileOutcome> outcomes = await ImportAsync(first, second, third);
        Assert.Multiple(() =>
        {
            Assert.That((outcomes[0].Accepted, outcomes[0].Rejected), Is.EqualTo((12_603, 0)));
            Assert.That((outcomes[1].Accepted, outcomes[1].Unchanged), Is.EqualTo((1, 12_600)));
            // Ann died after the month; Dan is met here for the first time.
            Assert.That((outcomes[2].Accepted, outcomes[2].Rejected), Is.EqualTo((12_602, 2)));
            Assert.That(outcomes[2].Rejections.Select(r => (r.Row, r.Code)), Is.EqualTo(new[] { (3, "AFTER_DEATH"), (4, "BEFORE_ENROLMENT") }));
        });
        Assert.That(await town.Database.ScalarAsync<long>($"SELECT count(*) FROM {Town.Schema.Name}.person"), Is.EqualTo(12_604));
        Assert.That(await town.Database.ScalarAsync<long>($"SELECT count(*) FROM {Town.Schema.Name}.employer"), Is.EqualTo(1));
        await town.AssertCleanAsync();
    }

    private async Task<IReadOnlyList<FileOutcome>> ImportAsync(params string[] paths)
    {
        Area area = await town.AreaAsync();
        return await new Importer(area, SystemClock.Instance, IntakeLimits.Default).ImportAsync(
            paths, new ImportRequest(June, SubmissionKind.Regular, false, "operator"), null, CancellationToken.None);
    }

    private string Write(string name, string header, IEnumerable<string> rows)
    {
        string path = Path.Combine(folder.FullName, name);
        File.WriteAllLines(path, rows.Prepend(header));
        Assert.That(new FileInfo(path).Length, Is.GreaterThan(512 * 1024), "small files share a transaction and hold nothing");
        return path;
    }
}

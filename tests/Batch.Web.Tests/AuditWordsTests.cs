using System.CommandLine;
using System.Text.RegularExpressions;
using Batch.Host;
using Batch.Host.Verbs;
using Batch.Host.Web;
using Batch.Testing;
using NUnit.Framework;

namespace Batch.Web.Tests;

/// <summary>Every act that the audit log can hold, from the code itself: each has words of its own in both languages.</summary>
public sealed partial class AuditWordsTests
{
    private TestHost host = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => host = await TestHost.StartAsync(demo: true);

    [OneTimeTearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    private string[] Requests => [.. EveryAct.ActsOf(host.App).Where(a => !a.Contains("/hangfire", StringComparison.Ordinal) && !a.Contains("/jobs/engine", StringComparison.Ordinal))];

    private static string[] Verbs
    {
        get
        {
            Command root = new("batch");
            AllVerbs.Create().ToList().ForEach(root.Add);
            return [.. Below(root).Where(v => v.IsRecorded).Select(VerbActs.NameOf)];
        }
    }

    // What stands in the sources as an act that is written: in SQL, in a page, in a verb.
    private static string[] Written
    {
        get
        {
            string[] files = [.. ((string[])["Batch.Host", "Batch.Jobs"]).SelectMany(p => Directory.EnumerateFiles(Path.Combine(BatchCli.Root, p), "*", SearchOption.AllDirectories))
                .Where(f => f.EndsWith(".cs", StringComparison.Ordinal) || f.EndsWith(".sql", StringComparison.Ordinal)).Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))];
            return [.. files.SelectMany(f => Act().Matches(File.ReadAllText(f)).Select(m => m.Groups[1].Value + m.Groups[2].Value)).Where(a => !a.EndsWith(' ')).Distinct().Order()];
        }
    }

    [Test]
    public void The_table_has_every_request_that_the_host_takes_and_no_other() => Assert.That(ActTable.Requests.Keys.Select(k => "POST " + k), Is.EquivalentTo(Requests));

    [Test]
    public void The_table_has_every_verb_that_is_recorded_and_no_other() => Assert.That(ActTable.Verbs.Keys, Is.EquivalentTo(Verbs));

    [Test]
    public void The_table_has_every_act_that_the_sources_write()
    {
        Assert.That(Written, Does.Contain("run.override").And.Contain("held.decide").And.Contain("user recover").And.Contain("schedule propose"), "found");
        // Made of two parts: the outcomes of a sign-in, the changes of a user, how a proposal ends.
        string[] parts = ["good", "wrong", "locking", "locked", "unknown"], changes = ["added", "roles", "password", "reset", "disabled", "enabled", "named"], ends = ["withdraw", "refuse"];
        Assert.That(ActTable.Done.Keys, Is.EquivalentTo(
            Written.Union(parts.Select(p => "sign-in " + p)).Union(changes.Select(c => "user " + c)).Union(ends.Select(e => "policy." + e)).Union(ends.Select(e => "schedule " + e))));
    }

    [Test]
    public void Every_act_has_words_in_both_languages_and_no_two_the_same()
    {
        string[] acts = [.. ActTable.Done.Keys, .. ActTable.Verbs.Keys.Select(v => VerbActs.Prefix + v), .. Requests.SelectMany(r => (string[])[r + " begun", r + " 200", r + " 409"])];
        (string Chinese, string English)[] words = [.. acts.Select(ActWords.Of)];
        Assert.That(words.Select(w => w.Chinese), Is.Unique);
        Assert.That(words.Select(w => w.English), Is.Unique);
        Assert.That(words.Select(w => w.Chinese), Has.All.Match(@"^\p{IsCJKUnifiedIdeographs}"));
        Assert.That(words.Select(w => w.English), Has.All.Match("^[ -~]+$"));
        Assert.That(words.Select(w => w.English), Has.None.Contains("unknown request"));
    }

    [Test]
    public void Every_act_belongs_to_exactly_one_group_of_the_filter()
    {
        string[] acts = [.. ActTable.Done.Keys, .. ActTable.Verbs.Keys.Select(v => VerbActs.Prefix + v), .. ActTable.Requests.Keys.Select(r => ActGroups.Post + r + " 200")];
        ILookup<string, string> groups = acts.SelectMany(a => ActGroups.All.Where(g => ActGroups.BeginningsOf(g.Code).Any(b => a.StartsWith(b, StringComparison.Ordinal))).Select(g => (a, g.Code)))
            .ToLookup(p => p.a, p => p.Code);
        Assert.That(acts.Where(a => groups[a].Count() != 1).Select(a => $"{a}: {string.Join(' ', groups[a])}"), Is.Empty);
        Assert.That(acts.Where(a => groups[a].Single() == "run"), Is.SupersetOf((string[])["run.reverse", "verb post", "POST /{code}/runs/{run} Approve 200", "POST /api/v1/runs/{run}/post 200"]));
    }

    [TestCase("POST /api/v1/runs/{run}/approve 200", "run=3", "复核批次（接口，已答复）", "批次 3", "run 3")]
    [TestCase("POST /api/v1/runs/{run}/post 202", "run=3", "批次入账（接口，已答复）", "批次 3", "run 3")]
    [TestCase("held.decide", "1:5 take", "决定待定行", "采用报送 1 第 5 行", "row 5 of submission 1 taken")]
    [TestCase("held.decide", "1:21 withdraw", "决定待定行", "不采用报送 1 第 21 行", "row 21 of submission 1 withdrawn")]
    [TestCase("run.reverse", "3 4", "计算冲正批次", "批次 3，冲正为批次 4", "run 3, reversed by run 4")]
    [TestCase("verb post", "3", "批次入账（命令行，已收到）", "批次 3", "run 3")]
    [TestCase("verb decide", "submission=1 row=5 take", "决定待定行（命令行，已收到）", "报送 1，行 5，采用", "submission 1, row 5, taken")]
    [TestCase("POST /{code}/runs 302", "month=2021-06", "计算批次（网页，已答复）", "月份 2021-06", "month 2021-06")]
    [TestCase("POST /{code}/uploads 302", "file=江城.xlsx", "上传文件（网页，已答复）", "文件 江城.xlsx", "file 江城.xlsx")]
    [TestCase("verb import", "month=2021-06 kind=supplementary", "导入文件（命令行，已收到）", "月份 2021-06，种类 补充", "month 2021-06, kind supplementary")]
    [TestCase("verb user roles", "li roles=reviewer", "改变角色（命令行，已收到）", "li，角色 复核", "li, roles reviewer")]
    [TestCase("threshold.set", "close-early-days=2", "设定阈值", "close-early-days=2", "close-early-days=2")]
    public void What_was_done_to_what_is_said_in_words(string act, string subject, string words, string chinese, string english)
    {
        Assert.That(ActWords.Of(act).Chinese, Is.EqualTo(words));
        Assert.That(ActSubjects.Of(act, subject), Is.EqualTo((chinese, english)));
    }

    [TestCase("take 1:5", "采用报送 1 第 5 行", "row 5 of submission 1 taken")]
    [TestCase("withdraw 1:21", "不采用报送 1 第 21 行", "row 21 of submission 1 withdrawn")]
    [TestCase("payroll 2021-06.csv", "payroll 2021-06.csv", "payroll 2021-06.csv")]
    public void A_decision_among_the_submissions_has_words_and_a_file_its_name(string name, string chinese, string english) => Assert.That(ActSubjects.FileName(name), Is.EqualTo((chinese, english)));

    private static IEnumerable<Verb> Below(Command command) => (command is Verb verb ? [verb] : Array.Empty<Verb>()).Concat(command.Subcommands.SelectMany(Below));

    [GeneratedRegex("""(?:AuditAsync\(|new Act\([^"()]*|Record(?:OfSystem)?Async\(database, )"([a-z][a-z .-]+)"|INSERT INTO batch\.audit \([^)]*\)\s+(?:SELECT|VALUES)[^'"]*?(?:right\(':area', 6\), )?'([a-z][a-z .-]+)'""")]
    private static partial Regex Act();
}

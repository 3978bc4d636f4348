using System.Globalization;
using Batch.Rules;
using NUnit.Framework;
using NodaTime;
using NodaTime.Text;

namespace Batch.Jobs.Tests.Tools;

/// <summary>The worked results agree with one another, with the files, and with the rules as Batch.Rules has them.</summary>
public sealed class CastTests
{
    private static readonly AreaPolicy Area = ShippedPolicies.Load("420100");

    private static IEnumerable<string> Names => Cast.Table("expected/balances.csv").Select(r => r["name"]);

    [Test]
    public void Every_file_is_a_step_and_every_step_has_its_files()
    {
        IEnumerable<string> steps = Cast.Table("steps.csv").SelectMany(s => s["files"].Split('|', StringSplitOptions.RemoveEmptyEntries)).Distinct();
        IEnumerable<string> files = Directory.EnumerateDirectories(Cast.Folder, "20*").SelectMany(Directory.EnumerateFiles).Select(f => Path.GetRelativePath(Cast.Folder, f).Replace('\\', '/'));
        Assert.That(files, Is.EquivalentTo(steps));
    }

    [Test]
    public void The_rejects_that_the_steps_expect_are_listed()
    {
        ILookup<string, string> rejected = Cast.Table("expected/rejections.csv").ToLookup(r => r["file"], r => r["row"]);
        foreach (Dictionary<string, string> step in Cast.Table("steps.csv").Where(s => s["action"] == "import" && !s["expect"].StartsWith("refused", StringComparison.Ordinal)))
        {
            int rows = step["files"].Split('|').Sum(f => rejected[f].Distinct().Count());
            Assert.That(step["expect"], Does.EndWith($"rejected={rows}"), step["files"]);
        }
    }

    [TestCaseSource(nameof(Names))]
    public void Each_month_is_credited_as_worked_by_hand(string name)
    {
        foreach (Dictionary<string, string> row in Cast.Table("expected/entitlements.csv").Where(r => r["name"] == name && r["standing"] != "dead"))
        {
            YearMonth month = Month(row["contributionMonth"]);
            bool active = row["standing"] == "active";
            Money own = Money.FromYuan(row.Yuan("own"));
            Money all = Money.FromYuan(row.Yuan("account") + row.Yuan("pool") + row.Yuan("other"));
            Shares shares = Assessment.Assess(Area.For(month, []), new PersonMonth
            {
                Standing = active ? Standing.Active : Standing.Retired,
                Birth = LocalDatePattern.CreateWithInvariantCulture("yyyyMMdd").Parse(row["id"][6..14]).Value,
                Category = "unit",
                Base = Money.FromYuan(row.Yuan("base")),
                PersonPaid = own,
                EmployerPaid = all - own,
                PensionMonth = active ? null : Money.FromYuan(row.Yuan("base")),
            });
            Assert.That((shares.Account.Yuan, shares.Pool.Yuan), Is.EqualTo((row.Yuan("account"), row.Yuan("pool"))), row["working"]);
            Assert.That(row.Yuan("own") + row.Yuan("share") + row.Yuan("retiree"), Is.EqualTo(row.Yuan("account")), row["working"]);
        }
    }

    [TestCaseSource(nameof(Names))]
    public void Coverage_folds_as_worked_by_hand(string name)
    {
        Dictionary<string, string> expected = Cast.Table("expected/coverage.csv").Single(r => r["name"] == name);
        List<Dictionary<string, string>> changes = [.. Directory.EnumerateFiles(Cast.Folder, "persons.csv", SearchOption.AllDirectories)
            .SelectMany(f => Cast.Table(Path.GetRelativePath(Cast.Folder, f))).Where(r => r["姓名"] == name)];
        List<Dictionary<string, string>> months = [.. Cast.Table("expected/entitlements.csv").Where(r => r["name"] == name)];
        int earlier = name switch { "罗建国" => 120, "任海棠" => 36, _ => 0 };
        YearMonth? died = changes.Where(c => c["变更类型"] == "死亡").Select(c => (YearMonth?)Month(c["变更日期"][..7])).SingleOrDefault();
        YearMonth? retired = months.Where(m => m["standing"] == "retired").Select(m => (YearMonth?)Month(m["contributionMonth"])).Min();

        Coverage coverage = Coverage.Fold(
            new CoverageOpening(earlier, 0, null), months.Where(m => m["standing"] == "active").Select(m => Month(m["contributionMonth"])),
            retired, died, new YearMonth(2022, 2), Area.For(new YearMonth(2022, 2), []));

        string breaks = string.Join('|', coverage.Breaks.Select(b => $"{Text(b.From)}..{Text(b.To)}:{b.Months}:{b.Class}"));
        string suspended = coverage.SuspendedFrom is { } from ? Text(from) : "";
        Assert.That(
            (coverage.Continuous.ToString(CultureInfo.InvariantCulture), coverage.Accumulated.ToString(CultureInfo.InvariantCulture), breaks, suspended),
            Is.EqualTo((expected["continuous"], expected["accumulated"], expected["breaks"], expected["suspendedFrom"])), expected["working"]);
    }

    [Test]
    public void Postings_add_up_to_entitlements_months_and_balances()
    {
        List<Dictionary<string, string>> postings = Cast.Table("expected/postings.csv");
        string[] legs = ["account", "pool", "other"];
        var posted = postings.GroupBy(p => (p["id"], p["contributionMonth"])).ToDictionary(g => g.Key, g => legs.Select(l => g.Sum(p => p.Yuan(l))).ToArray());
        var entitled = Cast.Table("expected/entitlements.csv").ToDictionary(r => (r["id"], r["contributionMonth"]), r => legs.Select(l => r.Yuan(l)).ToArray());
        Assert.That(posted.Where(p => p.Value.Any(v => v != 0)), Is.EquivalentTo(entitled));

        foreach (Dictionary<string, string> month in Cast.Table("expected/months.csv"))
        {
            List<Dictionary<string, string>> own = [.. postings.Where(p => p["postingMonth"] == month["postingMonth"])];
            decimal[] sums = [own.Count, own.DistinctBy(p => p["id"]).Count(), .. new[] { "account", "personPaid", "employerPaid", "pool", "other" }.Select(l => own.Sum(p => p.Yuan(l)))];
            decimal[] told = [.. new[] { "entries", "people", "credited", "personPaid", "employerPaid", "pool", "other" }.Select(month.Yuan)];
            Assert.That(sums, Is.EqualTo(told), month["postingMonth"]);
            Assert.That(told[2] + told[5] + told[6], Is.EqualTo(told[3] + told[4]), month["postingMonth"]);
        }

        foreach (Dictionary<string, string> balance in Cast.Table("expected/balances.csv"))
        {
            List<Dictionary<string, string>> own = [.. postings.Where(p => p["id"] == balance["id"])];
            Assert.That(own.Sum(p => p.Yuan("account")), Is.EqualTo(balance.Yuan("at2022-02-28")), balance["name"]);
            Assert.That(own.Where(p => p["postingMonth"].StartsWith("2021", StringComparison.Ordinal)).Sum(p => p.Yuan("account")), Is.EqualTo(balance.Yuan("at2021-12-31")), balance["name"]);
        }
    }

    private static YearMonth Month(string text) => YearMonthPattern.Iso.Parse(text).Value;

    private static string Text(YearMonth month) => YearMonthPattern.Iso.Format(month);
}

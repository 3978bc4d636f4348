using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Runs;
using Batch.Jobs.Store;
using Batch.Jobs.Tools;
using Batch.Rules;
using Batch.Testing;
using NUnit.Framework;
using NodaTime;

namespace Batch.Web.Tests;

/// <summary>
/// Every channel asks about everybody of the cast, about foreigners with each kind of document, about a family's payer and member, and about accounts that are frozen,
/// closed, below zero or spent from; the whole answer is held against what the channel may be told, which stands here a second time.
/// </summary>
public sealed partial class ChannelTests
{
    private const string Area = "420100";
    private const string Operator = "operator";
    private const string Reviewer = "reviewer";
    private static readonly YearMonth March = new(2022, 3);
    private static readonly string Folder = Path.Combine(BatchCli.Root, "data-samples", Area);

    private static readonly string[] Amount = ["balance", "asOf", "lastCredit", "lastCredit.month", "lastCredit.postingMonth", "lastCredit.amount", "reason", "reasonEn"];
    private static readonly string[] Record = ["record", "record[].month", "record[].postingMonth", "record[].personPaid", "record[].employerPaid", "record[].amount"];

    // Without an amount of a month, from which the wage or the pension follows.
    private static readonly string[] Months = ["balance", "asOf", "lastCredit", "lastCredit.month", "lastCredit.postingMonth", "reason", "reasonEn"];

    private static readonly string[] Lines =
    [
        "reasonLines", "reasonLines[].component", "reasonLines[].amount", "reasonLines[].rate", "reasonLines[].base", "reasonLines[].clause", "reasonLines[].steps", "reasonLines[].steps[]",
        "reasonLines[].stepsEn", "reasonLines[].stepsEn[]", "reasonLines[].source",
    ];

    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["counter"] = [.. Amount, .. Lines, .. Record, "holder", "holder.id", "holder.name"],
        ["kiosk"] = [.. Amount, .. Lines, .. Record, "holder", "holder.id", "holder.name"],
        ["app"] = [.. Amount, .. Lines, .. Record],
        ["mini-program"] = [.. Months, "record", "record[].month", "record[].postingMonth"],
        ["hotline"] = [.. Months, "text"],
        ["bank"] = ["usable"],
        ["pharmacy"] = ["usable"],
    };

    // Born on 1985-07-01. The first one's card tells it, the other documents do not. The first one's account pays for 白露, and for a mother without an account.
    private static readonly (string Name, string Id)[] Foreigners = [("永居新", "931840198507010110"), ("永居旧", "USA310085070101"), ("护照", "E12345678")];
    private static readonly string Mother = CitizenId.FromDigits17(42_017_219_500_615_001L).Full();

    private readonly Dictionary<(string Channel, string Name), JsonElement> told = [];
    private readonly Dictionary<string, string> numbers = [];
    private TestHost host = null!;

    [OneTimeSetUp]
    public async Task AskEverythingAsync()
    {
        host = await TestHost.StartAsync(areas: Area);
        Area area = await Jobs.Store.Area.OpenAsync(host.Database.Connection, Area, default);
        await foreach (SampleOutcome outcome in new SampleRun(area, Folder, SystemClock.Instance).RunAsync(default))
        {
            Assert.That(outcome.IsAsExpected, $"step {outcome.Step.Number}: {outcome.Came}");
        }

        foreach (string[] row in (await File.ReadAllLinesAsync(Path.Combine(Folder, "expected", "balances.csv"))).Skip(1).Select(l => l.Split(',')))
        {
            numbers.Add(row[0], row[1]);
        }

        Array.ForEach(Foreigners, f => numbers.Add(f.Name, f.Id));
        await LiveOnAsync(area);
        foreach (string channel in Allowed.Keys)
        {
            using HttpClient machine = host.Machine(await host.AddKeyAsync("asks-" + channel, "inquiry:" + channel));
            foreach ((string name, string id) in numbers)
            {
                using HttpResponseMessage answer = await machine.PostAsJsonAsync($"inquiries/{channel}", new { id });
                Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), $"{channel} {name} {await answer.Content.ReadAsStringAsync()}");
                told.Add((channel, name), await TestHost.JsonAsync(answer));
            }
        }
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await host.DisposeAsync();

    [Test]
    public void Each_channel_is_told_its_fields_and_no_other_about_everybody() => Assert.Multiple(() =>
    {
        foreach (((string channel, string name), JsonElement answer) in told)
        {
            string[] fields = [.. Leaves(answer, "").Select(l => l.Path).Distinct()];
            Assert.That(fields.Except(Allowed[channel]), Is.Empty, $"{channel} {name}");
            Assert.That(answer.EnumerateObject().Select(p => p.Name), Is.EquivalentTo(Allowed[channel].Where(p => !p.Contains('.', StringComparison.Ordinal) && !p.Contains('['))), $"{channel} {name}");
        }
    });

    [Test]
    public void A_reason_that_is_told_by_its_kind_has_no_figure_and_nothing_of_wage_pension_age_or_employer() => Assert.Multiple(() =>
    {
        foreach (((string channel, string name), JsonElement answer) in told.Where(t => t.Key.Channel is "hotline" or "mini-program"))
        {
            string reason = $"{answer.GetProperty("reason")} {answer.GetProperty("reasonEn")}";
            Assert.That(reason, Does.Not.Match(@"[\d%]").And.Not.Match(Secret().ToString()), $"{channel} {name}");
            Assert.That(reason, Does.Match(@"\p{IsCJKUnifiedIdeographs}{4}"), $"{channel} {name}");
        }
    });

    [Test]
    public void What_is_read_out_has_months_and_the_balance_alone() => Assert.Multiple(() =>
    {
        foreach ((string name, JsonElement answer) in told.Where(t => t.Key.Channel == "hotline").Select(t => (t.Key.Name, t.Value)))
        {
            string text = answer.GetProperty("text").GetString()!;
            Assert.That(MonthText().Replace(text, ""), Does.Not.Match(@"[\d%]").And.Not.Match(Secret().ToString()), name);
            Assert.That(Spoken().Count(text), Is.EqualTo(1), $"{name}: {text}");
        }
    });

    [Test]
    public async Task No_channel_that_is_told_less_has_a_value_that_is_a_wage_a_pension_a_birth_date_or_a_rate()
    {
        foreach ((string name, string id) in numbers)
        {
            Assert.That(CitizenId.TryParse(id, new LocalDate(2022, 3, 31), out CitizenId document), Is.EqualTo(CitizenIdFault.None));
            string[] born = document.TellsBirth ? [id[6..14], $"{id[6..10]}-{id[10..12]}-{id[12..14]}"] : ["19850701", "1985-07-01"];
            string[] secrets = (await host.Database.ScalarAsync<string>(
                $"""
                WITH p AS (SELECT person_id FROM area_420100.person WHERE citizen = {document.Digits17})
                SELECT concat_ws(' ', (SELECT string_agg(DISTINCT to_char(base_fen / 100.0, 'FM9999990.00'), ' ') FROM area_420100.contribution JOIN p USING (person_id)),
                    (SELECT string_agg(DISTINCT to_char(f / 100.0, 'FM9999990.00'), ' ') FROM area_420100.pension JOIN p USING (person_id),
                        unnest(ARRAY[prior_year_fen, this_year_fen, month_fen]) f WHERE f > 0))
                """)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.That(secrets, Is.Not.Empty, name);
            foreach (string channel in (string[])["hotline", "mini-program", "bank", "pharmacy"])
            {
                string[] values = [.. Leaves(told[(channel, name)], "").Select(l => l.Value).Where(v => v.Length > 0)];
                Assert.That(values.Intersect([.. secrets, id, .. born, "0.02", "0.011", "0.014", "0.017", "0.048", "0.051"]), Is.Empty, $"{channel} {name}");
            }
        }
    }

    // 160.00 paid at 2 % is a wage of 8000.00. The balance and what can be spent are sums, and are what is asked for.
    [Test]
    public async Task No_channel_that_is_told_less_has_an_amount_of_a_month()
    {
        foreach ((string name, string id) in numbers)
        {
            CitizenId.TryParse(id, new LocalDate(2022, 3, 31), out CitizenId document);
            string[] amounts = (await host.Database.ScalarAsync<string>(
                $"""
                WITH p AS (SELECT person_id FROM area_420100.person WHERE citizen = {document.Digits17})
                SELECT concat_ws(' ', 'none', (SELECT string_agg(DISTINCT to_char(f / 100.0, 'FM9999990.00'), ' ') FROM area_420100.contribution JOIN p USING (person_id),
                        unnest(ARRAY[person_paid_fen, employer_paid_fen]) f),
                    (SELECT string_agg(DISTINCT to_char(account_fen / 100.0, 'FM9999990.00'), ' ') FROM area_420100.entry e JOIN area_420100.account a USING (account_id) JOIN p ON p.person_id = a.person_id))
                """)).Split(' ');
            Assert.That(amounts, Has.Length.GreaterThan(1), name);
            foreach (string channel in (string[])["hotline", "mini-program", "bank", "pharmacy"])
            {
                string[] values = [.. Leaves(told[(channel, name)], "").Where(l => l.Path is not ("balance" or "usable")).Select(l => l.Value)];
                Assert.That(values.Intersect(amounts.Where(a => a != "0.00")), Is.Empty, $"{channel} {name}");
            }
        }
    }

    // Balances of February by expected/balances.csv, then what LiveOnAsync does.
    [TestCase("高晓禾", "3640.00", TestName = "Of_an_open_account_all_is_usable")]
    [TestCase("白露", "1807.30", TestName = "What_was_there_before_a_break_stays_usable")]
    [TestCase("贺兰芝", "2486.40", TestName = "Held_rows_change_nothing")]
    [TestCase("钱伯年", "4403.42", TestName = "So_of_somebody_retired")]
    [TestCase("罗建国", "4592.50", TestName = "A_spending_that_waits_to_be_posted_is_gone_already")]      // 4693.00 - 100.50
    [TestCase("苏晚晴", "0.00", TestName = "Nothing_of_a_frozen_account_is_usable")]
    [TestCase("陆青松", "0.00", TestName = "Nothing_of_a_closed_account_is_usable")]
    [TestCase("魏明珠", "0.00", TestName = "Nothing_below_zero_is_usable")]                                 // 3758.30 - 5000.00
    [TestCase("方大伟", "0.00", TestName = "Nothing_is_usable_after_a_death")]
    // 36 years old in March: 8000 x (2 % + 1.4 %) = 272.00; 20.00 and 5.00 of it were spent for the two members.
    [TestCase("护照", "272.00", TestName = "Of_a_foreigners_account_all_is_usable")]
    [TestCase("永居新", "247.00", TestName = "What_was_spent_for_the_family_is_gone")]
    public void A_pharmacy_and_a_bank_are_told_what_can_be_spent(string name, string usable) => Assert.Multiple(() =>
    {
        Assert.That(told[("pharmacy", name)].GetProperty("usable").GetString(), Is.EqualTo(usable));
        Assert.That(told[("bank", name)].GetProperty("usable").GetString(), Is.EqualTo(usable));
    });

    [TestCase("魏明珠", "-1241.70", "负一千二百四十一元七角")]
    [TestCase("高晓禾", "3640.00", "三千六百四十元整")]
    public void The_hotline_is_told_the_posted_balance(string name, string balance, string spoken)
    {
        Assert.That(told[("hotline", name)].GetProperty("balance").GetString(), Is.EqualTo(balance));
        Assert.That(told[("hotline", name)].GetProperty("text").GetString(), Does.Contain(spoken));
    }

    [TestCase("苏晚晴", "已冻结", false)]
    [TestCase("陆青松", "已停止使用", false)]
    [TestCase("方大伟", "已停止使用", false)]
    [TestCase("高晓禾", "仍可使用", true)]
    public void Only_of_an_open_account_it_is_said_that_it_can_be_used(string name, string said, bool usable)
    {
        string text = told[("hotline", name)].GetProperty("text").GetString()!;
        Assert.That(text, Does.Contain(said));
        Assert.That(text.Contains("可使用", StringComparison.Ordinal), Is.EqualTo(usable));
    }

    [Test]
    public void A_foreigner_is_shown_by_the_mask_of_the_document_and_told_no_birth_date() => Assert.Multiple(() =>
    {
        foreach ((string channel, string name, string id) in Allowed.Keys.SelectMany(c => Foreigners.Select(f => (c, f.Name, f.Id))))
        {
            JsonElement answer = told[(channel, name)];
            Assert.That(answer.ToString(), Does.Not.Contain(id).And.Not.Contain("1985"), $"{channel} {name}");
            if (Allowed[channel].Contains("holder"))
            {
                Assert.That(answer.GetProperty("holder").GetProperty("id").GetString(), Does.StartWith(id[..2]).And.EndWith(id[^1..]).And.Contain("****"), $"{channel} {name}");
                Assert.That(answer.GetProperty("holder").GetProperty("name").GetString(), Is.EqualTo(name[..1] + "*"));
            }
        }
    });

    // The member has an account of her own, and is told that one; of the account that pays for her she learns nothing, nor its holder of hers.
    [Test]
    public void A_family_member_is_told_nothing_of_the_account_that_pays_and_the_holder_nothing_of_the_member() => Assert.Multiple(() =>
    {
        foreach (string channel in Allowed.Keys)
        {
            string member = told[(channel, "白露")].ToString(), payer = told[(channel, "永居新")].ToString();
            Assert.That(Leaves(told[(channel, "白露")], "").Select(l => l.Value).Intersect(["272.00", "247.00", "20.00", "-20.00", "25.00", "-25.00"]), Is.Empty, channel);
            Assert.That(member, Does.Not.Contain("永").And.Not.Contain("9318"), channel);
            Assert.That(payer, Does.Not.Contain(numbers["白露"]).And.Not.Contain(numbers["白露"][..6]).And.Not.Contain("白").And.Not.Contain(Mother[..6]).And.Not.Contain("1807.30"), channel);
        }
    });

    [Test]
    public async Task A_member_without_an_account_is_answered_as_nobody_is()
    {
        foreach (string channel in Allowed.Keys)
        {
            using HttpClient machine = host.Machine(await host.AddKeyAsync("asks-again-" + channel, "inquiry:" + channel));
            List<string> answers = [];
            foreach (string id in (string[])[Mother, CitizenId.FromDigits17(42_017_219_500_615_002L).Full()])
            {
                using HttpResponseMessage answer = await machine.PostAsJsonAsync($"inquiries/{channel}", new { id });
                answers.Add($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            }

            Assert.That(answers.Distinct(), Has.Exactly(1).StartsWith("404").And.Exactly(1).Contains("PERSON_UNKNOWN"), channel);
        }
    }

    [TestCase("钱伯年", "按退休人员的规定划入。")]
    [TestCase("护照", "按当月缴费划入。")]
    [TestCase("高晓禾", "按当月缴费划入。")]
    public void The_kind_of_the_reason_is_that_of_the_person(string name, string reason) =>
        Assert.That(told[("hotline", name)].GetProperty("reason").GetString(), Is.EqualTo(reason));

    /// <summary>Every value with the way to it, and the objects and lists on the way.</summary>
    private static IEnumerable<(string Path, string Value)> Leaves(JsonElement of, string path) => of.ValueKind switch
    {
        JsonValueKind.Object => of.EnumerateObject().SelectMany(p => Leaves(p.Value, path.Length == 0 ? p.Name : $"{path}.{p.Name}")).Concat(path.Length == 0 ? [] : [(path, "")]),
        JsonValueKind.Array => of.EnumerateArray().SelectMany(e => Leaves(e, path + "[]")).Where(l => !l.Path.EndsWith("[]", StringComparison.Ordinal) || l.Value.Length > 0).Append((path, "")),
        JsonValueKind.Null => [(path, "")],
        _ => [(path, of.ToString())],
    };

    [GeneratedRegex("基数|费率|年龄|周岁|养老金|工资|单位|出生|base|rate|age\\b|wage|pension|employer", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();

    [GeneratedRegex(@"\d{4}年\d{1,2}月")]
    private static partial Regex MonthText();

    [GeneratedRegex("[零一二三四五六七八九十百千万]+(元|角|分)[零一二三四五六七八九角分整]*")]
    private static partial Regex Spoken();
}

using NodaTime;
using NUnit.Framework;

namespace Batch.Rules.Tests;

/// <summary>The hash of a month's slice: same meaning, same hash.</summary>
public sealed class CanonicalPolicyTests
{
    private static readonly YearMonth June = new(2021, 6);

    [Test]
    public void The_canonical_json_of_Wuhan_in_June_2021_is_as_the_documentation_prints_it() => Assert.That(TestPolicies.June2021.CanonicalJson, Is.EqualTo(
        "{\"ageOn\":\"2021-06-01\",\"area\":\"420100\",\"arrears\":{\"ageOn\":\"accrual\",\"credited\":\"yes\"},"
        + "\"break\":{\"long\":{\"accumulated\":\"zero\",\"continuous\":\"restart\"},\"longFromMonths\":3,\"short\":{\"accumulated\":\"keep\",\"continuous\":\"restart\"}},"
        + "\"categories\":{\"unit\":{\"active\":{\"account\":true,\"employerPays\":\"0.08\",\"own\":\"whole\",\"personPays\":\"0.02\","
        + "\"share\":[{\"from\":0,\"rate\":\"0.011\",\"to\":35},{\"from\":36,\"rate\":\"0.014\",\"to\":45},{\"from\":46,\"rate\":\"0.017\",\"to\":150}]},"
        + "\"retired\":{\"credit\":\"pension-rate\",\"floor\":\"5861.6\",\"pension\":[\"prior-year\",\"this-year\",\"month\"],"
        + "\"tiers\":[{\"from\":0,\"rate\":\"0.048\",\"to\":70},{\"from\":71,\"rate\":\"0.051\",\"to\":150}]}}},"
        + "\"creditOn\":\"receipt\",\"deathMonthCredited\":true,\"firstMonthOffset\":0,\"insuranceYearFrom\":1,"
        + "\"interest\":{\"carriedOver\":\"0.011\",\"currentYear\":\"0.0035\"},\"month\":\"2021-06\",\"resumptionOffset\":0,\"retirementOffset\":1,"
        + "\"rhythm\":\"monthly\",\"rounding\":\"half-up\",\"suspendedAfterMonths\":1,\"twoEmployers\":\"hold\",\"unknownPeople\":\"register\"}"));

    [TestCase("{over: 35, up-to: 45, => {from: 36, under: 46,", TestName = "Bounds written from the other side mean the same")]
    [TestCase("rate: 1.1 % => rate: 1.10 %", TestName = "A trailing zero means the same")]
    [TestCase("name: 武汉市 => name: 武汉", TestName = "A name decides no amount")]
    [TestCase("  WX: m.wuhanx.com => #\n  WX: m.wuhanx.com", TestName = "A comment decides no amount")]
    [TestCase("value: 7800.00 yuan => value: 9000 yuan", TestName = "A figure of another month decides nothing of this one")]
    [TestCase("amount: 83 yuan => amount: 84 yuan", TestName = "Another version decides nothing of this one")]
    [TestCase("value: 7327 yuan/month, ref: WX, grade: B => value: 7327.0 yuan/month, ref: INS, grade: C", TestName = "A reference decides no amount")]
    [TestCase("- {over: 45, rate: 1.7 %} => - {over: 45, up-to: 60, rate: 1.7 %}\n              - {over: 60, rate: 1.7 %}", TestName = "Neighbouring tiers of one rate are one tier")]
    [TestCase("active: {open: 2023-02 以前灵活就业人员是否划入，来源未载明} => active: {open: 未知}", TestName = "What is left open is left open in any words")]
    public void Same_meaning_same_hash(string change) =>
        Assert.That(TestPolicies.WuhanWith(change).For(June, []).Hash, Is.EqualTo(TestPolicies.June2021.Hash));

    [TestCase("rate: 1.1 % => rate: 1.2 %")]
    [TestCase("{up-to: 35, rate: 1.1 %} => {under: 35, rate: 1.1 %}; {over: 35, => {from: 35,")]
    [TestCase("value: 7327 yuan => value: 7328 yuan")]
    [TestCase("rounding: half-up => rounding: half-even")]
    [TestCase("long-from-months: 3 => long-from-months: 4")]
    [TestCase("rate: 8 % => rate: 7 %")]
    [TestCase("of: average-wage => of: average-wage, if-missing: yes")]
    [TestCase("credit-on: receipt => credit-on: declaration")]
    [TestCase("[prior-year-average, this-year-average, month] => [prior-year-average, month]")]
    public void Another_meaning_another_hash(string change) =>
        Assert.That(TestPolicies.WuhanWith(change).For(June, []).Hash, Is.Not.EqualTo(TestPolicies.June2021.Hash));

    [Test]
    public void A_figure_given_as_the_file_has_it_changes_nothing() =>
        Assert.That(TestPolicies.Wuhan.For(June, [new DatedFigure("average-wage", June, 7327.00m, "文号")]).Hash, Is.EqualTo(TestPolicies.June2021.Hash));

    [Test]
    public void The_hash_is_the_SHA_256_of_the_json() => Assert.That(
        TestPolicies.June2021.Hash,
        Is.EqualTo(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(TestPolicies.June2021.CanonicalJson)))));
}

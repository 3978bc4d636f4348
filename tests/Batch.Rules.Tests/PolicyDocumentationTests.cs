using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Batch.Rules.Tests;

/// <summary>The page for policy officers names every key, every word and every fault, and prints the JSON as it is.</summary>
public sealed partial class PolicyDocumentationTests
{
    private static readonly string Rules = Path.Combine(Root(), "Batch.Rules");

    private static readonly string Page = File.ReadAllText(Path.Combine(Rules, "Policies", "README.md"));

    [Test]
    public void Every_fault_is_listed() =>
        Assert.That(Sources().SelectMany(s => FaultCode().Matches(s)).Select(m => m.Groups[1].Value).Distinct().Where(code => !Page.Contains($"`{code}`", StringComparison.Ordinal)), Is.Empty);

    [Test]
    public void Every_listed_fault_exists() =>
        Assert.That(ListedCode().Matches(Page).Select(m => m.Groups[1].Value).Distinct().Where(code => !Sources().Any(s => s.Contains($"\"{code}\"", StringComparison.Ordinal))), Is.Empty);

    [Test]
    public void Every_key_of_a_shipped_file_is_described() =>
        Assert.That(
            ShippedPolicies.Areas.SelectMany(a => Key().Matches(Body(a)).Select(m => m.Groups[1].Value).Except(Categories(a))).Distinct().Where(key => !Regex.IsMatch(Page, $@"[`{{ ,]{key}[`:,}}]")),
            Is.Empty);

    [Test]
    public void Every_word_is_described() => Assert.That(
        new[] { Words.All<AgeReference>(), Words.All<Rounding>(), Words.All<CreditOn>(), Words.All<Rhythm>(), Words.All<UnknownPeople>(), Words.All<TwoEmployers>(), Words.All<BreakEffect>(),
            Words.All<ArrearsCredited>(), Words.All<ArrearsAge>(), Words.All<ShortOfYears>(), Words.All<CountedMonths>(), Words.All<BackPayment>(), Words.All<ProvisionalPension>(), Words.All<OwnCredit>(), Words.All<RateBase>(), Words.All<RetireeCredit>(), Words.All<PensionSource>(), Words.All<InterestOn>(), Words.All<ClosedAccount>(), Words.All<Relative>(), Words.All<SevereIllnessPays>(), Words.All<AdvanceOf>(), Words.All<AdvanceAges>(), Words.All<Grade>() }
            .SelectMany(w => w).Where(word => !Page.Contains($"`{word}`", StringComparison.Ordinal)),
        Is.Empty);

    [Test]
    public void The_json_is_printed_as_it_is() => Assert.That(Page, Does.Contain(TestPolicies.June2021.CanonicalJson));

    [Test]
    public void Every_file_is_named_by_its_area() =>
        Assert.That(Directory.GetFiles(Path.Combine(Rules, "Policies"), "*.yaml").Select(f => Path.GetFileName(f)[..6]).Order(), Is.EqualTo(ShippedPolicies.Areas));

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Batch.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException("Batch.sln");
    }

    private static IEnumerable<string> Sources() => Directory.GetFiles(Path.Combine(Rules, "Policy"), "*.cs").Select(File.ReadAllText);

    private static IEnumerable<string> Categories(string area) => ShippedPolicies.Load(area).Versions.SelectMany(v => v.Categories.Keys);

    /// <summary>A file without its sources, names of categories and sentences.</summary>
    private static string Body(string area)
    {
        string text = ShippedPolicies.Text(area);
        return Regex.Replace(text[text.IndexOf("\nversions:", StringComparison.Ordinal)..], "(open: |name: )[^}\n,]*", "$1");
    }

    [GeneratedRegex("\"([A-Z]+(?:_[A-Z]+)+)\"")]
    private static partial Regex FaultCode();

    [GeneratedRegex("`([A-Z]+(?:_[A-Z]+)+)`")]
    private static partial Regex ListedCode();

    [GeneratedRegex(@"(?<=[\s{])([a-z]+(?:-[a-z]+)*):(?=\s)")]
    private static partial Regex Key();
}

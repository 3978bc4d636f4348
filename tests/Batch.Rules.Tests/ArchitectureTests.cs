using System.Reflection;
using NUnit.Framework;

namespace Batch.Rules.Tests;

/// <summary>The rules stay pure: no I/O, clock, logging or database, and no floating-point number anywhere near an amount.</summary>
public sealed class ArchitectureTests
{
    private static readonly Assembly Rules = typeof(Assessment).Assembly;

    [Test]
    public void The_rules_know_NodaTime_and_the_YAML_reader_and_nothing_else() => Assert.That(
        Rules.GetReferencedAssemblies().Select(a => a.Name!).Where(n => !n.StartsWith("System.", StringComparison.Ordinal)), Is.SubsetOf(new[] { "NodaTime", "YamlDotNet" }));

    [Test]
    public void The_rules_open_no_file_connection_or_log() => Assert.That(
        Rules.GetReferencedAssemblies().Select(a => a.Name!),
        Has.None.Match("^System\\.(Net|Data|IO\\.FileSystem|Diagnostics\\.Process|Threading\\.Tasks)"));

    [Test]
    public void No_amount_or_rate_is_a_floating_point_number()
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        IEnumerable<Type> types = Rules.GetTypes().SelectMany(t => t.GetFields(All).Select(f => f.FieldType)
            .Concat(t.GetMethods(All).SelectMany(m => m.GetParameters().Select(p => p.ParameterType).Append(m.ReturnType))));
        Assert.That(types.Select(t => Nullable.GetUnderlyingType(t) ?? t), Has.None.EqualTo(typeof(double)).And.None.EqualTo(typeof(float)));
    }
}

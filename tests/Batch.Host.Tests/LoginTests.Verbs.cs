using System.CommandLine;
using System.Runtime.Versioning;
using System.Text.Json;
using Batch.Host.Access;
using Batch.Host.Verbs;
using Batch.Jobs.Store;
using Batch.Testing;
using NUnit.Framework;
using NodaTime;

namespace Batch.Host.Tests;

/// <summary>Every verb that takes the name of who acts.</summary>
public sealed partial class LoginTests
{
    [Test]
    public async Task Every_verb_that_takes_a_name_of_who_acts_has_it_proved()
    {
        await AddAsync("boss", UserRoles.Administrator);
        Command root = new("batch");
        AllVerbs.Create().ToList().ForEach(root.Add);
        string[] acting = [.. Verbs(root).Where(v => v.Options.Any(o => o.Name == "--by")).Select(LineOf)];
        Assert.That(acting, Has.Length.GreaterThan(25));
        long before = await database.ScalarAsync<long>("SELECT count(*) FROM batch.audit");
        List<string> unproved = [];
        foreach (string line in acting)
        {
            string code = await CodeInProcessAsync([.. line.Replace("FILE", Path.Combine(BatchCli.Root, "README.md"), StringComparison.Ordinal).Split(' '), "--by", "boss"]);
            if (code != "NOT_SIGNED_IN")
            {
                unproved.Add($"{line}: {code}");
            }
        }

        Assert.That(unproved, Is.Empty);
        Assert.That(await database.ScalarAsync<long>("SELECT count(*) FROM batch.audit"), Is.EqualTo(before));
    }

    private static IEnumerable<Verb> Verbs(Command command) => [.. command is Verb verb ? [verb] : Array.Empty<Verb>(), .. command.Subcommands.SelectMany(Verbs)];

    // One that the parser takes; whether it could be done is not asked.
    private static string LineOf(Verb verb) => VerbActs.NameOf(verb) is var name && Needed.TryGetValue(name, out string? more) ? $"{name} {more}" : name;

    private static readonly Dictionary<string, string> Needed = new()
    {
        ["import"] = "FILE --area 420100",
        ["fix-pack"] = "1 --area 420100 --out /tmp/batch-login-test",
        ["decide"] = "--area 420100 --submission 1 --row 2 --take --reason x",
        ["drop"] = "--area 420100 --dir /tmp",
        ["allocate"] = "--area 420100 --month 2021-01",
        ["interest"] = "--area 420100 --year 2021",
        ["approve"] = "1",
        ["post"] = "1",
        ["discard"] = "1",
        ["reverse"] = "1",
        ["close"] = "--area 420100 --month 2021-01",
        ["reopen"] = "--area 420100 --month 2021-01 --reason x",
        ["match propose"] = "--area 420100 --line 1 --receipt E1,2021-01,1 --reason x",
        ["match confirm"] = "1 --area 420100",
        ["match refuse"] = "1 --area 420100 --reason x",
        ["match undo"] = "1 --area 420100 --reason x",
        ["reconcile accept"] = "--area 420100 --month 2021-01 --all --reason x",
        ["reconcile withdraw"] = "--area 420100 --month 2021-01 --line 1 --reason x",
        ["refund propose"] = "--area 420100 --employer E1 --month 2021-01 --amount 1 --on 2021-01-28 --document x --reason x",
        ["refund confirm"] = "1 --area 420100",
        ["refund withdraw"] = "1 --area 420100 --reason x",
        ["refund cancel"] = "1 --area 420100 --on 2021-01-28 --document x --reason x",
        ["person rename"] = "--area 420100 --id 420100196801300793 --name x --on 2021-01-28 --document x --reason x",
        ["person join"] = "--area 420100 --id 420100196801300793 --other 420100197509150462 --on 2021-01-28 --document x --reason x",
        ["person part"] = "--area 420100 --id 420100196801300793 --other 420100197509150462 --rows 1:2 --on 2021-01-28 --document x --reason x",
        ["person undo"] = "1 --area 420100 --on 2021-01-28 --document x --reason x",
        ["person preview"] = "1 --area 420100",
        ["person list"] = "--area 420100",
        ["person approve"] = "1 --area 420100",
        ["person refuse"] = "1 --area 420100 --reason x",
        ["person withdraw"] = "1 --area 420100 --reason x",
        ["trace"] = "--area 420100 --line 1",
        ["sample"] = "--area 420100 --month 2021-01 --size 1",
        ["balance"] = "--id 420100196801300793",
        ["statement"] = "--id 420100196801300793",
        ["explain"] = "--id 420100196801300793 --month 2021-01",
        ["coverage"] = "--id 420100196801300793",
        ["family"] = "--id 420100196801300793",
        ["benefits"] = "--area 420100 --month 2021-01 --out /tmp/batch-login-test",
        ["report"] = "allocation --area 420100 --month 2021-01 --out /tmp/batch-login-test",
        ["export-journal"] = "--area 420100 --from 2021-01 --to 2021-01 --out /tmp/batch-login-test",
        ["threshold"] = "close-early-days=2 --area 420100",
        ["policy adopt"] = "FILE",
        ["policy set"] = "420100 average-wage=7800 --from 2022-01 --document x",
        ["policy figures"] = "420100 FILE --document x",
        ["policy approve"] = "29db7795104f",
        ["policy withdraw"] = "29db7795104f",
        ["policy refuse"] = "29db7795104f --reason x",
        ["schedule set"] = "420100 allocate --enabled true",
        ["schedule approve"] = "1",
        ["schedule withdraw"] = "1",
        ["schedule refuse"] = "1 --reason x",
        ["user add"] = "mine --roles administrator",
        ["user reset"] = "boss",
        ["user roles"] = "boss --roles operator",
        ["user describe"] = "boss --name x",
        ["user disable"] = "boss",
        ["user enable"] = "boss",
        ["user sign-out"] = "boss",
        ["key add"] = "mine --scopes files",
        ["key revoke"] = "mine",
    };
}

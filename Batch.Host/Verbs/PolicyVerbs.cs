using System.CommandLine;
using System.Text.Json.Nodes;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Host.Verbs;

/// <summary><c>policy check</c>: what the policy files say; <c>policy show</c>: what is in force, in the database where there is one.</summary>
internal static class PolicyVerbs
{
    private static readonly Argument<string?> Place = new("DIR")
    {
        Description = "政策文件或其目录；缺省为随产品提供的政策 / policy file or folder; default: the shipped ones",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Argument<string> Area = new("AREA") { Description = "统筹区代码 / pooling area" };
    private static readonly Option<YearMonth?> Month = VerbOptions.Month();

    public static Command Create()
    {
        Command policy = new("policy", "划入政策 / the areas' policies")
        {
            new Verb("check", "检查政策文件并验算其中示例", "prove policy files and compute their examples", CheckAsync) { Place },
            new Verb("show", "显示某月有效的政策", "what is in force in a month", ShowAsync) { Area, Month },
        };
        foreach (Command change in PolicyChangeVerbs.Create())
        {
            policy.Add(change);
        }

        return policy;
    }

    private static Task<int> CheckAsync(VerbCall call)
    {
        var results = Files(call.Get(Place))
            .Select(file => (file.Name, Faults: PolicyCheck.Check(file.Text, file.Name), Policy: Readable(file.Text, file.Name))).ToList();
        bool ok = results.TrueForAll(r => r.Faults.Count == 0);
        YearMonth until = new(call.Today.Year, 12);
        call.Output.Document(new
        {
            ok,
            files = results.Select(r => new
            {
                file = r.Name,
                area = r.Policy?.Area,
                name = r.Policy?.Name,
                ok = r.Faults.Count == 0,
                faults = r.Faults.Select(f => new { f.Line, f.Code, message = f.English, messageZh = f.Chinese }),
                open = (r.Policy?.Open ?? []).Select(o => o.Text),
                figures = r.Policy is null ? [] : FigureText.Documents(Gaps(r.Policy, until)),
                uncovered = (r.Policy?.Uncovered(FirstChecked(until), until) ?? []).Select(u => new { from = u.First, to = u.Last }),
            }),
        });
        foreach ((string name, IReadOnlyList<PolicyFault> faults, AreaPolicy? policy) in results)
        {
            call.Output.Line(faults.Count == 0 ? $"{name}: 通过 ok  {policy?.Area} {policy?.Name}" : $"{name}: {faults.Count} 处错误 faults");
            foreach (PolicyFault fault in faults)
            {
                call.Output.Line($"  {fault}");
            }

            if (policy is not null)
            {
                WriteGaps(call.Output, policy, until);
            }
        }

        return Task.FromResult(ok ? ExitCode.Done : ExitCode.Data);
    }

    // What has to be entered, and what the sources leave open: neither is a fault of the file.
    private static void WriteGaps(VerbOutput output, AreaPolicy policy, YearMonth until)
    {
        IReadOnlyList<(YearMonth First, YearMonth Last)> uncovered = [.. policy.Uncovered(FirstChecked(until), until)];
        if (uncovered.Count == 0)
        {
            output.Line($"  {FirstChecked(until).Text()} 至 {until.Text()} 每月都有政策。 {FirstChecked(until).Text()} to {until.Text()}: a policy in every month.");
        }

        foreach ((YearMonth first, YearMonth last) in uncovered)
        {
            output.Line($"  {first.Text()} 至 {last.Text()} 没有政策，不能计算。 {first.Text()} to {last.Text()}: no policy; nothing can be computed.");
        }

        foreach (FigureGap gap in Gaps(policy, until))
        {
            output.Line($"  {gap.Chinese} {gap.English}");
        }

        foreach (string open in policy.Open.Select(o => o.Text).Distinct())
        {
            output.Line($"  未定 open: {open}");
        }
    }

    private static IReadOnlyList<FigureGap> Gaps(AreaPolicy policy, YearMonth until) => policy.FigureGaps(FirstChecked(until), until, []);

    /// <summary>The last four years are checked, the present one to its end.</summary>
    private static YearMonth FirstChecked(YearMonth until) => new(until.Year - 3, 1);

    private static AreaPolicy? Readable(string text, string name)
    {
        try
        {
            return AreaPolicy.Parse(text, name);
        }
        catch (PolicyFaultException)
        {
            // Its faults are listed already.
            return null;
        }
    }

    private static IEnumerable<(string Name, string Text)> Files(string? place)
    {
        if (place is null)
        {
            return ShippedPolicies.Areas.Select(area => (ShippedPolicies.FileName(area), ShippedPolicies.Text(area)));
        }

        if (File.Exists(place))
        {
            return [(Path.GetFileName(place), File.ReadAllText(place))];
        }

        string[] files = Directory.Exists(place) ? [.. Directory.GetFiles(place, "*.yaml").Concat(Directory.GetFiles(place, "*.yml")).Order(StringComparer.Ordinal)] : [];
        return files.Length > 0
            ? files.Select(file => (Path.GetFileName(file), File.ReadAllText(file)))
            : throw VerbFault.OfUsage($"There is no policy file (.yaml) in {place}.", $"{place} 中没有政策文件（.yaml）。");
    }

    private static async Task<int> ShowAsync(VerbCall call)
    {
        string area = call.Need(Area);
        PolicyState? adopted = await AdoptedAsync(call, area);
        PolicyInForce inForce = adopted?.InForce ?? Shipped(area);
        IReadOnlyList<PolicyProposal> pending = adopted?.Pending ?? [];
        MonthPolicy policy = inForce.For(call.Need(Month)!.Value);
        AreaPolicy file = inForce.Policy;
        JsonNode rules = JsonNode.Parse(policy.CanonicalJson)!;
        call.Output.Document(new
        {
            policy.Area,
            file.Name,
            policy.Month,
            policy.Version,
            policy.Hash,
            policy.BaseMinimum,
            policy.BaseMaximum,
            file.Sources,
            open = file.Open.Select(o => o.Text),
            rules,
            source = adopted is null ? "shipped" : "database",
            figures = inForce.Figures.Select(f => new { f.Name, f.From, value = Money.FromYuan(f.Value), f.Document }),
            pending = pending.Select(PolicyChangeVerbs.Document),
            warnings = FigureText.Documents(policy.FigureGaps),
        });
        call.Output.Line($"{policy.Area} {file.Name}  {policy.Version}  {policy.Month.Text()}  {(adopted is null ? "随产品提供 shipped" : "数据库中有效 in force in the database")}");
        call.Output.Line($"hash {policy.Hash}");
        call.Output.Line(rules.ToJsonString(JsonConventions.Options));
        call.Output.Table(["来源 source", ""], file.Sources.Select(s => new[] { s.Key, s.Value }));
        foreach (OpenQuestion open in file.Open)
        {
            call.Output.Line($"未定 open: {open.Text}");
        }

        FigureText.Write(call.Output, policy.Area, policy.FigureGaps);
        PolicyChangeVerbs.WriteFigures(call.Output, inForce.Figures);
        PolicyChangeVerbs.WritePending(call.Output, pending);
        return ExitCode.Done;
    }

    /// <summary>What the database has in force for the area, else what is shipped for it.</summary>
    internal static async Task<PolicyInForce> InForceAsync(VerbCall call, string area) => (await AdoptedAsync(call, area))?.InForce ?? Shipped(area);

    private static PolicyInForce Shipped(string area)
    {
        CalcVerb.RequireKnown(area);
        return new PolicyInForce(ShippedPolicies.Load(area), [], 0);
    }

    private sealed record PolicyState(PolicyInForce InForce, IReadOnlyList<PolicyProposal> Pending);

    /// <summary>What the database has in force for the area; null where there is no database, or it does not know the area yet.</summary>
    private static async Task<PolicyState?> AdoptedAsync(VerbCall call, string area)
    {
        if (string.IsNullOrWhiteSpace(call.Database.Url) && !EmbeddedServer.Exists(call.Database.DataDirectory))
        {
            return null;
        }

        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        PolicyStore policies = new(database.Program);
        return await policies.FindAsync(area, call.Cancellation) is { } inForce
            ? new PolicyState(inForce, await new PolicyProposals(database.Program).PendingAsync(area, call.Cancellation))
            : null;
    }
}

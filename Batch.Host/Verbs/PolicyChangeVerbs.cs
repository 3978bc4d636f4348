using System.CommandLine;
using System.CommandLine.Parsing;
using Batch.Host.Access;
using Batch.Jobs.Files;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Host.Verbs;

/// <summary><c>policy adopt|set|figures|template|approve|withdraw|refuse</c>: a proposal by one person, in force after the approval of another.</summary>
internal static class PolicyChangeVerbs
{
    private static readonly Argument<FileInfo> Proposal = new("FILE") { Description = "政策文件（.yaml）/ policy file" };
    private static readonly Argument<FileInfo> Table = new("FILE") { Description = "数值文件（CSV、xlsx、xls；列：数值、起始月份、元/月、文号）/ file of figures" };
    private static readonly Argument<FileInfo> Template = new("FILE") { Description = "写到哪个 CSV 文件 / the CSV file to write" };
    private static readonly Argument<string> Area = new("AREA") { Description = "统筹区代码 / pooling area" };
    private static readonly Argument<(string Name, Money Value)> Figure = new("NAME=VALUE")
    {
        Description = $"数值，元/月 / a figure, yuan a month: {string.Join(", ", FigureNames.All)}",
        CustomParser = ParseFigure,
    };

    private static readonly Argument<string> Hash = new("HASH") { Description = "提案摘要，至少前 8 位 / the proposal's hash, its first 8 characters or more" };
    private static readonly Option<YearMonth?> From = VerbOptions.Month("--from");
    private static readonly Option<string?> By = VerbOptions.By();
    private static readonly Option<string?> Following = DocumentOption(required: true);
    private static readonly Option<string?> OwnDocument = DocumentOption(required: false);

    private static readonly Option<string?> Reason = new("--reason") { Description = "理由，不同意时必填 / why; required to refuse", HelpName = "TEXT" };

    public static IEnumerable<Command> Create() =>
    [
        new Verb("adopt", "提出采用政策文件，待另一人复核", "propose a policy file, for another person's approval", AdoptAsync) { Proposal, By, OwnDocument }.Acts(Permissions.ProposePolicies),
        new Verb("set", "提出某月起的数值，待另一人复核", "propose a dated figure, for another person's approval", SetAsync) { Area, Figure, From, Following, By }.Acts(Permissions.ProposePolicies),
        new Verb("figures", "提出文件中一年的各项数值，待另一人复核", "propose the figures of a year from a file, for another person's approval", FiguresAsync) { Area, Table, OwnDocument, By }.Acts(Permissions.ProposePolicies),
        new Verb("template", "生成待填数值的文件", "write a file of the figures that have to be published, for policy figures", TemplateAsync) { Area, Template },
        new Verb("approve", "复核政策提案（须为另一人）", "approve a proposal, by another person", ApproveAsync) { Hash, By }.Acts(Permissions.ApprovePolicies),
        new Verb("withdraw", "撤回自己的提案", "withdraw a proposal of one's own", call => EndAsync(call, ProposalEnd.Withdraw)) { Hash, Reason, By }.Acts(Permissions.ProposePolicies),
        new Verb("refuse", "不同意他人的提案，须写明理由", "refuse another person's proposal, with a reason", call => EndAsync(call, ProposalEnd.Refuse)) { Hash, Reason, By }.Acts(Permissions.ApprovePolicies),
    ];

    private static async Task<int> AdoptAsync(VerbCall call)
    {
        FileInfo file = call.Need(Proposal);
        if (!file.Exists)
        {
            throw VerbFault.OfUsage($"There is no file {file.FullName}.", $"没有文件 {file.FullName}。");
        }

        string text = await File.ReadAllTextAsync(file.FullName, call.Cancellation);
        return await OnStoreAsync(call, store => store.ProposeFileAsync(text, file.Name, call.Get(OwnDocument) ?? file.Name, call.By, call.Cancellation));
    }

    private static Task<int> SetAsync(VerbCall call)
    {
        (string name, Money value) = call.Need(Figure);
        DatedFigure figure = new(name, call.Need(From)!.Value, value.Yuan, call.Need(Following)!);
        return OnStoreAsync(call, store => store.ProposeFigureAsync(new AreaSchema(call.Need(Area)).Code, figure, call.By, call.Cancellation));
    }

    private static async Task<int> FiguresAsync(VerbCall call)
    {
        FileInfo file = call.Need(Table);
        if (!file.Exists)
        {
            throw VerbFault.OfUsage($"There is no file {file.FullName}.", $"没有文件 {file.FullName}。");
        }

        return await OnStoreAsync(call, store =>
        {
            // Who acts is proved before the file is read.
            string by = call.By;
            return store.ProposeFiguresAsync(new AreaSchema(call.Need(Area)).Code, FigureFile.Read(file.FullName, file.Name, call.Get(OwnDocument)), by, call.Cancellation);
        });
    }

    private static async Task<int> TemplateAsync(VerbCall call)
    {
        PolicyInForce policy = await PolicyVerbs.InForceAsync(call, call.Need(Area));
        YearMonth until = new(call.Today.Year, 12);
        using (UnfinishedFile file = new(call.Need(Template).FullName))
        {
            await using (FileStream to = file.Open())
            {
                FigureTemplate.Write(to, policy, until);
            }

            file.Finish();
        }

        int rows = FigureTemplate.GapsOf(policy, until).Count;
        call.Output.Document(new { file = call.Need(Template).FullName, figures = rows });
        call.Output.Line($"已写出 {rows} 行，填好后用 policy figures 提出 / {rows} rows; fill them in and propose them with policy figures");
        return ExitCode.Done;
    }

    private static Task<int> ApproveAsync(VerbCall call) =>
        OnStoreAsync(call, store => store.ApproveAsync(call.Need(Hash), call.By, call.Cancellation));

    private static Task<int> EndAsync(VerbCall call, ProposalEnd end) =>
        OnStoreAsync(call, store => store.EndAsync(call.Need(Hash), end, call.Get(Reason), call.By, call.Cancellation));

    private static async Task<int> OnStoreAsync(VerbCall call, Func<PolicyProposals, Task<PolicyProposal>> act)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        PolicyProposal proposal = await act(new PolicyProposals(database.Program));
        call.Output.Document(Document(proposal));
        call.Output.Table(["", ""],
        [
            ["统筹区 area", proposal.Area], ["提案 proposal", Subject(proposal)], ["文号 document", proposal.Document], ["状态 state", proposal.State],
            ["提出 proposed by", proposal.ProposedBy], ["复核 approved by", proposal.ApprovedBy ?? "-"], ["摘要 hash", proposal.Hash],
        ]);
        if (proposal.Figures.Count > 1)
        {
            WriteFigures(call.Output, proposal.Figures);
        }

        if (proposal.Ended is { } ended)
        {
            call.Output.Table(["", ""], [["结束 ended by", ended.By], ["理由 reason", ended.Reason.Length > 0 ? ended.Reason : "-"]]);
        }
        else if (proposal.ApprovedBy is null)
        {
            call.Output.Line($"须由另一人复核 / to be approved by somebody else: batch policy approve {proposal.Hash[..12]} --by WHO");
        }

        return ExitCode.Done;
    }

    public static object Document(PolicyProposal proposal) => new
    {
        proposal.Hash,
        proposal.State,
        proposal.Area,
        proposal.Kind,
        name = proposal.Figure,
        proposal.From,
        value = proposal.Value is { } yuan ? Money.FromYuan(yuan).ToString() : null,
        figures = proposal.Figures.Select(f => new { f.Name, f.From, value = Money.FromYuan(f.Value), f.Document }),
        proposal.Document,
        proposal.ProposedBy,
        proposal.ApprovedBy,
        endedBy = proposal.Ended?.By,
        reason = proposal.Ended?.Reason,
    };

    public static void WriteFigures(VerbOutput output, IReadOnlyList<DatedFigure> figures)
    {
        if (figures.Count > 0)
        {
            output.Table(
                ["数值 figure", "起始月 from", "元/月 yuan", "文号 document"],
                figures.Select(f => new[] { f.Name, f.From.Text(), Money.FromYuan(f.Value).ToString(), f.Document }));
        }
    }

    public static void WritePending(VerbOutput output, IReadOnlyList<PolicyProposal> pending)
    {
        if (pending.Count > 0)
        {
            output.Table(["待复核 pending", "文号 document", "提出 proposed by", "摘要 hash"], pending.Select(p => new[] { Subject(p), p.Document, p.ProposedBy, p.Hash[..12] }));
        }
    }

    private static string Subject(PolicyProposal proposal) => proposal.Figures switch
    {
        [] => "政策文件 file",
        [var one] => $"{one.Name}={Money.FromYuan(one.Value)} 自 from {one.From.Text()}",
        [var first, ..] all => $"{all.Count} 个数值 figures，自 from {first.From.Text()}",
    };

    private static (string Name, Money Value) ParseFigure(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        string[] parts = text.Split('=', 2);
        try
        {
            if (parts.Length == 2 && FigureNames.All.Contains(parts[0]) && VerbOptions.ParseYuan(parts[1]) is var value && value > Money.Zero)
            {
                return (parts[0], value);
            }

            result.AddError($"{text}: write NAME=VALUE with an amount above zero and a name of {string.Join(", ", FigureNames.All)}.");
        }
        catch (FormatException fault)
        {
            result.AddError($"{text}: {fault.Message}.");
        }

        return default;
    }

    private static Option<string?> DocumentOption(bool required) => VerbOptions.Parsed<string?>("--document", required, "NO", "文号 / number of the document", text =>
        text.Trim() is { Length: > 0 and <= 200 } number ? number : throw new FormatException("it is empty or longer than 200 characters"));
}

using System.CommandLine;
using System.Globalization;
using Batch.Host.Access;
using Batch.Jobs.Facts;
using Batch.Jobs.Files;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Host.Verbs;

/// <summary><c>person</c> changes who a person is: one person proposes, another approves.</summary>
internal static class PersonVerbs
{
    private static readonly Option<string?> Area = VerbOptions.Area();
    private static readonly Option<string?> By = VerbOptions.By();
    private static readonly Option<string?> Reason = new("--reason") { Description = "理由 / why", HelpName = "TEXT", Required = true };
    private static readonly Option<string?> Document = new("--document") { Description = "所依据的文书号 / number of the document that it rests on", HelpName = "NO", Required = true };
    private static readonly Option<LocalDate?> On = VerbOptions.Date("--on", required: true, "变更日期 / since when it is so");
    private static readonly Option<LocalDate?> Birth = VerbOptions.Date("--birth", required: false, "出生日期，新号码不含出生日期的填写 / birth date, where the new number tells none");
    private static readonly Option<string?> Name = new("--name") { Description = "新姓名 / the new name", HelpName = "NAME" };
    private static readonly Option<string?> Number = new("--number") { Description = "新证件号码；- 从标准输入读取 / the new number; - reads it from the standard input", HelpName = "ID" };
    private static readonly Option<string?> Other = new("--other") { Description = "并入的证件号码；- 从标准输入读取 / the number that is joined; - reads it from the standard input", HelpName = "ID", Required = true };
    private static readonly Option<string?> OtherRows = new("--other-rows")
    { Description = "合并之后记入的行中，属于被并入号码的：all、none，或逐行“报送:行”，以逗号分隔 / of the rows recorded since the join, those of the number joined: all, none, or SUBMISSION:ROW,...", HelpName = "ROWS" };
    private static readonly Option<string?> OtherPerson = new("--other")
    { Description = "另一人的证件号码，已登记或新的；- 从标准输入读取 / the other person's number, known or new; - reads it from the standard input", HelpName = "ID", Required = true };
    private static readonly Option<string?> Rows = new("--rows")
    { Description = "属于另一人的行：all、5:2、5（整份报送）、2021-01..2021-03、E1@2021-01，以逗号分隔；不填则列出此人的行 / rows of the other person: all, 5:2, 5 (a submission), 2021-01..2021-03, E1@2021-01, ...; left out, the person's rows are listed", HelpName = "ROWS" };
    private static readonly Argument<int> Proposal = new("PROPOSAL") { Description = "提案的编号 / number of the proposal" };

    public static Command Create() => new("person", "人员身份变更：一人提出，另一人复核 / change who a person is: one proposes, another approves")
    {
        new Verb("rename", "提出变更证件号码或姓名", "propose another number or name", RenameAsync)
            { Word(), Area, PersonOptions.Id, PersonOptions.Card, Number, Birth, Name, On, Document, Reason, By, ScanOption.Files }.Acts(Permissions.ChangePersons),
        new Verb("join", "提出两个号码为同一人：另一号码并入 --id 的账户", "propose that two numbers are one person's: the other is joined into the account of --id", JoinAsync)
            { Word(), Area, PersonOptions.Id, PersonOptions.Card, Other, On, Document, Reason, By, ScanOption.Files }.Acts(Permissions.ChangePersons),
        new Verb("part", "提出 --id 名下的部分记录属于另一人", "propose that rows under --id are another person's", PartAsync)
            { Word(), Area, PersonOptions.Id, PersonOptions.Card, OtherPerson, Birth, Name, Rows, On, Document, Reason, By, ScanOption.Files }.Acts(Permissions.ChangePersons),
        new Verb("undo", "提出撤销已生效的合并或分出", "propose to undo a join or a part", UndoAsync) { Proposal, Area, OtherRows, On, Document, Reason, By, ScanOption.Files }.Acts(Permissions.ChangePersons),
        new Verb("preview", "复核前看提案将改变多少金额", "what a proposal would change in money", PreviewAsync) { Proposal, Area, PersonOptions.By }.Shows(Permissions.SeePersonChanges),
        new Verb("approve", "同意他人提出的变更", "approve what another person proposed", call => ActAsync(call, (p, n) => p.ApproveAsync(n, call.By, call.Cancellation)))
            { Proposal, Area, By }.Acts(Permissions.ChangePersons),
        new Verb("refuse", "不同意他人提出的变更", "refuse what another person proposed", call => ActAsync(call, (p, n) => p.RefuseAsync(n, call.Need(Reason)!, call.By, call.Cancellation)))
            { Proposal, Area, Reason, By }.Acts(Permissions.ChangePersons),
        new Verb("withdraw", "撤回自己提出的变更", "take one's own proposal back", call => ActAsync(call, (p, n) => p.WithdrawAsync(n, call.Need(Reason)!, call.By, call.Cancellation)))
            { Proposal, Area, Reason, By }.Acts(Permissions.ChangePersons),
        new Verb("list", "提出的与已生效的变更", "proposals and changes", ListAsync) { Area, PersonOptions.By }.Shows(Permissions.SeePersonChanges),
    };

    // "person rename propose ..." says the same as "person rename ...".
    private static Argument<string?> Word() => new("propose")
    {
        Description = "可省略 / may be left out",
        Arity = ArgumentArity.ZeroOrOne,
        Validators = { result =>
    {
        if (result.Tokens.Any(t => t.Value != "propose"))
        {
            result.AddError("Only \"propose\" may follow; a number is given by --id. / 此处只能写 propose；号码用 --id 给出。");
        }
    } }
    };

    private static async Task<int> RenameAsync(VerbCall call)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        AccountHolder holder = await PersonOptions.FindAsync(call, database, area.Schema.Code, "identity");
        Renaming renaming = new(
            holder.Person, NumberOf(call, Number), call.Get(Birth), call.Get(Name), call.Need(On)!.Value, call.Need(Document)!, call.Need(Reason)!);
        Show(call, await (await ProposalsAsync(call, area)).ProposeAsync(renaming, call.By, call.Cancellation));
        return ExitCode.Done;
    }

    private static async Task<int> JoinAsync(VerbCall call)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        AccountHolder stays = await PersonOptions.FindAsync(call, database, area.Schema.Code, "identity");
        AccountHolder other = await PersonOptions.FindAsync(
            call, database, area.Schema.Code, (PersonOptions.Value(call.Get(Other), "并入的证件号码 number that is joined"), null), "identity");
        Joining joining = new(stays.Person, other.Person, call.Need(On)!.Value, call.Need(Document)!, call.Need(Reason)!);
        Show(call, await (await ProposalsAsync(call, area)).ProposeJoinAsync(joining, call.By, call.Cancellation));
        return ExitCode.Done;
    }

    private static async Task<int> PartAsync(VerbCall call)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        AccountHolder holder = await PersonOptions.FindAsync(call, database, area.Schema.Code, "identity");
        CitizenId other = NumberOf(call, OtherPerson) ?? throw AccountHolder.IdInvalid();
        Parting parting = new(holder.Person, other, call.Get(Birth), call.Get(Name), call.Get(Rows), call.Need(On)!.Value, call.Need(Document)!, call.Need(Reason)!);
        Show(call, await (await ProposalsAsync(call, area)).ProposePartAsync(parting, call.By, call.Cancellation));
        return ExitCode.Done;
    }

    private static async Task<int> UndoAsync(VerbCall call)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        Show(call, await (await ProposalsAsync(call, area)).ProposeUndoAsync(
            call.Need(Proposal), (call.Need(On)!.Value, call.Need(Document)!, call.Need(Reason)!), call.By, call.Cancellation, call.Get(OtherRows)));
        return ExitCode.Done;
    }

    private static async Task<IdentityProposals> ProposalsAsync(VerbCall call, Area area) =>
        new(area, call.Clock) { Scans = await ScanOption.ReadAsync(call) };

    private static async Task<int> PreviewAsync(VerbCall call)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        IdentityPreviewDocument told = await new IdentityPreview(area, call.Clock).ReadAsync(call.Need(Proposal), call.Cancellation);
        foreach ((int person, int account) in told.Accounts)
        {
            await new InquiryLog(database.Program).WriteAsync(new Inquired(call.By, call.Actor.Origin, area.Schema.Code, person, "identity", Account: account), CancellationToken.None);
        }

        call.Output.Document(told);
        call.Output.Line($"提案 proposal {Text(told.Proposal)}：余额 balance {told.Balance} + {told.OtherBalance} -> {told.After}{(told.OtherAfter is { } others ? $"，其中另一人 of it the other's {others}" : "")}");
        if (told.Months.Count > 0)
        {
            call.Output.Table(
                ["所属期 month", "账户变动 account", "其中另一人 the other's", "待定 held"],
                told.Months.Select(m => new[] { m.Month.Text(), m.Amount.ToString(), told.OtherAfter is null ? "" : m.ToOther.ToString(), m.Held ? "两家单位 two employers" : "" }));
        }

        if (told.InterestYears.Count > 0)
        {
            call.Output.Line($"入账后须重新计算利息的年度 years whose interest is computed again then: {string.Join(", ", told.InterestYears.Select(Text))}");
        }

        return ExitCode.Done;
    }

    private static CitizenId? NumberOf(VerbCall call, Option<string?> option) => PersonOptions.Value(call.Get(option), "证件号码 number") is not { Length: > 0 } typed ? null
        : CitizenId.TryParse(TypedNumber.Of(typed).ToUpperInvariant(), call.Today, out CitizenId id) == CitizenIdFault.None ? id
        : throw AccountHolder.IdInvalid();

    private static async Task<int> ActAsync(VerbCall call, Func<IdentityProposals, int, Task<IdentityDocument>> act)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        Show(call, await act(new IdentityProposals(area, call.Clock), call.Need(Proposal)));
        return ExitCode.Done;
    }

    private static async Task<int> ListAsync(VerbCall call)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        Area area = await Jobs.Store.Area.OpenAsync(database, call.Need(Area)!, call.Cancellation);
        List<IdentityDocument> proposals = await new IdentityProposals(area, call.Clock).ListAsync(null, call.Cancellation);
        call.Output.Document(new { area = area.Schema.Code, proposals });
        if (proposals.Count == 0)
        {
            call.Output.Line("没有身份变更。/ There is no change of identity.");
            return ExitCode.Done;
        }

        call.Output.Table(
            ["编号 proposal", "种类 kind", "状态 state", "人员 person", "变更为 becomes", "日期 on", "文书 document", "提出 by", "复核 decided by"],
            proposals.Select(p => new[]
            {
                Text(p.Proposal), IdentityText.KindOf(p.Kind).Both(), IdentityText.StateOf(p.State).Both(), $"{p.Id} {p.Name}", Becomes(p), p.On.Text(), p.Document, p.ProposedBy, p.ActedBy ?? "",
            }));
        return ExitCode.Done;
    }

    private static void Show(VerbCall call, IdentityDocument told)
    {
        call.Output.Document(told);
        call.Output.Line($"提案 proposal {Text(told.Proposal)} {IdentityText.KindOf(told.Kind).Both()} {IdentityText.StateOf(told.State).Both()}  {told.Id} {told.Name} {(told.Kind is "join" ? "<-" : "->")} {Becomes(told)}");
        if (told.State == "proposed")
        {
            call.Output.Line($"由另一人复核 another person approves it: batch person approve {Text(told.Proposal)} --area {call.Get(Area)} --by WHO");
        }
    }

    private static string Becomes(IdentityDocument told) =>
        $"{told.NewId ?? told.OtherId} {told.NewName ?? told.OtherName}".Trim() + (told.OtherRows.Count > 0 ? $" + {string.Join(' ', told.OtherRows)}" : "");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

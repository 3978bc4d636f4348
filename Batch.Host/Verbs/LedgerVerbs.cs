using System.CommandLine;
using System.Globalization;
using Batch.Host.Access;
using Batch.Jobs.Facts;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using NodaTime;

namespace Batch.Host.Verbs;

/// <summary>What people ask: <c>balance|statement|explain|coverage --id ID</c> or <c>--card NO</c>.</summary>
internal static class LedgerVerbs
{
    private static readonly Option<string?> AnyArea = VerbOptions.Area(required: false);
    private static readonly Option<YearMonth?> Month = VerbOptions.Month();
    private static readonly Option<int> Account = VerbOptions.Parsed("--account", required: false, "N", "此人的第几个账户，缺省为最近开立的 / which of the person's accounts, the latest by default", text =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int ordinal) && ordinal >= 1 ? ordinal : throw new FormatException("it is not 1, 2, ..."));

    private static readonly Option<FileInfo?> Out = new("--out") { Description = "写入文件 / write to a file", HelpName = "FILE" };
    private static readonly Option<YearMonth?> At = VerbOptions.Month("--at", required: false);
    private static readonly Option<YearMonth?> From = VerbOptions.Month("--from", required: false);
    private static readonly Option<YearMonth?> To = VerbOptions.Month("--to", required: false);

    public static IEnumerable<Command> Create() =>
    [
        new Verb("balance", "账户余额", "what is the balance", BalanceAsync) { PersonOptions.Id, PersonOptions.Card, PersonOptions.Asker, PersonOptions.By, AnyArea, At, Account }.Shows(Permissions.LookUpAccounts),
        new Verb("statement", "账户对账单", "movements over a span of months", StatementAsync) { PersonOptions.Id, PersonOptions.Card, PersonOptions.Asker, PersonOptions.By, AnyArea, From, To, Account, ReportVerb.Format, Out }.Shows(Permissions.LookUpAccounts),
        new Verb("explain", "某月为何划入此数", "why this amount", ExplainAsync) { PersonOptions.Id, PersonOptions.Card, PersonOptions.Asker, PersonOptions.By, AnyArea, Month }.Shows(Permissions.LookUpAccounts),
        new Verb("coverage", "参保与断缴", "months paid and breaks", CoverageAsync) { PersonOptions.Id, PersonOptions.Card, PersonOptions.Asker, PersonOptions.By, AnyArea, At }.Shows(Permissions.LookUpAccounts),
        new Verb("family", "家庭共济：绑定与支付", "family members that an account pays for", FamilyAsync) { PersonOptions.Id, PersonOptions.Card, PersonOptions.Asker, PersonOptions.By, AnyArea, From, To }.Shows(Permissions.LookUpAccounts),
    ];

    private static async Task<int> BalanceAsync(VerbCall call)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        AccountHolder holder = await FindAsync(call, database, "balance");
        BalanceDocument balance = await new Balances(holder.Area).BalanceAsync(holder.Account, call.Get(At), call.Cancellation);
        IReadOnlyList<HeldAccount> accounts = await holder.AccountsAsync(call.Today, call.Cancellation);
        HeldAccount account = accounts[AccountNumbers.OrdinalOf(holder.Account)];
        call.Output.Document(new { balance.Balance, balance.AsOf, balance.LastCredit, account, otherAccounts = accounts.Where(a => a != account) });
        InquiryText.Write(call.Output, balance);
        InquiryText.Write(call.Output, account, accounts);
        return ExitCode.Done;
    }

    private static async Task<int> StatementAsync(VerbCall call)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        AccountHolder holder = await FindAsync(call, database, "statement");
        YearMonth to = call.Get(To) ?? call.Today.ToYearMonth();
        YearMonth from = call.Get(From) ?? new YearMonth(to.Year, 1);
        AccountStatementDocument statement = await new AccountStatements(holder.Area).ReadAsync(holder.Account, from, to, call.Cancellation);
        string? file = call.Get(Out)?.FullName;
        if (file is not null)
        {
            ReportVerb.RefuseFolder(file);
            await Jobs.Files.ReportFile.WriteAsync(holder.Area, new Jobs.Reading.StatementReport(statement), to, call.Get(ReportVerb.Format), file, call.Cancellation);
        }

        call.Output.Document(statement);
        StatementText.Write(call.Output, statement);
        IReadOnlyList<HeldAccount> accounts = await holder.AccountsAsync(call.Today, call.Cancellation);
        InquiryText.Write(call.Output, accounts[AccountNumbers.OrdinalOf(holder.Account)], accounts);
        if (file is not null)
        {
            call.Output.Line(file);
        }

        return ExitCode.Done;
    }

    private static async Task<int> ExplainAsync(VerbCall call)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        AccountHolder holder = await FindAsync(call, database, "explain");
        ExplanationDocument told = await new Explanations(holder.Area).ExplainAsync(holder.Person, call.Need(Month)!.Value, call.Cancellation);
        call.Output.Document(new
        {
            told.Month,
            told.Policy,
            lines = told.Chinese.Lines.Zip(told.English.Lines, (zh, en) => ExplanationText.Document(zh, en, zh.Component.StartsWith("interest-", StringComparison.Ordinal) ? null : told.Source)),
            told.Net,
            told.Source,
            told.Movements,
            reason = told.ReasonChinese,
            reasonEn = told.ReasonEnglish,
        });
        InquiryText.Write(call.Output, told);
        return ExitCode.Done;
    }

    private static async Task<int> CoverageAsync(VerbCall call)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        AccountHolder holder = await FindAsync(call, database, "coverage");
        CoverageDocument coverage = await new CoverageInquiry(holder.Area).ReadAsync(holder.Account, call.Get(At), call.Today.ToYearMonth(), call.Cancellation);
        call.Output.Document(coverage);
        InquiryText.Write(call.Output, coverage);
        return ExitCode.Done;
    }

    private static async Task<int> FamilyAsync(VerbCall call)
    {
        await using DatabaseConnection database = await call.OpenDatabaseAsync();
        AccountHolder holder = await PersonOptions.FindAsync(call, database, call.Get(AnyArea), "family");
        YearMonth to = call.Get(To) ?? call.Today.ToYearMonth();
        FamilyInquiry family = new(holder);
        Rules.CitizenId asker = PersonOptions.AskerOf(call) ?? await family.HolderAsync(call.Cancellation);
        FamilyDocument told = await family.ReadAsync(asker, call.Get(From) ?? new YearMonth(to.Year, 1), to, call.Cancellation);
        call.Output.Document(told);
        StatementText.Write(call.Output, told);
        return ExitCode.Done;
    }

    // An account is its holder's: a member whom it pays for asks with the family verb.
    private static async Task<AccountHolder> FindAsync(VerbCall call, DatabaseConnection database, string what)
    {
        AccountHolder holder = await PersonOptions.FindAsync(call, database, call.Get(AnyArea), what);
        if (PersonOptions.AskerOf(call) is { } asker)
        {
            await new FamilyInquiry(holder).RequireHolderAsync(asker, call.Cancellation);
        }

        return call.Get(Account) is > 0 and int ordinal ? await holder.WithAsync(ordinal, call.Cancellation) : holder;
    }
}

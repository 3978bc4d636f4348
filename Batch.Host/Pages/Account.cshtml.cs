using System.Globalization;
using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Facts;
using Batch.Jobs.Intake;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Rules;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using NodaTime;

namespace Batch.Host.Pages;

/// <summary>An account: balance, statement, contribution record, coverage, and why a month was what it was.</summary>
[Authorize(Permissions.LookUpAccounts)]
[TakesScans]
internal sealed class AccountModel : AreaPage
{
    private const int StatementMonths = 12;
    private const int MostMonths = 240;

    /// <summary>The account as the address has it.</summary>
    [BindProperty(SupportsGet = true)]
    public string Token { get; set; } = "";

    public int Account { get; private set; }

    [BindProperty(SupportsGet = true)]
    public string? From { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? To { get; set; }

    /// <summary>The month to be explained.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Month { get; set; }

    public PersonSummary Person { get; private set; } = null!;

    public IReadOnlyList<long> EarlierNumbers { get; private set; } = [];

    /// <summary>Whole, when it was asked for with a reason in this very request.</summary>
    public string? WholeNumber { get; private set; }

    public BalanceDocument Balance { get; private set; } = null!;

    public AccountStatementDocument Statement { get; private set; } = null!;

    public IReadOnlyList<ContributionLine> Contributions { get; private set; } = [];

    public CoverageDocument Coverage { get; private set; } = null!;

    public BenefitDocument Benefits { get; private set; } = null!;

    public AccountHistoryDocument History { get; private set; } = null!;

    public PersonStatus? Status { get; private set; }

    public FamilyDocument Family { get; private set; } = null!;

    /// <summary>The state of this account; the person may have others.</summary>
    public AccountStanding Standing => History.Accounts.Single(a => a.Account == Account);

    public ExplanationDocument? Why { get; private set; }

    public bool MayUnmask { get; private set; }

    public bool MayTrace { get; private set; }

    /// <summary>Changes of who the person is, proposed and made.</summary>
    public IReadOnlyList<IdentityDocument> Identity { get; private set; } = [];

    public bool MayChange { get; private set; }

    /// <summary>Accounts that were joined into this one, with the masked numbers of then.</summary>
    public IReadOnlyList<(int Account, string Number)> JoinedAccounts { get; private set; } = [];

    public async Task OnGetAsync()
    {
        ContributionRecord record = await ReadPersonAsync();
        EarlierNumbers = await record.EarlierNumbersAsync(Person.Person, Cancellation);
        Balances balances = new(Area);
        Balance = await balances.BalanceAsync(Account, null, Cancellation);
        YearMonth to = Show.ReadMonth(To) ?? Balance.AsOf ?? new YearMonth(Today.Year, Today.Month);
        History = await new AccountHistory(Area).ReadAsync(Person.Person, Today, Cancellation);
        YearMonth from = Show.ReadMonth(From) ?? StatementFrom(to);
        if (from > to || Period.Between(from.OnDayOfMonth(1), to.OnDayOfMonth(1), PeriodUnits.Months).Months > MostMonths)
        {
            throw new DataFaultException("SPAN_INVALID", "起止月份不对，最多二十年。", "The span of months is not valid; at most twenty years.");
        }

        Statement = await new AccountStatements(Area).ReadAsync(Account, from, to, Cancellation);
        Contributions = await record.ReadAsync(Person.Person, from, to, Cancellation);
        Coverage = await new CoverageInquiry(Area).ReadAsync(Account, null, to, Cancellation);
        Benefits = await new BenefitInquiry(Area).ReadAsync(Person.Person, null, to, Cancellation);
        Status = await PersonStatus.ReadAsync(Area, Person.Person, Today, Cancellation);
        FamilyInquiry family = new(new AccountHolder(Area, Person.Person, Account));
        Family = await family.ReadAsync(await family.HolderAsync(Cancellation), from, to, Cancellation);
        Why = Show.ReadMonth(Month) is { } month ? await new Explanations(Area).ExplainAsync(Person.Person, month, Cancellation) : null;
        MayUnmask = await MayAsync(Permissions.Unmask);
        MayTrace = await MayAsync(Permissions.TraceMoney);
        Identity = await new IdentityProposals(Area, Clock).ListAsync(Person.Person, Cancellation);
        MayChange = await MayAsync(Permissions.ChangePersons);
        JoinedAccounts = await new ContributionRecord(Area).JoinedAccountsAsync(Person.Person, Cancellation);
    }

    // A year's months, or those since the account was opened.
    private YearMonth StatementFrom(YearMonth to)
    {
        YearMonth opened = Standing.Opened.ToYearMonth();
        YearMonth year = to.PlusMonths(1 - StatementMonths);
        return opened > year && opened <= to ? opened : year;
    }

    // Whose page it is; the look is recorded.
    private async Task<ContributionRecord> ReadPersonAsync()
    {
        Account = AccountLinks.Read(HttpContext, Code, Token) ?? throw new DataFaultException(
            "ACCOUNT_UNKNOWN", "此链接只在查询时的会话中有效，请重新查询账户。", "This address is of use only in the session in which the account was looked up; look it up again.");
        ContributionRecord record = new(Area);
        Person = await record.WhoAsync(Account, Cancellation);
        await Service<InquiryLog>().WriteAsync(
            new Inquired(Who, "page", Code, Person.Person, Show.ReadMonth(Month) is null ? "account" : "explain", Span(), Account), Service<WebOptions>().AccountsAnHour, Cancellation);
        return record;
    }

    public Task<IActionResult> OnPostJoinAsync(string? number, string? on, string? document, string? reason, List<IFormFile> scans) => TryAsync(
        Permissions.ChangePersons,
        async () =>
        {
            await ReadPersonAsync();
            string asked = (TypedIdentity.Number(number, Today) ?? throw AccountHolder.IdInvalid()).Full();
            AccountHolder other = await FindOtherAsync(asked);
            Joining joining = new(Person.Person, other.Person, TypedIdentity.Day(on) ?? throw TypedIdentity.DateMissing(), document ?? "", Needed(reason));
            IdentityDocument proposed = await (await ProposalsAsync(scans)).ProposeJoinAsync(joining, Who, Cancellation);
            return await ProposedAsync(proposed);
        },
        OnGetAsync);

    public Task<IActionResult> OnPostPartAsync(PartForm form, List<IFormFile> scans) => TryAsync(
        Permissions.ChangePersons,
        async () =>
        {
            await ReadPersonAsync();
            CitizenId other = TypedIdentity.Number(form.Number, Today) ?? throw AccountHolder.IdInvalid();
            Parting parting = new(
                Person.Person, other, TypedIdentity.Day(form.Birth), form.Name, form.Rows, TypedIdentity.Day(form.On) ?? throw TypedIdentity.DateMissing(), form.Document ?? "", Needed(form.Reason));
            return await ProposedAsync(await (await ProposalsAsync(scans)).ProposePartAsync(parting, Who, Cancellation));
        },
        OnGetAsync);

    // Trying numbers is counted as well.
    private async Task<AccountHolder> FindOtherAsync(string number)
    {
        AccountHolder? found = null;
        try
        {
            return found = await AccountHolder.FindAsync(Database, Code, number, null, Today, Cancellation);
        }
        finally
        {
            await Service<InquiryLog>().WriteAsync(
                new Inquired(Who, "page", Code, found?.Person, "identity", null, found?.Account), Service<WebOptions>().AccountsAnHour, CancellationToken.None);
        }
    }

    private async Task<IdentityProposals> ProposalsAsync(List<IFormFile> scans) =>
        new(Area, Clock) { Scans = await ScanForms.ReadAsync(scans, Cancellation) };

    private async Task<IActionResult> ProposedAsync(IdentityDocument proposed)
    {
        string proposal = proposed.Proposal.ToString(CultureInfo.InvariantCulture);
        await AuditAsync("person.proposed", Code, proposal);
        Tell($"已提出变更（提案 {proposal}），由另一人复核后生效。", $"The change is proposed (proposal {proposal}); it takes effect once another person has approved it.");
        return Redirect($"~/{Code}/accounts/{Token}");
    }

    public Task<IActionResult> OnPostRenameAsync(RenameForm form, List<IFormFile> scans) => TryAsync(
        Permissions.ChangePersons,
        async () =>
        {
            await ReadPersonAsync();
            Renaming renaming = new(
                Person.Person, TypedIdentity.Number(form.Number, Today), TypedIdentity.Day(form.Birth), form.Name, TypedIdentity.Day(form.On) ?? throw TypedIdentity.DateMissing(), form.Document ?? "",
                Needed(form.Reason));
            IdentityDocument proposed = await (await ProposalsAsync(scans)).ProposeAsync(renaming, Who, Cancellation);
            return await ProposedAsync(proposed);
        },
        OnGetAsync);

    public Task<IActionResult> OnPostUnmaskAsync(string? reason) => TryAsync(
        Permissions.Unmask,
        async () =>
        {
            string why = Needed(reason);
            await OnGetAsync();
            await Service<InquiryLog>().WriteAsync(new Inquired(Who, "page", Code, Person.Person, "unmask", why, Account), Cancellation);
            await AuditAsync("account.unmask", Code, $"account {Account}", why);
            WholeNumber = await new ContributionRecord(Area).NumberAsync(Person.Person, Cancellation);
            return Page();
        },
        OnGetAsync);

    /// <summary>What was asked for, for the record: months.</summary>
    private string? Span() => string.Join(' ', new[] { Show.ReadMonth(From), Show.ReadMonth(To), Show.ReadMonth(Month) }.OfType<YearMonth>().Select(Show.Month)) is { Length: > 0 } months ? months : null;

    /// <summary>The months of the statement and whether coverage was broken in each.</summary>
    public IEnumerable<(YearMonth Month, bool Broken)> Timeline()
    {
        for (YearMonth month = Coverage.AsOf.PlusMonths(1 - 24); month <= Coverage.AsOf; month = month.Next())
        {
            if (month >= YearMonthOf(Person.Opened))
            {
                yield return (month, Coverage.Breaks.Any(b => b.From <= month && month <= b.To));
            }
        }
    }

    public static (string Chinese, string English) EffectOf(CoverageBreak gap, bool isOpen)
    {
        (string chinese, string english) = gap.Effect switch
        {
            "continuous-restarts" => ("连续年限重新计算", "the continuous count restarts"),
            "accumulated-zeroed" => ("连续与累计年限均清零", "continuous and accumulated years are zeroed"),
            _ => ("年限不变", "no effect on the years"),
        };
        return isOpen && gap.Effect != "none" ? ($"恢复缴费时{chinese}", $"when paying resumes, {english}") : (chinese, english);
    }

    public static (string Chinese, string English) NameOf(AccountMoment moment) => moment.What switch
    {
        "opened" => ("开户", "opened"),
        "frozen" => ("冻结", "frozen"),
        "unfrozen" => ("解冻", "unfrozen"),
        "died" => ("死亡登记", "death registered"),
        "closing-withdrawn" => ("撤回销户", "closing withdrawn"),
        _ => ("销户", "closed"),
    };

    public static (string Chinese, string English) NameOf(Ground ground) => ground switch
    {
        Ground.Emigration => ("出国定居", "emigration"),
        Ground.Death => ("死亡，由继承人领取", "death, paid to the heirs"),
        Ground.NoHeir => ("死亡，无继承人，归统筹基金", "death without heirs, to the pooled fund"),
        Ground.GivingUp => ("放弃参保", "giving up"),
        Ground.ResidenceElsewhere => ("异地安置", "residence elsewhere"),
        Ground.TransferOut => ("转出", "transferred out"),
        Ground.SevereIllness => ("重大疾病", "severe illness"),
        _ => ("其他", "other"),
    };

    public static (string Chinese, string English) RelationOf(string relation) => LedgerWords.OfRelation(relation);

    public static (string Chinese, string English) ComponentOf(string component) => component switch
    {
        "own" => ("个人缴费划入", "own contribution"),
        "employer-share" => ("单位缴费划入", "share of the employer's"),
        "flat" => ("定额划入", "flat amount"),
        "frozen" => ("冻结金额", "frozen amount"),
        "deduction:large-medical" => ("代扣大额医疗", "deduction: large medical"),
        "deduction:long-term-care" => ("代扣长期护理", "deduction: long-term care"),
        "deduction:serious-illness" => ("代扣大病保险", "deduction: serious illness"),
        _ when component.StartsWith("deduction", StringComparison.Ordinal) => ("代扣", "deduction"),
        _ => LedgerWords.Of(component),
    };

    private static YearMonth YearMonthOf(DateOnly day) => new(day.Year, day.Month);
}

/// <summary>Another number or name, as typed.</summary>
internal sealed record RenameForm(string? Number, string? Birth, string? Name, string? On, string? Document, string? Reason);

/// <summary>Which rows of an account are another person's, as typed.</summary>
internal sealed record PartForm(string? Number, string? Name, string? Birth, string? Rows, string? On, string? Document, string? Reason);

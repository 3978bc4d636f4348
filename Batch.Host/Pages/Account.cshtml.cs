using Batch.Host.Access;
using Batch.Host.Web;
using Batch.Jobs.Areas;
using Batch.Jobs.Inquiry;
using Batch.Jobs.Overview;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using NodaTime;

namespace Batch.Host.Pages;

/// <summary>An account: balance, statement, contribution record, coverage, and why a month was what it was.</summary>
[Authorize(Permissions.LookUpAccounts)]
internal sealed class AccountModel : AreaPage
{
    private const int StatementMonths = 12;
    private const int MostMonths = 240;

    [BindProperty(SupportsGet = true)]
    public int Account { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? From { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? To { get; set; }

    /// <summary>The month to be explained.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Month { get; set; }

    public PersonSummary Person { get; private set; } = null!;

    /// <summary>Whole, when it was asked for with a reason in this very request.</summary>
    public string? WholeNumber { get; private set; }

    public BalanceDocument Balance { get; private set; } = null!;

    public StatementDocument Statement { get; private set; } = null!;

    public IReadOnlyList<ContributionLine> Contributions { get; private set; } = [];

    public CoverageDocument Coverage { get; private set; } = null!;

    public ExplanationDocument? Why { get; private set; }

    public bool MayUnmask { get; private set; }

    public async Task OnGetAsync()
    {
        ContributionRecord record = new(Area);
        Person = await record.WhoAsync(Account, Cancellation);
        Balances balances = new(Area.Program, Area.Schema);
        Balance = await balances.BalanceAsync(Account, null, Cancellation);
        YearMonth to = Show.ReadMonth(To) ?? Balance.AsOf ?? new YearMonth(Today.Year, Today.Month);
        YearMonth from = Show.ReadMonth(From) ?? to.PlusMonths(1 - StatementMonths);
        if (from > to || Period.Between(from.OnDayOfMonth(1), to.OnDayOfMonth(1), PeriodUnits.Months).Months > MostMonths)
        {
            throw new DataFaultException("SPAN_INVALID", "起止月份不对，最多二十年。", "The span of months is not valid; at most twenty years.");
        }

        Statement = await balances.StatementAsync(Account, from, to, Cancellation);
        Contributions = await record.ReadAsync(Person.Person, from, to, Cancellation);
        Coverage = await new CoverageInquiry(Area).ReadAsync(Account, null, to, Cancellation);
        Why = Show.ReadMonth(Month) is { } month ? await new Explanations(Area).ExplainAsync(Person.Person, month, Cancellation) : null;
        MayUnmask = await MayAsync(Permissions.Unmask);
    }

    public async Task<IActionResult> OnPostUnmaskAsync(string? reason)
    {
        if (!await MayAsync(Permissions.Unmask))
        {
            return Forbid();
        }

        return await TryAsync(
            async () =>
            {
                if (string.IsNullOrWhiteSpace(reason))
                {
                    throw new DataFaultException("REASON_MISSING", "请写明理由。", "Write the reason.");
                }

                await OnGetAsync();
                await AuditAsync("account.unmask", Code, $"account {Account}", reason.Trim());
                WholeNumber = await new ContributionRecord(Area).NumberAsync(Person.Person, Cancellation);
                return Page();
            },
            OnGetAsync);
    }

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

    public static (string Chinese, string English) EffectOf(string effect) => effect switch
    {
        "continuous-restarts" or "continuous" => ("连续年限重新计算", "the continuous count restarts"),
        "accumulated-zeroed" or "both" => ("连续与累计年限均清零", "continuous and accumulated years are zeroed"),
        "none" => ("年限不变", "no effect on the years"),
        _ => (effect, effect),
    };

    public static (string Chinese, string English) ComponentOf(string component) => component switch
    {
        "own" => ("个人缴费划入", "own contribution"),
        "employer-share" => ("单位缴费划入", "share of the employer's"),
        "flat" => ("定额划入", "flat amount"),
        "retiree" => ("退休划入", "retiree's credit"),
        "frozen" => ("冻结金额", "frozen amount"),
        "interest" => ("利息", "interest"),
        _ when component.StartsWith("deduction", StringComparison.Ordinal) => ("代扣", "deduction"),
        _ => Show.Word(component),
    };

    private static YearMonth YearMonthOf(DateOnly day) => new(day.Year, day.Month);
}

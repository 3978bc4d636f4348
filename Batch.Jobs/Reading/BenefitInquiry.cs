using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Jobs.Reading;

/// <param name="Since">First month of the status; null for who was never enrolled.</param>
/// <param name="SuspendedFrom">First month without benefits, while they are suspended.</param>
/// <param name="WaitingUntil">Last month of the wait, while it lasts.</param>
public sealed record BenefitDocument(
    YearMonth Month, BenefitStatus Status, YearMonth? Since, YearMonth? SuspendedFrom, YearMonth? WaitingUntil, IReadOnlyList<BenefitSpell> Spells, string Reason, string ReasonEn);

/// <summary>Whether a person is entitled to the pooled fund's benefits in a month, with all that is known now.</summary>
public sealed class BenefitInquiry(Area area)
{
    private static readonly YearMonth Forever = new(9999, 12);

    public async Task<BenefitDocument> ReadAsync(int person, YearMonth? asOf, YearMonth today, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await area.Program.OpenConnectionAsync(cancellation);
        YearMonth month = asOf ?? (await new Balances(area).BalanceAsync(person, null, cancellation)).AsOf ?? today;
        SortedDictionary<int, BenefitFacts> facts = await BenefitFacts.ReadAsync(area.On(connection), person, person, Forever, cancellation);
        IReadOnlyList<BenefitSpell> spells = facts.TryGetValue(person, out BenefitFacts? known) ? known.Fold(month, area.Policy) : [];
        BenefitSpell? now = spells.Count > 0 ? spells[^1] : null;
        BenefitStatus status = now?.Status ?? BenefitStatus.NotEnrolled;
        (string reason, string english) = now?.Wait is { } wait ? ReasonOf(wait)
            : status == BenefitStatus.Ended && now!.From == known!.LeftIn?.Next() ? InsuranceEnded : ReasonOf(status);
        return new BenefitDocument(
            month, status, now?.From, status == BenefitStatus.Suspended ? now!.From : null, now?.WaitingUntil, spells, reason, english);
    }

    private static readonly (string Chinese, string English) InsuranceEnded =
        ("因出境定居或放弃参保，账户已支付并关闭，次月起待遇终止。", "The insurance ended, by emigration or giving up, with the account paid out and closed; benefits ended with that month.");

    public static (string Chinese, string English) ReasonOf(BenefitStatus status) => status switch
    {
        BenefitStatus.Eligible => ("正常享受统筹待遇。", "Entitled to the pooled fund's benefits."),
        BenefitStatus.Suspended => ("断缴，统筹待遇暂停；个人账户余额仍可使用。", "Contributions are missing, so the pooled benefits are suspended; the account stays usable."),
        BenefitStatus.Waiting => ("续保后处于等待期，期满后恢复统筹待遇；个人账户余额仍可使用。", "Paid up again and waiting; the pooled benefits begin when the wait is over; the account stays usable."),
        BenefitStatus.Ended => ("死亡次月起待遇终止。", "Benefits ended with the month of death."),
        _ => ("没有参保缴费记录。", "There is no contribution on record."),
    };

    /// <summary>How long the wait is where whole years missed make it longer.</summary>
    public static (string Chinese, string English) ReasonOf(BenefitWait wait)
    {
        (string zh, string en) = ReasonOf(BenefitStatus.Waiting);
        string paid = wait.PaidYears > 0 ? $"，已补缴满 {wait.PaidYears} 年" : "", paidEn = wait.PaidYears > 0 ? $", {wait.PaidYears} of them paid since" : "";
        return ($"{zh}等待期共 {wait.Months} 个月：固定 {wait.FixedMonths} 个月，断缴满 {wait.MissedYears} 年{paid}；按年补缴可以缩短。",
            $"{en} The wait is {wait.Months} months in all: {wait.FixedMonths} fixed, {wait.MissedYears} years missed{paidEn}; paying for a year makes it shorter.");
    }

    public static (string Chinese, string English) NameOf(BenefitStatus status) => status switch
    {
        BenefitStatus.Eligible => ("正常", "eligible"),
        BenefitStatus.Suspended => ("暂停", "suspended"),
        BenefitStatus.Waiting => ("等待", "waiting"),
        BenefitStatus.Ended => ("终止", "ended"),
        _ => ("未参保", "not-enrolled"),
    };
}

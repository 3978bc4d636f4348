namespace Batch.Jobs.Reading;

/// <summary>Why a month's credit is what it is, in one word.</summary>
public enum ReasonKind
{
    Contribution,
    Retired,
    ChangedSince,
    AfterDeath,
    FrozenAmountMissing,
    MoneyNotReceived,
    NotCredited,
    NoRecord,
}

/// <summary>The sentence for a channel that is told the kind of a reason only: no base, rate, age, wage, pension or employer can be in it.</summary>
public static class ShortReasons
{
    public static (string Chinese, string English) Sentence(this ReasonKind kind) => kind switch
    {
        ReasonKind.Contribution => ("按当月缴费划入。", "Credited from the month's contribution."),
        ReasonKind.Retired => ("按退休人员的规定划入。", "Credited by the rule for retired persons."),
        ReasonKind.ChangedSince => ("有尚未入账的变动，下一批次将补足差额。", "Something has changed since; the next run posts the difference."),
        ReasonKind.AfterDeath => ("死亡次月起不再划入。", "Nothing is credited after the month of death."),
        ReasonKind.FrozenAmountMissing => ("划入所需的登记尚未完成，完成后补划。", "A record that the credit needs is missing; the credit follows once it is there."),
        ReasonKind.MoneyNotReceived => ("当月缴费尚未全额到账，到账后补划。", "The month is not paid in full yet; the credit follows once it is."),
        ReasonKind.NotCredited => ("当月按规定不划入或暂未划入。", "By the rules nothing is credited for the month, or not yet."),
        _ => ("当月没有缴费或待遇记录，因此没有划入；余额不变。", "There is no record for the month, so nothing was credited; the balance stays."),
    };
}

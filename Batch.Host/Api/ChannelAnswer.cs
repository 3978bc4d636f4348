using System.Globalization;
using Batch.Jobs.Facts;
using Batch.Jobs.Reading;
using Batch.Rules;
using NodaTime;
using Npgsql;

namespace Batch.Host.Api;

/// <summary>The answer to an inquiry: exactly the fields of its channel, each looked up only where it is told.</summary>
internal sealed class ChannelAnswer(AccountHolder holder, LocalDate today)
{
    private readonly Balances balances = new(holder.Area);
    private BalanceDocument? _balance;
    private ExplanationDocument? _why;

    public async Task<Dictionary<string, object?>> OfAsync(Channel channel, CancellationToken cancellation)
    {
        Dictionary<string, object?> told = [];
        foreach (Told field in channel.Fields)
        {
            told.Add(field.Name(), await FieldAsync(field, channel, cancellation));
        }

        return told;
    }

    private async Task<object?> FieldAsync(Told field, Channel channel, CancellationToken cancellation) => field switch
    {
        Told.Usable => await new UsableAmount(holder.Area).OfAsync(holder.Person, holder.Account, today, cancellation),
        Told.Balance => (await BalanceAsync(cancellation)).Balance,
        Told.AsOf => (await BalanceAsync(cancellation)).AsOf,
        Told.LastCredit => (await BalanceAsync(cancellation)).LastCredit,
        Told.LastCreditMonth => (await BalanceAsync(cancellation)).LastCredit is { } last ? new { last.Month, last.PostingMonth } : null,
        Told.Reason => await WhyAsync(cancellation) is { } why ? why.ReasonChinese.Length > 0 ? why.ReasonChinese : Steps(why.Chinese, "；") : null,
        Told.ReasonEn => await WhyAsync(cancellation) is { } why ? why.ReasonEnglish.Length > 0 ? why.ReasonEnglish : Steps(why.English, "; ") : null,
        Told.ReasonLines => await WhyAsync(cancellation) is { } why ? AccountRoutes.Lines(why) : null,
        Told.ShortReason => (await WhyAsync(cancellation))?.Kind.Sentence().Chinese,
        Told.ShortReasonEn => (await WhyAsync(cancellation))?.Kind.Sentence().English,
        Told.Record => (await RecordAsync(channel.Months, cancellation)).Select(l => new { l.Month, l.PostingMonth, l.PersonPaid, l.EmployerPaid, l.Amount }),
        Told.RecordMonths => (await RecordAsync(channel.Months, cancellation)).Select(l => new { l.Month, l.PostingMonth }).Distinct(),
        Told.Holder => await IdentityAsync(cancellation),
        Told.Text => await SpokenAsync(cancellation),
        _ => throw new InvalidOperationException($"No channel is told {field}."),
    };

    private async Task<BalanceDocument> BalanceAsync(CancellationToken cancellation) => _balance ??= await balances.BalanceAsync(holder.Account, null, cancellation);

    private async Task<ExplanationDocument?> WhyAsync(CancellationToken cancellation) => (await BalanceAsync(cancellation)).LastCredit is not { } credit ? null
        : _why ??= await new Explanations(holder.Area).ExplainAsync(holder.Person, credit.Month, cancellation);

    private static string Steps(Explanation explanation, string between) => string.Join(between, explanation.Lines.SelectMany(l => l.Steps));

    private async Task<IReadOnlyList<StatementLine>> RecordAsync(int months, CancellationToken cancellation)
    {
        YearMonth to = (await BalanceAsync(cancellation)).AsOf ?? today.ToYearMonth();
        return (await balances.StatementAsync(holder.Account, to.PlusMonths(1 - months), to, cancellation)).Lines;
    }

    private async Task<object?> IdentityAsync(CancellationToken cancellation)
    {
        await using NpgsqlCommand command = holder.Area.Program.CreateCommand(holder.Area.Schema.Sql("SELECT batch.masked_number(citizen), name FROM :area.insured WHERE person_id = $1"));
        command.Parameters.AddWithValue(holder.Person);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? new { id = reader.GetString(0), name = MaskedName(reader.GetString(1)) } : null;
    }

    private static string MaskedName(string name) => name.Length == 0 ? "" : $"{StringInfo.GetNextTextElement(name)}*";

    private async Task<string> SpokenAsync(CancellationToken cancellation)
    {
        BalanceDocument balance = await BalanceAsync(cancellation);
        string text = $"您的医保个人账户余额为{SpokenAmount.Of(balance.Balance)}";
        text += balance.AsOf is { } asOf ? $"，截至{Month(asOf)}。" : "。";
        text += balance.LastCredit is { } credit
            ? $"最近一次划入是{Month(credit.Month)}，于{Month(credit.PostingMonth)}入账。"
            : "目前没有划入记录。";
        return text + (await WhyAsync(cancellation))?.Kind.Sentence().Chinese + await StateAsync(balance, cancellation);
    }

    // Only of an account that is open: a caller must not be told that what is frozen or closed can be used.
    private async Task<string> StateAsync(BalanceDocument balance, CancellationToken cancellation) =>
        await new UsableAmount(holder.Area).StateAsync(holder.Person, holder.Account, today, cancellation) switch
        {
            AccountState.Frozen => "账户目前已冻结，暂不能使用。",
            AccountState.Closed => "账户已停止使用，详情请到经办窗口查询。",
            _ => balance.Balance > Money.Zero ? "断缴期间账户余额不清零，仍可使用。" : "",
        };

    private static string Month(YearMonth month) => string.Create(CultureInfo.InvariantCulture, $"{month.Year}年{month.Month}月");
}

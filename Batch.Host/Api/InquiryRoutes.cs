using System.Globalization;
using Batch.Jobs.Areas;
using Batch.Jobs.Inquiry;
using NodaTime;
using Npgsql;

namespace Batch.Host.Api;

/// <summary>What people ask through a channel: balance, last credit and its reason, contribution record, as much of it as <see cref="Channel"/> says.</summary>
internal static class InquiryRoutes
{
    public static void Map(RouteGroupBuilder api)
    {
        foreach (Channel channel in Channel.All)
        {
            api.MapPost($"/inquiries/{channel.Name}", async (Body<HolderRequest> body, Asker asker, CancellationToken cancellation) =>
                    await TellAsync(channel, await asker.FindAsync(body.Value, channel.Name, "account", cancellation), asker.Today, cancellation))
                .Needs(Scopes.InquiryPrefix + channel.Name).WithSummary($"{channel.Chinese}: balance, last credit and its reason, contribution record, with the least personal data.");
        }
    }

    private static async Task<object> TellAsync(Channel channel, AccountHolder holder, LocalDate today, CancellationToken cancellation)
    {
        Balances balances = new(holder.Area.Program, holder.Area.Schema);
        BalanceDocument balance = await balances.BalanceAsync(holder.Account, null, cancellation);
        ExplanationDocument? why = balance.LastCredit is { } credit ? await new Explanations(holder.Area).ExplainAsync(holder.Person, credit.Month, cancellation) : null;
        YearMonth to = balance.AsOf ?? today.ToYearMonth();
        StatementDocument record = await balances.StatementAsync(holder.Account, to.PlusMonths(1 - Math.Max(channel.Record, 1)), to, cancellation);
        return new
        {
            balance = balance.Balance,
            balance.AsOf,
            balance.LastCredit,
            reason = Reason(why),
            reasonEn = ReasonEnglish(why),
            reasonLines = channel.Reason == ReasonDetail.Lines && why is not null ? AccountRoutes.Lines(why) : null,
            record = channel.Record == 0 ? null : record.Lines.Select(l => channel.Amounts
                ? (object)new { l.Month, l.PostingMonth, l.PersonPaid, l.EmployerPaid, l.Amount }
                : new { l.Month, l.PostingMonth }),
            holder = channel.Identity ? await IdentityAsync(holder, cancellation) : null,
            text = channel.Spoken ? Spoken(balance, why) : null,
        };
    }

    /// <summary>One sentence: what was computed, or why nothing was.</summary>
    private static string? Reason(ExplanationDocument? why) =>
        why is null ? null : why.ReasonChinese.Length > 0 ? why.ReasonChinese : string.Join("；", why.Chinese.Lines.SelectMany(l => l.Steps));

    private static string? ReasonEnglish(ExplanationDocument? why) =>
        why is null ? null : why.ReasonEnglish.Length > 0 ? why.ReasonEnglish : string.Join("; ", why.English.Lines.SelectMany(l => l.Steps));

    private static async Task<object?> IdentityAsync(AccountHolder holder, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = holder.Area.Program.CreateCommand(holder.Area.Schema.Sql("SELECT batch.masked_number(citizen), name FROM :area.person WHERE person_id = $1"));
        command.Parameters.AddWithValue(holder.Person);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? new { id = reader.GetString(0), name = MaskedName(reader.GetString(1)) } : null;
    }

    private static string MaskedName(string name) => name.Length == 0 ? "" : $"{StringInfo.GetNextTextElement(name)}*";

    private static string Spoken(BalanceDocument balance, ExplanationDocument? why)
    {
        string text = $"您的医保个人账户余额为{SpokenAmount.Of(balance.Balance)}";
        text += balance.AsOf is { } asOf ? $"，截至{Month(asOf)}。" : "。";
        text += balance.LastCredit is { } credit
            ? $"最近一次划入是{Month(credit.Month)}，金额{SpokenAmount.Of(credit.Amount)}，于{Month(credit.PostingMonth)}入账。"
            : "目前没有划入记录。";
        text += why is { ReasonChinese.Length: > 0 } ? why.ReasonChinese : "";
        return text + "断缴期间账户余额不清零，仍可使用。";
    }

    private static string Month(YearMonth month) => string.Create(CultureInfo.InvariantCulture, $"{month.Year}年{month.Month}月");
}

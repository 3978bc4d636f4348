using System.CommandLine;
using Batch.Jobs.Files;
using Batch.Jobs.Reading;
using Batch.Jobs.Store;
using Batch.Rules;

namespace Batch.Host.Verbs;

/// <summary>
/// About whom a verb asks, and who asks. A number may come from the standard input, since other users of the machine see the command line; each inquiry is on
/// record before it is answered.
/// </summary>
internal static class PersonOptions
{
    public const string FromInput = "-";

    public static readonly Option<string?> Id = new("--id")
    {
        Description = "公民身份号码；- 从标准输入读取，不出现在进程列表 / citizen number; - reads it from the standard input, out of the process list",
        HelpName = "ID",
    };

    public static readonly Option<string?> Card = new("--card") { Description = "卡号；- 从标准输入读取 / card number; - reads it from the standard input", HelpName = "NO" };

    public static readonly Option<string?> Asker = new("--asker")
    {
        Description = "谁在查询（公民身份号码，或 -），缺省为经办窗口 / who asks, by citizen number or -; without it the counter does",
        HelpName = "ID",
    };

    public static readonly Option<string?> By = VerbOptions.OptionalBy();

    /// <summary>The account, with the inquiry recorded whether somebody was found or not.</summary>
    public static async Task<AccountHolder> FindAsync(VerbCall call, DatabaseConnection database, string? area, string what)
    {
        Exposed.Warn(call);
        (string? id, string? card) = (Value(call.Get(Id), "公民身份号码 citizen number"), Value(call.Get(Card), "卡号 card number"));
        if ((id is null) == (card is null))
        {
            throw VerbFault.OfUsage("Give either --id or --card.", "请给出 --id 或 --card 之一。");
        }

        return await FindAsync(call, database, area, (id, card), what);
    }

    /// <summary>The account of a number or a card, with the inquiry recorded whether somebody was found or not.</summary>
    public static async Task<AccountHolder> FindAsync(VerbCall call, DatabaseConnection database, string? area, (string? Id, string? Card) asked, string what)
    {
        AccountHolder? holder = null;
        try
        {
            holder = await AccountHolder.FindAsync(database, area, asked.Id, asked.Card, call.Today, call.Cancellation);
            if (holder.NumberChanged is { } changed)
            {
                call.Output.Notice(changed);
            }

            return holder;
        }
        finally
        {
            await new InquiryLog(database.Program).WriteAsync(
                new Inquired(call.By, call.Actor.Origin, holder?.Area.Schema.Code ?? area, holder?.Person, what, Account: holder?.Account),
                CancellationToken.None);
        }
    }

    /// <summary>Who asks; null: the counter.</summary>
    public static CitizenId? AskerOf(VerbCall call) => Value(call.Get(Asker), "查询人的公民身份号码 citizen number of who asks") is not { } number ? null
        : CitizenId.TryParse(TypedNumber.Of(number).ToUpperInvariant(), call.Today, out CitizenId id) == CitizenIdFault.None ? id
        : throw AccountHolder.IdInvalid();

    // The next line of the input, for each that asks for it.
    public static string? Value(string? given, string prompt) => given == FromInput ? (SecretInput.Read(prompt) ?? "").Trim() : given;
}

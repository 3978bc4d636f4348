using Batch.Jobs.Facts;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Files;

/// <summary>A movements row to a line: what each kind must say, and nothing that it cannot mean.</summary>
internal static class MovementRow
{
    public const string Grounds = "出国定居 | 死亡继承 | 无继承人 | 放弃 | 异地安置 | 重大疾病 | 其他";

    public const string Kinds = "期初余额 | 消费 | 支付 | 转入 | 转出 | 更正 | 钱包转出 | 钱包转入 | 钱包退回 | 急诊返还";
    public const string Channels = "药店 | 门诊 | 住院 | 居民医保缴费";

    private static readonly Dictionary<string, MovementKind> KindByWord = new(StringComparer.OrdinalIgnoreCase)
    {
        ["期初余额"] = MovementKind.Opening,
        ["期初"] = MovementKind.Opening,
        ["opening"] = MovementKind.Opening,
        ["消费"] = MovementKind.Spending,
        ["账户消费"] = MovementKind.Spending,
        ["spending"] = MovementKind.Spending,
        ["支付"] = MovementKind.PayOut,
        ["清退"] = MovementKind.PayOut,
        ["pay-out"] = MovementKind.PayOut,
        ["payout"] = MovementKind.PayOut,
        ["转入"] = MovementKind.TransferIn,
        ["transfer-in"] = MovementKind.TransferIn,
        ["transfer in"] = MovementKind.TransferIn,
        ["转出"] = MovementKind.TransferOut,
        ["transfer-out"] = MovementKind.TransferOut,
        ["transfer out"] = MovementKind.TransferOut,
        ["更正"] = MovementKind.Correction,
        ["调整"] = MovementKind.Correction,
        ["correction"] = MovementKind.Correction,
        ["钱包转出"] = MovementKind.WalletOut,
        ["医保钱包转出"] = MovementKind.WalletOut,
        ["wallet-out"] = MovementKind.WalletOut,
        ["wallet out"] = MovementKind.WalletOut,
        ["钱包转入"] = MovementKind.WalletIn,
        ["医保钱包转入"] = MovementKind.WalletIn,
        ["wallet-in"] = MovementKind.WalletIn,
        ["wallet in"] = MovementKind.WalletIn,
        ["钱包退回"] = MovementKind.WalletReturn,
        ["医保钱包退回"] = MovementKind.WalletReturn,
        ["wallet-return"] = MovementKind.WalletReturn,
        ["wallet return"] = MovementKind.WalletReturn,
        ["急诊返还"] = MovementKind.EmergencyReturn,
        ["emergency-return"] = MovementKind.EmergencyReturn,
        ["emergency return"] = MovementKind.EmergencyReturn,
    };

    private static readonly Dictionary<string, SpendingChannel> ChannelByWord = new(StringComparer.OrdinalIgnoreCase)
    {
        ["药店"] = SpendingChannel.Pharmacy,
        ["定点药店"] = SpendingChannel.Pharmacy,
        ["pharmacy"] = SpendingChannel.Pharmacy,
        ["门诊"] = SpendingChannel.Clinic,
        ["clinic"] = SpendingChannel.Clinic,
        ["住院"] = SpendingChannel.Hospital,
        ["医院"] = SpendingChannel.Hospital,
        ["hospital"] = SpendingChannel.Hospital,
        ["居民医保缴费"] = SpendingChannel.Premium,
        ["居民医保"] = SpendingChannel.Premium,
        ["premium"] = SpendingChannel.Premium,
    };

    public static readonly Dictionary<string, Ground> GroundByWord = new(StringComparer.OrdinalIgnoreCase)
    {
        ["出国定居"] = Ground.Emigration,
        ["出境定居"] = Ground.Emigration,
        ["emigration"] = Ground.Emigration,
        ["死亡继承"] = Ground.Death,
        ["死亡"] = Ground.Death,
        ["继承"] = Ground.Death,
        ["death"] = Ground.Death,
        ["无继承人"] = Ground.NoHeir,
        ["no-heir"] = Ground.NoHeir,
        ["no heir"] = Ground.NoHeir,
        ["放弃"] = Ground.GivingUp,
        ["放弃参保"] = Ground.GivingUp,
        ["giving-up"] = Ground.GivingUp,
        ["giving up"] = Ground.GivingUp,
        ["异地安置"] = Ground.ResidenceElsewhere,
        ["residence-elsewhere"] = Ground.ResidenceElsewhere,
        ["重大疾病"] = Ground.SevereIllness,
        ["severe-illness"] = Ground.SevereIllness,
        ["severe illness"] = Ground.SevereIllness,
        ["其他"] = Ground.Other,
        ["other"] = Ground.Other,
        ["转出"] = Ground.TransferOut,
        ["transfer-out"] = Ground.TransferOut,
    };

    public static MovementLine Read(RowFields row, CitizenId id)
    {
        MovementKind kind = Kind(row);
        Money amount = kind == MovementKind.Correction ? row.SignedAmount(Column.MovementAmount) : row.Amount(Column.MovementAmount);
        if (amount.IsZero && kind is not (0 or MovementKind.Opening) && row.CanBeRead(Column.MovementAmount))
        {
            row.Reject(Column.MovementAmount, Codes.MovementZero, "> 0");
        }

        LocalDate on = row.Date(Column.MovementOn);
        string? document = Document(row, required: kind is not (0 or MovementKind.Opening or MovementKind.Spending));
        SpendingChannel channel = default;
        if (kind == MovementKind.Spending)
        {
            row.TryChoice(Column.Channel, ChannelByWord, Codes.ChannelUnknown, Channels, out channel);
        }

        Ground ground = default;
        if (kind == MovementKind.PayOut && row.TryChoice(Column.Ground, GroundByWord, Codes.GroundUnknown, Grounds, out ground) && ground == Ground.TransferOut)
        {
            row.Reject(Column.Ground, Codes.GroundUnknown, Grounds);
        }

        CitizenId? member = Member(row, kind, ground);
        if (channel == SpendingChannel.Premium && (row.IsBlank(Column.Member) || member == id))
        {
            row.Reject(Column.Member, Codes.MemberBlank, "");
        }

        return new MovementLine(
            row.Row, id, row.Text(Column.Name), kind, amount, on, channel, document, ground, member, Counterpart(row, kind, ground),
            kind == MovementKind.Opening && !row.IsBlank(Column.EarlierMonths) ? PersonsRow.EarlierMonths(row, Column.EarlierMonths) : null)
        { BirthTold = row.BirthTold(id, required: false) };
    }

    /// <summary>The number of the document that a change rests on.</summary>
    public static string? Document(RowFields row, bool required) => required || !row.IsBlank(Column.Document) ? row.Document() : null;

    private static MovementKind Kind(RowFields row)
    {
        MovementKind kind = default;
        if (row.IsBlank(Column.MovementKind))
        {
            row.Reject(Column.MovementKind, Codes.MovementBlank, Kinds);
        }
        else
        {
            row.TryChoice(Column.MovementKind, KindByWord, Codes.MovementUnknown, Kinds, out kind);
        }

        return kind;
    }

    private static CitizenId? Member(RowFields row, MovementKind kind, Ground ground)
    {
        if (kind == MovementKind.Spending)
        {
            return row.IsBlank(Column.Member) ? null : row.OtherId(Column.Member);
        }

        if (ground != Ground.Death)
        {
            return null;
        }

        if (!row.IsBlank(Column.Heir))
        {
            return row.OtherId(Column.Heir);
        }

        row.Reject(Column.Heir, Codes.HeirBlank, "");
        return null;
    }

    private static string? Counterpart(RowFields row, MovementKind kind, Ground ground)
    {
        // A wallet's transfer may name the other area.
        bool wallet = kind is MovementKind.WalletOut or MovementKind.WalletIn or MovementKind.WalletReturn;
        if ((wallet && !row.IsBlank(Column.OtherArea)) || kind is MovementKind.TransferIn or MovementKind.TransferOut)
        {
            string area = row.Normalised(Column.OtherArea);
            if (area.Length != 6 || !area.All(char.IsAsciiDigit))
            {
                row.Reject(Column.OtherArea, Codes.OtherAreaInvalid, "310000");
            }

            return area;
        }

        if (ground != Ground.Death)
        {
            return null;
        }

        if (row.IsBlank(Column.HeirName))
        {
            row.Reject(Column.HeirName, Codes.HeirBlank, "");
        }

        return row.Text(Column.HeirName);
    }
}

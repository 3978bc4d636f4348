using System.Globalization;
using Batch.Jobs.Store;
using Batch.Rules;
using NodaTime;

namespace Batch.Jobs.Reading;

/// <summary>
/// Which credits of a month an auditor draws: by seed and size, every credit as likely as another or (<see cref="ByMoney"/>) every fen; the largest ones by size alone; those
/// of at least an amount.
/// </summary>
/// <param name="Size">Null: all that are at least <paramref name="Least"/>, up to <see cref="Most"/>.</param>
public sealed record Draw(string? Seed, int? Size, Money? Least, bool ByMoney = false)
{
    public const int Most = 1000;

    private const int LongestSeed = 100, LongestSeedOfName = 40;

    /// <summary>What is drawn, said in words for records.</summary>
    public override string ToString() => string.Join(
        ' ', new[] { Seed is null ? null : $"seed={Seed}", Size is null ? null : $"size={Size}", Least is null ? null : $"least={Least}", ByMoney ? "by-money" : null }.OfType<string>());

    /// <summary>The method, the seed, the size and the least amount, for readers.</summary>
    public (string Chinese, string English) Said()
    {
        string least = Least is { } amount ? Yuan(amount) : "";
        (string Chinese, string English) said = (Seed, Size) switch
        {
            (null, null) => ($"不低于 {least} 元的全部", $"all of at least {least} yuan"),
            (null, { } size) => ($"金额最大的 {size} 笔", $"the {size} largest"),
            _ when ByMoney => ($"按金额单位抽取，种子 {Seed}，{Size} 笔", $"by money, seed {Seed}, size {Size}"),
            _ => ($"按种子抽取，种子 {Seed}，{Size} 笔", $"by seed, seed {Seed}, size {Size}"),
        };
        return Least is null || Size is null ? said : ($"{said.Chinese}，不低于 {least} 元", $"{said.English}, of at least {least} yuan");
    }

    /// <summary>The name of a file of the draw, without its ending. What a file system may refuse in a seed becomes a hyphen.</summary>
    public string FileName(string area, YearMonth month)
    {
        string seed = Seed is null ? "" : $"_种子{string.Concat(Seed.Take(LongestSeedOfName).Select(c => char.IsLetterOrDigit(c) ? c : '-'))}";
        string size = Size is { } count ? string.Create(CultureInfo.InvariantCulture, $"_{(Seed is null ? "最大" : "")}{count}笔") : "";
        return $"抽样_{area}_{month.Year:0000}{month.Month:00}{seed}{size}{(Least is { } least ? $"_不低于{least}元" : "")}{(ByMoney ? "_按金额" : "")}";
    }

    /// <exception cref="DataFaultException">SAMPLE_UNSAID, SAMPLE_SIZE or SAMPLE_SEED.</exception>
    public Draw Checked()
    {
        if (Size is null && Least is null)
        {
            throw new DataFaultException("SAMPLE_UNSAID", "请填写笔数或最低金额。", "Give a size or a least amount.");
        }

        if (Size is < 1 or > Most)
        {
            throw new DataFaultException("SAMPLE_SIZE", $"笔数须为 1 到 {Most}。", $"The size is from 1 to {Most}.");
        }

        if (Seed is { Length: 0 or > LongestSeed } || (ByMoney && (Seed is null || Size is null)) || (Seed is not null && Size is null))
        {
            throw new DataFaultException(
                "SAMPLE_SEED", $"随机种子须与笔数一起给出，最多 {LongestSeed} 个字；按金额单位抽样两者都要。", $"A seed goes with a size and has at most {LongestSeed} characters; a draw by money needs both.");
        }

        return this;
    }

    /// <summary>$1 the seed, $2 the size, $3 the least amount in fen.</summary>
    internal object[] Arguments => [Seed ?? "", Size ?? Most, Least?.Fen ?? 0L];

    internal static string Yuan(Money money) => (money.Fen / 100m).ToString("#,##0.00", CultureInfo.InvariantCulture);

    internal string Sql => ByMoney ? OfMoney : $"SELECT *, row_number() OVER (ORDER BY {Order}) AS turn FROM credit ORDER BY {Order} LIMIT $2";

    private string Order => Seed is null ? "abs(account_fen) DESC, place, no" : "encode(sha256(convert_to($1 || ':' || called, 'UTF8')), 'hex') COLLATE \"C\", place, no";

    // Each credit holds as many units as fen, in the order of the credits. Units start, start + interval, ... are hit; a credit that is hit twice is drawn once.
    private const string OfMoney =
        """
        SELECT c.*, row_number() OVER (ORDER BY c.place, c.no) AS turn
        FROM (SELECT *, sum(abs(account_fen)) OVER (ORDER BY place, no) AS upto FROM credit) c
        CROSS JOIN (
            SELECT i.interval, mod(('x' || left(encode(sha256(convert_to($1, 'UTF8')), 'hex'), 15))::bit(60)::bigint::numeric, i.interval) AS start
            FROM (SELECT greatest(floor(sum(abs(account_fen)) / $2), 1) AS interval FROM credit) i) u
        WHERE least(floor((c.upto - 1 - u.start) / u.interval), $2 - 1) > least(floor((c.upto - abs(c.account_fen) - 1 - u.start) / u.interval), $2 - 1)
        """;
}
